/** sfc32, Chris Doty-Humphrey's small fast counter generator: the one source of seeded randomness on the host's side. */
const ROUNDS_OF_SEEDING = 15;

export class Sfc32 {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed`: a whole number of up to 53 bits; `stream` keeps uses of one seed apart. */
  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = (seed / 2 ** 32) | 0;
    this.#c = stream | 0;
    for (let i = 0; i < ROUNDS_OF_SEEDING; i++) this.next();
  }

  /** The next 32 bits. */
  next(): number {
    const out = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + out) | 0;
    return out >>> 0;
  }

  /** The state, as four unsigned words. */
  get words(): readonly [number, number, number, number] {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#counter >>> 0];
  }

  /** Goes on from such a state. */
  set words([a, b, c, counter]: readonly [number, number, number, number]) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#counter = counter | 0;
  }
}
