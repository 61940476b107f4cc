/** Zba, Zbb, Zbc, Zbs, Zbkb, Zbkx (unprivileged specification, chapter 30 and the scalar cryptography one) and Zicond. */
import { c32, c64, call, i32, i64, imm, low, not, rs1, rs2, word } from '../expr.ts';
import type { BaseRow, Expr, Extension } from '../types.ts';

type Make = (name: string, selector: string, funct3: string, value: Expr, opcode?: string) => BaseRow;

const two =
  (extension: Extension): Make =>
  (name, selector, funct3, value, opcode = '0110011') => ({
    name,
    extension,
    layout: `${selector} rs2 rs1 ${funct3} rd ${opcode}`,
    syntax: 'rd,rs1,rs2',
    effect: { kind: 'write', file: 'x', value },
  });

/** One source: what rs2 or the immediate would be is part of the opcode. */
const one =
  (extension: Extension): Make =>
  (name, selector, funct3, value, opcode = '0010011') => ({
    name,
    extension,
    layout: `${selector} rs1 ${funct3} rd ${opcode}`,
    syntax: 'rd,rs1',
    effect: { kind: 'write', file: 'x', value },
  });

const shift =
  (extension: Extension, bits: 5 | 6 = 6): Make =>
  (name, selector, funct3, value, opcode = '0010011') => ({
    name,
    extension,
    layout: `${selector} uimm[${bits - 1}:0] rs1 ${funct3} rd ${opcode}`,
    syntax: 'rd,rs1,uimm',
    effect: { kind: 'write', file: 'x', value },
  });

const W = '0111011';
const IW = '0011011';
const zba = two('Zba');
const zbb = two('Zbb');
const zbb1 = one('Zbb');
const zbc = two('Zbc');
const zbs = two('Zbs');
const zbsi = shift('Zbs');
const zbkb = two('Zbkb');
const zbkx = two('Zbkx');
const zicond = two('Zicond');

const unsigned = i64.extend_i32_u(low(rs1));
const shiftedAdd = (a: Expr, n: number) => i64.add(i64.shl(a, c64(n)), rs2);
const bit = (n: Expr) => i64.shl(c64(1), i64.and(n, c64(63)));
const bitAt = (n: Expr) => i64.and(i64.shr_u(rs1, i64.and(n, c64(63))), c64(1));

/** Exchanges neighbours: the groups of bits under `mask` with those n places above. */
const exchange = (a: Expr, mask: bigint, n: number): Expr =>
  i64.or(i64.and(i64.shr_u(a, c64(n)), c64(mask)), i64.shl(i64.and(a, c64(mask)), c64(n)));
const reverseBytes = (a: Expr): Expr =>
  i64.rotl(exchange(exchange(a, 0x00ff_00ff_00ff_00ffn, 8), 0x0000_ffff_0000_ffffn, 16), c64(32));
const reverseBits = (a: Expr): Expr =>
  exchange(exchange(exchange(a, 0x5555_5555_5555_5555n, 1), 0x3333_3333_3333_3333n, 2), 0x0f0f_0f0f_0f0f_0f0fn, 4);

/** Each byte becomes 0xff if it is not zero: the low seven bits carry into bit 7, which is then spread. */
const LOW7 = c64(0x7f7f_7f7f_7f7f_7f7fn);
const nonzeroBytes = i64.shr_u(
  i64.and(i64.or(rs1, i64.add(i64.and(rs1, LOW7), LOW7)), c64(0x8080_8080_8080_8080n)),
  c64(7),
);
const spreadBytes = i64.mul(nonzeroBytes, c64(255));

export const BITMANIP_ROWS: readonly BaseRow[] = [
  zba('add.uw', '0000100', '000', i64.add(unsigned, rs2), W),
  zba('sh1add', '0010000', '010', shiftedAdd(rs1, 1)),
  zba('sh2add', '0010000', '100', shiftedAdd(rs1, 2)),
  zba('sh3add', '0010000', '110', shiftedAdd(rs1, 3)),
  zba('sh1add.uw', '0010000', '010', shiftedAdd(unsigned, 1), W),
  zba('sh2add.uw', '0010000', '100', shiftedAdd(unsigned, 2), W),
  zba('sh3add.uw', '0010000', '110', shiftedAdd(unsigned, 3), W),
  shift('Zba')('slli.uw', '000010', '001', i64.shl(unsigned, imm), IW),

  zbb('andn', '0100000', '111', i64.and(rs1, not(rs2))),
  zbb('orn', '0100000', '110', i64.or(rs1, not(rs2))),
  zbb('xnor', '0100000', '100', not(i64.xor(rs1, rs2))),
  zbb1('clz', '0110000 00000', '001', i64.clz(rs1)),
  zbb1('ctz', '0110000 00001', '001', i64.ctz(rs1)),
  zbb1('cpop', '0110000 00010', '001', i64.popcnt(rs1)),
  zbb1('sext.b', '0110000 00100', '001', i64.extend8_s(rs1)),
  zbb1('sext.h', '0110000 00101', '001', i64.extend16_s(rs1)),
  zbb1('clzw', '0110000 00000', '001', word(i32.clz(low(rs1))), IW),
  zbb1('ctzw', '0110000 00001', '001', word(i32.ctz(low(rs1))), IW),
  zbb1('cpopw', '0110000 00010', '001', word(i32.popcnt(low(rs1))), IW),
  // The same encoding as packw with rs2 = x0, which it takes precedence over.
  zbb1('zext.h', '0000100 00000', '100', i64.and(rs1, c64(0xffff)), W),
  zbb('min', '0000101', '100', i64.select(rs1, rs2, i64.lt_s(rs1, rs2))),
  zbb('minu', '0000101', '101', i64.select(rs1, rs2, i64.lt_u(rs1, rs2))),
  zbb('max', '0000101', '110', i64.select(rs1, rs2, i64.gt_s(rs1, rs2))),
  zbb('maxu', '0000101', '111', i64.select(rs1, rs2, i64.gt_u(rs1, rs2))),
  zbb('rol', '0110000', '001', i64.rotl(rs1, i64.and(rs2, c64(63)))),
  zbb('ror', '0110000', '101', i64.rotr(rs1, i64.and(rs2, c64(63)))),
  shift('Zbb')('rori', '011000', '101', i64.rotr(rs1, imm)),
  zbb('rolw', '0110000', '001', word(i32.rotl(low(rs1), i32.and(low(rs2), c32(31)))), W),
  zbb('rorw', '0110000', '101', word(i32.rotr(low(rs1), i32.and(low(rs2), c32(31)))), W),
  shift('Zbb', 5)('roriw', '0110000', '101', word(i32.rotr(low(rs1), low(imm))), IW),
  zbb1('orc.b', '0010100 00111', '101', spreadBytes),
  zbb1('rev8', '0110101 11000', '101', reverseBytes(rs1)),

  zbc('clmul', '0000101', '001', call('clmul', rs1, rs2)),
  zbc('clmulr', '0000101', '010', call('clmulReversed', rs1, rs2)),
  zbc('clmulh', '0000101', '011', call('clmulHigh', rs1, rs2)),

  zbs('bclr', '0100100', '001', i64.and(rs1, not(bit(rs2)))),
  zbs('bext', '0100100', '101', bitAt(rs2)),
  zbs('binv', '0110100', '001', i64.xor(rs1, bit(rs2))),
  zbs('bset', '0010100', '001', i64.or(rs1, bit(rs2))),
  zbsi('bclri', '010010', '001', i64.and(rs1, not(bit(imm)))),
  zbsi('bexti', '010010', '101', bitAt(imm)),
  zbsi('binvi', '011010', '001', i64.xor(rs1, bit(imm))),
  zbsi('bseti', '001010', '001', i64.or(rs1, bit(imm))),

  zbkb('pack', '0000100', '100', i64.or(unsigned, i64.shl(rs2, c64(32)))),
  zbkb('packh', '0000100', '111', i64.or(i64.and(rs1, c64(255)), i64.shl(i64.and(rs2, c64(255)), c64(8)))),
  zbkb('packw', '0000100', '100', word(i32.or(i32.and(low(rs1), c32(0xffff)), i32.shl(low(rs2), c32(16)))), W),
  one('Zbkb')('brev8', '0110100 00111', '101', reverseBits(rs1)),
  zbkx('xperm4', '0010100', '010', call('xperm4', rs1, rs2)),
  zbkx('xperm8', '0010100', '100', call('xperm8', rs1, rs2)),

  zicond('czero.eqz', '0000111', '101', i64.select(c64(0), rs1, i64.eqz(rs2))),
  zicond('czero.nez', '0000111', '111', i64.select(rs1, c64(0), i64.eqz(rs2))),
];
