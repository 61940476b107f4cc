/** F, D and Zfh (unprivileged specification, chapters 21, 22 and 27). An f register is 64 bits; narrower values are NaN-boxed in it. */
import { c32, c64, call, fs1, fs2, fs3, i32, i64, imm, load, low, rm, rs1, word } from '../expr.ts';
import type { PrimitiveName } from '../primitives.ts';
import type { BaseRow, Effect, Expr } from '../types.ts';

/** What differs between the formats. */
interface Format {
  readonly letter: 'h' | 's' | 'd';
  readonly prefix: 'f16' | 'f32' | 'f64';
  readonly extension: 'Zfh' | 'F' | 'D';
  /** The fmt field. */
  readonly fmt: string;
  readonly sources: readonly [Expr, Expr, Expr];
  /** The register value of a result. */
  readonly pack: (a: Expr) => Expr;
  readonly negate: (a: Expr) => Expr;
  /** a with the sign bit of b. */
  readonly copySign: (a: Expr, b: Expr) => Expr;
  /** a with its sign inverted where b is negative. */
  readonly xorSign: (a: Expr, b: Expr) => Expr;
}

/** A format narrower than the register: its patterns are i32, NaN-boxed in the register. */
function narrow(
  bits: 16 | 32,
  canonicalNaN: number,
): Pick<Format, 'sources' | 'pack' | 'negate' | 'copySign' | 'xorSign'> {
  const ones = (1n << BigInt(bits)) - 1n;
  const box = c64((1n << 64n) - 1n - ones);
  const sign = c32(1n << BigInt(bits - 1));
  const magnitude = c32(ones >> 1n);
  const pattern = (a: Expr): Expr => (bits === 32 ? low(a) : i32.and(low(a), c32(ones)));
  // Anything not NaN-boxed reads as the canonical NaN (22.2).
  const unbox = (a: Expr): Expr => i32.select(pattern(a), c32(canonicalNaN), i64.ge_u(a, box));
  return {
    sources: [unbox(fs1), unbox(fs2), unbox(fs3)],
    pack: (a) => i64.or(i64.extend_i32_u(a), box),
    negate: (a) => i32.xor(a, sign),
    copySign: (a, b) => i32.or(i32.and(a, magnitude), i32.and(b, sign)),
    xorSign: (a, b) => i32.xor(a, i32.and(b, sign)),
  };
}

const SIGN = c64(1n << 63n);

const HALF: Format = { letter: 'h', prefix: 'f16', extension: 'Zfh', fmt: '10', ...narrow(16, 0x7e00) };
const SINGLE: Format = { letter: 's', prefix: 'f32', extension: 'F', fmt: '00', ...narrow(32, 0x7fc0_0000) };
const DOUBLE: Format = {
  letter: 'd',
  prefix: 'f64',
  extension: 'D',
  fmt: '01',
  sources: [fs1, fs2, fs3],
  pack: (a) => a,
  negate: (a) => i64.xor(a, SIGN),
  copySign: (a, b) => i64.or(i64.and(a, c64((1n << 63n) - 1n)), i64.and(b, SIGN)),
  xorSign: (a, b) => i64.xor(a, i64.and(b, SIGN)),
};

const toF = (value: Expr): Effect => ({ kind: 'write', file: 'f', value });
const toX = (value: Expr): Effect => ({ kind: 'write', file: 'x', value });

function formatRows(format: Format): BaseRow[] {
  const { letter, extension, fmt, pack, negate, copySign, xorSign } = format;
  const [a, b, c] = format.sources;
  const name = (suffix: string) => `${format.prefix}${suffix}` as PrimitiveName;
  const row = (mnemonic: string, layout: string, syntax: string, effect: Effect): BaseRow => ({
    name: mnemonic,
    extension,
    layout,
    syntax,
    effect,
  });

  const arithmetic = (mnemonic: string, funct5: string, primitive: string): BaseRow =>
    row(
      `${mnemonic}.${letter}`,
      `${funct5}${fmt} rs2 rs1 rm rd 1010011`,
      'fd,fs1,fs2,rm',
      toF(pack(call(name(primitive), a, b, rm))),
    );
  const fused = (mnemonic: string, opcode: string, x: Expr, z: Expr): BaseRow =>
    row(
      `${mnemonic}.${letter}`,
      `rs3 ${fmt} rs2 rs1 rm rd ${opcode}`,
      'fd,fs1,fs2,fs3,rm',
      toF(pack(call(name('MulAdd'), x, b, z, rm))),
    );
  const pair = (mnemonic: string, funct5: string, funct3: string, value: Expr): BaseRow =>
    row(`${mnemonic}.${letter}`, `${funct5}${fmt} rs2 rs1 ${funct3} rd 1010011`, 'fd,fs1,fs2', toF(pack(value)));
  const compare = (mnemonic: string, funct3: string, primitive: string): BaseRow =>
    row(
      `${mnemonic}.${letter}`,
      `10100${fmt} rs2 rs1 ${funct3} rd 1010011`,
      'rd,fs1,fs2',
      toX(call(name(primitive), a, b)),
    );
  const toInteger = (suffix: string, selector: string, primitive: string): BaseRow =>
    row(
      `fcvt.${suffix}.${letter}`,
      `11000${fmt} ${selector} rs1 rm rd 1010011`,
      'rd,fs1,rm',
      toX(call(name(primitive), a, rm)),
    );
  // A conversion that is always exact has a rounding mode all the same; assemblers leave it 0 and do not print it.
  const fromInteger = (suffix: string, selector: string, primitive: string): BaseRow =>
    row(
      `fcvt.${letter}.${suffix}`,
      `11010${fmt} ${selector} rs1 rm rd 1010011`,
      'fd,rs1,rm',
      toF(pack(call(name(primitive), rs1, rm))),
    );

  return [
    fused('fmadd', '1000011', a, c),
    fused('fmsub', '1000111', a, negate(c)),
    fused('fnmsub', '1001011', negate(a), c),
    fused('fnmadd', '1001111', negate(a), negate(c)),
    arithmetic('fadd', '00000', 'Add'),
    arithmetic('fsub', '00001', 'Sub'),
    arithmetic('fmul', '00010', 'Mul'),
    arithmetic('fdiv', '00011', 'Div'),
    row(`fsqrt.${letter}`, `01011${fmt} 00000 rs1 rm rd 1010011`, 'fd,fs1,rm', toF(pack(call(name('Sqrt'), a, rm)))),
    pair('fsgnj', '00100', '000', copySign(a, b)),
    pair('fsgnjn', '00100', '001', copySign(a, negate(b))),
    pair('fsgnjx', '00100', '010', xorSign(a, b)),
    pair('fmin', '00101', '000', call(name('Min'), a, b)),
    pair('fmax', '00101', '001', call(name('Max'), a, b)),
    compare('feq', '010', 'Eq'),
    compare('flt', '001', 'Lt'),
    compare('fle', '000', 'Le'),
    row(`fclass.${letter}`, `11100${fmt} 00000 rs1 001 rd 1010011`, 'rd,fs1', toX(call(name('Classify'), a))),
    toInteger('w', '00000', 'ToI32'),
    toInteger('wu', '00001', 'ToU32'),
    toInteger('l', '00010', 'ToI64'),
    toInteger('lu', '00011', 'ToU64'),
    fromInteger('w', '00000', 'FromI32'),
    fromInteger('wu', '00001', 'FromU32'),
    fromInteger('l', '00010', 'FromI64'),
    fromInteger('lu', '00011', 'FromU64'),
  ];
}

const address = i64.add(rs1, imm);

/** Loads and stores carry bits as they are. */
function memoryRows({ extension, pack }: Format, suffix: 'h' | 'w' | 'd', funct3: string, bytes: 2 | 4 | 8): BaseRow[] {
  const loaded = load(bytes, false, address);
  return [
    {
      name: `fl${suffix}`,
      extension,
      layout: `imm[11:0] rs1 ${funct3} rd 0000111`,
      syntax: 'fd,imm(rs1)',
      effect: toF(bytes === 8 ? loaded : pack(low(loaded))),
    },
    {
      name: `fs${suffix}`,
      extension,
      layout: `imm[11:5] rs2 rs1 ${funct3} imm[4:0] 0100111`,
      syntax: 'fs2,imm(rs1)',
      effect: { kind: 'store', bytes, address, value: fs2 },
    },
  ];
}

/** Moves between the files: no NaN-box check, no flag (22.5). */
function moveRows({ extension, fmt, pack }: Format, suffix: 'h' | 'w' | 'd'): BaseRow[] {
  const toInteger = { h: i64.extend16_s(fs1), w: word(low(fs1)), d: fs1 }[suffix];
  const toFloat = { h: pack(i32.and(low(rs1), c32(0xffff))), w: pack(low(rs1)), d: rs1 }[suffix];
  return [
    {
      name: `fmv.x.${suffix}`,
      extension,
      layout: `11100${fmt} 00000 rs1 000 rd 1010011`,
      syntax: 'rd,fs1',
      effect: toX(toInteger),
    },
    {
      name: `fmv.${suffix}.x`,
      extension,
      layout: `11110${fmt} 00000 rs1 000 rd 1010011`,
      syntax: 'fd,rs1',
      effect: toF(toFloat),
    },
  ];
}

/** Between formats; only narrowing rounds. The fmt of the source stands where rs2 would. */
function convertRow(to: Format, from: Format, primitive: PrimitiveName, rounds: boolean): BaseRow {
  const [source] = from.sources;
  return {
    name: `fcvt.${to.letter}.${from.letter}`,
    extension: to === HALF || from === HALF ? 'Zfh' : 'D',
    layout: `01000${to.fmt} 000${from.fmt} rs1 rm rd 1010011`,
    syntax: 'fd,fs1,rm',
    effect: toF(to.pack(rounds ? call(primitive, source, rm) : call(primitive, source))),
  };
}

export const FLOAT_ROWS: readonly BaseRow[] = [
  ...memoryRows(SINGLE, 'w', '010', 4),
  ...memoryRows(DOUBLE, 'd', '011', 8),
  ...memoryRows(HALF, 'h', '001', 2),
  ...formatRows(SINGLE),
  ...formatRows(DOUBLE),
  ...formatRows(HALF),
  ...moveRows(SINGLE, 'w'),
  ...moveRows(DOUBLE, 'd'),
  ...moveRows(HALF, 'h'),
  convertRow(SINGLE, DOUBLE, 'f64ToF32', true),
  convertRow(DOUBLE, SINGLE, 'f32ToF64', false),
  convertRow(HALF, SINGLE, 'f32ToF16', true),
  convertRow(SINGLE, HALF, 'f16ToF32', false),
  convertRow(HALF, DOUBLE, 'f64ToF16', true),
  convertRow(DOUBLE, HALF, 'f16ToF64', false),
];
