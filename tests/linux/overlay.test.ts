/** Overlays against the plain model of a tree, which begins with what the layers are merged to. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { E, SysError } from '../../src/linux/errno.ts';
import type { System } from '../../src/linux/system.ts';
import { S } from '../../src/linux/uapi.ts';
import type { Inode } from '../../src/linux/vfs/inode.ts';
import { OverlayFs } from '../../src/linux/vfs/overlay.ts';
import { readFile, writeFile } from '../../src/linux/vfs/pages.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { bootLinux } from '../support/linux.ts';
import { Model, type Node, OP, type Op, operations, paths, RUNS, Tree } from '../support/vfs-model.ts';

const now = (): number => 0;
const OWN = { uid: 0, gid: 0 };
const WHITEOUT = { ...OWN, mode: S.IFCHR, rdev: 0 };
const YES = Uint8Array.of(0x79);

/** What one layer says of a name. */
type Said =
  | { readonly file: string }
  | { readonly link: string }
  | { readonly dir: Layer; readonly opaque: boolean }
  | 'gone';
type Layer = ReadonlyMap<string, Said>;

const NAMES = ['a', 'b', 'c'];
/** A layer of directories so many levels deep. */
const layerOf = (depth: number): fc.Arbitrary<Layer> =>
  fc.array(fc.tuple(fc.constantFrom(...NAMES), saidOf(depth)), { maxLength: 4 }).map((entries) => new Map(entries));
const saidOf = (depth: number): fc.Arbitrary<Said> => {
  const file: fc.Arbitrary<Said> = fc.string({ maxLength: 20 }).map((text) => ({ file: text }));
  const link: fc.Arbitrary<Said> = fc.constantFrom('/a', '/b/c').map((to) => ({ link: to }));
  const leaf = fc.oneof(file, file, link, fc.constant<Said>('gone'));
  if (depth === 0) return leaf;
  const opaque = fc.constantFrom(true, false, false);
  const dir = fc.record({ dir: layerOf(depth - 1), opaque });
  return fc.oneof(leaf, dir, dir);
};

/** A layer as a file system. */
function asTmpfs(said: Layer): Tmpfs {
  const fs = new Tmpfs({ now });
  const fill = (into: Inode, names: Layer): void => {
    for (const [name, what] of names) {
      if (what === 'gone') into.create(name, WHITEOUT);
      else if ('file' in what)
        into.create(name, { ...OWN, mode: S.IFREG | 0o644 }).write(0, new TextEncoder().encode(what.file));
      else if ('link' in what) into.symlink(name, what.link, { ...OWN, mode: S.IFLNK | 0o777 });
      else {
        const inode = into.create(name, { ...OWN, mode: S.IFDIR | 0o755 });
        if (what.opaque) inode.setAttribute('trusted.overlay.opaque', YES);
        fill(inode, what.dir);
      }
    }
  };
  fill(fs.root, said);
  return fs;
}

/** The model's own merging: layers are laid onto each other from the lowest up. Directories of layers can't be renamed. */
class LayeredModel extends Model {
  private readonly fromLayers = new Set<Node>();
  constructor(layers: readonly Layer[]) {
    super();
    for (const said of layers) this.lay(this.root, said);
    const mark = (node: Node): void => {
      if (!(node instanceof Map)) return;
      this.fromLayers.add(node);
      for (const below of node.values()) mark(below);
    };
    mark(this.root);
  }
  private lay(onto: Map<string, Node>, said: Layer): void {
    for (const [name, what] of said) {
      if (what === 'gone') onto.delete(name);
      else if ('file' in what) onto.set(name, { bytes: new TextEncoder().encode(what.file), links: 1 });
      else if ('link' in what) onto.set(name, { to: what.link });
      else {
        const there = onto.get(name);
        const dir = there instanceof Map && !what.opaque ? there : new Map<string, Node>();
        onto.set(name, dir);
        this.lay(dir, what.dir);
      }
    }
  }
  protected override demandMovable(node: Node): void {
    if (this.fromLayers.has(node)) throw new SysError(E.XDEV);
  }
}

interface Stack {
  readonly overlay: OverlayFs;
  readonly lowers: readonly Tmpfs[];
  readonly upper: Tmpfs;
}

/** An overlay; the lowest layer stands first. */
function stack(layers: readonly Layer[]): Stack {
  const lowers = layers.map(asTmpfs);
  const upper = new Tmpfs({ now });
  for (const name of ['upper', 'work']) upper.root.create(name, { ...OWN, mode: S.IFDIR | 0o755 });
  return { lowers, upper, overlay: mount(lowers, upper) };
}

const mount = (lowers: readonly Tmpfs[], upper: Tmpfs): OverlayFs =>
  new OverlayFs({
    lower: [...lowers].reverse().map((fs) => fs.root),
    upper: { root: upper.root.lookup('upper')!, work: upper.root.lookup('work')! },
    now,
  });

/** Everything in a file system with its whiteouts, types, times and marks. */
function raw(inode: Inode): unknown {
  return inode.entries().map(({ name }) => {
    const child = inode.lookup(name)!;
    const { mode, rdev, nlink, mtime, size } = child;
    const bytes = new Uint8Array((mode & S.IFMT) === S.IFREG ? size : 0);
    if (bytes.length) child.read(0, bytes);
    const below = (mode & S.IFMT) === S.IFDIR ? raw(child) : null;
    return [name, mode, rdev, nlink, mtime, String(bytes), child.attributes(), below];
  });
}

const LAYERS = fc.array(layerOf(2), { minLength: 1, maxLength: 4 });
/** Takes all out of a directory, removes it, and puts another one to its place: made there, made elsewhere, of a layer. */
const REPLACED = fc.tuple(paths(NAMES, 2), paths(NAMES, 2), fc.nat(4)).map(([path, other, how]): Op[] => [
  ...NAMES.flatMap((name): Op[] => [
    { kind: 'unlink', path: `${path}/${name}` },
    { kind: 'rmdir', path: `${path}/${name}` },
  ]),
  ...(how > 0 && how < 4 ? [{ kind: 'rmdir', path } as const] : []),
  ...(how > 1 ? [{ kind: 'mkdir', path: how === 2 ? path : '/new' } as const] : []),
  ...(how !== 2 ? [{ kind: 'rename', path: how > 2 ? '/new' : other, to: path } as const] : []),
]);
const OPS = fc
  .array(
    fc.oneof(
      OP.map((op) => [op]),
      { weight: 3, arbitrary: operations(paths(NAMES, 2)).map((op) => [op]) },
      REPLACED,
    ),
    { maxLength: 40 },
  )
  .map((ops) => ops.flat());

function compare(tree: Tree, model: Model, ops: readonly Op[]): void {
  for (const [i, op] of ops.entries()) expect(tree.apply(op), `${i}: ${JSON.stringify(op)}`).toBe(model.apply(op));
  expect(tree.dump()).toEqual(model.dump());
}

describe('an overlay', () => {
  it('shows its layers merged, and changes as a tree of one file system does', () => {
    fc.assert(
      fc.property(LAYERS, OPS, (layers, ops) => {
        const { overlay, lowers, upper } = stack(layers);
        const model = new LayeredModel(layers);
        expect(new Tree(overlay).dump()).toEqual(model.dump());
        const before = lowers.map((fs) => raw(fs.root));
        compare(new Tree(overlay), model, ops);
        expect(
          lowers.map((fs) => raw(fs.root)),
          'lower layers',
        ).toEqual(before);
        expect(upper.root.lookup('work')!.entries(), 'left in work').toEqual([]);
        // All of it is in the upper layer: another mount shows the same.
        expect(new Tree(mount(lowers, upper)).dump()).toEqual(model.dump());
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps inode numbers, and lists the ones that stat shows', () => {
    fc.assert(
      fc.property(LAYERS, OPS, (layers, ops) => {
        const { overlay } = stack(layers);
        const tree = new Tree(overlay);
        const numbers = new Map<Inode, number>();
        const visit = (inode: Inode): void => {
          for (const { name, ino, type } of inode.entries()) {
            const child = inode.lookup(name)!;
            expect([ino, type]).toEqual([child.ino, child.mode & S.IFMT]);
            expect(child.fs.device).toBe(overlay.device);
            expect(numbers.get(child) ?? ino).toBe(ino);
            numbers.set(child, ino);
            if (type === S.IFDIR) visit(child);
          }
        };
        visit(overlay.root);
        for (const op of ops) tree.apply(op);
        visit(overlay.root);
        expect(new Set(numbers.values()).size).toBe(numbers.size);
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });

  it('refuses every change with EROFS where there is no upper layer', () => {
    fc.assert(
      fc.property(LAYERS, OPS, (layers, ops) => {
        const lowers = layers.map(asTmpfs);
        const overlay = new OverlayFs({ lower: [...lowers].reverse().map((fs) => fs.root), upper: null, now });
        const tree = new Tree(overlay);
        const before = tree.dump();
        for (const op of ops) if (op.kind !== 'rename') expect(tree.apply(op)).not.toMatch(/^(ok|\d+)$/);
        expect(tree.dump()).toEqual(before);
        expect(() => overlay.root.create('new', { ...OWN, mode: S.IFREG })).toThrow(new SysError(E.ROFS));
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });
});

const FILE: Layer = new Map([['d', { dir: new Map([['f', { file: 'x'.repeat(100_000) }]]), opaque: false }]]);

describe('copying up', () => {
  it('happens once, at the first write, and counts the bytes of the file', () => {
    const { overlay, upper } = stack([FILE]);
    const inode = overlay.root.lookup('d')!.lookup('f')!;
    expect(overlay.counts).toEqual({ copyUps: 0, bytesCopied: 0 });
    writeFile(inode, 5, Uint8Array.of(1));
    expect(overlay.counts).toEqual({ copyUps: 2, bytesCopied: 100_000 });
    writeFile(inode, 50_000, Uint8Array.of(2));
    expect(overlay.counts).toEqual({ copyUps: 2, bytesCopied: 100_000 });
    expect(upper.root.lookup('upper')!.lookup('d')!.lookup('f')!.size).toBe(100_000);
  });

  it('copies nothing of a file that is opened to be cut, and no bytes for its mode', () => {
    const cut = stack([FILE]).overlay;
    cut.root.lookup('d')!.lookup('f')!.openForWriting(true);
    expect(cut.counts.bytesCopied).toBe(0);
    const all = stack([FILE]).overlay;
    all.root.lookup('d')!.change({ mode: 0o700 }, 1);
    expect(all.counts).toEqual({ copyUps: 1, bytesCopied: 0 });
  });

  it('keeps owner, mode, times and attributes, and the times of the directory', () => {
    const lower = new Tmpfs({ now });
    const dir = lower.root.create('d', { ...OWN, mode: S.IFDIR | 0o751 });
    const file = dir.create('f', { uid: 3, gid: 4, mode: S.IFREG | 0o4711 });
    file.change({ mtime: 77_000, atime: 66_000 }, 0);
    file.setAttribute('user.note', YES);
    dir.change({ mtime: 55_000 }, 0);
    const upper = new Tmpfs({ now: () => 99 });
    for (const name of ['upper', 'work']) upper.root.create(name, { ...OWN, mode: S.IFDIR | 0o755 });
    const overlay = mount([lower], upper);
    overlay.root.lookup('d')!.lookup('f')!.openForWriting(false);
    const copied = upper.root.lookup('upper')!.lookup('d')!;
    expect([copied.mode, copied.mtime]).toEqual([S.IFDIR | 0o751, 55_000]);
    const { uid, gid, mode, atime, mtime } = copied.lookup('f')!;
    expect({ uid, gid, mode, atime, mtime }).toEqual({
      uid: 3,
      gid: 4,
      mode: S.IFREG | 0o4711,
      atime: 66_000,
      mtime: 77_000,
    });
    expect(copied.lookup('f')!.attribute('user.note')).toEqual(YES);
  });

  it('leaves everything as it was where the upper layer is full', () => {
    const lowers = [asTmpfs(FILE)];
    const upper = new Tmpfs({ now, limit: 70_000 });
    for (const name of ['upper', 'work']) upper.root.create(name, { ...OWN, mode: S.IFDIR | 0o755 });
    const overlay = mount(lowers, upper);
    const before = new Tree(overlay).dump();
    const inode = overlay.root.lookup('d')!.lookup('f')!;
    expect(() => inode.openForWriting(false)).toThrow(new SysError(E.NOSPC));
    expect(new Tree(overlay).dump()).toEqual(before);
    expect(upper.root.lookup('work')!.entries()).toEqual([]);
    expect(upper.used).toBe(0);
  });

  it('parts the names of one file of a lower layer, as index=off does', () => {
    const lower = new Tmpfs({ now });
    const a = lower.root.create('a', { ...OWN, mode: S.IFREG | 0o644 });
    lower.root.link('b', a);
    const upper = new Tmpfs({ now });
    for (const name of ['upper', 'work']) upper.root.create(name, { ...OWN, mode: S.IFDIR | 0o755 });
    const overlay = mount([lower], upper);
    expect(overlay.root.lookup('a')!.nlink).toBe(2);
    writeFile(overlay.root.lookup('a')!, 0, YES);
    const sizes = ['a', 'b'].map((name) => overlay.root.lookup(name)!.size);
    expect(sizes).toEqual([1, 0]);
  });

  it('gives a removed file that is still open a copy without a name', () => {
    const { overlay, upper } = stack([FILE]);
    const dir = overlay.root.lookup('d')!;
    const inode = dir.lookup('f')!;
    inode.acquire();
    dir.unlink('f');
    expect(inode.nlink).toBe(0);
    inode.change({ mode: 0o600 }, 1);
    writeFile(inode, 0, YES);
    const byte = new Uint8Array(2);
    readFile(inode, 0, byte);
    expect(String.fromCharCode(...byte)).toBe('yx');
    expect(dir.entries()).toEqual([]);
    inode.release();
    expect(upper.used).toBe(0);
  });
});

describe('mount -t overlay', () => {
  const boot = async (): Promise<System> => {
    const { system } = await bootLinux();
    for (const at of ['/l1', '/l2', '/rw/upper', '/rw/work']) system.makeDirectories(at);
    return system;
  };
  const at = (system: System, path: string): Inode => system.makeDirectories(path).dentry.inode;

  it('finds the layers by their paths, the first lowerdir topmost', async () => {
    const system = await boot();
    for (const [dir, text] of [
      ['/l1', '1'],
      ['/l2', '22'],
    ] as const)
      at(system, dir)
        .create('f', { ...OWN, mode: S.IFREG | 0o644 })
        .write(0, new TextEncoder().encode(text));
    const fs = system.makeFileSystem('overlay', 'lowerdir=/l2:/l1,upperdir=/rw/upper,workdir=/rw/work,index=off');
    system.mount('/merged', { fs, source: 'overlay' });
    expect(at(system, '/merged').lookup('f')!.size).toBe(2);
    at(system, '/merged').unlink('f');
    expect(at(system, '/merged').entries()).toEqual([]);
    expect(at(system, '/rw/upper').lookup('f')!.mode & S.IFMT).toBe(S.IFCHR);
    expect(at(system, '/l2').lookup('f')!.size).toBe(2);
  });

  it.each([
    ['', E.INVAL],
    ['lowerdir=/none', E.NOENT],
    ['lowerdir=/l1/f', E.NOTDIR],
    ['lowerdir=/l1,upperdir=/rw/upper', E.INVAL],
    ['lowerdir=/l1,upperdir=/rw/upper,workdir=/rw/upper', E.INVAL],
    ['lowerdir=/l1,upperdir=/rw/upper,workdir=/tmp', E.INVAL],
    ['lowerdir=/l1,upperdir=/rw,workdir=/rw/work', E.INVAL],
    ['lowerdir=/l1,redirect_dir=on', E.INVAL],
    ['lowerdir=/l1,nonsense', E.INVAL],
  ])('refuses "%s"', async (data, code) => {
    const system = await boot();
    at(system, '/l1').create('f', { ...OWN, mode: S.IFREG });
    expect(() => system.makeFileSystem('overlay', data)).toThrow(new SysError(code));
  });

  it('lets mappings see what is written through the union once the file is its own', async () => {
    const system = await boot();
    const fs = system.makeFileSystem('overlay', 'lowerdir=/l1,upperdir=/rw/upper,workdir=/rw/work');
    const inode = fs.root.create('f', { ...OWN, mode: S.IFREG | 0o644 });
    writeFile(inode, 0, Uint8Array.of(1, 2, 3));
    const pages = system.kernel.caches.of(inode);
    pages.hold();
    pages.writers(1);
    const frame = system.kernel.frames.bytes(pages.page(0, null));
    writeFile(inode, 0, Uint8Array.of(9));
    expect([...frame.subarray(0, 3)]).toEqual([9, 2, 3]);
    frame[1] = 8;
    const read = new Uint8Array(3);
    readFile(inode, 0, read);
    expect([...read]).toEqual([9, 8, 3]);
  });
});
