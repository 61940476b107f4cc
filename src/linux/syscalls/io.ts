/** Reading and writing through descriptors. */
import { joined } from '../../abi/bytes.ts';
import { E, fail, SysError } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { borrow, copyIn, copyInto, copyOut, wordIn, wroteBorrowed, wroteSpan } from '../memory/user.ts';
import { send } from '../task/signal.ts';
import { SI } from '../task/signals.ts';
import type { Task } from '../task/task.ts';
import { O, RLIMIT, SIG } from '../uapi.ts';
import { AGAIN, type OpenFile, REGULAR } from '../vfs/file.ts';
import { isRegular } from '../vfs/inode.ts';
import { IN } from '../vfs/notify.ts';
import { readFileTo, writeFile } from '../vfs/pages.ts';
import type { Call } from './call.ts';

/** Longest transfer of one call (MAX_RW_COUNT). */
const LONGEST = 0x7fff_f000;
/** What is moved at once between a file and a program. */
const PIECE = 1 << 18;
/** The most that is read and written in a program's own memory. */
const BORROWED = 1 << 14;
const buffer = new Uint8Array(PIECE);

interface Part {
  readonly at: number;
  readonly length: number;
}

/** Fails where a buffer is no user memory at all; single pages are checked when they are touched. */
const parts = (va: number, length: number): Part[] => {
  if (length < 0) fail(E.INVAL);
  return [{ at: va, length: Math.min(length, LONGEST) }];
};

/** struct iovec. */
export function vectorIn(task: Task, va: number, count: number): Part[] {
  if (count < 0 || count > 1024) fail(E.INVAL);
  const { space } = task.process;
  return Array.from({ length: count }, (_, i) => {
    const length = wordIn(space, va + i * 16 + 8);
    if (length < 0) fail(E.INVAL);
    return { at: wordIn(space, va + i * 16), length };
  });
}

/** Whether an operation could not go on, for which a blocking file waits. */
export const wouldBlock = (e: unknown): boolean => e instanceof SysError && e.code === E.AGAIN;

/** A write to what nobody reads any more is told by a signal too. */
export function tellBroken(kernel: Kernel, task: Task, e: unknown): void {
  if (e instanceof SysError && e.code === E.PIPE)
    send(kernel, task.process, { signal: SIG.PIPE, code: SI.KERNEL }, task);
}

/** Counts what was moved to or from a file against the control group. */
function book(kernel: Kernel, task: Task, file: OpenFile, kind: 'read' | 'write', bytes: number): number {
  if (bytes > 0) file.tell(kind === 'read' ? IN.ACCESS : IN.MODIFY);
  if (bytes > 0 && isRegular(file.inode.mode) && task.process.cgroup.bookIo(file.inode.fs.number, kind, bytes, kernel))
    kernel.endTurn = true;
  return bytes;
}

/** Moves the parts of a buffer to or from a file. */
type Move = (kernel: Kernel, task: Task, file: OpenFile, list: readonly Part[], position: number | null) => number;

/** Reads into the parts of a buffer; `position` null: where the file stands. */
export const readInto: Move = (kernel, task, file, list, position) =>
  book(kernel, task, file, 'read', readParts(kernel, task, file, list, position));

function readParts(kernel: Kernel, task: Task, file: OpenFile, list: readonly Part[], position: number | null): number {
  if (!file.readable) fail(E.BADF);
  let done = 0;
  const inMemory = file.kind === REGULAR && file.inode.inMemory;
  for (const { at, length } of list) {
    if (inMemory) {
      const n = readMemory(task, file, at, length, position === null ? null : position + done, done > 0);
      done += n;
      if (n < length) break;
      continue;
    }
    for (let into = 0; into < length; ) {
      const { space } = task.process;
      const most = Math.min(PIECE, length - into);
      const own = most <= BORROWED ? borrow(space, at + into, most, true) : null;
      const piece = own ?? buffer.subarray(0, most);
      let n: number;
      try {
        n = position === null ? file.kind.read(file, piece) : file.kind.readAt(file, position + done, piece);
        if (n === AGAIN) {
          if (done > 0) return done;
          if (file.nonblocking) return AGAIN;
          return kernel.sleep(task, [file.kind.queue]);
        }
      } catch (e) {
        if (done > 0 && e instanceof SysError) return done;
        if (!wouldBlock(e) || file.nonblocking || task.timedOut) throw e;
        return kernel.sleep(task, [file.kind.queue], file.kind.receiveTimeout);
      }
      if (own) wroteBorrowed(space, own);
      else if (n > 0) copyOut(space, at + into, n === piece.length ? piece : piece.subarray(0, n));
      done += n;
      into += n;
      if (n < piece.length) return done;
      // What is not a file may have nothing more, and has given what was asked for.
      if (!file.kind.seekable) return done;
    }
  }
  return done;
}

/** A file in memory is read straight to a program's frames; `begun`: a fault then ends the call, with what it has read. */
function readMemory(
  task: Task,
  file: OpenFile,
  va: number,
  length: number,
  position: number | null,
  begun: boolean,
): number {
  const { space } = task.process;
  const { inode } = file;
  const from = position ?? file.position;
  let done = 0;
  try {
    while (done < length) {
      // At the end it makes no difference where to.
      if (from + done >= inode.size) break;
      const to = space.span(va + done, length - done, true);
      const most = space.spanned;
      const n = readFileTo(inode, from + done, space.machine.bytes, to, most);
      if (n > 0) wroteSpan(space, to, n);
      done += n;
      if (n < most) break;
    }
  } catch (e) {
    if (!(e instanceof SysError) || (done === 0 && !begun)) throw e;
  }
  if (position === null) file.position += done;
  return done;
}

/** Writes from the parts of a buffer. What a blocking file has not taken yet is written when the call is tried again. */
export const writeFrom: Move = (kernel, task, file, list, position) =>
  book(kernel, task, file, 'write', writeParts(kernel, task, file, list, position));

const writeParts: Move = (kernel, task, file, list, position) => {
  if (!file.writable) fail(E.BADF);
  if (file.kind === REGULAR && file.inode.inMemory) return writeMemory(kernel, task, file, list, position);
  const before = typeof task.progress === 'number' ? task.progress : 0;
  let done = 0;
  const total = list.reduce((sum, p) => sum + p.length, 0);
  const whole = total <= PIECE && list.length > 1 ? gather(task, list) : null;
  if (isRegular(file.inode.mode)) limitSize(kernel, task, file, position, total);
  for (const part of list) {
    for (let from = 0; from < part.length; ) {
      const n = Math.min(PIECE, part.length - from);
      if (done + n <= before) {
        done += n;
        from += n;
        continue;
      }
      const skip = Math.max(0, before - done);
      // Short vectors go as one, so that a line is not torn apart.
      const bytes = whole ? whole.subarray(before) : taken(task, file, part.at + from + skip, n - skip);
      let written: number;
      try {
        written =
          position === null ? file.kind.write(file, bytes) : file.kind.writeAt(file, position + done + skip, bytes);
      } catch (e) {
        tellBroken(kernel, task, e);
        if (wouldBlock(e) && !file.nonblocking && !task.timedOut) {
          task.progress = done + skip;
          return kernel.sleep(task, [file.kind.queue], file.kind.sendTimeout);
        }
        if (e instanceof SysError && done + skip > 0) return done + skip;
        throw e;
      }
      if (whole) done = before + written;
      else done += skip + written;
      if (written < bytes.length) {
        if (file.nonblocking || file.kind.queue === null) return done;
        task.progress = done;
        return kernel.sleep(task, [file.kind.queue], file.kind.sendTimeout);
      }
      if (whole) return done;
      from += n;
    }
  }
  if (total === 0 && list.length && !isRegular(file.inode.mode)) file.kind.write(file, new Uint8Array(0));
  return done;
};

/** A file in memory takes what is written straight from a program's frames, as much as there is room for. */
const writeMemory: Move = (kernel, task, file, list, position) => {
  const { inode } = file;
  const { space } = task.process;
  let total = 0;
  for (const part of list) total += part.length;
  limitSize(kernel, task, file, position, total);
  const from = file.flags & O.APPEND ? inode.size : (position ?? file.position);
  let done = 0;
  inode.makeRoom(from, total);
  try {
    for (const part of list) {
      for (let taken = 0; taken < part.length; ) {
        const at = space.span(part.at + taken, part.length - taken, false);
        const n = writeFile(inode, from + done, space.machine.bytes.subarray(at, at + space.spanned));
        taken += n;
        done += n;
      }
    }
  } catch (e) {
    if (!(e instanceof SysError) || done === 0) throw e;
  }
  if (position === null) file.position = from + done;
  return done;
};

/** What is to be written: a program's own memory where that is enough. */
function taken({ process: { space } }: Task, { kind }: OpenFile, va: number, length: number): Uint8Array {
  if (!kind.copies || length === 0) return copyIn(space, va, length);
  return (
    (length <= BORROWED ? borrow(space, va, length, false) : null) ?? copyInto(space, va, buffer.subarray(0, length))
  );
}

/** The parts of a buffer as one. */
export const gather = (task: Task, list: readonly Part[]): Uint8Array =>
  joined(list.map(({ at, length }) => copyIn(task.process.space, at, length)));

/** RLIMIT_FSIZE. */
function limitSize(kernel: Kernel, task: Task, file: OpenFile, position: number | null, length: number): void {
  const limit = task.process.limit(RLIMIT.FSIZE);
  if (limit === Number.POSITIVE_INFINITY || (position ?? file.position) + length <= limit) return;
  send(kernel, task.process, { signal: SIG.XFSZ, code: SI.KERNEL }, task);
  fail(E.FBIG);
}

const position = (value: number): number => (value < 0 ? fail(E.INVAL) : value);

export const read: Call = (k, t, fd, va, n) => readInto(k, t, t.process.files.get(fd), parts(va, n), null);
export const write: Call = (k, t, fd, va, n) => writeFrom(k, t, t.process.files.get(fd), parts(va, n), null);
export const readv: Call = (k, t, fd, va, n) => readInto(k, t, t.process.files.get(fd), vectorIn(t, va, n), null);
export const writev: Call = (k, t, fd, va, n) => writeFrom(k, t, t.process.files.get(fd), vectorIn(t, va, n), null);
export const pread: Call = (k, t, fd, va, n, at) => readInto(k, t, t.process.files.get(fd), parts(va, n), position(at));
export const pwrite: Call = (k, t, fd, va, n, at) =>
  writeFrom(k, t, t.process.files.get(fd), parts(va, n), position(at));
export const preadv: Call = (k, t, fd, va, n, at) =>
  readInto(k, t, t.process.files.get(fd), vectorIn(t, va, n), position(at));
export const pwritev: Call = (k, t, fd, va, n, at) =>
  writeFrom(k, t, t.process.files.get(fd), vectorIn(t, va, n), position(at));

/** From a file to another; where a position is null, that of the file is used. */
type Transfer = (
  kernel: Kernel,
  task: Task,
  from: OpenFile,
  to: OpenFile,
  fromAt: number | null,
  toAt: number | null,
  length: number,
) => number;

/** Moves bytes from a file to another without a program's memory (sendfile, copy_file_range, splice). */
export const transfer: Transfer = (kernel, task, from, to, fromAt, toAt, length) => {
  const moved = move(kernel, task, from, to, fromAt, toAt, length);
  if (moved > 0) {
    from.tell(IN.ACCESS);
    to.tell(IN.MODIFY);
  }
  return moved;
};

const move: Transfer = (kernel, task, from, to, fromAt, toAt, length) => {
  if (!from.readable || !to.writable) fail(E.BADF);
  let done = 0;
  while (done < length) {
    const piece = new Uint8Array(Math.min(65536, length - done));
    let n: number;
    try {
      // Room first: bytes taken from a pipe can't be put back.
      if (to.kind.queue && !(to.kind.poll(to) & 4)) fail(E.AGAIN);
      n = fromAt === null ? from.kind.read(from, piece) : from.kind.readAt(from, fromAt + done, piece);
      if (n === AGAIN) fail(E.AGAIN);
    } catch (e) {
      if (done > 0) return done;
      if (!wouldBlock(e) || from.nonblocking || to.nonblocking) throw e;
      return kernel.sleep(task, [from.kind.queue, to.kind.queue]);
    }
    if (n === 0) break;
    let written = 0;
    try {
      const bytes = piece.subarray(0, n);
      written = toAt === null ? to.kind.write(to, bytes) : to.kind.writeAt(to, toAt + done, bytes);
    } catch (e) {
      if (fromAt === null && from.kind.seekable) from.position -= n;
      tellBroken(kernel, task, e);
      if (done > 0) return done;
      throw e;
    }
    if (written < n && fromAt === null && from.kind.seekable) from.position -= n - written;
    done += written;
    if (written < n || n < piece.length) break;
  }
  return done;
};
