/** A debugger from outside, and a trace, for a guest that this process runs. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Debugger } from '../machine/gdb/debugger.ts';
import { fileError } from '../machine/node/file-error.ts';
import type { GdbAddress } from '../machine/node/gdb-address.ts';
import type { Traced } from '../machine/trace.ts';

/** What is asked for. */
export interface Observation {
  readonly gdb: GdbAddress | null;
  /** A file. */
  readonly trace: string | null;
}

/** Who is told of it, in lines for a person. */
export interface Teller {
  readonly stderr: { write(text: string): unknown };
}

/** Listens for a debugger; resolves to what ends that. Aborted, `hurry` lets a guest that still waits for one go on without. */
export async function listenForGdb(
  machine: Debugger,
  address: GdbAddress | null,
  { stderr }: Teller,
  hurry?: AbortSignal,
): Promise<() => void> {
  if (!address) return () => {};
  const { serveGdb } = await import('../machine/node/gdb.ts');
  const listener = await serveGdb(machine, address);
  stderr.write(`trapframe: gdb: target remote ${address.host}:${listener.port}\n`);
  hurry?.addEventListener('abort', listener.forgo, { once: true });
  return () => {
    hurry?.removeEventListener('abort', listener.forgo);
    listener.close();
  };
}

/** Text is gathered to about this much before it is written. */
const CHUNK = 1 << 18;

/** Writes a trace to a file, which is there when it is whole; resolves to what ends it. */
export async function traceTo(core: Traced, path: string | null, { stderr }: Teller): Promise<() => void> {
  if (path === null) return () => {};
  // It knows system calls by name, and so all of them: not for runs without one.
  const { Tracer } = await import('../machine/trace.ts');
  const unfinished = `${path}.${process.pid}.tmp`;
  let file: number;
  try {
    file = openSync(unfinished, 'w');
  } catch (error) {
    throw fileError(error, `--trace: ${path}`, 'written');
  }
  const remove = (): void => rmSync(unfinished, { force: true });
  process.once('exit', remove);
  let text = '';
  const flush = (): void => {
    writeSync(file, text);
    text = '';
  };
  const tracer = new Tracer(core, (piece) => {
    text += piece;
    if (text.length > CHUNK) flush();
  });
  return () => {
    const { events, dropped } = tracer.finish();
    flush();
    closeSync(file);
    renameSync(unfinished, path);
    process.off('exit', remove);
    const rest = dropped ? `; ${dropped} more did not fit` : '';
    stderr.write(`trapframe: ${path}: ${events.toLocaleString('en-US')} events${rest}\n`);
  };
}

/** Does both; resolves to what ends both. */
export async function observe(
  guest: { debug(): Debugger; readonly core: Traced },
  { gdb, trace }: Observation,
  teller: Teller,
  hurry?: AbortSignal,
): Promise<() => void> {
  const endTrace = await traceTo(guest.core, trace, teller);
  try {
    const endGdb = await listenForGdb(guest.debug(), gdb, teller, hurry);
    return () => {
      endGdb();
      endTrace();
    };
  } catch (error) {
    endTrace();
    throw error;
  }
}
