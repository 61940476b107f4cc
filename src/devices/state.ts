/** Saved states of devices: little-endian fields in a fixed order, behind a mark that names the device and its version. */
import { InputError } from '../abi/errors.ts';

const INITIAL = 256;

/** Writes a state. `kind` names the device, `version` the order of its fields. */
export class StateWriter {
  #bytes = new Uint8Array(INITIAL);
  #length = 0;

  constructor(kind: string, version: number) {
    this.text(kind);
    this.u32(version);
  }

  #room(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      wider.set(this.#bytes.subarray(0, at));
      this.#bytes = wider;
    }
    return at;
  }

  u32(value: number): this {
    const at = this.#room(4);
    new DataView(this.#bytes.buffer).setUint32(at, value, true);
    return this;
  }

  /** A whole number up to 2^53, or any 64-bit number as a bigint. */
  u64(value: number | bigint): this {
    const at = this.#room(8);
    new DataView(this.#bytes.buffer).setBigUint64(at, BigInt(value), true);
    return this;
  }

  flag(value: boolean): this {
    return this.u32(value ? 1 : 0);
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length);
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  text(value: string): this {
    return this.bytes(new TextEncoder().encode(value));
  }

  /** Counters in the order of their table. */
  counts(counts: Readonly<Record<string, number>>): this {
    for (const value of Object.values(counts)) this.u64(value);
    return this;
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what a `StateWriter` wrote; throws an `InputError` at a foreign, truncated or overlong state. */
export class StateReader {
  readonly #view: DataView;
  readonly #kind: string;
  #at = 0;

  constructor(state: Uint8Array, kind: string, version: number) {
    this.#view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    this.#kind = kind;
    const found = this.text();
    if (found !== kind) throw new InputError(`the saved state is of ${JSON.stringify(found)}, not of ${kind}`);
    const of = this.u32();
    if (of !== version) throw new InputError(`the saved state of ${kind} has version ${of}; this is ${version}`);
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#view.byteLength) throw new InputError(`the saved state of ${this.#kind} is truncated`);
    this.#at += length;
    return at;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** A 64-bit field that holds a number of at most 2^53. */
  number(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new InputError(`the saved state of ${this.#kind} is damaged`);
    return Number(value);
  }

  flag(): boolean {
    return this.u32() !== 0;
  }

  bytes(): Uint8Array {
    const length = this.u32();
    const at = this.#view.byteOffset + this.#take(length);
    return new Uint8Array(this.#view.buffer, at, length).slice();
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  /** Sets counters in the order of their table. */
  counts(counts: Record<string, number>): void {
    for (const name of Object.keys(counts)) counts[name] = this.number();
  }

  /** Every field has been read; more would be another format. */
  done(): void {
    if (this.#at !== this.#view.byteLength) throw new InputError(`the saved state of ${this.#kind} is too long`);
  }
}

/** A set of counters from its table of names and meanings, all zero. */
export function countersOf<T extends Readonly<Record<string, string>>>(table: T): Record<keyof T, number> {
  return Object.fromEntries(Object.keys(table).map((name) => [name, 0])) as Record<keyof T, number>;
}
