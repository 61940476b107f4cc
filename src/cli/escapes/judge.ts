/** What attempts came to: reached, refused and by what, or without effect outside. */
import type { EscapeControlId, EscapeHostingId } from '../../abi/escapes.ts';
import { errnoName } from '../../linux/errno.ts';
import { signalName } from '../../linux/uapi.ts';
import type { Attempted } from './world.ts';

/** One call of an attempt. */
export interface Tried {
  readonly call: string;
  readonly on: string;
  /** 0 or more: it was done; the name of an error or signal otherwise. */
  readonly result: string;
  readonly done: boolean;
}

export interface Outcome {
  readonly reached: boolean;
  /** What was said or changed of the outside. */
  readonly how: readonly string[];
  readonly tried: readonly Tried[];
  /** The platform has no call for it. */
  readonly impossible: boolean;
}

/** The program says a signal as an error beyond. */
const SIGNALS = 1000;
const WASI = 2000;
/** The host’s engine ended the program. */
export const TRAP = 2999;
const NOT_CAPABLE = 76;
/** Said in place of calls. */
export const NO_CALL = 'no call for it\n';

function resultName(number: number): string {
  if (number >= 0) return 'done';
  const code = -number;
  if (code === TRAP) return 'trap';
  if (code >= WASI) return code - WASI === NOT_CAPABLE ? 'ENOTCAPABLE' : `WASI ${code - WASI}`;
  return code > SIGNALS ? signalName(code - SIGNALS) : errnoName(code);
}

/** Reads what the program said. */
export function judge({ output, changed }: Attempted, secrets: readonly string[]): Outcome {
  const tried: Tried[] = [];
  const how = [...changed];
  for (const line of output.split('\n')) {
    const call = /^tried (\S+) (-?\d+) (.*)$/.exec(line);
    if (call) {
      const number = Number(call[2]);
      // Addresses are numbers that look negative; errors end at 4095.
      const done = number >= 0 || number < -4095;
      tried.push({ call: call[1]!, on: call[3]!, result: done ? 'done' : resultName(number), done });
    }
    const found = /^found ([0-9a-f]{16})$/.exec(line)?.[1];
    if (found && secrets.includes(found))
      how.push(`read the secret after ${tried.at(-1)?.call ?? 'nothing'} ${tried.at(-1)?.on ?? ''}`);
  }
  return {
    reached: how.length > 0,
    how: [...new Set(how)],
    tried,
    impossible: tried.length === 0 && output === NO_CALL,
  };
}

export type EscapeVerdict = 'blocked' | 'absent' | 'not-applicable' | 'escaped' | 'untried';

export interface EscapeCell {
  readonly hosting: EscapeHostingId;
  readonly verdict: EscapeVerdict;
  /** How calls failed, each once; `inside` where one was done without effect outside. */
  readonly detail: readonly string[];
  readonly how: readonly string[];
  /** Calls that were made. */
  readonly calls: number;
}

export interface EscapeControl {
  readonly control: EscapeControlId;
  readonly reached: boolean;
  readonly how: readonly string[];
}

const detailOf = ({ tried }: Outcome): string[] => {
  const failures = [...new Set(tried.filter((t) => !t.done).map((t) => t.result))];
  return tried.some((t) => t.done) ? ['inside', ...failures] : failures;
};

/** Blocked only where the same program gets there when it is not kept from it; absent where nothing has a way there. */
export function cellOf(hosting: EscapeHostingId, outcome: Outcome, controls: readonly EscapeControl[]): EscapeCell {
  const proven = controls.some((control) => control.reached);
  const verdict = outcome.reached
    ? 'escaped'
    : outcome.impossible
      ? 'not-applicable'
      : outcome.tried.length === 0
        ? 'untried'
        : proven
          ? 'blocked'
          : 'absent';
  return { hosting, verdict, detail: detailOf(outcome), how: outcome.how, calls: outcome.tried.length };
}
