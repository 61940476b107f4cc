/** What the benchmarks' command lines have in common. */
import process from 'node:process';
import { isInputError } from '../../src/abi/errors.ts';
import type { TerminalOptions } from '../../src/lab/report/terminal.ts';
import { type Benchmark, type BenchOptions, readOptions, usage } from './options.ts';

/** How this process's standard output takes tables. */
export const terminal = (): TerminalOptions => ({
  width: process.stdout.columns ?? 200,
  colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
});

/**
 * Runs a command until it ends or Ctrl-C (or SIGTERM) aborts its signal; everything it started hangs on that signal.
 * Sets the exit code: what `command` resolves to; 2 for bad input, 1 for what failed, 130 when stopped.
 */
export async function runCommand(command: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const stopper = new AbortController();
  const stop = (): void => stopper.abort(new Error('stopped'));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    process.exitCode = await command(stopper.signal);
  } catch (error) {
    process.stderr.write(`${stopper.signal.aborted ? 'stopped' : (error as Error).message}\n`);
    process.exitCode = stopper.signal.aborted ? 130 : isInputError(error) ? 2 : 1;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Runs a benchmark with this process's command line, or shows its help. */
export async function runBenchmark<Own extends string>(
  benchmark: Benchmark<Own>,
  run: (options: BenchOptions<Own>, signal: AbortSignal) => Promise<number>,
): Promise<void> {
  await runCommand(async (signal) => {
    const options = readOptions(benchmark, process.argv.slice(2));
    if (!options.help) return run(options, signal);
    process.stdout.write(usage(benchmark));
    return 0;
  });
}
