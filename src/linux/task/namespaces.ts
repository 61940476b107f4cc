/** What a task sees of the system (namespaces(7)). Each namespace is an object; sharing one is sharing the object. */
import type { NetHost } from '../net/host.ts';
import { NetStack } from '../net/stack.ts';
import { dropTree, type Mount } from '../vfs/mount.ts';
import type { ControlGroup } from './cgroup.ts';
import { Namespace } from './namespace.ts';
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

export class IpcNamespace extends Namespace {}

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

export class UserNamespace extends Namespace {}

export class CgroupNamespace extends Namespace {
  readonly root: ControlGroup;
  constructor(root: ControlGroup) {
    super();
    this.root = root;
  }
}

/** Offset of the monotonic and boot clocks in nanoseconds. */
export class TimeNamespace extends Namespace {
  offset = 0;
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
}
