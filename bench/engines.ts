/**
 * `npm run bench:engines`: how fast the interpreter and the translator are beside the same C compiled straight to
 * WebAssembly, and beside QEMU where it is installed; and what counting costs.
 *
 *     npm run bench:engines -- [--workload ID,…|all] [--rounds N] [--quick] [--browser] [--json] [--check]
 *
 * Exit code 0; 1 when a run failed, or with --check a limit does not hold; 2 for bad input; 130 when stopped.
 */
import process from 'node:process';
import { terminalTables } from '../src/lab/report/terminal.ts';
import { runBenchmark, terminal } from './engines/command.ts';
import { allPass, limitsOf } from './engines/limits.ts';
import { MODES, type Mode, measure } from './engines/measure.ts';
import type { BenchOptions } from './engines/options.ts';
import { nodePlace } from './engines/place.ts';
import { type EngineReport, summarise } from './engines/summary.ts';
import { engineTable, limitTable } from './engines/table.ts';
import { chosenWorkloads } from './engines/workloads.ts';

const SEED = 1;

const BENCHMARK = {
  command: 'bench:engines',
  summary: 'The interpreter and the translator beside direct WebAssembly and QEMU, and what counting costs.',
  promises: true,
  own: {
    workload: { type: 'string', value: 'ID,…', help: 'only these; all: every one there is' },
    browser: { type: 'boolean', help: 'in Chromium' },
  },
} as const;
type Options = BenchOptions<keyof (typeof BENCHMARK)['own']>;

/** What is measured. Throws an InputError for a workload that does not exist. */
function chosenBy({ rounds, quick, own: { workload, browser } }: Options) {
  const base: Mode = quick ? MODES.quick : MODES.full;
  return {
    workloads: chosenWorkloads(typeof workload === 'string' ? workload.split(',') : null),
    mode: { ...base, rounds: rounds ?? base.rounds },
    browser: browser === true,
  };
}

async function report(
  { workloads, mode, browser }: ReturnType<typeof chosenBy>,
  signal: AbortSignal,
): Promise<EngineReport> {
  // Bundler and browser are loaded only where they are used.
  const place = browser
    ? await (await import('./engines/browser-place.ts')).browserPlace(signal)
    : await nodePlace(signal);
  try {
    const now = (): number => performance.now();
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const { samples, rounds } = await measure(place.hosts, { workloads, mode, seed: SEED, now, say });
    const figures = summarise(samples, SEED);
    const { trapframe, coreSha256, host } = place;
    return {
      schema: 'trapframe.engines/2',
      trapframe,
      coreSha256,
      host,
      seed: SEED,
      rounds,
      ...figures,
      limits: limitsOf(figures),
    };
  } finally {
    await place.close();
  }
}

await runBenchmark(BENCHMARK, async (options, signal) => {
  const made = await report(chosenBy(options), signal);
  const tables = [engineTable(made), limitTable(made.limits)];
  process.stdout.write(`${options.json ? JSON.stringify(made, null, 2) : terminalTables(tables, terminal())}\n`);
  return options.check && !allPass(made.limits) ? 1 : 0;
});
