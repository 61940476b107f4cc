/** `--gdb`: a debugger from outside. */
import type { Command } from 'commander';
import type { Debugger } from '../../machine/gdb/debugger.ts';
import { type GdbAddress, gdbAddress } from '../../machine/node/gdb-address.ts';
import type { Context } from '../context.ts';
import type { Options } from './common.ts';

export const addGdbOption = (command: Command): Command =>
  command.option(
    '--gdb <[HOST:]PORT[,wait]>',
    'listen for a debugger: `target remote :PORT` in gdb-multiarch; wait: the guest does not begin before it has attached',
  );

/** Where --gdb says, or null: it was not given. */
export const gdbOf = (options: Options): GdbAddress | null =>
  options.gdb === undefined ? null : gdbAddress('--gdb', String(options.gdb));

/** Listens where --gdb asked for it; returns what ends that. */
export async function listenForGdb(machine: Debugger, options: Options, { stderr }: Context): Promise<() => void> {
  const address = gdbOf(options);
  if (!address) return () => {};
  const { serveGdb } = await import('../../machine/node/gdb.ts');
  const listener = await serveGdb(machine, address);
  stderr.write(`trapframe: gdb: target remote ${address.host}:${listener.port}\n`);
  return () => listener.close();
}
