/** The command line's end of the socket: one request, with streams. Imports nothing heavy: see wire.ts. */
import { connect, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { type Answer, Frames, frame, message, type Request, TYPE, type Type } from './wire.ts';

/** The process that holds the VM has this long to say that it heard. */
const ACCEPT_MS = 10_000;
/** Signals that go on to the program, with their numbers in the guest. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15, SIGUSR1: 10, SIGUSR2: 12 } as const;

export interface CallStreams {
  /** null: nothing is sent, not even an end. */
  readonly stdin: (Readable & { isTTY?: boolean; setRawMode?(on: boolean): unknown }) | null;
  readonly stdout: Writable & { rows?: number; columns?: number };
  readonly stderr: Writable;
  /** Whether signals of this process go on to the program. */
  readonly signals: boolean;
  /** Ends the request. */
  readonly abort?: AbortSignal;
}

/** The request was refused, or could not be carried out: `message` is for a person. */
export class Refused extends Error {}
/** Nobody heard the request: whoever held the VM was just leaving. */
export class Unheard extends Error {}

/** A connected socket, or null where nobody listens. */
export function connected(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => resolve(null));
  });
}

/** The size of a terminal. */
export const sizeOf = ({ rows, columns }: { rows?: number; columns?: number }) => ({
  rows: rows ?? 24,
  columns: columns ?? 80,
});

/** Sends what a stream brings as long as the other side takes it. Returns what undoes it. */
function passInput(stdin: NonNullable<CallStreams['stdin']>, socket: Socket, raw: boolean): () => void {
  const data = (bytes: Buffer): void => {
    if (socket.write(frame(TYPE.stdin, bytes))) return;
    stdin.pause();
    socket.once('drain', () => stdin.resume());
  };
  const end = (): void => void socket.write(frame(TYPE.stdinEnd));
  if (raw) stdin.setRawMode?.(true);
  stdin.on('data', data).once('end', end).once('error', end);
  return () => {
    stdin.off('data', data).off('end', end).off('error', end).pause();
    if (raw) stdin.setRawMode?.(false);
  };
}

/** Carries a request out; rejects with Refused, or with Unheard where it may be made again. The socket is used up. */
export function call(socket: Socket, request: Request, streams: CallStreams): Promise<Answer> {
  const { stdin, stdout, stderr, abort } = streams;
  const terminal = request.op === 'run' && request.terminal !== null;
  return new Promise((resolve, reject) => {
    const undo: (() => void)[] = [];
    let answer: Answer | Error = new Unheard('the VM has ended');
    const timer = setTimeout(() => {
      answer = new Refused(
        'the process that holds the VM does not answer\n  End it: npx trapframe wsl --shutdown; its log says more.',
      );
      socket.destroy();
    }, ACCEPT_MS);
    const write = (to: Writable, bytes: Buffer): void => {
      if (to.write(bytes)) return;
      socket.pause();
      to.once('drain', () => socket.resume());
    };
    const take: Partial<Record<Type, (payload: Buffer) => void>> = {
      [TYPE.accepted]: () => {
        clearTimeout(timer);
        answer = new Refused('the VM has ended');
        if (stdin) undo.push(passInput(stdin, socket, terminal));
      },
      [TYPE.stdout]: (bytes) => write(stdout, bytes),
      [TYPE.stderr]: (bytes) => write(stderr, bytes),
      [TYPE.exit]: (bytes) => {
        answer = JSON.parse(bytes.toString()) as Answer;
        socket.end();
      },
      [TYPE.error]: (bytes) => {
        answer = new Refused(String(JSON.parse(bytes.toString())));
        socket.end();
      },
    };
    const frames = new Frames((type, payload) => take[type as Type]?.(payload));
    socket.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk);
      } catch (error) {
        answer = error as Error;
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
      for (const each of undo) each();
      if (answer instanceof Error) reject(answer);
      else resolve(answer);
    });
    socket.write(message(TYPE.request, request));
    if (streams.signals) {
      for (const [name, number] of Object.entries(SIGNALS)) {
        const pass = (): void => void socket.write(message(TYPE.signal, number));
        process.on(name, pass);
        undo.push(() => process.off(name, pass));
      }
    }
    if (terminal) {
      const resize = (): void => void socket.write(message(TYPE.size, sizeOf(stdout)));
      stdout.on('resize', resize);
      undo.push(() => stdout.off('resize', resize));
    }
    const stop = (): void => {
      answer = new Error('stopped');
      socket.destroy();
    };
    abort?.addEventListener('abort', stop, { once: true });
    undo.push(() => abort?.removeEventListener('abort', stop));
  });
}
