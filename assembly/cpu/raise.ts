// How anything below the interpreter says "this instruction did not retire".
import { STOP, CAUSE, TVAL } from '../generated/layout';

/** STOP: an exception is pending in CAUSE and TVAL; the instruction at PC did not retire. */
export const STOP_TRAP: u32 = 1;
/** STOP: the instruction retired, and the run loop has to look at interrupts, events or the context. */
export const STOP_EVENT: u32 = 2;

/** STOP: the debugger has the guest. Whatever retired has, the next instruction has not begun. */
export const STOP_HALT: u32 = 3;

/** Raises an exception (cause of mcause) for the current instruction. */
export function raise(cause: u32, tval: u64): void {
  store<u32>(STOP, STOP_TRAP);
  store<u32>(CAUSE, cause);
  store<u64>(TVAL, tval);
}

/** Asks the interpreter to leave after the current instruction. */
export function pause(): void {
  if (load<u32>(STOP) != STOP_TRAP) store<u32>(STOP, STOP_EVENT);
}

/** Asks the interpreter to leave for the debugger; what is asked for already comes first. */
export function halt(): void {
  if (!load<u32>(STOP)) store<u32>(STOP, STOP_HALT);
}
