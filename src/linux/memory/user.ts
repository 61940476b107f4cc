/** Copies between the kernel and a program's memory; every access is checked and may fault pages in. */
import { u32 } from '../../abi/bytes.ts';
import { E, fail, SysError } from '../errno.ts';
import { PAGE } from '../machine.ts';
import type { AddressSpace } from './space.ts';

const text = new TextDecoder('utf-8', { fatal: true });
const utf8 = new TextEncoder();
/** The longest path, with its NUL (PATH_MAX). */
const PATH_MAX = 4096;

/** Reads `length` bytes; more than the machine has memory for can't lie anywhere. */
export function copyIn(space: AddressSpace, va: number, length: number): Uint8Array {
  if (!(length >= 0 && length <= space.machine.frames * PAGE)) fail(E.FAULT);
  return copyInto(space, va, new Uint8Array(length));
}

/** Fills a buffer. */
export function copyInto(space: AddressSpace, va: number, out: Uint8Array): Uint8Array {
  const { length } = out;
  const { bytes } = space.machine;
  for (let done = 0; done < length; ) {
    const at = space.linear(va + done, false);
    const n = Math.min(length - done, PAGE - (at & (PAGE - 1)));
    out.set(bytes.subarray(at, at + n), done);
    done += n;
  }
  return out;
}

/** Writes bytes. */
export function copyOut(space: AddressSpace, va: number, data: Uint8Array): void {
  const { machine } = space;
  for (let done = 0; done < data.length; ) {
    const at = space.linear(va + done, true);
    const n = Math.min(data.length - done, PAGE - (at & (PAGE - 1)));
    machine.bytes.set(n === data.length ? data : data.subarray(done, done + n), at);
    machine.wrote(Math.floor((at - machine.ram) / PAGE));
    done += n;
  }
}

/**
 * A range of a program's memory itself, where its frames lie one behind the other as they mostly do, else null. It is to be
 * used at once; who `writes` has to call `wroteBorrowed` for it.
 */
export function borrow(space: AddressSpace, va: number, length: number, writes: boolean): Uint8Array | null {
  try {
    const at = space.span(va, length, writes);
    return space.spanned < length ? null : space.machine.bytes.subarray(at, at + length);
  } catch (e) {
    // Less may be moved than there is no memory for.
    if (e instanceof SysError) return null;
    throw e;
  }
}

/** What was decoded of a borrowed range is void. */
export const wroteBorrowed = (space: AddressSpace, range: Uint8Array): void =>
  wroteSpan(space, range.byteOffset, range.length);

/** The same of what `AddressSpace.span` gave. */
export function wroteSpan({ machine }: AddressSpace, at: number, length: number): void {
  const first = ((at - machine.ram) / PAGE) | 0;
  const last = ((at + length - 1 - machine.ram) / PAGE) | 0;
  for (let frame = first; frame <= last; frame++) machine.wrote(frame);
}

/** What a tracer reads: also where the program itself may not. */
export function peek(space: AddressSpace, va: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const at = space.forced(va + done, false);
    const n = Math.min(length - done, PAGE - (at & (PAGE - 1)));
    out.set(space.machine.bytes.subarray(at, at + n), done);
    done += n;
  }
  return out;
}

/** What a tracer writes: a private page that may not be written to is copied first. */
export function poke(space: AddressSpace, va: number, data: Uint8Array): void {
  const { machine } = space;
  for (let done = 0; done < data.length; ) {
    const at = space.forced(va + done, true);
    const n = Math.min(data.length - done, PAGE - (at & (PAGE - 1)));
    machine.bytes.set(data.subarray(done, done + n), at);
    machine.wrote(((at - machine.ram) / PAGE) | 0);
    done += n;
  }
}

/** A NUL-terminated string of at most `limit` bytes with its end, as bytes. */
export function bytesIn(space: AddressSpace, va: number, limit: number): Uint8Array | null {
  const parts: number[] = [];
  const { bytes } = space.machine;
  for (let at = va; parts.length < limit; ) {
    const linear = space.linear(at, false);
    const stop = Math.min(PAGE - (linear & (PAGE - 1)), limit - parts.length);
    for (let i = 0; i < stop; i++) {
      const byte = bytes[linear + i]!;
      if (byte === 0) return Uint8Array.from(parts);
      parts.push(byte);
    }
    at += stop;
  }
  return null;
}

/** Names that were read last, each at a place its bytes decide: programs ask for the same ones again and again. */
const latest: string[] = new Array(256).fill('');

/** The same where it is short, in one page and nothing but ASCII; else null. */
function asciiIn(space: AddressSpace, va: number, limit: number): string | null {
  const { bytes } = space.machine;
  const from = space.linear(va, false);
  const end = from + Math.min(PAGE - (from & (PAGE - 1)), limit, 128);
  let hash = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0) return ascii(bytes, from, at, (hash ^ (hash >>> 8)) & 255);
    if (byte > 126) return null;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return null;
}

function ascii(bytes: Uint8Array, from: number, end: number, slot: number): string {
  const known = latest[slot]!;
  if (known.length === end - from) {
    let at = from;
    while (at < end && known.charCodeAt(at - from) === bytes[at]) at++;
    if (at === end) return known;
  }
  const made = String.fromCharCode.apply(null, bytes.subarray(from, end) as unknown as number[]);
  latest[slot] = made;
  return made;
}

/** A path or a name. */
export function stringIn(space: AddressSpace, va: number, limit = PATH_MAX): string {
  const short = asciiIn(space, va, limit);
  if (short !== null) return short;
  const bytes = bytesIn(space, va, limit);
  if (!bytes) fail(limit === PATH_MAX ? E.NAMETOOLONG : E.TOOBIG);
  try {
    return text.decode(bytes);
  } catch {
    return fail(E.ILSEQ);
  }
}

/** A null-terminated array of strings (argv, envp). */
export function stringsIn(space: AddressSpace, va: number, limit: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  if (va === 0) return out;
  for (let total = 0; ; va += 8) {
    const at = wordIn(space, va);
    if (at === 0) return out;
    const bytes = bytesIn(space, at, 131072);
    if (!bytes) fail(E.TOOBIG);
    total += bytes.length + 9;
    if (total > limit) fail(E.TOOBIG);
    out.push(bytes);
  }
}

export const encode = (s: string): Uint8Array => utf8.encode(s);

/** A 32-bit word, signed. */
export function intIn(space: AddressSpace, va: number): number {
  if (va % 4 === 0) return space.machine.words[space.linear(va, false) >>> 2]! | 0;
  const b = copyIn(space, va, 4);
  return b[0]! | (b[1]! << 8) | (b[2]! << 16) | (b[3]! << 24);
}

/** A 64-bit word as a number: exact below 2^53 in magnitude, signed. */
export function wordIn(space: AddressSpace, va: number): number {
  const low = intIn(space, va) >>> 0;
  return low + intIn(space, va + 4) * 2 ** 32;
}

export function intOut(space: AddressSpace, va: number, value: number): void {
  if (va % 4) copyOut(space, va, u32(value));
  else space.machine.words[space.linear(va, true) >>> 2] = value;
}

export function wordOut(space: AddressSpace, va: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  intOut(space, va, value - high * 2 ** 32);
  intOut(space, va + 4, high);
}
