/** Members of an archive put into a tree of files; nothing can be put outside of it. */
import { InputError } from '../../abi/errors.ts';
import type { Source } from '../../image/source.ts';
import { readEntry, tarEntries } from '../../image/tar.ts';
import type { TarEntry } from '../../image/tar-format.ts';
import { errnoName, SysError } from '../../linux/errno.ts';
import { makeDevice } from '../../linux/syscalls/paths.ts';
import { S } from '../../linux/uapi.ts';
import { type Birth, type Inode, isDirectory } from '../../linux/vfs/inode.ts';
import { truncateFile, writeFile } from '../../linux/vfs/pages.ts';
import { FORMATS } from '../images/tar-modes.ts';

const CHUNK = 1 << 18;

function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new InputError(`the archive: ${name} leads out of the directory`);
  return parts;
}

/** The directory of these names, made where it is missing. Links on the way are not followed. `what` needs it. */
export function directoryAt(root: Inode, parts: readonly string[], what: string): Inode {
  let at = root;
  for (const name of parts) {
    const next = at.lookup(name) ?? at.create(name, { mode: S.IFDIR | 0o755, uid: 0, gid: 0 });
    if (!isDirectory(next.mode)) throw new InputError(`${what}: ${name} is no directory`);
    at = next;
  }
  return at;
}

function put(root: Inode, source: Source, entry: TarEntry, now: number): void {
  const parts = partsOf(entry.name);
  const name = parts.pop();
  if (name === undefined) return;
  const dir = directoryAt(root, parts, `the archive: ${entry.name}`);
  const there = dir.lookup(name);
  if (entry.type === 'hardlink') {
    const target = partsOf(entry.link);
    const last = target.pop() ?? '';
    const inode = directoryAt(root, target, `the archive: ${entry.link}`).lookup(last);
    if (!inode) throw new InputError(`the archive: ${entry.name} is a link to ${entry.link}, which is not there`);
    if (there === inode) return;
    if (there) dir.unlink(name);
    dir.link(name, inode);
    return;
  }
  const birth: Birth = {
    mode: FORMATS[entry.type] | (entry.mode & 0o7777),
    uid: entry.uid,
    gid: entry.gid,
    rdev: makeDevice(entry.device[0], entry.device[1]),
  };
  const same = there && (there.mode & S.IFMT) === (birth.mode & S.IFMT);
  if (there && !(same && (entry.type === 'directory' || entry.type === 'file'))) {
    if (isDirectory(there.mode)) dir.rmdir(name);
    else dir.unlink(name);
  }
  if (entry.type === 'symlink') {
    dir.symlink(name, entry.link, birth);
    return;
  }
  const inode = same && (entry.type === 'directory' || entry.type === 'file') ? there : dir.create(name, birth);
  if (entry.type === 'file') {
    truncateFile(inode, 0);
    for (let at = 0; at < entry.size; at += CHUNK) {
      const bytes = new Uint8Array(Math.min(CHUNK, entry.size - at));
      readEntry(source, entry, at, bytes);
      writeFile(inode, at, bytes);
    }
  }
  inode.change({ mode: entry.mode & 0o7777, uid: entry.uid, gid: entry.gid, mtime: entry.mtime }, now);
}

/** Puts all members of an archive below a directory. @throws InputError for what can't be there */
export function extract(source: Source, what: string, root: Inode, now: number): void {
  for (const entry of tarEntries(source, what)) {
    try {
      put(root, source, entry, now);
    } catch (e) {
      if (e instanceof SysError) throw new InputError(`${entry.name} can’t be written: ${errnoName(e.code)}`);
      throw e;
    }
  }
}
