import { describe, expect, it } from 'vitest';
import { WORKLOADS, type Workload } from '../../src/abi/workloads.ts';
import type { EngineHost, EngineId, RunRequest } from './engines.ts';
import { MODES, type Mode, measure } from './measure.ts';
import { parseRun } from './qemu-host.ts';
import { comparesBySize, scaled } from './sizes.ts';
import { chosenWorkloads } from './workloads.ts';

const byId = (id: string): Workload => WORKLOADS.find((w) => w.id === id)!;

/** A host in which time passes only as runs say: a nanosecond an operation and engine-dependent factor. */
function fakeHost(engines: readonly EngineId[], change: (request: RunRequest) => object = () => ({})) {
  const asked: RunRequest[] = [];
  let time = 0;
  const host: EngineHost = {
    engines,
    async run(request) {
      asked.push(request);
      const operations = request.params[byId(request.workload).operations!]!;
      const ms =
        operations * { native: 0.01, jit: 0.02, interp: 0.1, 'qemu-system': 0.05, 'qemu-user': 0.03 }[request.engine];
      time += ms;
      const counts = request.engine === 'interp' || request.engine === 'jit';
      return { ms, checksum: '1', instructions: counts ? operations * 100 : null, ...change(request) };
    },
    close: async () => {},
  };
  return { host, asked, now: () => time };
}

const ALL: readonly EngineId[] = ['native', 'interp', 'jit', 'qemu-system', 'qemu-user'];
const MODE: Mode = { ...MODES.quick, rounds: 3, pairs: 2, budgetMs: null };

const run = (workloads: readonly string[], mode: Mode, { host, now }: ReturnType<typeof fakeHost>) =>
  measure([host], { workloads: workloads.map(byId), mode, seed: 1, now, say: () => {} });

describe('measuring', () => {
  it('runs every engine once a round, yardsticks in the first only, long regions of what is translated', async () => {
    const fake = fakeHost(ALL);
    const { samples, rounds } = await run(['integer-mix'], MODE, fake);
    const [{ ms, sizes, pairs }] = samples as [(typeof samples)[number]];
    expect(rounds).toBe(3);
    expect(Object.fromEntries(Object.entries(ms).map(([engine, all]) => [engine, all.length]))).toEqual({
      native: 3,
      interp: 1,
      jit: 3,
      'qemu-system': 3,
      'qemu-user': 1,
    });
    expect(ms.jit![0]).toBeGreaterThan(MODE.jitMs * 0.7);
    expect(sizes.native!.params).toEqual(sizes.jit!.params);
    expect(sizes['qemu-system']!.params).toEqual(sizes.interp!.params);
    expect(sizes['qemu-system']!.instructions).toBe(sizes['qemu-system']!.params.rounds! * 100);
    expect(pairs).toEqual({ on: [6.5, 6.5], off: [6.5, 6.5] });
    expect(fake.asked.filter(({ counting }) => !counting).every(({ engine }) => engine === 'interp')).toBe(true);
  });

  it('runs one size where short runs have another working set, and everywhere when not quick', async () => {
    const quick = await run(['sort'], MODE, fakeHost(ALL));
    const full = await run(['integer-mix'], { ...MODES.full, rounds: 1, pairs: 0 }, fakeHost(ALL));
    for (const { samples } of [quick, full]) {
      const { sizes } = samples[0]!;
      for (const engine of ALL) expect(sizes[engine]).toEqual(sizes.jit);
    }
  });

  it('repeats native runs that are too short to time', async () => {
    const fake = fakeHost(ALL, ({ engine }) => (engine === 'native' ? { ms: 9 } : {}));
    const { samples } = await run(['integer-mix'], { ...MODE, rounds: 1 }, fake);
    expect(samples[0]!.ms.native).toEqual([9]);
    // One to warm up, five to fill a sample of 40 ms.
    expect(fake.asked.filter(({ engine }) => engine === 'native')).toHaveLength(6);
  });

  it('begins no round that would not end in time', async () => {
    const fake = fakeHost(ALL);
    const first = await run(['integer-mix'], { ...MODE, rounds: 1 }, fake);
    expect(first.rounds).toBe(1);
    const again = fakeHost(ALL);
    expect((await run(['integer-mix'], { ...MODE, budgetMs: fake.now() + 1 }, again)).rounds).toBe(1);
  });

  it.each([
    ['checksum', { checksum: '2' }],
    ['instructions', { instructions: 5 }],
  ])('stops at another %s', async (what, wrong) => {
    const fake = fakeHost(ALL, ({ engine, params }) => (engine === 'jit' && params.rounds! > 2000 ? wrong : {}));
    const mode = { ...MODES.full, rounds: 2, pairs: 0 };
    await expect(run(['integer-mix'], mode, fake)).rejects.toThrow(`: ${what} `);
  });
});

describe('sizes', () => {
  it('follow the parameter that time follows, within what the program takes', () => {
    expect(scaled(byId('integer-mix'), 2, false)).toEqual({ rounds: 4000 });
    expect(scaled(byId('mandelbrot'), 4, false)).toMatchObject({ size: 1024, iterations: 1000 });
    expect(scaled(byId('compress'), 1000, false)).toEqual({ kib: 10_000 });
    expect(scaled(byId('gups'), 1e-9, true)).toEqual({ table_mib: 16, updates: 1 });
    expect(comparesBySize(byId('sort'))).toBe(false);
  });

  it('can be chosen for everything that is compared', () => {
    for (const workload of chosenWorkloads(['all'])) {
      const changed = scaled(workload, 2, false);
      const grown = workload.params.filter(({ name, default: normal }) => changed[name] !== normal);
      expect(grown, workload.id).toHaveLength(1);
    }
  });
});

describe('what is compared', () => {
  it('is all that computes and all that measures memory', () => {
    const ids = chosenWorkloads(null).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['gups', 'stream', 'tlb-sweep', 'memory-latency', 'memops']));
    expect(ids).toEqual(expect.arrayContaining(WORKLOADS.filter((w) => w.group === 'compute').map(({ id }) => id)));
    expect(() => chosenWorkloads(['fork'])).toThrow('has no WebAssembly build');
  });
});

describe('QEMU', () => {
  it('is believed when it says its time and passes', () => {
    const said = 'OpenSBI v1.1\nTIME sort 1500\nPASS sort abc\n';
    expect(parseRun('qemu-system', 'sort', said)).toEqual({
      ms: 1.5,
      checksum: '0000000000000abc',
      instructions: null,
    });
    expect(() => parseRun('qemu-system', 'sort', 'TIME sort 1500\nFAIL sort the heap is full\n')).toThrow(
      'heap is full',
    );
    expect(() => parseRun('qemu-user', 'sort', 'PASS sort abc')).toThrow('sort, qemu-user');
  });
});
