/** Reads tar archives of strangers: every number and name is looked at before it is believed, nothing is unpacked. */
import { InputError } from '../abi/errors.ts';
import type { Source } from './source.ts';
import { BLOCK, checksum, type Extent, FIELD, padded, TAR_TYPES, type TarEntry } from './tar-format.ts';

/** Bytes of a pax header or a long name at most. */
const HEADER_LIMIT = 1 << 20;
/** Extents of one sparse file at most. */
const SPARSE_LIMIT = 100_000;

const XATTR = 'SCHILY.xattr.';

type Field = readonly [at: number, length: number];

/** Pax records as bytes: an attribute's value may hold anything. */
type Records = Map<string, Uint8Array>;

class Reader {
  private readonly source: Source;
  private readonly what: string;
  private readonly text = new TextDecoder('utf-8', { fatal: true });
  private at = 0;
  private readonly global: Records = new Map();

  constructor(source: Source, what: string) {
    this.source = source;
    this.what = what;
  }

  private refuse(why: string, at = this.at): never {
    throw new InputError(`${this.what}: ${why} (at byte ${at} of the tar archive)`);
  }

  private decode(bytes: Uint8Array, what: string): string {
    let text: string;
    try {
      text = this.text.decode(bytes);
    } catch {
      return this.refuse(`${what} is not UTF-8`);
    }
    return text.includes('\0') ? this.refuse(`${what} holds a NUL`) : text;
  }

  private string(header: Uint8Array, [at, length]: Field, what: string): string {
    const bytes = header.subarray(at, at + length);
    const end = bytes.indexOf(0);
    return this.decode(end < 0 ? bytes : bytes.subarray(0, end), what);
  }

  /** Octal digits, or with the first bit set a number of bytes (GNU). */
  private number(header: Uint8Array, [at, length]: Field, what: string): number {
    const bytes = header.subarray(at, at + length);
    let value = 0n;
    if (bytes[0]! & 0x80) {
      const negative = bytes[0] === 0xff;
      for (const [i, byte] of bytes.entries())
        value = (value << 8n) | BigInt(i === 0 && !negative ? byte & 0x7f : byte);
      if (negative) value -= 1n << BigInt(8 * length);
    } else {
      const digits = /^[ \0]*([0-7]*)[ \0]*$/.exec(String.fromCharCode(...bytes))?.[1];
      if (digits === undefined) this.refuse(`the ${what} is no number`);
      value = BigInt(`0o${digits || '0'}`);
    }
    const result = Number(value);
    return Number.isSafeInteger(result) ? result : this.refuse(`the ${what} is out of range`);
  }

  private natural(header: Uint8Array, field: Field, what: string): number {
    const value = this.number(header, field, what);
    return value < 0 ? this.refuse(`the ${what} is negative`) : value;
  }

  private take(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (this.source.read(this.at, bytes) < length) this.refuse('the archive ends too soon', this.source.size);
    this.at += length;
    return bytes;
  }

  /** The content of a header that is about the next one. */
  private extra(size: number): Uint8Array {
    if (size > HEADER_LIMIT) this.refuse(`a header of ${size} bytes is longer than ${HEADER_LIMIT}`);
    return this.take(padded(size)).subarray(0, size);
  }

  /** `length key=value\n`, again and again. */
  private records(bytes: Uint8Array, into: Records): void {
    for (let at = 0; at < bytes.length; ) {
      const blank = bytes.indexOf(0x20, at);
      const digits = blank < 0 ? '' : String.fromCharCode(...bytes.subarray(at, Math.min(blank, at + 10)));
      const length = /^[1-9][0-9]*$/.test(digits) ? Number(digits) : 0;
      const end = at + length;
      const equals = bytes.indexOf(0x3d, blank);
      if (blank < 0 || end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a)
        this.refuse('a pax record is malformed');
      into.set(this.decode(bytes.subarray(blank + 1, equals), 'a pax keyword'), bytes.slice(equals + 1, end - 1));
      at = end;
    }
  }

  *entries(): Generator<TarEntry> {
    let local: Records = new Map();
    let longName: string | null = null;
    let longLink: string | null = null;
    for (;;) {
      const start = this.at;
      const header = this.take(BLOCK);
      if (header.every((byte) => byte === 0)) {
        if (local.size || longName !== null || longLink !== null)
          this.refuse('the archive ends within a member', start);
        return;
      }
      if (this.number(header, FIELD.checksum, 'checksum') !== checksum(header))
        this.refuse('this is no tar header, or it is damaged: its checksum is wrong', start);
      const flag = String.fromCharCode(header[FIELD.type[0]]!);
      const size = this.natural(header, FIELD.size, 'size');
      if (flag === 'x') this.records(this.extra(size), local);
      else if (flag === 'g') this.records(this.extra(size), this.global);
      else if (flag === 'L' || flag === 'K') {
        const bytes = this.extra(size);
        const end = bytes.indexOf(0);
        const name = this.decode(end < 0 ? bytes : bytes.subarray(0, end), 'a name');
        if (flag === 'L') longName = name;
        else longLink = name;
      } else {
        yield this.member(header, flag, size, { records: new Map([...this.global, ...local]), longName, longLink });
        local = new Map();
        longName = null;
        longLink = null;
      }
    }
  }

  private member(
    header: Uint8Array,
    flag: string,
    headerSize: number,
    { records, longName, longLink }: { records: Records; longName: string | null; longLink: string | null },
  ): TarEntry {
    const text = (key: string): string | null => {
      const value = records.get(key);
      return value?.length ? this.decode(value, `the pax record ${key}`) : null;
    };
    const decimal = (key: string): number | null => {
      const value = text(key);
      if (value === null) return null;
      const number = Number(value);
      return /^-?\d+(\.\d*)?$/.test(value) && Number.isSafeInteger(Math.trunc(number))
        ? number
        : this.refuse(`the pax record ${key} is no number`);
    };
    const natural = (key: string): number | null => {
      const number = decimal(key);
      return number === null || (number >= 0 && Number.isInteger(number))
        ? number
        : this.refuse(`the pax record ${key} is no size or owner`);
    };
    const ustar = this.string(header, [257, 5], 'the magic') === 'ustar';
    const gnu = String.fromCharCode(...header.subarray(257, 265)) === 'ustar  \0';
    const prefix = ustar && !gnu ? this.string(header, FIELD.prefix, 'a name') : '';
    const short = this.string(header, FIELD.name, 'a name');
    const name = text('GNU.sparse.name') ?? text('path') ?? longName ?? (prefix === '' ? short : `${prefix}/${short}`);
    const link = text('linkpath') ?? longLink ?? this.string(header, FIELD.link, 'a link');
    const sparse = flag === 'S';
    let type = sparse ? 'file' : TAR_TYPES.find(([f]) => f === flag)?.[1];
    if (!type) return this.refuse(`${name}: members of type ${JSON.stringify(flag)} are not known`);
    if (type === 'file' && name.endsWith('/')) type = 'directory';
    const xattrs = new Map<string, Uint8Array>();
    for (const [key, value] of records) if (key.startsWith(XATTR)) xattrs.set(key.slice(XATTR.length), value);
    // Only files have content, whatever else a header says.
    const stored = type === 'file' ? (natural('size') ?? headerSize) : 0;
    const layout = type === 'file' ? this.content(header, sparse, stored, natural, text) : { size: 0, extents: [] };
    return {
      name,
      type,
      mode: this.number(header, FIELD.mode, 'mode') & 0o7777,
      uid: natural('uid') ?? this.natural(header, FIELD.uid, 'owner'),
      gid: natural('gid') ?? this.natural(header, FIELD.gid, 'group'),
      mtime: Math.round((decimal('mtime') ?? this.number(header, FIELD.mtime, 'time')) * 1000),
      link: type === 'hardlink' || type === 'symlink' ? link : '',
      device: [this.natural(header, FIELD.major, 'device'), this.natural(header, FIELD.minor, 'device')],
      xattrs,
      ...layout,
    };
  }

  /** Where a file's bytes lie; goes on to the next header. */
  private content(
    header: Uint8Array,
    sparse: boolean,
    stored: number,
    natural: (key: string) => number | null,
    text: (key: string) => string | null,
  ): { size: number; extents: readonly Extent[] } {
    const map: (readonly [at: number, length: number])[] = [];
    let size = stored;
    let ahead = 0;
    if (sparse) {
      size = this.natural(header, [483, 12], 'real size');
      this.oldSparse(header, map);
    } else if (text('GNU.sparse.major') !== null) {
      if (natural('GNU.sparse.major') !== 1 || natural('GNU.sparse.minor') !== 0)
        this.refuse('sparse files of this version are not known');
      size = natural('GNU.sparse.realsize') ?? this.refuse('a sparse file has no size');
      ahead = this.newSparse(stored, map);
    } else if (natural('GNU.sparse.size') !== null) this.refuse('sparse files of version 0 are not known');
    else map.push([0, stored]);
    const start = this.at;
    const extents: Extent[] = [];
    let offset = start;
    let end = 0;
    for (const [at, length] of map) {
      if (at < end || at + length > size) this.refuse('the parts of a sparse file overlap or lie outside of it');
      if (length) extents.push({ at, offset, length });
      end = at + length;
      offset += length;
    }
    if (offset - start !== stored - ahead) this.refuse('the parts of a sparse file are not what is stored');
    this.at = start - ahead + padded(stored);
    if (this.at > this.source.size) this.refuse('the archive ends too soon', this.source.size);
    return { size, extents };
  }

  /** Type `S`: four parts in the header, 21 in each that follows. */
  private oldSparse(header: Uint8Array, map: (readonly [number, number])[]): void {
    const parts = (block: Uint8Array, from: number, count: number): void => {
      for (let i = 0; i < count; i++) {
        const at = from + i * 24;
        if (block[at] === 0) return;
        map.push([this.natural(block, [at, 12], 'offset'), this.natural(block, [at + 12, 12], 'length')]);
      }
    };
    parts(header, 386, 4);
    for (let more = header[482]; more; ) {
      if (map.length > SPARSE_LIMIT) this.refuse('a sparse file has too many parts');
      const block = this.take(BLOCK);
      parts(block, 0, 21);
      more = block[504];
    }
  }

  /** Version 1.0: decimal numbers, a line each, before the content. Returns the bytes they take. */
  private newSparse(stored: number, map: (readonly [number, number])[]): number {
    const start = this.at;
    let rest = '';
    const line = (): number => {
      for (let end = rest.indexOf('\n'); ; end = rest.indexOf('\n')) {
        if (end >= 0) {
          const digits = rest.slice(0, end);
          rest = rest.slice(end + 1);
          return /^\d{1,15}$/.test(digits) ? Number(digits) : this.refuse('the map of a sparse file is malformed');
        }
        if (rest.length > BLOCK || this.at - start >= stored) this.refuse('the map of a sparse file is malformed');
        rest += String.fromCharCode(...this.take(BLOCK));
      }
    };
    const count = line();
    if (count > SPARSE_LIMIT) this.refuse('a sparse file has too many parts');
    for (let i = 0; i < count; i++) map.push([line(), line()]);
    return this.at - start;
  }
}

/**
 * The members of an archive, in their order. `what` begins messages.
 * @throws InputError where the archive is malformed or ends too soon
 */
export const tarEntries = (source: Source, what: string): Generator<TarEntry> => new Reader(source, what).entries();

/** Reads a member's bytes from its archive, holes included. */
export function readEntry(
  source: Source,
  entry: Pick<TarEntry, 'size' | 'extents'>,
  position: number,
  into: Uint8Array,
): number {
  const length = Math.max(0, Math.min(into.length, entry.size - position));
  const end = position + length;
  const { extents } = entry;
  if (extents.length === 1 && extents[0]!.length === entry.size)
    return source.read(extents[0]!.offset + position, into.subarray(0, length));
  into.fill(0, 0, length);
  for (const { at, offset, length: n } of extents) {
    const [from, to] = [Math.max(at, position), Math.min(at + n, end)];
    if (from < to) source.read(offset + from - at, into.subarray(from - position, to - position));
  }
  return length;
}

/** A member's bytes as a source of their own. */
export const entrySource = (source: Source, entry: Pick<TarEntry, 'size' | 'extents'>): Source => ({
  size: entry.size,
  read: (position, into) => readEntry(source, entry, position, into),
});
