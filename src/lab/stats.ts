/** Statistics of wall-time samples: order statistics and percentile-bootstrap intervals (Efron), seeded. */
import type { Wall } from '../abi/result.ts';
import { type Random, seededRandom } from './random.ts';

/** Resamples of a bootstrap: enough for two stable digits of a 95 % bound. */
export const RESAMPLES = 2000;

/** Fewer samples than this give no interval: a bootstrap of two points says nothing. */
export const LEAST_SAMPLES = 3;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** Quantile of sorted values by linear interpolation of order statistics (Hyndman & Fan's type 7). `p` in [0, 1]. */
export function quantileSorted(sorted: readonly number[], p: number): number {
  if (sorted.length === 0) throw new RangeError('no samples');
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

/** The same for samples in any order. */
export const quantile = (values: readonly number[], p: number): number => quantileSorted(ascending(values), p);
export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

const resample = (values: readonly number[], random: Random): number[] =>
  values.map(() => values[Math.floor(random() * values.length)]!);

/** 95 % percentile-bootstrap interval of a statistic; null for fewer than three samples. */
export function bootstrap(
  values: readonly number[],
  statistic: (sample: readonly number[]) => number,
  seed: number,
): Interval | null {
  if (values.length < LEAST_SAMPLES) return null;
  const random = seededRandom(seed, 1);
  const estimates = ascending(Array.from({ length: RESAMPLES }, () => statistic(resample(values, random))));
  return { low: quantileSorted(estimates, 0.025), high: quantileSorted(estimates, 0.975) };
}

/** Ratio of medians `a / b` with its 95 % interval, both sides resampled; null for fewer than three samples a side. */
export function bootstrapRatio(
  a: readonly number[],
  b: readonly number[],
  seed: number,
): (Interval & { ratio: number }) | null {
  if (a.length < LEAST_SAMPLES || b.length < LEAST_SAMPLES || median(b) === 0) return null;
  const random = seededRandom(seed, 2);
  const estimates: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    const below = median(resample(b, random));
    if (below > 0) estimates.push(median(resample(a, random)) / below);
  }
  const sorted = ascending(estimates);
  return { ratio: median(a) / median(b), low: quantileSorted(sorted, 0.025), high: quantileSorted(sorted, 0.975) };
}

/** The wall-time record of a cell. `samples` in milliseconds, in the order taken; at least one. */
export function wallOf(samples: readonly number[], warmup: number, seed: number): Wall {
  return {
    samples: [...samples],
    n: samples.length,
    warmup,
    median: median(samples),
    mean: mean(samples),
    ci95: bootstrap(samples, median, seed),
  };
}

/** The smallest step the clock makes, in milliseconds: the least of many observed steps, within 100 ms. */
export function clockResolution(now: () => number): number {
  const end = now() + 100;
  let least = Number.POSITIVE_INFINITY;
  for (let steps = 0; steps < 200; ) {
    const from = now();
    let to = now();
    while (to === from && to < end) to = now();
    if (to > from) {
      least = Math.min(least, to - from);
      steps++;
    }
    if (to >= end) break;
  }
  return Number.isFinite(least) ? least : 100;
}
