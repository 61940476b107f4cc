/** F and D (unprivileged specification, chapters 21 and 22). An f register is 64 bits; a single is NaN-boxed in it. */
import { c32, c64, call, fs1, fs2, fs3, i32, i64, imm, load, low, rm, rs1, word } from '../expr.ts';
import type { PrimitiveName } from '../primitives.ts';
import type { BaseRow, Effect, Expr } from '../types.ts';

const BOX = c64(0xffff_ffff_0000_0000n);
const CANONICAL = c32(0x7fc0_0000);
const SIGN32 = c32(0x8000_0000);
const SIGN64 = c64(1n << 63n);

const box = (a: Expr): Expr => i64.or(i64.extend_i32_u(a), BOX);
/** A single operand: anything not NaN-boxed reads as the canonical NaN (22.2). */
const unbox = (a: Expr): Expr => i32.select(low(a), CANONICAL, i64.ge_u(a, BOX));

/** What differs between the two formats. */
interface Format {
  readonly letter: 's' | 'd';
  readonly prefix: 'f32' | 'f64';
  readonly extension: 'F' | 'D';
  /** The fmt field. */
  readonly fmt: string;
  readonly sources: readonly [Expr, Expr, Expr];
  /** The register value of a result. */
  readonly pack: (a: Expr) => Expr;
  readonly negate: (a: Expr) => Expr;
}

const SINGLE: Format = {
  letter: 's',
  prefix: 'f32',
  extension: 'F',
  fmt: '00',
  sources: [unbox(fs1), unbox(fs2), unbox(fs3)],
  pack: box,
  negate: (a) => i32.xor(a, SIGN32),
};

const DOUBLE: Format = {
  letter: 'd',
  prefix: 'f64',
  extension: 'D',
  fmt: '01',
  sources: [fs1, fs2, fs3],
  pack: (a) => a,
  negate: (a) => i64.xor(a, SIGN64),
};

const toF = (value: Expr): Effect => ({ kind: 'write', file: 'f', value });
const toX = (value: Expr): Effect => ({ kind: 'write', file: 'x', value });

function formatRows(format: Format): BaseRow[] {
  const { letter, extension, fmt, pack, negate } = format;
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

  // Sign injection works on the operands' bits: the sign of b, its inverse, or the exclusive or of both.
  const injected =
    letter === 's'
      ? (sign: Expr) => i32.or(i32.and(a, c32(0x7fff_ffff)), i32.and(sign, SIGN32))
      : (sign: Expr) => i64.or(i64.and(a, c64((1n << 63n) - 1n)), i64.and(sign, SIGN64));
  const exclusive = letter === 's' ? i32.xor(a, i32.and(b, SIGN32)) : i64.xor(a, i64.and(b, SIGN64));

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
    pair('fsgnj', '00100', '000', injected(b)),
    pair('fsgnjn', '00100', '001', injected(negate(b))),
    pair('fsgnjx', '00100', '010', exclusive),
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

export const FLOAT_ROWS: readonly BaseRow[] = [
  {
    name: 'flw',
    extension: 'F',
    layout: 'imm[11:0] rs1 010 rd 0000111',
    syntax: 'fd,imm(rs1)',
    effect: toF(i64.or(load(4, false, address), BOX)),
  },
  {
    name: 'fld',
    extension: 'D',
    layout: 'imm[11:0] rs1 011 rd 0000111',
    syntax: 'fd,imm(rs1)',
    effect: toF(load(8, false, address)),
  },
  {
    name: 'fsw',
    extension: 'F',
    layout: 'imm[11:5] rs2 rs1 010 imm[4:0] 0100111',
    syntax: 'fs2,imm(rs1)',
    effect: { kind: 'store', bytes: 4, address, value: fs2 },
  },
  {
    name: 'fsd',
    extension: 'D',
    layout: 'imm[11:5] rs2 rs1 011 imm[4:0] 0100111',
    syntax: 'fs2,imm(rs1)',
    effect: { kind: 'store', bytes: 8, address, value: fs2 },
  },
  ...formatRows(SINGLE),
  ...formatRows(DOUBLE),
  // Moves carry bits as they are: no NaN-box check, no flag (22.5).
  {
    name: 'fmv.x.w',
    extension: 'F',
    layout: '1110000 00000 rs1 000 rd 1010011',
    syntax: 'rd,fs1',
    effect: toX(word(low(fs1))),
  },
  {
    name: 'fmv.w.x',
    extension: 'F',
    layout: '1111000 00000 rs1 000 rd 1010011',
    syntax: 'fd,rs1',
    effect: toF(box(low(rs1))),
  },
  { name: 'fmv.x.d', extension: 'D', layout: '1110001 00000 rs1 000 rd 1010011', syntax: 'rd,fs1', effect: toX(fs1) },
  { name: 'fmv.d.x', extension: 'D', layout: '1111001 00000 rs1 000 rd 1010011', syntax: 'fd,rs1', effect: toF(rs1) },
  {
    name: 'fcvt.s.d',
    extension: 'D',
    layout: '0100000 00001 rs1 rm rd 1010011',
    syntax: 'fd,fs1,rm',
    effect: toF(box(call('f64ToF32', fs1, rm))),
  },
  {
    name: 'fcvt.d.s',
    extension: 'D',
    layout: '0100001 00000 rs1 rm rd 1010011',
    syntax: 'fd,fs1,rm',
    effect: toF(call('f32ToF64', unbox(fs1))),
  },
];
