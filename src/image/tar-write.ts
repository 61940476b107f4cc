/** Writes tar archives: ustar, with pax headers for what does not fit. Equal entries give equal bytes. */
import type { Source } from './source.ts';
import { chunksOf } from './source.ts';
import { BLOCK, checksum, FIELD, padded, TAR_TYPES, type TarEntry } from './tar-format.ts';

export type NewEntry = Omit<TarEntry, 'extents' | 'size'> & { readonly content?: Source };

const utf8 = new TextEncoder();

function put(header: Uint8Array, [at]: readonly [number, number], text: string): void {
  header.set(utf8.encode(text), at);
}

/** Octal digits with a NUL behind; 0 where they do not fit (a pax record says it then). */
function octal(header: Uint8Array, field: readonly [number, number], value: number): void {
  const digits = field[1] - 1;
  const text = value >= 0 && value < 8 ** digits ? Math.trunc(value).toString(8) : '0';
  put(header, field, `${text.padStart(digits, '0')}\0`);
}

function record(key: string, value: string | Uint8Array): Uint8Array {
  const [head, tail] = [utf8.encode(` ${key}=`), typeof value === 'string' ? utf8.encode(value) : value];
  const rest = head.length + tail.length + 1;
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return Uint8Array.from([...utf8.encode(String(length)), ...head, ...tail, 0x0a]);
}

/** What the header can't say. */
function records(entry: NewEntry, size: number): Uint8Array {
  const { name, link, uid, gid, mtime, xattrs } = entry;
  const out: Uint8Array[] = [];
  const fits = (text: string): boolean => /^[\x20-\x7e]*$/.test(text) && text.length <= 100;
  if (!fits(name)) out.push(record('path', name));
  if (!fits(link)) out.push(record('linkpath', link));
  if (size >= 8 ** 11) out.push(record('size', String(size)));
  if (uid >= 8 ** 7) out.push(record('uid', String(uid)));
  if (gid >= 8 ** 7) out.push(record('gid', String(gid)));
  if (mtime % 1000 !== 0 || mtime < 0 || mtime >= 8 ** 11 * 1000) out.push(record('mtime', String(mtime / 1000)));
  for (const key of [...xattrs.keys()].sort()) out.push(record(`SCHILY.xattr.${key}`, xattrs.get(key)!));
  return Uint8Array.from(out.flatMap((bytes) => [...bytes]));
}

function header(entry: NewEntry, type: string, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(BLOCK);
  const cut = (text: string): string =>
    String.fromCharCode(...utf8.encode(text).subarray(0, 100)).replace(/[^\x20-\x7e]/g, '_');
  put(bytes, FIELD.name, cut(entry.name));
  octal(bytes, FIELD.mode, entry.mode);
  octal(bytes, FIELD.uid, entry.uid);
  octal(bytes, FIELD.gid, entry.gid);
  octal(bytes, FIELD.size, size);
  octal(bytes, FIELD.mtime, Math.floor(entry.mtime / 1000));
  put(bytes, FIELD.type, type);
  put(bytes, FIELD.link, cut(entry.link));
  put(bytes, FIELD.magic, 'ustar\x0000');
  octal(bytes, FIELD.major, entry.device[0]);
  octal(bytes, FIELD.minor, entry.device[1]);
  put(bytes, FIELD.checksum, `${checksum(bytes).toString(8).padStart(6, '0')}\0 `);
  return bytes;
}

function filled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(padded(bytes.length));
  out.set(bytes);
  return out;
}

/** One member: its headers, its content, and zeros up to the next. */
function* member(entry: NewEntry): Generator<Uint8Array<ArrayBuffer>> {
  const size = entry.type === 'file' ? (entry.content?.size ?? 0) : 0;
  const pax = records(entry, size);
  if (pax.length) {
    const name = 'PaxHeaders/0';
    yield header({ ...entry, name, link: '', mode: 0o644, device: [0, 0], uid: 0, gid: 0, mtime: 0 }, 'x', pax.length);
    yield filled(pax);
  }
  yield header(entry, TAR_TYPES.find(([, type]) => type === entry.type)![0], size);
  if (size === 0) return;
  yield* chunksOf(entry.content!);
  if (size % BLOCK) yield new Uint8Array(BLOCK - (size % BLOCK));
}

/** An archive of these members, in their order, piece by piece. */
export function* writeTar(entries: Iterable<NewEntry>): Generator<Uint8Array<ArrayBuffer>> {
  for (const entry of entries) yield* member(entry);
  yield new Uint8Array(2 * BLOCK);
}

const PLAIN = { uid: 0, gid: 0, mtime: 0, link: '', device: [0, 0] as const, xattrs: new Map<string, Uint8Array>() };

/** A file of an archive that only carries it. */
export const plainFile = (name: string, content: Source): NewEntry => ({
  ...PLAIN,
  name,
  type: 'file',
  mode: 0o644,
  content,
});
