/** What COPY and ADD take from: the files that came with a Dockerfile, an earlier stage, another image. */
import { joined } from '../../../abi/bytes.ts';
import { InputError } from '../../../abi/errors.ts';
import { ignoring } from '../../../image/dockerfile/ignore.ts';
import { bytesSource, type Source } from '../../../image/source.ts';
import { type NewEntry, writeTar } from '../../../image/tar-write.ts';
import { type Inode, isDirectory, isRegular } from '../../../linux/vfs/inode.ts';
import { Tmpfs } from '../../../linux/vfs/tmpfs.ts';
import { fileSource, treeEntries } from '../../images/tree.ts';
import { extract } from '../extract.ts';

/** An archive of files as a tree. */
export function contextOf(archive: Source, now: () => number): Inode {
  const fs = new Tmpfs({ now });
  fs.hold();
  extract(archive, 'the build context', fs.root, now());
  return fs.root;
}

/** Takes away what `.dockerignore` leaves out. */
export function leaveOut(root: Inode): void {
  const rules = root.lookup('.dockerignore');
  if (!rules || !isRegular(rules.mode)) return;
  const ignored = ignoring(textOf(rules));
  const visit = (folder: Inode, path: string): void => {
    for (const { name } of folder.entries()) {
      const child = folder.lookup(name)!;
      const at = path === '' ? name : `${path}/${name}`;
      if (isDirectory(child.mode)) {
        visit(child, at);
        if (ignored(at) && child.entries().length === 0) folder.rmdir(name);
      } else if (ignored(at)) folder.unlink(name);
    }
  };
  visit(root, '');
}

/** A file as text. */
export function textOf(inode: Inode): string {
  const bytes = new Uint8Array(inode.size);
  fileSource(inode).read(0, bytes);
  return new TextDecoder().decode(bytes);
}

/** A file or folder that is to be copied. */
export interface Taken {
  readonly inode: Inode;
  /** Its own name; empty: it is the root. */
  readonly name: string;
}

/** One part of a pattern as filepath.Match of Go has it: `*`, `?`, `[a-z]`, and what a backslash keeps. */
function matcher(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|([*?])|([^\w])/g, (whole, kept, not, set, wild) => {
    if (kept !== undefined) return kept.replace(/\W/g, '\\$&');
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[[\\^](?!-)/g, '\\$&')}]`;
    if (wild === '*') return '[^/]*';
    if (wild === '?') return '[^/]';
    return `\\${whole}`;
  });
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    throw new InputError(`${pattern}: this is no pattern`, 'A [ has its ], and a range ends behind where it begins.');
  }
}

/** What a path or pattern means below a root, names in order; links are taken as links. @throws InputError where it leads out, or to nothing */
export function taken(root: Inode, pattern: string): Taken[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new InputError(`${pattern} leads out of the build context`);
  let found: Taken[] = [{ inode: root, name: '' }];
  for (const part of parts) {
    const exact = !/[*?[\\]/.test(part);
    const test = exact ? null : matcher(part);
    found = found.flatMap(({ inode }) => {
      if (!isDirectory(inode.mode)) return [];
      const names = test
        ? inode
            .entries()
            .map((e) => e.name)
            .filter((name) => test.test(name))
        : [part];
      return names.sort().flatMap((name) => {
        const child = inode.lookup(name);
        return child ? [{ inode: child, name }] : [];
      });
    });
  }
  if (found.length === 0) throw new InputError(`${pattern}: there is no such file or folder in the build context`);
  return found;
}

/** Who files belong to once they are copied, and with which mode; null: with their own. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number | null;
}

/** Things as members of an archive: what is in a folder below `to`, a file as `to` itself. */
export function* copied({ inode }: Taken, to: string, { uid, gid, mode }: Ownership): Generator<NewEntry> {
  const owned = (entry: NewEntry): NewEntry => ({
    ...entry,
    uid,
    gid,
    ...(mode !== null && entry.type !== 'symlink' && { mode }),
  });
  for (const entry of treeEntries(inode, to)) yield owned(entry);
}

/** Puts them below a folder. */
export function place(entries: Iterable<NewEntry>, into: Inode, now: number): void {
  extract(bytesSource(joined([...writeTar(entries)])), 'what is copied', into, now);
}
