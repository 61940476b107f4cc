import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RAM } from '../../../tests/support/device-host.ts';
import { Driver } from '../../../tests/support/virtio-driver.ts';
import { fuzz } from '../../../tests/support/virtio-fuzz.ts';
import { VirtioBalloon } from './balloon.ts';

function started(without = 0n) {
  const driver = new Driver(new VirtioBalloon(), { without });
  driver.start();
  return driver;
}

const pages = (...numbers: number[]): Uint8Array => new Uint8Array(Uint32Array.from(numbers).buffer);
const FRAME = RAM / 4096;

function statistics(values: Record<number, bigint>): Uint8Array {
  const bytes = new Uint8Array(10 * Object.keys(values).length);
  const view = new DataView(bytes.buffer);
  Object.entries(values).forEach(([tag, value], i) => {
    view.setUint16(10 * i, Number(tag), true);
    view.setBigUint64(10 * i + 2, value, true);
  });
  return bytes;
}

describe('virtio-balloon', () => {
  it('tells the guest how large to be, and hears how large it is', () => {
    const driver = started();
    driver.model.setTarget(1000);
    expect(driver.acknowledge()).toBe(2);
    expect(driver.device.read(0x100, 4)).toBe(1000);
    driver.device.write(0x104, 4, 600);
    expect(driver.model.actual).toBe(600);
    expect(driver.host.wakes).toBe(1);
  });

  it('gives pages to the machine, neighbours together', () => {
    const driver = started();
    driver.request(0, [pages(FRAME + 3, FRAME + 1, FRAME + 2, FRAME + 9)]);
    expect(driver.host.memory.released).toEqual([
      [RAM + 4096, 3 * 4096],
      [RAM + 9 * 4096, 4096],
    ]);
    driver.request(1, [pages(FRAME + 3, FRAME + 1)]);
    expect(driver.device.counters()).toMatchObject({ 'balloon.inflated': 4, 'balloon.deflated': 2 });
  });

  it('leaves alone what is no RAM', () => {
    const driver = started();
    driver.request(0, [pages(0, FRAME - 1, FRAME + 1024, 0xffff_ffff)]);
    expect(driver.host.memory.released).toEqual([]);
    expect(driver.status & 64).toBe(0);
  });

  it('gives what is reported as free to the machine', () => {
    const driver = started();
    const ring = driver.rings[3]!;
    driver.descriptor(ring.descriptors, 0, RAM + 0x10_0000, 0x8_0000, 3, 1);
    driver.descriptor(ring.descriptors, 1, RAM + 0x20_0000, 0x4_0000, 2, 0);
    driver.offer(3, 0);
    driver.notify(3);
    expect(driver.collect(3)).toHaveLength(1);
    expect(driver.host.memory.released).toEqual([
      [RAM + 0x10_0000, 0x8_0000],
      [RAM + 0x20_0000, 0x4_0000],
    ]);
    expect(driver.device.counters()['balloon.reported']).toBe(0xc_0000);
  });

  it('does so in the queue that comes third for a driver without statistics', () => {
    const driver = started(2n);
    const ring = driver.rings[2]!;
    driver.descriptor(ring.descriptors, 0, RAM, 0x1000, 2, 0);
    driver.offer(2, 0);
    driver.notify(2);
    expect(driver.host.memory.released).toEqual([[RAM, 0x1000]]);
  });

  it('asks for statistics by returning the buffer it was lent', () => {
    const driver = started();
    driver.prepare(2, [statistics({ 4: 1_000n, 5: 4_000n, 99: 1n })]);
    driver.notify(2);
    expect(driver.collect(2)).toEqual([]);
    expect(driver.model.statistics).toEqual({ free: 1_000n, total: 4_000n });
    driver.model.askStatistics();
    expect(driver.collect(2)).toHaveLength(1);
    driver.prepare(2, [statistics({ 4: 2_000n })]);
    driver.notify(2);
    expect(driver.collect(2)).toEqual([]);
    expect(driver.model.statistics.free).toBe(2_000n);
  });

  it('goes on where it was saved, with the buffer it was lent', () => {
    const driver = started();
    driver.model.setTarget(7);
    driver.prepare(2, [statistics({ 4: 1_000n })]);
    driver.notify(2);
    const other = new Driver(new VirtioBalloon(), {}, driver.host);
    other.device.restore(driver.device.save());
    expect(other.device.save()).toEqual(driver.device.save());
    expect(other.model.statistics).toEqual({ free: 1_000n });
    other.model.askStatistics();
    expect(driver.collect(2)).toHaveLength(1);
  });

  it('stands a hostile driver', () => {
    const number = fc.oneof(fc.integer({ min: FRAME, max: FRAME + 130 }), fc.nat(0xffff_ffff));
    fuzz({
      make: () => new VirtioBalloon(),
      header: fc.array(number, { maxLength: 40 }).map((numbers) => pages(...numbers)),
      meanwhile: ({ model }) => {
        model.setTarget(1);
        model.askStatistics();
      },
      works: (driver) => {
        driver.host.memory.released.length = 0;
        driver.request(0, [pages(FRAME + 100)]);
        expect(driver.host.memory.released).toEqual([[RAM + 100 * 4096, 4096]]);
      },
    });
  });
});
