/** What a program left: as a shell shows it, and the signal that killed it (0: none). */
export interface Ending {
  readonly code: number;
  readonly signal: number;
}

/** Of the wait status of a process that has ended. */
export const endingOf = (status: number): Ending => {
  const signal = status & 0x7f;
  return { code: signal ? 128 + signal : status >> 8, signal };
};
