/** Files whose content the kernel makes when they are opened: what /proc, /sys and the cgroup tree are made of. */
import { E, fail } from '../errno.ts';
import { encode } from '../memory/user.ts';
import { S } from '../uapi.ts';
import { FileKind, type OpenFile, type SpecialFile } from '../vfs/file.ts';
import { type Birth, type DirectoryEntry, FileSystem, Inode } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';

/** What a made-up file is. */
export type Node =
  | {
      readonly kind: 'directory';
      readonly mode?: number;
      /** Whose it is, and all below; not given: whose the directory above is. */
      readonly owner?: { readonly uid: number; readonly gid: number };
      readonly below?: { readonly uid: number; readonly gid: number };
      /** What it stands for, for calls that take a descriptor of it. */
      readonly of?: object;
      lookup(name: string): Node | null;
      names(): readonly string[];
      make?(name: string): void;
      remove?(name: string): void;
    }
  /** `take` is a `write` that returns how much it took of what it was given; what is `sealed` not even root opens for writing. */
  | {
      readonly kind: 'text';
      readonly mode?: number;
      read(): string;
      write?(text: string): void;
      take?(text: string): number;
      readonly sealed?: boolean;
    }
  | { readonly kind: 'special'; readonly mode: number; open(): FileKind }
  | { readonly kind: 'link'; target(): string; follow?(): Path | null };

/** A directory with fixed entries; each is made when it is looked up. */
export const directory = (
  entries: Readonly<Record<string, () => Node>>,
  owner?: { readonly uid: number; readonly gid: number },
  below = owner,
): Node => ({
  kind: 'directory',
  ...(owner && { owner }),
  ...(below && { below }),
  lookup: (name) => (Object.hasOwn(entries, name) ? entries[name]!() : null),
  names: () => Object.keys(entries),
});

export const text = (read: () => string, write?: (text: string) => void): Node => ({
  kind: 'text',
  read,
  ...(write && { write }),
});

const TYPES = { directory: S.IFDIR, text: S.IFREG, special: S.IFREG, link: S.IFLNK } as const;

/** An open text: the content as it was at the first read. */
class TextKind extends FileKind {
  override readonly seekable = true;
  private readonly node: Extract<Node, { kind: 'text' }>;
  private content: Uint8Array | null = null;

  constructor(node: Extract<Node, { kind: 'text' }>) {
    super();
    this.node = node;
  }

  override read(file: OpenFile, into: Uint8Array): number {
    const n = this.readAt(file, file.position, into);
    file.position += n;
    return n;
  }

  override readAt(_file: OpenFile, position: number, into: Uint8Array): number {
    if (position === 0 || !this.content) this.content = encode(this.node.read());
    const part = this.content.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  override write(_file: OpenFile, from: Uint8Array): number {
    if (this.node.take) {
      const taken = this.node.take(new TextDecoder().decode(from));
      this.content = null;
      return taken;
    }
    if (!this.node.write) fail(E.IO);
    this.node.write(new TextDecoder().decode(from));
    this.content = null;
    return from.length;
  }
}

const ROOT = { uid: 0, gid: 0 } as const;

export class NodeFs extends FileSystem {
  readonly type: string;
  readonly magic: number;
  readonly root: NodeInode;
  readonly now: () => number;
  private readonly numbers = new Map<string, number>();

  constructor(type: string, magic: number, now: () => number, root: Node) {
    super();
    this.type = type;
    this.magic = magic;
    this.now = now;
    this.root = new NodeInode(this, '', root, ROOT);
  }

  /** The inode number of a path stays the same. */
  numberOf(path: string): number {
    let number = this.numbers.get(path);
    if (!number) {
      if (this.numbers.size > 20_000) this.numbers.clear();
      number = this.numbers.size + 1;
      this.numbers.set(path, number);
    }
    return number;
  }
}

export class NodeInode extends Inode {
  readonly fs: NodeFs;
  readonly ino: number;
  override readonly volatile = true;
  readonly node: Node;
  private readonly path: string;
  private readonly owner: { readonly uid: number; readonly gid: number };
  declare kindOf: SpecialFile['kindOf'];
  declare follow: () => Path | null;

  constructor(fs: NodeFs, path: string, node: Node, above: { readonly uid: number; readonly gid: number }) {
    const owner = (node.kind === 'directory' && node.owner) || above;
    const writable = node.kind === 'text' && (node.write || node.take) ? 0o644 : 0o444;
    const mode = node.kind === 'directory' ? 0o555 : node.kind === 'text' ? writable : 0o777;
    super({ mode: TYPES[node.kind] | (('mode' in node && node.mode) || mode), ...owner }, fs.now());
    this.owner = (node.kind === 'directory' && node.below) || owner;
    this.fs = fs;
    this.path = path;
    this.node = node;
    this.ino = fs.numberOf(path);
    if (node.kind === 'text') this.kindOf = () => new TextKind(node);
    if (node.kind === 'special') this.kindOf = () => node.open();
    if (node.kind === 'link' && node.follow) this.follow = node.follow;
    if (node.kind === 'directory') this.nlink = 2;
  }

  override lookup(name: string): Inode | null {
    if (this.node.kind !== 'directory') fail(E.NOTDIR);
    const node = this.node.lookup(name);
    return node ? new NodeInode(this.fs, `${this.path}/${name}`, node, this.owner) : null;
  }

  override entries(): DirectoryEntry[] {
    const { node } = this;
    if (node.kind !== 'directory') fail(E.NOTDIR);
    return node.names().flatMap((name) => {
      const child = node.lookup(name);
      return child ? [{ name, ino: this.fs.numberOf(`${this.path}/${name}`), type: TYPES[child.kind] }] : [];
    });
  }

  override readlink(): string {
    return this.node.kind === 'link' ? this.node.target() : fail(E.INVAL);
  }

  override create(name: string, birth: Birth): Inode {
    if (this.node.kind !== 'directory' || !this.node.make || (birth.mode & S.IFMT) !== S.IFDIR) fail(E.PERM);
    this.node.make(name);
    return this.lookup(name) ?? fail(E.NOENT);
  }

  override rmdir(name: string): void {
    if (this.node.kind !== 'directory' || !this.node.remove) fail(E.PERM);
    this.node.remove(name);
  }

  override openForWriting(): void {
    if (this.node.kind === 'text' && this.node.sealed) fail(E.ACCES);
  }

  override truncate(): void {}
}
