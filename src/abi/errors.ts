/**
 * A user's input was wrong: says what, where, and what to do. The CLI prints the message and exits with 2.
 * `name` survives structured cloning's loss of class, so test with `isInputError`.
 */
export class InputError extends Error {
  constructor(what: string, advice?: string) {
    super(advice ? `${what}\n  ${advice}` : what);
    this.name = 'InputError';
  }
}

export const isInputError = (e: unknown): e is Error => e instanceof Error && e.name === 'InputError';
