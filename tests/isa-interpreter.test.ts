/** Every row of the instruction table: the printed interpreter against the reference hart, instruction by instruction. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decode, type Expanded, expand, instructionLength } from '../src/isa/decode.ts';
import { encode } from '../src/isa/encode.ts';
import { encodingOf, fieldBits, insert } from '../src/isa/encoding.ts';
import { PAIRS, type Pair } from '../src/isa/gen/pairs.ts';
import { OracleHart, type OracleMemory, type StepOutcome, Trap } from '../src/isa/oracle/hart.ts';
import { BINARY16, BINARY32, BINARY64 } from '../src/isa/oracle/ieee754.ts';
import { baseRow, isCompressed, ROWS } from '../src/isa/rows.ts';
import { SPECIALS } from '../src/isa/specials.ts';
import { memoryWidth } from '../src/isa/traits.ts';
import type { Row } from '../src/isa/types.ts';
import { type BareCore, loadBareCore, RAM_BYTES } from './support/bare-core.ts';
import { floats, registers } from './support/hard-floats.ts';

/** Cases a row; a long run is `ISA_CASES=20000 npx vitest run tests/isa-interpreter.test.ts`. */
const CASES = Number(process.env.ISA_CASES ?? 100);

const ECALL = encode('ecall');
const FAULT = { load: 5, store: 7 } as const;

class Ram implements OracleMemory {
  readonly bytes = new Uint8Array(RAM_BYTES);
  private readonly view = new DataView(this.bytes.buffer);

  private check(address: bigint, bytes: number, cause: number): number {
    if (address > BigInt(RAM_BYTES - bytes)) throw new Trap(cause, address);
    return Number(address);
  }

  load(address: bigint, bytes: number): bigint {
    const at = this.check(address, bytes, FAULT.load);
    if (bytes === 8) return this.view.getBigUint64(at, true);
    return BigInt(
      bytes === 4
        ? this.view.getUint32(at, true)
        : bytes === 2
          ? this.view.getUint16(at, true)
          : this.view.getUint8(at),
    );
  }

  probeStore(address: bigint, bytes: number): void {
    this.check(address, bytes, FAULT.store);
  }

  store(address: bigint, bytes: number, value: bigint): void {
    const at = this.check(address, bytes, FAULT.store);
    for (let i = 0; i < bytes; i++) this.bytes[at + i] = Number((value >> BigInt(8 * i)) & 255n);
  }
}

interface Case {
  /** The instructions, one after the other from pc; only the last may be a transfer. */
  readonly words: readonly number[];
  readonly pc: number;
  /** Values of the registers the instruction reads first; the others follow from their numbers. */
  readonly x: readonly bigint[];
  readonly f: readonly bigint[];
  readonly frm: number;
  readonly fflags: number;
  readonly floatOff: boolean;
  readonly counting: boolean;
  readonly memory: bigint;
  /** Where in RAM a memory access goes to (the base register is made to fit); far outside for some. */
  readonly address: bigint;
}

const boxed = (bits: 16 | 32) => (value: bigint) => ((1n << 64n) - (1n << BigInt(bits))) | value;

/** Patterns of all widths: boxed, and not properly boxed. */
const floatRegisters = fc.oneof(
  { weight: 4, arbitrary: floats(BINARY64) },
  { weight: 4, arbitrary: floats(BINARY32).map(boxed(32)) },
  { weight: 2, arbitrary: floats(BINARY16).map(boxed(16)) },
  { weight: 1, arbitrary: floats(BINARY32) },
);

/** Few registers, so that operands are often the same. */
const registerNumbers = fc.oneof(fc.integer({ min: 0, max: 31 }), fc.constantFrom(0, 1, 8, 9, 10));

/** A value for each field of the row that has an encoding; compressed rows leave out what they forbid. */
function words(row: Row): fc.Arbitrary<number> {
  const encoding = encodingOf(row);
  const fields = [...encoding.fields.values()];
  const values = fields.map((field): fc.Arbitrary<number> => {
    if (/^r(d|s\d)$/.test(field.operand)) {
      if (field.base) return fc.integer({ min: 8, max: 15 });
      return registerNumbers.map((n) => n & (-1 << field.slices[0]!.low));
    }
    if (field.operand === 'csr') return fc.constantFrom(1, 2, 3, 0x340);
    const lowest = Math.min(...field.slices.map((slice) => slice.low));
    const step = 2 ** lowest;
    const bits = fieldBits(field) - lowest;
    const range = field.signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 };
    return fc.integer(range).map((n) => n * step);
  });
  return fc
    .tuple(...values)
    .map((chosen) => fields.reduce((word, field, i) => (word | insert(field, chosen[i]!)) >>> 0, encoding.match))
    .filter((word) => decode(word) === undefined || decode(word)!.row.name === row.name);
}

/**
 * Page offsets at which transfers and records behave differently; out of reach of stores relative to x0, and of those relative to a base
 * that was made to fit another access of the sequence, a page from it at most.
 */
const places = fc.oneof(
  fc.integer({ min: 0x1000 / 2, max: 0x6ff0 / 2 }).map((n) => n * 2),
  fc.constantFrom(0x1ffc, 0x1ffe, 0x2000, 0x2ffa),
);

const addresses = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x8000, max: 0xefff }).map(BigInt) },
  { weight: 3, arbitrary: fc.integer({ min: 0x1000, max: 0x1dff }).map((n) => BigInt(n * 8)) },
  { weight: 2, arbitrary: fc.integer({ min: 0xaff8, max: 0xb002 }).map(BigInt) },
  { weight: 1, arbitrary: fc.integer({ min: 0xfff8, max: 0x10004 }).map(BigInt) },
  { weight: 1, arbitrary: fc.constantFrom(1n << 63n, (1n << 64n) - 4n) },
);

/** Cases of a sequence of rows. */
const cases = (...rows: Row[]): fc.Arbitrary<Case> =>
  fc.record({
    words: fc.tuple(...rows.map(words)),
    pc: places,
    x: fc.array(registers, { minLength: 3, maxLength: 3 }),
    f: fc.array(floatRegisters, { minLength: 3, maxLength: 3 }),
    frm: fc.integer({ min: 0, max: 7 }),
    fflags: fc.integer({ min: 0, max: 31 }),
    floatOff: fc.integer({ min: 0, max: 15 }).map((n) => n === 0),
    counting: fc.boolean(),
    memory: fc.bigInt(0n, (1n << 64n) - 1n),
    address: addresses,
  });

/** The registers a case starts with. */
function startRegisters(c: Case): { x: bigint[]; f: bigint[] } {
  const x = Array.from({ length: 32 }, (_, i) => BigInt(i) * 0x0123_4567_89abn);
  const f = Array.from({ length: 32 }, (_, i) => BigInt(i) * 0x0fed_cba9_8765n);
  for (const word of c.words) {
    const decoded = decode(word);
    if (decoded) startOperands(c, expand(decoded), x, f);
  }
  return { x, f };
}

function startOperands(c: Case, { row, operands }: Expanded, x: bigint[], f: bigint[]): void {
  (['rs1', 'rs2', 'rs3'] as const).forEach((operand, i) => {
    const number = operands[operand];
    if (number === undefined) return;
    f[number] = c.f[i]!;
    if (number !== 0) x[number] = c.x[i]!;
  });
  // Compare-and-swap compares equal in half of the cases.
  if (row.name.startsWith('amocas') && operands.rd && c.fflags & 1) {
    x[operands.rd] = c.memory;
    if (row.name === 'amocas.q') x[operands.rd + 1] = 0n;
  }
  const touches = memoryWidth(row.effect) > 0 || row.effect.kind === 'jump';
  if (touches && operands.rs1) x[operands.rs1] = BigInt.asUintN(64, c.address - BigInt(operands.imm ?? 0));
}

let core: BareCore;
beforeAll(async () => {
  core = await loadBareCore();
}, 180_000);

/** Runs a case on both and returns what each ended with. */
function runBoth(c: Case): { machine: unknown; reference: unknown } {
  const { x, f } = startRegisters(c);
  const ram = new Ram();
  const hart = new OracleHart(ram);
  core.ram.fill(0);
  for (let at = 0x8000; at + 8 <= RAM_BYTES; at += 256) {
    for (const memory of [ram.bytes, core.ram])
      new DataView(memory.buffer, memory.byteOffset).setBigUint64(at, c.memory, true);
  }
  const near = Number(BigInt.asUintN(32, c.address)) & ~7;
  if (c.address < BigInt(RAM_BYTES - 16) && near >= 0x8000) {
    for (const memory of [ram.bytes, core.ram])
      new DataView(memory.buffer, memory.byteOffset).setBigUint64(near, c.memory, true);
  }
  // A block runs to its end: after instructions that do not end one, an ECALL stops the machine.
  let at = c.pc;
  for (const word of [...c.words, ECALL]) {
    core.place(at, word);
    for (let i = 0; i < instructionLength(word); i++) ram.bytes[at + i] = word >>> (8 * i);
    at += instructionLength(word);
  }
  if (c.words.length > 1) {
    at = c.pc;
    for (const word of c.words) {
      core.prepare(at);
      at += instructionLength(word);
    }
  }
  for (let i = 0; i < 32; i++) {
    hart.x[i] = x[i]!;
    hart.f[i] = f[i]!;
    core.setRegister('X', i, x[i]!);
    core.setRegister('F', i, f[i]!);
  }
  hart.pc = BigInt(c.pc);
  hart.frm = c.frm;
  hart.fflags = c.fflags;
  hart.floatOff = c.floatOff;
  core.set('PC', BigInt(c.pc));
  core.set('FRM', BigInt(c.frm));
  core.set('FFLAGS', BigInt(c.fflags));
  core.set('FP_OFF', BigInt(c.floatOff));
  core.set('FP_DIRTY', 0n);
  core.set('DATA_ACCESSES', 0n);
  core.set('RESERVATION', (1n << 64n) - 1n);
  if (c.counting) core.forgetTranslations();
  const retired = core.execute(c.words.length, c.counting);
  let outcome = hart.step();
  let accesses = outcome.kind === 'retired' ? accessesOf(c.words[0]!) : 0;
  for (const word of c.words.slice(1)) {
    if (outcome.kind !== 'retired') break;
    outcome = hart.step();
    if (outcome.kind === 'retired') accesses += accessesOf(word);
  }
  return {
    machine: { ...machineEnd(c, retired), ram: Buffer.compare(core.ram, ram.bytes) },
    reference: { ...referenceEnd(hart, outcome), ram: 0, accesses: c.counting ? accesses : 0 },
  };
}

/** Data accesses of an instruction that retires. */
const accessesOf = (word: number): number => (memoryWidth(expand(decode(word)!).row.effect) > 0 ? 1 : 0);

function machineEnd(c: Case, retired: number): object {
  const stop = core.get('STOP') & 0xffff_ffffn;
  const stopped = stop === 2n ? core.lastCall() : undefined;
  const over = stopped?.name === 'ecall' && !c.words.includes(ECALL);
  return {
    retired: over ? retired - 1 : retired,
    pc: core.get('PC'),
    x: Array.from({ length: 32 }, (_, i) => core.getRegister('X', i)),
    f: Array.from({ length: 32 }, (_, i) => core.getRegister('F', i)),
    fflags: Number(core.get('FFLAGS')),
    frm: Number(core.get('FRM')),
    dirty: core.get('FP_DIRTY') !== 0n,
    end: stop === 0n || over ? 'retired' : (stopped ?? { cause: core.get('CAUSE'), tval: core.get('TVAL') }),
    accesses: Number(core.get('DATA_ACCESSES')),
  };
}

function referenceEnd(hart: OracleHart, outcome: StepOutcome): object {
  const end = (): unknown => {
    if (outcome.kind === 'trap') return { cause: BigInt(outcome.cause), tval: outcome.tval };
    if (outcome.kind === 'system') return expectedCall(hart, outcome);
    // A transfer out of RAM has retired, and its target is what faults.
    return hart.pc >= BigInt(RAM_BYTES) ? { cause: 1n, tval: hart.pc } : 'retired';
  };
  return {
    // What the hart's functions do counts as retired unless they raise.
    retired: hart.retired + (outcome.kind === 'system' ? 1 : 0),
    pc: hart.pc,
    x: [...hart.x],
    f: [...hart.f],
    fflags: hart.fflags,
    frm: hart.frm,
    dirty: hart.floatDirty,
    end: end(),
  };
}

function expectedCall(hart: OracleHart, { call, instruction }: Extract<StepOutcome, { kind: 'system' }>): unknown {
  const { rs1 = 0, rs2 = 0 } = instruction.operands;
  const cbo = { cboInval: 0n, cboClean: 1n, cboFlush: 2n, cboZero: 4n }[call as string];
  if (cbo !== undefined) return { name: 'cbo', args: [cbo, hart.x[rs1]!, 0n, 0n] };
  if (call === 'sfence')
    return { name: 'sfence', args: [hart.x[rs1]!, hart.x[rs2]!, BigInt(rs1 !== 0), BigInt(rs2 !== 0)] };
  return { name: call, args: [0n, 0n, 0n, 0n] };
}

function check(c: Case): void {
  const { machine, reference } = runBoth(c);
  expect(machine).toEqual(reference);
}

/** The lab's markers, hints to the reference hart. */
const isMarker = (word: number): boolean => (word & 0xfffff) === 0x2013 && word >>> 20 >= 1 && word >>> 20 <= 4;

describe('each row, printed and folded', () => {
  it.each(ROWS.map((row) => [row.name, row] as const))('%s', (_name, row) => {
    const unmarked = cases(row).filter((c) => !c.words.some(isMarker));
    fc.assert(fc.property(unmarked, check), { numRuns: isCompressed(row) ? CASES / 2 : CASES });
  });
});

describe('instructions that are done as a pair', () => {
  it.each(
    PAIRS.map(
      ({ first, second }) => [`${first.id}/${first.length} ${second.id}/${second.length}`, first, second] as const,
    ),
  )('%s', (_name, first, second) => {
    const rows = rowsOf(first).flatMap((a) => rowsOf(second).map((b) => [a, b]));
    fc.assert(fc.property(fc.oneof(...rows.map((pair) => cases(...pair))), check), { numRuns: CASES / 4 });
  });
});

/** The rows that can become a form of an instruction: the row itself, or compressed ones that expand to it. */
function rowsOf({ id, length }: Pair['first']): Row[] {
  const name = SPECIALS.find((s) => s.id === id)?.of ?? id;
  const rows = ROWS.filter((row) => baseRow(row).name === name && encodingOf(row).length === length);
  expect(rows).not.toEqual([]);
  return rows;
}

describe('markers', () => {
  it.each([1, 2, 3, 4])('slti x0, x0, %i calls the lab', (code) => {
    core.place(0x1000, encode('slti', { rd: 0, rs1: 0, imm: code }));
    core.set('PC', 0x1000n);
    expect(core.execute(1)).toBe(1);
    expect(core.lastCall()).toEqual({ name: 'hint', args: [BigInt(code), 0n, 0n, 0n] });
  });
});

describe('random words', () => {
  it('end the same on both, legal or not', () => {
    const words = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(cases(ROWS[0]!), words, (c, word) => check({ ...c, words: [word] })),
      { numRuns: CASES * 20 },
    );
  });
});
