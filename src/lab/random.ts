/** Seeded randomness, so that orders and intervals can be repeated exactly. */
import { Sfc32 } from '../abi/sfc32.ts';

export type Random = () => number;

/** Uniform numbers in [0, 1) from a seed and a stream number, so that uses do not share a sequence. */
export function seededRandom(seed: number, stream = 0): Random {
  const random = new Sfc32(seed, stream);
  return () => random.next() / 2 ** 32;
}

/** A new array in random order (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
