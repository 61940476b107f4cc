/** A folder of the host as a share (`HostTree` says why nothing outside it is reached). */
import fs, { constants } from 'node:fs';
import path from 'node:path';
import {
  type Entry,
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
import { attempt, HostTree } from './host-tree.ts';
import { syncFileOf } from './sync-file.ts';

const PERMISSIONS = 0o777;

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
  readonly #tree: HostTree;

  /** Shares `folder`; see `HostTree`. */
  constructor(folder: string, options: { readonly handles?: boolean } = {}) {
    this.#tree = new HostTree(folder, options);
  }

  stat(names: Path): FileStat {
    return this.#tree.at(names, (name) => statOf(fs.lstatSync(name, { bigint: true })));
  }

  list(names: Path): Entry[] {
    return this.#tree.inode(names, (name, stats) => {
      if (!stats.isDirectory()) throw new FileError('ENOTDIR');
      return fs.readdirSync(name).flatMap((entry) => {
        const found = fs.lstatSync(path.join(name, entry), { bigint: true, throwIfNoEntry: false });
        return found ? [{ name: entry, id: idOf(found), type: Number(found.mode) & TYPE.mask }] : [];
      });
    });
  }

  open(names: Path, how: OpenHow): OpenFile {
    return opened(this.#tree.open(names, accessOf(how) | (how.truncate ? constants.O_TRUNC : 0)));
  }

  create(names: Path, how: OpenHow, permissions: number): OpenFile {
    return opened(this.#tree.create(names, accessOf(how), permissions & PERMISSIONS));
  }

  makeFolder(names: Path, permissions: number): void {
    this.#tree.at(names, (name) => fs.mkdirSync(name, permissions & PERMISSIONS));
  }

  makeLink(names: Path, target: string): void {
    this.#tree.at(names, (name) => fs.symlinkSync(target, name));
  }

  readLink(names: Path): string {
    return this.#tree.at(names, (name) => fs.readlinkSync(name));
  }

  link(from: Path, to: Path): void {
    this.#tree.at(from, (old) => this.#tree.at(to, (name) => fs.linkSync(old, name)));
  }

  remove(names: Path, folder: boolean): void {
    if (names.length === 0) throw new FileError('EBUSY');
    this.#tree.at(names, (name) => {
      // Some hosts answer EPERM where Linux says EISDIR.
      if (!folder && fs.lstatSync(name).isDirectory()) throw new FileError('EISDIR');
      if (folder) fs.rmdirSync(name);
      else fs.unlinkSync(name);
    });
  }

  rename(from: Path, to: Path): void {
    if (from.length === 0 || to.length === 0) throw new FileError('EBUSY');
    this.#tree.at(from, (old) => this.#tree.at(to, (name) => fs.renameSync(old, name)));
  }

  setPermissions(names: Path, permissions: number): void {
    this.#tree.inode(names, (name) => fs.chmodSync(name, permissions & PERMISSIONS));
  }

  setTimes(names: Path, atime: NewTime | null, mtime: NewTime | null): void {
    this.#tree.at(names, (name) => {
      const seconds = (time: NewTime | null, which: 'atimeNs' | 'mtimeNs') =>
        time === 'now' ? Date.now() / 1000 : Number(time ?? fs.lstatSync(name, { bigint: true })[which]) / 1e9;
      fs.lutimesSync(name, seconds(atime, 'atimeNs'), seconds(mtime, 'mtimeNs'));
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
      const { bsize, blocks, bavail, files, ffree } = fs.statfsSync(this.#tree.root, { bigint: true });
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
