import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import { difference } from '../../machine/differ.ts';
import type { LinuxGuest } from '../../machine/linux.ts';
import { decodeSnapshot, encodeSnapshot, type MachineState } from '../../machine/snapshot.ts';
import type { Context } from '../context.ts';
import { compiledCore, coreBytes, readInput } from '../files.ts';
import { writeWhole } from '../linux/cache.ts';
import { type About, resumeGuest, startGuest } from '../linux/run.ts';
import { observe } from '../observe.ts';
import type { Options } from '../options/common.ts';
import { addObserveOptions, observationOf } from '../options/observe.ts';
import { atLeast } from '../options/values.ts';
import { addGuestOptions, bootRequest, streamsOf } from './linux.ts';

/** Rows of a difference that are shown; the rest is counted. */
const SHOWN = 40;

const coreSha256 = ({ root }: Context): string => createHash('sha256').update(coreBytes(root)).digest('hex');

async function read(file: string, context: Context): Promise<MachineState> {
  const state = await decodeSnapshot(readInput(file)).catch((error: Error) => {
    throw new InputError(`${file}: ${error.message}`);
  });
  if (state.coreSha256 !== coreSha256(context)) {
    throw new InputError(`${file}: this snapshot is of another build of the machine`, 'Make it anew.');
  }
  return state;
}

async function save(file: string, options: Options, context: Context): Promise<void> {
  let about: About | undefined;
  const keep = async (guest: LinuxGuest): Promise<void> => {
    const bytes = await encodeSnapshot(guest.save(coreSha256(context), { ...about }));
    writeWhole(file, bytes);
    context.stderr.write(
      `trapframe: ${file}: ${(bytes.length / 1e6).toFixed(1)} MB, after ${guest.system.instret} instructions\n`,
    );
  };
  const exec = (options.exec as string | undefined) ?? 'true';
  const request = await bootRequest(options, context, { exec, keep });
  const session = await startGuest(request, streamsOf(context), (a) => {
    about = a;
  });
  context.setExitCode(await session.done);
}

async function restore(file: string, options: Options, context: Context): Promise<void> {
  const state = await read(file, context);
  const exec = (options.exec as string | undefined) ?? null;
  const verbose = options.verbose === true;
  const observation = observationOf(options);
  const watch = ({ system }: LinuxGuest) => observe(system, observation, context);
  const session = await resumeGuest(
    { module: compiledCore(context.root).module, state, exec, verbose, watch },
    streamsOf(context),
  );
  context.setExitCode(await session.done);
}

/** One after another: each clone begins where the snapshot stands, whatever the others did. */
async function clone(file: string, options: Options, context: Context): Promise<void> {
  const state = await read(file, context);
  const { module } = compiledCore(context.root);
  const count = atLeast(1, '--count', String(options.count));
  for (let i = 1; i <= count; i++) {
    const exec = `export CLONE=${i}; ${String(options.exec)}`;
    const session = await resumeGuest({ module, state, exec, verbose: false }, streamsOf(context));
    const status = await session.done;
    if (status !== 0) context.setExitCode(status);
  }
}

async function diff(before: string, after: string, context: Context): Promise<void> {
  const [a, b] = [await read(before, context), await read(after, context)];
  if (JSON.stringify(a.config) !== JSON.stringify(b.config)) {
    throw new InputError('these are machines of different configurations', 'Compare snapshots of one machine.');
  }
  const { values, ranges, pages } = difference(a, b);
  const lines = [
    ...values.slice(0, SHOWN).map((v) => `${v.name.padEnd(28)} ${v.before} → ${v.after}`),
    ...(values.length > SHOWN ? [`… and ${values.length - SHOWN} further values`] : []),
    `${pages} pages of memory in ${ranges.length} ranges differ`,
    ...ranges.slice(0, SHOWN).map((r) => `  ${r.start.toString(16)}–${r.end.toString(16)}`),
    ...(ranges.length > SHOWN ? [`  … and ${ranges.length - SHOWN} further ranges`] : []),
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
  context.setExitCode(values.length || pages ? 1 : 0);
}

/** `trapframe snapshot`: a Linux guest as a file. */
export function addSnapshot(program: Command, context: Context): void {
  const group = program
    .command('snapshot')
    .summary('save a Linux guest, go on with it, clone it, compare two')
    .description('Saves a running Linux guest as a file, and goes on with it here or in another process.');
  addGuestOptions(group.command('save').argument('<file>', 'where it is kept'))
    .description('Boots a guest, runs --exec in it, and saves it while it runs on.')
    .option('--exec <COMMAND>', 'a command to run before it is saved')
    .action((file: string, options: Options) => save(file, options, context));
  addObserveOptions(group.command('restore').argument('<file>', 'a snapshot'))
    .description('Goes on with a saved guest: a shell at this terminal, or one command.')
    .option('--exec <COMMAND>', 'run a command; its status is this process’s')
    .option('-v, --verbose', 'with --exec: what the kernel says goes to stderr')
    .action((file: string, options: Options) => restore(file, options, context));
  group
    .command('clone')
    .argument('<file>', 'a snapshot')
    .description('Runs a command in several guests that all begin where the snapshot stands; $CLONE tells them apart.')
    .requiredOption('--exec <COMMAND>', 'the command')
    .option('--count <N>', 'how many', '2')
    .action((file: string, options: Options) => clone(file, options, context));
  group
    .command('diff')
    .argument('<before>', 'a snapshot')
    .argument('<after>', 'another of the same machine')
    .description('Says what differs: registers, counters, memory. Ends with 1 when anything does.')
    .action((before: string, after: string) => diff(before, after, context));
}
