/**
 * Shorter names the assembler and disassembler give to forms of an instruction (the manual's list of pseudoinstructions).
 * The first that applies is used.
 */
import type { Operand } from './types.ts';

export interface Alias {
  readonly of: string;
  readonly name: string;
  /** Operand values the form has. An operand's name as a value means both are equal. */
  readonly when: Partial<Record<Operand, number | Operand>>;
  readonly syntax: string;
}

const alias = (of: string, when: Alias['when'], name: string, syntax: string): Alias => ({ of, when, name, syntax });

const signs = (letter: string): Alias[] => [
  alias(`fsgnj.${letter}`, { rs2: 'rs1' }, `fmv.${letter}`, 'fd,fs1'),
  alias(`fsgnjn.${letter}`, { rs2: 'rs1' }, `fneg.${letter}`, 'fd,fs1'),
  alias(`fsgnjx.${letter}`, { rs2: 'rs1' }, `fabs.${letter}`, 'fd,fs1'),
];

/** A read or write of one floating-point CSR by its own name. */
const floatCsr = (csr: number, read: string, write: string): Alias[] => [
  alias('csrrs', { csr, rs1: 0 }, read, 'rd'),
  alias('csrrw', { csr, rd: 0 }, write, 'rs1'),
  alias('csrrw', { csr }, write, 'rd,rs1'),
];

export const ALIASES: readonly Alias[] = [
  alias('addi', { rd: 0, rs1: 0, imm: 0 }, 'nop', ''),
  alias('addi', { rs1: 0 }, 'li', 'rd,imm'),
  alias('addi', { imm: 0 }, 'mv', 'rd,rs1'),
  alias('xori', { imm: -1 }, 'not', 'rd,rs1'),
  alias('andi', { imm: 255 }, 'zext.b', 'rd,rs1'),
  alias('sltiu', { imm: 1 }, 'seqz', 'rd,rs1'),
  alias('addiw', { imm: 0 }, 'sext.w', 'rd,rs1'),
  alias('add', { rs1: 0 }, 'mv', 'rd,rs2'),
  alias('add.uw', { rs2: 0 }, 'zext.w', 'rd,rs1'),
  alias('sub', { rs1: 0 }, 'neg', 'rd,rs2'),
  alias('subw', { rs1: 0 }, 'negw', 'rd,rs2'),
  alias('sltu', { rs1: 0 }, 'snez', 'rd,rs2'),
  alias('slt', { rs2: 0 }, 'sltz', 'rd,rs1'),
  alias('slt', { rs1: 0 }, 'sgtz', 'rd,rs2'),
  alias('beq', { rs2: 0 }, 'beqz', 'rs1,target'),
  alias('bne', { rs2: 0 }, 'bnez', 'rs1,target'),
  alias('bge', { rs1: 0 }, 'blez', 'rs2,target'),
  alias('bge', { rs2: 0 }, 'bgez', 'rs1,target'),
  alias('blt', { rs2: 0 }, 'bltz', 'rs1,target'),
  alias('blt', { rs1: 0 }, 'bgtz', 'rs2,target'),
  alias('jal', { rd: 0 }, 'j', 'target'),
  alias('jal', { rd: 1 }, 'jal', 'target'),
  alias('jalr', { rd: 0, rs1: 1, imm: 0 }, 'ret', ''),
  alias('jalr', { rd: 0, imm: 0 }, 'jr', 'rs1'),
  alias('jalr', { rd: 0 }, 'jr', 'imm(rs1)'),
  alias('jalr', { rd: 1, imm: 0 }, 'jalr', 'rs1'),
  alias('jalr', { rd: 1 }, 'jalr', 'imm(rs1)'),
  alias('jalr', { imm: 0 }, 'jalr', 'rd,rs1'),
  alias('fence', { pred: 15, succ: 15 }, 'fence', ''),
  alias('sfence.vma', { rs1: 0, rs2: 0 }, 'sfence.vma', ''),
  alias('sfence.vma', { rs2: 0 }, 'sfence.vma', 'rs1'),
  // A write to a read-only register: what compilers put where nothing may be executed.
  alias('csrrw', { csr: 0xc00, rd: 0, rs1: 0 }, 'unimp', ''),
  alias('csrrs', { csr: 0xc00, rs1: 0 }, 'rdcycle', 'rd'),
  alias('csrrs', { csr: 0xc01, rs1: 0 }, 'rdtime', 'rd'),
  alias('csrrs', { csr: 0xc02, rs1: 0 }, 'rdinstret', 'rd'),
  ...floatCsr(0x001, 'frflags', 'fsflags'),
  ...floatCsr(0x002, 'frrm', 'fsrm'),
  ...floatCsr(0x003, 'frcsr', 'fscsr'),
  alias('csrrwi', { csr: 0x001, rd: 0 }, 'fsflagsi', 'uimm'),
  alias('csrrwi', { csr: 0x001 }, 'fsflagsi', 'rd,uimm'),
  alias('csrrwi', { csr: 0x002, rd: 0 }, 'fsrmi', 'uimm'),
  alias('csrrwi', { csr: 0x002 }, 'fsrmi', 'rd,uimm'),
  alias('csrrs', { rs1: 0 }, 'csrr', 'rd,csr'),
  alias('csrrw', { rd: 0 }, 'csrw', 'csr,rs1'),
  alias('csrrs', { rd: 0 }, 'csrs', 'csr,rs1'),
  alias('csrrc', { rd: 0 }, 'csrc', 'csr,rs1'),
  alias('csrrwi', { rd: 0 }, 'csrwi', 'csr,uimm'),
  alias('csrrsi', { rd: 0 }, 'csrsi', 'csr,uimm'),
  alias('csrrci', { rd: 0 }, 'csrci', 'csr,uimm'),
  ...signs('s'),
  ...signs('d'),
  ...signs('h'),
];
