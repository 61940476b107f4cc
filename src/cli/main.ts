import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { isInputError } from '../abi/errors.ts';
import { warm } from '../machine/warm.ts';
import { type Context, EXIT, exitCode } from './context.ts';
import { compiledCore, coreFile } from './files.ts';
import { columns } from './table.ts';

/** The commands in the order of the help. Each is loaded when it is asked for: all of them together take a quarter of a second. */
export const COMMANDS: Readonly<Record<string, () => Promise<(program: Command, context: Context) => void>>> = {
  compare: async () => (await import('./commands/compare.ts')).addCompare,
  sweep: async () => (await import('./commands/sweep.ts')).addSweep,
  laws: async () => (await import('./commands/laws.ts')).addLaws,
  escapes: async () => (await import('./commands/escapes.ts')).addEscapes,
  run: async () => (await import('./commands/run.ts')).addRun,
  linux: async () => (await import('./commands/linux.ts')).addLinux,
  wsl: async () => (await import('./commands/wsl.ts')).addWsl,
  process: async () => (await import('./commands/process.ts')).addProcess,
  container: async () => (await import('./commands/container.ts')).addContainer,
  image: async () => (await import('./commands/image.ts')).addImage,
  network: async () => (await import('./commands/network.ts')).addNetwork,
  volume: async () => (await import('./commands/volume.ts')).addVolume,
  snapshot: async () => (await import('./commands/snapshot.ts')).addSnapshot,
  disasm: async () => (await import('./commands/disasm.ts')).addDisasm,
  list: async () => (await import('./commands/list.ts')).addList,
  daemon: async () => (await import('./commands/daemon.ts')).addDaemon,
};

/** Those that run a guest in this process: the core is compiled in the background while their modules are read. */
const RUNS_HERE: readonly string[] = ['linux', 'snapshot', 'process', 'daemon'];

/** Builds the command line: of the command that is named, or the whole of it. */
async function commandLine(context: Context, name: string | undefined): Promise<Command> {
  const { version, description } = JSON.parse(readFileSync(join(context.root, 'package.json'), 'utf8'));
  const program = new Command('trapframe')
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({ writeOut: (s) => context.stdout.write(s), writeErr: (s) => context.stderr.write(s) })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `\nExit codes:\n${columns(
        EXIT.map((e) => [`  ${e.code}`, e.summary]),
        100,
      )}`,
    )
    .exitOverride();
  // Where it is missing, who needs it says so.
  if (name !== undefined && RUNS_HERE.includes(name) && existsSync(coreFile(context.root)))
    await warm(compiledCore(context.root).module);
  const named = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const load of named ? [named] : Object.values(COMMANDS)) (await load())(program, context);
  for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help tells all options)');
  return program;
}

/**
 * Runs one command line.
 * @param args what stands behind the program's name
 * @param root the checkout
 * @returns the exit code; see `EXIT`
 */
export async function main(args: readonly string[], root: string): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => {
    // The second Ctrl-C does not wait for anything.
    if (stop.signal.aborted) process.exit(exitCode('interrupted'));
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // A reader that closes early (`| head`) is no error.
  process.stdout.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code === 'EPIPE') process.exit(exitCode('good'));
    throw e;
  });
  let code = exitCode('good');
  const setExitCode = (value: number) => {
    code = value;
  };
  const { stdout, stderr } = process;
  const context: Context = { root, stdout, stderr, signal: stop.signal, setExitCode };
  const program = await commandLine(context, args[0]);
  try {
    if (args.length === 0) {
      program.outputHelp();
      return exitCode('good');
    }
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (e) {
    return report(e, context);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function report(e: unknown, { stderr, signal }: Context): number {
  if (e instanceof CommanderError) return e.exitCode === 0 ? exitCode('good') : exitCode('input');
  if (isInputError(e)) {
    stderr.write(`trapframe: ${e.message}\n`);
    return exitCode('input');
  }
  if (signal.aborted) {
    stderr.write('trapframe: stopped\n');
    return exitCode('interrupted');
  }
  stderr.write(`trapframe: this is an error in Trapframe itself\n${e instanceof Error ? e.stack : String(e)}\n`);
  return exitCode('broken');
}
