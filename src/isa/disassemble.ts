/** From an instruction word to text, in the form GNU objdump prints. */
import { hex } from '../abi/hex.ts';
import { ALIASES, type Alias } from './aliases.ts';
import { findCsr } from './csr.ts';
import { decode, type Expanded, expand, instructionLength } from './decode.ts';
import { F_NAMES, X_NAMES } from './registers.ts';
import type { Operand, Operands } from './types.ts';

export interface Disassembly {
  /** Mnemonic and operands, parted by one space; `.2byte 0x…` or `.4byte 0x…` for what is no instruction. */
  readonly text: string;
  /** Bytes. */
  readonly length: 2 | 4;
  /** Where a direct branch or jump leads, or undefined. */
  readonly target?: bigint;
}

export interface DisassembleOptions {
  /** false: every instruction under its own name. Default: true. */
  readonly aliases?: boolean;
}

const ROUNDING = ['rne', 'rtz', 'rdn', 'rup', 'rmm'];
/** Conversions that are always exact: assemblers encode mode 0 and print none. */
const EXACT = /^fcvt\.(d\.(w|wu|s|h)|s\.h)$/;

const aliasesOf = new Map<string, Alias[]>();
for (const alias of ALIASES) aliasesOf.set(alias.of, [...(aliasesOf.get(alias.of) ?? []), alias]);

function applies(alias: Alias, operands: Operands): boolean {
  return Object.entries(alias.when).every(
    ([operand, wanted]) => operands[operand as Operand] === (typeof wanted === 'string' ? operands[wanted] : wanted),
  );
}

/** The letters of a fence's set: i, o, r, w. */
function fenceSet(bits: number): string {
  return [...'iorw'].filter((_, i) => bits & (8 >> i)).join('') || 'unknown';
}

const wrap = (address: bigint): bigint => BigInt.asUintN(64, address);

function operandText(token: string, { row, operands }: Expanded, target: bigint): string {
  const x = (operand: Operand): string => X_NAMES[operands[operand]!]!;
  switch (token) {
    case 'rd':
    case 'rs1':
    case 'rs2':
      return x(token);
    case 'fd':
      return F_NAMES[operands.rd!]!;
    case 'fs1':
      return F_NAMES[operands.rs1!]!;
    case 'fs2':
      return F_NAMES[operands.rs2!]!;
    case 'fs3':
      return F_NAMES[operands.rs3!]!;
    case 'imm':
      return String(operands.imm);
    case 'uimm':
      return row.syntax === 'rd,rs1,uimm' ? hex(operands.imm!) : String(operands.imm);
    case 'upper':
      return hex((operands.imm! >>> 12) & 0xfffff);
    case 'target':
      return target.toString(16);
    case 'csr':
      return findCsr(operands.csr!)?.name ?? hex(operands.csr!);
    case 'rm':
      return ROUNDING[operands.rm!]!;
    case 'pred':
    case 'succ':
      return fenceSet(operands[token]!);
    default:
      throw new Error(`unknown operand ${token} in the syntax of ${row.name}`);
  }
}

/** Mnemonic suffix of an atomic's ordering bits. */
function ordering({ aq = 0, rl = 0 }: Operands): string {
  return aq || rl ? `.${aq ? 'aq' : ''}${rl ? 'rl' : ''}` : '';
}

/** The text of the instruction that `word` starts with; of a 16-bit one only the low half counts. `pc` is its address. */
export function disassemble(word: number, pc: bigint | number = 0n, options: DisassembleOptions = {}): Disassembly {
  const decoded = decode(word);
  if (!decoded) {
    const length = instructionLength(word);
    return { length, text: length === 2 ? `.2byte ${hex(word & 0xffff)}` : `.4byte ${hex(word >>> 0)}` };
  }
  const expanded = expand(decoded);
  const { row, operands, length } = expanded;
  const alias = options.aliases === false ? undefined : aliasesOf.get(row.name)?.find((a) => applies(a, operands));
  const target = wrap(BigInt(pc) + BigInt(operands.imm ?? 0));
  let syntax = alias?.syntax ?? row.syntax;
  if (syntax.endsWith(',rm') && (operands.rm === 7 || (operands.rm === 0 && EXACT.test(row.name))))
    syntax = syntax.slice(0, -3);
  const tokens = syntax.replaceAll(/[a-z][a-z0-9]*/g, (token) => operandText(token, expanded, target));
  const name = (alias?.name ?? row.name) + ordering(operands);
  const direct = row.syntax.includes('target');
  return { text: tokens ? `${name} ${tokens}` : name, length, ...(direct ? { target } : {}) };
}
