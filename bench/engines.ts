/**
 * `npm run bench:engines`: how fast the interpreter and the translator are beside the same C compiled straight to
 * WebAssembly, and beside QEMU where it is installed; and what counting costs.
 *
 *     npm run bench:engines -- [--workload ID,…|all] [--rounds N] [--quick] [--browser] [--json] [--check]
 *
 * Exit code 0; 1 when a run failed, or with --check a limit does not hold; 2 for bad input; 130 when stopped.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { InputError } from '../src/abi/errors.ts';
import { wholeNumber } from '../src/lab/plan.ts';
import { terminalTables } from '../src/lab/report/terminal.ts';
import { runCommand, terminal } from './engines/command.ts';
import { allPass, limitsOf } from './engines/limits.ts';
import { MODES, type Mode, measure } from './engines/measure.ts';
import { nodePlace } from './engines/place.ts';
import { type EngineReport, summarise } from './engines/summary.ts';
import { engineTable, limitTable } from './engines/table.ts';
import { chosenWorkloads } from './engines/workloads.ts';

const SEED = 1;

/** Throws an InputError for an option that does not exist or a value that cannot be. */
function optionsOf(args: readonly string[]) {
  const known = {
    workload: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  } as const;
  const parse = () => parseArgs({ args: [...args], options: known }).values;
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (error) {
    throw new InputError((error as Error).message);
  }
  const { rounds, workload, quick, browser, json, check } = values;
  const base: Mode = quick ? MODES.quick : MODES.full;
  const mode = rounds === undefined ? base : { ...base, rounds: wholeNumber('--rounds', Number(rounds), 1, 1000) };
  return { workloads: chosenWorkloads(workload?.split(',') ?? null), mode, browser, json, check };
}

async function report(
  { workloads, mode, browser }: ReturnType<typeof optionsOf>,
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

await runCommand(async (signal) => {
  const options = optionsOf(process.argv.slice(2));
  const made = await report(options, signal);
  const tables = [engineTable(made), limitTable(made.limits)];
  process.stdout.write(`${options.json ? JSON.stringify(made, null, 2) : terminalTables(tables, terminal())}\n`);
  return options.check && !allPass(made.limits) ? 1 : 0;
});
