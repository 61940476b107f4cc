/** Why translated code is left, and where execution then goes on: the low bits are assembly/cpu/translated.ts's LEFT_*. */
const WITHIN = 0;
const FOR = 1;
const OFF = 2;
const NEAR = 3;

export const CAUSES = [
  { id: 'budget', summary: 'the instructions to run are spent' },
  { id: 'trap', summary: 'an exception' },
  { id: 'event', summary: 'a store that the host or the VMM has to know of' },
  { id: 'stale', summary: 'a store into code' },
  { id: 'miss', summary: 'an access the fast TLB does not serve, or one that crosses pages' },
  { id: 'straddle', summary: 'accesses that share one look and are not all in one page' },
  { id: 'float', summary: 'an operation whose flags or rounding are not those of the native one' },
  { id: 'cold', summary: 'an instruction that was not executed before, or is never translated' },
  { id: 'call', summary: 'a call of what is not translated' },
  { id: 'page', summary: 'a page whose translation has to be looked up' },
  { id: 'deep', summary: 'calls nested too deeply' },
  { id: 'indirect', summary: 'a return or another transfer to an address in a register' },
] as const;
export type Cause = (typeof CAUSES)[number]['id'];
export const CAUSE_IDS: readonly Cause[] = CAUSES.map(({ id }) => id);

const index = new Map(CAUSE_IDS.map((id, i) => [id, i]));
export const causeIndex = (cause: Cause): number => index.get(cause)!;

/** Behind a unit's counts: where it was left for last, through a register, and in any other way. */
export const LAST_TARGET = 48;
export const LAST_EXIT = 56;

export type Leaving = typeof WITHIN | typeof FOR | typeof OFF | typeof NEAR;
export const LEAVING = { within: WITHIN, for: FOR, off: OFF, near: NEAR } as const;

/** The value of JIT_LEFT_BY. */
export const leftBy = (cause: Cause, leaving: Leaving): number => (causeIndex(cause) << 2) | leaving;
