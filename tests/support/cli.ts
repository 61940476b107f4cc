/** Runs the real command line, as a user would: a process of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import { isInputError } from '../../src/abi/errors.ts';
import type { Context } from '../../src/cli/context.ts';

/** The checkout; this file is run from tests/ by vitest and from dist/tests/ by scripts. */
function findRoot(from: string): string {
  return existsSync(resolve(from, 'package.json')) ? from : findRoot(resolve(from, '..'));
}

export const ROOT = findRoot(import.meta.dirname);
const BIN = resolve(ROOT, 'src/cli/trapframe.mjs');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Sends this signal once stderr or stdout holds the text, or after some milliseconds. */
  readonly interrupt?: { readonly when: RegExp | number; readonly signal: NodeJS.Signals };
  /** Called once with the first that comes on stderr. */
  readonly heard?: (stderr: string) => void;
  /** Milliseconds; the process is killed afterwards. */
  readonly deadline?: number;
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard input; without it there is none. */
  readonly input?: string | Uint8Array;
}

/** Runs `trapframe …args`. Set-up has been done by whoever started the tests. */
export function trapframe(
  args: readonly string[],
  { cwd = ROOT, interrupt, heard, deadline = 120_000, env = {}, input }: RunOptions = {},
): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd,
      env: { ...process.env, TRAPFRAME_NO_SETUP: '1', NO_COLOR: '1', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => {}).end(input);
    const out = { stdout: '', stderr: '' };
    let interrupted = false;
    const { stdout, stderr } = child;
    if (!stdout || !stderr) throw new Error('no pipes');
    const take = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      out[stream] += chunk.toString();
      if (!interrupt || interrupted || typeof interrupt.when === 'number') return;
      interrupted = interrupt.when.test(out.stdout + out.stderr);
      if (interrupted) child.kill(interrupt.signal);
    };
    stdout.on('data', take('stdout'));
    stderr.on('data', take('stderr'));
    stderr.once('data', (chunk: Buffer) => heard?.(chunk.toString()));
    const after = typeof interrupt?.when === 'number' ? interrupt.when : deadline;
    const interrupter = setTimeout(() => child.kill(interrupt?.signal), after);
    const timer = setTimeout(() => child.kill('SIGKILL'), deadline);
    child.on('error', fail);
    child.on('close', (code) => {
      clearTimeout(timer);
      clearTimeout(interrupter);
      done({ code, ...out });
    });
  });
}

/** Runs a command in this process, whose environment it has. */
export async function trapframeHere(
  add: (program: Command, context: Context) => void,
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Ended> {
  const out = { stdout: '', stderr: '' };
  const sink = (key: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, done) {
        out[key] += chunk;
        done();
      },
    });
  let code = 0;
  const program = new Command().exitOverride();
  add(program, {
    root: ROOT,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    signal,
    setExitCode: (value) => {
      code = value;
    },
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (e) {
    if (!isInputError(e)) throw e;
    out.stderr += e.message;
    code = 2;
  }
  return { code, ...out };
}
