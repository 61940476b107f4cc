/** What the memory of a differential program holds at first. */
import type { Rng } from './rng.ts';

/** Words, floating-point values of every kind, and noise. */
export function randomData(rng: Rng, pages: number): Uint8Array {
  const bytes = new Uint8Array(pages * 4096);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 8) view.setBigUint64(at, rng.chance(0.5) ? float(rng) : rng.value(), true);
  return bytes;
}

/** A pattern a floating-point unit might stumble over, of any of the three formats, boxed. */
function float(rng: Rng): bigint {
  const [exponent, fraction, box] = rng.pick([
    [11, 52, 0n],
    [8, 23, 0xffff_ffff_0000_0000n],
    [5, 10, 0xffff_ffff_ffff_0000n],
  ] as const);
  const top = (1n << BigInt(exponent)) - 1n;
  const e = rng.pick([
    0n,
    0n,
    1n,
    top >> 1n,
    (top >> 1n) + 1n,
    (top >> 1n) - 1n,
    top - 1n,
    top,
    rng.u64() & top,
    rng.u64() & top,
  ]);
  const ones = (1n << BigInt(fraction)) - 1n;
  const f = rng.pick([
    0n,
    1n,
    ones,
    ones >> 1n,
    (ones >> 1n) + 1n,
    rng.u64() & ones,
    rng.u64() & ones,
    (rng.u64() & ones) >> BigInt(rng.below(fraction)),
  ]);
  const sign = BigInt(rng.below(2)) << BigInt(exponent + fraction);
  return box | sign | (e << BigInt(fraction)) | f;
}
