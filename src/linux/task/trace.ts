/** How a task is traced, and where it stands still for that (ptrace(2)). */
import { SIG } from '../uapi.ts';
import type { Pid } from './pid.ts';
import type { Queued } from './signals.ts';

/** What a tracer asked to be told of: an event by the bit of its number. */
export const TRACE = {
  SYSGOOD: 1,
  FORK: 2,
  VFORK: 4,
  CLONE: 8,
  EXEC: 0x10,
  VFORK_DONE: 0x20,
  EXIT: 0x40,
  SECCOMP: 0x80,
  EXITKILL: 0x10_0000,
} as const;

/** Events, as they stand above the signal in a wait status. */
export const EVENT = { FORK: 1, VFORK: 2, CLONE: 3, EXEC: 4, VFORK_DONE: 5, EXIT: 6, SECCOMP: 7, STOP: 128 } as const;

/** Where PTRACE_INTERRUPT, or something else that is none of its signals, stops what is seized. */
const TRAP = SIG.TRAP | (EVENT.STOP << 8);
export const INTERRUPTED: TraceStop = { kind: 'event', status: TRAP, info: { signal: SIG.TRAP, code: TRAP } };

export interface TraceStop {
  readonly kind: 'signal' | 'enter' | 'exit' | 'event' | 'group';
  /** The signal, with an event above it. */
  readonly status: number;
  /** Of a signal that is about to be delivered, or what GETSIGINFO shows. */
  info: Queued | null;
  /** What a call seems to return, where its registers are those it is made again with. */
  readonly result?: number;
  /** PTRACE_GETEVENTMSG. */
  readonly message?: number;
}

/** A thread or process that ended and has to be told to its tracer, who is not its parent. */
export interface Ghost<P, T> {
  readonly pid: Pid<T>;
  readonly process: P;
  readonly status: number;
}

/** The stop of a whole group by a signal, of one that is traced. */
export const groupStop = ({ seized }: { readonly seized: boolean }, signal: number): TraceStop => ({
  kind: 'group',
  status: signal | (seized ? EVENT.STOP << 8 : 0),
  info: null,
});

export class Trace<P> {
  readonly tracer: P;
  readonly seized: boolean;
  options: number;
  /** Where it stands; null: it runs. */
  stop: TraceStop | null = null;
  /** Whether wait has told that. */
  told = false;
  /** Where it is to stand next. */
  readonly next: TraceStop[] = [];
  /** Whether it stands at calls (PTRACE_SYSCALL), and whether it is inside one whose beginning was shown. */
  calls = false;
  entered = false;
  /** The filter's verdict on the call was shown. */
  judged = false;
  /** The end of a process was shown. */
  leaving = false;
  /** Delivered without another stop. */
  inject: Queued | null = null;
  /** PTRACE_INTERRUPT. */
  interrupt = false;
  /** PTRACE_LISTEN: it stands, and is not the tracer's to look at until something happens. */
  listening = false;
  /** Its group went on while it stood: PTRACE_LISTEN shows that at once. */
  news = false;
  message = 0;

  constructor(tracer: P, seized: boolean, options: number) {
    this.tracer = tracer;
    this.seized = seized;
    this.options = options;
  }

  wants(option: number): boolean {
    return (this.options & option) !== 0;
  }

  /** It is to stand at an event. */
  event(event: number, message: number): void {
    this.next.push({
      kind: 'event',
      status: SIG.TRAP | (event << 8),
      info: { signal: SIG.TRAP, code: SIG.TRAP | (event << 8) },
      message,
    });
  }
}
