/** What a task sees of the system (namespaces(7)). Each namespace is an object; sharing one is sharing the object. */
import type { Mount } from '../vfs/mount.ts';
import type { ControlGroup } from './cgroup.ts';
import type { PidNamespace } from './pid.ts';

let lastNumber = 0xf000_0000;

/** The inode number a namespace shows under /proc/pid/ns. */
const number = (): number => lastNumber++;

export class MountNamespace {
  readonly id = number();
  root: Mount;
  constructor(root: Mount) {
    this.root = root;
  }
}

export class UtsNamespace {
  readonly id = number();
  host: string;
  domain: string;
  constructor(host: string, domain = '(none)') {
    this.host = host;
    this.domain = domain;
  }
}

export class IpcNamespace {
  readonly id = number();
}

/** Abstract socket names belong to it. */
export class NetNamespace {
  readonly id = number();
  readonly abstract = new Map<string, object>();
}

export class UserNamespace {
  readonly id = number();
}

export class CgroupNamespace {
  readonly id = number();
  readonly root: ControlGroup;
  constructor(root: ControlGroup) {
    this.root = root;
  }
}

/** Offset of the monotonic and boot clocks in nanoseconds. */
export class TimeNamespace {
  readonly id = number();
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
