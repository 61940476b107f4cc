// What the core tells its host through EVENT; `run` returns then. The host's side is src/engine/events.ts.

export const EVENT_NONE: u32 = 0;
/** The guest ended; EVENT_CODE is its exit code. */
export const EVENT_EXIT: u32 = 1;
/** The region of interest begins, or ends: the host takes the time. */
export const EVENT_REGION_BEGIN: u32 = 2;
export const EVENT_REGION_END: u32 = 3;
/** Console output has to be fetched before the guest can go on. */
export const EVENT_CONSOLE: u32 = 4;
/** Waiting for an interrupt that nothing can raise. */
export const EVENT_STALLED: u32 = 5;
/** The guest asked for a reset. */
export const EVENT_RESET: u32 = 6;
/** The VMM refused what the guest asked for and will not run it on; EVENT_CODE says what. */
export const EVENT_REFUSED: u32 = 7;
/** Traps without an instruction retired in between: the trap handler itself cannot be fetched. */
export const EVENT_TRAP_LOOP: u32 = 8;
/** The VMM ran out of memory for its own tables. */
export const EVENT_NO_MEMORY: u32 = 9;
/** A burst has ended; the translator may look where. The guest's own time has not come to a point that matters. */
export const EVENT_BURST: u32 = 10;
/** An exception in user mode, for a kernel outside the core: CAUSE, TVAL and PC say which. */
export const EVENT_USER_TRAP: u32 = 11;
