/** Calls on POSIX message queues (mq_overview(7)). */
import { E, fail } from '../errno.ts';
import { MQ_PRIORITIES, MqKind } from '../ipc/mqueue.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut, intIn, intOut, stringIn, wordIn, wordOut } from '../memory/user.ts';
import { NetlinkSocket } from '../net/netlink/socket.ts';
import { Socket } from '../net/socket.ts';
import { send } from '../task/signal.ts';
import { SI } from '../task/signals.ts';
import { type Task, Unfinished } from '../task/task.ts';
import { O, S, SIGNALS, UNLIMITED } from '../uapi.ts';
import { make, remove } from '../vfs/change.ts';
import { OpenFile } from '../vfs/file.ts';
import type { Path } from '../vfs/mount.ts';
import { child, demand, MAY } from '../vfs/walk.ts';
import type { Call } from './call.ts';
import { install } from './open.ts';
import { timeIn } from './processes.ts';

const SIGEV = { SIGNAL: 0, NONE: 1, THREAD: 2 } as const;
/** What is written to the socket of a thread that waits to be told, and its last byte. */
const COOKIE = 32;
const NOTIFY = { WOKENUP: 1, REMOVED: 2 } as const;

/** The directory of queues, and a name in it. */
function placeOf(t: Task, va: number): { dir: Path; name: string } {
  const name = stringIn(t.process.space, va);
  if (name === '') fail(E.NOENT);
  if (name.includes('/') || name === '.' || name === '..') fail(E.ACCES);
  if (name.length > 255) fail(E.NAMETOOLONG);
  return { dir: t.namespaces.ipc.queues, name };
}

/** struct mq_attr: flags, messages at most, their bytes at most, messages now. */
function attributesIn(t: Task, va: number): { messages: number; size: number } {
  return { messages: wordIn(t.process.space, va + 8), size: wordIn(t.process.space, va + 16) };
}

const WANTS = [MAY.read, MAY.write, MAY.read | MAY.write] as const;

export const mqOpen: Call = (_k, t, va, flags, mode, attr) => {
  const { dir, name } = placeOf(t, va);
  const { credential, process, namespaces } = t;
  const who = credential.forFiles;
  const wants = WANTS[flags & O.ACCMODE] ?? fail(E.INVAL);
  let dentry = child(dir.dentry, name);
  if (dentry) {
    if ((flags & (O.CREAT | O.EXCL)) === (O.CREAT | O.EXCL)) fail(E.EXIST);
    demand(dentry.inode, who, wants);
  } else {
    if (!(flags & O.CREAT)) fail(E.NOENT);
    const { root } = namespaces.ipc.mqueue;
    root.next = attr ? attributesIn(t, attr) : null;
    root.privileged = credential.can('sys_resource');
    const birth = { mode: S.IFREG | (mode & 0o777 & ~process.place.umask), uid: who.uid, gid: who.gid };
    dentry = make(dir, name, birth, who).dentry;
  }
  const { inode } = dentry;
  const kind = 'kind' in inode && inode.kind instanceof MqKind ? inode.kind : fail(E.INVAL);
  return install(t, new OpenFile(kind, inode, null, flags & (O.ACCMODE | O.NONBLOCK)), flags);
};

export const mqUnlink: Call = (_k, t, va) => {
  const { dir, name } = placeOf(t, va);
  remove(dir, name, false, false, t.credential.forFiles);
  return 0;
};

/** The queue of a descriptor. */
function queueOf(t: Task, fd: number): { file: OpenFile; queue: MqKind } {
  const file = t.process.files.get(fd);
  return { file, queue: file.kind instanceof MqKind ? file.kind : fail(E.BADF) };
}

/** Nanoseconds until a time of the real clock. */
const untilIn = (k: Kernel, t: Task, va: number): number =>
  va ? Math.max(0, timeIn(t, va) - k.clock.realtime() * 1e6) : UNLIMITED;

export const mqTimedsend: Call = (k, t, fd, va, length, priority, timeout) => {
  if (priority >>> 0 >= MQ_PRIORITIES) fail(E.INVAL);
  const wait = untilIn(k, t, timeout);
  const { file, queue } = queueOf(t, fd);
  if (!file.writable) fail(E.BADF);
  if (length < 0 || length > queue.attributes.size) fail(E.MSGSIZE);
  if (queue.full) {
    if (file.nonblocking) fail(E.AGAIN);
    if (t.timedOut || wait === 0) fail(E.TIMEDOUT);
    return k.sleep(t, [queue.queue], wait);
  }
  queue.send(priority >>> 0, copyIn(t.process.space, va, length));
  return 0;
};

/** A task that waits for a message: while there is one, nobody is told of the first. */
class Receiving extends Unfinished {
  private readonly queue: MqKind;
  constructor(queue: MqKind) {
    super();
    this.queue = queue;
    queue.receivers++;
  }
  abandon(): void {
    this.queue.receivers--;
  }
}

export const mqTimedreceive: Call = (k, t, fd, va, length, priority, timeout) => {
  const wait = untilIn(k, t, timeout);
  const { space } = t.process;
  const { file, queue } = queueOf(t, fd);
  if (!file.readable) fail(E.BADF);
  if (length < queue.attributes.size) fail(E.MSGSIZE);
  const message = queue.receive();
  if (!message) {
    if (file.nonblocking) fail(E.AGAIN);
    if (t.timedOut || wait === 0) fail(E.TIMEDOUT);
    t.progress ??= new Receiving(queue);
    return k.sleep(t, [queue.queue], wait);
  }
  copyOut(space, va, message.bytes);
  if (priority) intOut(space, priority, message.priority);
  return message.bytes.length;
};

export const mqNotify: Call = (k, t, fd, va) => {
  const { process, credential } = t;
  const { space } = process;
  if (!va) {
    queueOf(t, fd).queue.forget(process.files);
    return 0;
  }
  const [value, signal, kind] = [wordIn(space, va), intIn(space, va + 8), intIn(space, va + 12)];
  if (kind !== SIGEV.SIGNAL && kind !== SIGEV.NONE && kind !== SIGEV.THREAD) fail(E.INVAL);
  if (kind === SIGEV.SIGNAL && (signal < 0 || signal > SIGNALS)) fail(E.INVAL);
  const thread = kind === SIGEV.THREAD ? threadOf(t, value, signal) : null;
  const { queue } = queueOf(t, fd);
  if (queue.notice) fail(E.BUSY);
  queue.notice = {
    owner: process.files,
    kind,
    signal: kind === SIGEV.SIGNAL ? signal : 0,
    pid: process.pid.in(t.namespaces.pid),
    removed: () => thread?.(NOTIFY.REMOVED),
    tell: () => {
      thread?.(NOTIFY.WOKENUP);
      const { current } = k;
      if (kind !== SIGEV.SIGNAL || signal === 0 || process.status !== null) return;
      const from = current ? current.process.pid.in(process.pid.namespace) : 0;
      send(k, process, { signal, code: SI.MESGQ, pid: from, uid: current?.credential.uid ?? credential.uid, value });
    },
  };
  return 0;
};

/** A thread that reads a netlink socket is told by a cookie of its own; the C library starts it. */
function threadOf(t: Task, va: number, fd: number): (what: number) => void {
  const cookie = copyIn(t.process.space, va, COOKIE).slice();
  const { kind } = t.process.files.get(fd);
  if (!(kind instanceof Socket)) fail(E.NOTSOCK);
  const socket = kind instanceof NetlinkSocket ? kind : fail(E.INVAL);
  return (what) => {
    cookie[COOKIE - 1] = what;
    socket.tell(cookie.slice());
  };
}

export const mqGetsetattr: Call = (_k, t, fd, wanted, old) => {
  const { space } = t.process;
  const flags = wanted ? wordIn(space, wanted) : 0;
  if (flags & ~O.NONBLOCK) fail(E.INVAL);
  const { file, queue } = queueOf(t, fd);
  if (old) {
    const words = [file.flags & O.NONBLOCK, queue.attributes.messages, queue.attributes.size, queue.length, 0, 0, 0, 0];
    words.forEach((word, i) => {
      wordOut(space, old + i * 8, word);
    });
  }
  if (wanted) file.flags = (file.flags & ~O.NONBLOCK) | flags;
  return 0;
};
