// Generated from src/abi/pmu.ts by `npm run generate`. Do not edit.

export const COUNTERS_MOST: u64 = 275;
export const EVENT_INSTRUCTIONS: u64 = 511;

/** Address of the counter for an event; 0: none. */
export function eventCounter(event: u32): u32 {
  if (event == 0x1) return 0x8000; // cycles, which are instructions here
  if (event == 0x2) return 0x8000; // instructions
  if (event == 0x10018) return 0x8048; // dTLB loads
  if (event == 0x10019) return 0x8050; // dTLB load misses
  if (event == 0x10020) return 0x8028; // iTLB loads
  if (event == 0x10021) return 0x8030; // iTLB load misses
  return 0;
}

/** Whether the counter at an address is the machine’s and no hart’s. */
export function isShared(counter: u32): bool {
  return counter == 0x8008 || counter == 0x8340 || counter == 0x8348;
}
