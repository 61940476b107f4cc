/**
 * `npm run bench:containers`: what containers cost: the way to the first output, computing beside a bare process, and what
 * a thousand of them leave behind.
 *
 *     npm run bench:containers -- [--rounds N] [--quick] [--json] [--check]
 *
 * Exit code 0; 1 when a run failed, or with --check a limit does not hold; 2 for bad input; 130 when stopped.
 */
import process from 'node:process';
import { nodePlatform } from '../src/lab/node/platform.ts';
import { workloadById } from '../src/lab/plan.ts';
import { terminalTable } from '../src/lab/report/terminal.ts';
import { comeAndGo, held, openEngine, sideBySide, start } from './containers/measure.ts';
import { type ContainerReport, containerTables, PROMISED, pairRow, timeRow } from './containers/summary.ts';
import { runBenchmark, terminal } from './engines/command.ts';
import { about } from './engines/lab-host.ts';
import { allPass } from './engines/limits.ts';
import type { BenchOptions } from './engines/options.ts';

const SEED = 1;
const MODES = {
  full: { rounds: 11, factor: 6, starts: 200, many: 1000, workloads: ['integer-mix', 'sha256', 'nbody', 'stream'] },
  quick: { rounds: 7, factor: 3, starts: 50, many: 100, workloads: ['sha256', 'nbody'] },
} as const;

const modeOf = ({ quick, rounds }: BenchOptions<never>) => {
  const mode = quick ? MODES.quick : MODES.full;
  return { ...mode, rounds: rounds ?? mode.rounds };
};

async function report(mode: ReturnType<typeof modeOf>, signal: AbortSignal): Promise<ContainerReport> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const platform = nodePlatform();
  const pairs = [];
  for (const id of mode.workloads) {
    const pair = await sideBySide(platform, workloadById(id), { ...mode, say, signal });
    pairs.push(pairRow(id, pair, SEED));
  }
  const engine = await openEngine();
  try {
    say('starts');
    await start(engine);
    const warm = [];
    for (let i = 0; i < mode.starts; i++) warm.push(await start(engine));
    const time = (id: string, summary: string, ms: number[], limit: number | null) =>
      timeRow(id, summary, ms, limit, SEED);
    const outputs = warm.map(({ output }) => output);
    const ends = warm.map(({ end }) => end);
    say(`${mode.many} containers, twice`);
    // The first ones have V8 compile what they run, and fill the list of the latest events: that is kept once, and no leak.
    await comeAndGo(engine, mode.many, signal);
    const before = held(engine);
    const each = await comeAndGo(engine, mode.many, signal);
    const after = held(engine);
    return {
      schema: 'trapframe.containers/1',
      ...(await about(platform)),
      rows: [
        time('first output', 'from the request to its first byte, the kernel warm', outputs, PROMISED.firstOutputMs),
        time('end', 'from the request to the end of its program', ends, null),
        time('made and removed', 'one of many that write files, share memory and end', [each], null),
        ...pairs,
      ],
      leftovers: Object.entries(before).map(([what, value]) => ({ what, before: value, after: after[what]! })),
    };
  } finally {
    engine.host.close();
  }
}

await runBenchmark(
  {
    command: 'bench:containers',
    summary: 'What containers cost to start, beside a bare process, and what many of them leave behind.',
    promises: true,
  },
  async (options, signal) => {
    const made = await report(modeOf(options), signal);
    const tables = options.json
      ? JSON.stringify(made, null, 2)
      : containerTables(made)
          .map((table) => terminalTable(table, terminal()))
          .join('\n\n');
    process.stdout.write(`${tables}\n`);
    return options.check && !allPass(made.rows) ? 1 : 0;
  },
);
