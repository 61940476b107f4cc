/**
 * `npm run bench:scale`: what two guests in two workers do beside one, whether translating ever costs a short run, and what
 * code that changes costs.
 *
 *     npm run bench:scale -- [--rounds N] [--quick] [--json] [--check]
 *
 * Exit code 0; 1 when a run failed, or with --check a limit does not hold; 2 for bad input; 130 when stopped.
 */
import process from 'node:process';
import { nodePlatform } from '../src/lab/node/platform.ts';
import { workloadById } from '../src/lab/plan.ts';
import { terminalTable } from '../src/lab/report/terminal.ts';
import { runBenchmark, terminal } from './engines/command.ts';
import { about, labHost } from './engines/lab-host.ts';
import { allPass } from './engines/limits.ts';
import type { BenchOptions } from './engines/options.ts';
import { chosenWorkloads } from './engines/workloads.ts';
import { CHANGING, changingCode, coldStart, type ScaleOptions, sideBySide } from './scale/measure.ts';
import { type Samples, type ScaleReport, scaleRow, scaleTable } from './scale/summary.ts';

const SEED = 1;
const PAIRED = ['integer-mix', 'sort', 'nbody'];

const MODES = {
  full: { rounds: 7, paired: PAIRED, cold: chosenWorkloads(null).filter((w) => w.group === 'compute') },
  quick: { rounds: 3, paired: PAIRED.slice(0, 2), cold: ['integer-mix', 'sort', 'fft', 'compress'].map(workloadById) },
};

const modeOf = ({ quick, rounds }: BenchOptions<never>) => {
  const mode = quick ? MODES.quick : MODES.full;
  return { ...mode, rounds: rounds ?? mode.rounds };
};

async function report({ rounds, paired, cold }: ReturnType<typeof modeOf>, signal: AbortSignal): Promise<ScaleReport> {
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

await runBenchmark(
  {
    command: 'bench:scale',
    summary: 'Two guests at once, cold starts, and guests whose code changes: the translator beside the interpreter.',
    promises: true,
  },
  async (options, signal) => {
    const made = await report(modeOf(options), signal);
    process.stdout.write(
      `${options.json ? JSON.stringify(made, null, 2) : terminalTable(scaleTable(made), terminal())}\n`,
    );
    return options.check && !allPass(made.rows) ? 1 : 0;
  },
);
