/** TCP on wires that lose, double and turn around: what one side writes, the other reads, whatever happens between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ETHERTYPE, ethernet } from '../../../src/abi/frame.ts';
import { E, errnoName, SysError } from '../../../src/linux/errno.ts';
import { decodePacket, encodePacket, PROTOCOL } from '../../../src/linux/net/ip/packet.ts';
import type { StreamSocket } from '../../../src/linux/net/sockets/stream.ts';
import { STATE } from '../../../src/linux/net/tcp/connection.ts';
import { Segment } from '../../../src/linux/net/tcp/segment.ts';
import { inet, ROOT, Simulation, tcpSocket, twoStacks } from '../../support/net.ts';

const CASES = Number(process.env.NET_CASES ?? 40);
const MS = 1e6;

/** The result of a call, or null where it would have to wait. */
function now<T>(call: () => T): T | null {
  try {
    return call();
  } catch (e) {
    if (e instanceof SysError && (e.code === E.AGAIN || e.code === E.INPROGRESS || e.code === E.ALREADY)) return null;
    throw e instanceof SysError ? new Error(errnoName(e.code)) : e;
  }
}

const codeOf = (call: () => unknown): number => {
  try {
    call();
    return 0;
  } catch (e) {
    if (e instanceof SysError) return e.code;
    throw e;
  }
};

/** A stream of bytes that any place can be told by. */
const byteAt = (i: number): number => (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255;

/** Writes `total` bytes in the given sizes, then no more; what is left waits for room. */
class Writer {
  private done = 0;
  private turn = 0;
  readonly socket: StreamSocket;
  private readonly total: number;
  private readonly sizes: readonly number[];
  constructor(socket: StreamSocket, total: number, sizes: readonly number[]) {
    this.socket = socket;
    this.total = total;
    this.sizes = sizes;
  }
  go(): void {
    while (this.done < this.total) {
      const size = Math.min(this.sizes[this.turn % this.sizes.length]!, this.total - this.done);
      const bytes = Uint8Array.from({ length: size }, (_, i) => byteAt(this.done + i));
      const n = now(() => this.socket.send(bytes, { to: null, files: [], control: [], flags: 0 }));
      if (n === null) return;
      this.done += n;
      this.turn++;
    }
    if (this.turn >= 0) this.socket.shutdown(1);
    this.turn = -1;
  }
  get finished(): boolean {
    return this.turn < 0;
  }
}

class Reader {
  read = 0;
  wrong = 0;
  ended = false;
  readonly socket: StreamSocket;
  private readonly size: number;
  constructor(socket: StreamSocket, size: number) {
    this.socket = socket;
    this.size = size;
  }
  go(): void {
    while (!this.ended) {
      const got = now(() => this.socket.receive(this.size, 0));
      if (!got) return;
      if (got.data.length === 0) this.ended = true;
      for (const byte of got.data) if (byte !== byteAt(this.read++)) this.wrong++;
    }
  }
}

const network = fc.record({
  loss: fc.integer({ min: 0, max: 25 }),
  doubled: fc.integer({ min: 0, max: 20 }),
  jitter: fc.integer({ min: 0, max: 40 }),
  seed: fc.integer(),
});

describe('TCP on a bad wire', () => {
  it('carries both streams whole, in order, to their ends', () => {
    fc.assert(
      fc.property(
        network,
        fc.integer({ min: 0, max: 300_000 }),
        fc.integer({ min: 0, max: 60_000 }),
        fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 30_000 }),
        ({ loss, doubled, jitter, seed }, there, back, sizes, piece) => {
          const time = new Simulation();
          let state = seed >>> 0;
          const dice = (): number => {
            state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
            return Math.floor((state / 2 ** 32) * 100);
          };
          const [a, b] = twoStacks(time, () => {
            if (dice() < loss) return [];
            const delay = MS + dice() * jitter * 1e4;
            return dice() < doubled ? [delay, delay + dice() * MS] : [delay];
          });
          const listener = tcpSocket(b);
          listener.bind(inet('0.0.0.0', 80), ROOT);
          listener.listen(5);
          const client = tcpSocket(a);
          let connected = false;
          let gaveUp = false;
          let server: StreamSocket | null = null;
          let work: { go(): void }[] = [];
          const readers: Reader[] = [];
          const writers: Writer[] = [];
          const done = (): boolean => {
            if (!connected) {
              const code = codeOf(() => client.connect(inet('10.0.0.2', 80), ROOT));
              connected = code === 0;
              // All tries may be lost; that is an end too.
              gaveUp = code !== 0 && code !== E.INPROGRESS && code !== E.ALREADY;
              if (gaveUp) return true;
              if (connected) work = add(client, there, back);
            }
            server ??= now(() => listener.accept());
            if (server && readers.length < 2 && connected) work = [...work, ...add(server, back, there)];
            for (const w of work) w.go();
            return readers.length === 2 && readers.every((r) => r.ended) && writers.every((w) => w.finished);
          };
          const add = (socket: StreamSocket, sends: number, _gets: number): { go(): void }[] => {
            const pair = [new Writer(socket, sends, sizes), new Reader(socket, piece)] as const;
            writers.push(pair[0]);
            readers.push(pair[1]);
            return [...pair];
          };
          const ended = time.run(done, 7200);
          if (gaveUp) return;
          expect(ended).toBe(true);
          const [ours, theirs] = [readers.find((r) => r.socket === client)!, readers.find((r) => r.socket !== client)!];
          expect([ours.read, ours.wrong, theirs.read, theirs.wrong]).toEqual([back, 0, there, 0]);
          // Nothing is left once the past is forgotten.
          client.close();
          server!.close();
          listener.close();
          time.run(() => false, 600);
          expect([a.tcp.connections.size, b.tcp.connections.size]).toEqual([0, 0]);
        },
      ),
      { numRuns: CASES },
    );
  });

  it('tells who connects to nobody: refused, unreachable, no answer', () => {
    const time = new Simulation();
    let dead = false;
    const [a] = twoStacks(time, () => (dead ? [] : [MS]));
    const attempt = (address: string): number => {
      const socket = tcpSocket(a);
      let code = codeOf(() => socket.connect(inet(address, 9), ROOT));
      time.run(() => {
        code = codeOf(() => socket.connect(inet(address, 9), ROOT));
        return code !== E.ALREADY && code !== E.INPROGRESS;
      }, 1000);
      socket.close();
      return code;
    };
    expect(attempt('10.0.0.2')).toBe(E.CONNREFUSED);
    expect(attempt('10.0.0.77')).toBe(E.HOSTUNREACH);
    expect(attempt('10.9.0.1')).toBe(E.NETUNREACH);
    dead = true;
    expect(attempt('10.0.0.2')).toBe(E.TIMEDOUT);
  });

  it('asks a window that is shut until it opens', () => {
    const time = new Simulation();
    const [a, b] = twoStacks(time, () => [MS]);
    const [listener, client] = [tcpSocket(b), tcpSocket(a)];
    listener.bind(inet('0.0.0.0', 80), ROOT);
    listener.listen(1);
    now(() => client.connect(inet('10.0.0.2', 80), ROOT));
    time.run(() => listener.ready.length > 0, 10);
    const server = listener.accept();
    time.run(() => client.state === STATE.ESTABLISHED, 10);
    const writer = new Writer(client, 600_000, [8000]);
    time.run(() => {
      writer.go();
      return false;
    }, 300);
    expect(writer.finished).toBe(false);
    const reader = new Reader(server, 10_000);
    time.run(() => {
      reader.go();
      writer.go();
      return reader.ended;
    }, 300);
    expect([reader.read, reader.wrong]).toEqual([600_000, 0]);
  });
});

describe('hostile peers', () => {
  it('neither crash it, nor fill it, nor end what others have', () => {
    const time = new Simulation();
    const [a, b] = twoStacks(time, () => [MS]);
    const [listener, client] = [tcpSocket(b), tcpSocket(a)];
    listener.bind(inet('0.0.0.0', 80), ROOT);
    listener.listen(16);
    now(() => client.connect(inet('10.0.0.2', 80), ROOT));
    time.run(() => listener.ready.length > 0 && client.state === STATE.ESTABLISHED, 10);
    const server = listener.accept();
    const wire = b.interfaces.byName('eth0')!;
    const mac = wire.mac;
    const inject = (bytes: Uint8Array, type: number = ETHERTYPE.ipv4): void =>
      b.receive(wire, ethernet(mac, Uint8Array.of(2, 9, 9, 9, 9, 9), type, bytes));
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 120 }).map((bytes) => () => inject(bytes)),
            fc.uint8Array({ maxLength: 80 }).map((bytes) => () => inject(bytes, ETHERTYPE.arp)),
            fc.uint8Array({ maxLength: 120 }).map((bytes) => () => inject(bytes, ETHERTYPE.ipv6)),
            // Whole packets with anything inside.
            fc
              .tuple(
                fc.constantFrom(1, 6, 17, 58, 99),
                fc.uint8Array({ maxLength: 100 }),
                fc.integer({ min: 2, max: 250 }),
              )
              .map(
                ([protocol, content, host]) =>
                  () =>
                    inject(encodePacket({ from: `10.0.0.${host}`, to: '10.0.0.2', protocol, content }, content)),
              ),
            // Segments of every kind, from strangers and with the peer's address.
            fc
              .record({
                from: fc.constantFrom('10.0.0.1', '10.0.0.5', '10.0.0.6'),
                port: fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constant(0)),
                sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
                acknowledged: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
                flags: fc.integer({ min: 0, max: 63 }),
                window: fc.integer({ min: 0, max: 65_535 }),
                data: fc.uint8Array({ maxLength: 40 }),
              })
              .map(({ from, port, ...fields }) => () => {
                // What hits the exact number of a live connection is its peer, not a stranger.
                if (from === '10.0.0.1' && port === new DataView(client.name().buffer).getUint16(2)) return;
                const segment = new Segment({ fromPort: port, toPort: 80, ...fields });
                const to = '10.0.0.2';
                inject(encodePacket({ from, to, protocol: PROTOCOL.tcp, content: segment }, segment.encode(from, to)));
              }),
          ),
          { minLength: 1, maxLength: 60 },
        ),
        (deeds) => {
          for (const deed of deeds) deed();
          time.run(() => false, 0.01);
          expect(listener.halfOpen.size).toBeLessThanOrEqual(256);
          expect(b.neighboursOf(wire).entries.size).toBeLessThanOrEqual(512);
        },
      ),
      { numRuns: CASES * 5 },
    );
    const writer = new Writer(client, 100_000, [9999]);
    const reader = new Reader(server, 4096);
    time.run(() => {
      writer.go();
      reader.go();
      return reader.ended;
    }, 100);
    expect([reader.read, reader.wrong]).toEqual([100_000, 0]);
  });

  it('get a flood of half-open connections forgotten', () => {
    const time = new Simulation();
    const [, b] = twoStacks(time, () => []);
    const listener = tcpSocket(b);
    listener.bind(inet('0.0.0.0', 80), ROOT);
    listener.listen(16);
    const wire = b.interfaces.byName('eth0')!;
    for (let i = 0; i < 5000; i++) {
      const segment = new Segment({
        fromPort: i + 1,
        toPort: 80,
        sequence: i,
        acknowledged: 0,
        flags: 2,
        window: 1000,
      });
      const [from, to] = ['10.0.0.9', '10.0.0.2'];
      const bytes = encodePacket({ from, to, protocol: PROTOCOL.tcp, content: segment }, segment.encode(from, to));
      b.receive(wire, ethernet(wire.mac, Uint8Array.of(2, 9, 9, 9, 9, 9), ETHERTYPE.ipv4, bytes));
    }
    expect(b.tcp.connections.size).toBe(256);
    time.run(() => false, 600);
    expect(b.tcp.connections.size).toBe(0);
    listener.close();
  });

  it('send packets that are read again as they were written', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        (content, protocol, six) => {
          const [from, to] = six ? ['fe80::1', '2001:db8::7:0:1'] : ['10.0.0.1', '192.168.3.4'];
          const bytes = encodePacket({ from, to, protocol, content, ttl: 9, tos: 16 }, content);
          const decoded = decodePacket(bytes, 0);
          expect(decoded).toEqual({
            packet: { from, to, protocol, content, ttl: 9, tos: 16, scope: 0 },
            fragment: null,
          });
        },
      ),
    );
  });
});
