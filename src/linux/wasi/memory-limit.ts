/** Bounds the memory of a WebAssembly module before it is compiled: its own maximum is lowered to what it may have. */
import { E, fail } from '../errno.ts';

const MEMORY_SECTION = 5;
const PAGE = 65_536;

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** An unsigned LEB128 of 32 bits. */
function number(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = cursor.bytes[cursor.at++] ?? fail(E.NOEXEC);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  return fail(E.NOEXEC);
}

function encoded(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest ? byte | 0x80 : byte);
  } while (rest);
  return out;
}

/** Limits of one memory with a maximum of at most `pages`. */
function limits(cursor: Cursor, pages: number): number[] {
  const flags = number(cursor);
  // Memories that are shared, or of 64 bits, are none of preview 1.
  if (flags > 1) fail(E.NOEXEC);
  const least = number(cursor);
  const most = flags & 1 ? number(cursor) : 65_536;
  if (least > pages) fail(E.NOMEM);
  return [1, ...encoded(least), ...encoded(Math.min(most, pages))];
}

/**
 * The module with memories of at most `bytes`.
 * @throws SysError ENOEXEC where it is no module of WebAssembly, ENOMEM where it can't do with so little
 */
export function limitMemory(module: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const pages = Math.floor(bytes / PAGE);
  const head = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  if (head.some((byte, i) => module[i] !== byte)) fail(E.NOEXEC);
  const cursor: Cursor = { bytes: module, at: head.length };
  while (cursor.at < module.length) {
    const start = cursor.at;
    const id = module[cursor.at++];
    const size = number(cursor);
    const end = cursor.at + size;
    if (end > module.length) fail(E.NOEXEC);
    if (id !== MEMORY_SECTION) {
      cursor.at = end;
      continue;
    }
    const count = number(cursor);
    if (count > 1) fail(E.NOEXEC);
    const body = encoded(count);
    for (let i = 0; i < count; i++) body.push(...limits(cursor, pages));
    if (cursor.at !== end) fail(E.NOEXEC);
    const section = [MEMORY_SECTION, ...encoded(body.length), ...body];
    const out = new Uint8Array(start + section.length + module.length - end);
    out.set(module.subarray(0, start));
    out.set(section, start);
    out.set(module.subarray(end), start + section.length);
    return out;
  }
  return module.slice();
}
