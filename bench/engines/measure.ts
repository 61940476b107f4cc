/** Takes the samples for `npm run bench:engines`: every engine once a round, in an order that changes by the round. */
import type { Workload } from '../../src/abi/workloads.ts';
import { environmentById } from '../../src/lab/environments.ts';
import { paramsOf, planCell, type Settings, sampleOrder } from '../../src/lab/plan.ts';
import type { RunRecord } from '../../src/lab/record.ts';
import type { Runner } from '../../src/lab/runner.ts';
import { ENGINES, type EngineId, type Samples } from './summary.ts';

/** A native region shorter than this is repeated within its sample: the clock and the scheduler are coarser. */
const NATIVE_SAMPLE_MS = 40;
const MOST_REPEATS = 50;
/** Pairs of short runs, counting on and off, for the price of counting. */
const PAIRS = 15;

/** Runs once; throws when the run failed or gave another checksum than the runs before it. */
type RunOnce = (engine: EngineId | 'uncounted') => Promise<RunRecord>;

function runnerOf(
  workload: Workload,
  params: Readonly<Record<string, number>>,
  runner: Runner,
  settings: Settings,
): RunOnce {
  const bare = environmentById('bare');
  const cells = {
    native: planCell(workload, params, environmentById('native'), {}),
    interp: planCell(workload, params, bare, settings.config),
    jit: planCell(workload, params, bare, { ...settings.config, engine: 'jit' }),
    uncounted: planCell(workload, params, bare, { ...settings.config, counting: false }),
  };
  let checksum: string | null = null;
  return async (engine) => {
    const record = await runner.run(cells[engine], 0, settings, {});
    if (record.status !== 'ok') throw new Error(`${workload.id}, ${engine}: ${record.status}: ${record.message}`);
    checksum ??= record.checksum;
    if (record.checksum !== checksum) {
      throw new Error(`${workload.id}, ${engine}: checksum ${record.checksum}, other runs gave ${checksum}`);
    }
    return record;
  };
}

/** Short runs with counting on and off by turns. */
async function pairs(once: RunOnce): Promise<Samples['pairs']> {
  const ms = { on: [] as number[], off: [] as number[] };
  for (let i = 0; i < PAIRS; i++) {
    // Which comes first alternates, so that neither always finds the caches of the other.
    for (const counted of i % 2 === 0 ? [true, false] : [false, true]) {
      const { wallMs } = await once(counted ? 'interp' : 'uncounted');
      ms[counted ? 'on' : 'off'].push(wallMs);
    }
  }
  return ms;
}

/** One sample in milliseconds: the mean of enough native runs to fill one; other engines take long enough at once. */
async function sample(engine: EngineId, once: RunOnce): Promise<number> {
  let total = (await once(engine)).wallMs;
  let runs = 1;
  while (engine === 'native' && total < NATIVE_SAMPLE_MS && runs < MOST_REPEATS) {
    total += (await once(engine)).wallMs;
    runs++;
  }
  return total / runs;
}

/** Measures one workload: a warm-up of each engine, then `rounds` samples of each. Throws when any run fails. */
export async function measure(
  workload: Workload,
  params: Readonly<Record<string, number>>,
  rounds: number,
  runner: Runner,
  settings: Settings,
): Promise<Samples> {
  const once = runnerOf(workload, params, runner, settings);
  const ms: Record<EngineId, number[]> = { native: [], interp: [], jit: [] };
  let instructions = 0;
  for (const { id } of ENGINES) {
    const { counters } = await once(id);
    if (id === 'interp') instructions = counters?.instret ?? 0;
    await sample(id, once);
  }
  const order = sampleOrder(
    ENGINES.map(({ id }) => id),
    rounds,
    settings.seed,
  );
  for (const engine of order.flat()) ms[engine].push(await sample(engine, once));
  const short = runnerOf(workload, paramsOf(workload, {}, true), runner, settings);
  return { workload: workload.id, group: workload.group, params, instructions, ms, pairs: await pairs(short) };
}
