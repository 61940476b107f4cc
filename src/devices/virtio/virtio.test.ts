import { describe, expect, it } from 'vitest';
import { RAM } from '../../../tests/support/device-host.ts';
import { Driver, type DriverOptions, EVENTS, INDIRECT, LINE } from '../../../tests/support/virtio-driver.ts';
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import { FEATURE, featureBits, STATUS } from './abi.ts';
import type { VirtioBus, VirtioModel } from './model.ts';
import type { Virtqueue } from './queue.ts';

/** Writes back what it reads, inverted; the first byte of its configuration counts changes. */
class Inverter implements VirtioModel {
  readonly kind = 'entropy';
  readonly features = 1n << 3n;
  readonly queues = [64, 4];
  bus: VirtioBus | undefined;
  started = 0;
  readonly #config = new Uint8Array(8);
  readonly #counts = countersOf({ bytes: 'bytes inverted' });

  attach(bus: VirtioBus) {
    this.bus = bus;
  }
  config() {
    return this.#config;
  }
  writeConfig(at: number, bytes: Uint8Array) {
    for (const [i, byte] of bytes.entries()) if (at + i < 8) this.#config[at + i] = byte;
  }
  start() {
    this.started++;
  }
  serve(_index: number, queue: Virtqueue) {
    for (let chain = queue.pop(); chain; chain = queue.pop()) {
      const count = Math.min(chain.readable, chain.writable);
      const bytes = chain.taken(count);
      chain.put(bytes.map((byte) => byte ^ 255));
      this.#counts.bytes += count;
      queue.push(chain);
    }
  }
  reset() {}
  save(into: StateWriter) {
    into.bytes(this.#config).counts(this.#counts);
  }
  restore(from: StateReader) {
    this.#config.set(from.bytes());
    from.counts(this.#counts);
  }
  counters() {
    return { ...this.#counts };
  }
}

const text = (s: string) => new TextEncoder().encode(s);
const inverted = (s: string) => text(s).map((byte) => byte ^ 255);

function started(options: DriverOptions = {}) {
  const driver = new Driver(new Inverter(), options);
  driver.start();
  return driver;
}

describe('the memory-mapped transport', () => {
  it('says what it is', () => {
    const driver = new Driver(new Inverter());
    expect([0, 4, 8, 12].map((at) => driver.reg(at))).toEqual([0x7472_6976, 2, 4, 0x5041_5254]);
    expect(driver.device.node()).toEqual({
      name: 'virtio_mmio@10001000',
      properties: { compatible: 'virtio,mmio', reg: [0, 0x1000_1000, 0, 0x1000], interrupts: [LINE] },
      children: [],
    });
    expect(driver.reg(0xb0)).toBe(0xffff_ffff);
  });

  it('offers version 1, indirect descriptors, event indices, queue reset and the features of its model', () => {
    expect(new Driver(new Inverter()).offeredFeatures()).toBe(
      featureBits(3, FEATURE.RING_INDIRECT_DESC, FEATURE.RING_EVENT_IDX, FEATURE.VERSION_1, FEATURE.RING_RESET),
    );
  });

  it('refuses features it did not offer, and drivers without version 1', () => {
    for (const features of [featureBits(FEATURE.VERSION_1, 5), 1n << 3n]) {
      const driver = new Driver(new Inverter());
      driver.set(0x70, 3);
      driver.accept(features);
      driver.set(0x70, 11);
      expect(driver.status & STATUS.FEATURES_OK).toBe(0);
    }
  });

  it('keeps features once they are agreed on', () => {
    const driver = started();
    const { features } = driver.model.bus!;
    driver.accept(0n);
    expect(driver.model.bus!.features).toBe(features);
  });

  it('serves nothing before the driver is ready', () => {
    const driver = new Driver(new Inverter());
    driver.set(0x70, 3);
    driver.accept(featureBits(FEATURE.VERSION_1));
    driver.set(0x70, 11);
    driver.place(0);
    driver.prepare(0, [text('a'), 1]);
    driver.notify(0);
    expect(driver.collect(0)).toEqual([]);
    driver.set(0x70, 15);
    driver.notify(0);
    expect(driver.collect(0)).toHaveLength(1);
    expect(driver.model.started).toBe(1);
  });

  it('reads and writes the configuration in any size', () => {
    const driver = started();
    driver.device.write(0x100, 8, 0x0807_0605_0403_0201n);
    expect(driver.device.read(0x100, 8)).toBe(0x0807_0605_0403_0201n);
    expect(driver.device.read(0x104, 4)).toBe(0x0807_0605);
    expect(driver.device.read(0x102, 2)).toBe(0x0403);
    expect(driver.device.read(0x107, 1)).toBe(8);
    expect(driver.device.read(0x107, 4)).toBe(8);
    expect(driver.device.read(0xffc, 4)).toBe(0);
  });

  it('counts generations of the configuration and interrupts for a change', () => {
    const driver = started();
    const before = driver.reg(0xfc);
    driver.model.bus!.configChanged();
    expect(driver.reg(0xfc)).toBe(before + 1);
    expect(driver.host.lines.get(LINE)).toBe(true);
    expect(driver.acknowledge()).toBe(2);
    expect(driver.host.lines.get(LINE)).toBe(false);
  });

  it('refuses sizes no queue can have', () => {
    for (const size of [0, 3, 128, 0xffff_ffff]) {
      const driver = started();
      driver.set(0x30, 0);
      driver.set(0x44, 0);
      driver.set(0x38, size);
      driver.set(0x44, 1);
      expect(driver.reg(0x44)).toBe(0);
      expect(driver.status & STATUS.DEVICE_NEEDS_RESET).toBe(STATUS.DEVICE_NEEDS_RESET);
    }
  });

  it('has no queues beyond those of its model', () => {
    const driver = started();
    driver.set(0x30, 2);
    expect(driver.reg(0x34)).toBe(0);
    driver.set(0x44, 1);
    expect(driver.reg(0x44)).toBe(0);
    driver.notify(2);
    driver.notify(0xffff_ffff);
    expect(driver.device.counters()).toMatchObject({ notifications: 2, errors: 0 });
  });

  it('resets one queue', () => {
    const driver = started();
    driver.request(0, [text('ab'), 2]);
    driver.set(0x30, 0);
    driver.set(0xc0, 1);
    expect([driver.reg(0xc0), driver.reg(0x44)]).toEqual([0, 0]);
    driver.place(0);
    expect(driver.request(0, [text('cd'), 2]).data).toEqual(inverted('cd'));
  });

  it('starts anew after a reset', () => {
    const driver = started();
    driver.request(0, [text('ab'), 2]);
    driver.set(0x70, 0);
    expect([driver.status, driver.reg(0x60), driver.host.lines.get(LINE)]).toEqual([0, 0, false]);
    driver.start();
    expect(driver.request(0, [text('cd'), 2]).data).toEqual(inverted('cd'));
  });
});

describe.each([
  ['contiguous memory', {}],
  ['memory in scattered pages', { scattered: true }],
  ['a driver without indirect descriptors and event indices', { without: INDIRECT | EVENTS }],
])('split virtqueues in %s', (_name, options) => {
  const indirect = !('without' in options);

  it('give and take chains of any cut', () => {
    const driver = started(options);
    const done = driver.request(0, [text('hello '), text('wor'), text('ld'), 1, 6, 20]);
    expect(done.length).toBe(11);
    expect(done.data.subarray(0, 11)).toEqual(inverted('hello world'));
    expect(driver.host.lines.get(LINE)).toBe(true);
  });

  it('cross pages', () => {
    const driver = started(options);
    const long = 'x'.repeat(9_000);
    expect(driver.request(0, [text(long), 9_000]).data).toEqual(inverted(long));
  });

  it('wrap around, indices included', () => {
    const driver = started({ ...options, queueSize: 4 });
    for (let i = 0; i < 70_000; i++) {
      const mark = driver.mark();
      const done = driver.request(0, [text(`${i}`), 5]);
      if (done.length !== `${i}`.length) throw new Error(`request ${i} gave ${done.length} bytes`);
      driver.release(mark);
    }
    expect(driver.device.counters().chains).toBe(70_000);
  });

  it.runIf(indirect)('follow indirect tables, after direct descriptors too', () => {
    const driver = started(options);
    expect(driver.request(0, [text('ab'), text('c'), 3], true).data).toEqual(inverted('abc'));
    const ring = driver.rings[0]!;
    const table = driver.allocate(16);
    const [from, to] = [driver.allocate(16), driver.allocate(16)];
    driver.host.memory.bytes.set(text('direct'), from - RAM);
    driver.descriptor(ring.descriptors, 9, from, 6, 1, 10);
    driver.descriptor(ring.descriptors, 10, table, 16, 4, 0);
    driver.descriptor(table, 0, to, 6, 2, 0);
    driver.offer(0, 9);
    driver.notify(0);
    expect(driver.collect(0)[0]).toMatchObject({ head: 9, length: 6 });
    expect(driver.host.memory.bytes.slice(to - RAM, to - RAM + 6)).toEqual(inverted('direct'));
  });

  it('serve many chains at one notification, with one interrupt', () => {
    const driver = started(options);
    for (let i = 0; i < 20; i++) driver.prepare(0, [text(`${i}`), 2]);
    driver.notify(0);
    expect(driver.collect(0).map((done) => done.head)).toHaveLength(20);
    expect(driver.device.counters()).toMatchObject({ notifications: 1, interrupts: 1, chains: 20 });
  });

  it('interrupt when the driver wants it', () => {
    const driver = started(options);
    if (indirect) {
      driver.wantAfter(0, 2);
      driver.request(0, [text('a'), 1]);
      driver.request(0, [text('b'), 1]);
      expect(driver.acknowledge()).toBe(0);
      driver.request(0, [text('c'), 1]);
      expect(driver.acknowledge()).toBe(1);
      expect(driver.wantedNotification(0)).toBe(3);
    } else {
      driver.silence(0, true);
      driver.request(0, [text('a'), 1]);
      expect(driver.acknowledge()).toBe(0);
      driver.silence(0, false);
      driver.request(0, [text('b'), 1]);
      expect(driver.acknowledge()).toBe(1);
    }
    expect(driver.device.counters().silent).toBe(indirect ? 2 : 1);
  });

  it('go on where they were saved', () => {
    const driver = started(options);
    driver.request(0, [text('ab'), 2]);
    driver.prepare(0, [text('cd'), 2]);
    const other = new Driver(new Inverter(), options, driver.host);
    other.device.restore(driver.device.save());
    expect(other.device.save()).toEqual(driver.device.save());
    other.notify(0);
    expect(driver.collect(0)[0]?.data).toEqual(inverted('cd'));
  });
});

/** Ways to break a ring; each makes the device ask for a reset and touch nothing. */
const BROKEN: Record<string, (driver: Driver<Inverter>) => void> = {
  'a head beyond the table': (driver) => driver.offer(0, 64),
  'a link beyond the table': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM, 1, 1, 64);
    driver.offer(0, 0);
  },
  'a loop of one': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM, 1, 1, 0);
    driver.offer(0, 0);
  },
  'a loop of two': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM, 1, 1, 1);
    driver.descriptor(driver.rings[0]!.descriptors, 1, RAM, 1, 1, 0);
    driver.offer(0, 0);
  },
  'a buffer to read behind one to write': (driver) => driver.prepare(0, [1, text('a')]),
  'a buffer below RAM': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM - 1, 2, 0, 0);
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM - 1, 2, 1, 1);
    driver.descriptor(driver.rings[0]!.descriptors, 1, RAM, 2, 2, 0);
    driver.offer(0, 0);
  },
  'a buffer across the end of RAM': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM + (1 << 22) - 1, 2, 1, 1);
    driver.descriptor(driver.rings[0]!.descriptors, 1, RAM, 2, 2, 0);
    driver.offer(0, 0);
  },
  'a buffer at the end of the address space': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, 2 ** 53 - 1, 0xffff_ffff, 0, 0);
    driver.offer(0, 0);
  },
  'an indirect table of no descriptors': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM, 0, 4, 0);
    driver.offer(0, 0);
  },
  'an indirect table of half a descriptor': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM, 24, 4, 0);
    driver.offer(0, 0);
  },
  'an indirect table too long': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM, 0xffff_fff0, 4, 0);
    driver.offer(0, 0);
  },
  'an indirect table with a link too': (driver) => {
    driver.descriptor(driver.rings[0]!.descriptors, 0, RAM, 16, 5, 1);
    driver.offer(0, 0);
  },
  'an indirect table in an indirect table': (driver) => {
    const table = driver.allocate(16);
    driver.descriptor(table, 0, table, 16, 4, 0);
    driver.descriptor(driver.rings[0]!.descriptors, 0, table, 16, 4, 0);
    driver.offer(0, 0);
  },
  'a loop in an indirect table': (driver) => {
    const table = driver.allocate(32);
    driver.descriptor(table, 0, RAM, 1, 1, 1);
    driver.descriptor(table, 1, RAM, 1, 1, 0);
    driver.descriptor(driver.rings[0]!.descriptors, 0, table, 32, 4, 0);
    driver.offer(0, 0);
  },
  'more chains than the queue is long': (driver) => {
    driver.offered[0] = 64;
    driver.offer(0, 0);
  },
  'rings outside RAM': (driver) => {
    driver.set(0x30, 0);
    driver.set(0x44, 0);
    driver.set(0x94, 0xffff_ffff);
    driver.set(0x44, 1);
  },
};

describe('a driver that breaks the rings', () => {
  it.each(Object.keys(BROKEN))('with %s has to reset the device', (name) => {
    for (const scattered of [false, true]) {
      const driver = started({ scattered });
      BROKEN[name]!(driver);
      driver.notify(0);
      expect(driver.collect(0)).toEqual([]);
      expect(driver.status & STATUS.DEVICE_NEEDS_RESET).toBe(STATUS.DEVICE_NEEDS_RESET);
      expect(driver.acknowledge()).toBe(2);
      expect(driver.device.counters().errors).toBe(1);
      driver.notify(0);
      expect(driver.device.counters().errors).toBe(1);
      driver.start();
      expect(driver.request(0, [text('again'), 5]).data).toEqual(inverted('again'));
    }
  });

  it('cannot keep the device busy: what is left over follows when it acknowledges', () => {
    const driver = started({ ram: 1 << 23 });
    const megabyte = driver.allocate(1 << 20);
    const ring = driver.rings[0]!;
    for (let i = 0; i < 40; i += 2) {
      driver.descriptor(ring.descriptors, i, megabyte, 1 << 20, 1, i + 1);
      driver.descriptor(ring.descriptors, i + 1, megabyte, 1 << 20, 2, 0);
      driver.offer(0, i);
    }
    driver.silence(0, true);
    driver.notify(0);
    const first = driver.collect(0).length;
    expect(first).toBeGreaterThan(4);
    expect(first).toBeLessThan(20);
    expect(driver.host.lines.get(LINE)).toBe(true);
    driver.acknowledge();
    driver.acknowledge();
    expect(first + driver.collect(0).length).toBe(20);
  });

  it('cannot have it serve a ring that its own writes refill without end', () => {
    // The buffer to write is the index of the available ring, and the device's data counts it up.
    class Refilling extends Inverter {
      override serve(_index: number, queue: Virtqueue) {
        let index = 1;
        for (let chain = queue.pop(); chain; chain = queue.pop()) {
          if (++index > 1_000) throw new Error('the service does not end');
          chain.put(Uint8Array.of(index & 255, index >> 8));
          queue.push(chain);
        }
      }
    }
    const driver = new Driver(new Refilling(), { without: EVENTS });
    driver.start();
    const ring = driver.rings[0]!;
    driver.descriptor(ring.descriptors, 0, ring.available + 2, 2, 2, 0);
    driver.offer(0, 0);
    driver.notify(0);
    expect(driver.device.counters().chains).toBe(64);
  });
});
