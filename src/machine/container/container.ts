/** One container: what it is made of, what became of it, the processes in it. */
import { InputError } from '../../abi/errors.ts';

import { E, errnoName, SysError } from '../../linux/errno.ts';
import { PAGE } from '../../linux/machine.ts';
import { freezeGroup, killGroup } from '../../linux/proc/cgroup.ts';
import type { System } from '../../linux/system.ts';
import type { ControlGroup } from '../../linux/task/cgroup.ts';
import { type Ending, endingOf } from '../../linux/task/ending.ts';
import { SeccompFilter } from '../../linux/task/seccomp.ts';
import type { Process, Task } from '../../linux/task/task.ts';
import { SIG } from '../../linux/uapi.ts';
import { isRegular } from '../../linux/vfs/inode.ts';
import { Mount, type Path, PLAIN, rootDentry } from '../../linux/vfs/mount.ts';
import { joinLab, type LabPlace, type LabSwitch } from '../network.ts';
import { type IoRequest, ProcessIo } from './io.ts';
import { OutputLog } from './log.ts';
import { buildMounts, enterTerminal, type Files } from './mounts.ts';
import { checkSysctls, enterNamespaces } from './namespaces.ts';
import { findPlace } from './places.ts';
import { prepareProcess } from './process.ts';
import { limitGroup } from './resources.ts';
import { compileProfile } from './seccomp.ts';
import type { Resources, Spec, SpecProcess } from './spec.ts';

export type ContainerState = 'created' | 'running' | 'paused' | 'exited';

/** As shells and Docker have it for what can't be found. */
const NEVER_RAN: Ending = { code: 127, signal: 0 };
/** Of what is there, and can’t be run. */
export const NO_PROGRAM = 126;

/** What stands in the way of starting a program, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory in the container, or the interpreter it names is missing',
  ENOEXEC: 'it is no ELF program for 64-bit RISC-V, nor a script',
  EACCES: 'permission denied: it may not be executed',
  ENOMEM: 'there is too little memory',
  EAGAIN: 'the container may have no more processes',
  ENOTDIR: 'a part of its path is no directory',
  ELOOP: 'its path has too many links',
};

/** A program that could not be started, with the exit code that stands for it, as shells have it. */
export class NotStarted extends InputError {
  readonly code: number;

  constructor(program: string, reason: string, code: number) {
    super(`${program} can’t be started: ${reason}`);
    this.code = code;
  }
}

/** A program that runs in a container, and its streams. */
export class Running {
  readonly io: ProcessIo;
  readonly process: Process;
  readonly ended: Promise<Ending>;
  ending: Ending | null = null;

  constructor(process: Process, io: ProcessIo, onEnd: (ending: Ending) => void = () => {}) {
    this.process = process;
    this.io = io;
    this.ended = new Promise((settle) => {
      process.onExit = (status) => {
        this.ending = endingOf(status);
        onEnd(this.ending);
        settle(this.ending);
      };
    });
  }
}

/** Where a container is plugged in when it runs. */
export interface Wire {
  readonly network: LabSwitch;
  /** What it is found by there, beside its host name. */
  readonly names: readonly string[];
}

export interface ContainerRequest {
  readonly id: string;
  readonly spec: Spec;
  readonly files: Files;
  readonly io: IoRequest;
  /** Networks it is on; none: its own is the loopback alone. */
  readonly wires: readonly Wire[];
  /** When it was made, where that was before; milliseconds since 1970. */
  readonly created?: number;
}

/** As the Docker Engine API names them. */
export interface Traffic {
  readonly rx_bytes: number;
  readonly rx_packets: number;
  readonly tx_bytes: number;
  readonly tx_packets: number;
}

export interface ContainerStats {
  /** `files`: of `current`, what can be taken back once nobody maps it. */
  readonly memory: { readonly current: number; readonly peak: number; readonly max: number; readonly files: number };
  /** Nanoseconds of processor time, and how long it was held back. */
  readonly cpu: {
    readonly usage: number;
    readonly throttled: number;
    readonly throttledPeriods: number;
    readonly periods: number;
  };
  readonly pids: { readonly current: number; readonly max: number };
  readonly io: { readonly read: number; readonly written: number };
}

export class Container {
  readonly id: string;
  readonly spec: Spec;
  readonly files: Files;
  readonly cgroup: ControlGroup;
  readonly created: number;
  state: ContainerState = 'created';
  init: Running | null = null;
  /** Milliseconds since 1970; 0: not yet. */
  started = 0;
  finished = 0;
  /** Of its last end. */
  ending: Ending = { code: 0, signal: 0 };
  oomKilled = false;
  /** Its places on networks, while it runs. */
  readonly places: LabPlace[] = [];
  private readonly system: System;
  private readonly wires: Wire[];
  private readonly newMac: () => Uint8Array;
  private readonly io: IoRequest;
  /** What it wrote, over all its starts. */
  readonly log = new OutputLog();
  private readonly waiting = new Set<(ending: Ending) => void>();
  private streams: ProcessIo;
  private readonly filter: SeccompFilter | null;

  constructor(system: System, newMac: () => Uint8Array, { id, spec, files, io, wires, created }: ContainerRequest) {
    this.system = system;
    this.newMac = newMac;
    this.wires = [...wires];
    this.id = id;
    this.spec = spec;
    this.files = files;
    this.io = io;
    this.created = created ?? this.now();
    this.cgroup = groupAt(system, spec.linux.cgroupsPath ?? `/trapframe/${id}`);
    files.root.fs.hold();
    this.streams = new ProcessIo(system, io, this.log);
    try {
      const { seccomp } = spec.linux;
      this.filter = seccomp ? new SeccompFilter(null, compileProfile(seccomp)) : null;
      checkSysctls(spec);
      if (spec.linux.resources) limitGroup(system, this.cgroup, spec.linux.resources);
    } catch (e) {
      this.dispose();
      throw e;
    }
  }

  private now(): number {
    return this.system.kernel.clock.realtime();
  }

  /** The streams of its first process, or of the next one where none runs. */
  get output(): ProcessIo {
    return this.streams;
  }

  /** The number of its first process in the first namespace; 0: it does not run. */
  get pid(): number {
    const { init } = this;
    return init && !init.ending ? init.process.pid.in(this.system.kernel.pids) : 0;
  }

  get isUp(): boolean {
    return this.state === 'running' || this.state === 'paused';
  }

  private spawn(process: SpecProcess, io: ProcessIo, prepare: (task: Task) => void): Process {
    const [program = ''] = process.args;
    try {
      return this.system.spawn(
        { argv: process.args, env: process.env, cwd: process.cwd, stdio: io.kinds, terminal: io.terminal },
        (task) => {
          task.process.cgroup = this.cgroup;
          prepare(task);
          prepareProcess(task, process);
          if (this.filter) task.seccomp = this.filter;
        },
      );
    } catch (e) {
      // What was joined before it was known is given back.
      if (!this.isUp) this.unplug();
      if (!(e instanceof SysError)) throw e;
      const name = errnoName(e.code);
      throw new NotStarted(program, REASONS[name] ?? name, e.code === E.NOENT ? NEVER_RAN.code : NO_PROGRAM);
    }
  }

  /** Whether its network is its own, and not the kernel's or another's. */
  private get hasNetwork(): boolean {
    return this.spec.linux.namespaces.some(({ type, path }) => type === 'network' && !path);
  }

  /** A network of its own is on its wires, under its host name, as long as there are addresses. */
  private plug(task: Task): void {
    this.unplug();
    if (this.hasNetwork) for (const wire of this.wires) this.plugInto(task, wire);
  }

  private plugInto(task: Task, { network, names }: Wire): void {
    const name = this.spec.hostname ?? '';
    try {
      this.places.push(joinLab(task.namespaces.net.stack, network, { mac: this.newMac(), name, names }));
    } catch (e) {
      if (!(e instanceof InputError)) throw e;
      this.system.kernel.say(`container ${this.id.slice(0, 12)} has no network: ${e.message}`);
    }
  }

  private unplug(): void {
    for (const place of this.places.splice(0)) place.close();
  }

  /** Puts it on one more network, at once where it runs. */
  connect(wire: Wire): void {
    if (!this.hasNetwork) throw new InputError(`container ${this.id.slice(0, 12)} has no network of its own`);
    if (this.wires.some((w) => w.network === wire.network))
      throw new InputError(`container ${this.id.slice(0, 12)} is on this network already`);
    this.wires.push(wire);
    if (this.isUp && this.init) this.plugInto(this.init.process.leader, wire);
  }

  /** Takes it off a network. */
  disconnect(network: LabSwitch): void {
    const at = this.wires.findIndex((w) => w.network === network);
    if (at < 0) throw new InputError(`container ${this.id.slice(0, 12)} is not on this network`);
    this.wires.splice(at, 1);
    const place = this.places.findIndex((p) => p.network === network);
    if (place >= 0) this.places.splice(place, 1)[0]!.close();
  }

  /** What it is found by on a network, beside its host name. */
  namesOn(network: LabSwitch | null): readonly string[] {
    return this.wires.find((w) => w.network === network)?.names ?? [];
  }

  /** Bytes and packets its interfaces have had, but the loopback. */
  traffic(): (Traffic & { readonly name: string })[] {
    const { init } = this;
    if (!this.isUp || !init || !this.hasNetwork) return [];
    const { interfaces } = init.process.leader.namespaces.net.stack;
    return [...interfaces]
      .filter((i) => i !== interfaces.loopback)
      .map(({ name, received, sent }) => ({
        name,
        rx_bytes: received.bytes,
        rx_packets: received.packets,
        tx_bytes: sent.bytes,
        tx_packets: sent.packets,
      }));
  }

  isOn(network: LabSwitch): boolean {
    return this.wires.some((w) => w.network === network);
  }

  /** Starts its first process. Throws InputError where that can't be. */
  start(): void {
    if (this.isUp) throw new InputError(`container ${this.id.slice(0, 12)} runs already`);
    this.oomKilled = false;
    const killsBefore = this.cgroup.memoryEvents.oomKill;
    const process = this.spawn(this.spec.process, this.streams, (task) => {
      enterNamespaces(this.system, task, this.spec);
      this.plug(task);
      buildMounts(this.system, task, this.spec, this.files);
    });
    this.init = new Running(process, this.streams, (ending) => {
      this.state = 'exited';
      this.unplug();
      this.finished = this.now();
      this.streams = new ProcessIo(this.system, this.io, this.log);
      this.ending = ending;
      this.oomKilled = this.cgroup.memoryEvents.oomKill > killsBefore;
      freezeGroup(this.system.kernel, this.cgroup, false);
      // Where the PID namespace is shared, its end takes nobody along.
      killGroup(this.system.kernel, this.cgroup);
      for (const settle of this.waiting) settle(ending);
      this.waiting.clear();
    });
    this.state = 'running';
    this.started = this.now();
  }

  /** Resolves when it ends next. */
  nextEnd(): Promise<Ending> {
    return new Promise((settle) => this.waiting.add(settle));
  }

  /** The same, at once where it has ended. */
  wait(): Promise<Ending> {
    return this.state === 'exited' ? Promise.resolve(this.ending) : this.nextEnd();
  }

  private up(): Running {
    if (!this.isUp || !this.init) throw new InputError(`container ${this.id.slice(0, 12)} does not run`);
    return this.init;
  }

  /** Runs another program in it. */
  exec(process: SpecProcess, request: IoRequest): Running {
    const { leader } = this.up().process;
    if (this.state === 'paused') throw new InputError(`container ${this.id.slice(0, 12)} is paused`);
    const { root } = leader.process.place;
    if (!findPlace(root, process.cwd))
      throw new NotStarted(process.args[0]!, `there is no directory ${process.cwd} to begin in`, NEVER_RAN.code);
    const io = new ProcessIo(this.system, request);
    const made = this.spawn(process, io, (task) => {
      task.join({ ...leader.namespaces, pidForChildren: leader.namespaces.pid });
      task.process.place = { root, cwd: root, umask: 0o022 };
      enterTerminal(task);
    });
    return new Running(made, io);
  }

  signal(signal: number): void {
    this.system.signal(this.up().process, signal);
  }

  /** Changes limits of its control group. Throws InputError where the kernel refuses one. */
  limit(resources: Resources): void {
    limitGroup(this.system, this.cgroup, resources);
  }

  pause(): void {
    this.up();
    if (this.state === 'paused') throw new InputError(`container ${this.id.slice(0, 12)} is paused already`);
    freezeGroup(this.system.kernel, this.cgroup, true);
    this.state = 'paused';
  }

  resume(): void {
    if (this.state !== 'paused') throw new InputError(`container ${this.id.slice(0, 12)} is not paused`);
    freezeGroup(this.system.kernel, this.cgroup, false);
    this.state = 'running';
  }

  stats(): ContainerStats {
    const { cgroup } = this;
    return {
      memory: {
        current: cgroup.bytes,
        peak: cgroup.peakBytes,
        max: cgroup.memoryMax,
        files: cgroup.kinds.file * PAGE,
      },
      cpu: {
        usage: cgroup.cpu.usage,
        throttled: cgroup.cpu.throttled,
        throttledPeriods: cgroup.cpu.throttledPeriods,
        periods: cgroup.cpu.periods,
      },
      pids: { current: cgroup.tasks, max: cgroup.pidsMax },
      io: cgroup.io.total,
    };
  }

  /** Its processes as its own PID namespace and the first one number them. */
  processes(): Process[] {
    return [...this.system.kernel.processes].filter((p) => p.status === null && this.cgroup.contains(p.cgroup));
  }

  /** Does something with its tree of files, as its first process sees it, or at rest its root alone. */
  withFiles<T>(work: (root: Path) => T): T {
    if (this.isUp) return work(this.up().process.place.root);
    const { fs, source } = this.files.root;
    const mount = new Mount(fs, rootDentry(fs), source, { ...PLAIN, readOnly: this.spec.root.readonly });
    try {
      return work({ mount, dentry: mount.root });
    } finally {
      fs.release();
    }
  }

  /** A file of it as text, or nothing where there is none. */
  readText(path: string): string {
    return this.withFiles((root) => {
      const inode = findPlace(root, path)?.inode;
      if (!inode || !isRegular(inode.mode)) return '';
      const bytes = new Uint8Array(Math.min(inode.size, 1 << 20));
      return new TextDecoder().decode(bytes.subarray(0, inode.read(0, bytes)));
    });
  }

  /** Ends it, and lets go of all it held. */
  dispose(): void {
    this.unplug();
    if (this.isUp) this.system.signal(this.up().process, SIG.KILL);
    // Who waits for the end of one that never ran waits no longer.
    else {
      for (const settle of this.waiting) settle(NEVER_RAN);
      this.waiting.clear();
    }
    const { parent, name } = this.cgroup;
    for (const child of [...this.cgroup.children.keys()]) this.cgroup.removeTree(child);
    parent?.removeChild(name);
    // Nor do groups stay that were made for it.
    for (let above = parent; above?.parent && !above.children.size && !above.members.size; above = above.parent)
      above.parent.removeChild(above.name);
    this.files.root.fs.release();
    this.files.release?.();
  }
}

/** The control group of an absolute path, made with all that stands above it. */
function groupAt(system: System, path: string): ControlGroup {
  let group = system.kernel.cgroups;
  const names = path.split('/').filter(Boolean);
  if (!names.length || names.some((n) => n === '.' || n === '..' || n.length > 255))
    throw new InputError(`linux.cgroupsPath: “${path}” names no control group`);
  names.forEach((name, i) => {
    const there = group.children.get(name);
    if (there && i === names.length - 1) throw new InputError(`linux.cgroupsPath: ${path} is there already`);
    group.enableAll();
    group = there ?? group.makeChild(name);
  });
  return group;
}
