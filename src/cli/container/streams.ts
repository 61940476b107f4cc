/** A process's streams on a connection: framed, or for a terminal as they are. */
import type { Duplex, Writable } from 'node:stream';
import type { ProcessIo } from '../../machine/container/io.ts';
import type { Listener, LogEntry, OutputLog } from '../../machine/container/log.ts';
import { frame, STREAM } from '../daemon/frames.ts';

const encode = ({ stream, bytes }: LogEntry, terminal: boolean): Uint8Array =>
  terminal ? bytes : frame(STREAM[stream], bytes);

export interface Attached {
  /** Stops, and ends the connection once all is written. */
  finish(): void;
}

/** Who takes part: `io` is asked each time, as a container that starts anew has new streams. */
export function attach(
  socket: Duplex,
  io: () => ProcessIo,
  log: OutputLog,
  { terminal, input, replay }: { terminal: boolean; input: boolean; replay: boolean },
): Attached {
  const who = {};
  const listener: Listener = (entry) => {
    // The program waits for whoever can't follow.
    if (!socket.write(encode(entry, terminal))) io().hold(who, true);
  };
  if (replay) for (const entry of log.kept) socket.write(encode(entry, terminal));
  const stop = log.listen(listener);
  socket.on('drain', () => io().hold(who, false));
  let unhook = (): void => {};
  if (input) {
    unhook = io().onWanted(() => socket.resume());
    socket.on('data', (bytes: Buffer) => {
      if (!io().write(new Uint8Array(bytes))) socket.pause();
    });
    // A terminal has its end of input as a key; who leaves it leaves the program alone.
    socket.on('end', () => {
      if (!terminal) io().endInput();
    });
  } else socket.resume();
  const leave = (): void => {
    stop();
    unhook();
    io().hold(who, false);
  };
  socket.once('close', leave);
  socket.on('error', () => socket.destroy());
  return {
    finish() {
      leave();
      socket.end();
    },
  };
}

export interface LogRequest {
  readonly tail: number;
  readonly timestamps: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
}

/** Writes what was kept; returns what writes one entry more. */
export function writeLog(out: Writable, log: OutputLog, terminal: boolean, request: LogRequest): Listener {
  const stamp = request.timestamps ? stamper() : (entry: LogEntry): LogEntry => entry;
  const write: Listener = (entry) => {
    if (!request[entry.stream] || entry.time < request.since || entry.time > request.until) return;
    if (entry.bytes.length) out.write(encode(stamp(entry), terminal));
  };
  for (const entry of lastLines(log.kept, request.tail)) write(entry);
  return write;
}

/** Puts its time in front of each line, in whatever pieces lines come. */
function stamper(): (entry: LogEntry) => LogEntry {
  const open = { stdout: false, stderr: false };
  return (entry) => {
    const time = `${new Date(entry.time).toISOString()} `;
    const text = Buffer.from(entry.bytes).toString('latin1');
    const stamped = (open[entry.stream] ? '' : time) + text.replace(/\n(?!$)/g, `\n${time}`);
    open[entry.stream] = !text.endsWith('\n');
    return { ...entry, bytes: new Uint8Array(Buffer.from(stamped, 'latin1')) };
  };
}

/** The entries from the one on that the last `count` lines begin in, which is cut. */
function lastLines(entries: readonly LogEntry[], count: number): readonly LogEntry[] {
  if (!Number.isFinite(count)) return entries;
  let left = count;
  for (let i = entries.length - 1; i >= 0; i--) {
    const { bytes } = entries[i]!;
    for (let at = bytes.length - 1; at >= 0; at--) {
      if (bytes[at] !== 10) continue;
      const isEnd = i === entries.length - 1 && at === bytes.length - 1;
      if (isEnd || left-- > 1) continue;
      return [{ ...entries[i]!, bytes: bytes.subarray(at + 1) }, ...entries.slice(i + 1)];
    }
  }
  return count > 0 ? entries : [];
}
