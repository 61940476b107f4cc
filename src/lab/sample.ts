/** Wall time: tinybench takes the samples, one cell after the other; the guest's own region is what is timed. */
import { Bench } from 'tinybench';

/**
 * One round: every cell once, in the order given. The sample is what `take` resolves to, in milliseconds: the worker
 * times the region itself, so that loading a machine and crossing threads are not in it. A cell whose `take` resolves
 * to null gives no sample.
 */
export async function sampleRound<T>(
  order: readonly T[],
  key: (cell: T) => string,
  take: (cell: T) => Promise<number | null>,
): Promise<Map<string, number>> {
  const bench = new Bench({ time: 0, iterations: 1, warmup: false, retainSamples: true, throws: true });
  const taken = new Map<string, number>();
  for (const cell of order) {
    bench.add(
      key(cell),
      async () => {
        const ms = await take(cell);
        if (ms === null) return {};
        taken.set(key(cell), ms);
        return { overriddenDuration: ms };
      },
      { async: true },
    );
  }
  await bench.run();
  const samples = new Map<string, number>();
  for (const task of bench.tasks) {
    const { result } = task;
    if (result.state === 'completed' && taken.has(task.name)) samples.set(task.name, result.latency.samples![0]!);
  }
  return samples;
}
