/**
 * The engine `jit` against `interp`: outcome, state and every counter are equal, whatever is translated and whenever. The
 * translator is set to translate at once, so that short guests run translated too.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildGuests } from '../bench/build.ts';
import { MACHINE_DEFAULT, type MachineConfig } from '../src/abi/config.ts';
import { WORKLOADS } from '../src/abi/workloads.ts';
import { randomWord, type Template, templates, type Use, usable } from './differential/instructions.ts';
import { COUNTER, FREE, POINTERS } from './differential/places.ts';
import { Rng } from './differential/rng.ts';
import { Assembler, R } from './support/asm.ts';
import { writeElf } from './support/elf.ts';
import { EAGER, expectEqual, expectTranslation } from './translator/engines.ts';

const BASE = 0x8000_0000;
const FINISHER = 0x10_0000;
const PASS = 0x5555;

expectTranslation();

/** A guest in M-mode: `write` fills in what comes before the end; the page at +0x1_0000 is its data. */
function guest(write: (a: Assembler) => void): Uint8Array {
  const a = new Assembler(BASE);
  a.li(R.t0, 0x6000);
  a.op('csrrs', { rd: 0, rs1: R.t0, csr: 0x300 });
  write(a);
  a.li(R.t0, FINISHER);
  a.li(R.t1, PASS);
  a.op('sw', { rs1: R.t0, rs2: R.t1, imm: 0 });
  a.label('ended');
  a.j('ended');
  return writeElf({ entry: BASE, segments: [{ address: BASE, bytes: a.finish() }], symbols: {} });
}

describe('workloads', () => {
  const guests = path.resolve(import.meta.dirname, '../build/guests');
  beforeAll(async () => {
    await buildGuests();
  }, 600_000);

  const IDS = ['build', 'signal', 'preempt', 'pte-store-fence', 'null-syscall', 'nbody', 'sort', 'kvstore'];
  const STRATEGIES: Readonly<Record<string, Partial<MachineConfig>>> = {
    bare: {},
    nested: { strategy: 'nested' },
    shadow: { strategy: 'shadow' },
    'shadow, synchronous': { strategy: 'shadow', shadow: { policy: 'sync', flood: 0, cachedRoots: true } },
    paravirt: { strategy: 'paravirt' },
    'a unified TLB, few pages of code': { mmu: { ...MACHINE_DEFAULT.mmu, l1i: null }, codePages: 4 },
    'not counting': { counting: false },
  };
  for (const [name, config] of Object.entries(STRATEGIES)) {
    it.each(IDS)(`%s counts the same: ${name}`, async (id) => {
      const { params, quick } = WORKLOADS.find((w) => w.id === id)!;
      const values = { ...Object.fromEntries(params.map((p) => [p.name, p.default])), ...quick };
      const bootargs = [`workload=${id}`, ...Object.entries(values).map(([k, v]) => `${k}=${v}`)].join(' ');
      const image = readFileSync(
        path.join(guests, config.strategy === 'paravirt' ? 'kernel-paravirt.elf' : 'kernel.elf'),
      );
      // Thousands of samples cost more than they find in the long ones.
      const tuning = { ...EAGER, burst: 2000, longestBurst: 100_000 };
      const { status } = await expectEqual(image, { ...config, bootargs }, tuning);
      expect(status).toBe('passed');
    });
  }
});

describe('random loops', () => {
  const groups = templates(new Set(['Zacas']));
  const drawn = (uses: readonly Use[]): Template[] => uses.flatMap((use) => groups.get(use) ?? []).filter(usable);
  const ALL = drawn(['compute', 'float', 'memory', 'atomic']);
  const FLOAT = drawn(['float']);
  const STRAIGHT = drawn(['compute', 'memory']);

  /** Registers and memory at random, then `rounds` times the same random instructions, with forward branches. */
  function loop(seed: number, pool: readonly Template[], frm: number): Uint8Array {
    const rng = new Rng(seed, 1);
    return guest((a) => {
      a.la(R.t0, 'trap');
      a.csrw(0x305, R.t0);
      a.j('start');
      // A trap skips the instruction: two or four bytes, as its low bits say.
      a.align(4);
      a.label('trap');
      a.csrw(0x340, R.t0);
      a.csrr(R.t0, 0x341);
      a.op('lhu', { rd: R.t0, rs1: R.t0, imm: 0 });
      a.op('andi', { rd: R.t0, rs1: R.t0, imm: 3 });
      a.op('sltiu', { rd: R.t0, rs1: R.t0, imm: 3 });
      a.op('slli', { rd: R.t0, rs1: R.t0, imm: 1 });
      a.op('sub', { rd: R.t0, rs1: 0, rs2: R.t0 });
      a.addi(R.t0, R.t0, 4);
      a.csrw(0x343, R.t1);
      a.csrr(R.t1, 0x341);
      a.op('add', { rd: R.t0, rs1: R.t0, rs2: R.t1 });
      a.csrw(0x341, R.t0);
      a.csrr(R.t1, 0x343);
      a.csrr(R.t0, 0x340);
      a.op('mret');
      a.label('start');
      for (const register of FREE) {
        if (register) a.li(register, rng.value());
        a.op('fmv.d.x', { rd: register, rs1: register });
      }
      a.li(COUNTER, frm);
      a.csrw(0x002, COUNTER);
      // Mid-page of a data page, and close to a boundary.
      for (const [i, pointer] of POINTERS.entries()) a.li(pointer, BASE + 0x1_0800 + i * 0x17fc);
      a.li(COUNTER, 300);
      a.label('again');
      for (let i = 0; i < 60; i++) {
        if (rng.chance(0.08)) {
          const skip = a.fresh();
          a.to(skip, rng.pick(['beq', 'bne', 'blt', 'bgeu']), { rs1: rng.pick(FREE), rs2: rng.pick(FREE) });
          a.raw(randomWord(rng, rng.pick(pool)));
          a.label(skip);
        }
        a.raw(randomWord(rng, rng.pick(pool)));
      }
      a.addi(COUNTER, COUNTER, -1);
      a.op('beq', { rs1: COUNTER, rs2: 0, imm: 8 });
      a.j('again');
    });
  }

  const CASES = Number(process.env.JIT_CASES ?? 25);
  const seeds = Array.from({ length: CASES }, (_, i) => i);
  it.each(seeds)('any instruction, seed %i', async (seed) => {
    const { status } = await expectEqual(loop(seed, ALL, seed % 5));
    expect(status).toBe('passed');
  });
  it.each(seeds)('floating point, seed %i', async (seed) => {
    const { status } = await expectEqual(loop(1000 + seed, FLOAT, seed % 8));
    expect(status).toBe('passed');
  });
  it.each(seeds)('integers and memory, seed %i', async (seed) => {
    const { status } = await expectEqual(loop(2000 + seed, STRAIGHT, 0));
    expect(status).toBe('passed');
  });
});

describe('code that changes', () => {
  /** Stores another immediate into an addi of the running loop, in front of or behind the store. */
  const rewriting = (before: boolean): Uint8Array =>
    guest((a) => {
      a.la(R.s0, 'patched');
      a.op('lw', { rd: R.s1, rs1: R.s0, imm: 0 });
      a.li(R.a0, 0);
      a.li(R.a1, 5000);
      a.label('again');
      const addend = (): void => {
        a.label('patched');
        a.op('addi', { rd: R.a0, rs1: R.a0, imm: 1 });
      };
      if (before) addend();
      a.op('slli', { rd: R.t0, rs1: R.a1, imm: 20 });
      a.op('xor', { rd: R.t0, rs1: R.t0, rs2: R.s1 });
      a.op('sw', { rs1: R.s0, rs2: R.t0, imm: 0 });
      if (!before) addend();
      a.op('xor', { rd: R.a0, rs1: R.a0, rs2: R.a1 });
      a.addi(R.a1, R.a1, -1);
      a.bne(R.a1, 0, 'again');
    });

  it('is translated anew when a loop rewrites itself, before and behind the store', async () => {
    for (const before of [true, false]) {
      const outcome = await expectEqual(rewriting(before), {}, { ...EAGER, burst: 50, mostDoublings: 0 });
      expect(outcome.status).toBe('passed');
      expect(outcome.counters['code.rewritten']).toBe(5000);
    }
  });

  it('stays within its budget of code, and correct, when that is far too small', async () => {
    await expectEqual(rewriting(false), {}, { ...EAGER, burst: 50, mostDoublings: 0, codeBudget: 2000 });
  });
});
