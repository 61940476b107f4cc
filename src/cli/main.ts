import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { isInputError } from '../abi/errors.ts';
import { addCompare } from './commands/compare.ts';
import { addContainer } from './commands/container.ts';
import { addDaemon } from './commands/daemon.ts';
import { addDisasm } from './commands/disasm.ts';
import { addImage } from './commands/image.ts';
import { addLaws } from './commands/laws.ts';
import { addLinux } from './commands/linux.ts';
import { addList } from './commands/list.ts';
import { addProcess } from './commands/process.ts';
import { addRun } from './commands/run.ts';
import { addSnapshot } from './commands/snapshot.ts';
import { addSweep } from './commands/sweep.ts';
import { addVolume } from './commands/volume.ts';
import { addWsl } from './commands/wsl.ts';
import { type Context, EXIT, exitCode } from './context.ts';
import { columns } from './table.ts';

/** Builds the whole command line. */
function commandLine(context: Context): Command {
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
  for (const add of [
    addCompare,
    addSweep,
    addLaws,
    addRun,
    addLinux,
    addWsl,
    addProcess,
    addContainer,
    addImage,
    addVolume,
    addSnapshot,
    addDisasm,
    addList,
    addDaemon,
  ])
    add(program, context);
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
  const program = commandLine(context);
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
