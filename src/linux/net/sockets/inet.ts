/** What TCP, UDP and raw sockets have in common: names, binding, options of IP, interfaces by ioctl. */
import { u32 } from '../../../abi/bytes.ts';
import { E, fail } from '../../errno.ts';
import type { OpenFile } from '../../vfs/file.ts';
import { type Address, isAny, isLoopback, isMulticast, isV6 } from '../address.ts';
import { anyOf, type Holder, type Ports } from '../ports.ts';
import { AF, type Endpoint, endpoint, endpointOf, familyOf, sockaddrOf } from '../sockaddr.ts';
import { type Caller, intOf, type Peer, SO, Socket } from '../socket.ts';
import type { NetStack } from '../stack.ts';
import { Groups } from './groups.ts';

export const LEVEL = { IP: 0, TCP: 6, UDP: 17, IPV6: 41, RAW: 255, ICMPV6: 58 } as const;
export const IP = {
  TOS: 1,
  TTL: 2,
  HDRINCL: 3,
  PKTINFO: 8,
  MTU_DISCOVER: 10,
  RECVERR: 11,
  RECVTTL: 12,
  RECVTOS: 13,
  MTU: 14,
  FREEBIND: 15,
  TRANSPARENT: 19,
  BIND_ADDRESS_NO_PORT: 24,
  MULTICAST_IF: 32,
  MULTICAST_TTL: 33,
  MULTICAST_LOOP: 34,
} as const;
export const IPV6 = {
  UNICAST_HOPS: 16,
  MULTICAST_IF: 17,
  MULTICAST_HOPS: 18,
  MULTICAST_LOOP: 19,
  MTU_DISCOVER: 23,
  MTU: 24,
  RECVERR: 25,
  V6ONLY: 26,
  RECVPKTINFO: 49,
  PKTINFO: 50,
  RECVHOPLIMIT: 51,
  RECVTCLASS: 66,
  TCLASS: 67,
} as const;

/** Options that are kept and told, by level and number, with what they are at first. */
const KEPT: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  [LEVEL.IP]: {
    [IP.TOS]: 0,
    [IP.TTL]: 64,
    [IP.HDRINCL]: 0,
    [IP.PKTINFO]: 0,
    [IP.MTU_DISCOVER]: 1,
    [IP.RECVERR]: 0,
    [IP.RECVTTL]: 0,
    [IP.RECVTOS]: 0,
    [IP.FREEBIND]: 0,
    [IP.TRANSPARENT]: 0,
    [IP.BIND_ADDRESS_NO_PORT]: 0,
    [IP.MULTICAST_TTL]: 1,
    [IP.MULTICAST_LOOP]: 1,
  },
  [LEVEL.IPV6]: {
    [IPV6.UNICAST_HOPS]: -1,
    [IPV6.MULTICAST_HOPS]: 1,
    [IPV6.MULTICAST_LOOP]: 1,
    [IPV6.MTU_DISCOVER]: 1,
    [IPV6.RECVERR]: 0,
    [IPV6.V6ONLY]: 0,
    [IPV6.RECVPKTINFO]: 0,
    [IPV6.RECVHOPLIMIT]: 0,
    [IPV6.RECVTCLASS]: 0,
    [IPV6.TCLASS]: 0,
  },
};
const DEFAULT_HOPS = 64;

export abstract class InetSocket extends Socket implements Holder {
  readonly domain: number;
  local: Endpoint;
  remote: Endpoint | null = null;
  /** Interface it is bound to (SO_BINDTODEVICE, or the scope of its address); 0: none. */
  device = 0;
  readonly groups: Groups;
  protected held = false;
  private readonly ipOptions = new Map<string, number>();

  constructor(stack: NetStack, domain: number, owner: Peer) {
    super(stack, owner);
    this.domain = domain;
    this.groups = new Groups(stack);
    this.local = endpoint(anyOf(domain === AF.INET6), 0);
  }

  /** The ports of its protocol. */
  protected abstract get ports(): Ports<Holder>;

  get six(): boolean {
    return this.domain === AF.INET6;
  }
  get v6Only(): boolean {
    return this.six && this.ipOption(LEVEL.IPV6, IPV6.V6ONLY) !== 0;
  }
  get reuseAddress(): boolean {
    return this.flag(SO.REUSEADDR);
  }
  get reusePort(): boolean {
    return this.flag(SO.REUSEPORT);
  }
  get uid(): number {
    return this.owner.uid;
  }

  ipOption(level: number, option: number): number {
    const kept = this.ipOptions.get(`${level} ${option}`);
    if (kept === undefined && level === LEVEL.IP && option === IP.TTL) return this.stack.settings.hops;
    return kept ?? KEPT[level]![option]!;
  }

  /** Time to live of what it sends. */
  protected ttl(to: Address): number {
    if (isV6(to)) {
      const hops = this.six ? this.ipOption(LEVEL.IPV6, isMulticast(to) ? IPV6.MULTICAST_HOPS : IPV6.UNICAST_HOPS) : -1;
      return hops < 0 ? DEFAULT_HOPS : hops;
    }
    return this.ipOption(LEVEL.IP, isMulticast(to) ? IP.MULTICAST_TTL : IP.TTL);
  }

  /** Reads an address; one of the other kind than this socket can use is refused. */
  protected target(address: Uint8Array): Endpoint {
    const to = endpointOf(address, this.domain);
    if (this.six && !isV6(to.address) && this.v6Only) fail(E.NETUNREACH);
    return to;
  }

  override bind(address: Uint8Array, caller: Caller): void {
    if (this.held) fail(E.INVAL);
    const wanted = this.wantedName(address);
    if (wanted.port && wanted.port < this.stack.settings.firstUnprivileged && !caller.can('net_bind_service'))
      fail(E.ACCES);
    this.demandOwn(wanted);
    if (wanted.scope) this.device = wanted.scope;
    this.take(wanted);
  }

  private wantedName(address: Uint8Array): Endpoint {
    // Old programs bind AF_UNSPEC with the address 0.
    if (
      !this.six &&
      familyOf(address) === AF.UNSPEC &&
      address.length >= 16 &&
      address.subarray(4, 8).every((b) => b === 0)
    )
      return endpointOf(Uint8Array.of(AF.INET, 0, ...address.subarray(2)), AF.INET);
    return endpointOf(address, this.domain);
  }

  private demandOwn({ address, scope }: Endpoint): void {
    const free = this.ipOption(LEVEL.IP, IP.FREEBIND);
    const own =
      isAny(address) ||
      isLoopback(address) ||
      isMulticast(address) ||
      this.stack.isLocal(address) ||
      this.stack.isBroadcast(address);
    if (!own && !free) fail(E.ADDRNOTAVAIL);
    if (/^fe80:/.test(address) && !scope) fail(E.INVAL);
  }

  /** Holds a port: the one that is wanted, or for 0 one that is free. */
  protected take(wanted: Endpoint): void {
    const { ports } = this;
    const before = this.local;
    try {
      if (wanted.port === 0) {
        const port = ports.choose((p) => {
          this.local = endpoint(wanted.address, p, wanted.scope);
          return ports.free(this) && this.usable(this.local);
        });
        this.local = endpoint(wanted.address, port, wanted.scope);
      } else {
        this.local = wanted;
        if (!this.usable(wanted)) fail(E.ADDRINUSE);
      }
      ports.hold(this);
      this.held = true;
    } catch (e) {
      this.local = before;
      throw e;
    }
  }

  /** Whether what else the protocol knows of a name stands in the way. */
  protected usable(_name: Endpoint): boolean {
    return true;
  }

  protected giveUp(): void {
    if (this.held) this.ports.release(this);
    this.held = false;
  }

  /** Listening, as ports see it. */
  override get listening(): boolean {
    return false;
  }

  override name(): Uint8Array {
    return sockaddrOf(this.local, this.domain);
  }

  override peerName(): Uint8Array {
    return this.remote ? sockaddrOf(this.remote, this.domain) : fail(E.NOTCONN);
  }

  override setOption(level: number, option: number, value: Uint8Array, caller: Caller): void {
    if (option === SO.BINDTODEVICE && level === 1) {
      const name = new TextDecoder('latin1').decode(value).replace(/\0.*$/s, '');
      this.device = name === '' ? 0 : (this.stack.interfaces.byName(name)?.index ?? fail(E.NODEV));
      return;
    }
    if (level !== LEVEL.IP && level !== LEVEL.IPV6) {
      super.setOption(level, option, value, caller);
      return;
    }
    if (this.groups.option(level, option, value)) return;
    if (KEPT[level]![option] === undefined) fail(E.NOPROTOOPT);
    const given = value.length >= 4 ? intOf(value) : value.length ? value[0]! : fail(E.INVAL);
    if (level === LEVEL.IPV6 && option === IPV6.V6ONLY && this.held) fail(E.INVAL);
    if (level === LEVEL.IP && option === IP.TTL && (given < -1 || given === 0 || given > 255)) fail(E.INVAL);
    const kept = level === LEVEL.IP && option === IP.TTL && given === -1 ? this.stack.settings.hops : given;
    this.ipOptions.set(`${level} ${option}`, kept);
  }

  override getOption(level: number, option: number, caller: Caller): Uint8Array {
    if (option === SO.BINDTODEVICE && level === 1) {
      const name = this.stack.interfaces.byIndex(this.device)?.name;
      return name ? Uint8Array.from(`${name}\0`, (c) => c.charCodeAt(0)) : new Uint8Array(0);
    }
    if (level !== LEVEL.IP && level !== LEVEL.IPV6) return super.getOption(level, option, caller);
    if ((level === LEVEL.IP && option === IP.MTU) || (level === LEVEL.IPV6 && option === IPV6.MTU))
      return u32(this.remote ? this.stack.mtu(this.remote.address, this.device) : fail(E.NOTCONN));
    if (KEPT[level]![option] === undefined) fail(E.NOPROTOOPT);
    const value = this.ipOption(level, option);
    return u32(level === LEVEL.IPV6 && option === IPV6.UNICAST_HOPS && value === -1 ? DEFAULT_HOPS : value);
  }

  override close(_file?: OpenFile): void {
    this.groups.close();
    this.giveUp();
  }
}
