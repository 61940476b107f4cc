/** linux.seccomp as a BPF program (OCI runtime specification, "Seccomp"; libseccomp's meaning of its comparisons). */
import { CALL_NUMBERS } from '../../linux/syscalls/numbers.ts';
import { BPF, type Instruction } from '../../linux/task/bpf.ts';
import { ACTION, AUDIT_ARCH } from '../../linux/task/seccomp.ts';
import type { SeccompProfile } from './spec.ts';

type Rule = SeccompProfile['syscalls'][number];
type Argument = NonNullable<Rule['args']>[number];

const EPERM = 1;

const ACTIONS: Readonly<Record<Rule['action'], number>> = {
  SCMP_ACT_KILL: ACTION.KILL_THREAD,
  SCMP_ACT_KILL_THREAD: ACTION.KILL_THREAD,
  SCMP_ACT_KILL_PROCESS: ACTION.KILL_PROCESS,
  SCMP_ACT_TRAP: ACTION.TRAP,
  SCMP_ACT_ERRNO: ACTION.ERRNO,
  SCMP_ACT_LOG: ACTION.LOG,
  SCMP_ACT_ALLOW: ACTION.ALLOW,
};

const verdictOf = (action: Rule['action'], errno: number | undefined): number =>
  ACTIONS[action] + (action === 'SCMP_ACT_ERRNO' ? (errno ?? EPERM) : 0);

const load = (k: number): Instruction => ({ code: BPF.LOAD, jt: 0, jf: 0, k });
const ret = (k: number): Instruction => ({ code: BPF.RET, jt: 0, jf: 0, k });

/** A piece of code whose ways out are 'yes' (it goes on) and 'no', as numbers of instructions until its end. */
type Piece =
  | {
      readonly code: number;
      readonly k: number;
      readonly yes: number | 'no' | 'yes';
      readonly no: number | 'no' | 'yes';
    }
  | Instruction;

const half = (n: number, high: boolean): number => Number((BigInt(n) >> (high ? 32n : 0n)) & 0xffff_ffffn);

/** 64-bit comparisons, by halves. */
function compare({ index, value, valueTwo, op }: Argument): Piece[] {
  const [low, high] = [16 + index * 8, 20 + index * 8];
  const [valueLow, valueHigh] = [half(value, false), half(value, true)];
  const branch = (code: number, k: number, yes: number | 'no' | 'yes', no: number | 'no' | 'yes'): Piece => ({
    code,
    k,
    yes,
    no,
  });
  switch (op) {
    case 'SCMP_CMP_EQ':
      return [load(high), branch(BPF.JEQ, valueHigh, 0, 'no'), load(low), branch(BPF.JEQ, valueLow, 'yes', 'no')];
    case 'SCMP_CMP_NE':
      return [load(high), branch(BPF.JEQ, valueHigh, 0, 'yes'), load(low), branch(BPF.JEQ, valueLow, 'no', 'yes')];
    case 'SCMP_CMP_GT':
    case 'SCMP_CMP_GE':
      return [
        load(high),
        branch(BPF.JGT, valueHigh, 'yes', 0),
        branch(BPF.JEQ, valueHigh, 0, 'no'),
        load(low),
        branch(op === 'SCMP_CMP_GT' ? BPF.JGT : BPF.JGE, valueLow, 'yes', 'no'),
      ];
    case 'SCMP_CMP_LT':
    case 'SCMP_CMP_LE':
      return [
        load(high),
        branch(BPF.JGT, valueHigh, 'no', 0),
        branch(BPF.JEQ, valueHigh, 0, 'yes'),
        load(low),
        branch(op === 'SCMP_CMP_LT' ? BPF.JGE : BPF.JGT, valueLow, 'no', 'yes'),
      ];
    case 'SCMP_CMP_MASKED_EQ': {
      const wanted = valueTwo ?? 0;
      const and = (k: number): Instruction => ({ code: BPF.AND, jt: 0, jf: 0, k });
      return [
        load(high),
        and(valueHigh),
        branch(BPF.JEQ, half(wanted, true), 0, 'no'),
        load(low),
        and(valueLow),
        branch(BPF.JEQ, half(wanted, false), 'yes', 'no'),
      ];
    }
  }
}

/** The code of one rule for one call: falls through where it does not apply. */
function ruleCode(number: number, args: readonly Argument[], verdict: number): Instruction[] {
  const groups = args.map(compare);
  const body = groups.reduce((sum, g) => sum + g.length, 0);
  // The number is loaded anew where arguments were looked at.
  const tail = args.length ? 2 : 1;
  const out: Instruction[] = [{ code: BPF.JEQ, jt: 0, jf: body + tail, k: number }];
  let left = body;
  for (const group of groups) {
    group.forEach((piece, i) => {
      left--;
      if (!('yes' in piece)) {
        out.push(piece);
        return;
      }
      // Yes leads to the next group, or to the verdict; no leads past it.
      const yes = group.length - i - 1;
      const no = left + 1;
      const way = (to: number | 'yes' | 'no'): number => (to === 'yes' ? yes : to === 'no' ? no : to);
      out.push({ code: piece.code, jt: way(piece.yes), jf: way(piece.no), k: piece.k });
    });
  }
  out.push(ret(verdict));
  if (args.length) out.push(load(0));
  return out;
}

/**
 * The program of a profile. Names of calls that this architecture has not are left out, as runtimes do; the first rule
 * that applies decides.
 */
export function compileProfile(profile: SeccompProfile): Instruction[] {
  const code: Instruction[] = [
    load(4),
    { code: BPF.JEQ, jt: 1, jf: 0, k: AUDIT_ARCH },
    ret(ACTION.KILL_PROCESS),
    load(0),
  ];
  for (const { names, action, errnoRet, args } of profile.syscalls) {
    for (const name of names) {
      const number = CALL_NUMBERS.get(name);
      if (number !== undefined) code.push(...ruleCode(number, args ?? [], verdictOf(action, errnoRet)));
    }
  }
  code.push(ret(verdictOf(profile.defaultAction, profile.defaultErrnoRet)));
  return code;
}
