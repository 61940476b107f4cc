/** The side of a command: reaches a background process, starting it where there is none. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../abi/errors.ts';
import type { Place } from './place.ts';
import { listens } from './server.ts';

/** How long an ordinary request may take. */
const REQUEST_MS = 30_000;
const START_MS = 20_000;
const PAUSE_MS = 10;

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds it may take; infinity for what waits for a guest. */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
}

/** An answer that says what went wrong. 4xx are the person's, as input errors; 5xx are ours. */
async function refused(response: IncomingMessage): Promise<Error> {
  const { message } = (await textOf(response).then((text) => JSON.parse(text))) as { message: string };
  const status = response.statusCode ?? 500;
  return status >= 500 ? new Error(message) : new InputError(message);
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

export class DaemonClient {
  readonly socket: string;

  constructor(socket: string) {
    this.socket = socket;
  }

  /** The answer to a request as a stream. Rejects with InputError where the other side refuses. */
  open(
    method: string,
    path: string,
    { body, headers = {}, deadline = REQUEST_MS, signal }: RequestOptions = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const raw = body instanceof Uint8Array;
      const text = body === undefined ? null : raw ? body : JSON.stringify(body);
      const request = httpRequest({
        socketPath: this.socket,
        method,
        path,
        headers: {
          ...headers,
          ...(text !== null && { 'content-type': raw ? 'application/x-tar' : 'application/json' }),
        },
        ...(signal && { signal }),
      });
      const timer = Number.isFinite(deadline)
        ? setTimeout(
            () => request.destroy(new Error(`${method} ${path}: no answer within ${deadline / 1000} s`)),
            deadline,
          )
        : null;
      const settled = (): void => {
        if (timer) clearTimeout(timer);
      };
      request.on('error', (e) => {
        settled();
        reject(e);
      });
      request.on('response', (response) => {
        settled();
        if ((response.statusCode ?? 500) < 400) resolve(response);
        else refused(response).then(reject, reject);
      });
      request.end(text ?? undefined);
    });
  }

  /** A request whose answer is JSON; null where it is empty. */
  async call(method: string, path: string, options: RequestOptions = {}): Promise<unknown> {
    const text = await textOf(await this.open(method, path, options));
    return text.trim() === '' ? null : JSON.parse(text);
  }

  /** A connection of its own: what is written goes to the other side as it is, and comes from there so. */
  upgrade(path: string, { body, deadline = REQUEST_MS }: RequestOptions = {}): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const request = httpRequest({
        socketPath: this.socket,
        method: 'POST',
        path,
        headers: {
          connection: 'Upgrade',
          upgrade: 'tcp',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      });
      request.setTimeout(deadline, () => request.destroy(new Error(`${path}: no answer within ${deadline / 1000} s`)));
      request.on('error', reject);
      request.on('response', (response) => refused(response).then(reject, reject));
      request.on('upgrade', (_response, socket, head) => {
        socket.setTimeout(0);
        if (head.length) socket.unshift(head);
        resolve(socket);
      });
      request.end(text);
    });
  }
}

/** What tells builds apart, from the stamps of set-up: a background process of another one does not know what this command may ask. */
export const buildOf = (root: string): string =>
  ['typescript', 'wasm'].map((step) => readFileSync(join(root, 'build/stamps', step), 'utf8')).join(' ');

/** The last lines of a log. */
function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
  } catch {
    return '';
  }
}

/** Starts the background process; it goes on when this one has ended. */
async function start(root: string, place: Place): Promise<void> {
  const log = openSync(place.log, 'a', 0o600);
  const child = spawn(process.execPath, [join(root, 'src/cli/trapframe.mjs'), 'daemon', place.service], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { ...process.env, TRAPFRAME_NO_SETUP: '1', TRAPFRAME_STATE: place.folder },
  });
  closeSync(log);
  child.unref();
  let exit: string | null = null;
  child.once('error', (e) => {
    exit = e.message;
  });
  child.once('exit', (code, signal) => {
    exit = `it ended with ${signal ?? `code ${code}`}`;
  });
  const end = Date.now() + START_MS;
  while (!(await listens(place.socket))) {
    // One that found another listening ends well, and that one answers.
    const why = exit ?? (Date.now() > end ? `it does not listen after ${START_MS / 1000} s` : null);
    if (why && !(await listens(place.socket)))
      throw new Error(`the background process for ${place.service} did not start: ${why}\n${tail(place.log)}`);
    await sleep(PAUSE_MS);
  }
}

/** A client of a service that runs, or null where it does not. */
export async function reach(place: Place): Promise<DaemonClient | null> {
  return (await listens(place.socket)) ? new DaemonClient(place.socket) : null;
}

/**
 * A client of a service, which is started where it does not run; one of another build is replaced if it has nothing to do.
 * `warn` hears of one that has.
 */
export async function reachOrStart(root: string, place: Place, warn: (line: string) => void): Promise<DaemonClient> {
  const running = await reach(place);
  if (running) {
    const { build, busy } = (await running.call('GET', '/daemon')) as { build: string; busy: boolean };
    if (build === buildOf(root)) return running;
    if (busy) {
      warn(`the background process for ${place.service} is of another build, and busy; it is used as it is`);
      return running;
    }
    await running.call('POST', '/daemon/end').catch(() => null);
    for (let i = 0; i < 100 && (await listens(place.socket)); i++) await sleep(PAUSE_MS);
  }
  await start(root, place);
  return new DaemonClient(place.socket);
}
