/** Messages of 9P2000.L: `size[4] type[1] tag[2]` and fields, all little-endian; strings are `length[2]` and UTF-8. */
import { FileError } from './folder.ts';

export const HEADER = 7;
/** Names in one walk, at most (MAXWELEM). */
export const MOST_NAMES = 16;

/** Types of requests; the answer's is one more. */
export const MESSAGE = {
  statfs: 8,
  lopen: 12,
  lcreate: 14,
  symlink: 16,
  mknod: 18,
  rename: 20,
  readlink: 22,
  getattr: 24,
  setattr: 26,
  xattrwalk: 30,
  xattrcreate: 32,
  readdir: 40,
  fsync: 50,
  lock: 52,
  getlock: 54,
  link: 70,
  mkdir: 72,
  renameat: 74,
  unlinkat: 76,
  version: 100,
  auth: 102,
  attach: 104,
  flush: 108,
  walk: 110,
  read: 116,
  write: 118,
  clunk: 120,
  remove: 122,
} as const;

export type MessageName = keyof typeof MESSAGE;
export const RLERROR = 7;

/** A file as the server tells it apart: type, version, number. */
export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: bigint;
}

export const QID_LENGTH = 13;

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** Reads the fields of a request. A request that ends before its fields do is EINVAL. */
export class Fields {
  readonly #view: DataView;
  #at: number;

  constructor(message: Uint8Array) {
    this.#view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    this.#at = HEADER;
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#view.byteLength) throw new FileError('EINVAL');
    this.#at += length;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** An offset or size in a file. */
  offset(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FileError('EFBIG');
    return Number(value);
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length);
  }

  text(): string {
    try {
      return decoder.decode(this.bytes(this.u16()));
    } catch (error) {
      throw error instanceof FileError ? error : new FileError('EILSEQ');
    }
  }
}

/** Writes an answer into a buffer of the size the client can take. An answer that does not fit is EPROTO. */
export class Answer {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = HEADER;

  constructor(buffer: Uint8Array) {
    this.#bytes = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  #room(length: number): number {
    const at = this.#at;
    if (length > this.room) throw new FileError('EPROTO');
    this.#at += length;
    return at;
  }

  /** Bytes that still fit. */
  get room(): number {
    return this.#bytes.length - this.#at;
  }

  u8(value: number): this {
    this.#view.setUint8(this.#room(1), value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#room(2), value, true);
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#room(4), value, true);
    return this;
  }

  u64(value: number | bigint): this {
    this.#view.setBigUint64(this.#room(8), BigInt(value), true);
    return this;
  }

  text(value: string): this {
    const bytes = encoder.encode(value);
    this.u16(bytes.length);
    this.#bytes.set(bytes, this.#room(bytes.length));
    return this;
  }

  qid({ type, version, path }: Qid): this {
    return this.u8(type).u32(version).u64(path);
  }

  /** A counted run of up to `most` bytes that `fill` puts in place; returns how many it put. */
  data(most: number, fill: (into: Uint8Array) => number): number {
    const place = this.#room(4);
    const count = fill(this.#bytes.subarray(this.#at, this.#at + Math.min(most, this.room)));
    this.#at += count;
    this.#view.setUint32(place, count, true);
    return count;
  }

  /** Starts over, after an error half-way. */
  clear(): this {
    this.#at = HEADER;
    return this;
  }

  done(type: number, tag: number): Uint8Array {
    this.#view.setUint32(0, this.#at, true);
    this.#view.setUint8(4, type);
    this.#view.setUint16(5, tag, true);
    return this.#bytes.subarray(0, this.#at);
  }
}
