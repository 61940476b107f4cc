/** virtio-vsock (VIRTIO 1.2, section 5.10): streams between ports of the guest and of the host, with credit in both directions. */
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import { featureBits } from '../virtio/abi.ts';
import type { Chain } from '../virtio/chain.ts';
import { RingError } from '../virtio/guest-bytes.ts';
import type { VirtioBus, VirtioModel } from '../virtio/model.ts';
import type { Virtqueue } from '../virtio/queue.ts';
import { HEADER, OP, type Packet, readPacket, TYPE, writePacket } from './packet.ts';
import { MOST_DATA, type Owner, Stream } from './stream.ts';

const FEATURE = { STREAM: 0 } as const;
const QUEUE = { receive: 0, transmit: 1, event: 2 } as const;
const TRANSPORT_RESET = 0;
/** The host's address. */
const HOST_CID = 2n;
/** The lowest address of a guest. */
export const FIRST_GUEST_CID = 3;
const FIRST_OWN_PORT = 0xc000_0000;

/** Bounds on what a guest may have the host hold. */
const MOST_STREAMS = 1024;
const MOST_RESETS = 256;

const COUNTERS = {
  'vsock.streams': 'streams opened, by either side',
  'vsock.bytes-in': 'bytes the guest sent',
  'vsock.bytes-out': 'bytes given to the guest',
  'vsock.refused': 'packets answered with a reset',
  'vsock.dropped': 'packets that were none, or not for the host',
} as const;

interface Reset {
  readonly hostPort: number;
  readonly guestPort: number;
  readonly type: number;
}

/** Names a stream among the others. */
const keyOf = (hostPort: number, guestPort: number): string => `${hostPort}:${guestPort}`;

export class VirtioVsock implements VirtioModel, Owner {
  readonly kind = 'vsock';
  readonly features = featureBits(FEATURE.STREAM);
  readonly queues = [128, 128, 16];
  readonly cid: number;
  readonly #counts = countersOf(COUNTERS);
  readonly #listeners = new Map<number, (stream: Stream) => void>();
  readonly #streams = new Map<string, Stream>();
  #resets: Reset[] = [];
  #nextPort = FIRST_OWN_PORT;
  #sending = false;
  #transportReset = false;
  #bus: VirtioBus | undefined;

  /** `cid`: the guest's address, 3 or above. */
  constructor(cid = FIRST_GUEST_CID) {
    this.cid = cid;
  }

  attach(bus: VirtioBus): void {
    this.#bus = bus;
  }

  // For the host.

  /** Accepts streams to a port of the host; `accept` says what is to be done with each (`stream.handle`). Null stops it. */
  listen(port: number, accept: ((stream: Stream) => void) | null): void {
    if (accept) this.#listeners.set(port, accept);
    else this.#listeners.delete(port);
  }

  /** Opens a stream to a port of the guest. It is closed at once where there are too many. */
  connect(port: number): Stream {
    do this.#nextPort = this.#nextPort === 0xffff_fffe ? FIRST_OWN_PORT : this.#nextPort + 1;
    while (this.#streams.has(keyOf(this.#nextPort, port)));
    const stream = new Stream(this, this.#nextPort, port, 'connecting');
    if (this.#streams.size >= MOST_STREAMS) {
      stream.close();
      return stream;
    }
    this.#keep(stream);
    stream.announce(OP.REQUEST);
    this.send();
    return stream;
  }

  /** Streams there are, for who takes up a saved machine: what is to be done with each has to be said again. */
  get streams(): readonly Stream[] {
    return [...this.#streams.values()];
  }

  /** Tells the guest that all its streams are gone, as after a move to another host. */
  resetTransport(): void {
    this.#closeAll();
    this.#transportReset = true;
    this.#bus?.serve(QUEUE.event);
    this.#bus?.wake();
  }

  // For streams.

  send(): void {
    if (this.#sending) return;
    this.#bus?.serve(QUEUE.receive);
    this.#bus?.wake();
  }

  drop(stream: Stream, reset: boolean): void {
    this.#streams.delete(keyOf(stream.hostPort, stream.guestPort));
    stream.close();
    if (!reset) return;
    this.#reset({ hostPort: stream.hostPort, guestPort: stream.guestPort, type: TYPE.STREAM });
    this.send();
  }

  #keep(stream: Stream): void {
    this.#streams.set(keyOf(stream.hostPort, stream.guestPort), stream);
    this.#counts['vsock.streams']++;
  }

  #reset(reset: Reset): void {
    if (this.#resets.length < MOST_RESETS) this.#resets.push(reset);
  }

  #closeAll(): void {
    const { streams } = this;
    this.#streams.clear();
    this.#resets = [];
    for (const stream of streams) stream.close();
  }

  // For the transport.

  config(): Uint8Array {
    const config = new DataView(new ArrayBuffer(8));
    config.setBigUint64(0, BigInt(this.cid), true);
    return new Uint8Array(config.buffer);
  }

  serve(index: number, queue: Virtqueue): void {
    if (index === QUEUE.transmit) {
      for (let chain = queue.pop(); chain; chain = queue.pop()) {
        this.#receive(chain);
        queue.push(chain);
      }
      this.send();
    } else if (index === QUEUE.receive) this.#give(queue);
    else if (index === QUEUE.event && this.#transportReset) {
      const chain = queue.pop();
      if (!chain) return;
      this.#transportReset = false;
      chain.put(Uint8Array.of(TRANSPORT_RESET, 0, 0, 0));
      queue.push(chain);
    }
  }

  #receive(chain: Chain): void {
    const packet = readPacket(chain.taken(HEADER));
    const right = packet && packet.fromCid === BigInt(this.cid) && packet.toCid === HOST_CID;
    if (!right || packet.length > Math.min(chain.readable, MOST_DATA)) {
      this.#counts['vsock.dropped']++;
      return;
    }
    const data = chain.taken(packet.op === OP.RW ? packet.length : 0);
    this.#counts['vsock.bytes-in'] += data.length;
    const key = keyOf(packet.toPort, packet.fromPort);
    const stream = packet.type === TYPE.STREAM ? this.#streams.get(key) : undefined;
    if (packet.op === OP.RST) {
      if (stream) this.drop(stream, false);
      return;
    }
    if (stream) {
      if (stream.receive(packet, data)) return;
      this.#counts['vsock.refused']++;
      this.drop(stream, true);
      return;
    }
    this.#open(packet);
  }

  #open(packet: Packet): void {
    const accept = packet.type === TYPE.STREAM && packet.op === OP.REQUEST ? this.#listeners.get(packet.toPort) : null;
    if (!accept || this.#streams.size >= MOST_STREAMS) {
      this.#counts['vsock.refused']++;
      this.#reset({ hostPort: packet.toPort, guestPort: packet.fromPort, type: packet.type });
      return;
    }
    const stream = new Stream(this, packet.toPort, packet.fromPort, 'open');
    stream.greet(packet);
    this.#keep(stream);
    accept(stream);
  }

  /** Fills receive buffers: resets first, then each stream in turn, a packet at a time. */
  #give(queue: Virtqueue): void {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let more = true; more; ) {
        more = false;
        while (this.#resets.length > 0) {
          const chain = queue.pop();
          if (!chain) return;
          const { hostPort, guestPort, type } = this.#resets.shift()!;
          const fields = { length: 0, type, op: OP.RST, flags: 0, buffer: 0, forwarded: 0 };
          this.#put(chain, { fromPort: hostPort, toPort: guestPort, ...fields });
          queue.push(chain);
        }
        for (const stream of this.streams) {
          if (!stream.ready) continue;
          const chain = queue.pop();
          if (!chain) return;
          this.#fill(chain, stream);
          queue.push(chain);
          stream.afterSending();
          more = true;
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  #fill(chain: Chain, stream: Stream): void {
    if (chain.writable <= HEADER) throw new RingError('a receive buffer has no room for data');
    const { op, flags, length, fill } = stream.next(chain.writable - HEADER);
    const ports = { fromPort: stream.hostPort, toPort: stream.guestPort };
    this.#put(chain, { ...ports, length, type: TYPE.STREAM, op, flags, ...stream.told() });
    chain.putEach(length, fill);
    this.#counts['vsock.bytes-out'] += length;
  }

  #put(chain: Chain, packet: Omit<Packet, 'fromCid' | 'toCid'>): void {
    if (chain.writable < HEADER) throw new RingError('a receive buffer has no room for a header');
    chain.put(writePacket({ ...packet, fromCid: HOST_CID, toCid: BigInt(this.cid) }));
  }

  reset(): void {
    this.#closeAll();
    this.#transportReset = false;
  }

  save(into: StateWriter): void {
    into.u32(this.#nextPort).flag(this.#transportReset).counts(this.#counts).u32(this.#resets.length);
    for (const { hostPort, guestPort, type } of this.#resets) into.u32(hostPort).u32(guestPort).u32(type);
    into.u32(this.#streams.size);
    for (const stream of this.#streams.values()) stream.save(into);
  }

  restore(from: StateReader): void {
    this.#closeAll();
    this.#nextPort = from.u32();
    this.#transportReset = from.flag();
    from.counts(this.#counts);
    for (let count = from.u32(); count > 0; count--)
      this.#resets.push({ hostPort: from.u32(), guestPort: from.u32(), type: from.u32() });
    for (let count = from.u32(); count > 0; count--) {
      const stream = Stream.restored(this, from);
      this.#streams.set(keyOf(stream.hostPort, stream.guestPort), stream);
    }
  }

  counters() {
    return { ...this.#counts };
  }
}
