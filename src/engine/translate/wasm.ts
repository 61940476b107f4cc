/** An encoder of WebAssembly: bytes of a function body, and a module around bodies (core specification 2.0, chapter 5). */
import type { OperatorName } from '../../isa/operators.ts';
import type { ValueType } from '../../isa/value-type.ts';

export const TYPE: Readonly<Record<ValueType | 'f64', number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c };
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
  'i32.load8_u': 0x2d,
  'i64.load8_s': 0x30,
  'i64.load8_u': 0x31,
  'i64.load16_s': 0x32,
  'i64.load16_u': 0x33,
  'i64.load32_s': 0x34,
  'i64.load32_u': 0x35,
  'i32.store': 0x36,
  'i64.store': 0x37,
  'i32.store8': 0x3a,
  'i64.store8': 0x3c,
  'i64.store16': 0x3d,
  'i64.store32': 0x3e,
  'i64.le_s': 0x57,
  'i64.le_u': 0x58,
  'f64.abs': 0x99,
  'f64.add': 0xa0,
  'f64.sub': 0xa1,
  'f64.mul': 0xa2,
  'f64.lt': 0x63,
  'i64.reinterpret_f64': 0xbd,
  'f64.reinterpret_i64': 0xbf,
  'i64.extend32_s': 0xc4,
} as const;
export type RawName = keyof typeof RAW;

function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest ? low | 0x80 : low);
  } while (rest);
  return out;
}

function signed(value: bigint): number[] {
  const out: number[] = [];
  for (let rest = value; ; ) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && !(low & 0x40)) || (rest === -1n && (low & 0x40) !== 0);
    out.push(done ? low : low | 0x80);
    if (done) return out;
  }
}

/** A label of a structured block, for branches from inside it. */
export interface Label {
  readonly depth: number;
}

/** Writes one function body. Locals come after the parameters, in the order they were asked for. */
export class Code {
  private readonly bytes: number[] = [];
  private readonly locals: number[] = [];
  private readonly parameters: number;
  private depth = 0;

  constructor(parameters: number) {
    this.parameters = parameters;
  }

  /** A new local. */
  local(type: ValueType | 'f64'): number {
    this.locals.push(TYPE[type]);
    return this.parameters + this.locals.length - 1;
  }

  op(name: OperatorName): void {
    this.bytes.push(OPCODES[name]);
  }

  raw(name: RawName): void {
    this.bytes.push(RAW[name]);
  }

  i32(value: number): void {
    this.bytes.push(0x41, ...signed(BigInt(value | 0)));
  }

  i64(value: bigint): void {
    this.bytes.push(0x42, ...signed(BigInt.asIntN(64, value)));
  }

  f64(value: number): void {
    this.bytes.push(0x44, ...new Uint8Array(new Float64Array([value]).buffer));
  }

  get(local: number): void {
    this.bytes.push(0x20, ...unsigned(local));
  }

  set(local: number): void {
    this.bytes.push(0x21, ...unsigned(local));
  }

  tee(local: number): void {
    this.bytes.push(0x22, ...unsigned(local));
  }

  /** A load or store at the address on the stack plus `offset`, with no claim about alignment. */
  memory(name: RawName, offset: number): void {
    this.bytes.push(RAW[name], 0, ...unsigned(offset));
  }

  call(index: number): void {
    this.bytes.push(0x10, ...unsigned(index));
  }

  private open(opcode: number, type: number): Label {
    this.bytes.push(opcode, type);
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

  else(): void {
    this.bytes.push(0x05);
  }

  end(): void {
    this.depth--;
    this.bytes.push(0x0b);
  }

  br(to: Label): void {
    this.bytes.push(0x0c, ...unsigned(this.depth - to.depth));
  }

  brIf(to: Label): void {
    this.bytes.push(0x0d, ...unsigned(this.depth - to.depth));
  }

  /** The last label is the default. */
  brTable(labels: readonly Label[]): void {
    this.bytes.push(0x0e, ...unsigned(labels.length - 1));
    for (const label of labels) this.bytes.push(...unsigned(this.depth - label.depth));
  }

  /** The body with its declarations, as the code section holds it. */
  finish(): number[] {
    const runs: [count: number, type: number][] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const body = [...vector(runs.map(([count, type]) => [...unsigned(count), type]))];
    for (const byte of this.bytes) body.push(byte);
    body.push(0x0b);
    return body;
  }
}

interface FunctionType {
  readonly params: readonly ValueType[];
  readonly result: ValueType | null;
}

export interface ImportedFunction extends FunctionType {
  readonly name: string;
}

const text = (s: string): number[] => [...unsigned(s.length), ...Array.from(s, (c) => c.charCodeAt(0))];

function vector(items: readonly (readonly number[])[]): number[] {
  const out = unsigned(items.length);
  for (const item of items) for (const byte of item) out.push(byte);
  return out;
}

/**
 * A module that imports `env.memory` and the functions, in that order of index, and exports its own as f0, f1, … All of
 * its own have the type `type`.
 */
export function encodeModule(
  imports: readonly ImportedFunction[],
  type: FunctionType,
  bodies: readonly (readonly number[])[],
): Uint8Array<ArrayBuffer> {
  const types: number[][] = [];
  const typeOf = ({ params, result }: FunctionType): number => {
    const bytes = [0x60, ...vector(params.map((p) => [TYPE[p]])), ...vector(result ? [[TYPE[result]]] : [])];
    const known = types.findIndex((t) => t.join() === bytes.join());
    return known >= 0 ? known : types.push(bytes) - 1;
  };
  const own = typeOf(type);
  const importSection = vector([
    [...text('env'), ...text('memory'), 0x02, 0x00, 0x01],
    ...imports.map((f) => [...text('env'), ...text(f.name), 0x00, ...unsigned(typeOf(f))]),
  ]);
  const sections: [id: number, content: number[]][] = [
    [1, vector(types)],
    [2, importSection],
    [3, vector(bodies.map(() => unsigned(own)))],
    [7, vector(bodies.map((_, i) => [...text(`f${i}`), 0x00, ...unsigned(imports.length + i)]))],
    [10, vector(bodies.map((body) => unsigned(body.length).concat(body)))],
  ];
  const out = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  for (const [id, content] of sections) {
    out.push(id, ...unsigned(content.length));
    for (const byte of content) out.push(byte);
  }
  return new Uint8Array(out);
}
