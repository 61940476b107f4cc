/** Signals as data: what each does by default, what is queued, what a program asked for (signal(7)). */
import { SIG } from '../uapi.ts';

export const SIG_DFL = 0;
export const SIG_IGN = 1;

/** sigaction(2), as the kernel keeps it; `mask` has signal n as bit n − 1. */
export interface Action {
  handler: number;
  flags: number;
  mask: bigint;
}

/** A signal that was sent and not delivered yet: what siginfo_t says of it. */
export interface Queued {
  readonly signal: number;
  readonly code: number;
  readonly pid?: number;
  readonly uid?: number;
  /** Of a child, or sigqueue's value. */
  readonly value?: number;
  /** Of a fault. */
  readonly address?: number;
  /** Of a file that is told of: events and descriptor. */
  readonly ready?: { readonly band: number; readonly fd: number };
  /** Of a timer, called when it is taken: how often it expired besides. */
  readonly taken?: () => number;
  /** Of a call that seccomp refused; its address is `address`. */
  readonly call?: { readonly number: number; readonly arch: number; readonly errno: number };
}

/** si_code. */
export const SI = {
  USER: 0,
  KERNEL: 0x80,
  QUEUE: -1,
  TIMER: -2,
  MESGQ: -3,
  SIGIO: -5,
  TKILL: -6,
  POLL_IN: 1,
  POLL_OUT: 2,
  POLL_HUP: 6,
  ILL_ILLOPC: 1,
  SEGV_MAPERR: 1,
  SEGV_ACCERR: 2,
  BUS_ADRALN: 1,
  BUS_ADRERR: 2,
  TRAP_BRKPT: 1,
  CLD_EXITED: 1,
  CLD_KILLED: 2,
  CLD_DUMPED: 3,
  CLD_TRAPPED: 4,
  CLD_STOPPED: 5,
  CLD_CONTINUED: 6,
} as const;

export type Default = 'terminate' | 'core' | 'ignore' | 'stop' | 'continue';

const CORE: readonly number[] = [
  SIG.QUIT,
  SIG.ILL,
  SIG.TRAP,
  SIG.ABRT,
  SIG.BUS,
  SIG.FPE,
  SIG.SEGV,
  SIG.XCPU,
  SIG.XFSZ,
  SIG.SYS,
];
const IGNORE: readonly number[] = [SIG.CHLD, SIG.URG, SIG.WINCH];
const STOP: readonly number[] = [SIG.STOP, SIG.TSTP, SIG.TTIN, SIG.TTOU];

export function defaultOf(signal: number): Default {
  if (CORE.includes(signal)) return 'core';
  if (IGNORE.includes(signal)) return 'ignore';
  if (STOP.includes(signal)) return 'stop';
  return signal === SIG.CONT ? 'continue' : 'terminate';
}

export const bit = (signal: number): bigint => 1n << BigInt(signal - 1);

/** Signals that can be neither caught nor blocked. */
export const UNBLOCKABLE = bit(SIG.KILL) | bit(SIG.STOP);

export const defaultActions = (): Action[] =>
  Array.from({ length: 65 }, () => ({ handler: SIG_DFL, flags: 0, mask: 0n }));
