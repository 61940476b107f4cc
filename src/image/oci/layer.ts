/** A layer's archive as a list of changes (image-spec, layer.md): checked whole before anything is made of it. */
import { InputError } from '../../abi/errors.ts';
import type { Source } from '../source.ts';
import { tarEntries } from '../tar.ts';
import type { TarEntry } from '../tar-format.ts';
import type { ImageLimits } from './limits.ts';

export const WHITEOUT = '.wh.';
export const OPAQUE = '.wh..wh..opq';

export type LayerChange =
  /** A file, directory or link at a path. */
  | { readonly kind: 'entry'; readonly path: readonly string[]; readonly entry: TarEntry }
  /** Another name of the file at `target`, which stands in the layer before it. */
  | { readonly kind: 'link'; readonly path: readonly string[]; readonly target: readonly string[] }
  /** The lower layers' file of the path is gone. */
  | { readonly kind: 'whiteout'; readonly path: readonly string[] }
  /** All of the lower layers in the directory is gone. */
  | { readonly kind: 'opaque'; readonly path: readonly string[] };

const NAME_BYTES = 255;
const PATH_BYTES = 4095;
const utf8 = new TextEncoder();

/** What the layer has at a path so far. */
interface Seen {
  kind: TarEntry['type'];
  below: Map<string, Seen>;
}

class Checker {
  private readonly what: string;
  private readonly limits: ImageLimits;
  private readonly root: Seen = { kind: 'directory', below: new Map() };
  private count = 0;

  constructor(what: string, limits: ImageLimits) {
    this.what = what;
    this.limits = limits;
  }

  refuse(name: string, why: string): never {
    throw new InputError(`${this.what}: ${JSON.stringify(name.slice(0, 200))} ${why}`, 'The layer is refused.');
  }

  /** The components of a member's name. */
  path(name: string, role: string): readonly string[] {
    if (name.startsWith('/')) this.refuse(name, `is an absolute ${role}: it would leave the image`);
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) this.refuse(name, `is a ${role} with "..": it would leave the image`);
    if (parts.length > this.limits.depth) this.refuse(name, `lies more than ${this.limits.depth} directories deep`);
    if (parts.some((part) => part.length > NAME_BYTES / 3 && utf8.encode(part).length > NAME_BYTES))
      this.refuse(name, `has a component longer than ${NAME_BYTES} bytes`);
    if (name.length > PATH_BYTES / 3 && utf8.encode(name).length > PATH_BYTES)
      this.refuse(name, `is longer than ${PATH_BYTES} bytes`);
    return parts;
  }

  private find(path: readonly string[]): Seen | undefined {
    let at: Seen | undefined = this.root;
    for (const part of path) at = at?.below.get(part);
    return at;
  }

  private add(into: Seen, name: string, kind: Seen['kind']): Seen {
    if (++this.count > this.limits.entries)
      throw new InputError(`${this.what}: it has more than ${this.limits.entries} files and directories`);
    const seen: Seen = { kind, below: new Map() };
    into.below.set(name, seen);
    return seen;
  }

  /** The directory a member lies in; every one on the way has to be one, and those that are not mentioned are made. */
  private parent(path: readonly string[], name: string): Seen {
    let at = this.root;
    for (const [i, part] of path.slice(0, -1).entries()) {
      at = at.below.get(part) ?? this.add(at, part, 'directory');
      if (at.kind !== 'directory')
        this.refuse(name, `lies below ${path.slice(0, i + 1).join('/')}, which is no directory but a ${at.kind}`);
    }
    return at;
  }

  change(entry: TarEntry): LayerChange | null {
    const path = this.path(entry.name, 'name');
    const last = path.at(-1);
    if (last === undefined) {
      if (entry.type !== 'directory') this.refuse(entry.name, 'is the root and no directory');
      return { kind: 'entry', path, entry };
    }
    const parent = this.parent(path, entry.name);
    if (last === OPAQUE) return { kind: 'opaque', path: path.slice(0, -1) };
    if (last.startsWith(WHITEOUT)) {
      const gone = last.slice(WHITEOUT.length);
      // What AUFS keeps for itself (.wh..wh.plnk, .wh..wh.aufs) says nothing about the tree.
      if (gone.startsWith(WHITEOUT)) return null;
      if (gone === '' || gone === '.' || gone === '..') this.refuse(entry.name, 'is a whiteout of nothing');
      return { kind: 'whiteout', path: [...path.slice(0, -1), gone] };
    }
    if (path.some((part) => part.startsWith(WHITEOUT))) this.refuse(entry.name, 'lies in a whiteout');
    if (entry.type === 'hardlink') {
      const target = this.path(entry.link, 'hard link’s target');
      const kind = this.find(target)?.kind;
      if (kind === undefined)
        this.refuse(entry.name, `is a hard link to ${entry.link}, which does not stand before it in this layer`);
      if (kind === 'directory') this.refuse(entry.name, `is a hard link to ${entry.link}, a directory`);
      if (target.join('/') === path.join('/')) this.refuse(entry.name, 'is a hard link to itself');
      this.add(parent, last, kind!);
      return { kind: 'link', path, target };
    }
    if (entry.type === 'symlink' && entry.link === '') this.refuse(entry.name, 'is a symbolic link to nothing');
    if (entry.type === 'symlink' && utf8.encode(entry.link).length > PATH_BYTES)
      this.refuse(entry.name, 'is a symbolic link with too long a target');
    if (
      (entry.type === 'character' || entry.type === 'block') &&
      (entry.device[0] > 0xfff || entry.device[1] > 0xf_ffff)
    )
      this.refuse(entry.name, 'is a device with a number that there can’t be');
    // A directory that comes again keeps what it has; anything else takes the place of what was there.
    const there = parent.below.get(last);
    if (there?.kind !== 'directory' || entry.type !== 'directory') this.add(parent, last, entry.type);
    return { kind: 'entry', path, entry };
  }
}

/**
 * The changes of a layer, in their order.
 * @throws InputError at the first member that could do harm or can't be what it says
 */
export function* layerChanges(source: Source, limits: ImageLimits, what: string): Generator<LayerChange> {
  const checker = new Checker(what, limits);
  let count = 0;
  for (const entry of tarEntries(source, what)) {
    if (++count > limits.entries) throw new InputError(`${what}: it has more than ${limits.entries} members`);
    const change = checker.change(entry);
    if (change) yield change;
  }
}
