import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Driver } from '../../../tests/support/virtio-driver.ts';
import { fuzz } from '../../../tests/support/virtio-fuzz.ts';
import {
  BROADCAST,
  checksum,
  ETHERTYPE,
  ethernet,
  ipv4,
  ipv4Text,
  macText,
  onesSum,
  PROTOCOL,
  readIpv4,
  readUdp,
  viewOf,
  writeIpv4,
  writeUdp,
} from '../../abi/frame.ts';
import { labMac, VirtioNet } from './net.ts';
import { LabSwitch } from './switch.ts';

const GATEWAY = ipv4('10.0.2.2');
const MAC = labMac(0);
const text = (s: string) => new TextEncoder().encode(s);
const header = (flags = 0, start = 0, offset = 0): Uint8Array => {
  const bytes = new Uint8Array(12);
  bytes[0] = flags;
  viewOf(bytes).setUint16(6, start, true);
  viewOf(bytes).setUint16(8, offset, true);
  return bytes;
};

/** A port of a network whose frames a test sends and sees. */
class Station {
  readonly heard: Uint8Array[] = [];
  readonly mac: Uint8Array;
  readonly port;

  constructor(network: LabSwitch, number: number) {
    this.mac = labMac(number);
    this.port = network.plug((frame) => this.heard.push(frame));
  }

  send(to: Uint8Array, type: number, payload: Uint8Array): void {
    this.port.send(ethernet(to, this.mac, type, payload));
  }

  /** The payload of the one answer. */
  ask(to: Uint8Array, type: number, payload: Uint8Array): Uint8Array {
    this.heard.length = 0;
    this.send(to, type, payload);
    if (this.heard.length !== 1) throw new Error(`${this.heard.length} answers`);
    return this.heard[0]!.subarray(14);
  }
}

const arp = (mac: Uint8Array, from: Uint8Array, wanted: Uint8Array): Uint8Array =>
  Uint8Array.of(0, 1, 8, 0, 6, 4, 0, 1, ...mac, ...from, 0, 0, 0, 0, 0, 0, ...wanted);

function dhcp(mac: Uint8Array, type: number, options: readonly number[] = [], ciaddr = ipv4('0.0.0.0')): Uint8Array {
  const message = new Uint8Array(300);
  message.set([1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
  message.set(ciaddr, 12);
  message.set(mac, 28);
  message.set([0x63, 0x82, 0x53, 0x63, 53, 1, type, ...options, 255], 236);
  const zero = ipv4('0.0.0.0');
  return writeUdp({ from: zero, to: ipv4('255.255.255.255') }, { fromPort: 68, toPort: 67, data: message });
}

function dhcpAnswer(payload: Uint8Array): { type: number; address: string; options: Map<number, number[]> } {
  const { data } = readUdp(readIpv4(payload)!)!;
  expect(data.subarray(4, 8)).toEqual(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
  const options = new Map<number, number[]>();
  for (let at = 240; data[at] !== 255; at += 2 + data[at + 1]!)
    options.set(data[at]!, [...data.subarray(at + 2, at + 2 + data[at + 1]!)]);
  return { type: options.get(53)![0]!, address: ipv4Text(data.subarray(16, 20)), options };
}

/** The whole exchange; the address. */
function lease(station: Station, name = ''): string {
  const named = name ? [12, name.length, ...text(name)] : [];
  const offer = dhcpAnswer(station.ask(BROADCAST, ETHERTYPE.ipv4, dhcp(station.mac, 1, named)));
  const wanted = [50, 4, ...ipv4(offer.address), 54, 4, ...GATEWAY];
  const ack = dhcpAnswer(station.ask(BROADCAST, ETHERTYPE.ipv4, dhcp(station.mac, 3, [...named, ...wanted])));
  expect([offer.type, ack.type, ack.address]).toEqual([2, 5, offer.address]);
  return ack.address;
}

function query(network: LabSwitch, station: Station, name: string, type: number) {
  const question = [...name.split('.').flatMap((part) => [part.length, ...text(part)]), 0, 0, type, 0, 1];
  const data = Uint8Array.of(0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...question);
  const packet = writeUdp({ from: ipv4('10.0.2.15'), to: ipv4('10.0.2.3') }, { fromPort: 4444, toPort: 53, data });
  const answer = readUdp(readIpv4(station.ask(network.host.mac, ETHERTYPE.ipv4, packet))!)!;
  expect([answer.fromPort, answer.toPort]).toEqual([53, 4444]);
  const view = viewOf(answer.data);
  expect([view.getUint16(0), view.getUint16(4)]).toEqual([0x1234, 1]);
  return { code: view.getUint16(2) & 15, count: view.getUint16(6), data: answer.data.subarray(24 + question.length) };
}

describe('the host of the lab network', () => {
  let network: LabSwitch;
  let station: Station;
  beforeEach(() => {
    network = new LabSwitch({ names: { 'www.example': '10.9.8.7' } });
    station = new Station(network, 0);
  });

  it('answers ARP for its own addresses only', () => {
    const me = ipv4('10.0.2.15');
    for (const own of ['10.0.2.2', '10.0.2.3']) {
      const answer = station.ask(BROADCAST, ETHERTYPE.arp, arp(MAC, me, ipv4(own)));
      expect(answer).toEqual(Uint8Array.of(0, 1, 8, 0, 6, 4, 0, 2, ...network.host.mac, ...ipv4(own), ...MAC, ...me));
    }
    station.heard.length = 0;
    station.send(BROADCAST, ETHERTYPE.arp, arp(MAC, me, ipv4('10.0.2.16')));
    expect(station.heard).toEqual([]);
  });

  it('leases addresses in the order of asking, the same again to the same guest', () => {
    const other = new Station(network, 1);
    expect(lease(station)).toBe('10.0.2.15');
    expect(lease(other)).toBe('10.0.2.16');
    expect(lease(station)).toBe('10.0.2.15');
    expect(network.host.addressOf(macText(other.mac))).toBe('10.0.2.16');
    const { options } = dhcpAnswer(station.ask(BROADCAST, ETHERTYPE.ipv4, dhcp(MAC, 1)));
    expect(options.get(1)).toEqual([255, 255, 255, 0]);
    expect(options.get(3)).toEqual([10, 0, 2, 2]);
    expect(options.get(6)).toEqual([10, 0, 2, 3]);
    expect(options.get(15)).toEqual([...text('lab')]);
    expect(options.get(51)).toEqual([0, 1, 0x51, 0x80]);
  });

  it('refuses an address that is another’s, renews, informs, forgets what is released', () => {
    lease(station);
    const wrong = dhcp(MAC, 3, [50, 4, 10, 0, 2, 99]);
    expect(dhcpAnswer(station.ask(BROADCAST, ETHERTYPE.ipv4, wrong)).type).toBe(6);
    const renewed = dhcp(MAC, 3, [], ipv4('10.0.2.15'));
    expect(dhcpAnswer(station.ask(BROADCAST, ETHERTYPE.ipv4, renewed)).type).toBe(5);
    const inform = dhcpAnswer(station.ask(BROADCAST, ETHERTYPE.ipv4, dhcp(MAC, 8, [], ipv4('10.0.2.77'))));
    expect([inform.type, inform.address, inform.options.has(51)]).toEqual([5, '0.0.0.0', false]);
    station.send(BROADCAST, ETHERTYPE.ipv4, dhcp(MAC, 7));
    expect(network.host.addressOf(macText(MAC))).toBeNull();
    station.heard.length = 0;
    station.send(BROADCAST, ETHERTYPE.ipv4, dhcp(MAC, 3, [54, 4, 10, 0, 2, 9]));
    expect(station.heard).toEqual([]);
  });

  it('runs out of addresses, not of memory', () => {
    for (let i = 0; i < 240; i++) station.ask(BROADCAST, ETHERTYPE.ipv4, dhcp(labMac(i), 1));
    station.heard.length = 0;
    station.send(BROADCAST, ETHERTYPE.ipv4, dhcp(labMac(999), 1));
    expect(station.heard).toEqual([]);
    expect(dhcpAnswer(station.ask(BROADCAST, ETHERTYPE.ipv4, dhcp(labMac(999), 3, [50, 4, 10, 0, 2, 15]))).type).toBe(
      6,
    );
  });

  it('knows names: its own, those it was given, those of its guests', () => {
    lease(station, 'alpha');
    const other = new Station(network, 1);
    lease(other, 'not a name!');
    const A = (name: string) => {
      const { code, data } = query(network, station, name, 1);
      return code === 0 ? ipv4Text(data) : code;
    };
    expect(A('gateway.lab')).toBe('10.0.2.2');
    expect(A('dns')).toBe('10.0.2.3');
    expect(A('ALPHA.lab')).toBe('10.0.2.15');
    expect(A('alpha')).toBe('10.0.2.15');
    expect(A('www.example')).toBe('10.9.8.7');
    expect(A('elsewhere.org')).toBe(3);
    expect(query(network, station, 'alpha', 28)).toMatchObject({ code: 0, count: 0 });
    const back = query(network, station, '15.2.0.10.in-addr.arpa', 12);
    expect(back.data).toEqual(Uint8Array.of(5, ...text('alpha'), 3, ...text('lab'), 0));
  });

  it('answers ping', () => {
    const request = Uint8Array.of(8, 0, 0, 0, 1, 2, 3, 4, ...text('ping!'));
    viewOf(request).setUint16(2, checksum(request));
    const packet = writeIpv4({ from: ipv4('10.0.2.15'), to: GATEWAY, protocol: PROTOCOL.icmp, payload: request });
    const answer = readIpv4(station.ask(network.host.mac, ETHERTYPE.ipv4, packet))!;
    expect([ipv4Text(answer.from), ipv4Text(answer.to), answer.payload[0]]).toEqual(['10.0.2.2', '10.0.2.15', 0]);
    expect(checksum(answer.payload)).toBe(0);
    expect(answer.payload.subarray(4)).toEqual(request.subarray(4));
  });

  it('says what cannot be reached', () => {
    const from = ipv4('10.0.2.15');
    for (const [to, code] of [
      ['10.0.2.2', 3],
      ['93.184.216.34', 0],
    ] as const) {
      const packet = writeUdp({ from, to: ipv4(to) }, { fromPort: 1000, toPort: 9, data: text('x') });
      const answer = readIpv4(station.ask(network.host.mac, ETHERTYPE.ipv4, packet))!;
      expect([ipv4Text(answer.from), answer.payload[0], answer.payload[1]]).toEqual(['10.0.2.2', 3, code]);
      expect(answer.payload.subarray(8)).toEqual(packet.subarray(0, 28));
    }
    const error = Uint8Array.of(3, 0, 0xfc, 0xff, 0, 0, 0, 0);
    station.heard.length = 0;
    const packet = writeIpv4({ from, to: ipv4('1.2.3.4'), protocol: PROTOCOL.icmp, payload: error });
    station.send(network.host.mac, ETHERTYPE.ipv4, packet);
    expect(station.heard).toEqual([]);
  });

  it('ignores what is damaged', () => {
    const packet = dhcp(MAC, 1);
    for (let i = 0; i < packet.length; i++) {
      const damaged = packet.slice();
      damaged[i]! ^= 0x10;
      station.heard.length = 0;
      station.send(BROADCAST, ETHERTYPE.ipv4, damaged);
      expect(station.heard).toEqual([]);
    }
  });

  it('stands any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    const inner = fc
      .tuple(fc.constantFrom(1, 6, 17), bytes)
      .map(([protocol, payload]) => writeIpv4({ from: ipv4('10.0.2.15'), to: GATEWAY, protocol, payload }));
    const udp = fc
      .tuple(fc.constantFrom(53, 67, 68), bytes)
      .map(([toPort, data]) => writeUdp({ from: ipv4('10.0.2.15'), to: GATEWAY }, { fromPort: 1, toPort, data }));
    const options = bytes.map((tail) => dhcp(MAC, 1, [...tail.subarray(0, 50)]));
    const labels = fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .map((tail) =>
        writeUdp(
          { from: ipv4('10.0.2.15'), to: GATEWAY },
          { fromPort: 1, toPort: 53, data: Uint8Array.of(0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...tail) },
        ),
      );
    fc.assert(
      fc.property(
        fc.oneof(bytes, inner, udp, options, labels),
        fc.constantFrom(0x800, 0x806, 0x86dd),
        (payload, type) => {
          for (const to of [network.host.mac, BROADCAST]) station.send(to, type, payload);
          for (const frame of station.heard) expect(frame.length).toBeGreaterThanOrEqual(42);
          station.heard.length = 0;
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('the lab switch', () => {
  it('learns who is where, and floods what it does not know', () => {
    const network = new LabSwitch();
    const [a, b, c] = [0, 1, 2].map((number) => new Station(network, number)) as [Station, Station, Station];
    a.send(b.mac, 0x9999, text('to b, unknown'));
    expect([b.heard.length, c.heard.length]).toEqual([1, 1]);
    b.send(a.mac, 0x9999, text('to a, known'));
    expect([a.heard.length, c.heard.length]).toEqual([1, 1]);
    a.send(b.mac, 0x9999, text('to b, known'));
    expect([b.heard.length, c.heard.length]).toEqual([2, 1]);
    a.send(BROADCAST, 0x9999, text('to all'));
    expect([a.heard.length, b.heard.length, c.heard.length]).toEqual([1, 3, 2]);
    a.send(a.mac, 0x9999, text('to myself'));
    expect(a.heard).toHaveLength(1);
    expect(network.counters()).toMatchObject({ frames: 5, flooded: 2, dropped: 1 });
  });

  it('forgets who is unplugged', () => {
    const network = new LabSwitch();
    const [a, b] = [new Station(network, 0), new Station(network, 1)];
    b.send(BROADCAST, 0x9999, text('here I am'));
    b.port.close();
    a.send(b.mac, 0x9999, text('gone?'));
    b.send(a.mac, 0x9999, text('not plugged in'));
    expect([a.heard.length, b.heard.length]).toEqual([1, 0]);
  });

  it('remembers no more than a bound', () => {
    const network = new LabSwitch();
    const [a, b] = [new Station(network, 0), new Station(network, 1)];
    b.send(BROADCAST, 0x9999, text('here I am'));
    for (let i = 0; i < 2_000; i++) a.port.send(ethernet(b.mac, labMac(100 + i), 0x9999, text('flood')));
    expect(network.save().length).toBeLessThan(1024 * 40);
    a.send(b.mac, 0x9999, text('still reaches'));
    expect(new TextDecoder().decode(b.heard.at(-1)!.subarray(14))).toBe('still reaches');
  });

  it('goes on where it was saved', () => {
    const network = new LabSwitch();
    const stations = [0, 1].map((number) => new Station(network, number));
    for (const station of stations) lease(station, `guest-${macText(station.mac).slice(-1)}`);
    const other = new LabSwitch();
    const again = [0, 1, 2].map((number) => new Station(other, number));
    other.restore(network.save());
    expect(other.save()).toEqual(network.save());
    expect(lease(again[1]!)).toBe('10.0.2.16');
    expect(lease(again[2]!)).toBe('10.0.2.17');
    again[0]!.send(again[1]!.mac, 0x9999, text('x'));
    expect(again[2]!.heard.filter((frame) => viewOf(frame).getUint16(12) === 0x9999)).toEqual([]);
  });
});

describe('virtio-net', () => {
  function pair(options: { without?: bigint } = {}) {
    const network = new LabSwitch();
    const driver = new Driver(new VirtioNet({ mac: MAC, plug: (receive) => network.plug(receive) }), options);
    driver.start();
    return { network, driver, peer: new Station(network, 7) };
  }
  const MRG = 1n << 15n;

  it('says its address, its link and its MTU', () => {
    const { driver } = pair();
    expect(Array.from({ length: 6 }, (_, i) => driver.device.read(0x100 + i, 1))).toEqual([...MAC]);
    expect(driver.device.read(0x106, 2)).toBe(1);
    expect(driver.device.read(0x10a, 2)).toBe(1500);
    driver.model.setLink(false);
    expect(driver.device.read(0x106, 2)).toBe(0);
    expect(driver.acknowledge()).toBe(2);
  });

  it('sends frames as they are', () => {
    const { driver, peer } = pair();
    const frame = ethernet(peer.mac, MAC, 0x9999, text('payload'));
    driver.request(1, [header(), frame.subarray(0, 10), frame.subarray(10)]);
    expect(peer.heard).toEqual([frame]);
    expect(driver.host.attends).toBe(1);
    expect(driver.device.counters()).toMatchObject({ 'net.sent': 1, 'net.bytes-sent': 21 });
  });

  it('completes checksums', () => {
    const { driver, peer } = pair();
    const packet = writeUdp(
      { from: ipv4('10.0.2.15'), to: ipv4('10.0.2.16') },
      { fromPort: 1, toPort: 2, data: text('odd') },
    );
    const partial = packet.slice();
    const addresses = { from: packet.subarray(12, 16), to: packet.subarray(16, 20) };
    viewOf(partial).setUint16(26, onesSum(addresses.to, onesSum(addresses.from, 17 + 11)));
    driver.request(1, [header(1, 34, 6), ethernet(peer.mac, MAC, ETHERTYPE.ipv4, partial)]);
    expect(peer.heard[0]!.subarray(14)).toEqual(packet);
    driver.request(1, [header(1, 60, 6), ethernet(peer.mac, MAC, ETHERTYPE.ipv4, partial)]);
    driver.request(1, [header(1, 0xffff, 0xffff), ethernet(peer.mac, MAC, ETHERTYPE.ipv4, partial)]);
    expect(driver.device.counters()['net.dropped']).toBe(2);
  });

  describe.each([
    ['4', 1, 20],
    ['6', 4, 40],
  ] as const)('cuts long TCP frames over IPv%s', (version, type, ipLength) => {
    const tcpAt = 14 + ipLength;
    /** A frame with so much data: FIN, PSH and CWR set, two options' words in the TCP header. */
    function long(length: number): Uint8Array {
      const frame = new Uint8Array(tcpAt + 28 + length);
      frame.set(labMac(7));
      frame.set(MAC, 6);
      const view = viewOf(frame);
      view.setUint16(12, version === '4' ? 0x800 : 0x86dd);
      frame[14] = version === '4' ? 0x45 : 0x60;
      for (let i = tcpAt - (version === '4' ? 8 : 32); i < tcpAt; i++) frame[i] = i * 3;
      view.setUint16(18, 0xffff);
      frame[23] = 6;
      view.setUint16(tcpAt, 1000);
      view.setUint32(tcpAt + 4, 0xffff_ff00);
      frame[tcpAt + 12] = 7 << 4;
      frame[tcpAt + 13] = 0x99;
      for (let i = tcpAt + 20; i < frame.length; i++) frame[i] = (i * 7) & 255;
      return frame;
    }
    const gso = (segment: number, start = tcpAt) => {
      const bytes = header(1, start, 16);
      bytes[1] = type;
      viewOf(bytes).setUint16(4, segment, true);
      return bytes;
    };

    it('with lengths, sequence numbers, flags and checksums of their own', () => {
      const { driver, peer } = pair();
      const frame = long(3500);
      driver.request(1, [gso(1400), frame]);
      expect(peer.heard.map((got) => got.length - tcpAt - 28)).toEqual([1400, 1400, 700]);
      const data = peer.heard.flatMap((got) => [...got.subarray(tcpAt + 28)]);
      expect(Uint8Array.from(data)).toEqual(frame.subarray(tcpAt + 28));
      for (const [i, got] of peer.heard.entries()) {
        const view = viewOf(got);
        expect(view.getUint32(tcpAt + 4)).toBe((0xffff_ff00 + i * 1400) >>> 0);
        expect(got[tcpAt + 13]).toBe([0x90, 0x10, 0x19][i]);
        if (version === '4') {
          expect([view.getUint16(16), view.getUint16(18)]).toEqual([got.length - 14, (0xffff + i) & 0xffff]);
          expect(checksum(got.subarray(14, tcpAt))).toBe(0);
        } else expect(view.getUint16(18)).toBe(got.length - tcpAt);
        const addresses = got.subarray(tcpAt - (version === '4' ? 8 : 32), tcpAt);
        expect(checksum(got.subarray(tcpAt), onesSum(addresses, 6 + got.length - tcpAt))).toBe(0);
      }
      expect(driver.device.counters()).toMatchObject({ 'net.sent': 3, 'net.dropped': 0 });
    });

    it('unless they are none', () => {
      const { driver, peer } = pair();
      const bad = [
        [gso(47), long(3500)],
        [gso(0), long(3500)],
        [gso(1490), long(3500)],
        [gso(1400, tcpAt + 4), long(3500)],
        [gso(1400, 0xffff), long(3500)],
        [gso(1400), long(3500).subarray(0, tcpAt + 10)],
        [
          gso(1400),
          long(3500)
            .fill(0xff, tcpAt + 12, tcpAt + 13)
            .subarray(0, tcpAt + 40),
        ],
        [gso(1400), long(3500).fill(0, tcpAt + 12, tcpAt + 13)],
        [gso(1400), long(3500).fill(0, 12, 14)],
        [gso(1400).fill(0, 0, 1), long(3500)],
        [gso(1400).fill(3, 1, 2), long(3500)],
        [gso(1400), new Uint8Array(66_000)],
      ];
      for (const parts of bad) driver.request(1, parts);
      expect(peer.heard).toEqual([]);
      expect(driver.device.counters()['net.dropped']).toBe(bad.length);
    });
  });

  it('drops frames that are none', () => {
    const { driver, peer } = pair();
    const gso = header();
    gso[1] = 1;
    for (const parts of [
      [header().subarray(0, 11)],
      [header(), text('short')],
      [header(), new Uint8Array(1519)],
      [gso, new Uint8Array(60)],
    ])
      driver.request(1, parts);
    expect(peer.heard).toEqual([]);
    expect(driver.device.counters()['net.dropped']).toBe(4);
  });

  it.each([
    ['one buffer a frame', MRG],
    ['buffers that are merged', 0n],
  ])('gives the guest frames in %s', (_name, without) => {
    const { driver, peer } = pair({ without });
    const frame = ethernet(
      MAC,
      peer.mac,
      0x9999,
      Uint8Array.from({ length: 1000 }, (_, i) => i & 255),
    );
    const size = without ? 2048 : 300;
    for (let i = 0; i < 4; i++) driver.prepare(0, [size]);
    peer.port.send(frame);
    expect(driver.host.wakes).toBe(1);
    const got = driver.collect(0);
    expect(got).toHaveLength(without ? 1 : 4);
    const bytes = got.flatMap(({ data, length }) => [...data.subarray(0, length)]);
    expect(bytes.slice(0, 12)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, got.length, 0]);
    expect(Uint8Array.from(bytes.slice(12))).toEqual(frame);
    expect(driver.device.counters()).toMatchObject({ 'net.received': 1, 'net.bytes-received': 1014 });
  });

  it('keeps frames until there are buffers, in order and up to a bound', () => {
    const { driver, peer } = pair();
    const frame = (i: number) => ethernet(MAC, peer.mac, 0x9999, text(`frame ${i}`.padEnd(60)));
    for (let i = 0; i < 600; i++) peer.port.send(frame(i));
    expect(driver.device.counters()['net.dropped']).toBe(88);
    driver.prepare(0, [50]);
    driver.notify(0);
    expect(driver.collect(0)).toEqual([]);
    driver.prepare(0, [50]);
    driver.prepare(0, [200]);
    driver.notify(0);
    const got = driver.collect(0);
    const all = got.map(({ data, length }) => new TextDecoder().decode(data.subarray(0, length))).join('');
    expect(all).toContain('frame 0');
    expect(all.indexOf('frame 1')).toBeGreaterThan(all.indexOf('frame 0'));
    expect(got).toHaveLength(3);
  });

  it('loses a frame for which the buffer is too short', () => {
    const { driver, peer } = pair({ without: MRG });
    driver.prepare(0, [20]);
    peer.port.send(ethernet(MAC, peer.mac, 0x9999, new Uint8Array(60)));
    expect(driver.collect(0)[0]!.length).toBe(0);
    expect(driver.device.counters()['net.dropped']).toBe(1);
  });

  it('talks to the host of the network within one notification', () => {
    const { network, driver } = pair();
    driver.prepare(0, [2048]);
    driver.request(1, [header(), ethernet(BROADCAST, MAC, ETHERTYPE.arp, arp(MAC, ipv4('10.0.2.15'), GATEWAY))]);
    const [answer] = driver.collect(0);
    // The peer heard it too: it was sent to all.
    expect(driver.host.attends).toBe(1);
    expect(answer!.data.subarray(12 + 6, 12 + 12)).toEqual(network.host.mac);
  });

  it('lets two guests talk over one wire', () => {
    const network = new LabSwitch();
    const guests = [0, 1].map((number) => {
      const driver = new Driver(new VirtioNet({ mac: labMac(number), plug: (receive) => network.plug(receive) }));
      driver.start();
      driver.prepare(0, [2048]);
      return driver;
    });
    const frame = ethernet(labMac(1), labMac(0), 0x9999, text('hello, neighbour'));
    guests[0]!.request(1, [header(), frame]);
    expect(guests[1]!.collect(0)[0]!.data.subarray(12, 12 + frame.length)).toEqual(frame);
    expect(guests[0]!.collect(0)).toEqual([]);
  });

  it('goes on where it was saved, with frames that wait', () => {
    const { network, driver, peer } = pair();
    const frame = ethernet(MAC, peer.mac, 0x9999, text('waiting'));
    peer.port.send(frame);
    const model = new VirtioNet({ mac: MAC, plug: (receive) => network.plug(receive) });
    const other = new Driver(model, {}, driver.host);
    other.device.restore(driver.device.save());
    driver.prepare(0, [100]);
    other.notify(0);
    expect(driver.collect(0)[0]!.data.subarray(12, 12 + frame.length)).toEqual(frame);
  });

  it('stands a hostile driver', () => {
    const frame = fc
      .tuple(
        fc.constantFrom(0, 1, 2, 255),
        fc.constantFrom(0, 0, 1, 3, 4),
        fc.nat(80),
        fc.nat(60),
        fc.uint8Array({ maxLength: 300 }),
      )
      .map(([flags, type, start, number, bytes]) => {
        const first = header(flags, start, number);
        first[1] = type;
        viewOf(first).setUint16(4, number * 4, true);
        return Uint8Array.of(...first, ...BROADCAST, ...MAC, ...(type === 4 ? [0x86, 0xdd] : [8, 0, 0x45]), ...bytes);
      });
    let neighbour: Station | undefined;
    fuzz({
      meanwhile: () => neighbour?.send(BROADCAST, 0x9999, new Uint8Array(700)),
      make: () => {
        const network = new LabSwitch();
        neighbour = new Station(network, 1);
        return new VirtioNet({ mac: MAC, plug: (receive) => network.plug(receive) });
      },
      header: frame,
      works: (driver) => {
        driver.prepare(0, [2048]);
        driver.request(1, [header(), ethernet(BROADCAST, MAC, ETHERTYPE.arp, arp(MAC, ipv4('10.0.2.15'), GATEWAY))]);
        expect(driver.collect(0)).toHaveLength(1);
      },
    });
  });
});
