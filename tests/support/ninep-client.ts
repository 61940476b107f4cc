/** A client of 9P2000.L, as plain calls: what a Linux guest's kernel sends, and the answers' fields. */
const encoder = new TextEncoder();

type Field = ['u8' | 'u16' | 'u32' | 'u64', number | bigint] | ['s', string] | ['data', Uint8Array];

export const u8 = (value: number): Field => ['u8', value];
export const u16 = (value: number): Field => ['u16', value];
export const u32 = (value: number): Field => ['u32', value];
export const u64 = (value: number | bigint): Field => ['u64', value];
export const s = (value: string): Field => ['s', value];
export const data = (value: Uint8Array): Field => ['data', value];

/** A whole request. */
export function message(type: number, fields: readonly Field[], tag = 1): Uint8Array {
  const bytes: number[] = [0, 0, 0, 0, type, tag & 255, tag >> 8];
  const number = (value: bigint, length: number) => {
    for (let i = 0; i < length; i++) bytes.push(Number((value >> BigInt(8 * i)) & 255n));
  };
  for (const [kind, value] of fields) {
    if (kind === 's') {
      const text = encoder.encode(value);
      number(BigInt(text.length), 2);
      bytes.push(...text);
    } else if (kind === 'data') bytes.push(...value);
    else number(BigInt(value), Number(kind.slice(1)) / 8);
  }
  const out = Uint8Array.from(bytes);
  new DataView(out.buffer).setUint32(0, out.length, true);
  return out;
}

export class Refused extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

const RLERROR = 7;

export class NinepClient {
  readonly #transport: (request: Uint8Array) => Uint8Array;

  /** `transport` gives the answer to a request. */
  constructor(transport: (request: Uint8Array) => Uint8Array) {
    this.#transport = transport;
  }

  /** Sends a request; the fields of the answer. Throws `Refused` for an error. */
  call(type: number, ...fields: readonly Field[]): DataView {
    const answer = this.#transport(message(type, fields));
    const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
    if (view.getUint32(0, true) !== answer.length) throw new Error('the answer has another length than it says');
    if (view.getUint16(5, true) !== 1) throw new Error('the answer has another tag');
    if (answer[4] === RLERROR) throw new Refused(view.getUint32(7, true));
    if (answer[4] !== type + 1) throw new Error(`answer ${answer[4]} to request ${type}`);
    return new DataView(answer.buffer, answer.byteOffset + 7, answer.byteLength - 7);
  }

  start(): number {
    const msize = this.call(100, u32(65_536), s('9P2000.L')).getUint32(0, true);
    this.call(104, u32(0), u32(0xffff_ffff), s('root'), s(''), u32(0));
    return msize;
  }

  /** Walks from fid to fid; how many names were walked. */
  walk(from: number, to: number, ...names: readonly string[]): number {
    return this.call(110, u32(from), u32(to), u16(names.length), ...names.map(s)).getUint16(0, true);
  }

  /** A fid for a path from the root, or the errno. */
  find(fid: number, path: string): void {
    const names = path.split('/').filter((name) => name !== '');
    if (this.walk(0, fid, ...names) !== names.length) throw new Refused(2);
  }

  clunk(fid: number): void {
    this.call(120, u32(fid));
  }

  open(fid: number, flags: number): void {
    this.call(12, u32(fid), u32(flags));
  }

  create(fid: number, name: string, flags = 2, mode = 0o644): void {
    this.call(14, u32(fid), s(name), u32(flags), u32(mode), u32(0));
  }

  read(fid: number, at: number | bigint, count: number): Uint8Array {
    const view = this.call(116, u32(fid), u64(at), u32(count));
    return new Uint8Array(view.buffer, view.byteOffset + 4, view.getUint32(0, true)).slice();
  }

  write(fid: number, at: number | bigint, bytes: Uint8Array | string): number {
    const content = typeof bytes === 'string' ? encoder.encode(bytes) : bytes;
    return this.call(118, u32(fid), u64(at), u32(content.length), data(content)).getUint32(0, true);
  }

  attributes(fid: number): { mode: number; uid: number; links: number; size: number; mtime: bigint; id: bigint } {
    const view = this.call(24, u32(fid), u64(0x7ff));
    return {
      id: view.getBigUint64(13, true),
      mode: view.getUint32(21, true),
      uid: view.getUint32(25, true),
      links: Number(view.getBigUint64(33, true)),
      size: Number(view.getBigUint64(49, true)),
      mtime: view.getBigUint64(89, true) * 1_000_000_000n + view.getBigUint64(97, true),
    };
  }

  /** Sets what is given; times in seconds. */
  setAttributes(fid: number, set: { mode?: number; size?: number | bigint; mtime?: number | 'now' }): void {
    const valid =
      (set.mode === undefined ? 0 : 1) |
      (set.size === undefined ? 0 : 8) |
      (set.mtime === undefined ? 0 : 0x20 | (set.mtime === 'now' ? 0 : 0x100));
    const mtime = typeof set.mtime === 'number' ? set.mtime : 0;
    const times = [u64(0), u64(0), u64(mtime), u64(0)];
    this.call(26, u32(fid), u32(valid), u32(set.mode ?? 0), u32(0), u32(0), u64(set.size ?? 0), ...times);
  }

  /** All names of an open folder, in requests of `count` bytes. */
  list(fid: number, count = 4096): { name: string; type: number }[] {
    const out: { name: string; type: number }[] = [];
    let offset = 0n;
    for (;;) {
      const view = this.call(40, u32(fid), u64(offset), u32(count));
      const length = view.getUint32(0, true);
      if (length === 0) return out;
      for (let at = 4; at < 4 + length; ) {
        offset = view.getBigUint64(at + 13, true);
        const name = new Uint8Array(view.buffer, view.byteOffset + at + 24, view.getUint16(at + 22, true));
        out.push({ name: new TextDecoder().decode(name), type: view.getUint8(at + 21) });
        at += 24 + name.length;
      }
    }
  }

  /** The whole content of a file, by its path. */
  content(path: string): string {
    this.find(99, path);
    try {
      this.open(99, 0);
      return new TextDecoder().decode(this.read(99, 0, 60_000));
    } finally {
      this.clunk(99);
    }
  }
}
