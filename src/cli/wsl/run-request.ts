/** `wsl [-d NAME] [-u USER] [--cd DIR] [--] [COMMAND…]` as a request. Imports nothing heavy: see wire.ts. */
import type { Observation } from '../observe.ts';
import { sizeOf } from './client.ts';
import { PROTOCOL, type Request } from './wire.ts';

export type RunRequest = Extract<Request, { op: 'run' }>;

export interface RunWords {
  readonly distro: string | null;
  readonly user: string | null;
  readonly cd: string | null;
  readonly argv: readonly string[];
}

const OPTIONS: Readonly<Record<string, 'distro' | 'user' | 'cd'>> = {
  '-d': 'distro',
  '--distribution': 'distro',
  '-u': 'user',
  '--user': 'user',
  '--cd': 'cd',
};
/** Of the host's environment, what programs of the guest may see without being named in WSLENV. */
const PASSED = /^(TERM|COLORTERM|NO_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ)$/;

/** The words behind `wsl`, where all of them say what to run; null where others have to look at them. */
export function runWords(args: readonly string[]): RunWords | null {
  const words: { distro: string | null; user: string | null; cd: string | null } = {
    distro: null,
    user: null,
    cd: null,
  };
  let at = 0;
  for (; args[at]?.startsWith('-'); at++) {
    if (args[at] === '--') {
      at++;
      break;
    }
    const option = OPTIONS[args[at]!];
    const value = args[++at];
    if (!option || value === undefined) return null;
    words[option] = value;
  }
  return { ...words, argv: args.slice(at) };
}

/** The environment that goes along: WSLENV names more variables, separated by colons (flags behind a slash mean nothing here). */
export function passedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const named = new Set((env.WSLENV ?? '').split(':').map((name) => name.split('/')[0]));
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && (PASSED.test(entry[0]) || named.has(entry[0])),
    ),
  );
}

/** A terminal on both sides makes the program one with a terminal. */
export function runRequest(words: RunWords, observation: Observation | null = null): RunRequest {
  const { stdin, stdout } = process;
  return {
    protocol: PROTOCOL,
    op: 'run',
    ...words,
    cwd: process.cwd(),
    env: passedEnvironment(process.env),
    terminal: stdin.isTTY && stdout.isTTY ? sizeOf(stdout) : null,
    observation,
  };
}
