/** Multicast groups a socket is in (ip(7), IP_ADD_MEMBERSHIP; ipv6(7), IPV6_ADD_MEMBERSHIP). */
import { E, fail } from '../../errno.ts';
import { type Address, addressOf, isMulticast } from '../address.ts';
import type { Interface } from '../link/interface.ts';
import type { NetStack } from '../stack.ts';

const OPTIONS: readonly { readonly level: number; readonly option: number; readonly join: boolean }[] = [
  { level: 0, option: 35, join: true },
  { level: 0, option: 36, join: false },
  { level: 41, option: 20, join: true },
  { level: 41, option: 21, join: false },
];
const MULTICAST_IF: Readonly<Record<number, number>> = { 0: 32, 41: 17 };
const MOST = 64;

interface Joined {
  readonly group: Address;
  readonly on: Interface;
}

export class Groups {
  /** Index of the interface multicasts leave by; 0: the routes decide. */
  out = 0;
  private list: Joined[] = [];
  private readonly stack: NetStack;

  constructor(stack: NetStack) {
    this.stack = stack;
  }

  /** Serves the options that join, leave and choose; false: it is none of these. */
  option(level: number, option: number, value: Uint8Array): boolean {
    if (MULTICAST_IF[level] === option) {
      this.out = level === 0 ? this.device(value, value.length >= 8 ? 4 : 0) : value[0]!;
      return true;
    }
    const row = OPTIONS.find((o) => o.level === level && o.option === option);
    if (!row) return false;
    const size = level === 0 ? 4 : 16;
    if (value.length < size + 4) fail(E.INVAL);
    const group = addressOf(value.subarray(0, size));
    if (!isMulticast(group)) fail(E.INVAL);
    const index = level === 0 ? this.device(value, 4) : value[16]! | (value[17]! << 8);
    const { interfaces } = this.stack;
    const on = (index ? interfaces.byIndex(index) : interfaces.firstUp()) ?? fail(E.NODEV);
    const known = this.list.find((j) => j.group === group && (j.on === on || !index));
    if (!row.join) this.leave(known ?? fail(E.ADDRNOTAVAIL));
    else {
      if (known) fail(E.ADDRINUSE);
      if (this.list.length >= MOST) fail(E.NOBUFS);
      this.list.push({ group, on });
      on.groups.set(group, (on.groups.get(group) ?? 0) + 1);
    }
    return true;
  }

  /** struct in_addr, ip_mreq or ip_mreqn: an interface by its address or number. */
  private device(value: Uint8Array, at: number): number {
    if (value.length >= at + 8) {
      const index = new DataView(value.buffer, value.byteOffset).getInt32(at + 4, true);
      if (index) return index;
    }
    if (value.length < at + 4) fail(E.INVAL);
    const address = addressOf(value.subarray(at, at + 4));
    if (address === '0.0.0.0') return 0;
    for (const i of this.stack.interfaces) if (i.addresses.some((a) => a.address === address)) return i.index;
    return fail(E.ADDRNOTAVAIL);
  }

  private leave(gone: Joined): void {
    this.list = this.list.filter((j) => j !== gone);
    const left = (gone.on.groups.get(gone.group) ?? 1) - 1;
    if (left > 0) gone.on.groups.set(gone.group, left);
    else gone.on.groups.delete(gone.group);
  }

  close(): void {
    for (const one of this.list) this.leave(one);
  }
}
