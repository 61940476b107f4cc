/** Takes the samples of `npm run bench:containers`. */
import { readFileSync } from 'node:fs';
import type { Workload } from '../../src/abi/workloads.ts';
import { environmentById } from '../../src/lab/environments.ts';
import { planCell, settingsOf } from '../../src/lab/plan.ts';
import type { Platform } from '../../src/lab/platform.ts';
import { Runner } from '../../src/lab/runner.ts';
import { S } from '../../src/linux/uapi.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { ContainerEngine } from '../../src/machine/container/engine.ts';
import type { Entry } from '../../src/machine/container/entry.ts';
import { ContainerHost } from '../../src/machine/container/host.ts';
import { type Base, NO_DEFAULTS } from '../../src/machine/container/roots.ts';
import { buildPrograms } from '../../tests/support/linux-programs.ts';
import { coreModule } from '../../tests/support/machine.ts';
import { GUEST_MIB, RUN_DEADLINE_MS } from '../engines/lab-host.ts';
import { scaled } from '../engines/sizes.ts';

/** A kernel with an image of one tool. */
export async function openEngine(): Promise<ContainerEngine> {
  const tool = readFileSync((await buildPrograms(['tool'])).get('tool')!);
  const host = await ContainerHost.open(coreModule(), {
    memory: 512 * 2 ** 20,
    engine: 'jit',
    counting: false,
    time: 'wall',
    seed: null,
    hostName: 'bench',
  });
  const layer = new Tmpfs({ now: () => host.system.kernel.clock.realtime() });
  layer.hold();
  const own = { uid: 0, gid: 0 };
  layer.root
    .create('bin', { ...own, mode: S.IFDIR | 0o755 })
    .create('tool', { ...own, mode: S.IFREG | 0o755 })
    .write(0, tool);
  const base: Base = { lowers: [layer], name: 'bench', imageId: '', defaults: NO_DEFAULTS, release() {} };
  return new ContainerEngine(host, {
    openFolder: () => base,
    openPlace: () => {
      throw new Error('no files of the host');
    },
    openImage: async () => base,
  });
}

const make = (engine: ContainerEngine, cmd: readonly string[]): Promise<Entry> =>
  engine.create({ Image: 'bench', Cmd: ['/bin/tool', ...cmd] }, null);

/** Milliseconds from the request to the first byte a container writes, and to its end. */
export async function start(engine: ContainerEngine): Promise<{ readonly output: number; readonly end: number }> {
  const from = performance.now();
  let output = 0;
  const entry = await make(engine, ['say', 'hello']);
  entry.container.log.listen(() => {
    output ||= performance.now() - from;
  });
  engine.start(entry);
  await entry.container.wait();
  const end = performance.now() - from;
  engine.remove(entry, true);
  return { output, end };
}

/** What a kernel holds. */
export function held(engine: ContainerEngine): Record<string, number> {
  const { kernel } = engine.host.system;
  globalThis.gc?.();
  return {
    'frames in use': kernel.frames.used,
    tasks: kernel.tasks.size,
    processes: kernel.processes.size,
    'process numbers': kernel.pids.tasks.size,
    'control groups': kernel.cgroups.descendants,
    'cached pages': kernel.caches.size,
    futexes: kernel.futexes.size,
    'heap (MiB)': Math.round((process.memoryUsage().heapUsed / 2 ** 20) * 10) / 10,
  };
}

/** Makes, runs and removes containers that write files and share memory; milliseconds of one. */
export async function comeAndGo(engine: ContainerEngine, containers: number, signal: AbortSignal): Promise<number> {
  const from = performance.now();
  for (let i = 0; i < containers; i++) {
    signal.throwIfAborted();
    const entry = await make(engine, ['background', 'put', '/file', 'x', 'put', '/dev/shm/x', 'y', 'eat', '1']);
    engine.start(entry);
    await entry.container.wait();
    engine.remove(entry, true);
  }
  return (performance.now() - from) / containers;
}

/** Milliseconds of a workload's region, of equal instructions, by turns. */
export interface Pair {
  readonly instructions: number;
  readonly process: readonly number[];
  readonly container: readonly number[];
}

interface PairOptions {
  readonly rounds: number;
  /** Of the workload's default size. */
  readonly factor: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** One program as a process on a kernel of its own, and in a container on one of its own. */
export async function sideBySide(
  platform: Platform,
  workload: Workload,
  { rounds, factor, say, signal }: PairOptions,
): Promise<Pair> {
  const runner = new Runner(platform);
  const settings = settingsOf({ timeoutMs: RUN_DEADLINE_MS, config: { memory: GUEST_MIB * 2 ** 20 } }, 1);
  const params = scaled(workload, factor, false);
  const outcomes = new Set<string>();
  let instructions = 0;
  const timed = async (hosting: 'process' | 'container'): Promise<number> => {
    const cell = planCell(workload, params, environmentById(hosting), { ...settings.config, engine: 'jit' });
    const record = await runner.run(cell, 0, settings, { signal });
    if (record.status !== 'ok') throw new Error(`${workload.id}, ${hosting}: ${record.status}: ${record.message}`);
    instructions = record.counters?.instret ?? 0;
    outcomes.add(`${record.checksum} after ${instructions} instructions`);
    if (outcomes.size > 1) throw new Error(`${workload.id}: not the same in both: ${[...outcomes].join(', ')}`);
    return record.wallMs;
  };
  try {
    const ms = { process: [] as number[], container: [] as number[] };
    for (let round = -1; round < rounds; round++) {
      say(`${workload.id}: ${round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`}`);
      for (const hosting of round % 2 === 0
        ? (['process', 'container'] as const)
        : (['container', 'process'] as const)) {
        const took = await timed(hosting);
        if (round >= 0) ms[hosting].push(took);
      }
    }
    return { instructions, ...ms };
  } finally {
    await runner.close();
  }
}
