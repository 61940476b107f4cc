/** What containers cost: the way to the first output, and what a thousand of them leave behind. `npm run bench:containers`. */
import { readFileSync } from 'node:fs';
import { quantile } from '../src/lab/stats.ts';
import { S } from '../src/linux/uapi.ts';
import { Tmpfs } from '../src/linux/vfs/tmpfs.ts';
import { ContainerEngine, type Entry } from '../src/machine/container/engine.ts';
import { ContainerHost } from '../src/machine/container/host.ts';
import { type Base, NO_DEFAULTS } from '../src/machine/container/roots.ts';
import { buildPrograms } from '../tests/support/linux-programs.ts';
import { coreModule } from '../tests/support/machine.ts';

const STARTS = 200;
const MANY = 1000;

async function open(): Promise<ContainerEngine> {
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
async function start(engine: ContainerEngine): Promise<{ output: number; end: number }> {
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

function left(engine: ContainerEngine): Record<string, number> {
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

const engine = await open();
const first = await start(engine);
const warm = [];
for (let i = 0; i < STARTS; i++) warm.push(await start(engine));
for (const [what, list] of [
  ['first output', warm.map((w) => w.output)],
  ['end', warm.map((w) => w.end)],
] as const) {
  console.log(
    `${what.padEnd(14)} cold ${(what === 'end' ? first.end : first.output).toFixed(1)} ms; warm, of ${STARTS}: ` +
      `median ${quantile(list, 0.5).toFixed(2)} ms, 95 % ${quantile(list, 0.95).toFixed(2)} ms`,
  );
}

async function many(): Promise<number> {
  const from = performance.now();
  for (let i = 0; i < MANY; i++) {
    const entry = await make(engine, ['background', 'put', '/file', 'x', 'put', '/dev/shm/x', 'y', 'eat', '1']);
    engine.start(entry);
    await entry.container.wait();
    engine.remove(entry, true);
  }
  return (performance.now() - from) / MANY;
}

// The first ones have V8 compile what they run, and fill the list of the latest events: that is kept once, and no leak.
await many();
const before = left(engine);
console.log(`${MANY} more containers created, run and removed: ${(await many()).toFixed(2)} ms each`);
const after = left(engine);
for (const [key, value] of Object.entries(before)) console.log(`  ${key.padEnd(16)} ${value} → ${after[key]}`);
engine.host.close();
