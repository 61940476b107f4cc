/** Takes the samples of `npm run bench:scale`. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import type { Workload } from '../../src/abi/workloads.ts';
import { bootargsOf } from '../../src/lab/plan.ts';
import { aliases, generated } from '../../tests/translator/guests-changing.ts';
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

/** One whole run in a fresh process. */
async function coldRun(request: Pick<ColdRequest, 'image' | 'config'>, signal: AbortSignal): Promise<ColdRun> {
  const core = path.join(findRoot(), 'build/trapframe.wasm');
  const script = fileURLToPath(new URL('./cold.js', import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, JSON.stringify({ ...request, core, budget: BUDGET } satisfies ColdRequest)],
    { timeout: RUN_DEADLINE_MS, killSignal: 'SIGKILL', signal },
  );
  return JSON.parse(stdout) as ColdRun;
}

/** Whole runs, interpreted and translated by turns. */
async function byTurns(
  what: string,
  run: (engine: 'interp' | 'jit') => Promise<ColdRun>,
  { rounds, say }: ScaleOptions,
): Promise<Pick<Samples, 'instructions' | 'ms'>> {
  const ms = { interp: [] as number[], jit: [] as number[] };
  let instructions = 0;
  for (let i = 0; i < rounds; i++) {
    say(`${what}, round ${i + 1} of ${rounds}`);
    const checksums = new Set<string>();
    for (const engine of i % 2 === 0 ? (['interp', 'jit'] as const) : (['jit', 'interp'] as const)) {
      const done = await run(engine);
      ms[engine].push(done.ms);
      checksums.add(`${done.checksum} ${done.instructions}`);
      instructions = done.instructions;
    }
    if (checksums.size > 1) throw new Error(`${what}: the engines differ: ${[...checksums].join(', ')}`);
  }
  return { instructions, ms };
}

/** Whole runs of a workload of about 50 million instructions. */
export async function coldStart(workload: Workload, options: ScaleOptions): Promise<Samples> {
  const image = path.join(findRoot(), 'build/guests/kernel.elf');
  const run = (params: Samples['params']) => (engine: 'interp' | 'jit') =>
    coldRun({ image, config: { ...MACHINE_DEFAULT, engine, bootargs: bootargsOf(workload, params) } }, options.signal);
  const share = COLD_INSTRUCTIONS / DEFAULT_INSTRUCTIONS;
  const tried = await run(scaled(workload, share, false))('interp');
  const params = scaled(workload, (share * COLD_INSTRUCTIONS) / tried.instructions, false);
  const measured = await byTurns(`cold start: ${workload.id}`, run(params), options);
  return { kind: 'cold-start', workload: workload.id, params, ...measured };
}

/** Guests that make translating hard, a few ten million instructions each. */
export const CHANGING = {
  'rewrites its code': () => generated(1_000_000, 1, 20),
  'one page, many addresses': () => aliases(256, 4000),
  'a million regions': () => generated(1_000_000, 1_000_000, 4),
} as const satisfies Record<string, () => Uint8Array>;

/** Whole runs of a guest whose code changes or is very much. */
export async function changingCode(name: keyof typeof CHANGING, options: ScaleOptions): Promise<Samples> {
  const directory = mkdtempSync(path.join(tmpdir(), 'trapframe-scale-'));
  try {
    const image = path.join(directory, 'guest.elf');
    writeFileSync(image, CHANGING[name]());
    const run = (engine: 'interp' | 'jit') =>
      coldRun({ image, config: { ...MACHINE_DEFAULT, engine } }, options.signal);
    return { kind: 'changing-code', workload: name, params: {}, ...(await byTurns(name, run, options)) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
