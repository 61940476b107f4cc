/** A directory of Node's file system for guests, which can't be left through links, `..` or special files (`HostTree`). */
import * as fs from 'node:fs';
import { FileError } from '../../devices/9p/folder.ts';
import { attempt, HostTree } from '../../devices/node/host-tree.ts';
import { E, fail } from '../../linux/errno.ts';
import type { HostFile, HostFiles, HostStat } from '../../linux/vfs/host.ts';

const { O_RDONLY, O_RDWR } = fs.constants;
/** No guest makes set-id programs for the host. */
const PERMISSIONS = 0o777;

/** Failures of the tree as the guest's; their numbers are Linux's. */
function guarded<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return work(...args);
    } catch (e) {
      if (e instanceof FileError) fail(e.errno);
      throw e;
    }
  };
}

/** The files below `folder` of this host; `readOnly` refuses every change, whatever the mount says. */
export function hostFiles(folder: string, readOnly: boolean): HostFiles {
  const tree = new HostTree(folder);
  type Names = readonly string[];
  const changing = (): void => {
    if (readOnly) fail(E.ROFS);
  };
  /** Does something to a name, where names may change. */
  const change = <T>(path: Names, work: (name: string) => T): T => {
    changing();
    return tree.at(path, work);
  };

  const found = (at: HostFile): fs.Stats | undefined => {
    if (typeof at === 'number') return attempt(() => fs.fstatSync(at));
    try {
      // Most names that are looked for are not there: no error is made for each.
      return tree.at(at, (name) => fs.lstatSync(name, { throwIfNoEntry: false }));
    } catch (e) {
      if (e instanceof FileError && (e.errno === E.NOENT || e.errno === E.NOTDIR)) return undefined;
      throw e;
    }
  };
  const stat = guarded((at: HostFile): HostStat | null => {
    const s = found(at);
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
  });

  return {
    stat,
    list: guarded((path) => tree.inode(path, (name) => fs.readdirSync(name))),
    open: guarded((path, write) => {
      if (write) changing();
      return tree.open(path, write ? O_RDWR : O_RDONLY);
    }),
    close: guarded((handle) => attempt(() => fs.closeSync(handle))),
    read: guarded((handle, position, into) =>
      attempt(() => {
        let done = 0;
        while (done < into.length) {
          const n = fs.readSync(handle, into, done, into.length - done, position + done);
          if (n === 0) break;
          done += n;
        }
        return done;
      }),
    ),
    write: guarded((handle, position, from) => attempt(() => fs.writeSync(handle, from, 0, from.length, position))),
    truncate: guarded((handle, size) => attempt(() => fs.ftruncateSync(handle, size))),
    create: guarded((path, mode) => {
      changing();
      return tree.create(path, O_RDWR, mode & PERMISSIONS);
    }),
    mkdir: guarded((path, mode) => change(path, (name) => void fs.mkdirSync(name, mode & PERMISSIONS))),
    symlink: guarded((path, target) => change(path, (name) => fs.symlinkSync(target, name))),
    readlink: guarded((path) => tree.at(path, (name) => fs.readlinkSync(name))),
    link: guarded((from, to) =>
      change(from, (old) => {
        // A hard link to a link would be followed by some hosts.
        if (fs.lstatSync(old).isSymbolicLink()) throw new FileError('EPERM');
        change(to, (name) => fs.linkSync(old, name));
      }),
    ),
    unlink: guarded((path) => change(path, (name) => fs.unlinkSync(name))),
    rmdir: guarded((path) => change(path, (name) => fs.rmdirSync(name))),
    rename: guarded((from, to) => change(from, (old) => change(to, (name) => fs.renameSync(old, name)))),
    chmod: guarded((at, mode) => {
      changing();
      if (typeof at === 'number') attempt(() => fs.fchmodSync(at, mode & PERMISSIONS));
      else tree.inode(at, (name) => fs.chmodSync(name, mode & PERMISSIONS));
    }),
    utimes: guarded((at, atime, mtime) => {
      changing();
      const times = [atime / 1000, mtime / 1000] as const;
      if (typeof at === 'number') attempt(() => fs.futimesSync(at, ...times));
      else tree.at(at, (name) => fs.lutimesSync(name, ...times));
    }),
    usage: guarded(() =>
      attempt(() => {
        const s = fs.statfsSync(tree.root);
        return { total: s.blocks * s.bsize, free: s.bavail * s.bsize };
      }),
    ),
  };
}
