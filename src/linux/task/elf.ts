/** ELF programs as Linux loads them: segments mapped from the file, an interpreter, the stack a program begins with. */
import { E, fail } from '../errno.ts';
import { PAGE } from '../machine.ts';
import { type AddressSpace, pageDown, pageUp } from '../memory/space.ts';
import { copyOut } from '../memory/user.ts';
import { PROT } from '../uapi.ts';
import type { Inode } from '../vfs/inode.ts';
import type { PageCaches } from '../vfs/pages.ts';

interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly size: number;
  readonly prot: number;
}

export interface Program {
  readonly type: 'fixed' | 'relocatable';
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly headers: { readonly offset: number; readonly size: number; readonly count: number };
  readonly interpreter: string | null;
}

const PT = { LOAD: 1, INTERP: 3 } as const;
const EM_RISCV = 243;

/** Reads and checks an ELF header; fails with ENOEXEC where it is no riscv64 program. */
export function readProgram(inode: Inode): Program {
  const head = new Uint8Array(64);
  if (inode.read(0, head) < 64) fail(E.NOEXEC);
  const view = new DataView(head.buffer);
  if (view.getUint32(0) !== 0x7f454c46 || head[4] !== 2 || head[5] !== 1) fail(E.NOEXEC);
  const type = view.getUint16(16, true);
  if ((type !== 2 && type !== 3) || view.getUint16(18, true) !== EM_RISCV) fail(E.NOEXEC);
  const offset = Number(view.getBigUint64(32, true));
  const [size, count] = [view.getUint16(54, true), view.getUint16(56, true)];
  if (size !== 56 || count === 0 || count > 64 || offset > inode.size) fail(E.NOEXEC);
  const table = new Uint8Array(size * count);
  if (inode.read(offset, table) < table.length) fail(E.NOEXEC);
  const headers = new DataView(table.buffer);
  const segments: Segment[] = [];
  let interpreter: string | null = null;
  for (let at = 0; at < table.length; at += size) {
    const word = (o: number): number => Number(headers.getBigUint64(at + o, true));
    const kind = headers.getUint32(at, true);
    const flags = headers.getUint32(at + 4, true);
    if (kind === PT.LOAD) {
      const prot = (flags & 4 ? PROT.READ : 0) | (flags & 2 ? PROT.WRITE : 0) | (flags & 1 ? PROT.EXEC : 0);
      const segment = { offset: word(8), address: word(16), fileSize: word(32), size: word(40), prot };
      if (segment.fileSize > segment.size || segment.offset % PAGE !== segment.address % PAGE) fail(E.NOEXEC);
      if (segment.address + segment.size >= 2 ** 38) fail(E.NOEXEC);
      segments.push(segment);
    } else if (kind === PT.INTERP) {
      const length = word(32);
      if (length < 2 || length > 4096) fail(E.NOEXEC);
      const text = new Uint8Array(length);
      if (inode.read(word(8), text) < length) fail(E.NOEXEC);
      interpreter = new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
    }
  }
  if (segments.length === 0) fail(E.NOEXEC);
  return {
    type: type === 2 ? 'fixed' : 'relocatable',
    entry: Number(view.getBigUint64(24, true)),
    segments,
    headers: { offset, size, count },
    interpreter,
  };
}

/** Maps a program at `base` (0 for a fixed one). Returns the end of its highest segment. */
export function mapProgram(
  space: AddressSpace,
  caches: PageCaches,
  inode: Inode,
  program: Program,
  base: number,
  name: string,
): number {
  let end = 0;
  const pages = caches.of(inode);
  for (const s of program.segments) {
    const start = pageDown(base + s.address);
    const fileEnd = base + s.address + s.fileSize;
    const memoryEnd = pageUp(base + s.address + s.size);
    if (s.size === 0) continue;
    if (!space.isFree(start, memoryEnd)) space.unmap(start, memoryEnd);
    const mapped = s.fileSize ? pageUp(fileEnd) : start;
    if (mapped > start) {
      space.map({
        start,
        end: mapped,
        prot: s.prot,
        shared: false,
        pages,
        first: pageDown(s.offset) / PAGE,
        name,
        grows: false,
      });
    }
    if (memoryEnd > mapped) {
      space.map({
        start: mapped,
        end: memoryEnd,
        prot: s.prot,
        shared: false,
        pages: null,
        first: 0,
        name: '',
        grows: false,
      });
    }
    // What the file has behind the segment is not the program's.
    if (s.size > s.fileSize && fileEnd % PAGE && s.prot & PROT.WRITE) {
      const at = space.linear(fileEnd, true);
      space.machine.bytes.fill(0, at, at + PAGE - (fileEnd % PAGE));
    }
    end = Math.max(end, memoryEnd);
  }
  return end;
}

/** Bytes a relocatable program takes. */
export const extentOf = (program: Program): number =>
  pageUp(Math.max(...program.segments.map((s) => s.address + s.size)));

/** Auxiliary vector (getauxval(3)). */
export const AUX = {
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  BASE: 7,
  FLAGS: 8,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  HWCAP: 16,
  CLKTCK: 17,
  SECURE: 23,
  RANDOM: 25,
  EXECFN: 31,
} as const;

/** AT_HWCAP: letters of the instruction set, A is bit 0. */
export const HWCAP = [...'IMAFDC'].reduce((bits, c) => bits | (1 << (c.charCodeAt(0) - 65)), 0);

/** Lays out argc, argv, envp and the auxiliary vector below `top`, on a stack that is mapped. Returns the stack pointer. */
export function buildStack(
  space: AddressSpace,
  top: number,
  args: readonly Uint8Array[],
  env: readonly Uint8Array[],
  aux: ReadonlyMap<number, number>,
  execName: Uint8Array,
  random: Uint8Array,
): number {
  let at = top - 8;
  const strings = (list: readonly Uint8Array[]): number[] => {
    const total = list.reduce((sum, s) => sum + s.length + 1, 0);
    at -= total;
    let to = at;
    return list.map((s) => {
      const here = to;
      copyOut(space, here, s);
      to += s.length + 1;
      return here;
    });
  };
  const [name] = strings([execName]);
  const envEnd = at;
  const envs = strings(env);
  const argEnd = at;
  const argv = strings(args);
  space.args = { start: at, end: argEnd, envEnd };
  at = Math.floor((at - 16) / 16) * 16;
  copyOut(space, at, random);
  const vector = [...aux, [AUX.RANDOM, at], [AUX.EXECFN, name!], [0, 0]].flat();
  const words = [args.length, ...argv, 0, ...envs, 0, ...vector];
  at = Math.floor((at - words.length * 8) / 16) * 16;
  const bytes = new DataView(new ArrayBuffer(words.length * 8));
  words.forEach((word, i) => {
    bytes.setBigUint64(i * 8, BigInt(word), true);
  });
  copyOut(space, at, new Uint8Array(bytes.buffer));
  return at;
}
