/** Calls that wait for several files: poll, select, epoll; and eventfd. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut, intIn, wordIn } from '../memory/user.ts';
import { interrupted } from '../task/signal.ts';
import type { Task } from '../task/task.ts';
import { O, POLL, RLIMIT, UNLIMITED } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { FileKind, OpenFile } from '../vfs/file.ts';
import { type Sleeper, WaitQueue } from '../wait.ts';
import type { Call } from './call.ts';
import { install } from './open.ts';
import { timeIn } from './processes.ts';
import { borrowMask } from './signals.ts';

/** Sleeps until one of the files may be ready; `none` is what the call returns when its time is over. */
function waitFor(k: Kernel, t: Task, files: readonly (OpenFile | null)[], timeout: number, mask: number): number {
  if (t.timedOut || timeout === 0) return 0;
  borrowMask(t, mask);
  if (interrupted(t)) return -E.INTR;
  return k.sleep(
    t,
    files.map((f) => f?.kind.queue ?? null),
    timeout,
  );
}

/** The file of a descriptor, or null where there is none. */
const fileOf = (t: Task, fd: number): OpenFile | null => {
  try {
    return t.process.files.get(fd);
  } catch {
    return null;
  }
};

export const ppoll: Call = (k, t, va, count, timeout, mask) => {
  if (count < 0 || count > t.process.limit(RLIMIT.NOFILE)) fail(E.INVAL);
  const { space } = t.process;
  const view = new DataView(copyIn(space, va, count * 8).buffer);
  let ready = 0;
  const files: (OpenFile | null)[] = [];
  for (let i = 0; i < count; i++) {
    const fd = view.getInt32(i * 8, true);
    const file = fd < 0 ? null : fileOf(t, fd);
    const wanted = view.getInt16(i * 8 + 4, true) | POLL.ERR | POLL.HUP;
    const events = fd < 0 ? 0 : file ? file.kind.poll(file) & wanted : POLL.NVAL;
    view.setInt16(i * 8 + 6, events, true);
    if (events) ready++;
    files.push(file);
  }
  const result = ready || waitFor(k, t, files, timeout ? timeIn(t, timeout) : UNLIMITED, mask);
  if (result >= 0) copyOut(space, va, new Uint8Array(view.buffer));
  return result;
};

/** Bits of poll that make a descriptor readable, writable, exceptional for select(2). */
const SELECT = [POLL.IN | POLL.HUP | POLL.ERR, POLL.OUT | POLL.ERR, POLL.PRI] as const;

export const pselect6: Call = (k, t, count, reads, writes, excepts, timeout, sigmask) => {
  if (count < 0 || count > 65536) fail(E.INVAL);
  const { space } = t.process;
  const length = Math.ceil(count / 64) * 8;
  const sets = [reads, writes, excepts].map((va) => (va ? copyIn(space, va, length) : null));
  const out = sets.map((set) => (set ? new Uint8Array(length) : null));
  const files: OpenFile[] = [];
  let ready = 0;
  for (let fd = 0; fd < count; fd++) {
    const bit = 1 << (fd & 7);
    if (!sets.some((set) => set && set[fd >> 3]! & bit)) continue;
    const file = t.process.files.get(fd);
    const events = file.kind.poll(file);
    files.push(file);
    sets.forEach((set, i) => {
      if (!set || !(set[fd >> 3]! & bit) || !(events & SELECT[i]!)) return;
      out[i]![fd >> 3]! |= bit;
      ready++;
    });
  }
  const mask = sigmask ? wordIn(space, sigmask) : 0;
  const result = ready || waitFor(k, t, files, timeout ? timeIn(t, timeout) : UNLIMITED, mask);
  if (result >= 0) for (const [i, va] of [reads, writes, excepts].entries()) if (va) copyOut(space, va, out[i]!);
  return result;
};

const EPOLL = { ONESHOT: 0x4000_0000, ET: 0x8000_0000 } as const;
const CTL = { ADD: 1, DEL: 2, MOD: 3 } as const;

/** One descriptor an epoll instance watches. */
class Watch implements Sleeper {
  readonly file: OpenFile;
  events: number;
  data: Uint8Array;
  /** Something may have happened since it was told last. */
  news = true;
  private readonly epoll: Epoll;

  constructor(epoll: Epoll, file: OpenFile, events: number, data: Uint8Array) {
    this.epoll = epoll;
    this.file = file;
    this.events = events;
    this.data = data;
    file.kind.queue?.add(this);
  }

  wake(): void {
    this.news = true;
    this.epoll.queue.wake();
  }

  drop(): void {
    this.file.kind.queue?.remove(this);
  }

  /** What is to be told of it now. */
  get now(): number {
    if (this.events & EPOLL.ET && !this.news) return 0;
    return this.file.kind.poll(this.file) & (this.events | POLL.ERR | POLL.HUP) & 0xffff;
  }
}

class Epoll extends FileKind {
  override readonly queue = new WaitQueue();
  readonly watches = new Map<number, Watch>();

  override poll(): number {
    return [...this.watches.values()].some((w) => w.now) ? POLL.IN : 0;
  }

  override close(): void {
    for (const watch of this.watches.values()) watch.drop();
  }
}

export const epollCreate1: Call = (k, t, flags) =>
  install(t, new OpenFile(new Epoll(), anonymousInode('anon', k.clock.coarse()), null, O.RDWR), flags);

const epollOf = (t: Task, fd: number): Epoll => {
  const { kind } = t.process.files.get(fd);
  return kind instanceof Epoll ? kind : fail(E.INVAL);
};

export const epollCtl: Call = (_k, t, epfd, operation, fd, event) => {
  const epoll = epollOf(t, epfd);
  const file = t.process.files.get(fd);
  if (file.kind === epoll) fail(E.INVAL);
  if (!file.kind.queue && operation === CTL.ADD) fail(E.PERM);
  const known = epoll.watches.get(fd);
  const watch = known?.file === file ? known : undefined;
  if (operation === CTL.DEL) {
    if (!watch) fail(E.NOENT);
    watch.drop();
    epoll.watches.delete(fd);
    return 0;
  }
  const events = intIn(t.process.space, event) >>> 0;
  const data = copyIn(t.process.space, event + 8, 8);
  if (operation === CTL.ADD) {
    if (watch) fail(E.EXIST);
    known?.drop();
    epoll.watches.set(fd, new Watch(epoll, file, events, data));
  } else if (operation === CTL.MOD) {
    if (!watch) fail(E.NOENT);
    Object.assign(watch, { events, data, news: true });
  } else fail(E.INVAL);
  epoll.queue.wake();
  return 0;
};

function epollWait(k: Kernel, t: Task, epfd: number, out: number, most: number, timeout: number, mask: number): number {
  const epoll = epollOf(t, epfd);
  if (most <= 0) fail(E.INVAL);
  // A file whose last descriptor was closed is no longer watched.
  for (const [fd, watch] of epoll.watches) {
    if (fileOf(t, fd) === watch.file) continue;
    watch.drop();
    epoll.watches.delete(fd);
  }
  const ready = [...epoll.watches.values()].map((w) => [w, w.now] as const).filter(([, events]) => events);
  if (ready.length === 0) return waitFor(k, t, [t.process.files.get(epfd)], timeout, mask);
  const told = ready.slice(0, most);
  const bytes = new Uint8Array(told.length * 16);
  const view = new DataView(bytes.buffer);
  told.forEach(([watch, events], i) => {
    view.setUint32(i * 16, events, true);
    bytes.set(watch.data, i * 16 + 8);
    watch.news = false;
    if (watch.events & EPOLL.ONESHOT) watch.events &= EPOLL.ONESHOT | EPOLL.ET;
  });
  copyOut(t.process.space, out, bytes);
  return told.length;
}

export const epollPwait: Call = (k, t, epfd, out, most, timeout, mask) =>
  epollWait(k, t, epfd, out, most, (timeout | 0) < 0 ? UNLIMITED : timeout * 1e6, mask);

export const epollPwait2: Call = (k, t, epfd, out, most, timeout, mask) =>
  epollWait(k, t, epfd, out, most, timeout ? timeIn(t, timeout) : UNLIMITED, mask);

const EFD_SEMAPHORE = 1;
const MOST = 2n ** 64n - 2n;

/** eventfd(2): a counter. */
class EventKind extends FileKind {
  override readonly queue = new WaitQueue();
  private value: bigint;
  private readonly semaphore: boolean;

  constructor(value: number, semaphore: boolean) {
    super();
    this.value = BigInt(value);
    this.semaphore = semaphore;
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    if (into.length < 8) fail(E.INVAL);
    if (this.value === 0n) fail(E.AGAIN);
    const taken = this.semaphore ? 1n : this.value;
    this.value -= taken;
    into.set(new Uint8Array(BigUint64Array.of(taken).buffer));
    this.queue.wake();
    // Only eight bytes are ever given, whatever there is room for.
    return 8;
  }

  override write(_file: OpenFile, from: Uint8Array): number {
    if (from.length < 8) fail(E.INVAL);
    const add = new DataView(from.buffer, from.byteOffset).getBigUint64(0, true);
    if (add > MOST) fail(E.INVAL);
    if (this.value + add > MOST) fail(E.AGAIN);
    this.value += add;
    this.queue.wake();
    return 8;
  }

  override poll(): number {
    return (this.value > 0n ? POLL.IN : 0) | (this.value < MOST ? POLL.OUT : 0);
  }
}

export const eventfd2: Call = (k, t, value, flags) => {
  const kind = new EventKind(value >>> 0, (flags & EFD_SEMAPHORE) !== 0);
  const file = new OpenFile(kind, anonymousInode('anon', k.clock.coarse()), null, O.RDWR | (flags & O.NONBLOCK));
  return install(t, file, flags);
};
