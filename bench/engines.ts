/**
 * `npm run bench:engines`: how fast the interpreter and the translator are beside the same C compiled straight to WebAssembly, and what
 * counting costs.
 *
 *     npm run bench:engines -- [--workload ID,…] [--rounds N] [--quick] [--json] [--check]
 *
 * Exit code 0; 1 when a run failed, or with --check a limit does not hold; 2 for bad input.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { InputError, isInputError } from '../src/abi/errors.ts';
import { WORKLOADS } from '../src/abi/workloads.ts';
import { hostInfo } from '../src/lab/head.ts';
import { nodePlatform } from '../src/lab/node/platform.ts';
import { paramsOf, settingsOf, wholeNumber, workloadById } from '../src/lab/plan.ts';
import { terminalTable } from '../src/lab/report/terminal.ts';
import { Runner } from '../src/lab/runner.ts';
import { measure } from './engines/measure.ts';
import {
  allPass,
  countingOf,
  type EngineReport,
  type EngineRow,
  engineTable,
  jitOf,
  summarise,
} from './engines/summary.ts';

const DEFAULT_ROUNDS = 5;

interface Options {
  readonly workloads: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
  readonly json: boolean;
  readonly check: boolean;
}

/** Throws an InputError for an option that does not exist or a value that cannot be. */
function optionsOf(args: readonly string[]): Options {
  const known = {
    workload: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
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
  const compute = WORKLOADS.filter((w) => w.native && w.group === 'compute').map((w) => w.id);
  return {
    workloads: values.workload?.split(',') ?? compute,
    rounds: wholeNumber('--rounds', Number(values.rounds ?? DEFAULT_ROUNDS), 1, 1000),
    quick: values.quick,
    json: values.json,
    check: values.check,
  };
}

async function report(options: Options): Promise<EngineReport> {
  const platform = nodePlatform();
  const runner = new Runner(platform);
  const settings = settingsOf({}, 1);
  const rows: EngineRow[] = [];
  const workloads = options.workloads.map(workloadById);
  const foreign = workloads.find((w) => !w.native);
  if (foreign) throw new InputError(`workload ${foreign.id} has no WebAssembly build to compare with`);
  try {
    const { sha256 } = await platform.core();
    for (const workload of workloads) {
      process.stderr.write(`${workload.id} (${rows.length + 1} of ${workloads.length})\n`);
      const params = paramsOf(workload, {}, options.quick);
      rows.push(summarise(await measure(workload, params, options.rounds, runner, settings), settings.seed));
    }
    return {
      schema: 'trapframe.engines/1',
      trapframe: platform.version,
      coreSha256: sha256,
      host: hostInfo(platform),
      seed: settings.seed,
      rounds: options.rounds,
      rows,
      counting: countingOf(rows),
      jit: jitOf(rows),
    };
  } finally {
    await runner.close();
  }
}

try {
  const options = optionsOf(process.argv.slice(2));
  const made = await report(options);
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const width = process.stdout.columns ?? 120;
  process.stdout.write(
    `${options.json ? JSON.stringify(made, null, 2) : terminalTable(engineTable(made), { width, colour })}\n`,
  );
  if (options.check && !allPass(made)) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = isInputError(error) ? 2 : 1;
}
