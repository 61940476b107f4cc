/** Seccomp: what a task may ask of the kernel at all, decided by filters it can't take off (seccomp(2)). */
import { E, fail } from '../errno.ts';
import { checkProgram, DATA_BYTES, type Instruction, runProgram } from './bpf.ts';

/** SECCOMP_RET_*: the action in the high half, its data in the low one. Lower, as signed numbers, goes first. */
export const ACTION = {
  KILL_PROCESS: 0x8000_0000,
  KILL_THREAD: 0,
  TRAP: 0x0003_0000,
  ERRNO: 0x0005_0000,
  USER_NOTIF: 0x7fc0_0000,
  TRACE: 0x7ff0_0000,
  LOG: 0x7ffc_0000,
  ALLOW: 0x7fff_0000,
} as const;

export const actionOf = (verdict: number): number => (verdict & 0xffff_0000) >>> 0;
export const dataOf = (verdict: number): number => verdict & 0xffff;

/** AUDIT_ARCH_RISCV64. */
export const AUDIT_ARCH = 0xc000_00f3;

/** All filters of a task together may have so many instructions (MAX_INSNS_PER_PATH), a filter's own cost included. */
const LONGEST = 32_768;
const OVERHEAD = 4;

/** What a filter knows of the file that its calls are decided on by. */
export interface SeccompAsker {
  /** Its filter is one of a task less. */
  left(): void;
}

const words = new Uint32Array(DATA_BYTES / 4);

export class SeccompFilter {
  /** The one that was there before; all are asked. */
  readonly before: SeccompFilter | null;
  /** Of this filter and those before it. */
  readonly count: number;
  /** Tells of every action but ALLOW. */
  readonly logs: boolean;
  /** Whoever decides on the calls it does not. */
  listener: SeccompAsker | null = null;
  private readonly program: readonly Instruction[];
  private readonly length: number;
  /** Verdicts of calls whose arguments do not matter. */
  private readonly known = new Map<number, number>();

  /** Fails with EINVAL for a malformed program, ENOMEM for too many. */
  constructor(before: SeccompFilter | null, program: readonly Instruction[], logs = false) {
    checkProgram(program);
    this.before = before;
    this.count = (before?.count ?? 0) + 1;
    this.program = program;
    this.logs = logs;
    this.length = program.length + (before ? before.length + OVERHEAD : 0);
    if (this.length > LONGEST) fail(E.NOMEM);
  }

  /** What is to become of a call; `x` are the registers, two words each. */
  judge(number: number, pc: number, x: Uint32Array): number {
    let worst: number = ACTION.ALLOW;
    for (let filter: SeccompFilter | null = this; filter; filter = filter.before) {
      const verdict = filter.known.get(number) ?? filter.run(number, pc, x);
      if ((actionOf(verdict) | 0) < (actionOf(worst) | 0)) worst = verdict;
    }
    return worst;
  }

  /** The filter that has a call decided on by another process, where `judge` says so. */
  asker(number: number, pc: number, x: Uint32Array): SeccompFilter | null {
    for (let filter: SeccompFilter | null = this; filter; filter = filter.before)
      if (actionOf(filter.known.get(number) ?? filter.run(number, pc, x)) === ACTION.USER_NOTIF) return filter;
    return null;
  }

  /** Whether this or a filter before it is another. */
  includes(other: SeccompFilter): boolean {
    for (let filter: SeccompFilter | null = this; filter; filter = filter.before) if (filter === other) return true;
    return false;
  }

  /** Who listens to this or a filter before it: there is one at most. */
  get anyListener(): SeccompAsker | null {
    for (let filter: SeccompFilter | null = this; filter; filter = filter.before)
      if (filter.listener) return filter.listener;
    return null;
  }

  private run(number: number, pc: number, x: Uint32Array): number {
    words[0] = number;
    words[1] = AUDIT_ARCH;
    words[2] = pc % 2 ** 32;
    words[3] = pc / 2 ** 32;
    words.set(x.subarray(20, 32), 4);
    const { value, byNumber } = runProgram(this.program, words);
    if (byNumber) this.known.set(number, value);
    return value;
  }
}

/** SECCOMP_MODE_STRICT: read, write, exit, rt_sigreturn. */
export const STRICT_CALLS: ReadonlySet<number> = new Set([63, 64, 93, 139]);
