/** Runs one program on this machine and on QEMU and compares what both printed. */

import { hex } from '../../src/abi/hex.ts';
import { runMachine } from '../support/machine.ts';
import { NOT_IN_QEMU, runQemu } from '../support/qemu.ts';
import { SCRUTINIZE_MEMORY, SIGNATURE_NAMES, TRAP_RECORD } from './frame.ts';
import { type DifferentialProgram, generate } from './generate.ts';
import { HASHED } from './places.ts';

/** Instructions this machine may take for a program, handlers and print included. */
const BUDGET = 400_000_000;
const MEMORY = 32 * 2 ** 20;

export interface Comparison {
  readonly program: DifferentialProgram;
  /** Traps taken inside random code. */
  readonly traps: number;
  /** Null: the same. Else what differs first, for a person. */
  readonly difference: string | null;
}

interface Printed {
  readonly lines: readonly string[];
  readonly note: string;
}

async function here(elf: Uint8Array): Promise<Printed> {
  const outcome = await runMachine(elf, { budget: BUDGET, config: { memory: MEMORY } });
  return { lines: outcome.console.trim().split('\n'), note: `${outcome.status}: ${outcome.message}` };
}

async function there(elf: Uint8Array): Promise<Printed> {
  const { exitCode, console, errors } = await runQemu(elf, 60_000, 2);
  return { lines: console.trim().split('\n'), note: `exit code ${exitCode} ${errors}` };
}

/** Generates program `number` of a seed, runs it on both sides, and finds the first difference. */
export async function compare(seed: number, number: number, instructions: number): Promise<Comparison> {
  const options = { seed, number, instructions, leaveOut: NOT_IN_QEMU };
  const program = generate(options);
  const [ours, qemus] = await Promise.all([here(program.elf), there(program.elf)]);
  const traps = Number.parseInt(ours.lines[program.blocks + 1] ?? '0', 16);
  const expected = program.blocks + 2;
  const name = `seed ${seed} program ${number}`;
  if (ours.lines.length !== expected || qemus.lines.length !== expected) {
    return {
      program,
      traps,
      difference: `${name}: ${expected} lines expected, ${ours.lines.length} here (${ours.note}), ${qemus.lines.length} on QEMU (${qemus.note})`,
    };
  }
  const at = ours.lines.findIndex((line, i) => line !== qemus.lines[i]);
  if (at < 0) return { program, traps, difference: null };
  if (at >= program.blocks) {
    return {
      program,
      traps,
      difference: `${name}: ${await explainMemory({ ...options, scrutiny: SCRUTINIZE_MEMORY })}`,
    };
  }
  return { program, traps, difference: `${name}: ${await explain({ ...options, scrutiny: at }, at)}` };
}

/** Runs both sides again with all memory printed at the end. */
async function explainMemory(options: Parameters<typeof generate>[0]): Promise<string> {
  const program = generate(options);
  const [ours, qemus] = (await Promise.all([here(program.elf), there(program.elf)])).map(({ lines }) =>
    lines.slice(program.blocks + 2),
  );
  const addresses = HASHED.flatMap(([start, pages]) => Array.from({ length: pages * 512 }, (_, i) => start + 8 * i));
  const differing = addresses.flatMap((address, i) =>
    ours![i] === qemus![i] ? [] : [`${hex(BigInt(address))}: ${ours![i]} here, ${qemus![i]} on QEMU`],
  );
  return [`${differing.length} doublewords of memory differ at the end`, ...differing.slice(0, 8)].join('\n  ');
}

const RECORD_NAMES: readonly string[] = [
  'cause',
  'epc',
  'tval',
  'status',
  ...Array.from({ length: 31 }, (_, i) => `x${i + 1}`),
];
const TAIL_NAMES: readonly string[] = [...Array.from({ length: 32 }, (_, i) => `f${i}`), ...SIGNATURE_NAMES];

/** The traps of a block under scrutiny, the last of which is its end, and the registers it left. */
function parse(lines: readonly string[]): { traps: bigint[][]; tail: bigint[] } {
  const values = lines.map((line) => BigInt(`0x${line || '0'}`));
  const tail = values.splice(Math.max(0, values.length - TAIL_NAMES.length));
  const traps: bigint[][] = [];
  for (let at = 0; at < values.length; at += TRAP_RECORD) traps.push(values.slice(at, at + TRAP_RECORD));
  return { traps, tail };
}

const summary = (trap: readonly bigint[] | undefined): string =>
  trap
    ? RECORD_NAMES.slice(0, 4)
        .map((name, i) => `${name} ${hex(trap[i]!)}`)
        .join(' ')
    : 'none';

function differences(names: readonly string[], ours: readonly bigint[], qemus: readonly bigint[]): string[] {
  return names.flatMap((name, i) =>
    ours[i] === qemus[i] ? [] : [`${name}: ${hex(ours[i]!)} here, ${hex(qemus[i]!)} on QEMU`],
  );
}

/** Runs both sides again with the block's traps printed, and says which trap and registers differ first. */
async function explain(options: Parameters<typeof generate>[0], block: number): Promise<string> {
  const program = generate(options);
  const where = program.layout[block]!;
  const sides = await Promise.all([here(program.elf), there(program.elf)]);
  const [ours, qemus] = sides.map(({ lines }) => parse(lines.slice(program.blocks + 2))) as [
    ReturnType<typeof parse>,
    ReturnType<typeof parse>,
  ];
  const text = [`block ${block} (${where.mode}-mode, code ${hex(BigInt(where.address))} to ${hex(BigInt(where.end))})`];
  const count = Math.max(ours.traps.length, qemus.traps.length);
  for (let i = 0; i < count; i++) {
    const [a, b] = [ours.traps[i], qemus.traps[i]];
    const differing = a && b ? differences(RECORD_NAMES, a, b) : ['one side has no such trap'];
    if (differing.length === 0) continue;
    if (i > 0) text.push(`trap ${i - 1} on both: ${summary(ours.traps[i - 1])}`);
    text.push(`trap ${i} here: ${summary(a)}`, `trap ${i} on QEMU: ${summary(b)}`, ...differing.slice(0, 8));
    return text.join('\n  ');
  }
  text.push(...differences(TAIL_NAMES, ours.tail, qemus.tail).slice(0, 8));
  return text.join('\n  ');
}
