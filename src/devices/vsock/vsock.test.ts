import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Driver } from '../../../tests/support/virtio-driver.ts';
import { fuzz } from '../../../tests/support/virtio-fuzz.ts';
import { HEADER, OP, type Packet, readPacket, writePacket } from './packet.ts';
import type { Stream } from './stream.ts';
import { VirtioVsock } from './vsock.ts';

const CID = 42;
const text = (s: string) => new TextEncoder().encode(s);
const FRESH = { fromCid: BigInt(CID), toCid: 2n, length: 0, type: 1, flags: 0, buffer: 1 << 18, forwarded: 0 };

/** A guest's side of vsock: sends packets as told, and keeps what it hears. */
class Guest {
  readonly driver: Driver<VirtioVsock>;
  readonly heard: (Packet & { data: string })[] = [];
  forwarded = 0;

  constructor(driver = new Driver(new VirtioVsock(CID), { ram: 1 << 23 }), buffers = 32) {
    this.driver = driver;
    if (buffers > 0) {
      driver.start();
      this.listen(buffers);
    }
  }

  get model(): VirtioVsock {
    return this.driver.model;
  }

  listen(buffers: number): void {
    for (let i = 0; i < buffers; i++) this.driver.prepare(0, [4096]);
    this.driver.notify(0);
  }

  send(op: number, ports: { fromPort: number; toPort: number }, more: Partial<Packet> = {}, data = new Uint8Array(0)) {
    const packet = writePacket({ ...FRESH, ...ports, op, length: data.length, forwarded: this.forwarded, ...more });
    this.driver.request(1, [packet, ...(data.length > 0 ? [data] : [])]);
  }

  /** Packets that came since last asked, `op:data`. */
  hear(): string[] {
    const got = this.driver.collect(0).map(({ data, length }) => {
      const packet = readPacket(data)!;
      expect(packet.length).toBe(length - HEADER);
      expect([packet.fromCid, packet.toCid]).toEqual([2n, BigInt(CID)]);
      return { ...packet, data: new TextDecoder().decode(data.subarray(HEADER, length)) };
    });
    this.heard.push(...got);
    const names = Object.fromEntries(Object.entries(OP).map(([name, op]) => [op, name]));
    return got.map(({ op, data }) => (data ? `${names[op]}:${data}` : names[op]!));
  }
}

const PORTS = { fromPort: 1000, toPort: 5000 };

/** A stream the guest opened to port 5000; what the host hears of it. */
function opened(guest = new Guest()) {
  const log: string[] = [];
  let stream: Stream | undefined;
  guest.model.listen(5000, (accepted) => {
    stream = accepted;
    accepted.handle({
      data: (bytes) => log.push(new TextDecoder().decode(bytes)),
      ended: () => log.push('ended'),
      closed: () => log.push('closed'),
      drained: () => log.push('drained'),
    });
  });
  guest.send(OP.REQUEST, PORTS);
  expect(guest.hear()).toEqual(['RESPONSE']);
  return { guest, log, stream: stream! };
}

describe('virtio-vsock', () => {
  it('says the guest’s address', () => {
    expect(new Guest().driver.device.read(0x100, 8)).toBe(BigInt(CID));
  });

  it('takes streams to ports where somebody listens, and resets others', () => {
    const { guest } = opened();
    expect(guest.heard[0]).toMatchObject({ fromPort: 5000, toPort: 1000, type: 1, buffer: 256 * 1024 });
    guest.send(OP.REQUEST, { fromPort: 1000, toPort: 5001 });
    expect(guest.hear()).toEqual(['RST']);
    guest.send(OP.REQUEST, { fromPort: 1001, toPort: 5000 }, { type: 2 });
    expect(guest.hear()).toEqual(['RST']);
    guest.model.listen(5000, null);
    guest.send(OP.REQUEST, { fromPort: 1002, toPort: 5000 });
    expect(guest.hear()).toEqual(['RST']);
    expect(guest.driver.device.counters()).toMatchObject({ 'vsock.streams': 1, 'vsock.refused': 3 });
  });

  it('carries data both ways', () => {
    const { guest, log, stream } = opened();
    guest.send(OP.RW, PORTS, {}, text('hello host'));
    expect(log).toEqual(['hello host']);
    expect(stream.write(text('hello guest'))).toBe(11);
    expect(guest.hear()).toEqual(['RW:hello guest']);
    expect(guest.heard.at(-1)!.forwarded).toBe(10);
    expect(guest.driver.device.counters()).toMatchObject({ 'vsock.bytes-in': 10, 'vsock.bytes-out': 11 });
  });

  it('opens streams to the guest', () => {
    const guest = new Guest();
    const log: string[] = [];
    const stream = guest.model.connect(22);
    stream.handle({ opened: () => log.push('opened'), data: (bytes) => log.push(new TextDecoder().decode(bytes)) });
    stream.write(text('early'));
    expect(guest.hear()).toEqual(['REQUEST']);
    const ports = { fromPort: 22, toPort: stream.hostPort };
    guest.send(OP.RESPONSE, ports);
    expect([stream.state, ...log]).toEqual(['open', 'opened']);
    expect(guest.hear()).toEqual(['RW:early']);
    guest.send(OP.RW, ports, {}, text('answer'));
    expect(log).toEqual(['opened', 'answer']);
    guest.send(OP.RESPONSE, ports);
    expect(guest.hear()).toEqual(['RST']);
    expect(stream.state).toBe('closed');
  });

  it('sends no more than the guest has credit for', () => {
    const { guest, log, stream } = opened();
    guest.send(OP.CREDIT_UPDATE, PORTS, { buffer: 10 });
    expect(stream.write(text('0123456789abcdef'))).toBe(16);
    expect(guest.hear()).toEqual(['RW:0123456789']);
    guest.send(OP.CREDIT_UPDATE, PORTS, { buffer: 10, forwarded: 4 });
    expect(guest.hear()).toEqual(['RW:abcd']);
    guest.send(OP.CREDIT_REQUEST, PORTS, { buffer: 10, forwarded: 14 });
    expect(guest.hear()).toEqual(['CREDIT_UPDATE', 'RW:ef']);
    // A guest that lies about what it has taken gets nothing more, and does no harm.
    guest.send(OP.CREDIT_UPDATE, PORTS, { buffer: 0, forwarded: 0xffff_ffff });
    stream.write(text('x'));
    expect(guest.hear()).toEqual([]);
    expect(log).toEqual([]);
  });

  it('bounds what the host may write, and says when there is room again', () => {
    const { guest, log, stream } = opened();
    guest.send(OP.CREDIT_UPDATE, PORTS, { buffer: 0 });
    expect(stream.write(new Uint8Array(2 << 20))).toBe(1 << 20);
    expect(stream.write(text('x'))).toBe(0);
    guest.send(OP.CREDIT_UPDATE, PORTS, { buffer: 1000 });
    expect(guest.hear()).toHaveLength(1);
    expect(log).toEqual(['drained']);
  });

  it('gives the guest credit for what the host takes', () => {
    const { guest, stream } = opened();
    for (let i = 0; i < 2; i++) guest.send(OP.RW, PORTS, {}, new Uint8Array(60_000));
    expect(guest.hear()).toEqual([]);
    guest.send(OP.RW, PORTS, {}, new Uint8Array(60_000));
    expect(guest.hear()).toEqual(['CREDIT_UPDATE']);
    expect(guest.heard.at(-1)!.forwarded).toBe(180_000);
    stream.pause();
    for (let i = 0; i < 4; i++) guest.send(OP.RW, PORTS, {}, new Uint8Array(60_000));
    expect(guest.hear()).toEqual([]);
    stream.resume();
    expect(guest.hear()).toEqual(['CREDIT_UPDATE']);
    expect(guest.heard.at(-1)!.forwarded).toBe(420_000);
  });

  it('resets a guest that sends without credit', () => {
    const { guest, log, stream } = opened();
    stream.pause();
    for (let i = 0; i < 5; i++) guest.send(OP.RW, PORTS, {}, new Uint8Array(60_000));
    expect(guest.hear()).toEqual(['RST']);
    expect(log).toEqual(['closed']);
    expect(guest.model.streams).toEqual([]);
  });

  it('ends in each direction, and is over when both have', () => {
    const { guest, log, stream } = opened();
    stream.write(text('last'));
    stream.end();
    expect(stream.write(text('more'))).toBe(0);
    expect(guest.hear()).toEqual(['RW:last', 'SHUTDOWN']);
    expect(guest.heard.at(-1)!.flags).toBe(2);
    guest.send(OP.RW, PORTS, {}, text('still talking'));
    guest.send(OP.SHUTDOWN, PORTS, { flags: 2 });
    expect(log).toEqual(['still talking', 'ended']);
    guest.send(OP.SHUTDOWN, PORTS, { flags: 3 });
    expect(guest.hear()).toEqual(['RST']);
    expect(log).toEqual(['still talking', 'ended', 'closed']);
  });

  it('tells of the end only after the data before it', () => {
    const { guest, log, stream } = opened();
    stream.pause();
    guest.send(OP.RW, PORTS, {}, text('data'));
    guest.send(OP.SHUTDOWN, PORTS, { flags: 2 });
    expect(log).toEqual([]);
    stream.resume();
    expect(log).toEqual(['data', 'ended']);
  });

  it('can be destroyed, by either side', () => {
    const one = opened();
    one.stream.destroy();
    expect([one.guest.hear(), one.log]).toEqual([['RST'], ['closed']]);
    one.stream.destroy();
    expect(one.guest.hear()).toEqual([]);
    const two = opened();
    two.guest.send(OP.RST, PORTS);
    expect([two.guest.hear(), two.log]).toEqual([[], ['closed']]);
  });

  it('drops what is not for the host', () => {
    const { guest, log } = opened();
    guest.send(OP.RW, PORTS, { fromCid: 7n }, text('x'));
    guest.send(OP.RW, PORTS, { toCid: 3n }, text('x'));
    guest.send(OP.RW, PORTS, { length: 1000 }, text('x'));
    guest.driver.request(1, [new Uint8Array(20)]);
    expect([guest.hear(), log]).toEqual([[], []]);
    expect(guest.driver.device.counters()['vsock.dropped']).toBe(4);
  });

  it('serves streams in turn', () => {
    const guest = new Guest(undefined, 0);
    guest.driver.start();
    const streams: Stream[] = [];
    guest.model.listen(5000, (stream) => streams.push(stream));
    for (const fromPort of [1, 2]) guest.send(OP.REQUEST, { fromPort, toPort: 5000 });
    for (const stream of streams) stream.write(new Uint8Array(10_000));
    guest.listen(8);
    expect(guest.hear()).toHaveLength(8);
    expect(guest.heard.map((packet) => `${packet.toPort} ${packet.op}`)).toEqual([
      '1 2',
      '2 2',
      '1 5',
      '2 5',
      '1 5',
      '2 5',
      '1 5',
      '2 5',
    ]);
  });

  it('bounds streams and resets', () => {
    const guest = new Guest(undefined, 0);
    guest.driver.start();
    guest.model.listen(5000, () => {});
    const mark = guest.driver.mark();
    for (let fromPort = 0; fromPort < 2_000; fromPort++) {
      guest.send(OP.REQUEST, { fromPort, toPort: 5000 });
      guest.driver.release(mark);
    }
    expect(guest.model.streams).toHaveLength(1024);
    expect(guest.model.connect(1).state).toBe('closed');
    guest.listen(64);
    expect(new Set(guest.hear())).toEqual(new Set(['RST']));
  });

  it('tells the guest when all its streams are gone', () => {
    const { guest, log } = opened();
    guest.driver.prepare(2, [4]);
    guest.model.resetTransport();
    expect(guest.driver.collect(2)[0]!.data).toEqual(Uint8Array.of(0, 0, 0, 0));
    expect([guest.hear(), log]).toEqual([[], ['closed']]);
  });

  it('goes on where it was saved: streams wait for handlers', () => {
    const { guest, stream } = opened();
    guest.send(OP.CREDIT_UPDATE, PORTS, { buffer: 4 });
    stream.write(text('to the guest'));
    expect(guest.hear()).toEqual(['RW:to t']);
    const other = new Guest(new Driver(new VirtioVsock(CID), {}, guest.driver.host), 0);
    other.driver.device.restore(guest.driver.device.save());
    expect(other.driver.device.save()).toEqual(guest.driver.device.save());
    const log: string[] = [];
    guest.driver.prepare(1, [
      writePacket({ ...FRESH, ...PORTS, op: OP.RW, length: 5, buffer: 100, forwarded: 4 }),
      text('early'),
    ]);
    other.driver.notify(1);
    expect(guest.hear()).toEqual(['RW:he guest']);
    expect(log).toEqual([]);
    expect(other.model.streams).toHaveLength(1);
    other.model.streams[0]!.handle({ data: (bytes) => log.push(new TextDecoder().decode(bytes)) });
    expect(log).toEqual(['early']);
  });

  it('stands a hostile driver', () => {
    const ops = fc.integer({ min: 0, max: 8 });
    const u32 = fc.oneof(fc.constantFrom(0, 1, 44, 0xffff_ffff), fc.nat(0xffff_ffff));
    const packet = fc
      .tuple(
        ops,
        fc.constantFrom(1, 2),
        fc.constantFrom(5000, 5001),
        fc.constantFrom(1, 1, 1, 2),
        u32,
        u32,
        u32,
        fc.uint8Array({ maxLength: 60 }),
      )
      .map(([op, fromPort, toPort, type, flags, buffer, forwarded, data]) =>
        Uint8Array.of(
          ...writePacket({ ...FRESH, fromPort, toPort, op, type, flags, buffer, forwarded, length: data.length }),
          ...data,
        ),
      );
    fuzz({
      make: () => {
        const model = new VirtioVsock(CID);
        model.listen(5000, (stream) => {
          stream.handle({ data: (bytes) => stream.write(bytes), ended: () => stream.end() });
        });
        model.listen(5001, (stream) => stream.write(new Uint8Array(5_000)));
        return model;
      },
      header: packet,
      meanwhile: ({ model }) => {
        const [stream = model.connect(7)] = model.streams;
        stream.write(new Uint8Array(3_000));
      },
      works: (driver) => {
        driver.prepare(0, [4096]);
        driver.request(1, [writePacket({ ...FRESH, fromPort: 9, toPort: 5000, op: OP.REQUEST })]);
        expect(readPacket(driver.collect(0)[0]!.data)!.op).toBe(OP.RESPONSE);
      },
    });
  });
});
