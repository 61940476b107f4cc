/**
 * Forms of a base row that an engine may treat as an instruction of their own, because an operand makes them simpler
 * (or, for the lab's markers, meaningful). Where several apply, the first one stands.
 */
import { c32, i64, imm, rs1, rs2 } from './expr.ts';
import type { Effect, Operand } from './types.ts';

export interface Special {
  readonly id: string;
  /** The base row. */
  readonly of: string;
  /** Operand values that make the row this form; a range is inclusive. */
  readonly when: Partial<Record<Operand, number | readonly [first: number, last: number]>>;
  /** Lengths in bytes worth a form of their own. */
  readonly lengths: readonly (2 | 4)[];
  readonly effect: Effect;
}

export const SPECIALS: readonly Special[] = [
  { id: 'nop', of: 'addi', when: { rd: 0 }, lengths: [2, 4], effect: { kind: 'none' } },
  { id: 'li', of: 'addi', when: { rs1: 0 }, lengths: [2, 4], effect: { kind: 'write', file: 'x', value: imm } },
  { id: 'mv', of: 'addi', when: { imm: 0 }, lengths: [4], effect: { kind: 'write', file: 'x', value: rs1 } },
  { id: 'copy', of: 'add', when: { rs1: 0 }, lengths: [2], effect: { kind: 'write', file: 'x', value: rs2 } },
  { id: 'j', of: 'jal', when: { rd: 0 }, lengths: [2, 4], effect: { kind: 'branch', condition: c32(1) } },
  {
    id: 'jr',
    of: 'jalr',
    when: { rd: 0 },
    lengths: [2, 4],
    effect: { kind: 'jump', target: i64.add(rs1, imm), link: false },
  },
  // The markers of src/abi/guest.ts: hints to any other machine.
  {
    id: 'hint',
    of: 'slti',
    when: { rd: 0, rs1: 0, imm: [1, 4] },
    lengths: [4],
    effect: { kind: 'system', call: 'hint' },
  },
];
