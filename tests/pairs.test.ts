/** Instructions that are done as a pair (src/isa/gen/pairs.ts) are still single ones: for the debugger, and for what changes the second. */
import { expect, it } from 'vitest';
import { MACHINE_DEFAULT } from '../src/abi/config.ts';
import { PLACES } from '../src/abi/layout.ts';
import { encode } from '../src/isa/encode.ts';
import { PAIRS } from '../src/isa/gen/pairs.ts';
import type { Debugger, Stop } from '../src/machine/gdb/debugger.ts';
import { createMachineHost } from '../src/machine/host.ts';
import { Assembler, R } from './support/asm.ts';
import { type Segment, writeElf } from './support/elf.ts';
import { coreModule } from './support/machine.ts';

const BASE = 0x8000_0000;
const TOHOST = BASE + 0x1000;

/** A guest that ends well behind what is written. */
function guest(write: (a: Assembler) => void): { image: Uint8Array; labels: ReadonlyMap<string, number> } {
  const a = new Assembler(BASE);
  write(a);
  a.li(R.t0, TOHOST);
  a.li(R.t1, 1);
  a.sd(R.t1, 0, R.t0);
  a.label('ended');
  a.j('ended');
  const segments: Segment[] = [
    { address: BASE, bytes: a.finish() },
    { address: TOHOST, bytes: new Uint8Array(64) },
  ];
  const symbols = { tohost: TOHOST, fromhost: TOHOST + 32 };
  return { image: writeElf({ entry: BASE, segments, symbols }), labels: a.labels };
}

async function machine(image: Uint8Array) {
  const host = createMachineHost(coreModule());
  await host.load(image, MACHINE_DEFAULT);
  const debug = host.debug();
  const register = (n: number): number => Number(debug.core.view.getBigUint64(PLACES.X + 8 * n, true));
  return { host, debug, register };
}

const isPair = (first: string, second: string): boolean =>
  PAIRS.some((p) => p.first.id === first && p.first.length === 4 && p.second.id === second && p.second.length === 4);

/** A loop of a pair, 300 times; the debugger is asked for the first time when it has been made one. */
async function pairUnderDebugger(stopped: (debug: Debugger, why: Stop['why'], count: number) => void) {
  expect(isPair('addi', 'bne')).toBe(true);
  const { image, labels } = guest((a) => {
    a.li(R.s1, 300);
    a.label('again');
    a.op('addi', { rd: R.s0, rs1: R.s0, imm: 1 });
    a.label('second');
    a.bne(R.s0, R.s1, 'again');
  });
  const { host, debug, register } = await machine(image);
  let stops = 0;
  debug.listen({
    stopped: ({ why }) => {
      if (stops++ > 0) stopped(debug, why, register(R.s0));
      else {
        debug.halt();
        debug.resume(null);
      }
    },
    ended: () => {},
  });
  debug.halt();
  const { status } = await host.run({ budget: 100_000, slice: 100 });
  expect(status).toBe('passed');
  return { again: BigInt(labels.get('again')!), second: BigInt(labels.get('second')!) };
}

it('the debugger halts at the second of a pair that has run', async () => {
  const seen: number[] = [];
  const at = BigInt(BASE + 8);
  const { second } = await pairUnderDebugger((debug, why, count) => {
    if (why === 'breakpoint') seen.push(count);
    else debug.insertBreakpoint(at);
    debug.resume(null);
  });
  expect(second).toBe(at);
  expect(seen[0]).toBeLessThan(100);
  expect(seen).toEqual(seen.map((_, n) => seen[0]! + n));
  expect(seen.at(-1)).toBe(300);
});

it('a step does one instruction of a pair that has run', async () => {
  const places: bigint[] = [];
  const { again, second } = await pairUnderDebugger((debug, why) => {
    if (why === 'step') places.push(debug.core.get('PC'));
    debug.resume(places.length < 20 ? 0 : null);
  });
  expect(new Set(places)).toEqual(new Set([again, second]));
  expect(places.every((pc, n) => n === 0 || pc !== places[n - 1])).toBe(true);
});

it('a store that changes the instruction behind it is seen by that instruction', async () => {
  expect(isPair('sd', 'addi')).toBe(true);
  const add = (imm: number): number => encode('addi', { rd: R.a0, rs1: R.a0, imm });
  const { image } = guest((a) => {
    a.li(R.s1, 20);
    a.la(R.t1, 'changed');
    a.label('again');
    a.op('addi', { rd: R.s0, rs1: R.s0, imm: 1 });
    // One is added or two, by turns.
    a.li(R.t3, add(1) ^ add(2));
    a.ld(R.t2, 0, R.t1);
    a.op('xor', { rd: R.t2, rs1: R.t2, rs2: R.t3 });
    if (a.here % 8 === 0) a.op('addi', { rd: 0, rs1: 0, imm: 0 });
    a.sd(R.t2, 0, R.t1);
    a.label('changed');
    a.word(add(1));
    a.op('addi', { rd: 0, rs1: 0, imm: 0 });
    a.bne(R.s0, R.s1, 'again');
  });
  const { host, register } = await machine(image);
  const { status } = await host.run({ budget: 100_000 });
  expect(status).toBe('passed');
  expect(register(R.a0)).toBe(10 * (2 + 1));
});
