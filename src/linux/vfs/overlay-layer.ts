/** What a layer of an overlay holds besides files: whiteouts and opaque directories; and how a file gets to the upper one. */
import { E, fail } from '../errno.ts';
import { S } from '../uapi.ts';
import { type Inode, isDirectory, isRegular, isSymlink } from './inode.ts';
import { readFile } from './pages.ts';

/** Attributes of the overlay itself: kept on the upper layer, not shown. */
export const OWN_ATTRIBUTES = 'trusted.overlay.';
/** Set to "y" on a directory that hides what lower layers have under its name. */
export const OPAQUE_ATTRIBUTE = `${OWN_ATTRIBUTES}opaque`;
export const YES = Uint8Array.of(0x79);
const CHUNK = 65_536;

/** A character device 0/0: in an upper layer it says that the name is gone. */
export const isWhiteout = (inode: Inode): boolean => (inode.mode & S.IFMT) === S.IFCHR && inode.rdev === 0;

/** A directory that hides what lower layers have under its name. */
export const isOpaque = (inode: Inode): boolean => inode.attribute(OPAQUE_ATTRIBUTE)?.[0] === YES[0];

export const makeOpaque = (directory: Inode): void => directory.setAttribute(OPAQUE_ATTRIBUTE, YES);

export interface OverlayCounts {
  /** Files and directories copied to the upper layer, and the bytes of their contents. */
  copyUps: number;
  bytesCopied: number;
}

/** The work directory: what is not whole yet is made here and then renamed to where it belongs. */
export class Workshop {
  private readonly directory: Inode;
  private readonly now: () => number;
  readonly counts: OverlayCounts = { copyUps: 0, bytesCopied: 0 };
  private last = 0;

  constructor(directory: Inode, now: () => number) {
    this.directory = directory;
    this.now = now;
  }

  /** Makes something and, when it is whole, puts it to `name` of `to`, over what is there; undone if that fails. */
  build<T extends Inode>(to: Inode, name: string, make: (directory: Inode, name: string) => T): T {
    const made = this.begin(make);
    try {
      this.directory.rename(made.name, to, name);
      return made.inode;
    } catch (e) {
      this.discard(made);
      throw e;
    }
  }

  /** Makes something that has no name in the end: what writes to a removed file go to. It is in use from the beginning. */
  orphan(make: (directory: Inode, name: string) => Inode): Inode {
    const made = this.begin(make);
    made.inode.acquire();
    this.discard(made);
    return made.inode;
  }

  private begin<T extends Inode>(make: (directory: Inode, name: string) => T): { inode: T; name: string } {
    const name = `#${++this.last}`;
    try {
      return { inode: make(this.directory, name), name };
    } catch (e) {
      const part = this.directory.lookup(name);
      if (part) this.discard({ inode: part, name });
      throw e;
    }
  }

  private discard({ inode, name }: { inode: Inode; name: string }): void {
    if (isDirectory(inode.mode)) this.directory.rmdir(name);
    else this.directory.unlink(name);
  }

  /** Puts a whiteout to a name of an upper directory, in place of a file or an empty directory. */
  whiteOut(upper: Inode, name: string): void {
    const there = upper.lookup(name);
    if (there && isDirectory(there.mode)) upper.rmdir(name);
    this.build(upper, name, (directory, as) => directory.create(as, { mode: S.IFCHR, uid: 0, gid: 0, rdev: 0 }));
  }

  /** A copy of a file, its first `size` bytes at most, or of a directory without its entries. */
  copy(from: Inode, size: number): (directory: Inode, name: string) => Inode {
    return (directory, name) => {
      const { mode, uid, gid, rdev, atime, mtime } = from;
      const birth = { mode, uid, gid, rdev };
      const to = isSymlink(mode) ? directory.symlink(name, from.readlink(), birth) : directory.create(name, birth);
      if (isRegular(mode)) this.copyBytes(from, to, size);
      for (const key of from.attributes())
        if (!key.startsWith(OWN_ATTRIBUTES)) to.setAttribute(key, from.attribute(key));
      to.change({ atime, mtime }, this.now());
      this.counts.copyUps++;
      return to;
    };
  }

  private copyBytes(from: Inode, to: Inode, size: number): void {
    const end = Math.min(size, from.size);
    const buffer = new Uint8Array(Math.min(CHUNK, end));
    for (let at = 0; at < end; ) {
      const n = readFile(from, at, buffer.subarray(0, Math.min(CHUNK, end - at)));
      if (n === 0) fail(E.IO);
      to.write(at, buffer.subarray(0, n));
      at += n;
    }
    this.counts.bytesCopied += end;
  }
}
