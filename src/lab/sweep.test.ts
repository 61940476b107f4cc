import { describe, expect, it } from 'vitest';
import { fakePlatform } from '../../tests/support/fake-platform.ts';
import { type Cell, sweepSchema } from '../abi/result.ts';
import { labOn } from './lab.ts';
import { findCrossovers } from './sweep.ts';

const cell = (environment: string, cycles: number | null): Cell => ({
  workload: 'w',
  environment,
  params: {},
  status: cycles === null ? 'failed' : 'ok',
  message: '',
  imageSha256: null,
  kernel: null,
  iterations: 1,
  checksum: null,
  digest: null,
  counters: null,
  modelled: cycles === null ? null : { cycles, perIteration: cycles, breakdown: {}, whole: true },
  wall: null,
});

const points = (lines: Record<string, (number | null)[]>, values: number[]) =>
  values.map((value, i) => ({ value, cells: Object.entries(lines).map(([id, cycles]) => cell(id, cycles[i]!)) }));

describe('crossovers', () => {
  it('lie where the straight lines between the points cross', () => {
    // 100 + x against 200: at x = 100.
    const found = findCrossovers(points({ shadow: [100, 164, 356], nested: [200, 200, 200] }, [0, 64, 256]));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ cheaperBelow: 'shadow', cheaperAbove: 'nested', between: [64, 256] });
    expect(found[0]!.at).toBeCloseTo(100);
  });

  it('are found for every pair and every change', () => {
    const found = findCrossovers(points({ a: [1, 3, 1], b: [2, 2, 2], c: [9, 9, 9] }, [0, 1, 2]));
    expect(found.map(({ cheaperBelow, cheaperAbove, at }) => [cheaperBelow, cheaperAbove, at])).toEqual([
      ['a', 'b', 0.5],
      ['b', 'a', 1.5],
    ]);
  });

  it('survive a point without figures, and a point where both are equal', () => {
    expect(findCrossovers(points({ a: [1, null, 5], b: [2, 2, 2] }, [0, 1, 2]))[0]!.at).toBeCloseTo(0.5);
    expect(findCrossovers(points({ a: [1, 2, 3], b: [2, 2, 2] }, [0, 1, 2]))[0]!.at).toBeCloseTo(1);
    expect(findCrossovers(points({ a: [1, 2, 1], b: [2, 2, 2] }, [0, 1, 2]))).toEqual([]);
  });
});

describe('a sweep', () => {
  const sweep = async (over: object) => {
    const lab = labOn(
      fakePlatform({
        behaviour: (config) => {
          const updates = Number(/updates=(\d+)/.exec(config.bootargs)![1]);
          const exits = config.strategy === 'shadow' ? updates : 100;
          const counters = { instret: 1000, 'exit.total': exits, 'exit.sbi': exits };
          return { counters, region: { counters, wallMs: 1, iterations: 2 } };
        },
      }),
    );
    try {
      const request = {
        workload: 'update-miss-mix',
        param: 'updates',
        values: [0, 64, 256],
        environments: ['shadow', 'nested'],
      };
      return await lab.sweep({ ...request, ...over });
    } finally {
      await lab.close();
    }
  };

  it('runs every value and finds the crossing', async () => {
    const result = await sweep({});
    expect(sweepSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(result.points.map(({ value, cells }) => [value, ...cells.map((c) => c.status)])).toEqual(
      [0, 64, 256].map((value) => [value, 'ok', 'ok']),
    );
    expect(result.crossovers).toHaveLength(1);
    expect(result.crossovers[0]).toMatchObject({ cheaperBelow: 'shadow', cheaperAbove: 'nested' });
    expect(result.crossovers[0]!.at).toBeCloseTo(100);
    expect(result.experiment.workload.params).not.toHaveProperty('updates');
  });

  it.each([
    [{ param: 'update' }, /no parameter “update”\n.*Did you mean “updates”/],
    [{ values: [] }, /no value/],
    [{ values: [1.5] }, /whole number/],
    [{ environments: [] }, /no environment/],
  ])('refuses %j', async (over, message) => {
    await expect(sweep(over)).rejects.toThrow(message);
  });
});
