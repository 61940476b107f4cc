/** Who a task is: user and group ids, capabilities, seccomp (credentials(7), capabilities(7)). */
import type { Credentials } from '../vfs/walk.ts';

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

  constructor() {
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
    const copy = Object.assign(new Credential(), this);
    copy.groups = [...this.groups];
    return copy;
  }

  can(capability: Capability): boolean {
    const number = NUMBER[capability];
    return (((number < 32 ? this.low : this.high) >>> (number & 31)) & 1) !== 0;
  }

  /** As file systems ask for it. */
  get forFiles(): Credentials {
    const { files, fsuid, fsgid, groups } = this;
    const override = this.can('dac_override');
    if (files && files.uid === fsuid && files.gid === fsgid && files.groups === groups && files.override === override)
      return files;
    this.files = { uid: fsuid, gid: fsgid, groups, override };
    return this.files;
  }

  /** What a change of user ids does to capabilities (capabilities(7), "Effect of user ID changes"). */
  afterIds(before: { readonly uid: number; readonly euid: number; readonly suid: number }): void {
    const hadRoot = before.uid === 0 || before.euid === 0 || before.suid === 0;
    const hasRoot = this.uid === 0 || this.euid === 0 || this.suid === 0;
    if (hadRoot && !hasRoot && !this.keepCapabilities) {
      this.permitted = 0n;
      this.effective = 0n;
      this.ambient = 0n;
    }
    if (before.euid === 0 && this.euid !== 0) this.effective = 0n;
    if (before.euid !== 0 && this.euid === 0) this.effective = this.permitted;
  }

  /** What execve does to capabilities of a program without file capabilities. */
  afterExec(setuidRoot: boolean): void {
    this.keepCapabilities = false;
    if (this.uid === 0 || this.euid === 0 || setuidRoot) {
      this.permitted = (this.inheritable | this.bounding) & ALL_CAPABILITIES;
      this.effective = this.euid === 0 ? this.permitted : 0n;
      this.permitted &= this.bounding | this.inheritable;
    } else {
      this.permitted = this.ambient;
      this.effective = this.ambient;
    }
  }
}
