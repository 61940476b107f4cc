/** Calls that watch files (inotify(7)). */
import { u32 } from '../../abi/bytes.ts';
import { E, fail } from '../errno.ts';
import type { InotifyUse } from '../kernel.ts';
import { encode } from '../memory/user.ts';
import type { KernelSettings } from '../settings.ts';
import type { Task } from '../task/task.ts';
import { AT, O, POLL, TTY } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { AGAIN, FileKind, type IoctlArgument, OpenFile } from '../vfs/file.ts';
import { type Inode, isDirectory, type Watcher } from '../vfs/inode.ts';
import { IN, unwatch, watch } from '../vfs/notify.ts';
import { demand, MAY } from '../vfs/walk.ts';
import { WaitQueue } from '../wait.ts';
import type { Call } from './call.ts';
import { install } from './open.ts';
import { pathAt } from './paths.ts';

/** struct inotify_event without its name, to whose multiples names are filled up. */
const HEADER = 16;

interface Event {
  readonly wd: number;
  readonly mask: number;
  readonly cookie: number;
  readonly name: Uint8Array;
  readonly text: string;
}

const sizeOf = ({ name }: Event): number => HEADER + (name.length ? Math.ceil((name.length + 1) / HEADER) * HEADER : 0);

class Watch implements Watcher {
  readonly wd: number;
  readonly inode: Inode;
  mask: number;
  private readonly owner: Inotify;

  constructor(owner: Inotify, wd: number, inode: Inode, mask: number) {
    this.owner = owner;
    this.wd = wd;
    this.inode = inode;
    this.mask = mask;
  }

  tell(events: number, name: string, cookie: number, gone: boolean): void {
    if (!(events & this.mask & IN.ALL)) return;
    if (gone && this.mask & IN.EXCL_UNLINK) return;
    this.owner.add(this.wd, events, cookie, name);
    if (this.mask & IN.ONESHOT) this.end();
  }

  end(): void {
    this.owner.remove(this);
  }

  unmounted(): void {
    this.owner.add(this.wd, IN.UNMOUNT, 0, '');
    this.end();
  }
}

class Inotify extends FileKind {
  override readonly queue = new WaitQueue();
  private readonly watches = new Map<number, Watch>();
  private readonly events: Event[] = [];
  private readonly use: InotifyUse;
  private readonly limits: KernelSettings['inotify'];
  private lastWd = 0;

  constructor(use: InotifyUse, limits: KernelSettings['inotify']) {
    super();
    this.use = use;
    this.limits = limits;
    use.instances++;
  }

  /** Queues an event, unless it says what the last one does. */
  add(wd: number, mask: number, cookie: number, text: string): void {
    const last = this.events.at(-1);
    if (last && last.wd === wd && last.mask === mask && last.text === text && !(mask & IN.IGNORED)) return;
    const full = this.events.length >= this.limits.max_queued_events;
    if (full && last!.mask === IN.Q_OVERFLOW) return;
    this.events.push(
      full
        ? { wd: -1, mask: IN.Q_OVERFLOW, cookie: 0, name: new Uint8Array(0), text: '' }
        : { wd, mask, cookie, name: encode(text), text },
    );
    this.queue.wake();
  }

  /** Begins to watch an inode, or changes what is watched of it. Returns the number of the watch. */
  set(inode: Inode, mask: number): number {
    for (const known of this.watches.values()) {
      if (known.inode !== inode) continue;
      if (mask & IN.MASK_CREATE) fail(E.EXIST);
      known.mask = mask & IN.MASK_ADD ? known.mask | mask : mask;
      return known.wd;
    }
    if (this.use.watches >= this.limits.max_user_watches) fail(E.NOSPC);
    this.use.watches++;
    const made = new Watch(this, ++this.lastWd, inode, mask);
    this.watches.set(made.wd, made);
    watch(inode, made);
    return made.wd;
  }

  get(wd: number): Watch {
    return this.watches.get(wd) ?? fail(E.INVAL);
  }

  remove(gone: Watch): void {
    if (!this.forget(gone)) return;
    this.add(gone.wd, IN.IGNORED, 0, '');
  }

  private forget(gone: Watch): boolean {
    unwatch(gone.inode, gone);
    if (!this.watches.delete(gone.wd)) return false;
    this.use.watches--;
    return true;
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    let done = 0;
    let taken = 0;
    const view = new DataView(into.buffer, into.byteOffset, into.length);
    for (const event of this.events) {
      const size = sizeOf(event);
      if (done + size > into.length) break;
      view.setInt32(done, event.wd, true);
      view.setUint32(done + 4, event.mask, true);
      view.setUint32(done + 8, event.cookie, true);
      view.setUint32(done + 12, size - HEADER, true);
      into.fill(0, done + HEADER, done + size);
      into.set(event.name, done + HEADER);
      done += size;
      taken++;
    }
    if (taken === 0) return this.events.length ? fail(E.INVAL) : AGAIN;
    this.events.splice(0, taken);
    return done;
  }

  override poll(): number {
    return this.events.length ? POLL.IN : 0;
  }

  override ioctl(_file: OpenFile, request: number, argument: IoctlArgument): number {
    if (request !== TTY.FIONREAD) fail(E.NOTTY);
    argument.out(u32(this.events.reduce((sum, event) => sum + sizeOf(event), 0)));
    return 0;
  }

  override close(): void {
    for (const gone of [...this.watches.values()]) this.forget(gone);
    this.use.instances--;
  }
}

export const inotifyInit1: Call = (k, t, flags) => {
  if (flags & ~(O.CLOEXEC | O.NONBLOCK)) fail(E.INVAL);
  const use = k.inotifyOf(t.credential.uid);
  if (use.instances >= k.settings.inotify.max_user_instances) fail(E.MFILE);
  const inode = anonymousInode('anon', k.clock.coarse());
  return install(
    t,
    new OpenFile(new Inotify(use, k.settings.inotify), inode, null, O.RDONLY | (flags & O.NONBLOCK)),
    flags,
  );
};

function inotifyOf(t: Task, fd: number): Inotify {
  const { kind } = t.process.files.get(fd);
  return kind instanceof Inotify ? kind : fail(E.INVAL);
}

export const inotifyAddWatch: Call = (_k, t, fd, va, wanted) => {
  const mask = wanted >>> 0;
  if (!(mask & IN.ALL)) fail(E.INVAL);
  if (mask & IN.MASK_ADD && mask & IN.MASK_CREATE) fail(E.INVAL);
  const inotify = inotifyOf(t, fd);
  const { inode } = pathAt(t, AT.FDCWD, va, mask & IN.DONT_FOLLOW ? AT.SYMLINK_NOFOLLOW : 0).dentry;
  if (mask & IN.ONLYDIR && !isDirectory(inode.mode)) fail(E.NOTDIR);
  demand(inode, t.credential.forFiles, MAY.read);
  return inotify.set(inode, mask);
};

export const inotifyRmWatch: Call = (_k, t, fd, wd) => {
  const inotify = inotifyOf(t, fd);
  inotify.remove(inotify.get(wd));
  return 0;
};
