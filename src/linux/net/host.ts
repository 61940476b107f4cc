/** What the network asks of the kernel it is part of. */
export interface NetHost {
  /** Nanoseconds of the monotonic clock. */
  now(): number;
  /** Calls `fire` at a monotonic time; returns how to call it off. */
  at(time: number, fire: () => void): () => void;
  random(into: Uint8Array): void;
}

/** A random number below `below` (at most 2^32). */
export function randomBelow(host: NetHost, below: number): number {
  const bytes = new Uint8Array(4);
  host.random(bytes);
  return Math.floor((new DataView(bytes.buffer).getUint32(0, true) / 2 ** 32) * below);
}
