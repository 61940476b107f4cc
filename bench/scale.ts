/**
 * `npm run bench:scale`: what two guests in two workers do beside one, whether translating ever costs a short run, and what
 * code that changes costs.
 *
 *     npm run bench:scale -- [--rounds N] [--quick] [--json] [--check]
 *
 * Exit code 0; 1 when a run failed, or with --check a limit does not hold; 2 for bad input; 130 when stopped.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { InputError } from '../src/abi/errors.ts';
import { nodePlatform } from '../src/lab/node/platform.ts';
import { wholeNumber, workloadById } from '../src/lab/plan.ts';
import { terminalTable } from '../src/lab/report/terminal.ts';
import { runCommand, terminal } from './engines/command.ts';
import { about, labHost } from './engines/lab-host.ts';
import { allPass } from './engines/limits.ts';
import { chosenWorkloads } from './engines/workloads.ts';
import { CHANGING, changingCode, coldStart, type ScaleOptions, sideBySide } from './scale/measure.ts';
import { type Samples, type ScaleReport, scaleRow, scaleTable } from './scale/summary.ts';

const SEED = 1;
const PAIRED = ['integer-mix', 'sort', 'nbody'];

const MODES = {
  full: { rounds: 7, paired: PAIRED, cold: chosenWorkloads(null).filter((w) => w.group === 'compute') },
  quick: { rounds: 3, paired: PAIRED.slice(0, 2), cold: ['integer-mix', 'sort', 'fft', 'compress'].map(workloadById) },
};

/** Throws an InputError for an option that does not exist or a value that cannot be. */
function optionsOf(args: readonly string[]) {
  const known = {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  } as const;
  try {
    const { rounds, quick, json, check } = parseArgs({ args: [...args], options: known }).values;
    const mode = quick ? MODES.quick : MODES.full;
    const chosen = rounds === undefined ? mode.rounds : wholeNumber('--rounds', Number(rounds), 1, 1000);
    return { ...mode, rounds: chosen, json, check };
  } catch (error) {
    throw new InputError((error as Error).message);
  }
}

async function report(
  { rounds, paired, cold }: ReturnType<typeof optionsOf>,
  signal: AbortSignal,
): Promise<ScaleReport> {
  const platform = nodePlatform();
  const host = labHost(platform, signal);
  const options: ScaleOptions = { rounds, signal, say: (line) => void process.stderr.write(`${line}\n`) };
  const samples: Samples[] = [];
  try {
    for (const id of paired) {
      for (const engine of ['jit', 'native'] as const)
        samples.push(await sideBySide(engine, host, workloadById(id), options));
    }
    for (const workload of cold) samples.push(await coldStart(workload, options));
    for (const name of Object.keys(CHANGING) as (keyof typeof CHANGING)[])
      samples.push(await changingCode(name, options));
    return {
      schema: 'trapframe.scale/1',
      ...(await about(platform)),
      rows: samples.map((s) => scaleRow(s, SEED)),
    };
  } finally {
    await host.close();
  }
}

await runCommand(async (signal) => {
  const options = optionsOf(process.argv.slice(2));
  const made = await report(options, signal);
  process.stdout.write(
    `${options.json ? JSON.stringify(made, null, 2) : terminalTable(scaleTable(made), terminal())}\n`,
  );
  return options.check && !allPass(made.rows) ? 1 : 0;
});
