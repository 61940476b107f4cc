// A VM exit: counted by reason, with the table entries the VMM touches while it handles it.
import { C_EXIT_TOTAL, C_EXIT_CSR, C_EXIT_WORK_CSR, C_HOST_CROSSINGS, HOSTING, HOSTING_TYPE2, VMM_EXIT, TRACE, TRACE_EXIT } from '../generated/layout';
import { count, countBy } from '../counters';
import { trace } from '../trace';

/** Books one exit; `reason` is an EXIT_ constant (src/abi/exits.ts). Later work is booked under it. */
export function vmExit(reason: u32): void {
  count(C_EXIT_TOTAL);
  count(C_EXIT_CSR + (reason << 3));
  store<u32>(VMM_EXIT, reason);
  if (load<u32>(TRACE)) trace(TRACE_EXIT, reason, 0);
}

/** Books table entries the VMM read or wrote while handling the current exit. */
@inline export function vmWork(references: u64): void {
  countBy(C_EXIT_WORK_CSR + (load<u32>(VMM_EXIT) << 3), references);
}

/** Type 2: the exit is not handled in the host kernel; the VMM process has to run, and to return. */
export function leaveHostKernel(): void {
  if (load<u32>(HOSTING) == HOSTING_TYPE2) count(C_HOST_CROSSINGS);
}
