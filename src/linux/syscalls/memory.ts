/** Calls on address spaces (mmap(2), brk(2), mprotect(2), mremap(2), madvise(2)). */
import { E, fail } from '../errno.ts';
import { PAGE } from '../machine.ts';
import { demandArea, demandPromise, isPromise } from '../memory/commit.ts';
import { SharedPages } from '../memory/kernel-page.ts';
import { type Area, pageUp } from '../memory/space.ts';
import { USER_END } from '../memory/tables.ts';
import { MAP, PROT } from '../uapi.ts';
import { isRegular } from '../vfs/inode.ts';
import { nameOf } from '../vfs/mount.ts';
import { SEAL, TmpfsInode } from '../vfs/tmpfs.ts';
import type { Call } from './call.ts';

export const brk: Call = (k, t, to) => {
  const { space } = t.process;
  if (to < space.brkStart || to > USER_END) return space.brk;
  const [from, end] = [pageUp(space.brk), pageUp(to)];
  if (end > from) {
    if (!space.isFree(from, end) || space.size + end - from > space.limit) return space.brk;
    try {
      demandPromise(k, end - from);
    } catch {
      return space.brk;
    }
    space.map({
      start: from,
      end,
      prot: PROT.READ | PROT.WRITE,
      shared: false,
      pages: null,
      first: 0,
      name: '[heap]',
      grows: false,
    });
  } else if (end < from) space.unmap(end, from);
  space.brk = to;
  return to;
};

export const mmap: Call = (k, t, hint, wanted, prot, flags, fd, offset) => {
  const { space, files, place } = t.process;
  const length = pageUp(wanted);
  if (wanted <= 0 || offset % PAGE || offset < 0) fail(E.INVAL);
  const shared = (flags & MAP.SHARED) !== 0;
  if (shared === ((flags & MAP.PRIVATE) !== 0) && (flags & 3) !== 3) fail(E.INVAL);
  const fixed = (flags & (MAP.FIXED | MAP.FIXED_NOREPLACE)) !== 0;
  if (length > USER_END) fail(E.NOMEM);
  let start = Math.floor(hint / PAGE) * PAGE;
  if (fixed) {
    if (hint % PAGE || hint < 0) fail(E.INVAL);
    if (hint + length > USER_END) fail(E.NOMEM);
  }
  let pages: Area['pages'] = null;
  let name = '';
  if (!(flags & MAP.ANONYMOUS)) {
    const file = files.get(fd);
    if (!file.readable) fail(E.ACCES);
    if (shared && prot & PROT.WRITE && !file.writable) fail(E.ACCES);
    if (!isRegular(file.inode.mode) || file.kind.queue) {
      // /dev/zero is memory; other devices can't be mapped.
      if (file.inode.rdev !== 0x105) fail(E.NODEV);
    } else {
      if (prot & PROT.EXEC && file.path?.mount.flags.noexec) fail(E.PERM);
      const seals = file.inode instanceof TmpfsInode ? (file.inode.seals ?? 0) : 0;
      if (shared && prot & PROT.WRITE && seals & (SEAL.WRITE | SEAL.FUTURE_WRITE)) fail(E.PERM);
      pages = k.caches.of(file.inode);
      name = file.path ? (nameOf(file.path, place.root) ?? '') : '/memfd: (deleted)';
    }
  }
  demandArea(k, space);
  if (isPromise({ prot, shared })) demandPromise(k, length, !(flags & MAP.NORESERVE));
  if (!pages && shared) pages = new SharedPages(k.frames, t.process.cgroup);
  if (fixed) {
    if (!space.isFree(start, start + length)) {
      if (flags & MAP.FIXED_NOREPLACE) fail(E.EXIST);
      space.unmap(start, start + length);
    }
  } else if (!(start > 0 && space.isFree(start, start + length))) {
    start = space.findFree(length);
    if (!start) fail(E.NOMEM);
  }
  space.map({
    start,
    end: start + length,
    prot: prot & 7,
    shared,
    pages,
    first: offset / PAGE,
    name,
    grows: (flags & MAP.GROWSDOWN) !== 0,
  });
  if (flags & MAP.POPULATE)
    for (let va = start; va < start + length; va += PAGE)
      if (space.fault(va, prot & PROT.WRITE ? PROT.WRITE : PROT.READ) !== 'ok') break;
  return start;
};

/** A page-aligned range in user memory, or EINVAL. */
function range(start: number, length: number): number {
  const end = start + pageUp(length);
  if (start % PAGE || start < 0 || length < 0 || end > USER_END) fail(E.INVAL);
  return end;
}

export const munmap: Call = (_k, t, start, length) => {
  const end = range(start, length);
  if (end === start) fail(E.INVAL);
  t.process.space.unmap(start, end);
  return 0;
};

export const mprotect: Call = (k, t, start, length, prot) => {
  const end = range(start, length);
  const { space } = t.process;
  // What could not be written was not promised.
  if (prot & PROT.WRITE && k.settings.overcommit === 2) {
    const parts = space.areas.filter(
      (area) => area.end > start && area.start < end && !area.shared && !isPromise(area),
    );
    demandPromise(
      k,
      parts.reduce((sum, area) => sum + Math.min(end, area.end) - Math.max(start, area.start), 0),
    );
  }
  if (end > start) t.process.space.protect(start, end, prot & 7);
  return 0;
};

const MREMAP = { MAYMOVE: 1, FIXED: 2 } as const;

export const mremap: Call = (k, t, start, oldLength, newLength, flags, to) => {
  const { space } = t.process;
  const [end, size] = [range(start, oldLength), pageUp(newLength)];
  const old = end - start;
  if (size === 0 || old === 0) fail(E.INVAL);
  const area = space.areaAt(start) ?? fail(E.FAULT);
  if (end > area.end) fail(E.FAULT);
  if (flags & MREMAP.FIXED) {
    if (!(flags & MREMAP.MAYMOVE) || to % PAGE || (to < end && to + size > start)) fail(E.INVAL);
    space.unmap(to, to + size);
    space.move(start, old, to, size);
    return to;
  }
  if (size > old && isPromise(area)) demandPromise(k, size - old);
  if (size <= old) {
    if (size < old) space.unmap(start + size, end);
    return start;
  }
  if (end === area.end && space.isFree(end, start + size)) {
    space.map({ ...area, start: end, end: start + size, first: area.first + (end - area.start) / PAGE });
    return start;
  }
  if (!(flags & MREMAP.MAYMOVE)) fail(E.NOMEM);
  const free = space.findFree(size);
  if (!free) fail(E.NOMEM);
  space.move(start, old, free, size);
  return free;
};

const MADV = { DONTNEED: 4, FREE: 8 } as const;

export const madvise: Call = (_k, t, start, length, advice) => {
  const end = range(start, length);
  if (advice === MADV.DONTNEED || advice === MADV.FREE) t.process.space.discard(start, end);
  return 0;
};

export const msync: Call = (_k, t, start, length) => {
  const end = range(start, length);
  for (const area of t.process.space.areas) {
    if (area.end > start && area.start < end && area.shared) area.pages?.sync();
  }
  return 0;
};
