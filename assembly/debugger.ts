// Control and status registers as the debugger reaches them, between two calls of `run` and whatever the guest's privilege.
import { BURST_END, BURST_NOW, HART_END, INSTRET, SNAPSHOT, STOP, TURN_AT, X } from './generated/layout';
import { csrExists } from './generated/csr';
import { csrRead, csrWrite } from './cpu/csr';
import { hartAt } from './harts/block';

/** The value of a register of a hart as M-mode reads it, 0 where there is none. */
export function readCsr(hart: u32, csr: u32): u64 {
  if (!csrExists(csr)) return 0;
  // Halted in the midst of a slice: the time is that of the next instruction.
  if (load<u64>(BURST_END)) store<u64>(INSTRET, load<u64>(BURST_NOW));
  const at = hartAt(hart);
  if (!at) return csrRead(csr);
  // A hart that waits for its turn, in the place of the one that has it.
  const size = HART_END - X;
  const turn = load<u64>(TURN_AT);
  memory.copy(SNAPSHOT, X, size);
  memory.copy(X, X + at, size);
  store<u64>(TURN_AT, load<u64>(INSTRET));
  const value = csrRead(csr);
  memory.copy(X, SNAPSHOT, size);
  store<u64>(TURN_AT, turn);
  return value;
}

/** Writes a register of the hart that runs as M-mode would; nothing where there is none. */
export function writeCsr(csr: u32, value: u64): void {
  if (!csrExists(csr)) return;
  csrWrite(csr, value);
  // A guest's write asks the run loop to look again, which it does in any case when it begins.
  store<u32>(STOP, 0);
}
