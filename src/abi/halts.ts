/** Why the core halted for its debugger: the cell HALT, numbered in this order; constants of the core are printed from here. */
export const HALTS = ['none', 'breakpoint', 'step', 'write', 'read', 'access'] as const;
export type Halt = (typeof HALTS)[number];

/** Sets of accesses that a watchpoint takes. */
export const WATCH = { write: 1, read: 2, access: 3 } as const;

/** Values of the cell STEP: halt after one instruction; go over a breakpoint that stands at it. Either goes back to 0 when it is done. */
export const STEP = { one: 1, over: 2 } as const;
