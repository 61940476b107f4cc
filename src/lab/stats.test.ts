import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from './random.ts';
import { bootstrap, bootstrapRatio, clockResolution, mean, median, quantile, wallOf } from './stats.ts';

describe('quantiles', () => {
  it('interpolate as Hyndman and Fan’s type 7 (the default of R and NumPy)', () => {
    // R: quantile(c(15, 20, 35, 40, 50), c(.05, .3, .4, .5, 1))
    const ages = [50, 15, 40, 20, 35];
    expect([0.05, 0.3, 0.4, 0.5, 1].map((p) => quantile(ages, p))).toEqual(
      [16, 23, 29, 35, 50].map((v) => expect.closeTo(v, 9)),
    );
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(mean([1, 2, 6])).toBe(3);
    expect(() => median([])).toThrow(RangeError);
  });

  it('lie within the samples and grow with p', () => {
    const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
        const q = quantile(values, p);
        expect(q).toBeGreaterThanOrEqual(Math.min(...values));
        expect(q).toBeLessThanOrEqual(Math.max(...values));
        expect(quantile(values, Math.min(1, p + 0.1))).toBeGreaterThanOrEqual(q - 1e-9);
      }),
    );
  });
});

describe('the bootstrap', () => {
  // Efron & Tibshirani, An Introduction to the Bootstrap, table 2.1: survival of the treated mice, in days.
  const TREATED = [94, 197, 16, 38, 99, 141, 23];

  it('finds the published standard error of the mean of the mouse data', () => {
    // Table 2.2: 23.36 for the treatment group with infinitely many resamples. A 95 % interval is about 2 × 1.96 of them.
    const interval = bootstrap(TREATED, mean, 1)!;
    expect((interval.high - interval.low) / (2 * 1.96)).toBeCloseTo(23.36, -0.5);
    expect(interval.low).toBeGreaterThan(86.86 - 2.3 * 23.36);
    expect(interval.high).toBeLessThan(86.86 + 2.3 * 23.36);
  });

  it('covers the true median about as often as it says', () => {
    const random = seededRandom(7);
    let covered = 0;
    const trials = 150;
    for (let trial = 0; trial < trials; trial++) {
      const sample = Array.from({ length: 25 }, () => -Math.log(1 - random()));
      const interval = bootstrap(sample, median, trial)!;
      if (interval.low <= Math.LN2 && Math.LN2 <= interval.high) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.88);
    expect(covered / trials).toBeLessThan(0.995);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(bootstrap(TREATED, mean, 5)).toEqual(bootstrap(TREATED, mean, 5));
    expect(bootstrap(TREATED, mean, 5)).not.toEqual(bootstrap(TREATED, mean, 6));
  });

  it('says nothing of fewer than three samples, and nothing new of equal ones', () => {
    expect(bootstrap([1, 2], mean, 1)).toBeNull();
    expect(bootstrap([3, 3, 3], median, 1)).toEqual({ low: 3, high: 3 });
    expect(wallOf([2, 1], 1, 1).ci95).toBeNull();
  });

  it('of a ratio holds the ratio', () => {
    const a = [20, 21, 22, 19, 20];
    const b = [10, 10.5, 9.5, 10, 10];
    const { ratio, low, high } = bootstrapRatio(a, b, 1)!;
    expect(ratio).toBe(2);
    expect(low).toBeLessThanOrEqual(2);
    expect(high).toBeGreaterThanOrEqual(2);
    expect(high - low).toBeLessThan(0.5);
    expect(bootstrapRatio(a, [0, 0, 0], 1)).toBeNull();
  });
});

describe('seeded order', () => {
  it('is uniform enough, repeatable and keeps every item', () => {
    const random = seededRandom(3);
    const draws = Array.from({ length: 20_000 }, random);
    expect(mean(draws)).toBeCloseTo(0.5, 1.5);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    const first = Array.from({ length: 6000 }, (_, i) => shuffled(['a', 'b', 'c'], seededRandom(i))[0]);
    for (const item of ['a', 'b', 'c']) expect(first.filter((f) => f === item).length / 6000).toBeCloseTo(1 / 3, 1.3);
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        expect(shuffled(items, seededRandom(seed)).sort()).toEqual([...items].sort());
      }),
    );
  });
});

describe('the clock', () => {
  it('has the step it is made to have', () => {
    let calls = 0;
    // Advances by 0.25 ms at every fourth call.
    const now = () => Math.floor(calls++ / 4) * 0.25;
    expect(clockResolution(now)).toBe(0.25);
    expect(clockResolution(() => performance.now())).toBeGreaterThan(0);
  });
});
