/** The tree of files as a simple model: maps of names, arrays of bytes, and the rules of the manual pages. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { E, SysError } from '../../src/linux/errno.ts';
import { S } from '../../src/linux/uapi.ts';
import { make, makeLink, makeSymlink, move, remove } from '../../src/linux/vfs/change.ts';
import type { FileSystem, Inode } from '../../src/linux/vfs/inode.ts';
import { Mount, type Path, PLAIN, rootDentry } from '../../src/linux/vfs/mount.ts';
import { readFile, truncateFile, writeFile } from '../../src/linux/vfs/pages.ts';
import { resolve, resolveParent } from '../../src/linux/vfs/walk.ts';

const WHO = { uid: 0, gid: 0, groups: [], override: true };

/** A file system as one tree, by paths. */
export class Tree {
  private readonly root: Path;
  constructor(fs: FileSystem) {
    const mount = new Mount(fs, rootDentry(fs), 'test', { ...PLAIN });
    this.root = { mount, dentry: mount.root };
  }
  private get view() {
    return { root: this.root, cwd: this.root, who: WHO };
  }
  private parent(path: string) {
    return resolveParent(this.view, this.root, path);
  }
  private at(path: string, follow = true): Path {
    return resolve(this.view, this.root, path, follow);
  }
  apply(op: Op): string {
    try {
      return this.perform(op);
    } catch (e) {
      if (e instanceof SysError) return `error ${e.code}`;
      throw e;
    }
  }
  private perform(op: Op): string {
    switch (op.kind) {
      case 'mkdir':
      case 'create': {
        const { dir, name } = this.parent(op.path);
        make(dir, name, { mode: op.kind === 'mkdir' ? S.IFDIR | 0o755 : S.IFREG | 0o644, uid: 0, gid: 0 }, WHO);
        return 'ok';
      }
      case 'symlink': {
        const { dir, name } = this.parent(op.path);
        makeSymlink(dir, name, op.to, { mode: S.IFLNK | 0o777, uid: 0, gid: 0 }, WHO);
        return 'ok';
      }
      case 'link': {
        const from = this.at(op.path, false);
        const { dir, name } = this.parent(op.to);
        makeLink(dir, name, from, WHO);
        return 'ok';
      }
      case 'unlink':
      case 'rmdir': {
        const { dir, name } = this.parent(op.path);
        remove(dir, name, op.kind === 'rmdir', false, WHO);
        return 'ok';
      }
      case 'rename': {
        const [from, to] = [this.parent(op.path), this.parent(op.to)];
        move(from.dir, from.name, to.dir, to.name, 0, WHO);
        return 'ok';
      }
      case 'write': {
        const { inode } = this.at(op.path).dentry;
        return String(writeFile(inode, op.offset, new Uint8Array(op.length).fill(op.byte)));
      }
      case 'truncate': {
        const { inode } = this.at(op.path).dentry;
        truncateFile(inode, op.offset);
        return 'ok';
      }
    }
  }
  /** Everything there is, one line a name. */
  dump(): string[] {
    const lines: string[] = [];
    const visit = (inode: Inode, path: string): void => {
      for (const { name } of inode.entries().sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const child = inode.lookup(name)!;
        const where = `${path}/${name}`;
        const type = child.mode & S.IFMT;
        if (type === S.IFDIR) {
          lines.push(`${where}/`);
          visit(child, where);
        } else if (type === S.IFLNK) lines.push(`${where} -> ${child.readlink()}`);
        else {
          const bytes = new Uint8Array(child.size);
          expect(readFile(child, 0, bytes)).toBe(bytes.length);
          lines.push(`${where} ${child.nlink} ${summary(bytes)}`);
        }
      }
    };
    visit(this.root.dentry.inode, '');
    return lines;
  }
}

export const summary = (bytes: Uint8Array): string =>
  `${bytes.length}:${bytes.reduce((h, b) => (Math.imul(h, 31) + b) | 0, 7)}`;

export type Op =
  | { readonly kind: 'mkdir' | 'create' | 'unlink' | 'rmdir'; readonly path: string }
  | { readonly kind: 'symlink' | 'link' | 'rename'; readonly path: string; readonly to: string }
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly offset: number;
      readonly length: number;
      readonly byte: number;
    }
  | { readonly kind: 'truncate'; readonly path: string; readonly offset: number };

/** The model: a node is a map, a text (a link) or a file with its bytes. */
export interface ModelFile {
  bytes: Uint8Array;
  links: number;
}
interface ModelLink {
  readonly to: string;
}
export type Node = Map<string, Node> | ModelFile | ModelLink;
const isLink = (node: Node): node is ModelLink => 'to' in node;
const fault = (code: number): never => {
  throw new SysError(code);
};

export class Model {
  readonly root: Map<string, Node> = new Map();

  /** The directory of a path and its last name; links on the way are followed. */
  private split(path: string): [Map<string, Node>, string] {
    const parts = path.split('/').filter(Boolean);
    const name = parts.pop()!;
    return [this.walk(parts), name];
  }
  private walk(parts: readonly string[]): Map<string, Node> {
    let node: Node = this.root;
    for (const part of parts) {
      if (!(node instanceof Map)) return fault(E.NOTDIR);
      node = this.target(node.get(part) ?? fault(E.NOENT), 0);
    }
    return node instanceof Map ? node : fault(E.NOTDIR);
  }
  /** Links here are absolute, so they begin at the root. */
  private target(node: Node, depth: number): Node {
    if (!isLink(node)) return node;
    if (depth >= 40) return fault(E.LOOP);
    const parts = node.to.split('/').filter(Boolean);
    let at: Node = this.root;
    for (const part of parts) {
      if (!(at instanceof Map)) return fault(E.NOTDIR);
      at = this.target(at.get(part) ?? fault(E.NOENT), depth + 1);
    }
    return at;
  }
  private file(path: string): ModelFile {
    const [dir, name] = this.split(path);
    const node = this.target(dir.get(name) ?? fault(E.NOENT), 0);
    return node instanceof Map ? fault(E.ISDIR) : (node as ModelFile);
  }
  apply(op: Op): string {
    try {
      return this.perform(op);
    } catch (e) {
      if (e instanceof SysError) return `error ${e.code}`;
      throw e;
    }
  }
  private add(path: string, node: Node): string {
    const [dir, name] = this.split(path);
    if (dir.has(name)) fault(E.EXIST);
    dir.set(name, node);
    return 'ok';
  }
  private drop(node: Node): void {
    if (!isLink(node) && !(node instanceof Map)) node.links--;
  }
  /** Fails for what a kind of file system can't rename. */
  protected demandMovable(_node: Node): void {}
  private perform(op: Op): string {
    switch (op.kind) {
      case 'mkdir':
        return this.add(op.path, new Map());
      case 'create':
        return this.add(op.path, { bytes: new Uint8Array(0), links: 1 });
      case 'symlink':
        return this.add(op.path, { to: op.to });
      case 'link': {
        const [dir, name] = this.split(op.path);
        const node = dir.get(name) ?? fault(E.NOENT);
        const [to, newName] = this.split(op.to);
        if (to.has(newName)) fault(E.EXIST);
        if (node instanceof Map) fault(E.PERM);
        to.set(newName, node);
        if (!isLink(node)) (node as ModelFile).links++;
        return 'ok';
      }
      case 'unlink': {
        const [dir, name] = this.split(op.path);
        const node = dir.get(name) ?? fault(E.NOENT);
        if (node instanceof Map) fault(E.ISDIR);
        this.drop(node);
        dir.delete(name);
        return 'ok';
      }
      case 'rmdir': {
        const [dir, name] = this.split(op.path);
        const node = dir.get(name) ?? fault(E.NOENT);
        if (!(node instanceof Map)) return fault(E.NOTDIR);
        if (node.size) fault(E.NOTEMPTY);
        dir.delete(name);
        return 'ok';
      }
      case 'rename': {
        const [dir, name] = this.split(op.path);
        const [to, newName] = this.split(op.to);
        const node = dir.get(name) ?? fault(E.NOENT);
        const there = to.get(newName);
        const holds = (outer: Node | undefined, inner: Map<string, Node>): boolean =>
          outer instanceof Map &&
          (outer === inner || [...outer.values()].some((n) => n instanceof Map && holds(n, inner)));
        if (holds(node, to)) fault(E.INVAL);
        if (holds(there, dir)) fault(E.NOTEMPTY);
        if (there !== undefined && there === node) return 'ok';
        if (dir === to && name === newName) return 'ok';
        if (there instanceof Map && !(node instanceof Map)) fault(E.ISDIR);
        if (there !== undefined && !(there instanceof Map) && node instanceof Map) fault(E.NOTDIR);
        this.demandMovable(node);
        if (there instanceof Map && there.size) fault(E.NOTEMPTY);
        if (there !== undefined) this.drop(there);
        dir.delete(name);
        to.set(newName, node);
        return 'ok';
      }
      case 'write': {
        const file = this.file(op.path);
        const bytes = new Uint8Array(Math.max(file.bytes.length, op.offset + op.length));
        bytes.set(file.bytes);
        bytes.fill(op.byte, op.offset, op.offset + op.length);
        file.bytes = bytes;
        return String(op.length);
      }
      case 'truncate': {
        const file = this.file(op.path);
        const bytes = new Uint8Array(op.offset);
        bytes.set(file.bytes.subarray(0, op.offset));
        file.bytes = bytes;
        return 'ok';
      }
    }
  }
  dump(): string[] {
    const lines: string[] = [];
    const visit = (dir: Map<string, Node>, path: string): void => {
      for (const name of [...dir.keys()].sort()) {
        const node = dir.get(name)!;
        if (node instanceof Map) {
          lines.push(`${path}/${name}/`);
          visit(node, `${path}/${name}`);
        } else if (isLink(node)) lines.push(`${path}/${name} -> ${node.to}`);
        else lines.push(`${path}/${name} ${node.links} ${summary(node.bytes)}`);
      }
    };
    visit(this.root, '');
    return lines;
  }
}

/** Paths of so many names at most. */
export const paths = (names: readonly string[], depth: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: depth }).map((parts) => `/${parts.join('/')}`);
const SIZE = fc.oneof(fc.nat(20), fc.nat(10_000), fc.constantFrom(65_535, 65_536, 65_537, 200_000));

/** Operations on such paths. */
export const operations = (path: fc.Arbitrary<string>): fc.Arbitrary<Op> =>
  fc.oneof(
    fc.record({ kind: fc.constantFrom('mkdir', 'mkdir', 'create', 'unlink', 'rmdir'), path }),
    fc.record({ kind: fc.constantFrom('symlink', 'link', 'rename', 'rename'), path, to: path }),
    fc.record({
      kind: fc.constant('write' as const),
      path,
      offset: SIZE,
      length: fc.integer({ min: 1, max: 9000 }),
      byte: fc.integer({ min: 1, max: 255 }),
    }),
    fc.record({ kind: fc.constant('truncate' as const), path, offset: SIZE }),
  ) as fc.Arbitrary<Op>;

export const OP = operations(paths(['a', 'b', 'c'], 4));

/** Applies the same to both; answers and trees have to be equal all the way. */
export function compare(fs: FileSystem, model: Model, ops: readonly Op[]): void {
  const tree = new Tree(fs);
  for (const [i, op] of ops.entries()) {
    expect(tree.apply(op), `${i}: ${JSON.stringify(op)}`).toBe(model.apply(op));
  }
  expect(tree.dump()).toEqual(model.dump());
}

/** Random histories a property is tried with. */
export const RUNS = Number(process.env.VFS_CASES ?? 300);
