/** `--trace`: what the guest and its VMM do, for Perfetto. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { InputError } from '../../abi/errors.ts';
import type { Traced } from '../../machine/trace.ts';
import type { Context } from '../context.ts';
import type { Options } from './common.ts';

/** Flag and summary, for commander. */
export const TRACE_OPTION = [
  '--trace <FILE>',
  'write exits, faults, interrupts, system calls and address-space switches in guest time, for ui.perfetto.dev',
] as const;

/** Text is gathered to about this much before it is written. */
const CHUNK = 1 << 18;

/** Begins the trace --trace asked for; resolves to what ends it. The file is there when it is whole. */
export async function traceTo(core: Traced, options: Options, { stderr }: Context): Promise<() => void> {
  if (options.trace === undefined) return () => {};
  // It knows system calls by name, and so all of them: not for runs without one.
  const { Tracer } = await import('../../machine/trace.ts');
  const path = String(options.trace);
  const unfinished = `${path}.${process.pid}.tmp`;
  let file: number;
  try {
    file = openSync(unfinished, 'w');
  } catch (error) {
    throw new InputError(
      `--trace: ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
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
