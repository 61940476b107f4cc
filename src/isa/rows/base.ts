/** RV64I (unprivileged specification, chapters 2 and 4), Zifencei and Zihintpause. */
import { c64, flag, i32, i64, imm, load, low, pc, rs1, rs2, word } from '../expr.ts';
import type { BaseRow, Expr, Width } from '../types.ts';

const register = (name: string, funct7: string, funct3: string, value: Expr, opcode = '0110011'): BaseRow => ({
  name,
  extension: 'I',
  layout: `${funct7} rs2 rs1 ${funct3} rd ${opcode}`,
  syntax: 'rd,rs1,rs2',
  effect: { kind: 'write', file: 'x', value },
});

const immediate = (name: string, funct3: string, value: Expr, opcode = '0010011'): BaseRow => ({
  name,
  extension: 'I',
  layout: `imm[11:0] rs1 ${funct3} rd ${opcode}`,
  syntax: 'rd,rs1,imm',
  effect: { kind: 'write', file: 'x', value },
});

const shift = (name: string, funct6: string, funct3: string, value: Expr): BaseRow => ({
  name,
  extension: 'I',
  layout: `${funct6} uimm[5:0] rs1 ${funct3} rd 0010011`,
  syntax: 'rd,rs1,uimm',
  effect: { kind: 'write', file: 'x', value },
});

const shiftWord = (name: string, funct7: string, funct3: string, value: Expr): BaseRow => ({
  name,
  extension: 'I',
  layout: `${funct7} uimm[4:0] rs1 ${funct3} rd 0011011`,
  syntax: 'rd,rs1,uimm',
  effect: { kind: 'write', file: 'x', value },
});

const branch = (name: string, funct3: string, condition: Expr): BaseRow => ({
  name,
  extension: 'I',
  layout: `imm[12|10:5] rs2 rs1 ${funct3} imm[4:1|11] 1100011`,
  syntax: 'rs1,rs2,target',
  effect: { kind: 'branch', condition },
});

const address = i64.add(rs1, imm);

const loadRow = (name: string, funct3: string, bytes: Width, signed: boolean): BaseRow => ({
  name,
  extension: 'I',
  layout: `imm[11:0] rs1 ${funct3} rd 0000011`,
  syntax: 'rd,imm(rs1)',
  effect: { kind: 'write', file: 'x', value: load(bytes, signed, address) },
});

const storeRow = (name: string, funct3: string, bytes: Width): BaseRow => ({
  name,
  extension: 'I',
  layout: `imm[11:5] rs2 rs1 ${funct3} imm[4:0] 0100011`,
  syntax: 'rs2,imm(rs1)',
  effect: { kind: 'store', bytes, address, value: rs2 },
});

const amount = i64.and(rs2, c64(63));
const amountWord = i32.and(low(rs2), low(c64(31)));

export const BASE_ROWS: readonly BaseRow[] = [
  {
    name: 'lui',
    extension: 'I',
    layout: 'imm[31:12] rd 0110111',
    syntax: 'rd,upper',
    effect: { kind: 'write', file: 'x', value: imm },
  },
  {
    name: 'auipc',
    extension: 'I',
    layout: 'imm[31:12] rd 0010111',
    syntax: 'rd,upper',
    effect: { kind: 'write', file: 'x', value: i64.add(pc, imm) },
  },
  {
    name: 'jal',
    extension: 'I',
    layout: 'imm[20|10:1|11|19:12] rd 1101111',
    syntax: 'rd,target',
    effect: { kind: 'jump', target: i64.add(pc, imm), link: true },
  },
  {
    name: 'jalr',
    extension: 'I',
    layout: 'imm[11:0] rs1 000 rd 1100111',
    syntax: 'rd,imm(rs1)',
    effect: { kind: 'jump', target: i64.add(rs1, imm), link: true },
  },
  branch('beq', '000', i64.eq(rs1, rs2)),
  branch('bne', '001', i64.ne(rs1, rs2)),
  branch('blt', '100', i64.lt_s(rs1, rs2)),
  branch('bge', '101', i64.ge_s(rs1, rs2)),
  branch('bltu', '110', i64.lt_u(rs1, rs2)),
  branch('bgeu', '111', i64.ge_u(rs1, rs2)),
  loadRow('lb', '000', 1, true),
  loadRow('lh', '001', 2, true),
  loadRow('lw', '010', 4, true),
  loadRow('ld', '011', 8, true),
  loadRow('lbu', '100', 1, false),
  loadRow('lhu', '101', 2, false),
  loadRow('lwu', '110', 4, false),
  storeRow('sb', '000', 1),
  storeRow('sh', '001', 2),
  storeRow('sw', '010', 4),
  storeRow('sd', '011', 8),
  immediate('addi', '000', i64.add(rs1, imm)),
  immediate('slti', '010', flag(i64.lt_s(rs1, imm))),
  immediate('sltiu', '011', flag(i64.lt_u(rs1, imm))),
  immediate('xori', '100', i64.xor(rs1, imm)),
  immediate('ori', '110', i64.or(rs1, imm)),
  immediate('andi', '111', i64.and(rs1, imm)),
  shift('slli', '000000', '001', i64.shl(rs1, imm)),
  shift('srli', '000000', '101', i64.shr_u(rs1, imm)),
  shift('srai', '010000', '101', i64.shr_s(rs1, imm)),
  register('add', '0000000', '000', i64.add(rs1, rs2)),
  register('sub', '0100000', '000', i64.sub(rs1, rs2)),
  register('sll', '0000000', '001', i64.shl(rs1, amount)),
  register('slt', '0000000', '010', flag(i64.lt_s(rs1, rs2))),
  register('sltu', '0000000', '011', flag(i64.lt_u(rs1, rs2))),
  register('xor', '0000000', '100', i64.xor(rs1, rs2)),
  register('srl', '0000000', '101', i64.shr_u(rs1, amount)),
  register('sra', '0100000', '101', i64.shr_s(rs1, amount)),
  register('or', '0000000', '110', i64.or(rs1, rs2)),
  register('and', '0000000', '111', i64.and(rs1, rs2)),
  immediate('addiw', '000', word(i32.add(low(rs1), low(imm))), '0011011'),
  shiftWord('slliw', '0000000', '001', word(i32.shl(low(rs1), low(imm)))),
  shiftWord('srliw', '0000000', '101', word(i32.shr_u(low(rs1), low(imm)))),
  shiftWord('sraiw', '0100000', '101', word(i32.shr_s(low(rs1), low(imm)))),
  register('addw', '0000000', '000', word(i32.add(low(rs1), low(rs2))), '0111011'),
  register('subw', '0100000', '000', word(i32.sub(low(rs1), low(rs2))), '0111011'),
  register('sllw', '0000000', '001', word(i32.shl(low(rs1), amountWord)), '0111011'),
  register('srlw', '0000000', '101', word(i32.shr_u(low(rs1), amountWord)), '0111011'),
  register('sraw', '0100000', '101', word(i32.shr_s(low(rs1), amountWord)), '0111011'),
  // Reserved values of fm, rs1 and rd are ignored, as the manual asks of implementations (2.7); one hart, in order, needs no fence.
  {
    name: 'fence',
    extension: 'I',
    layout: 'fm pred succ rs1 000 rd 0001111',
    syntax: 'pred,succ',
    effect: { kind: 'none' },
  },
  {
    name: 'fence.tso',
    extension: 'I',
    layout: '1000 0011 0011 rs1 000 rd 0001111',
    syntax: '',
    effect: { kind: 'none' },
  },
  {
    name: 'pause',
    extension: 'Zihintpause',
    layout: '0000 0001 0000 00000 000 00000 0001111',
    syntax: '',
    effect: { kind: 'none' },
  },
  {
    name: 'fence.i',
    extension: 'Zifencei',
    layout: 'imm[11:0] rs1 001 rd 0001111',
    syntax: '',
    effect: { kind: 'system', call: 'fenceI' },
  },
  {
    name: 'ecall',
    extension: 'I',
    layout: '000000000000 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'system', call: 'ecall' },
  },
  {
    name: 'ebreak',
    extension: 'I',
    layout: '000000000001 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'system', call: 'ebreak' },
  },
];
