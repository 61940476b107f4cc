/** A place where attempts are made: what of the outside there is to be reached, and what an attempt left of it. */
import { randomBytes } from 'node:crypto';

/** What of the outside is looked at before and after an attempt, by name. */
export type State = Readonly<Record<string, string>>;

/** What came of one attempt. */
export interface Attempted {
  /** What the program said. */
  readonly output: string;
  /** What of the outside is another than it was, in words. */
  readonly changed: readonly string[];
}

export interface World {
  /** What the outside alone has: an attempt that says one of them was an escape. */
  readonly secrets: readonly string[];
  attempt(id: string): Promise<Attempted>;
  close(): Promise<void>;
}

/** One attempt takes longer: it is given up. */
export const ATTEMPT_MS = 20_000;

/** Nobody can guess it, and the program knows it by what stands in front. */
export const newSecret = (): string => randomBytes(8).toString('hex');
export const secretText = (secret: string): string => `trapframe:${secret}\n`;

/** Rejects when it takes too long. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Names of what differs, with both values. */
export const changes = (before: State, after: State): string[] =>
  Object.keys({ ...before, ...after })
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key}: ${before[key] ?? 'nothing'} → ${after[key] ?? 'nothing'}`);
