/**
 * Pairs of instructions that programs often have next to each other. Once both are decoded, the record of the first has the op of the pair,
 * whose case does the one and the other: one turn of the loop, and one indirect jump, which in code that runs seldom is nearly always
 * predicted wrongly, and then takes longer than all the rest. Chosen by counting over Linux' boot, python3, esbuild and the workloads.
 */
import { endsBlock } from '../traits.ts';
import { CASES, type Case, caseOf } from './ops.ts';

/** For a form, as its id and its length in bytes, those that may follow. */
const FOLLOWERS: Readonly<Record<string, string>> = {
  'ld/2': 'ld/2 addi/2 copy/2 sd/2 beq/2 li/2 slli/4 slli/2 addiw/2',
  'sd/2': 'sd/2 copy/2 ld/2 addi/2',
  'copy/2': 'copy/2 ld/2 beq/4 sd/2 beq/2 srliw/4',
  'sd/4': 'sd/4 addi/4 ld/4',
  'addi/2': 'bne/4 jr/2 sd/2 bne/2 mul/4 addi/2 bltu/4 fmul.d/4 add/2 sw/4 beq/4',
  'ld/4': 'ld/4 addi/4 bltu/4 beq/2',
  'add/4': 'lbu/4',
  'fmul.d/4': 'fmul.d/4 fadd.d/4 fsub.d/4',
  'fld/2': 'fld/2 addi/2',
  'lbu/4': 'addi/2 lbu/4 sb/4',
  'add/2': 'ld/2 add/2 sw/2 add/4 ld/4 lbu/4',
  'slli/4': 'or/2 add/2 srli/4 srli/2 srliw/4 slli/4',
  'lw/2': 'addi/2 lw/2 bne/4',
  'slli/2': 'add/2',
  'addi/4': 'sd/4 bne/4 ld/4 jr/4 addi/4',
  'sw/2': 'addi/2',
  'srliw/4': 'slli/4 or/4 or/2 slliw/4',
  'fsd/2': 'addi/2 fsd/2',
  'fadd.d/4': 'fsd/2 fadd.d/4',
  'auipc/4': 'addi/4 jalr/4 ld/4',
  'lh/4': 'lh/4 addi/2',
  'mul/4': 'add/2 addw/2',
  'fld/4': 'fld/4',
  'srli/4': 'slli/4 add/2',
  'srli/2': 'add/2',
  'lui/4': 'addi/4',
  'or/2': 'srliw/4 xor/4 slli/4',
  'addw/2': 'addi/4',
  'li/4': 'bgeu/4',
  'sw/4': 'addi/2',
  'xor/4': 'xor/2 addw/4',
  'andi/4': 'beq/4',
  'mv/4': 'mv/4',
  'xor/2': 'add/2 lw/4 xor/2',
  'fsd/4': 'fsd/4',
  'addw/4': 'xor/4',
  'li/2': 'copy/2',
  'sb/4': 'lbu/4',
};

/** Two instructions with a case of their own. */
export interface Pair {
  readonly op: number;
  readonly first: Case;
  readonly second: Case;
}

function pairOf(first: string, second: string): Omit<Pair, 'op'> {
  const pair = { first: formOf(first), second: formOf(second) };
  if (endsBlock(pair.first.effect)) throw new Error(`${first} ends its block: nothing is done with it`);
  return pair;
}

function formOf(text: string): Case {
  const [id, length] = text.split('/');
  return caseOf(id!, Number(length) as 2 | 4);
}

const FIRST = CASES.at(-1)!.op + 1;

export const PAIRS: readonly Pair[] = Object.entries(FOLLOWERS)
  .flatMap(([first, seconds]) => seconds.split(' ').map((second) => pairOf(first, second)))
  .map((pair, n) => ({ op: FIRST + n, ...pair }));

/** The op of a record's own instruction, whatever it is paired with. */
export const plainOp = (op: number): number => PAIRS[op - FIRST]?.first.op ?? op;
