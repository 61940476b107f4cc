/** One guest in front of this process: its command, or its terminal. */

import type { Readable, Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { SEARCH_PATH } from '../../abi/search-path.ts';
import type { AgentSession } from '../../machine/agent.ts';
import type { LinuxGuest } from '../../machine/linux.ts';

export interface Streams {
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  readonly stderr: Writable;
  readonly signal: AbortSignal;
}

/** What the programs of a guest find in their environment. */
export const ENVIRONMENT = {
  HOME: '/root',
  PATH: SEARCH_PATH,
};
/** Ctrl-A, as in QEMU: x leaves, Ctrl-A is itself. */
const PREFIX = 1;
const SIGINT = 2;

/** Takes the escape sequences out of what is typed; `leave` is called for Ctrl-A x. */
export function escapes(leave: () => void): (bytes: Uint8Array) => Uint8Array {
  let prefixed = false;
  return (bytes) => {
    const out: number[] = [];
    for (const byte of bytes) {
      if (prefixed) {
        prefixed = false;
        if (byte === 0x78) leave();
        else if (byte === PREFIX) out.push(byte);
        else out.push(PREFIX, byte);
      } else if (byte === PREFIX) prefixed = true;
      else out.push(byte);
    }
    return Uint8Array.from(out);
  };
}

/**
 * Runs a command in a guest whose agent is ready, with this process's streams; resolves to its exit status. A terminal's input is not
 * passed on: `exec` is for scripts.
 */
export async function execute(guest: LinuxGuest, argv: readonly string[], streams: Streams): Promise<number> {
  const { stdin, stdout, stderr, signal } = streams;
  const session = guest.agent!.exec({
    argv,
    env: { ...ENVIRONMENT, TERM: process.env.TERM ?? 'dumb' },
    onStdout: (bytes) => stdout.write(bytes.slice()),
    onStderr: (bytes) => stderr.write(bytes.slice()),
  });
  const interrupt = (): void => session.signal(SIGINT);
  signal.addEventListener('abort', interrupt, { once: true });
  const end = (): void => {
    // Nothing more can come from outside: time may skip while the guest sleeps.
    guest.system.setRealtime(false);
    session.end();
  };
  const data = (bytes: Uint8Array): void => session.write(bytes);
  if (stdin.isTTY) session.end();
  else {
    guest.system.setRealtime(true);
    stdin.on('data', data).once('end', end).once('error', end);
  }
  try {
    return (await session.exit).code;
  } finally {
    signal.removeEventListener('abort', interrupt);
    stdin.off('data', data).off('end', end).off('error', end).pause();
  }
}

/** A login shell of the guest at this process's terminal; resolves to its exit status. */
export async function interact(guest: LinuxGuest, streams: Streams): Promise<number> {
  const { stdout } = streams;
  const size = (): { rows: number; columns: number } => ({ rows: stdout.rows ?? 24, columns: stdout.columns ?? 80 });
  const session: AgentSession = guest.agent!.exec({
    argv: ['sh', '-l'],
    env: { ...ENVIRONMENT, TERM: process.env.TERM ?? 'linux' },
    directory: '/root',
    terminal: size(),
    onStdout: (bytes) => stdout.write(bytes.slice()),
  });
  const resize = (): void => session.resize(size().rows, size().columns);
  stdout.on('resize', resize);
  const stop = typing(
    guest,
    streams,
    (bytes) => session.write(bytes),
    () => session.end(),
  );
  try {
    return (await session.exit).code;
  } finally {
    stdout.off('resize', resize);
    stop();
  }
}

/** Passes what is typed on, raw where it is a terminal. Returns what undoes it. */
export function typing(
  guest: LinuxGuest,
  { stdin }: Streams,
  write: (bytes: Uint8Array) => void,
  end: () => void,
): () => void {
  const typed = escapes(() => guest.system.stop());
  const data = (bytes: Uint8Array): void => write(stdin.isTTY ? typed(bytes) : bytes);
  if (stdin.isTTY) (stdin as ReadStream).setRawMode(true);
  stdin.on('data', data).once('end', end);
  return () => {
    stdin.off('data', data).off('end', end).pause();
    if (stdin.isTTY) (stdin as ReadStream).setRawMode(false);
  };
}
