/** A directory of Node's file system for guests, which can't be left through links, `..` or special files. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { E, fail, SysError } from '../../linux/errno.ts';
import type { HostFiles, HostStat } from '../../linux/vfs/host.ts';

const TYPE = 0o170000;
const LINK = 0o120000;

/** Node's error as the guest's; errno numbers of the host may differ from Linux's, so it goes by name. */
function translate(e: unknown): never {
  if (e instanceof SysError) throw e;
  const { code } = e as NodeJS.ErrnoException;
  if (!code) throw e;
  fail((E as Readonly<Record<string, number>>)[code.slice(1)] ?? E.IO);
}

function guarded<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return work(...args);
    } catch (e) {
      return translate(e);
    }
  };
}

/** Where a name is the same in small and large letters, the host's own resolution answers with those of the directory. */
const realPath = process.platform === 'linux' ? fs.realpathSync.native : fs.realpathSync;

/** The files below `folder` of this host; `readOnly` refuses every change, whatever the mount says. */
export function hostFiles(folder: string, readOnly: boolean): HostFiles {
  const root = fs.realpathSync(folder);
  const parts = (path: readonly string[]): string => {
    for (const name of path)
      if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) fail(E.INVAL);
    return join(root, ...path);
  };
  /** The name of a file, once it is certain that no directory on the way is a link. */
  const safe = (path: readonly string[]): string => {
    const full = parts(path);
    if (path.length > 1) {
      const above = parts(path.slice(0, -1));
      if (realPath(above) !== above) fail(E.ACCES);
    }
    return full;
  };
  const change = (path: readonly string[]): string => (readOnly ? fail(E.ROFS) : safe(path));
  const { O_NOFOLLOW, O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NONBLOCK } = fs.constants;

  const stat = (path: readonly string[]): HostStat | null => {
    let s: fs.Stats | undefined;
    try {
      // Most names that are looked for are not there: no error is made for each.
      s = fs.lstatSync(safe(path), { throwIfNoEntry: false });
    } catch (e) {
      const { code } = e as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      return translate(e);
    }
    if (!s) return null;
    return {
      id: `${s.dev}:${s.ino}`,
      mode: s.mode,
      nlink: s.nlink,
      uid: s.uid,
      gid: s.gid,
      size: s.size,
      rdev: 0,
      atime: s.atimeMs,
      mtime: s.mtimeMs,
      ctime: s.ctimeMs,
    };
  };

  return {
    stat,
    list: guarded((path) => fs.readdirSync(safe(path))),
    open: guarded((path, write) => {
      if (write && readOnly) fail(E.ROFS);
      const handle = fs.openSync(safe(path), (write ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK);
      if (!fs.fstatSync(handle).isFile()) {
        fs.closeSync(handle);
        fail(E.ACCES);
      }
      return handle;
    }),
    close: guarded((handle) => fs.closeSync(handle)),
    read: guarded((handle, position, into) => {
      let done = 0;
      while (done < into.length) {
        const n = fs.readSync(handle, into, done, into.length - done, position + done);
        if (n === 0) break;
        done += n;
      }
      return done;
    }),
    write: guarded((handle, position, from) => fs.writeSync(handle, from, 0, from.length, position)),
    truncate: guarded((handle, size) => fs.ftruncateSync(handle, size)),
    create: guarded((path, mode) => fs.openSync(change(path), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, mode & 0o777)),
    mkdir: guarded((path, mode) => void fs.mkdirSync(change(path), mode & 0o777)),
    symlink: guarded((path, target) => fs.symlinkSync(target, change(path))),
    readlink: guarded((path) => fs.readlinkSync(safe(path))),
    link: guarded((from, to) => {
      const source = change(from);
      // A hard link to a link would be followed by some hosts.
      if ((fs.lstatSync(source).mode & TYPE) === LINK) fail(E.PERM);
      fs.linkSync(source, change(to));
    }),
    unlink: guarded((path) => fs.unlinkSync(change(path))),
    rmdir: guarded((path) => fs.rmdirSync(change(path))),
    rename: guarded((from, to) => fs.renameSync(change(from), change(to))),
    chmod: guarded((path, mode) => {
      const full = change(path);
      if ((fs.lstatSync(full).mode & TYPE) === LINK) fail(E.OPNOTSUPP);
      // No guest makes set-id programs for the host.
      fs.chmodSync(full, mode & 0o777);
    }),
    utimes: guarded((path, atime, mtime) => fs.lutimesSync(change(path), atime / 1000, mtime / 1000)),
    usage: guarded(() => {
      const s = fs.statfsSync(root);
      return { total: s.blocks * s.bsize, free: s.bavail * s.bsize };
    }),
  };
}
