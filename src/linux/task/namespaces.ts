/** What a task sees of the system (namespaces(7)). Each namespace is an object; sharing one is sharing the object. */
import { MqFs } from '../ipc/mqueue.ts';
import { MsgTable } from '../ipc/msg.ts';
import { SemTable } from '../ipc/sem.ts';
import { ShmTable } from '../ipc/shm.ts';
import type { NetHost } from '../net/host.ts';
import { NetStack } from '../net/stack.ts';
import { dropTree, Mount, type Path, PLAIN, rootDentry } from '../vfs/mount.ts';
import type { ControlGroup } from './cgroup.ts';
import { Namespace, type UserNamespace } from './namespace.ts';
import type { PidNamespace } from './pid.ts';

export class MountNamespace extends Namespace {
  root: Mount;
  constructor(root: Mount) {
    super();
    this.root = root;
  }
  protected override dispose(): void {
    dropTree(this.root);
  }
}

export class UtsNamespace extends Namespace {
  host: string;
  domain: string;
  constructor(host: string, domain = '(none)') {
    super();
    this.host = host;
    this.domain = domain;
  }
}

/** System V's objects and POSIX message queues. */
export class IpcNamespace extends Namespace {
  readonly shm = new ShmTable(this);
  readonly sem = new SemTable(this);
  readonly msg = new MsgTable(this);
  readonly mqueue: MqFs;
  /** The directory of message queues; nobody need mount it. */
  readonly queues: Path;

  constructor(now: () => number) {
    super();
    this.mqueue = new MqFs(now);
    const mount = new Mount(this.mqueue, rootDentry(this.mqueue), 'mqueue', PLAIN);
    this.queues = { mount, dentry: mount.root };
  }

  protected override dispose(): void {
    for (const table of [this.shm, this.sem, this.msg]) table.clear();
    this.mqueue.release();
  }
}

/** Interfaces, routes, ports; abstract socket names belong to it too. */
export class NetNamespace extends Namespace {
  readonly abstract = new Map<string, object>();
  readonly stack: NetStack;
  constructor(host: NetHost) {
    super();
    this.stack = new NetStack(host);
  }
  protected override dispose(): void {
    this.stack.close();
  }
}

export class CgroupNamespace extends Namespace {
  readonly root: ControlGroup;
  constructor(root: ControlGroup) {
    super();
    this.root = root;
  }
}

/** Clocks that go ahead of the kernel's by so many nanoseconds (time_namespaces(7)). */
export class TimeNamespace extends Namespace {
  monotonic = 0;
  boottime = 0;
  /** Somebody was in it: its clocks can't be set any more. */
  entered = false;

  constructor(from: TimeNamespace | null = null) {
    super();
    if (!from) return;
    this.monotonic = from.monotonic;
    this.boottime = from.boottime;
  }
}

export interface Namespaces<T> {
  mnt: MountNamespace;
  pid: PidNamespace<T>;
  /** Where children are born, after unshare(CLONE_NEWPID). */
  pidForChildren: PidNamespace<T>;
  uts: UtsNamespace;
  ipc: IpcNamespace;
  net: NetNamespace;
  user: UserNamespace;
  cgroup: CgroupNamespace;
  time: TimeNamespace;
  /** Where children are born, after unshare(CLONE_NEWTIME). */
  timeForChildren: TimeNamespace;
}
