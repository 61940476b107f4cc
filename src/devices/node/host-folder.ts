/**
 * A folder of the host, shared with a guest that may be hostile. Nothing outside it is ever reached: the way to a file is gone one name at a
 * time, and no symbolic link is followed.
 *
 * On Linux each step opens the next folder relative to the one before (through /proc/self/fd, with O_NOFOLLOW), so that nobody can swap a
 * folder for a link between a check and its use, not even a second guest with the same share. Elsewhere each step is checked first.
 */
import fs, { constants } from 'node:fs';
import path from 'node:path';
import {
  checkedName,
  type Entry,
  ERRNO,
  type ErrnoName,
  FileError,
  type FileStat,
  type Folder,
  type NewTime,
  type OpenFile,
  type OpenHow,
  type Path,
  type Space,
  TYPE,
} from '../9p/folder.ts';
import { syncFileOf } from './sync-file.ts';

const PROC = '/proc/self/fd';
/** Of Linux: a handle that only says where something is. Node does not name it. */
const O_PATH = 0o10000000;
const HANDLES = process.platform === 'linux' && fs.existsSync(PROC);
/** Never wait for the other end of a pipe, never make a terminal one's own. */
const CAREFUL = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
const PERMISSIONS = 0o777;

/** Runs something on the host's file system; what it throws becomes a `FileError`. */
function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof FileError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new FileError(code in ERRNO ? (code as ErrnoName) : 'EIO');
  }
}

function withHandle<T>(name: string, flags: number, use: (handle: number) => T): T {
  const handle = fs.openSync(name, flags);
  try {
    return use(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** A file's number on its own device, told apart from those of other devices mounted in the share. */
const idOf = ({ ino, dev }: fs.BigIntStats): bigint => BigInt.asUintN(64, ino ^ (dev << 40n));

function statOf(stats: fs.BigIntStats): FileStat {
  return {
    id: idOf(stats),
    mode: Number(stats.mode),
    links: Number(stats.nlink),
    size: Number(stats.size),
    atime: stats.atimeNs,
    mtime: stats.mtimeNs,
    ctime: stats.ctimeNs,
  };
}

const accessOf = (how: OpenHow): number =>
  how.write ? (how.read ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;

export class HostFolder implements Folder {
  readonly #root: string;

  readonly #handles: boolean;

  /**
   * Shares `folder`, which must exist; a link to a folder is followed here, once. `handles`: whether folders are opened one after another
   * (where the host can), or only checked.
   */
  constructor(folder: string, { handles = HANDLES } = {}) {
    this.#handles = handles && HANDLES;
    this.#root = fs.realpathSync(folder);
    if (!fs.statSync(this.#root).isDirectory()) throw new FileError('ENOTDIR');
  }

  #checked(names: Path): void {
    for (const name of names) {
      checkedName(name);
      // Where these part names or drives, they would be more than one step.
      if (path.sep === '\\' && /[\\:]/.test(name)) throw new FileError('EINVAL');
    }
  }

  /** Gives `use` a name of the host's that stands for `names`, whose last step is still to be made. */
  #at<T>(names: Path, use: (name: string) => T): T {
    this.#checked(names);
    return attempt(() => {
      const way = names.slice(0, -1);
      const last = names.at(-1) ?? '.';
      if (this.#handles) return this.#step(fs.openSync(this.#root, O_PATH | constants.O_DIRECTORY), way, last, use);
      let folder = this.#root;
      for (const name of way) {
        folder = path.join(folder, name);
        const stats = fs.lstatSync(folder);
        if (!stats.isDirectory()) throw new FileError(stats.isSymbolicLink() ? 'ELOOP' : 'ENOTDIR');
      }
      return use(path.join(folder, last));
    });
  }

  #step<T>(start: number, way: Path, last: string, use: (name: string) => T): T {
    let handle = start;
    try {
      for (const name of way) {
        const next = fs.openSync(`${PROC}/${handle}/${name}`, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
        fs.closeSync(handle);
        handle = next;
      }
      return use(`${PROC}/${handle}/${last}`);
    } finally {
      fs.closeSync(handle);
    }
  }

  /** Gives `use` a name that stands for what is there, be the path changed meanwhile; links are refused. */
  #inode<T>(names: Path, use: (name: string, stats: fs.BigIntStats) => T): T {
    return this.#at(names, (name) => {
      const refuse = (stats: fs.BigIntStats) => {
        if (stats.isSymbolicLink()) throw new FileError('ELOOP');
        return stats;
      };
      if (!this.#handles) return use(name, refuse(fs.lstatSync(name, { bigint: true })));
      return withHandle(name, O_PATH | constants.O_NOFOLLOW, (handle) =>
        use(`${PROC}/${handle}`, refuse(fs.fstatSync(handle, { bigint: true }))),
      );
    });
  }

  stat(names: Path): FileStat {
    return this.#at(names, (name) => statOf(fs.lstatSync(name, { bigint: true })));
  }

  list(names: Path): Entry[] {
    return this.#inode(names, (name, stats) => {
      if (!stats.isDirectory()) throw new FileError('ENOTDIR');
      return fs.readdirSync(name).flatMap((entry) => {
        const found = fs.lstatSync(path.join(name, entry), { bigint: true, throwIfNoEntry: false });
        return found ? [{ name: entry, id: idOf(found), type: Number(found.mode) & TYPE.mask }] : [];
      });
    });
  }

  open(names: Path, how: OpenHow): OpenFile {
    return this.#inode(names, (name, stats) => {
      if (stats.isDirectory()) throw new FileError('EISDIR');
      // Pipes, sockets and devices of the host are none of a guest's business.
      if (!stats.isFile()) throw new FileError('EACCES');
      // With a handle the name is a link to what the handle holds, so there O_NOFOLLOW would refuse it.
      const careful = this.#handles ? CAREFUL & ~constants.O_NOFOLLOW : CAREFUL;
      return opened(fs.openSync(name, accessOf(how) | (how.truncate ? constants.O_TRUNC : 0) | careful));
    });
  }

  create(names: Path, how: OpenHow, permissions: number): OpenFile {
    return this.#at(names, (name) => {
      const flags = accessOf(how) | constants.O_CREAT | constants.O_EXCL | CAREFUL;
      const handle = fs.openSync(name, flags, permissions & PERMISSIONS);
      // The guest's umask has been applied, the host's is not asked.
      fs.fchmodSync(handle, permissions & PERMISSIONS);
      return opened(handle);
    });
  }

  makeFolder(names: Path, permissions: number): void {
    this.#at(names, (name) => fs.mkdirSync(name, permissions & PERMISSIONS));
  }

  makeLink(names: Path, target: string): void {
    this.#at(names, (name) => fs.symlinkSync(target, name));
  }

  readLink(names: Path): string {
    return this.#at(names, (name) => fs.readlinkSync(name));
  }

  link(from: Path, to: Path): void {
    this.#at(from, (old) => this.#at(to, (name) => fs.linkSync(old, name)));
  }

  remove(names: Path, folder: boolean): void {
    if (names.length === 0) throw new FileError('EBUSY');
    this.#at(names, (name) => {
      // Some hosts answer EPERM where Linux says EISDIR.
      if (!folder && fs.lstatSync(name).isDirectory()) throw new FileError('EISDIR');
      if (folder) fs.rmdirSync(name);
      else fs.unlinkSync(name);
    });
  }

  rename(from: Path, to: Path): void {
    if (from.length === 0 || to.length === 0) throw new FileError('EBUSY');
    this.#at(from, (old) => this.#at(to, (name) => fs.renameSync(old, name)));
  }

  setPermissions(names: Path, permissions: number): void {
    this.#inode(names, (name) => fs.chmodSync(name, permissions & PERMISSIONS));
  }

  setTimes(names: Path, atime: NewTime | null, mtime: NewTime | null): void {
    this.#at(names, (name) => {
      const stats = fs.lstatSync(name, { bigint: true });
      const seconds = (time: NewTime | null, old: bigint) =>
        time === 'now' ? Date.now() / 1000 : Number(time ?? old) / 1e9;
      fs.lutimesSync(name, seconds(atime, stats.atimeNs), seconds(mtime, stats.mtimeNs));
    });
  }

  setSize(names: Path, size: number): void {
    const file = this.open(names, { read: false, write: true, truncate: false });
    try {
      file.truncate(size);
    } finally {
      file.close();
    }
  }

  space(): Space {
    return attempt(() => {
      const { bsize, blocks, bavail, files, ffree } = fs.statfsSync(this.#root, { bigint: true });
      return { blockSize: Number(bsize), blocks, free: bavail, files, filesFree: ffree };
    });
  }
}

function opened(handle: number): OpenFile {
  const file = syncFileOf(handle);
  return {
    read: (into, place) => attempt(() => file.read(into, place)),
    write: (from, place) => attempt(() => file.write(from, place)),
    truncate: (size) => attempt(() => file.truncate(size)),
    getSize: () => attempt(() => file.getSize()),
    flush: () => attempt(() => file.flush()),
    close: () => attempt(() => file.close()),
    stat: () => attempt(() => statOf(fs.fstatSync(handle, { bigint: true }))),
  };
}
