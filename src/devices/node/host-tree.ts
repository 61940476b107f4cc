/**
 * A folder of the host for guests that may be hostile. Nothing outside it is ever reached: the way to a file is gone one name at a time, and
 * no symbolic link is followed.
 *
 * On Linux each step opens the next folder relative to the one before (through /proc/self/fd, with O_NOFOLLOW), so that nobody can swap a
 * folder for a link between a check and its use, not even a second guest with the same share. Elsewhere each step is checked first.
 */
import fs, { constants } from 'node:fs';
import path from 'node:path';
import { checkedName, ERRNO, type ErrnoName, FileError, type Path } from '../9p/folder.ts';
import { PROC, ReachedFolders } from './reached-folders.ts';

/** Of Linux: a handle that only says where something is. Node does not name it. */
const O_PATH = 0o10000000;
const HANDLES = process.platform === 'linux' && fs.existsSync(PROC);
/** Never wait for the other end of a pipe, never make a terminal one's own. */
const CAREFUL = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Folders on a way from which on it takes less to ask where a handle has come to than to go one by one. */
const LONG_WAY = 2;

/** Of all trees. */
const REACHED = new ReachedFolders();

/** Runs something on the host's file system; what it throws becomes a `FileError`. */
export function attempt<T>(run: () => T): T {
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

/** Everything throws `FileError`. */
export class HostTree {
  /** Of the host. */
  readonly root: string;
  readonly #handles: boolean;

  /**
   * Of `folder`, which must exist; a link to a folder is followed here, once. `handles`: whether folders are opened one after another
   * (where the host can), or only checked.
   */
  constructor(folder: string, { handles = HANDLES } = {}) {
    this.#handles = handles && HANDLES;
    this.root = fs.realpathSync(folder);
    if (!fs.statSync(this.root).isDirectory()) throw new FileError('ENOTDIR');
  }

  #checked(names: Path): void {
    for (const name of names) {
      checkedName(name);
      // Where these part names or drives, they would be more than one step.
      if (path.sep === '\\' && /[\\:]/.test(name)) throw new FileError('EINVAL');
    }
  }

  /** Gives `use` a name of the host's that stands for `names`, whose last step is still to be made. */
  at<T>(names: Path, use: (name: string) => T): T {
    this.#checked(names);
    return attempt(() => {
      const way = names.slice(0, -1);
      const name = names.at(-1) ?? '.';
      // The way to the root itself is the host's alone.
      if (way.length === 0) return use(path.join(this.root, name));
      if (this.#handles) return this.#from(way, (folder) => use(`${PROC}/${folder}/${name}`));
      let folder = this.root;
      for (const step of way) {
        folder = path.join(folder, step);
        const stats = fs.lstatSync(folder);
        if (!stats.isDirectory()) throw new FileError(stats.isSymbolicLink() ? 'ELOOP' : 'ENOTDIR');
      }
      return use(path.join(folder, name));
    });
  }

  /** Gives `use` a handle of a folder below the root. */
  #from<T>(way: Path, use: (handle: number) => T): T {
    const reached = way.length >= LONG_WAY ? this.#leap(way) : null;
    if (reached !== null) return use(reached);
    const handle = this.#walk(way);
    try {
      return use(handle);
    } finally {
      fs.closeSync(handle);
    }
  }

  #walk(way: Path): number {
    let folder = this.root;
    let handle: number | null = null;
    try {
      for (const name of way) {
        const next: number = fs.openSync(`${folder}/${name}`, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
        if (handle !== null) fs.closeSync(handle);
        handle = next;
        folder = `${PROC}/${handle}`;
      }
    } catch (error) {
      if (handle !== null) fs.closeSync(handle);
      throw error;
    }
    return handle!;
  }

  /** A long way at once: the kernel says whether the folder that was reached is the one of that name. Null: it has to be walked. */
  #leap(way: Path): number | null {
    const name = `${this.root === path.sep ? '' : this.root}/${way.join('/')}`;
    const known = REACHED.find(name);
    if (known !== null) return known;
    try {
      return REACHED.keep(name, fs.openSync(name, O_PATH | constants.O_DIRECTORY));
    } catch {
      return null;
    }
  }

  /** Gives `use` a name that stands for what is there, be the path changed meanwhile; links are refused. */
  inode<T>(names: Path, use: (name: string, stats: fs.BigIntStats) => T): T {
    return this.at(names, (name) => {
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

  /** Opens what is there, which must be a regular file: pipes, sockets and devices of the host are none of a guest's business. */
  open(names: Path, flags: number): number {
    return this.inode(names, (name, stats) => {
      if (stats.isDirectory()) throw new FileError('EISDIR');
      if (!stats.isFile()) throw new FileError('EACCES');
      // With a handle the name is a link to what the handle holds, so there O_NOFOLLOW would refuse it.
      return fs.openSync(name, flags | (this.#handles ? CAREFUL & ~constants.O_NOFOLLOW : CAREFUL));
    });
  }

  /** Makes a regular file and opens it; the guest's umask has been applied, the host's is not asked. */
  create(names: Path, flags: number, permissions: number): number {
    return this.at(names, (name) => {
      const handle = fs.openSync(name, flags | constants.O_CREAT | constants.O_EXCL | CAREFUL, permissions);
      try {
        fs.fchmodSync(handle, permissions);
        return handle;
      } catch (error) {
        fs.closeSync(handle);
        throw error;
      }
    });
  }
}
