/** The supervisor binary interface (SBI 2.0) that the machine serves: one call a guest, under every strategy that has it. */
import { describe, expect, it } from 'vitest';
import type { Strategy } from '../src/abi/config.ts';
import { ENTRY, shutdown, supervisor } from './mmu/rig.ts';
import { Assembler, R } from './support/asm.ts';
import { runMachine } from './support/machine.ts';

/** Chapter 3: error codes. */
const OK = 0;
const FAILED = -1;
const NOT_SUPPORTED = -2;
const INVALID = -3;
const AVAILABLE = -6;

const BASE = 0x10;
const TIME = 0x5449_4d45;
const IPI = 0x73_5049;
const RFENCE = 0x5246_4e43;
const HSM = 0x48_534d;
const RESET = 0x5352_5354;
const CONSOLE = 0x4442_434e;
const ALL_HARTS = -1n;

type Argument = number | bigint;

interface Call {
  readonly name: string;
  readonly extension: number;
  readonly call: number;
  readonly args?: readonly Argument[];
  readonly error: number;
  readonly value?: number;
}

const CALLS: readonly Call[] = [
  { name: 'base: the version is 2.0', extension: BASE, call: 0, error: OK, value: 0x0200_0000 },
  { name: 'base: HSM is there', extension: BASE, call: 3, args: [HSM], error: OK, value: 1 },
  { name: 'base: the debug console is there', extension: BASE, call: 3, args: [CONSOLE], error: OK, value: 1 },
  { name: 'base: PMU is there', extension: BASE, call: 3, args: [0x50_4d55], error: OK, value: 1 },
  { name: 'base: no system suspend', extension: BASE, call: 3, args: [0x5355_5350], error: OK, value: 0 },
  { name: 'base: no seventh function', extension: BASE, call: 7, error: NOT_SUPPORTED },
  { name: 'no extension', extension: 0x0123_4567, call: 0, error: NOT_SUPPORTED },
  { name: 'time: no second function', extension: TIME, call: 1, error: NOT_SUPPORTED },
  { name: 'IPI to another hart', extension: IPI, call: 0, args: [2, 0], error: INVALID },
  { name: 'IPI from another base', extension: IPI, call: 0, args: [1, 5], error: INVALID },
  { name: 'IPI to nobody', extension: IPI, call: 0, args: [0, 0], error: OK },
  { name: 'remote fence.i of this hart', extension: RFENCE, call: 0, args: [1, 0], error: OK },
  { name: 'remote fence of all harts', extension: RFENCE, call: 1, args: [0, ALL_HARTS, 0, 4096], error: OK },
  { name: 'remote fence of an ASID', extension: RFENCE, call: 2, args: [1, 0, 0, 4096, 3], error: OK },
  { name: 'remote fence of another hart', extension: RFENCE, call: 1, args: [2, 0, 0, 0], error: INVALID },
  { name: 'remote fence of guests', extension: RFENCE, call: 3, args: [1, 0, 0, 0], error: NOT_SUPPORTED },
  { name: 'HSM: this hart runs', extension: HSM, call: 2, args: [0], error: OK, value: 0 },
  { name: 'HSM: no second hart', extension: HSM, call: 2, args: [1], error: INVALID },
  { name: 'HSM: start what runs', extension: HSM, call: 0, args: [0, ENTRY, 0], error: AVAILABLE },
  { name: 'HSM: start what is not', extension: HSM, call: 0, args: [1, ENTRY, 0], error: INVALID },
  { name: 'HSM: the only hart does not stop', extension: HSM, call: 1, error: FAILED },
  { name: 'console: text in RAM', extension: CONSOLE, call: 0, args: [4, ENTRY, 0], error: OK, value: 4 },
  { name: 'console: no text', extension: CONSOLE, call: 0, args: [0, ENTRY, 0], error: OK, value: 0 },
  { name: 'console: text in no RAM', extension: CONSOLE, call: 0, args: [4, 0x1000, 0], error: INVALID },
  { name: 'console: text beyond 2⁶⁴', extension: CONSOLE, call: 0, args: [4, ENTRY, 1], error: INVALID },
  { name: 'console: nothing to read', extension: CONSOLE, call: 1, args: [4, ENTRY + 2048, 0], error: OK, value: 0 },
  { name: 'console: a byte', extension: CONSOLE, call: 2, args: [46], error: OK, value: 0 },
  { name: 'console: no fourth function', extension: CONSOLE, call: 3, error: NOT_SUPPORTED },
  { name: 'reset: no such type', extension: RESET, call: 0, args: [3, 0], error: INVALID },
  { name: 'reset: no second function', extension: RESET, call: 1, error: NOT_SUPPORTED },
];

/** Makes the call and reports error and value, one in each half of the result. */
function guest({ extension, call, args = [] }: Call): Uint8Array {
  const a = new Assembler(ENTRY);
  for (const [i, value] of args.entries()) a.li(R.a0 + i, value);
  a.li(R.a6, call);
  a.li(R.a7, extension);
  a.op('ecall');
  a.op('slli', { rd: R.a0, rs1: R.a0, imm: 32 });
  a.op('slli', { rd: R.a1, rs1: R.a1, imm: 32 });
  a.op('srli', { rd: R.a1, rs1: R.a1, imm: 32 });
  a.op('or', { rd: R.a0, rs1: R.a0, rs2: R.a1 });
  a.op('slti', { rd: 0, rs1: 0, imm: 3 });
  shutdown(a);
  return supervisor(a);
}

describe.each(['bare', 'nested', 'shadow'] as const satisfies Strategy[])('SBI under %s', (strategy) => {
  it.each(CALLS.map((call) => [call.name, call] as const))('%s', async (_, call) => {
    const { status, result, message } = await runMachine(guest(call), { config: { strategy, memory: 8 * 2 ** 20 } });
    expect(status, message).toBe('passed');
    const both = BigInt.asUintN(64, BigInt(`0x${result}`));
    expect(Number(BigInt.asIntN(32, both >> 32n))).toBe(call.error);
    if (call.value !== undefined) expect(Number(both & 0xffff_ffffn)).toBe(call.value);
  });
});
