/** A small seeded generator (sfc32, Chris Doty-Humphrey), so that orders and intervals can be repeated exactly. */

export type Random = () => number;

/** Uniform numbers in [0, 1) from a 32-bit seed and a stream number, so that uses do not share a sequence. */
export function seededRandom(seed: number, stream = 0): Random {
  let a = seed | 0;
  let b = (seed / 2 ** 32) | 0;
  let c = stream | 0;
  let counter = 1;
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + out;
    c |= 0;
    return out >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return () => next() / 2 ** 32;
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
