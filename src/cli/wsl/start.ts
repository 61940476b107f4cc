/** Starting the process that holds the VM, and ending one that does not answer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { InputError } from '../../abi/errors.ts';
import { isAlive } from '../daemon/lock.ts';
import { makeStateFolder } from '../daemon/place.ts';
import { type CallStreams, call, connected, Refused, Unheard } from './client.ts';
import { logOf, pidOf, socketOf } from './paths.ts';
import type { Answer, Request } from './wire.ts';

/** The process must listen within this; the VM may take longer. */
const LISTEN_MS = 20_000;
const PAUSE_MS = 10;
/** What a process ends with that finds another one with the lock. */
export const TAKEN = 75;
/** A process may be about to leave when it is asked. */
const TRIES = 5;
/** A log of more bytes begins anew. */
const LOG_MOST = 1 << 20;
/** Longest path of a socket (sockaddr_un). */
const PATH_MOST = 107;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** The last lines of the log, for a message. */
function lastWords(state: string): string {
  const lines = existsSync(logOf(state)) ? readFileSync(logOf(state), 'utf8').trim().split('\n') : [];
  return `${logOf(state)} says:\n  ${lines.slice(-5).join('\n  ')}`;
}

function launch(root: string, state: string): ChildProcess {
  const file = logOf(state);
  const long = existsSync(file) && statSync(file).size > LOG_MOST;
  const log = openSync(file, long ? 'w' : 'a', 0o600);
  const server = join(root, 'dist/cli/wsl-server.js');
  const child = spawn(process.execPath, ['--expose-gc', server, root, state], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
  });
  closeSync(log);
  child.unref();
  return child;
}

/** A connection to the process that holds the VM, which is started where there is none. */
async function connectOrStart(root: string, state: string): Promise<Socket> {
  const socket = await connected(socketOf(state));
  if (socket) return socket;
  if (Buffer.byteLength(socketOf(state)) > PATH_MOST)
    throw new InputError(`${socketOf(state)} is too long for a socket`, 'Set TRAPFRAME_STATE to a shorter directory.');
  makeStateFolder(state);
  const giveUp = performance.now() + LISTEN_MS;
  let child = launch(root, state);
  while (performance.now() < giveUp) {
    const found = await connected(socketOf(state));
    if (found) return found;
    if (child.exitCode === TAKEN) {
      // Another process has the lock: it listens soon, or is about to leave.
      await pause();
      child = launch(root, state);
    } else if (child.exitCode !== null) throw new InputError('the VM’s process ended at once', lastWords(state));
    await pause();
  }
  throw new InputError('the VM’s process does not listen', lastWords(state));
}

/** A refusal is bad input. */
export const refusals = (answer: Promise<Answer>): Promise<Answer> =>
  answer.catch((error: Error) => {
    throw error instanceof Refused ? new InputError(error.message) : error;
  });

/** Has the process that holds the VM, which is started where there is none, carry a request out. */
export async function ask(root: string, state: string, request: Request, streams: CallStreams): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await refusals(call(await connectOrStart(root, state), request, streams));
    } catch (error) {
      if (!(error instanceof Unheard) || tries >= TRIES) throw error;
    }
  }
}

/** Whether a number still stands for a process of ours, where the host can tell. */
function isOurs(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`;
  return !existsSync(file) || readFileSync(file, 'utf8').includes('wsl-server.js');
}

/** Ends a process that holds the VM and does not answer; false where there is none. */
export async function kill(state: string): Promise<boolean> {
  if (!existsSync(pidOf(state))) return false;
  const pid = Number(readFileSync(pidOf(state), 'utf8'));
  const was = pid > 0 && isAlive(pid) && isOurs(pid);
  if (was) process.kill(pid, 'SIGKILL');
  rmSync(pidOf(state), { force: true });
  rmSync(socketOf(state), { force: true });
  return was;
}
