/** Who a task is: user and group ids, capabilities, seccomp (credentials(7), capabilities(7)). */
import type { Credentials } from '../vfs/walk.ts';
import type { UserNamespace } from './namespace.ts';

/** Capabilities by name; the number of each is its place here (include/uapi/linux/capability.h). */
// biome-ignore format: a table
export const CAPABILITIES = [
  'chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'setpcap',
  'linux_immutable', 'net_bind_service', 'net_broadcast', 'net_admin', 'net_raw', 'ipc_lock', 'ipc_owner', 'sys_module',
  'sys_rawio', 'sys_chroot', 'sys_ptrace', 'sys_pacct', 'sys_admin', 'sys_boot', 'sys_nice', 'sys_resource', 'sys_time',
  'sys_tty_config', 'mknod', 'lease', 'audit_write', 'audit_control', 'setfcap', 'mac_override', 'mac_admin', 'syslog',
  'wake_alarm', 'block_suspend', 'audit_read', 'perfmon', 'bpf', 'checkpoint_restore',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export const ALL_CAPABILITIES = (1n << BigInt(CAPABILITIES.length)) - 1n;

const NUMBER = Object.fromEntries(CAPABILITIES.map((name, i) => [name, i])) as Readonly<Record<Capability, number>>;

/** A capability as a bit of a set. */
export const capabilityBit = (capability: Capability): bigint => 1n << BigInt(NUMBER[capability]);

export class Credential {
  /** Where its capabilities count, and whose ids it has; the ids kept here are those of the first. */
  user: UserNamespace;
  uid = 0;
  euid = 0;
  suid = 0;
  fsuid = 0;
  gid = 0;
  egid = 0;
  sgid = 0;
  fsgid = 0;
  groups: number[] = [];
  permitted = ALL_CAPABILITIES;
  inheritable = 0n;
  bounding = ALL_CAPABILITIES;
  ambient = 0n;
  noNewPrivileges = false;
  keepCapabilities = false;
  /** The effective set as two words: it is asked for at every look at a file. */
  private low = 0;
  private high = 0;
  private files: Credentials | null = null;

  constructor(user: UserNamespace) {
    this.user = user;
    this.effective = ALL_CAPABILITIES;
  }

  get effective(): bigint {
    return BigInt(this.low) | (BigInt(this.high) << 32n);
  }

  set effective(set: bigint) {
    this.low = Number(set & 0xffff_ffffn);
    this.high = Number(set >> 32n);
  }

  copy(): Credential {
    const copy = Object.assign(new Credential(this.user), this);
    copy.groups = [...this.groups];
    return copy;
  }

  /** Whether it has a capability in its own user namespace: over what only concerns itself. */
  canHere(capability: Capability): boolean {
    const number = NUMBER[capability];
    return (((number < 32 ? this.low : this.high) >>> (number & 31)) & 1) !== 0;
  }

  /** Whether it has a capability in the first user namespace: over what belongs to nobody. */
  can(capability: Capability): boolean {
    return this.user.level === 0 && this.canHere(capability);
  }

  /** Whether it has a capability over what belongs to a user namespace (null: the first), as user_namespaces(7) says. */
  canIn(where: UserNamespace | null, capability: Capability): boolean {
    if (!where) return this.can(capability);
    for (let up: UserNamespace | null = where; up; up = up.parent) {
      if (up === this.user) return this.canHere(capability);
      if (up.level <= this.user.level) return false;
      // Who made a namespace may do all in it.
      if (up.parent === this.user && up.uid === this.euid) return true;
    }
    return false;
  }

  /** The same over a file, whose ids have to have names in its own. */
  canOn(file: { readonly uid: number; readonly gid: number }, capability: Capability): boolean {
    return this.canHere(capability) && this.user.maps(file.uid, file.gid);
  }

  /** The first thing in a new user namespace: everything in there. */
  enter(user: UserNamespace): void {
    this.user = user;
    this.permitted = ALL_CAPABILITIES;
    this.effective = ALL_CAPABILITIES;
    this.bounding = ALL_CAPABILITIES;
    this.inheritable = 0n;
    this.ambient = 0n;
    this.keepCapabilities = false;
  }

  /** Whether all its ids are the real ones of another: it is of the same user and has not changed. */
  belongsTo({ uid, gid }: Credential): boolean {
    return (
      [this.uid, this.euid, this.suid].every((id) => id === uid) &&
      [this.gid, this.egid, this.sgid].every((id) => id === gid)
    );
  }

  /** What root of its user namespace is; −1: nobody. */
  get root(): number {
    return this.user.uids.toKernel(0);
  }

  /** As file systems ask for it. */
  get forFiles(): Credentials {
    const { files, fsuid, fsgid, groups, user } = this;
    const override = this.canHere('dac_override');
    if (
      files &&
      files.uid === fsuid &&
      files.gid === fsgid &&
      files.groups === groups &&
      files.override === override &&
      files.user === user
    )
      return files;
    this.files = { uid: fsuid, gid: fsgid, groups, override, user };
    return this.files;
  }

  /** What a change of user ids does to capabilities (capabilities(7), "Effect of user ID changes"). */
  afterIds(before: { readonly uid: number; readonly euid: number; readonly suid: number }): void {
    const { root } = this;
    const hadRoot = before.uid === root || before.euid === root || before.suid === root;
    const hasRoot = this.uid === root || this.euid === root || this.suid === root;
    if (hadRoot && !hasRoot && !this.keepCapabilities) {
      this.permitted = 0n;
      this.effective = 0n;
      this.ambient = 0n;
    }
    if (before.euid === root && this.euid !== root) this.effective = 0n;
    if (before.euid !== root && this.euid === root) this.effective = this.permitted;
  }

  /** What execve does to capabilities of a program without file capabilities. */
  afterExec(setuidRoot: boolean): void {
    this.keepCapabilities = false;
    const { root } = this;
    if (this.uid === root || this.euid === root || setuidRoot) {
      this.permitted = (this.inheritable | this.bounding) & ALL_CAPABILITIES;
      this.effective = this.euid === root ? this.permitted : 0n;
      this.permitted &= this.bounding | this.inheritable;
    } else {
      this.permitted = this.ambient;
      this.effective = this.ambient;
    }
  }
}
