/** A person's terminal, or a script's streams, on the connection of a program in a container. */
import type { Duplex, Readable, Writable } from 'node:stream';
import { FrameReader, STREAM } from '../daemon/frames.ts';

export interface Input extends Readable {
  isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}
export interface Output extends Writable {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}
export interface Streams {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface PumpOptions {
  /** The other side is a terminal: bytes are not framed. */
  readonly terminal: boolean;
  /** Whether what is typed goes there. */
  readonly input: boolean;
  /** Tells the other side the size of the window. */
  readonly resize: (rows: number, columns: number) => void;
}

/** Ctrl-P Ctrl-Q leaves a program alone. */
const DETACH = [16, 17] as const;

/** Moves bytes both ways until the other side ends. Resolves to whether the person left before. */
export async function pump(socket: Duplex, streams: Streams, options: PumpOptions): Promise<'ended' | 'detached'> {
  const { stdin, stdout, stderr } = streams;
  const raw = options.terminal && options.input && stdin.isTTY === true;
  let detached = false;
  let armed = false;

  const typed = (bytes: Buffer): void => {
    if (!raw) {
      if (!socket.write(bytes)) stdin.pause();
      return;
    }
    // The first key of the two is held back until the second one is known.
    let from = 0;
    for (const [i, byte] of bytes.entries()) {
      if (armed && byte === DETACH[1]) {
        detached = true;
        socket.destroy();
        return;
      }
      if (armed) socket.write(Uint8Array.of(DETACH[0]));
      armed = byte === DETACH[0];
      if (!armed) continue;
      socket.write(bytes.subarray(from, i));
      from = i + 1;
    }
    if (from < bytes.length) socket.write(bytes.subarray(from));
  };
  const inputEnded = (): void => void socket.end();
  const resized = (): void => options.resize(stdout.rows ?? 24, stdout.columns ?? 80);

  /** The other side waits when ours can't follow. */
  const show = (to: Output, bytes: Uint8Array): void => {
    if (to.write(bytes)) return;
    socket.pause();
    to.once('drain', () => socket.resume());
  };
  const reader = new FrameReader((stream, bytes) => show(stream === STREAM.stderr ? stderr : stdout, bytes));
  socket.on('data', (bytes: Buffer) => (options.terminal ? show(stdout, bytes) : reader.push(bytes)));
  socket.on('drain', () => stdin.resume());

  if (raw) stdin.setRawMode?.(true);
  if (options.terminal && stdout.isTTY) {
    stdout.on('resize', resized);
    resized();
  }
  if (options.input) {
    stdin.on('data', typed);
    stdin.on('end', inputEnded);
    stdin.resume();
  }
  try {
    await new Promise<void>((settle, reject) => {
      socket.once('close', () => settle());
      socket.once('error', (e: NodeJS.ErrnoException) => (e.code === 'ECONNRESET' || detached ? settle() : reject(e)));
    });
    return detached ? 'detached' : 'ended';
  } finally {
    stdout.off('resize', resized);
    stdin.off('data', typed);
    stdin.off('end', inputEnded);
    if (raw) stdin.setRawMode?.(false);
    if (options.input) stdin.pause();
  }
}
