/** The tree of files a container sees: its root, what config.json mounts, devices, masked and read-only paths. */
import { InputError, isInputError } from '../../abi/errors.ts';
import { E, errnoName, SysError } from '../../linux/errno.ts';
import { makeDevice } from '../../linux/syscalls/paths.ts';
import { bind } from '../../linux/syscalls/system.ts';
import type { System } from '../../linux/system.ts';
import { viewOf } from '../../linux/task/exec.ts';
import { MountNamespace } from '../../linux/task/namespaces.ts';
import type { Task } from '../../linux/task/task.ts';
import { S } from '../../linux/uapi.ts';
import { DEVICE_LINKS, DEVICES } from '../../linux/vfs/devices.ts';
import { DevptsFs } from '../../linux/vfs/devpts.ts';
import { type FileSystem, isDirectory } from '../../linux/vfs/inode.ts';
import { attach, type Dentry, Mount, type MountFlags, type Path, PLAIN, rootDentry } from '../../linux/vfs/mount.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import { resolve } from '../../linux/vfs/walk.ts';
import type { Spec, SpecMount } from './spec.ts';

/** A place of the host that is mounted: a folder, or one file of a folder. */
export interface HostPlace {
  readonly fs: FileSystem;
  readonly dentry: Dentry;
}

export interface RootFiles {
  readonly fs: FileSystem;
  /** As /proc/mounts names it. */
  readonly source: string;
}

/** Where a container's files come from. */
export interface Files {
  readonly root: RootFiles;
  /** Opens what a bind mount names. Throws InputError where there is none. */
  openHost(path: string, readOnly: boolean): HostPlace;
  /** The container is gone. */
  release?(): void;
}

const FLAG_WORDS: Readonly<Record<string, Partial<MountFlags>>> = {
  ro: { readOnly: true },
  rw: { readOnly: false },
  nosuid: { nosuid: true },
  suid: { nosuid: false },
  nodev: { nodev: true },
  dev: { nodev: false },
  noexec: { noexec: true },
  exec: { noexec: false },
};
/** Options that change nothing here: times are always kept, and mounts do not propagate. */
const QUIET =
  /^(r?bind|r?private|r?slave|r?shared|r?unbindable|(no)?relatime|(no)?atime|strictatime|(no)?diratime|a?sync|defaults|nosymfollow)$/;

/** What could not be done, and where in config.json it stands. */
function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (e) {
    if (e instanceof SysError) throw new InputError(`${what}: ${errnoName(e.code)}`);
    if (isInputError(e)) throw new InputError(`${what}: ${e.message}`);
    throw e;
  }
}

const isMissing = (e: unknown): boolean => e instanceof SysError && (e.code === E.NOENT || e.code === E.NOTDIR);

class Builder {
  private readonly system: System;
  private readonly task: Task;
  private readonly files: Files;

  constructor(system: System, task: Task, files: Files) {
    this.system = system;
    this.task = task;
    this.files = files;
  }

  find(path: string): Path {
    const view = viewOf(this.task);
    return resolve(view, view.root, path);
  }

  /** The place, or null where there is nothing. */
  look(path: string): Path | null {
    try {
      return this.find(path);
    } catch (e) {
      if (isMissing(e)) return null;
      throw e;
    }
  }

  /** Where a mount goes: a directory, or for a file an empty file, made if it is not there. */
  target(path: string, directory: boolean): Path {
    if (directory) return this.system.makeDirectories(path, this.task);
    const cut = path.lastIndexOf('/');
    const dir = this.system.makeDirectories(path.slice(0, cut), this.task);
    const found = this.look(path);
    if (found) return found;
    dir.dentry.inode.create(path.slice(cut + 1), { mode: S.IFREG | 0o644, uid: 0, gid: 0 });
    return this.find(path);
  }

  mount(row: SpecMount): void {
    const flags = { ...PLAIN };
    const data: string[] = [];
    for (const option of row.options) {
      if (Object.hasOwn(FLAG_WORDS, option)) Object.assign(flags, FLAG_WORDS[option]);
      else if (!QUIET.test(option)) data.push(option);
    }
    if (row.type === 'bind' || row.options.includes('bind') || row.options.includes('rbind')) {
      if (!row.source) throw new InputError('a bind mount has to have a source');
      const { fs, dentry } = this.files.openHost(row.source, flags.readOnly);
      attach(new Mount(fs, dentry, row.source, flags), this.target(row.destination, isDirectory(dentry.inode.mode)));
      return;
    }
    const fs = attempt(row.type ?? 'no type', () =>
      this.system.makeFileSystem(row.type ?? '', data.join(','), this.task),
    );
    attach(new Mount(fs, rootDentry(fs), row.source ?? fs.type, flags), this.target(row.destination, true));
  }

  /** The devices every container has, and links to what only the process knows. */
  defaultDevices(): void {
    const dev = this.look('/dev');
    if (!dev || !(dev.dentry.inode.fs instanceof Tmpfs)) return;
    const { inode } = dev.dentry;
    const own = { uid: 0, gid: 0 };
    for (const { name, major, minor, mode } of DEVICES)
      if (!inode.lookup(name)) inode.create(name, { ...own, mode: S.IFCHR | mode, rdev: makeDevice(major, minor) });
    for (const [name, target] of DEVICE_LINKS)
      if (!inode.lookup(name)) inode.symlink(name, target, { ...own, mode: S.IFLNK | 0o777 });
  }

  device(row: Spec['linux']['devices'][number]): void {
    const cut = row.path.lastIndexOf('/');
    const dir = this.system.makeDirectories(row.path.slice(0, cut), this.task).dentry.inode;
    const name = row.path.slice(cut + 1);
    if (dir.lookup(name)) return;
    const type = row.type === 'p' ? S.IFIFO : row.type === 'b' ? S.IFBLK : S.IFCHR;
    const rdev = makeDevice(row.major, row.minor);
    dir.create(name, { mode: type | (row.fileMode ?? 0o666), uid: row.uid, gid: row.gid, rdev });
  }

  /** Nothing can be changed there. */
  readOnly(path: string): void {
    const at = this.look(path);
    if (!at) return;
    const copy = bind(at, true);
    copy.flags.readOnly = true;
    attach(copy, at);
  }

  /** Nothing can be seen there: a directory is empty, a file is /dev/null. */
  mask(path: string): void {
    const at = this.look(path);
    if (!at) return;
    if (isDirectory(at.dentry.inode.mode)) {
      const fs = new Tmpfs({ now: () => this.system.kernel.clock.coarse() });
      attach(new Mount(fs, rootDentry(fs), 'tmpfs', { ...PLAIN, readOnly: true }), at);
      return;
    }
    const nothing = this.look('/dev/null');
    if (nothing) attach(bind(nothing, false), at);
  }
}

/** Gives the terminal of a task that is being made an entry in the container's /dev/pts. */
export function enterTerminal(task: Task): void {
  const { terminal } = task.process;
  if (!terminal) return;
  const view = viewOf(task);
  let fs: FileSystem;
  try {
    fs = resolve(view, view.root, '/dev/pts').dentry.inode.fs;
  } catch (e) {
    if (isMissing(e)) return;
    throw e;
  }
  if (fs instanceof DevptsFs) fs.adopt(terminal);
}

/** Gives a task that is being made a mount namespace with all that config.json asks for. */
export function buildMounts(system: System, task: Task, spec: Spec, files: Files): void {
  const { fs, source } = files.root;
  const root = new Mount(fs, rootDentry(fs), source, { ...PLAIN });
  const mnt = new MountNamespace(root);
  const { user } = task.namespaces;
  mnt.owner = user.level === 0 ? null : user;
  task.join({ ...task.namespaces, mnt });
  const at: Path = { mount: root, dentry: root.root };
  task.process.place = { root: at, cwd: at, umask: 0o022 };
  const builder = new Builder(system, task, files);
  spec.mounts.forEach((row, i) => {
    attempt(`mounts[${i}] (${row.destination})`, () => builder.mount(row));
  });
  attempt('the devices of /dev', () => builder.defaultDevices());
  for (const row of spec.linux.devices) attempt(`linux.devices (${row.path})`, () => builder.device(row));
  for (const path of spec.linux.readonlyPaths) attempt(`linux.readonlyPaths (${path})`, () => builder.readOnly(path));
  for (const path of spec.linux.maskedPaths) attempt(`linux.maskedPaths (${path})`, () => builder.mask(path));
  // As everywhere, the directory it begins in is made where it is not there.
  attempt(`process.cwd (${spec.process.cwd})`, () => system.makeDirectories(spec.process.cwd, task));
  enterTerminal(task);
  root.flags.readOnly = spec.root.readonly;
}
