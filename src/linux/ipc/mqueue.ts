/** POSIX message queues (mq_overview(7)): a file system of queues, one for each IPC namespace. */
import { E, fail } from '../errno.ts';
import { POLL, S } from '../uapi.ts';
import { FileKind, type OpenFile, type SpecialFile } from '../vfs/file.ts';
import { type Birth, type DirectoryEntry, FileSystem, Inode } from '../vfs/inode.ts';
import { WaitQueue } from '../wait.ts';

/** /proc/sys/fs/mqueue: of a queue by default and at most, for who has no CAP_SYS_RESOURCE; and queues of a namespace. */
const LIMITS = {
  msg_default: 10,
  msg_max: 10,
  msgsize_default: 8192,
  msgsize_max: 8192,
  queues_max: 256,
};
/** Whoever asks: messages, their bytes, and bytes of all queues of a namespace. */
const HARD = { messages: 65_536, size: 16_777_216, all: 64 * 2 ** 20 } as const;
export const MQ_PRIORITIES = 32_768;
/** What stat says of each queue. */
const SHOWN_SIZE = 80;

export interface MqAttributes {
  readonly messages: number;
  readonly size: number;
}

interface Message {
  readonly priority: number;
  readonly bytes: Uint8Array;
}

/** Who is told when a message comes to an empty queue. */
export interface MqNotice {
  /** The table of descriptors it was asked for with. */
  readonly owner: object;
  readonly signal: number;
  /** As the queue's file shows it: SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD. */
  readonly kind: number;
  readonly pid: number;
  tell(): void;
  /** It will never be told. */
  removed(): void;
}

export class MqFs extends FileSystem {
  readonly type = 'mqueue';
  readonly magic = 0x1980_0202;
  readonly root: MqDirectory;
  readonly now: () => number;
  /** Bytes all queues may come to hold. */
  bytes = 0;
  count = 0;
  readonly limits = { ...LIMITS };
  private lastIno = 1;

  constructor(now: () => number) {
    super();
    this.now = now;
    this.root = new MqDirectory(this);
  }

  nextIno(): number {
    return ++this.lastIno;
  }
}

class MqDirectory extends Inode {
  readonly fs: MqFs;
  readonly ino = 1;
  private readonly queues = new Map<string, MqInode>();
  /** Of the queue that is made next. */
  next: MqAttributes | null = null;
  /** Whether who makes it may exceed what is usual. */
  privileged = false;

  constructor(fs: MqFs) {
    super({ mode: S.IFDIR | 0o1777, uid: 0, gid: 0 }, fs.now());
    this.fs = fs;
    this.nlink = 2;
  }

  override lookup(name: string): Inode | null {
    return this.queues.get(name) ?? null;
  }

  override entries(): DirectoryEntry[] {
    return Array.from(this.queues, ([name, { ino }]) => ({ name, ino, type: S.IFREG }));
  }

  override create(name: string, birth: Birth): Inode {
    if ((birth.mode & S.IFMT) !== S.IFREG) fail(E.PERM);
    const { limits } = this.fs;
    // What is usual is no more than what is allowed.
    const messages = Math.min(limits.msg_default, limits.msg_max);
    const size = Math.min(limits.msgsize_default, limits.msgsize_max);
    const wanted = this.next ?? { messages, size };
    if (this.fs.count >= limits.queues_max && !this.privileged) fail(E.NOSPC);
    const [most, largest] = this.privileged ? [HARD.messages, HARD.size] : [limits.msg_max, limits.msgsize_max];
    if (wanted.messages <= 0 || wanted.size <= 0 || wanted.messages > most || wanted.size > largest) fail(E.INVAL);
    if (this.fs.bytes + wanted.messages * wanted.size > HARD.all) fail(E.MFILE);
    const queue = new MqInode(this.fs, birth, wanted);
    this.queues.set(name, queue);
    return queue;
  }

  override unlink(name: string): void {
    const queue = this.queues.get(name) ?? fail(E.NOENT);
    this.queues.delete(name);
    queue.nlink = 0;
    queue.free();
  }
}

export class MqInode extends Inode implements SpecialFile {
  readonly fs: MqFs;
  readonly ino: number;
  readonly limits: MqAttributes;
  readonly kind: MqKind;
  private users = 0;

  constructor(fs: MqFs, birth: Birth, attributes: MqAttributes) {
    super(birth, fs.now());
    this.fs = fs;
    this.ino = fs.nextIno();
    this.limits = attributes;
    this.kind = new MqKind(attributes);
    fs.count++;
    fs.bytes += attributes.messages * attributes.size;
  }

  override get size(): number {
    return SHOWN_SIZE;
  }

  kindOf(): FileKind {
    return this.kind;
  }

  override acquire(): void {
    this.users++;
  }

  override release(): void {
    this.users--;
    this.free();
  }

  /** Its name and its last user are gone. */
  free(): void {
    if (this.nlink > 0 || this.users > 0) return;
    this.fs.count--;
    this.fs.bytes -= this.limits.messages * this.limits.size;
  }
}

export class MqKind extends FileKind {
  override readonly queue = new WaitQueue();
  readonly attributes: MqAttributes;
  /** The one that is received next is the first. */
  private readonly messages: Message[] = [];
  /** Tasks that wait for a message. */
  receivers = 0;
  notice: MqNotice | null = null;

  constructor(attributes: MqAttributes) {
    super();
    this.attributes = attributes;
  }

  get length(): number {
    return this.messages.length;
  }

  get full(): boolean {
    return this.messages.length >= this.attributes.messages;
  }

  /** Puts a message behind those of its priority. */
  send(priority: number, bytes: Uint8Array): void {
    const { messages } = this;
    const place = messages.findIndex((message) => message.priority < priority);
    messages.splice(place < 0 ? messages.length : place, 0, { priority, bytes });
    if (messages.length === 1 && this.receivers === 0) {
      const { notice } = this;
      this.notice = null;
      notice?.tell();
    }
    this.queue.wake();
  }

  receive(): Message | null {
    const message = this.messages.shift() ?? null;
    if (message) this.queue.wake();
    return message;
  }

  /** What the file shows of the queue. */
  override read(file: OpenFile, into: Uint8Array): number {
    const bytes = this.messages.reduce((sum, message) => sum + message.bytes.length, 0);
    const { notice } = this;
    const cell = (value: number, width: number): string => String(value).padEnd(width);
    const text = `QSIZE:${cell(bytes, 10)} NOTIFY:${cell(notice?.kind ?? 0, 5)} SIGNO:${cell(notice?.signal ?? 0, 5)} NOTIFY_PID:${cell(notice?.pid ?? 0, 6)}\n`;
    const part = new TextEncoder().encode(text).subarray(file.position, file.position + into.length);
    into.set(part);
    file.position += part.length;
    return part.length;
  }

  override poll(): number {
    return (this.messages.length ? POLL.IN : 0) | (this.full ? 0 : POLL.OUT);
  }

  override closedIn(table: object): void {
    this.forget(table);
  }

  /** Who asked to be told closed a descriptor of it, or ended. */
  forget(owner: object): void {
    const { notice } = this;
    if (notice?.owner !== owner) return;
    this.notice = null;
    notice.removed();
  }
}
