/** One program of WASI: its descriptors, its memory, and what calls have in common. */
import { E, fail } from '../errno.ts';
import { O, S } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { DIRECTORY, type FileKind, OpenFile, REGULAR } from '../vfs/file.ts';
import { isDirectory, isRegular } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { type Credentials, resolve, resolveNew, resolveParent, type Viewpoint } from '../vfs/walk.ts';

export interface WasiOptions {
  readonly args: readonly string[];
  readonly env: readonly string[];
  /** Directories it may reach, by the names it knows them by; nothing else exists for it. */
  readonly preopens: readonly { readonly name: string; readonly path: Path }[];
  /** Descriptors 0, 1 and 2. */
  readonly stdio: readonly [FileKind, FileKind, FileKind];
  readonly who: Credentials;
  /** Nanoseconds since 1970, and since some moment. */
  readonly realtime: () => bigint;
  readonly monotonic: () => bigint;
  readonly random: (into: Uint8Array) => void;
  /** Waits; at most so many nanoseconds, less where a descriptor may have become ready. */
  readonly sleep: (nanoseconds: bigint) => void;
  /** Told of every call before it is made. */
  readonly onCall?: () => void;
}

/** What the program ended itself with; thrown through its frames. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export interface Descriptor {
  readonly file: OpenFile;
  /** Of a directory that was there from the beginning: its name. */
  readonly preopen: string | null;
  /** Bits of `FDFLAG`. */
  flags: number;
}

const DESCRIPTORS = 1024;
/** Bytes that one call reads or writes at most; the rest is for the next. */
const AT_ONCE = 2 ** 20;

export class WasiProcess {
  readonly options: WasiOptions;
  readonly fds = new Map<number, Descriptor>();
  /** Null before it has any: a start function may call too early. */
  memory: WebAssembly.Memory | null = null;

  constructor(options: WasiOptions) {
    this.options = options;
    options.stdio.forEach((kind, i) => {
      const inode = anonymousInode('pipe', 0);
      inode.mode = S.IFCHR | 0o600;
      this.fds.set(i, {
        file: new OpenFile(kind, inode, null, i === 0 ? O.RDONLY : O.WRONLY),
        preopen: null,
        flags: 0,
      });
    });
    for (const { name, path } of options.preopens)
      this.add({ file: new OpenFile(DIRECTORY, path.dentry.inode, path, O.RDONLY), preopen: name, flags: 0 });
  }

  private get buffer(): ArrayBuffer {
    return this.memory?.buffer ?? fail(E.FAULT);
  }

  get view(): DataView {
    return new DataView(this.buffer);
  }

  bytes(at: number, length: number): Uint8Array {
    const start = at >>> 0;
    if (start + (length >>> 0) > this.buffer.byteLength) fail(E.FAULT);
    return new Uint8Array(this.buffer, start, length >>> 0);
  }

  text(at: number, length: number): string {
    if (length >>> 0 > 4096) fail(E.NAMETOOLONG);
    const text = new TextDecoder().decode(this.bytes(at, length));
    return text.includes('\0') ? fail(E.ILSEQ) : text;
  }

  /** Pieces of memory that a read or write goes over. */
  pieces(at: number, count: number): Uint8Array[] {
    const out: Uint8Array[] = [];
    if (count >>> 0 > 1024) fail(E.INVAL);
    let room = AT_ONCE;
    for (let i = 0; i < count && room > 0; i++) {
      const [start, length] = [this.view.getUint32(at + 8 * i, true), this.view.getUint32(at + 8 * i + 4, true)];
      out.push(this.bytes(start, length).subarray(0, room));
      room -= length;
    }
    return out;
  }

  get(fd: number): Descriptor {
    return this.fds.get(fd) ?? fail(E.BADF);
  }

  add(descriptor: Descriptor): number {
    for (let fd = 0; fd < DESCRIPTORS; fd++) {
      if (this.fds.has(fd)) continue;
      this.fds.set(fd, descriptor);
      return fd;
    }
    return fail(E.MFILE);
  }

  close(fd: number): void {
    this.get(fd).file.release();
    this.fds.delete(fd);
  }

  /** Everything it had open is given back. */
  end(): void {
    for (const fd of [...this.fds.keys()]) this.close(fd);
  }

  /** A directory as a root that no path leads out of. */
  private from(fd: number, text: string): { view: Viewpoint; path: Path } {
    const { path, inode } = this.get(fd).file;
    if (!path || !isDirectory(inode.mode)) fail(E.NOTDIR);
    let depth = 0;
    for (const part of text.split('/')) {
      if (part === '..') depth--;
      else if (part !== '' && part !== '.') depth++;
      if (depth < 0) fail(E.PERM);
    }
    if (text.startsWith('/')) fail(E.PERM);
    return { view: { root: path!, cwd: path!, who: this.options.who }, path: path! };
  }

  at(fd: number, text: string, follow: boolean): Path {
    const { view, path } = this.from(fd, text);
    return resolve(view, path, text, follow);
  }

  newAt(fd: number, text: string, follow: boolean): ReturnType<typeof resolveNew> {
    const { view, path } = this.from(fd, text);
    return resolveNew(view, path, text, follow);
  }

  parentAt(fd: number, text: string): ReturnType<typeof resolveParent> {
    const { view, path } = this.from(fd, text);
    return resolveParent(view, path, text);
  }

  /** Opens what there is at a place; devices and the like are not reached by names. */
  open(path: Path, flags: number): OpenFile {
    const { inode } = path.dentry;
    if (isDirectory(inode.mode)) return new OpenFile(DIRECTORY, inode, path, flags);
    if (!isRegular(inode.mode)) fail(E.NXIO);
    return new OpenFile(REGULAR, inode, path, flags);
  }
}
