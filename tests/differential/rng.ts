/** Seeded randomness for programs: the same seed makes the same program, everywhere. */
export class Rng {
  private a: number;
  private b: number;
  private c = 0x9e3779b9 | 0;
  private counter = 1;

  constructor(seed: number, stream: number) {
    this.a = seed | 0;
    this.b = stream | 0;
    for (let i = 0; i < 15; i++) this.u32();
  }

  /** 32 uniform bits (sfc32, Chris Doty-Humphrey). */
  u32(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    this.c |= 0;
    return t >>> 0;
  }

  /** 0 … n − 1. */
  below(n: number): number {
    return Math.floor((this.u32() / 2 ** 32) * n);
  }

  /** first … last, both included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  chance(probability: number): boolean {
    return this.u32() < probability * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** A 64-bit value as programs meet them: small, near a power of two, a sign pattern, or without any order. */
  value(): bigint {
    switch (this.below(5)) {
      case 0:
        return BigInt.asUintN(64, BigInt(this.between(-9, 9)));
      case 1:
        return BigInt.asUintN(64, (1n << BigInt(this.below(64))) + BigInt(this.between(-1, 1)));
      case 2:
        return BigInt.asUintN(64, BigInt.asIntN(32, this.u64()));
      default:
        return this.u64();
    }
  }
}
