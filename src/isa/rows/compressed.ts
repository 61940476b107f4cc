/**
 * C for RV64 with D (unprivileged specification, chapter 28): each row is another encoding of a base row. Encodings
 * whose operands make them HINTs are left to the same row: they expand to an instruction that changes nothing.
 */
import type { CompressedRow, Operands } from '../types.ts';

function c(
  name: string,
  layout: string,
  syntax: string,
  expands: string,
  fixed: Operands = {},
  forbid: CompressedRow['forbid'] = {},
): CompressedRow {
  return { name: `c.${name}`, extension: 'C', layout, syntax, expands, fixed, forbid };
}

const ZERO = [0];

export const COMPRESSED_ROWS: readonly CompressedRow[] = [
  // Quadrant 0
  c('addi4spn', "000 uimm[5:4|9:6|2|3] rd' 00", 'rd,sp,uimm', 'addi', { rs1: 2 }, { imm: ZERO }),
  c('fld', "001 uimm[5:3] rs1' uimm[7:6] rd' 00", 'fd,uimm(rs1)', 'fld'),
  c('lw', "010 uimm[5:3] rs1' uimm[2|6] rd' 00", 'rd,uimm(rs1)', 'lw'),
  c('ld', "011 uimm[5:3] rs1' uimm[7:6] rd' 00", 'rd,uimm(rs1)', 'ld'),
  c('fsd', "101 uimm[5:3] rs1' uimm[7:6] rs2' 00", 'fs2,uimm(rs1)', 'fsd'),
  c('sw', "110 uimm[5:3] rs1' uimm[2|6] rs2' 00", 'rs2,uimm(rs1)', 'sw'),
  c('sd', "111 uimm[5:3] rs1' uimm[7:6] rs2' 00", 'rs2,uimm(rs1)', 'sd'),
  // Quadrant 1
  c('nop', '000 imm[5] 00000 imm[4:0] 01', '', 'addi', { rd: 0, rs1: 0 }),
  c('addi', '000 imm[5] rd/rs1 imm[4:0] 01', 'rd,imm', 'addi', {}, { rd: ZERO }),
  c('addiw', '001 imm[5] rd/rs1 imm[4:0] 01', 'rd,imm', 'addiw', {}, { rd: ZERO }),
  c('li', '010 imm[5] rd imm[4:0] 01', 'rd,imm', 'addi', { rs1: 0 }),
  c('addi16sp', '011 imm[9] 00010 imm[4|6|8:7|5] 01', 'sp,imm', 'addi', { rd: 2, rs1: 2 }, { imm: ZERO }),
  c('lui', '011 imm[17] rd imm[16:12] 01', 'rd,upper', 'lui', {}, { rd: [2], imm: ZERO }),
  c('srli', "100 uimm[5] 00 rd'/rs1' uimm[4:0] 01", 'rd,uimm', 'srli'),
  c('srai', "100 uimm[5] 01 rd'/rs1' uimm[4:0] 01", 'rd,uimm', 'srai'),
  c('andi', "100 imm[5] 10 rd'/rs1' imm[4:0] 01", 'rd,imm', 'andi'),
  c('sub', "100 0 11 rd'/rs1' 00 rs2' 01", 'rd,rs2', 'sub'),
  c('xor', "100 0 11 rd'/rs1' 01 rs2' 01", 'rd,rs2', 'xor'),
  c('or', "100 0 11 rd'/rs1' 10 rs2' 01", 'rd,rs2', 'or'),
  c('and', "100 0 11 rd'/rs1' 11 rs2' 01", 'rd,rs2', 'and'),
  c('subw', "100 1 11 rd'/rs1' 00 rs2' 01", 'rd,rs2', 'subw'),
  c('addw', "100 1 11 rd'/rs1' 01 rs2' 01", 'rd,rs2', 'addw'),
  c('j', '101 imm[11|4|9:8|10|6|7|3:1|5] 01', 'target', 'jal', { rd: 0 }),
  c('beqz', "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", 'rs1,target', 'beq', { rs2: 0 }),
  c('bnez', "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", 'rs1,target', 'bne', { rs2: 0 }),
  // Quadrant 2
  c('slli', '000 uimm[5] rd/rs1 uimm[4:0] 10', 'rd,uimm', 'slli'),
  c('fldsp', '001 uimm[5] rd uimm[4:3|8:6] 10', 'fd,uimm(sp)', 'fld', { rs1: 2 }),
  c('lwsp', '010 uimm[5] rd uimm[4:2|7:6] 10', 'rd,uimm(sp)', 'lw', { rs1: 2 }, { rd: ZERO }),
  c('ldsp', '011 uimm[5] rd uimm[4:3|8:6] 10', 'rd,uimm(sp)', 'ld', { rs1: 2 }, { rd: ZERO }),
  c('jr', '100 0 rs1 00000 10', 'rs1', 'jalr', { rd: 0, imm: 0 }, { rs1: ZERO }),
  c('mv', '100 0 rd rs2 10', 'rd,rs2', 'add', { rs1: 0 }, { rs2: ZERO }),
  c('ebreak', '100 1 00000 00000 10', '', 'ebreak'),
  c('jalr', '100 1 rs1 00000 10', 'rs1', 'jalr', { rd: 1, imm: 0 }, { rs1: ZERO }),
  c('add', '100 1 rd/rs1 rs2 10', 'rd,rs2', 'add', {}, { rs2: ZERO }),
  c('fsdsp', '101 uimm[5:3|8:6] rs2 10', 'fs2,uimm(sp)', 'fsd', { rs1: 2 }),
  c('swsp', '110 uimm[5:2|7:6] rs2 10', 'rs2,uimm(sp)', 'sw', { rs1: 2 }),
  c('sdsp', '111 uimm[5:3|8:6] rs2 10', 'rs2,uimm(sp)', 'sd', { rs1: 2 }),
];
