/** TCP sockets (tcp(7)): listening, connecting, connected. */
import { u32 } from '../../../abi/bytes.ts';
import { E, fail } from '../../errno.ts';
import { POLL } from '../../uapi.ts';
import type { OpenFile } from '../../vfs/file.ts';
import { OWN } from '../../wait.ts';
import { isAny, isBroadcastAddress, isMulticast, isV6, LOOPBACK4, LOOPBACK6 } from '../address.ts';
import { PROTOCOL } from '../ip/packet.ts';
import { anyOf, type Holder, type Ports } from '../ports.ts';
import { AF, type Endpoint, endpoint, familyOf } from '../sockaddr.ts';
import { type Caller, intOf, MSG, NO_BYTES, type Received, type Sending, SO, SOCK } from '../socket.ts';
import { type Connection, STATE } from '../tcp/connection.ts';
import type { Capacities, Listener } from '../tcp/layer.ts';
import { InetSocket, LEVEL } from './inet.ts';

const TCP = {
  NODELAY: 1,
  MAXSEG: 2,
  CORK: 3,
  KEEPIDLE: 4,
  KEEPINTVL: 5,
  KEEPCNT: 6,
  SYNCNT: 7,
  LINGER2: 8,
  DEFER_ACCEPT: 9,
  WINDOW_CLAMP: 10,
  INFO: 11,
  QUICKACK: 12,
  CONGESTION: 13,
  USER_TIMEOUT: 18,
  FASTOPEN: 23,
  NOTSENT_LOWAT: 25,
  FASTOPEN_CONNECT: 30,
} as const;
/** Options that are kept and told, and change nothing. */
const KEPT: Readonly<Record<number, number>> = {
  [TCP.SYNCNT]: 6,
  [TCP.LINGER2]: 60,
  [TCP.DEFER_ACCEPT]: 0,
  [TCP.WINDOW_CLAMP]: 0,
  [TCP.QUICKACK]: 1,
  [TCP.NOTSENT_LOWAT]: 0,
  [TCP.FASTOPEN]: 0,
  [TCP.FASTOPEN_CONNECT]: 0,
};
const CONGESTION = 'reno';
/** What TCP sockets have for data on its way (tcp_wmem, tcp_rmem). */
const BUFFERS: Capacities = { send: 262_144, receive: 131_072 };
const SHUT = { RD: 0, WR: 1, RDWR: 2 } as const;
const SECOND = 1e9;
const INFO_LENGTH = 232;

export class StreamSocket extends InetSocket implements Listener {
  readonly type = SOCK.STREAM;
  readonly protocol = PROTOCOL.tcp;
  /** As connect(2) counts: a connection that is being made was asked for by this socket. */
  private connecting = false;
  /** A call found that it can't send yet: SIGIO tells when it can, and only then. */
  private sendAwaited = false;
  private connection: Connection | null = null;
  private error = 0;
  private isListening = false;
  backlog = 0;
  readonly ready: Connection[] = [];
  readonly halfOpen = new Set<Connection>();
  private noDelay = false;
  private cork = false;
  private readonly times = { idle: 7200, interval: 75, count: 9, user: 0 };
  private readonly tcpOptions = new Map<number, number>();
  private receiveShut = false;

  protected override get ports(): Ports<Holder> {
    return this.stack.tcp.ports;
  }

  override get listening(): boolean {
    return this.isListening;
  }

  get capacities(): Capacities {
    return { send: Math.max(BUFFERS.send, this.sendBuffer), receive: Math.max(BUFFERS.receive, this.receiveBuffer) };
  }

  protected override usable({ address, port }: Endpoint): boolean {
    return this.reuseAddress || !this.stack.tcp.inUse(address, port);
  }

  override listen(backlog: number): void {
    if (this.connection && this.connection.state !== STATE.CLOSED) fail(E.INVAL);
    if (!this.held) this.take(endpoint(anyOf(this.six), 0));
    const most = this.stack.settings.somaxconn;
    this.backlog = backlog < 0 ? most : Math.min(most, backlog);
    if (this.isListening) return;
    this.isListening = true;
    if (!this.ports.free(this, this)) {
      this.isListening = false;
      fail(E.ADDRINUSE);
    }
    this.stack.tcp.listen(this);
  }

  arrived(): void {
    this.queue.wake();
  }

  override accept(): StreamSocket {
    if (!this.isListening) fail(E.INVAL);
    const connection = this.ready.shift() ?? fail(E.AGAIN);
    const socket = new StreamSocket(this.stack, this.domain, this.owner);
    socket.copyOptions(this);
    socket.noDelay = this.noDelay;
    Object.assign(socket.times, this.times);
    socket.adopt(connection);
    socket.local = connection.local;
    socket.remote = connection.remote;
    connection.accepted = () => socket.queue.wake();
    return socket;
  }

  private adopt(connection: Connection): void {
    this.connection = connection;
    connection.sender.noDelay = this.noDelay;
    connection.sender.cork = this.cork;
    this.applyTimes();
  }

  private applyTimes(): void {
    const { connection, times } = this;
    if (!connection) return;
    const { keepAlive } = connection;
    keepAlive.on = this.flag(SO.KEEPALIVE);
    keepAlive.idle = times.idle * SECOND;
    keepAlive.interval = times.interval * SECOND;
    keepAlive.count = times.count;
    connection.userTimeout = times.user * 1e6;
    connection.watchIdle();
  }

  protected override optionSet(option: number): void {
    if (option === SO.KEEPALIVE) this.applyTimes();
    if (!this.connection) return;
    if (option === SO.RCVBUF) this.connection.receiver.capacity = this.receiveBuffer;
    if (option === SO.SNDBUF) this.connection.sender.capacity = this.sendBuffer;
  }

  override connect(address: Uint8Array, _caller: Caller): void {
    if (this.isListening) fail(E.ISCONN);
    if (familyOf(address) === AF.UNSPEC) {
      this.disconnect();
      return;
    }
    const known = this.connection;
    if (known) {
      if (known.state === STATE.SYN_SENT || known.state === STATE.SYN_RECEIVED) fail(E.ALREADY);
      if (this.connecting) {
        // What came of it is told once.
        this.connecting = false;
        if (known.state !== STATE.CLOSED) return;
        this.forgetConnection();
        fail(this.takeError() || E.CONNABORTED);
      }
      if (known.state !== STATE.CLOSED) fail(E.ISCONN);
      this.forgetConnection();
    }
    const asked = this.target(address);
    const to = isAny(asked.address)
      ? { ...asked, address: isV6(asked.address) ? (isV6(this.local.address) ? LOOPBACK6 : LOOPBACK4) : LOOPBACK4 }
      : asked;
    if (isMulticast(to.address) || isBroadcastAddress(to.address)) fail(E.NETUNREACH);
    const way = this.stack.way(to.address, to.scope || this.device, this.local.address);
    const from = isAny(this.local.address) ? way.source : this.local.address;
    if (isV6(from) !== isV6(to.address)) fail(E.NETUNREACH);
    this.claimPort(from, to);
    this.remote = { ...to, scope: to.scope || this.device };
    this.connecting = true;
    this.sendAwaited = true;
    this.error = 0;
    const made = this.stack.tcp.connect(this.local, this.remote, this.capacities, { changed: () => this.changed() });
    this.adopt(made);
    // Over the loopback the answer is there already.
    if (made.state === STATE.CLOSED) {
      this.connecting = false;
      this.changed();
      this.forgetConnection();
      fail(this.takeError() || E.CONNABORTED);
    }
    if (made.state === STATE.SYN_SENT || made.state === STATE.SYN_RECEIVED) fail(E.INPROGRESS);
    this.connecting = false;
  }

  /** A port of its own for one that has none; the same port may lead to several places. */
  private claimPort(from: string, to: Endpoint): void {
    const { tcp } = this.stack;
    if (this.held) {
      // The name it has is now narrower.
      this.ports.release(this);
      this.local = endpoint(from, this.local.port, this.local.scope);
      this.ports.hold(this);
      if (!tcp.free(this.local, to)) fail(E.ADDRNOTAVAIL);
      return;
    }
    const port = this.ports.choose((p) => {
      this.local = endpoint(from, p);
      return this.ports.free(this) && tcp.free(this.local, to);
    });
    this.local = endpoint(from, port);
    this.ports.hold(this);
    this.held = true;
  }

  /** Something of the connection changed. */
  private changed(): void {
    const { connection } = this;
    if (connection?.error) {
      this.error = connection.error;
      connection.error = 0;
    }
    const events = this.poll();
    const sendable = this.sendAwaited && (events & POLL.OUT) !== 0;
    if (sendable) this.sendAwaited = false;
    this.queue.wake((events & POLL.IN) | (sendable ? POLL.OUT : 0));
  }

  private forgetConnection(): void {
    if (this.connection?.error) this.error = this.connection.error;
    this.connection = null;
    this.remote = null;
    this.receiveShut = false;
  }

  /** connect(2) with AF_UNSPEC. */
  private disconnect(): void {
    this.connection?.abort();
    this.forgetConnection();
    this.connecting = false;
    this.error = 0;
    this.giveUp();
    this.local = endpoint(anyOf(this.six), 0);
    this.queue.wake();
  }

  override takeError(): number {
    const { connection } = this;
    const error = this.error || connection?.error || 0;
    this.error = 0;
    if (connection) connection.error = 0;
    return error;
  }

  private failPending(): void {
    const error = this.takeError();
    if (error) fail(error);
  }

  override send(data: Uint8Array, { to, flags }: Sending): number {
    const { connection } = this;
    if (flags & MSG.OOB) fail(E.OPNOTSUPP);
    this.failPending();
    if (to && !connection) fail(this.isListening ? E.PIPE : E.PIPE);
    if (!connection) fail(E.PIPE);
    if (connection.state === STATE.SYN_SENT || connection.state === STATE.SYN_RECEIVED) fail(E.AGAIN);
    if (!connection.canSend) fail(E.PIPE);
    if (data.length === 0) return 0;
    const { sender } = connection;
    if (sender.room === 0) {
      this.sendAwaited = true;
      fail(E.AGAIN);
    }
    sender.cork = this.cork || (flags & MSG.MORE) !== 0;
    const taken = connection.write(data);
    sender.cork = this.cork;
    return taken;
  }

  override receive(length: number, flags: number): Received {
    if (flags & MSG.OOB) fail(E.INVAL);
    const { connection } = this;
    if (this.isListening) fail(E.NOTCONN);
    const waiting = connection?.receiver.queue.length ?? 0;
    if (!connection || waiting === 0) {
      this.failPending();
      if (connection && (connection.ended || this.receiveShut)) return { ...NOTHING, whole: 0 };
      if (!connection) fail(E.NOTCONN);
      if (length === 0 && connection.synchronized) return NOTHING;
      fail(E.AGAIN);
    }
    const n = Math.min(length, waiting);
    // With MSG_TRUNC the bytes are dropped unseen.
    if (flags & MSG.TRUNC && !(flags & MSG.PEEK)) {
      connection.took(n);
      return { ...NOTHING, whole: n };
    }
    const data = new Uint8Array(n);
    connection.read(data, (flags & MSG.PEEK) !== 0);
    return { ...NOTHING, data, whole: n };
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    const { connection } = this;
    if (!connection || connection.receiver.queue.length === 0) return this.receive(into.length, 0).data.length;
    return connection.read(into);
  }

  override shutdown(how: number): void {
    if (how < SHUT.RD || how > SHUT.RDWR) fail(E.INVAL);
    if (this.isListening) {
      if (how !== SHUT.WR) this.stopListening();
      return;
    }
    const { connection } = this;
    if (!connection || connection.state === STATE.CLOSED || !this.remote) fail(E.NOTCONN);
    if (how !== SHUT.WR) {
      this.receiveShut = true;
      connection.receiveShut = true;
    }
    if (how !== SHUT.RD) {
      if (connection.state === STATE.SYN_SENT) {
        this.disconnect();
        return;
      }
      connection.finish();
    }
    this.queue.wake(OWN);
  }

  private stopListening(): void {
    this.isListening = false;
    this.stack.tcp.unlisten(this);
    this.queue.wake();
  }

  override peerName(): Uint8Array {
    const state = this.connection?.state ?? STATE.CLOSED;
    if (state === STATE.CLOSED || state === STATE.SYN_SENT) fail(E.NOTCONN);
    return super.peerName();
  }

  override poll(): number {
    if (this.isListening) return this.ready.length ? POLL.IN : 0;
    const { connection } = this;
    const state = connection?.state ?? STATE.CLOSED;
    let events = this.error || connection?.error ? POLL.ERR : 0;
    if (state === STATE.SYN_SENT || state === STATE.SYN_RECEIVED) return events;
    const closed = state === STATE.CLOSED;
    const ended = closed || this.receiveShut || connection!.receiver.finished;
    const sendShut = closed || !connection!.canSend;
    if (closed || (ended && sendShut)) events |= POLL.HUP;
    // A socket that never was connected has nothing to read.
    if (connection && ended) events |= POLL.IN | POLL.RDHUP;
    if (connection && connection.receiver.queue.length > 0) events |= POLL.IN;
    if (sendShut || connection!.sender.room >= connection!.sender.capacity / 3) events |= POLL.OUT;
    return events;
  }

  protected override readable(): number {
    if (this.isListening) fail(E.INVAL);
    return this.connection?.receiver.queue.length ?? 0;
  }

  protected override unsent(): number {
    if (this.isListening) fail(E.INVAL);
    return this.connection?.sender.buffer.length ?? 0;
  }

  override setOption(level: number, option: number, value: Uint8Array, caller: Caller): void {
    if (level !== LEVEL.TCP) {
      super.setOption(level, option, value, caller);
      return;
    }
    const { connection, times } = this;
    if (option === TCP.CONGESTION) {
      const name = new TextDecoder('latin1').decode(value).replace(/\0.*$/s, '');
      if (name !== CONGESTION) fail(E.NOENT);
      return;
    }
    const n = intOf(value);
    const within = (most: number): number => (n < 1 || n > most ? fail(E.INVAL) : n);
    if (option === TCP.NODELAY) {
      this.noDelay = n !== 0;
      if (connection) connection.sender.noDelay = this.noDelay;
      if (this.noDelay) connection?.flush();
    } else if (option === TCP.CORK) {
      this.cork = n !== 0;
      if (connection) connection.sender.cork = this.cork;
      if (!this.cork) connection?.flush();
    } else if (option === TCP.KEEPIDLE) times.idle = within(32_767);
    else if (option === TCP.KEEPINTVL) times.interval = within(32_767);
    else if (option === TCP.KEEPCNT) times.count = within(127);
    else if (option === TCP.USER_TIMEOUT) times.user = n < 0 ? fail(E.INVAL) : n;
    else if (option === TCP.MAXSEG) {
      if (n && (n < 88 || n > 32_767)) fail(E.INVAL);
      if (n && connection) connection.sender.mss = Math.min(connection.sender.mss, n);
    } else if (KEPT[option] !== undefined) this.tcpOptions.set(option, n);
    else fail(E.NOPROTOOPT);
    this.applyTimes();
  }

  override getOption(level: number, option: number, caller: Caller): Uint8Array {
    if (level !== LEVEL.TCP) return super.getOption(level, option, caller);
    const { times, connection } = this;
    const values: Readonly<Record<number, number>> = {
      [TCP.NODELAY]: this.noDelay ? 1 : 0,
      [TCP.CORK]: this.cork ? 1 : 0,
      [TCP.KEEPIDLE]: times.idle,
      [TCP.KEEPINTVL]: times.interval,
      [TCP.KEEPCNT]: times.count,
      [TCP.USER_TIMEOUT]: times.user,
      [TCP.MAXSEG]: connection?.sender.mss ?? 536,
    };
    if (option === TCP.CONGESTION) return Uint8Array.from(CONGESTION.padEnd(16, '\0'), (c) => c.charCodeAt(0));
    if (option === TCP.INFO) return this.info();
    const value = values[option] ?? this.tcpOptions.get(option) ?? KEPT[option];
    return value === undefined ? fail(E.NOPROTOOPT) : u32(value);
  }

  /** The state, as /proc/net/tcp numbers it. */
  get state(): number {
    return this.isListening ? STATE.LISTEN : (this.connection?.state ?? STATE.CLOSED);
  }

  /** struct tcp_info, as far as it is kept. */
  private info(): Uint8Array {
    const out = new Uint8Array(INFO_LENGTH);
    const view = new DataView(out.buffer);
    out[0] = this.state;
    const { connection } = this;
    if (!connection) return out;
    const micros = (ns: number): number => Math.round(ns / 1000);
    view.setUint32(8, micros(connection.roundTrip.timeout), true);
    view.setUint32(16, connection.sender.mss, true);
    view.setUint32(20, connection.sender.mss, true);
    view.setUint32(60, this.stack.mtu(connection.remote.address, connection.remote.scope), true);
    view.setUint32(68, micros(connection.roundTrip.smoothed), true);
    view.setUint32(72, micros(connection.roundTrip.variation), true);
    view.setUint32(100, connection.retransmissions, true);
    return out;
  }

  override close(): void {
    if (this.isListening) this.stopListening();
    this.connection?.close(this.linger === 0);
    super.close();
  }
}

/** What a stream gives with no data. */
const NOTHING: Received = { data: NO_BYTES, whole: 0, from: null, files: [], control: [] };
