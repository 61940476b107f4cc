/** Takes the samples of `npm run bench:scale`. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import type { Workload } from '../../src/abi/workloads.ts';
import { bootargsOf } from '../../src/lab/plan.ts';
import type { EngineHost } from '../engines/engines.ts';
import { RUN_DEADLINE_MS } from '../engines/lab-host.ts';
import { scaled } from '../engines/sizes.ts';
import { findRoot } from '../toolchain/jobs.ts';
import type { ColdRequest, ColdRun } from './cold.ts';
import type { Samples } from './summary.ts';

export interface ScaleOptions {
  readonly rounds: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Default sizes this often: long against starting and loading. */
const TWO_GUESTS_FACTOR = 4;
/** What a cold run retires, about. */
const COLD_INSTRUCTIONS = 50e6;
/** What the default sizes retire, about. */
const DEFAULT_INSTRUCTIONS = 300e6;
const BUDGET = 2e9;

/**
 * Wall time of one guest (or of one WebAssembly build) alone and of two side by side, by turns. `host` has to offer two
 * lanes.
 */
export async function sideBySide(
  engine: 'jit' | 'native',
  host: EngineHost,
  workload: Workload,
  options: ScaleOptions,
): Promise<Samples> {
  const params = scaled(workload, TWO_GUESTS_FACTOR, false);
  const guest = (lane: number) => host.run({ engine, workload: workload.id, params, counting: true, lane });
  const timed = async (lanes: readonly number[]): Promise<number> => {
    const began = performance.now();
    await Promise.all(lanes.map(guest));
    return performance.now() - began;
  };
  const kind = engine === 'jit' ? 'two-guests' : 'two-natives';
  await timed([0, 1]);
  const one: number[] = [];
  const both: number[] = [];
  for (let i = 0; i < options.rounds; i++) {
    options.say(`${kind}: ${workload.id}, round ${i + 1} of ${options.rounds}`);
    // Alone on either worker by turns.
    one.push(await timed([i % 2]));
    both.push(await timed([0, 1]));
  }
  return { kind, workload: workload.id, params, instructions: null, ms: { one, two: both } };
}

async function coldRun(workload: Workload, params: Samples['params'], engine: 'interp' | 'jit', signal: AbortSignal) {
  const root = findRoot();
  const request: ColdRequest = {
    core: path.join(root, 'build/trapframe.wasm'),
    image: path.join(root, 'build/guests/kernel.elf'),
    config: { ...MACHINE_DEFAULT, engine, bootargs: bootargsOf(workload, params) },
    budget: BUDGET,
  };
  const script = fileURLToPath(new URL('./cold.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(request)], {
    timeout: RUN_DEADLINE_MS,
    killSignal: 'SIGKILL',
    signal,
  });
  return JSON.parse(stdout) as ColdRun;
}

/** Whole runs in fresh processes, interpreted and translated by turns. */
export async function coldStart(workload: Workload, options: ScaleOptions): Promise<Samples> {
  const { signal, rounds, say } = options;
  const share = COLD_INSTRUCTIONS / DEFAULT_INSTRUCTIONS;
  const tried = await coldRun(workload, scaled(workload, share, false), 'interp', signal);
  const params = scaled(workload, (share * COLD_INSTRUCTIONS) / tried.instructions, false);
  const ms = { interp: [] as number[], jit: [] as number[] };
  let instructions = 0;
  for (let i = 0; i < rounds; i++) {
    say(`cold start: ${workload.id}, round ${i + 1} of ${rounds}`);
    const checksums = new Set<string>();
    for (const engine of i % 2 === 0 ? (['interp', 'jit'] as const) : (['jit', 'interp'] as const)) {
      const run = await coldRun(workload, params, engine, signal);
      ms[engine].push(run.ms);
      checksums.add(`${run.checksum} ${run.instructions}`);
      instructions = run.instructions;
    }
    if (checksums.size > 1) throw new Error(`${workload.id}: the engines differ: ${[...checksums].join(', ')}`);
  }
  return { kind: 'cold-start', workload: workload.id, params, instructions, ms };
}
