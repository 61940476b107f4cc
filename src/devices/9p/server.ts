/** A 9P2000.L server of one client: requests in, answers out, over a shared folder. */
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import { type Fid, Fids } from './fids.ts';
import {
  childOf,
  ERRNO,
  FileError,
  type FileStat,
  type Folder,
  isFolder,
  NAME_MAX,
  type NewTime,
  type OpenFile,
  type OpenHow,
  type Path,
  TYPE,
} from './folder.ts';
import {
  Answer,
  Fields,
  HEADER,
  MESSAGE,
  type MessageName,
  MOST_NAMES,
  QID_LENGTH,
  type Qid,
  RLERROR,
} from './wire.ts';

const VERSION = '9P2000.L';
/** Bounds of the message size, in bytes. */
export const MOST_MSIZE = 512 * 1024;
const LEAST_MSIZE = 4096;

const QID_TYPE = { folder: 0x80, symlink: 0x02, file: 0 } as const;
/** Flags of open(2) on the wire, and of unlinkat(2). */
const OPEN = { access: 3, writeOnly: 1, readWrite: 2, exclusive: 0o200, truncate: 0o1000, folder: 0o200000 } as const;
const REMOVE_FOLDER = 0x200;
/** Which fields a Tsetattr sets. */
const SET = { mode: 1, size: 8, atime: 0x10, mtime: 0x20, atimeGiven: 0x80, mtimeGiven: 0x100 } as const;
/** Fields of Rgetattr that are always valid: all but birth time, generation and data version. */
const BASIC = 0x7ff;
const STATFS_MAGIC = 0x0102_1997;
const BLOCK = 512;
const PERMISSIONS = 0o777;
const LOCK = { granted: 0, unlocked: 2 } as const;
const SECOND = 1_000_000_000n;

const COUNTERS = {
  '9p.requests': 'requests answered, errors included',
  '9p.errors': 'requests answered with an error',
  '9p.bytes-read': 'bytes of files read',
  '9p.bytes-written': 'bytes of files written',
} as const;

export interface ServerOptions {
  /** Who owns everything, as the guest sees it; the host's owners mean nothing in a guest. */
  readonly uid?: number;
  readonly gid?: number;
  readonly readOnly?: boolean;
}

/** What alters the share: refused where it is read-only. */
const CHANGING: ReadonlySet<MessageName> = new Set([
  'lcreate',
  'symlink',
  'mknod',
  'rename',
  'setattr',
  'link',
  'mkdir',
  'renameat',
  'unlinkat',
  'write',
  'remove',
]);

const NAMES = new Map(Object.entries(MESSAGE).map(([name, type]) => [type as number, name as MessageName]));

function qidOf(stat: Pick<FileStat, 'id' | 'mode'> & Partial<FileStat>): Qid {
  const type = stat.mode & TYPE.mask;
  const kind = type === TYPE.folder ? QID_TYPE.folder : type === TYPE.symlink ? QID_TYPE.symlink : QID_TYPE.file;
  return { type: kind, version: Number((stat.mtime ?? 0n) & 0xffff_ffffn), path: stat.id };
}

export class Server {
  readonly #folder: Folder;
  readonly #fids = new Fids();
  readonly #uid: number;
  readonly #gid: number;
  readonly #readOnly: boolean;
  readonly #counts = countersOf(COUNTERS);
  readonly #buffer = new Uint8Array(MOST_MSIZE);
  #msize = LEAST_MSIZE;

  constructor(folder: Folder, options: ServerOptions = {}) {
    this.#folder = folder;
    this.#uid = options.uid ?? 0;
    this.#gid = options.gid ?? 0;
    this.#readOnly = options.readOnly ?? false;
  }

  /**
   * Answers a request. `room`: the bytes the client can take. The answer is valid until the next request; it is empty where not even an
   * error fits. Never throws, whatever the request.
   */
  answer(request: Uint8Array, room: number): Uint8Array {
    this.#counts['9p.requests']++;
    if (room < HEADER + 4) return new Uint8Array(0);
    const answer = new Answer(this.#buffer.subarray(0, Math.min(room, this.#msize)));
    const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
    const tag = request.length >= HEADER ? view.getUint16(5, true) : 0xffff;
    try {
      if (request.length < HEADER || view.getUint32(0, true) !== request.length) throw new FileError('EINVAL');
      const type = view.getUint8(4);
      const name = NAMES.get(type);
      if (!name) throw new FileError('EOPNOTSUPP');
      if (this.#readOnly && CHANGING.has(name)) throw new FileError('EROFS');
      this.#handlers[name](new Fields(request), answer);
      return answer.done(type + 1, tag);
    } catch (error) {
      // What a host's file system throws beyond its own errors is a failure of the host's, not of this server.
      this.#counts['9p.errors']++;
      const errno = error instanceof FileError ? error.errno : ERRNO.EIO;
      return answer.clear().u32(errno).done(RLERROR, tag);
    }
  }

  readonly #handlers: Readonly<Record<MessageName, (fields: Fields, answer: Answer) => void>> = {
    version: (fields, answer) => {
      const wanted = fields.u32();
      const version = fields.text();
      if (wanted < LEAST_MSIZE) throw new FileError('EINVAL');
      this.#fids.clear();
      this.#msize = Math.min(wanted, MOST_MSIZE);
      answer.u32(this.#msize).text(version === VERSION ? VERSION : 'unknown');
    },
    auth: () => {
      throw new FileError('EOPNOTSUPP');
    },
    attach: (fields, answer) => {
      const fid = fields.u32();
      const qid = qidOf(this.#folder.stat([]));
      this.#fids.set(fid, []);
      answer.qid(qid);
    },
    flush: () => {},
    walk: (fields, answer) => this.#walk(fields, answer),
    clunk: (fields) => {
      this.#fids.drop(fields.u32());
    },
    statfs: (fields, answer) => {
      this.#fids.get(fields.u32());
      const { blockSize, blocks, free, files, filesFree } = this.#folder.space();
      answer.u32(STATFS_MAGIC).u32(blockSize).u64(blocks).u64(free).u64(free);
      answer.u64(files).u64(filesFree).u64(0).u32(NAME_MAX);
    },
    getattr: (fields, answer) => {
      const fid = this.#fids.get(fields.u32());
      const stat = fid.opened?.kind === 'file' ? fid.opened.file.stat() : this.#folder.stat(fid.path);
      answer.u64(BASIC).qid(qidOf(stat)).u32(stat.mode).u32(this.#uid).u32(this.#gid);
      answer
        .u64(stat.links)
        .u64(0)
        .u64(stat.size)
        .u64(BLOCK * 8)
        .u64(Math.ceil(stat.size / BLOCK));
      for (const time of [stat.atime, stat.mtime, stat.ctime, 0n]) answer.u64(time / SECOND).u64(time % SECOND);
      answer.u64(0).u64(0);
    },
    setattr: (fields) => this.#setAttributes(fields),
    lopen: (fields, answer) => {
      const fid = this.#fids.get(fields.u32());
      const flags = fields.u32();
      const stat = this.#folder.stat(fid.path);
      if (isFolder(stat.mode)) {
        if (flags & OPEN.access) throw new FileError('EISDIR');
        this.#fids.open(fid, () => ({ kind: 'folder', entries: this.#folder.list(fid.path), fresh: true }));
      } else {
        if (flags & OPEN.folder) throw new FileError('ENOTDIR');
        const how = this.#how(flags);
        this.#fids.open(fid, () => ({ kind: 'file', how, file: this.#folder.open(fid.path, how) }));
      }
      answer.qid(qidOf(stat)).u32(0);
    },
    lcreate: (fields, answer) => {
      const fid = this.#fids.get(fields.u32());
      const path = childOf(fid.path, fields.text());
      const flags = fields.u32();
      const permissions = fields.u32() & PERMISSIONS;
      const how = this.#how(flags);
      const open = () => ({ kind: 'file', how, file: this.#create(path, how, flags, permissions) }) as const;
      const { file } = this.#fids.open(fid, open);
      fid.path = path;
      answer.qid(qidOf(file.stat())).u32(0);
    },
    read: (fields, answer) => {
      const file = this.#file(fields.u32(), 'read');
      const at = fields.offset();
      this.#counts['9p.bytes-read'] += answer.data(fields.u32(), (into) => file.read(into, { at }));
    },
    write: (fields, answer) => {
      const file = this.#file(fields.u32(), 'write');
      const at = fields.offset();
      const data = fields.bytes(fields.u32());
      const count = data.length > 0 ? file.write(data, { at }) : 0;
      this.#counts['9p.bytes-written'] += count;
      answer.u32(count);
    },
    fsync: (fields) => {
      const { opened } = this.#fids.get(fields.u32());
      if (opened?.kind === 'file' && opened.how.write) opened.file.flush();
    },
    readdir: (fields, answer) => this.#list(fields, answer),
    mkdir: (fields, answer) => {
      const path = this.#child(fields);
      this.#folder.makeFolder(path, fields.u32() & PERMISSIONS);
      answer.qid(qidOf(this.#folder.stat(path)));
    },
    symlink: (fields, answer) => {
      const path = this.#child(fields);
      const target = fields.text();
      if (target === '' || target.includes('\0')) throw new FileError('EINVAL');
      this.#folder.makeLink(path, target);
      answer.qid(qidOf(this.#folder.stat(path)));
    },
    readlink: (fields, answer) => {
      answer.text(this.#folder.readLink(this.#fids.get(fields.u32()).path));
    },
    link: (fields) => {
      const into = this.#fids.get(fields.u32()).path;
      const from = this.#fids.get(fields.u32()).path;
      this.#folder.link(from, childOf(into, fields.text()));
    },
    // Device nodes, pipes and sockets of a guest are not made on the host.
    mknod: () => {
      throw new FileError('EPERM');
    },
    rename: (fields) => {
      const from = this.#fids.get(fields.u32()).path;
      const into = this.#fids.get(fields.u32()).path;
      this.#rename(from, childOf(into, fields.text()));
    },
    renameat: (fields) => {
      const from = this.#child(fields);
      this.#rename(from, this.#child(fields));
    },
    unlinkat: (fields) => {
      const path = this.#child(fields);
      this.#folder.remove(path, (fields.u32() & REMOVE_FOLDER) !== 0);
    },
    remove: (fields) => {
      // The fid is gone even if the file cannot be removed.
      const { path } = this.#fids.drop(fields.u32());
      if (path.length === 0) throw new FileError('EBUSY');
      this.#folder.remove(path, isFolder(this.#folder.stat(path).mode));
    },
    // There is one client, whose kernel keeps its own locks.
    lock: (fields, answer) => {
      this.#fids.get(fields.u32());
      answer.u8(LOCK.granted);
    },
    getlock: (fields, answer) => {
      this.#fids.get(fields.u32());
      fields.u8();
      answer.u8(LOCK.unlocked).u64(fields.u64()).u64(fields.u64()).u32(fields.u32()).text(fields.text());
    },
    xattrwalk: () => {
      throw new FileError('EOPNOTSUPP');
    },
    xattrcreate: () => {
      throw new FileError('EOPNOTSUPP');
    },
  };

  #how(flags: number): OpenHow {
    const access = flags & OPEN.access;
    if (access === OPEN.access) throw new FileError('EINVAL');
    const write = access === OPEN.writeOnly || access === OPEN.readWrite;
    const truncate = write && (flags & OPEN.truncate) !== 0;
    if (write && this.#readOnly) throw new FileError('EROFS');
    return { read: access !== OPEN.writeOnly, write, truncate };
  }

  #create(path: Path, how: OpenHow, flags: number, permissions: number): OpenFile {
    try {
      return this.#folder.create(path, how, permissions);
    } catch (error) {
      const there = error instanceof FileError && error.errno === ERRNO.EEXIST;
      if (!there || flags & OPEN.exclusive) throw error;
      return this.#folder.open(path, how);
    }
  }

  #file(number: number, access: 'read' | 'write'): OpenFile {
    const { opened } = this.#fids.get(number);
    if (opened?.kind === 'stale') throw new FileError('ESTALE');
    if (opened?.kind !== 'file' || !opened.how[access]) throw new FileError('EBADF');
    return opened.file;
  }

  /** The path of `folder[4] name[s]`. */
  #child(fields: Fields): Path {
    return childOf(this.#fids.get(fields.u32()).path, fields.text());
  }

  #rename(from: Path, to: Path): void {
    if (from.length === 0) throw new FileError('EBUSY');
    this.#folder.rename(from, to);
    this.#fids.moved(from, to);
  }

  /** Twalk: step by step, `..` never above the root; what could not be walked to gets no fid. */
  #walk(fields: Fields, answer: Answer): void {
    const number = fields.u32();
    const to = fields.u32();
    const from: Fid = this.#fids.get(number);
    const count = fields.u16();
    if (count > MOST_NAMES) throw new FileError('EINVAL');
    let path = from.path;
    const qids: Qid[] = [];
    let folder = count === 0 || isFolder(this.#folder.stat(path).mode);
    for (let i = 0; i < count; i++) {
      const name = fields.text();
      try {
        if (!folder) throw new FileError('ENOTDIR');
        const next = name === '..' ? path.slice(0, -1) : childOf(path, name);
        const stat = this.#folder.stat(next);
        folder = isFolder(stat.mode);
        qids.push(qidOf(stat));
        path = next;
      } catch (error) {
        if (i === 0 || !(error instanceof FileError)) throw error;
        break;
      }
    }
    if (qids.length === count) {
      if (to === number) from.path = path;
      else this.#fids.set(to, path);
    }
    answer.u16(qids.length);
    for (const qid of qids) answer.qid(qid);
  }

  #setAttributes(fields: Fields): void {
    const fid = this.#fids.get(fields.u32());
    const valid = fields.u32();
    const mode = fields.u32();
    fields.bytes(8);
    const size = fields.u64();
    const times = [fields.u64() * SECOND + fields.u64(), fields.u64() * SECOND + fields.u64()] as const;
    if (valid & SET.mode) this.#folder.setPermissions(fid.path, mode & PERMISSIONS);
    if (valid & SET.size) {
      if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new FileError('EFBIG');
      if (fid.opened?.kind === 'file' && fid.opened.how.write) fid.opened.file.truncate(Number(size));
      else this.#folder.setSize(fid.path, Number(size));
    }
    const time = (set: number, given: number, value: bigint): NewTime | null =>
      valid & set ? (valid & given ? value : 'now') : null;
    const atime = time(SET.atime, SET.atimeGiven, times[0]);
    const mtime = time(SET.mtime, SET.mtimeGiven, times[1]);
    if (atime !== null || mtime !== null) this.#folder.setTimes(fid.path, atime, mtime);
    // Owners are not kept: everything belongs to whom the options say.
  }

  /** Treaddir: as many whole entries as fit. An offset is the number of entries before it; `.` and `..` come first. */
  #list(fields: Fields, answer: Answer): void {
    const fid = this.#fids.get(fields.u32());
    const from = fields.offset();
    const count = fields.u32();
    const { opened } = fid;
    if (opened?.kind === 'stale') throw new FileError('ESTALE');
    if (opened?.kind !== 'folder') throw new FileError('EBADF');
    // Who begins again sees what has changed.
    if (from === 0 && !opened.fresh) opened.entries = this.#folder.list(fid.path);
    opened.fresh = false;
    const { entries } = opened;
    const dots = [
      { name: '.', ...this.#identity(fid.path) },
      { name: '..', ...this.#identity(fid.path.slice(0, -1)) },
    ];
    const encoder = new TextEncoder();
    answer.data(count, (into) => {
      const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
      let at = 0;
      for (let i = from; i < entries.length + dots.length; i++) {
        const entry = dots[i] ?? entries[i - dots.length]!;
        const name = encoder.encode(entry.name);
        const length = QID_LENGTH + 8 + 1 + 2 + name.length;
        if (at + length > into.length) break;
        view.setUint8(at, qidOf({ id: entry.id, mode: entry.type }).type);
        view.setUint32(at + 1, 0, true);
        view.setBigUint64(at + 5, entry.id, true);
        view.setBigUint64(at + QID_LENGTH, BigInt(i + 1), true);
        // A directory entry's type is the upper four bits of the mode's (DT_DIR, DT_REG, DT_LNK).
        view.setUint8(at + QID_LENGTH + 8, entry.type >> 12);
        view.setUint16(at + QID_LENGTH + 9, name.length, true);
        into.set(name, at + QID_LENGTH + 11);
        at += length;
      }
      return at;
    });
  }

  #identity(path: Path): { id: bigint; type: number } {
    const { id, mode } = this.#folder.stat(path);
    return { id, type: mode & TYPE.mask };
  }

  /** The client is gone. */
  reset(): void {
    this.#fids.clear();
    this.#msize = LEAST_MSIZE;
  }

  save(into: StateWriter): void {
    into.u32(this.#msize).counts(this.#counts);
    into.flag(this.#folder.save !== undefined);
    this.#folder.save?.(into);
    this.#fids.save(into);
  }

  restore(from: StateReader): void {
    this.#msize = Math.min(Math.max(from.u32(), LEAST_MSIZE), MOST_MSIZE);
    from.counts(this.#counts);
    if (from.flag()) this.#folder.restore?.(from);
    this.#fids.restore(from, this.#folder);
  }

  counters() {
    return { ...this.#counts };
  }
}
