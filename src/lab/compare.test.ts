import { describe, expect, it } from 'vitest';
import { type FakeOptions, fakePlatform, plainOutcome } from '../../tests/support/fake-platform.ts';
import type { MachineConfig } from '../abi/config.ts';
import { isInputError } from '../abi/errors.ts';
import { type Result, resultSchema } from '../abi/result.ts';
import type { CompareRequest, LabEvent } from './api.ts';
import { labOn } from './lab.ts';

const REQUEST: CompareRequest = {
  workloads: ['gups', 'fork'],
  environments: ['native', 'bare', 'shadow', 'nested'],
  repeat: 3,
  quick: true,
  parallel: 3,
};

async function compare(options: FakeOptions, request: Partial<CompareRequest> = {}, signal?: AbortSignal) {
  const platform = fakePlatform(options);
  const lab = labOn(platform);
  const events: LabEvent[] = [];
  try {
    const control = { onEvent: (event: LabEvent) => events.push(event), ...(signal && { signal }) };
    const result = await lab.compare({ ...REQUEST, ...request }, control);
    return { result, events };
  } finally {
    await lab.close();
    expect(platform.open()).toBe(0);
  }
}

const statusOf = (result: Result, workload: string, environment: string) =>
  result.cells.find((cell) => cell.workload === workload && cell.environment === environment)!;

const isWorkload = (config: MachineConfig, id: string) => config.bootargs.startsWith(`workload=${id} `);

describe('a comparison', () => {
  it('gives a valid result with every cell and its figures', async () => {
    const { result } = await compare({});
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(result.cells).toHaveLength(8);
    const nested = statusOf(result, 'fork', 'nested');
    expect(nested).toMatchObject({ status: 'ok', iterations: 10, wall: { n: 3, median: 5, warmup: 1 } });
    expect(nested.modelled!.cycles).toBe(1000 + 10 * 1529);
    expect(nested.modelled!.perIteration).toBe(nested.modelled!.cycles / 10);
    expect(statusOf(result, 'gups', 'native')).toMatchObject({
      status: 'ok',
      counters: null,
      modelled: null,
      wall: { n: 3, median: 1 },
    });
    expect(statusOf(result, 'fork', 'native')).toMatchObject({ status: 'unavailable', wall: null });
    expect(Object.keys(nested.counters!)).toEqual(Object.keys(nested.counters!).sort());
  });

  it('counts in parallel but takes wall-time samples one at a time, interleaved', async () => {
    const runs: { bootargs: string; overlapping: boolean }[] = [];
    await compare({ onRun: (bootargs, overlapping) => runs.push({ bootargs, overlapping }) });
    const cells = 6;
    const [counting, timed] = [runs.slice(0, cells), runs.slice(cells)];
    expect(counting.some((run) => run.overlapping)).toBe(true);
    expect(timed).toHaveLength(cells * 4);
    expect(timed.some((run) => run.overlapping)).toBe(false);
    // Every round holds each workload's three machines once.
    for (let round = 0; round < 4; round++) {
      const part = timed.slice(round * cells, (round + 1) * cells);
      expect(part.filter((run) => run.bootargs.includes('workload=fork'))).toHaveLength(3);
    }
  });

  it('tells of its progress up to the last run', async () => {
    const { events } = await compare({});
    const done = events.filter((event) => event.kind === 'done');
    expect(done.at(-1)).toMatchObject({ done: 8 * 5, total: 8 * 5 });
    expect(events.find((event) => event.kind === 'plan')).toEqual({ kind: 'plan', total: 40, unit: 'runs', cells: 8 });
    expect(events.some((event) => event.kind === 'progress')).toBe(true);
  });

  it('withholds the figures of a cell whose outcome differs (E17), and only of that', async () => {
    const { result } = await compare({
      behaviour: (config) =>
        isWorkload(config, 'fork') && config.strategy === 'shadow' ? { digest: 'e'.repeat(32) } : {},
    });
    const bad = statusOf(result, 'fork', 'shadow');
    expect(bad).toMatchObject({ status: 'mismatch', counters: null, modelled: null, wall: null });
    expect(bad.message).toContain('state digest');
    expect(bad.message).toContain('bare, nested');
    expect(result.cells.filter((cell) => cell.status === 'mismatch')).toHaveLength(1);
  });

  it('holds the native build to the checksum too', async () => {
    const { result } = await compare({ native: () => ({ checksum: '00000000000000ff', wallMs: 1 }) });
    expect(statusOf(result, 'gups', 'native')).toMatchObject({ status: 'mismatch', wall: null });
    expect(statusOf(result, 'gups', 'bare').status).toBe('ok');
  });

  it('trusts neither of two that differ', async () => {
    const { result } = await compare(
      { behaviour: (config) => ({ result: config.strategy === 'bare' ? '1'.repeat(16) : '2'.repeat(16) }) },
      { environments: ['bare', 'nested'] },
    );
    expect(result.cells.map((cell) => cell.status)).toEqual(Array(4).fill('mismatch'));
  });

  it.each([0, 2])('finds counts that do not repeat (repeat %i)', async (repeat) => {
    const { result } = await compare(
      {
        behaviour: (config, run) => {
          if (config.strategy !== 'nested' || run === 1) return {};
          const { region } = plainOutcome(config);
          return { region: { ...region!, counters: { ...region!.counters, 'walk.references': 1 } } };
        },
      },
      { repeat },
    );
    const bad = statusOf(result, 'gups', 'nested');
    expect(bad).toMatchObject({ status: 'nondeterministic', counters: null, wall: null });
    expect(bad.message).toContain('walk.references 0 then 1');
    expect(statusOf(result, 'gups', 'shadow').status).toBe('ok');
  });

  it.each(['failed', 'crashed', 'stalled', 'budget', 'refused'] as const)(
    'lets the others finish when one guest ends as %s',
    async (status) => {
      const { result } = await compare({
        behaviour: (config) => (config.strategy === 'shadow' ? { status, message: 'it broke' } : {}),
      });
      expect(statusOf(result, 'fork', 'shadow')).toMatchObject({ status, message: 'it broke', counters: null });
      expect(statusOf(result, 'fork', 'nested')).toMatchObject({ status: 'ok', wall: { n: 3 } });
    },
  );

  it('starts another worker where one died', async () => {
    const started: string[] = [];
    const { result } = await compare(
      { dies: (config) => config.strategy === 'shadow', onStart: (kind) => started.push(kind) },
      { environments: ['bare', 'shadow', 'nested'], parallel: 1 },
    );
    expect(statusOf(result, 'fork', 'shadow')).toMatchObject({
      status: 'error',
      message: 'the run: the worker ended: out of memory',
    });
    expect(statusOf(result, 'fork', 'nested')).toMatchObject({ status: 'ok', wall: { n: 3 } });
    // One at first, and one after each of the two deaths.
    expect(started).toEqual(['guest', 'guest', 'guest']);
  });

  it('stops a guest that outlives its deadline, and carries on', async () => {
    const { result } = await compare(
      {
        behaviour: async (config, _run, cancelled) => {
          if (config.strategy !== 'nested') return {};
          await cancelled;
          return { status: 'cancelled', message: 'stopped' };
        },
      },
      { timeoutMs: 150, repeat: 0 },
    );
    expect(statusOf(result, 'fork', 'nested')).toMatchObject({
      status: 'timeout',
      message: 'the guest took longer than 0.15 s',
    });
    expect(statusOf(result, 'fork', 'shadow').status).toBe('ok');
  });

  it('ends at once when it is stopped', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const running = compare(
      {
        behaviour: async (_config, _run, cancelled) => {
          setTimeout(() => stop.abort(reason), 5);
          await cancelled;
          return { status: 'cancelled' };
        },
      },
      {},
      stop.signal,
    );
    await expect(running).rejects.toBe(reason);
  });

  it('fails one environment whose machine cannot be made', async () => {
    const { result } = await compare({
      onLoad: (config) => {
        if (config.strategy === 'shadow')
          throw Object.assign(new Error('no memory for tables'), { name: 'InputError' });
      },
    });
    expect(statusOf(result, 'fork', 'shadow')).toMatchObject({ status: 'error', message: 'no memory for tables' });
    expect(statusOf(result, 'fork', 'bare').status).toBe('ok');
  });

  it('takes it for bad input when none can', async () => {
    const broken = compare(
      {
        onLoad: () => {
          throw Object.assign(new Error('too little memory'), { name: 'InputError' });
        },
      },
      { environments: ['bare', 'nested'] },
    );
    await expect(broken).rejects.toSatisfy(isInputError);
  });

  it('refuses bad requests before it starts a worker', async () => {
    const started: string[] = [];
    await expect(compare({ onStart: (kind) => started.push(kind) }, { environments: ['bear'] })).rejects.toSatisfy(
      isInputError,
    );
    await expect(compare({ onStart: (kind) => started.push(kind) }, { repeat: -1 })).rejects.toSatisfy(isInputError);
    expect(started).toEqual([]);
  });
});
