/** A shared folder in memory: for browsers, which have no folder of the host to share, and for runs that must be repeatable. */
import { InputError } from '../../abi/errors.ts';
import type { StateReader, StateWriter } from '../state.ts';
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
} from './folder.ts';

interface Inode {
  readonly id: bigint;
  mode: number;
  links: number;
  atime: bigint;
  mtime: bigint;
  ctime: bigint;
  /** How often it is open. */
  opens: number;
  /** A folder's names. */
  readonly names: Map<string, Inode> | null;
  /** A file's bytes or a link's target, with room to grow; `size` of them count, and all are charged. */
  bytes: Uint8Array;
  size: number;
}

export interface MemoryFolderOptions {
  /** Bytes of files and names the folder may hold; more is ENOSPC. */
  readonly limit?: number;
  /** Nanoseconds since 1970 for what is made or changed; constant unless given. */
  readonly clock?: () => bigint;
}

const LIMIT = 256 * 2 ** 20;
/** What a name costs beyond its file's bytes. */
const NAME_COST = 256;
const BLOCK = 4096;
const PERMISSIONS = 0o777;
const NO_BYTES = new Uint8Array(0);
const typeOf = (inode: Inode): number => inode.mode & TYPE.mask;

export class MemoryFolder implements Folder {
  readonly #limit: number;
  readonly #clock: () => bigint;
  #used = 0;
  #nextId = 1n;
  #root: Inode;

  constructor(options: MemoryFolderOptions = {}) {
    this.#limit = options.limit ?? LIMIT;
    this.#clock = options.clock ?? (() => 0n);
    this.#root = this.#inode(TYPE.folder | 0o755);
  }

  #inode(mode: number): Inode {
    const now = this.#clock();
    const names = (mode & TYPE.mask) === TYPE.folder ? new Map<string, Inode>() : null;
    const links = names ? 2 : 0;
    const times = { atime: now, mtime: now, ctime: now };
    return { id: this.#nextId++, mode, links, ...times, opens: 0, names, bytes: NO_BYTES, size: 0 };
  }

  #charge(bytes: number): void {
    if (this.#used + bytes > this.#limit) throw new FileError('ENOSPC');
    this.#used += bytes;
  }

  #find(path: Path): Inode {
    let inode = this.#root;
    for (const name of path) {
      if (!inode.names) throw new FileError('ENOTDIR');
      const next = inode.names.get(name);
      if (!next) throw new FileError('ENOENT');
      inode = next;
    }
    return inode;
  }

  /** The names among which a path's last one is. */
  #parent(path: Path): { folder: Inode; names: Map<string, Inode>; name: string } {
    const name = path.at(-1);
    if (name === undefined) throw new FileError('EBUSY');
    const folder = this.#find(path.slice(0, -1));
    if (!folder.names) throw new FileError('ENOTDIR');
    // A folder that was removed takes nothing more.
    if (folder.links === 0) throw new FileError('ENOENT');
    return { folder, names: folder.names, name };
  }

  #add(path: Path, inode: Inode): void {
    const { folder, names, name } = this.#parent(path);
    if (names.has(name)) throw new FileError('EEXIST');
    this.#charge(NAME_COST);
    names.set(name, inode);
    if (inode.names) folder.links++;
    else inode.links++;
    this.#touch(folder);
  }

  #touch(inode: Inode): void {
    inode.mtime = inode.ctime = this.#clock();
  }

  #drop(folder: Inode, name: string, inode: Inode): void {
    folder.names?.delete(name);
    this.#used -= NAME_COST;
    if (inode.names) {
      folder.links--;
      inode.links = 0;
    } else {
      inode.links--;
      this.#freeIfGone(inode);
    }
    this.#touch(folder);
  }

  /** Gives back what a file holds when it has no name any more and nobody has it open. */
  #freeIfGone(inode: Inode): void {
    if (inode.links === 0 && inode.opens === 0) this.#used -= inode.bytes.length;
  }

  stat(path: Path): FileStat {
    return this.#statOf(this.#find(path));
  }

  #statOf({ id, mode, links, size, atime, mtime, ctime }: Inode): FileStat {
    return { id, mode, links, size, atime, mtime, ctime };
  }

  list(path: Path): Entry[] {
    const { names } = this.#find(path);
    if (!names) throw new FileError('ENOTDIR');
    return [...names].map(([name, inode]) => ({ name, id: inode.id, type: typeOf(inode) }));
  }

  #regular(path: Path): Inode {
    const inode = this.#find(path);
    if (inode.names) throw new FileError('EISDIR');
    if (typeOf(inode) !== TYPE.file) throw new FileError('ELOOP');
    return inode;
  }

  open(path: Path, how: OpenHow): OpenFile {
    const inode = this.#regular(path);
    if (how.truncate) this.#resize(inode, 0);
    return this.#opened(inode);
  }

  create(path: Path, _how: OpenHow, permissions: number): OpenFile {
    const inode = this.#inode(TYPE.file | (permissions & PERMISSIONS));
    this.#add(path, inode);
    return this.#opened(inode);
  }

  #opened(inode: Inode): OpenFile {
    inode.opens++;
    return {
      read: (into, { at }) => {
        const part = inode.bytes.subarray(Math.min(at, inode.size), Math.min(at + into.length, inode.size));
        into.set(part);
        return part.length;
      },
      write: (from, { at }) => {
        if (at + from.length > inode.size) this.#resize(inode, at + from.length);
        inode.bytes.set(from, at);
        this.#touch(inode);
        return from.length;
      },
      truncate: (size) => this.#resize(inode, size),
      getSize: () => inode.size,
      stat: () => this.#statOf(inode),
      flush: () => {},
      close: () => {
        inode.opens--;
        this.#freeIfGone(inode);
      },
    };
  }

  #resize(inode: Inode, size: number): void {
    if (size > inode.bytes.length) {
      // Grow by doubling while there is room for that.
      const wanted = Math.max(size, 2 * inode.bytes.length);
      const room = this.#used + wanted - inode.bytes.length > this.#limit ? size : wanted;
      this.#charge(room - inode.bytes.length);
      const bytes = new Uint8Array(room);
      bytes.set(inode.bytes.subarray(0, inode.size));
      inode.bytes = bytes;
    } else if (size < inode.size) {
      inode.bytes.fill(0, size, inode.size);
      if (size === 0) {
        this.#used -= inode.bytes.length;
        inode.bytes = NO_BYTES;
      }
    }
    inode.size = size;
    this.#touch(inode);
  }

  makeFolder(path: Path, permissions: number): void {
    this.#add(path, this.#inode(TYPE.folder | (permissions & PERMISSIONS)));
  }

  makeLink(path: Path, target: string): void {
    const inode = this.#inode(TYPE.symlink | PERMISSIONS);
    const bytes = new TextEncoder().encode(target);
    this.#charge(bytes.length);
    try {
      this.#add(path, inode);
    } catch (error) {
      this.#used -= bytes.length;
      throw error;
    }
    inode.bytes = bytes;
    inode.size = bytes.length;
  }

  readLink(path: Path): string {
    const inode = this.#find(path);
    if (typeOf(inode) !== TYPE.symlink) throw new FileError('EINVAL');
    return new TextDecoder().decode(inode.bytes);
  }

  link(from: Path, to: Path): void {
    const inode = this.#find(from);
    if (inode.names) throw new FileError('EPERM');
    this.#add(to, inode);
  }

  remove(path: Path, folder: boolean): void {
    const parent = this.#parent(path);
    const inode = this.#find(path);
    if (folder && !inode.names) throw new FileError('ENOTDIR');
    if (!folder && inode.names) throw new FileError('EISDIR');
    if (inode.names && inode.names.size > 0) throw new FileError('ENOTEMPTY');
    this.#drop(parent.folder, parent.name, inode);
  }

  rename(from: Path, to: Path): void {
    const source = this.#parent(from);
    const inode = this.#find(from);
    const target = this.#parent(to);
    const old = target.names.get(target.name);
    if (old === inode) return;
    // A folder cannot move into itself.
    if (inode.names && from.every((name, i) => to[i] === name)) throw new FileError('EINVAL');
    if (old) {
      if (inode.names && !old.names) throw new FileError('ENOTDIR');
      if (!inode.names && old.names) throw new FileError('EISDIR');
      if (old.names && old.names.size > 0) throw new FileError('ENOTEMPTY');
      this.#drop(target.folder, target.name, old);
    }
    source.names.delete(source.name);
    target.names.set(target.name, inode);
    if (inode.names) {
      source.folder.links--;
      target.folder.links++;
    }
    this.#touch(source.folder);
    this.#touch(target.folder);
  }

  setPermissions(path: Path, permissions: number): void {
    const inode = this.#find(path);
    if (typeOf(inode) === TYPE.symlink) throw new FileError('EOPNOTSUPP');
    inode.mode = typeOf(inode) | (permissions & PERMISSIONS);
    inode.ctime = this.#clock();
  }

  setTimes(path: Path, atime: NewTime | null, mtime: NewTime | null): void {
    const inode = this.#find(path);
    const now = this.#clock();
    if (atime !== null) inode.atime = atime === 'now' ? now : atime;
    if (mtime !== null) inode.mtime = mtime === 'now' ? now : mtime;
    inode.ctime = now;
  }

  setSize(path: Path, size: number): void {
    this.#resize(this.#regular(path), size);
  }

  space(): Space {
    const blocks = BigInt(Math.floor(this.#limit / BLOCK));
    const free = BigInt(Math.floor((this.#limit - this.#used) / BLOCK));
    const names = BigInt(Math.floor(this.#limit / NAME_COST));
    return { blockSize: BLOCK, blocks, free, files: names, filesFree: free };
  }

  /** Every file once, by its number; then who has which name where. */
  save(into: StateWriter): void {
    const all = new Map<bigint, Inode>();
    const names: [folder: Inode, name: string, inode: Inode][] = [];
    // A list of what is still to be visited, not a recursion: folders may be moved into one another without end.
    for (const waiting = [this.#root]; waiting.length > 0; ) {
      const inode = waiting.pop()!;
      if (all.has(inode.id)) continue;
      all.set(inode.id, inode);
      for (const [name, child] of inode.names ?? []) {
        names.push([inode, name, child]);
        waiting.push(child);
      }
    }
    into.u64(this.#nextId).u64(this.#root.id).u32(all.size);
    for (const { id, mode, atime, mtime, ctime, bytes, size } of all.values())
      into.u64(id).u32(mode).u64(atime).u64(mtime).u64(ctime).bytes(bytes.subarray(0, size));
    into.u32(names.length);
    for (const [folder, name, inode] of names) into.u64(folder.id).text(name).u64(inode.id);
  }

  restore(from: StateReader): void {
    const nextId = from.u64();
    const rootId = from.u64();
    const all = new Map<bigint, Inode>();
    const damaged = () => new InputError('the saved folder is damaged');
    this.#used = 0;
    for (let count = from.u32(); count > 0; count--) {
      const id = from.u64();
      const mode = from.u32();
      const fresh = this.#inode(mode);
      const times = { atime: from.u64(), mtime: from.u64(), ctime: from.u64() };
      const bytes = from.bytes();
      this.#used += bytes.length;
      all.set(id, { ...fresh, id, ...times, bytes, size: bytes.length });
    }
    for (let count = from.u32(); count > 0; count--) {
      const folder = all.get(from.u64());
      const name = from.text();
      const inode = all.get(from.u64());
      if (!folder?.names || !inode) throw damaged();
      folder.names.set(name, inode);
      if (inode.names) folder.links++;
      else inode.links++;
      this.#used += NAME_COST;
    }
    const root = all.get(rootId);
    if (!root?.names) throw damaged();
    this.#root = root;
    this.#nextId = nextId;
  }
}
