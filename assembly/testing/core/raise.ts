// Exceptions of the bare core: noted in the cells, nothing else.
import { CAUSE, STOP, TVAL } from '../generated/layout';

/** As the machine's: the instruction does not retire. */
export function raise(cause: u32, tval: u64): void {
  store<u32>(0, 1, STOP);
  store<u64>(0, cause, CAUSE);
  store<u64>(0, tval, TVAL);
}

/** As the hart's: nothing here marks a record. */
export function halt(): void {
  store<u32>(0, 3, STOP);
}
