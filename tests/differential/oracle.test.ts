/**
 * The whole machine (predecoded code, fast TLB, memory) in lock-step with the reference hart, one instruction a step.
 * tests/isa-interpreter.test.ts holds each row by itself; here instructions follow one another.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import { PLACES } from '../../src/abi/layout.ts';
import type { Core } from '../../src/engine/core.ts';
import { OracleHart, type OracleMemory } from '../../src/isa/oracle/hart.ts';
import { Rig } from '../mmu/rig.ts';
import { Assembler } from '../support/asm.ts';
import { writeElf } from '../support/elf.ts';
import { place, randomWord, type Template, templates, type Use, usable } from './instructions.ts';
import { POINTERS } from './places.ts';
import { Rng } from './rng.ts';

const CONFIG: MachineConfig = { ...MACHINE_DEFAULT, memory: 4 * 2 ** 20 };
const BASE = 0x8000_0000;
const CODE = BASE + 0x100;
const DATA = BASE + 0x10_0000;
const DATA_BYTES = 0x4000;
const RUNS = 200;
const LENGTH = 120;
/** Aligned for every atomic; the other pointers are not, and one access in some crosses a page. */
const ATOMIC_BASE = 8;

const USES: readonly Use[] = ['compute', 'float', 'memory', 'atomic'];
const groups = templates(new Set());
const drawn: readonly Template[] = USES.flatMap((use) => groups.get(use)!.filter(usable));

/** The word a template and a number stand for. */
function wordOf(index: number, bits: number): number {
  const rng = new Rng(bits, index);
  const t = drawn[index % drawn.length]!;
  const word = randomWord(rng, t);
  const based = t.use === 'atomic' ? place(word, t.rs1!, ATOMIC_BASE) : word;
  return t.rm && [5, 6].includes((based >>> 12) & 7) ? place(based, t.rm, 7) : based;
}

/** Memory of the reference hart: the data window alone. */
class Window implements OracleMemory {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes.slice();
  }

  load(address: bigint, bytes: number): bigint {
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[Number(address) - DATA + i]!);
    return value;
  }

  store(address: bigint, bytes: number, value: bigint): void {
    for (let i = 0; i < bytes; i++) this.bytes[Number(address) - DATA + i] = Number((value >> BigInt(8 * i)) & 255n);
  }

  probeStore(): void {}
}

/** An image whose prologue switches floating point on and goes to the code, each instruction of which a fence follows. */
function image(words: readonly number[]): { elf: Uint8Array; addresses: number[] } {
  const a = new Assembler(BASE);
  // FS = Dirty. Then to the code.
  a.op('lui', { rd: 1, imm: 0x6000 });
  a.op('csrrs', { csr: 0x300, rs1: 1 });
  a.op('jal', { imm: CODE - a.here });
  a.space(CODE - a.here);
  const addresses = words.map((word) => {
    const at = a.here;
    a.raw(word);
    a.op('fence.i');
    return at;
  });
  return { elf: writeElf({ entry: BASE, segments: [{ address: BASE, bytes: a.finish() }] }), addresses };
}

/** The data window of a machine, page by page. */
function dataOf(core: Core): Uint8Array {
  const bytes = new Uint8Array(DATA_BYTES);
  for (let at = 0; at < DATA_BYTES; at += 4096) {
    const page = core.pageFor(BigInt(DATA + at)) >>> 0;
    bytes.set(core.bytes.subarray(page, page + 4096), at);
  }
  return bytes;
}

describe('the machine and the reference hart', () => {
  it('stay in step', async () => {
    const instructions = fc.array(fc.tuple(fc.nat({ max: drawn.length - 1 }), fc.integer()), {
      minLength: 1,
      maxLength: LENGTH,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(instructions, fc.integer(), fc.nat({ max: 4 }), async (choices, seed, frm) => {
        const words = choices.map(([index, bits]) => wordOf(index, bits));
        const { elf, addresses } = image(words);
        const { core } = await Rig.boot(elf, CONFIG);
        core.run(3n);
        const rng = new Rng(seed, 1);
        for (let at = 0; at < DATA_BYTES; at += 4096) {
          const page = core.pageFor(BigInt(DATA + at)) >>> 0;
          for (let i = 0; i < 4096; i += 8) core.view.setBigUint64(page + i, rng.value(), true);
        }
        const memory = new Window(dataOf(core));
        const hart = new OracleHart(memory);
        for (let i = 1; i < 32; i++) hart.x[i] = rng.value();
        POINTERS.forEach((register, i) => {
          hart.x[register] = BigInt(DATA + 0x1000 * (i + 1) + (register === ATOMIC_BASE ? 0 : rng.below(16) - 8));
        });
        for (let i = 0; i < 32; i++) hart.f[i] = rng.chance(0.5) ? rng.value() : rng.value() | 0xffff_ffff_0000_0000n;
        hart.frm = frm;
        hart.x.forEach((value, i) => {
          if (i) core.view.setBigUint64(PLACES.X + 8 * i, value, true);
        });
        hart.f.forEach((value, i) => {
          core.view.setBigUint64(PLACES.F + 8 * i, value, true);
        });
        core.set('FRM', frm);

        for (const [i, word] of words.entries()) {
          const what = `instruction ${i}: 0x${word.toString(16)} at 0x${addresses[i]!.toString(16)}`;
          expect(core.get('PC'), what).toBe(BigInt(addresses[i]!));
          core.run(core.get('INSTRET') + 2n);
          hart.pc = BigInt(addresses[i]!);
          expect(hart.execute(word).kind, what).toBe('retired');
          for (let r = 1; r < 32; r++) {
            if (core.view.getBigUint64(PLACES.X + 8 * r, true) !== hart.x[r]) {
              expect(`x${r} = ${core.view.getBigUint64(PLACES.X + 8 * r, true)}`, what).toBe(`x${r} = ${hart.x[r]}`);
            }
          }
          for (let r = 0; r < 32; r++) {
            if (core.view.getBigUint64(PLACES.F + 8 * r, true) !== hart.f[r]) {
              expect(`f${r} = ${core.view.getBigUint64(PLACES.F + 8 * r, true)}`, what).toBe(`f${r} = ${hart.f[r]}`);
            }
          }
          expect(Number(core.get('FFLAGS')), what).toBe(hart.fflags);
        }
        expect(Buffer.from(dataOf(core)).equals(Buffer.from(memory.bytes))).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
