/** A hostile driver: random registers, rings, descriptors and requests against a device. It must not throw, hang or reach beyond RAM. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { VirtioModel } from '../../src/devices/virtio/model.ts';
import { FakeHost, FakeMemory, RAM } from './device-host.ts';
import { Driver } from './virtio-driver.ts';

const SIZE = 1 << 19;
const MARGIN = 1 << 12;
const CANARY = 0xa5;
const NEEDS_RESET = 64;
/** What one access may cost: views and copies asked for, and bytes moved. A budget of 16 MiB, one chain of 64 MiB and the rings. */
const MOST_ACCESSES = 500_000;
const MOST_BYTES = 200 * 2 ** 20;

interface Target<Model extends VirtioModel> {
  readonly make: () => Model;
  /** First bytes of a request, so that some get past the first check. */
  readonly header?: fc.Arbitrary<Uint8Array>;
  /** What the host's side may do meanwhile (input, a frame, a stream). */
  readonly meanwhile?: (driver: Driver<Model>) => void;
  /** A good driver's work after the bad one's, on a device just started; throws if the device does not do it. */
  readonly works: (driver: Driver<Model>) => void;
}

type Step =
  | { readonly do: 'write' | 'read'; readonly offset: number; readonly size: 1 | 2 | 4 | 8; readonly value: number }
  | { readonly do: 'descriptor'; readonly slots: readonly Slot[] }
  | { readonly do: 'offer'; readonly head: number }
  | { readonly do: 'index'; readonly by: number }
  | { readonly do: 'scribble'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly do: 'request'; readonly header: Uint8Array; readonly room: number; readonly indirect: boolean }
  | { readonly do: 'notify' | 'acknowledge' | 'restart' | 'snapshot' | 'meanwhile' };

type QueueStep = Step & { readonly queue: number };

interface Slot {
  readonly index: number;
  readonly address: number;
  readonly length: number;
  readonly flags: number;
  readonly next: number;
}

const address = fc.oneof(
  fc.integer({ min: RAM, max: RAM + SIZE }),
  fc.constantFrom(0, RAM - 1, RAM + SIZE - 8, RAM + SIZE, 2 ** 32 - 1, 2 ** 52, 2 ** 53 - 1),
);
const length = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 600 }) },
  { weight: 1, arbitrary: fc.constantFrom(16 * 1024, SIZE, 0x7fff_ffff, 0xffff_ffff) },
);
const slot = fc.record({
  index: fc.integer({ min: 0, max: 63 }),
  address,
  length,
  flags: fc.oneof(fc.constantFrom(0, 1, 2, 3, 4), fc.integer({ min: 0, max: 15 })),
  next: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 66 }) }, fc.constant(0xffff)),
});

/** A request as a driver makes it, which therefore gets further than what is random. */
const request = (header: fc.Arbitrary<Uint8Array>) =>
  fc.record({
    do: fc.constant('request' as const),
    header,
    room: fc.oneof(fc.constantFrom(1, 513, 2048), fc.integer({ min: 0, max: 4096 })),
    indirect: fc.boolean(),
  });

const steps = (header: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({
      do: fc.constantFrom('write' as const, 'read' as const),
      offset: fc.oneof(
        fc.integer({ min: 0, max: 0x50 }).map((n) => 4 * n),
        fc.integer({ min: 0, max: 0xfff }),
      ),
      size: fc.constantFrom(1 as const, 2 as const, 4 as const, 4 as const, 4 as const, 8 as const),
      value: fc.oneof(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 0xffff_ffff })),
    }),
    fc.record({ do: fc.constant('descriptor' as const), slots: fc.array(slot, { minLength: 1, maxLength: 6 }) }),
    fc.record({ do: fc.constant('offer' as const), head: fc.integer({ min: 0, max: 65 }) }),
    fc.record({ do: fc.constant('index' as const), by: fc.oneof(fc.constantFrom(1, 64), fc.nat(0xffff)) }),
    fc.record({
      do: fc.constant('scribble' as const),
      at: fc.integer({ min: 0, max: SIZE - 64 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    }),
    ...[1, 2, 3, 4].map(() => request(header)),
    fc.record({
      do: fc.constantFrom(
        ...(['notify', 'notify', 'acknowledge', 'restart', 'snapshot', 'meanwhile', 'meanwhile'] as const),
      ),
    }),
  );

function restart<Model extends VirtioModel>(driver: Driver<Model>): void {
  driver.release(RAM + 4096);
  driver.start();
}

function play<Model extends VirtioModel>(driver: Driver<Model>, step: QueueStep, make: () => Driver<Model>): void {
  const { queue } = step;
  const { bytes } = driver.host.memory;
  const ring = driver.rings[queue]!;
  switch (step.do) {
    case 'write':
      driver.device.write(step.offset, step.size, step.size === 8 ? BigInt(step.value) << 11n : step.value);
      break;
    case 'read':
      driver.device.read(step.offset, step.size);
      break;
    case 'descriptor':
      for (const s of step.slots) driver.descriptor(ring.descriptors, s.index, s.address, s.length, s.flags, s.next);
      driver.offer(queue, step.slots[0]!.index);
      driver.notify(queue);
      break;
    case 'offer':
      driver.offer(queue, step.head);
      break;
    case 'index':
      driver.offered[queue]! += step.by;
      driver.offer(queue, 0);
      driver.notify(queue);
      break;
    case 'scribble':
      bytes.set(step.bytes, step.at);
      break;
    case 'request': {
      const mark = driver.mark();
      driver.prepare(queue, [step.header, step.room], step.indirect);
      driver.notify(queue);
      driver.release(mark);
      break;
    }
    case 'notify':
      driver.notify(queue);
      break;
    case 'acknowledge':
      driver.acknowledge();
      break;
    case 'restart':
      restart(driver);
      break;
    case 'snapshot': {
      // The state of a device a guest has misused can be saved, taken up by another, and is the same there.
      const state = driver.device.save();
      const other = make();
      other.device.restore(state);
      expect(other.device.save()).toEqual(state);
      break;
    }
  }
}

/** Runs the hostile driver. */
export function fuzz<Model extends VirtioModel>({ make, header, meanwhile, works }: Target<Model>): void {
  const start = () => {
    const all = new Uint8Array(SIZE + 2 * MARGIN).fill(CANARY);
    const memory = new FakeMemory(all.subarray(MARGIN, MARGIN + SIZE).fill(0));
    return { all, driver: new Driver(make(), {}, new FakeHost(memory)) };
  };
  const queues = make().queues.length;
  const step = fc
    .tuple(steps(header ?? fc.uint8Array({ maxLength: 128 })), fc.integer({ min: 0, max: queues - 1 }))
    .map(([step, queue]) => ({ ...step, queue }));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (script) => {
      const { all, driver } = start();
      const { memory } = driver.host;
      driver.start();
      for (const step of script) {
        // A device that was broken serves nothing: mostly, go on with a new one.
        if (driver.status & NEEDS_RESET && step.do !== 'read') restart(driver);
        memory.accesses = memory.transferred = 0;
        if (step.do === 'meanwhile') meanwhile?.(driver);
        else play(driver, step, () => start().driver);
        expect(memory.accesses).toBeLessThan(MOST_ACCESSES);
        expect(memory.transferred).toBeLessThan(MOST_BYTES);
      }
      for (const edge of [all.subarray(0, MARGIN), all.subarray(MARGIN + SIZE)])
        expect(edge.every((byte) => byte === CANARY)).toBe(true);
      memory.bytes.fill(0);
      restart(driver);
      works(driver);
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
  );
}
