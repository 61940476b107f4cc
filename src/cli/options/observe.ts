/** `--gdb` and `--trace`: looking at a guest from outside. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { gdbAddress } from '../../machine/node/gdb-address.ts';
import type { Observation } from '../observe.ts';
import type { Options } from './common.ts';

/** Flag and summary, for commander. */
const GDB_OPTION = [
  '--gdb <[HOST:]PORT[,wait]>',
  'listen for a debugger: `target remote :PORT` in gdb-multiarch; wait: the guest does not go on before it has attached',
] as const;
export const TRACE_OPTION = [
  '--trace <FILE>',
  'write exits, faults, interrupts, system calls and address-space switches in guest time, for ui.perfetto.dev',
] as const;

export const addObserveOptions = (command: Command): Command => command.option(...TRACE_OPTION).option(...GDB_OPTION);

/** What the options ask for; throws an InputError for what is no port. */
export const observationOf = ({ gdb, trace }: Options): Observation => ({
  gdb: gdb === undefined ? null : gdbAddress('--gdb', String(gdb)),
  trace: trace === undefined ? null : resolve(String(trace)),
});
