/** One running system: a kernel with its root file system, /proc, /dev, and the programs started in it. */
import { E, fail, SysError } from './errno.ts';
import { Kernel, type KernelOptions } from './kernel.ts';
import { Loop } from './loop.ts';
import { AddressSpace } from './memory/space.ts';
import { encode } from './memory/user.ts';
import { setUp } from './net/configure.ts';
import { cgroupFs } from './proc/cgroup.ts';
import { procFs } from './proc/proc.ts';
import { sysFs } from './proc/sys.ts';
import type { CallTable } from './syscalls/call.ts';
import { makeDevice } from './syscalls/paths.ts';
import { mountCall } from './syscalls/system.ts';
import { createTable } from './syscalls/table.ts';
import { Credential } from './task/credential.ts';
import { execute, viewOf } from './task/exec.ts';
import { exitGroup } from './task/exit.ts';
import { UserNamespace } from './task/namespace.ts';
import {
  CgroupNamespace,
  IpcNamespace,
  MountNamespace,
  type Namespaces,
  NetNamespace,
  TimeNamespace,
  UtsNamespace,
} from './task/namespaces.ts';
import { Pid } from './task/pid.ts';
import { makeRoom } from './task/reclaim.ts';
import { send, sendGroup } from './task/signal.ts';
import { defaultActions, SI } from './task/signals.ts';
import { defaultLimits, FileTable, Handlers, Process, Task } from './task/task.ts';
import { O, S, SIG } from './uapi.ts';
import { anonymousInode } from './vfs/anonymous.ts';
import { DEVICE_LINKS, DEVICES, memoryDevices } from './vfs/devices.ts';
import { DevptsFs } from './vfs/devpts.ts';
import { type FileKind, OpenFile, type SpecialFile } from './vfs/file.ts';
import { type FileSystem, isDirectory } from './vfs/inode.ts';
import { attach, type FileSystemType, Mount, type MountFlags, type Path, PLAIN, rootDentry } from './vfs/mount.ts';
import { mountOverlay } from './vfs/overlay-mount.ts';
import { Terminal } from './vfs/terminal.ts';
import { Tmpfs } from './vfs/tmpfs.ts';
import { resolve, type Viewpoint } from './vfs/walk.ts';

export interface MountRequest {
  readonly fs: FileSystem;
  readonly source: string;
  readonly flags?: Partial<MountFlags>;
}

/** What a program is started with. */
export interface ProgramRequest {
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** Path of the program; not given: argv[0], looked for along PATH. */
  readonly path?: string;
  readonly cwd: string;
  /** What descriptors 0, 1 and 2 are: each a file of its own, or a terminal for all. */
  readonly stdio: readonly [FileKind, FileKind, FileKind];
  readonly terminal?: Terminal | null;
}

/** The entry of a terminal under /dev/pts, where it has one. */
function placeOfTerminal(view: Viewpoint, terminal: Terminal): Path | null {
  try {
    const { fs } = resolve(view, view.root, '/dev/pts').dentry.inode;
    const number = fs instanceof DevptsFs ? fs.numberOf(terminal) : null;
    return number === null ? null : resolve(view, view.root, `/dev/pts/${number}`);
  } catch {
    return null;
  }
}

const asDirectory = (path: Path): Path => (isDirectory(path.dentry.inode.mode) ? path : fail(E.NOTDIR));

export class System {
  readonly kernel: Kernel;
  readonly table: CallTable;
  readonly loop: Loop;
  private readonly types = new Map<string, FileSystemType<Kernel, Task>>();

  constructor(options: KernelOptions, root: MountRequest) {
    const kernel = new Kernel(options);
    this.kernel = kernel;
    const now = (): number => kernel.clock.coarse();
    this.types.set('proc', ({ task }) => procFs(kernel, task.namespaces.pid));
    this.types.set('sysfs', () => sysFs(kernel));
    this.types.set('cgroup2', ({ task }) => cgroupFs(kernel, task.namespaces.cgroup.root));
    this.types.set('devtmpfs', () => this.deviceFs());
    this.types.set('overlay', ({ data, task }) => mountOverlay(viewOf(task), data, now));
    this.types.set('devpts', ({ data }) => {
      const number = (key: string, base: number): number | null => {
        const match = new RegExp(`(?:^|,)${key}=(\\d+)`).exec(data);
        return match ? Number.parseInt(match[1]!, base) : null;
      };
      return new DevptsFs({
        now,
        makeTerminal: (write) => this.makeTerminal(write),
        owner: () => {
          const who = kernel.current?.credential;
          return { uid: who?.fsuid ?? 0, gid: who?.fsgid ?? 0 };
        },
        mode: number('mode', 8) ?? 0o600,
        ptmxMode: number('ptmxmode', 8) ?? 0,
        gid: number('gid', 10),
        most: number('max', 10) ?? 4096,
      });
    });
    this.types.set('mqueue', ({ task }) => task.namespaces.ipc.mqueue);
    this.types.set('tmpfs', ({ data, task }) => {
      const size = /(?:^|,)size=(\d+)([kmg]?)/i.exec(data);
      const mode = /(?:^|,)mode=([0-7]+)/.exec(data);
      const unit = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[size?.[2]?.toLowerCase() ?? ''] ?? 1;
      return new Tmpfs({
        now,
        owner: task.process.cgroup,
        mode: mode ? Number.parseInt(mode[1]!, 8) : 0o1777,
        ...(size && { limit: Number(size[1]) * unit }),
      });
    });
    kernel.frames.makeRoom = (owner) => makeRoom(kernel, owner);
    this.table = createTable(mountCall(this.types));
    this.loop = new Loop(kernel, this.table);
    const mount = new Mount(root.fs, rootDentry(root.fs), root.source, { ...PLAIN, ...root.flags });
    kernel.rootMount = mount;
    this.makeInit({ mount, dentry: mount.root });
    for (const [name, kind] of memoryDevices(kernel.random)) {
      const row = DEVICES.find((d) => d.name === name)!;
      kernel.devices.set(makeDevice(row.major, row.minor), () => kind);
    }
    const terminalOf = (task: Task): FileKind => task.process.terminal ?? fail(E.NXIO);
    kernel.devices.set(makeDevice(5, 0), terminalOf);
    kernel.devices.set(makeDevice(5, 1), terminalOf);
  }

  /** The kernel's own process: parent of all programs, heir of orphans. It runs nothing. */
  private makeInit(root: Path): void {
    const { kernel } = this;
    const task = new Task();
    const pid = new Pid(kernel.pids, task);
    const time = new TimeNamespace();
    time.entered = true;
    const namespaces: Namespaces<Task> = {
      mnt: new MountNamespace(root.mount),
      pid: kernel.pids,
      pidForChildren: kernel.pids,
      uts: new UtsNamespace(kernel.hostName),
      ipc: new IpcNamespace(() => kernel.clock.coarse()),
      net: new NetNamespace(kernel.network),
      user: new UserNamespace(null),
      cgroup: new CgroupNamespace(kernel.cgroups),
      time,
      timeForChildren: time,
    };
    const process = new Process({
      pid,
      parent: null,
      space: new AddressSpace(kernel.machine, kernel.frames, null),
      files: new FileTable(),
      place: { root, cwd: root, umask: 0o022 },
      handlers: new Handlers(defaultActions()),
      limits: defaultLimits(),
      group: pid,
      session: pid,
      startedAt: kernel.now(),
      cgroup: kernel.cgroups,
    });
    Object.assign(task, { pid, process, credential: new Credential(namespaces.user), name: 'init', state: 'sleeping' });
    task.join(namespaces);
    setUp(namespaces.net.stack, namespaces.net.stack.interfaces.loopback, true);
    process.threads.add(task);
    kernel.init = process;
    kernel.processes.add(process);
    kernel.cgroups.members.add(process);
  }

  /** The task of the kernel's own process: for looking up paths as root of the first namespaces. */
  get initTask(): Task {
    return this.kernel.init.leader;
  }

  /** A file system that mount(2) offers. */
  offer(type: string, make: FileSystemType<Kernel, Task>): void {
    this.types.set(type, make);
  }

  /** Makes a file system of a type, as mount(2) would. */
  makeFileSystem(type: string, data = '', task: Task = this.initTask): FileSystem {
    const make = this.types.get(type) ?? fail(E.NODEV);
    return make({ kernel: this.kernel, task, source: type, data });
  }

  /** /dev with its devices, /dev/fd, /dev/shm, /dev/pts. */
  deviceFs(): FileSystem {
    const now = (): number => this.kernel.clock.coarse();
    const fs = new Tmpfs({ now, type: 'devtmpfs' });
    const { root } = fs;
    const own = { uid: 0, gid: 0 };
    for (const { name, major, minor, mode } of DEVICES)
      root.create(name, { ...own, mode: S.IFCHR | mode, rdev: makeDevice(major, minor) });
    for (const [name, target] of DEVICE_LINKS) root.symlink(name, target, { ...own, mode: S.IFLNK | 0o777 });
    root.create('shm', { ...own, mode: S.IFDIR | 0o1777 });
    root.create('pts', { ...own, mode: S.IFDIR | 0o755 });
    return fs;
  }

  /** Mounts onto a directory of a task's view (init's: the first namespace), which is made if the file system lets it. */
  mount(at: string, request: MountRequest, task: Task = this.initTask): Mount {
    const mount = new Mount(request.fs, rootDentry(request.fs), request.source, { ...PLAIN, ...request.flags });
    attach(mount, this.makeDirectories(at, task));
    return mount;
  }

  /** Mounts file systems of the kernel's own, each of the type given for its place. */
  mountOwn(places: Readonly<Record<string, string>>): void {
    for (const [at, type] of Object.entries(places)) this.mount(at, { fs: this.makeFileSystem(type), source: type });
  }

  /** `mkdir -p` as seen by a task. Throws ENOTDIR where a file is in its way or there. */
  makeDirectories(at: string, task: Task = this.initTask): Path {
    let path = task.process.place.root;
    for (const name of at.split('/').filter(Boolean)) {
      const view = { ...viewOf(task), cwd: path };
      try {
        path = resolve(view, path, name);
      } catch (e) {
        if (!(e instanceof SysError) || e.code !== E.NOENT) throw e;
        path.dentry.inode.create(name, { mode: S.IFDIR | 0o755, uid: 0, gid: 0 });
        path = resolve(view, path, name);
      }
    }
    return asDirectory(path);
  }

  /** The directory at a path, as a task sees it. Throws ENOENT, ENOTDIR and what else stands in its way. */
  directory(at: string, task: Task = this.initTask): Path {
    return asDirectory(resolve(viewOf(task), task.process.place.root, at));
  }

  /** The program a name means to a task: a path, or found along PATH. */
  findProgram(task: Task, name: string, env: readonly string[]): { path: Path; text: string } {
    const view = viewOf(task);
    if (name.includes('/')) return { path: resolve(view, view.cwd, name), text: name };
    const search = env.find((e) => e.startsWith('PATH='))?.slice(5) ?? '/usr/local/bin:/usr/bin:/bin';
    for (const folder of search.split(':')) {
      try {
        const text = `${folder || '.'}/${name}`;
        return { path: resolve(view, view.cwd, text), text };
      } catch {
        // Not in this one.
      }
    }
    return fail(E.NOENT);
  }

  /**
   * A process that is ready to become a program: a child of init in a session of its own, with the given descriptors.
   * `prepare` may change it (namespaces, credentials, control group) before `execute` looks for the program.
   */
  spawn(request: ProgramRequest, prepare: (task: Task) => void = () => {}): Process {
    const { kernel } = this;
    const init = kernel.init;
    const task = new Task();
    task.onWake = (t) => kernel.ready(t);
    task.join({ ...this.initTask.namespaces });
    task.credential = new Credential(this.initTask.namespaces.user);
    task.name = request.argv[0] ?? '';
    const root: Path = { mount: kernel.rootMount, dentry: kernel.rootMount.root };
    const blank = {
      parent: init,
      space: new AddressSpace(kernel.machine, kernel.frames, null),
      files: new FileTable(),
      place: { root, cwd: root, umask: 0o022 },
      handlers: new Handlers(defaultActions()),
      limits: defaultLimits(),
      startedAt: kernel.now(),
      cgroup: kernel.cgroups,
    };
    // Its numbers are given last, as they depend on the namespace `prepare` chooses.
    let process: Process;
    try {
      process = this.adopt(task, blank, request.terminal ?? null, prepare);
    } catch (e) {
      for (const namespace of Object.values(task.namespaces)) namespace.release();
      blank.space.release();
      throw e;
    }
    try {
      const view = viewOf(task);
      process.place.cwd = this.directory(request.cwd, task);
      request.stdio.forEach((kind, i) => {
        const place = kind instanceof Terminal ? placeOfTerminal(view, kind) : null;
        if (place) {
          process.files.put(i, new OpenFile(kind, place.dentry.inode, place, O.RDWR), false);
          return;
        }
        const mode = kind instanceof Terminal ? S.IFCHR | 0o620 : S.IFIFO | 0o600;
        const inode = anonymousInode('pipe', kernel.clock.coarse());
        inode.mode = mode;
        if (kind instanceof Terminal) inode.rdev = makeDevice(136, 0);
        // Opened again through /proc/self/fd it is the same stream.
        Object.assign(inode, { kindOf: () => kind } satisfies SpecialFile);
        process.files.put(
          i,
          new OpenFile(kind, inode, null, kind instanceof Terminal ? O.RDWR : i === 0 ? O.RDONLY : O.WRONLY),
          false,
        );
      });
      const { terminal } = request;
      if (terminal) {
        terminal.session = process.session;
        terminal.foreground = process.group;
      }
      const program = this.findProgram(task, request.path ?? request.argv[0]!, request.env);
      execute(kernel, task, program.path, program.text, request.argv.map(encode), request.env.map(encode));
    } catch (e) {
      exitGroup(kernel, process, 127 << 8);
      throw e;
    }
    kernel.ready(task);
    return process;
  }

  private adopt(
    task: Task,
    blank: Omit<ConstructorParameters<typeof Process>[0], 'pid' | 'group' | 'session'>,
    terminal: Terminal | null,
    prepare: (task: Task) => void,
  ): Process {
    const { kernel } = this;
    // A process object has to be there for `prepare`; its number is known afterwards.
    const placeholder = {} as Pid<Task>;
    const process = new Process({ ...blank, pid: placeholder, group: placeholder, session: placeholder });
    task.process = process;
    process.terminal = terminal;
    prepare(task);
    if (process.cgroup.addTask(1)) fail(E.AGAIN);
    task.join({ ...task.namespaces, pid: task.namespaces.pidForChildren });
    const pid = new Pid(task.namespaces.pid, task);
    Object.assign(process, { pid, group: pid, session: pid });
    task.pid = pid;
    process.threads.add(task);
    process.parent?.children.add(process);
    process.cgroup.members.add(process);
    kernel.tasks.add(task);
    kernel.processes.add(process);
    return process;
  }

  /** A terminal whose output goes to `write`. */
  makeTerminal(write: (bytes: Uint8Array) => void): Terminal {
    const { kernel } = this;
    const ns = () => kernel.current?.namespaces.pid ?? kernel.pids;
    return new Terminal({
      write,
      signal: (group, signal) => void sendGroup(kernel, group, { signal, code: SI.KERNEL }),
      numberOf: (group) => (group instanceof Pid ? (group as Pid<Task>).in(ns()) : 0),
      groupOf: (number) => [...kernel.processes].find((p) => p.group.in(ns()) === number)?.group ?? null,
    });
  }

  /** Sends a signal from outside. */
  signal(process: Process, signal: number): void {
    if (signal === SIG.KILL) exitGroup(this.kernel, process, SIG.KILL);
    else send(this.kernel, process, { signal, code: SI.USER, pid: 0, uid: 0 }, null, true);
  }
}
