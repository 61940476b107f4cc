/** Writes the body of a WebAssembly function (core specification 2.0, 5.4). */
import type { OperatorName } from '../../isa/operators.ts';
import type { ValueType } from '../../isa/value-type.ts';
import { Bytes } from './bytes.ts';

/** Types of locals, parameters and results. */
export type WasmType = ValueType | 'f32' | 'f64';

export const TYPE: Readonly<Record<WasmType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };
const VOID = 0x40;

/** Operators of the semantics trees. */
export const OPCODES: Readonly<Record<OperatorName, number>> = {
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.lt_s': 0x53,
  'i64.lt_u': 0x54,
  'i64.gt_s': 0x55,
  'i64.gt_u': 0x56,
  'i64.ge_s': 0x59,
  'i64.ge_u': 0x5a,
  'i32.clz': 0x67,
  'i32.ctz': 0x68,
  'i32.popcnt': 0x69,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.div_s': 0x6d,
  'i32.div_u': 0x6e,
  'i32.rem_s': 0x6f,
  'i32.rem_u': 0x70,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_s': 0x75,
  'i32.shr_u': 0x76,
  'i32.rotl': 0x77,
  'i32.rotr': 0x78,
  'i64.clz': 0x79,
  'i64.ctz': 0x7a,
  'i64.popcnt': 0x7b,
  'i64.add': 0x7c,
  'i64.sub': 0x7d,
  'i64.mul': 0x7e,
  'i64.div_s': 0x7f,
  'i64.div_u': 0x80,
  'i64.rem_s': 0x81,
  'i64.rem_u': 0x82,
  'i64.and': 0x83,
  'i64.or': 0x84,
  'i64.xor': 0x85,
  'i64.shl': 0x86,
  'i64.shr_s': 0x87,
  'i64.shr_u': 0x88,
  'i64.rotl': 0x89,
  'i64.rotr': 0x8a,
  'i32.wrap_i64': 0xa7,
  'i64.extend_i32_s': 0xac,
  'i64.extend_i32_u': 0xad,
  'i64.extend8_s': 0xc2,
  'i64.extend16_s': 0xc3,
  'i32.select': 0x1b,
  'i64.select': 0x1b,
};

/** Operators the translator itself needs, beside those of the trees. */
export const RAW = {
  unreachable: 0x00,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  'i32.load': 0x28,
  'i64.load': 0x29,
  'f64.load': 0x2b,
  'i32.load8_u': 0x2d,
  'i32.load16_u': 0x2f,
  'i64.load8_s': 0x30,
  'i64.load8_u': 0x31,
  'i64.load16_s': 0x32,
  'i64.load16_u': 0x33,
  'i64.load32_s': 0x34,
  'i64.load32_u': 0x35,
  'i32.store': 0x36,
  'i64.store': 0x37,
  'f64.store': 0x39,
  'i32.store8': 0x3a,
  'i64.store8': 0x3c,
  'i64.store16': 0x3d,
  'i64.store32': 0x3e,
  'i32.le_s': 0x4c,
  'i32.ge_u': 0x4f,
  'i64.le_u': 0x58,
  'i64.ge_u': 0x5a,
  'f32.eq': 0x5b,
  'f32.lt': 0x5d,
  'f32.gt': 0x5e,
  'f32.le': 0x5f,
  'f64.eq': 0x61,
  'f64.lt': 0x63,
  'f64.gt': 0x64,
  'f64.le': 0x65,
  'f64.ge': 0x66,
  'f32.abs': 0x8b,
  'f32.sqrt': 0x91,
  'f32.add': 0x92,
  'f32.sub': 0x93,
  'f32.mul': 0x94,
  'f32.div': 0x95,
  'f32.min': 0x96,
  'f32.max': 0x97,
  'f64.abs': 0x99,
  'f64.neg': 0x9a,
  'f64.nearest': 0x9e,
  'f64.sqrt': 0x9f,
  'f64.add': 0xa0,
  'f64.sub': 0xa1,
  'f64.mul': 0xa2,
  'f64.div': 0xa3,
  'f64.min': 0xa4,
  'f64.max': 0xa5,
  'f64.copysign': 0xa6,
  'i32.trunc_f32_s': 0xa8,
  'i32.trunc_f64_s': 0xaa,
  'i64.trunc_f32_s': 0xae,
  'i64.trunc_f64_s': 0xb0,
  'f32.convert_i32_s': 0xb2,
  'f32.convert_i64_s': 0xb4,
  'f32.demote_f64': 0xb6,
  'f64.convert_i32_s': 0xb7,
  'f64.convert_i64_s': 0xb9,
  'f64.promote_f32': 0xbb,
  'i32.reinterpret_f32': 0xbc,
  'i64.reinterpret_f64': 0xbd,
  'f32.reinterpret_i32': 0xbe,
  'f64.reinterpret_i64': 0xbf,
  'i64.extend32_s': 0xc4,
} as const;
export type RawName = keyof typeof RAW;

/** A function's body, and where in it branches are that are hardly ever taken. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly unlikely: readonly number[];
}

/** A label of a structured block, for branches from inside it. */
export interface Label {
  readonly depth: number;
}

/** Writes one function body. Locals come after the parameters, in the order they were asked for. */
export class Code {
  private readonly bytes = new Bytes();
  private readonly locals: number[] = [];
  private readonly parameters: number;
  /** Where branches are that are hardly ever taken. */
  private readonly hints: number[] = [];
  private depth = 0;

  constructor(parameters: number) {
    this.parameters = parameters;
  }

  /** A new local. */
  local(type: WasmType): number {
    this.locals.push(TYPE[type]);
    return this.parameters + this.locals.length - 1;
  }

  op(name: OperatorName): void {
    this.bytes.byte(OPCODES[name]);
  }

  raw(name: RawName): void {
    this.bytes.byte(RAW[name]);
  }

  i32(value: number): void {
    if (value >= -64 && value < 64) this.bytes.pair(0x41, value & 0x7f);
    else {
      this.bytes.byte(0x41);
      this.bytes.signed(value | 0);
    }
  }

  i64(value: number | bigint): void {
    this.bytes.byte(0x42);
    if (typeof value === 'number' && value === (value | 0)) this.bytes.signed(value);
    else this.bytes.signedBig(BigInt.asIntN(64, BigInt(value)));
  }

  f32(value: number): void {
    this.bytes.byte(0x43);
    this.bytes.append(new Uint8Array(new Float32Array([value]).buffer));
  }

  f64(value: number): void {
    this.bytes.byte(0x44);
    this.bytes.append(new Uint8Array(new Float64Array([value]).buffer));
  }

  get(local: number): void {
    this.bytes.pair(0x20, local);
  }

  set(local: number): void {
    this.bytes.pair(0x21, local);
  }

  tee(local: number): void {
    this.bytes.pair(0x22, local);
  }

  /** A load or store at the address on the stack plus `offset`, with no claim about alignment. */
  memory(name: RawName, offset: number): void {
    this.bytes.pair(RAW[name], 0);
    this.bytes.unsigned(offset);
  }

  call(index: number): void {
    this.bytes.pair(0x10, index);
  }

  /** A call through the table of a function of the module's first type; the index is on the stack. */
  callIndirect(): void {
    this.bytes.byte(0x11);
    this.bytes.byte(0);
    this.bytes.byte(0);
  }

  private open(opcode: number, type: number): Label {
    this.bytes.byte(opcode);
    this.bytes.byte(type);
    return { depth: ++this.depth };
  }

  block(): Label {
    return this.open(0x02, VOID);
  }

  loop(): Label {
    return this.open(0x03, VOID);
  }

  if(type?: ValueType): Label {
    return this.open(0x04, type ? TYPE[type] : VOID);
  }

  /** An `if` whose condition hardly ever holds. */
  unlikely(): Label {
    this.hints.push(this.bytes.length);
    return this.if();
  }

  else(): void {
    this.bytes.byte(0x05);
  }

  end(): void {
    this.depth--;
    this.bytes.byte(0x0b);
  }

  br(to: Label): void {
    this.bytes.pair(0x0c, this.depth - to.depth);
  }

  brIf(to: Label): void {
    this.bytes.pair(0x0d, this.depth - to.depth);
  }

  /** The last label is the default. */
  brTable(labels: readonly Label[]): void {
    this.bytes.byte(0x0e);
    this.bytes.unsigned(labels.length - 1);
    for (const label of labels) this.bytes.unsigned(this.depth - label.depth);
  }

  /** The body with its declarations, as the code section holds it. */
  finish(): Body {
    const runs: [count: number, type: number][] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const body = new Bytes();
    body.unsigned(runs.length);
    for (const [count, type] of runs) {
      body.unsigned(count);
      body.byte(type);
    }
    const { length } = body;
    body.append(this.bytes.view());
    body.byte(0x0b);
    return { bytes: body.view(), unlikely: this.hints.map((at) => length + at) };
  }
}
