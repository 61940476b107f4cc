import { describe, expect, it } from 'vitest';
import { Driver } from '../../../tests/support/virtio-driver.ts';
import { fuzz } from '../../../tests/support/virtio-fuzz.ts';
import { VirtioEntropy } from './entropy.ts';

function started(seed: number) {
  const driver = new Driver(new VirtioEntropy(seed));
  driver.start();
  return driver;
}

describe('virtio-entropy', () => {
  it('gives the same bytes for the same seed, others for another', () => {
    const first = started(7).request(0, [64]).data;
    expect(started(7).request(0, [64]).data).toEqual(first);
    expect(started(8).request(0, [64]).data).not.toEqual(first);
    expect(started(7 + 2 ** 40).request(0, [64]).data).not.toEqual(first);
  });

  it('gives bytes that look random', () => {
    const bytes = started(1).request(0, [32_768, 32_768]).data;
    const counts = new Array<number>(256).fill(0);
    for (const byte of bytes) counts[byte]!++;
    // χ² with 255 degrees of freedom: 99.9 % lie between 180 and 340.
    const chi = counts.reduce((sum, count) => sum + (count - 256) ** 2 / 256, 0);
    expect(chi).toBeGreaterThan(180);
    expect(chi).toBeLessThan(340);
  });

  it('gives no more than 64 KiB at once', () => {
    const driver = started(1);
    expect(driver.request(0, [100_000]).length).toBe(65_536);
    expect(driver.device.counters()['entropy.bytes']).toBe(65_536);
  });

  it('goes on where it was saved, and does not repeat itself after a reset', () => {
    const driver = started(3);
    const first = driver.request(0, [16]).data;
    const other = new Driver(new VirtioEntropy(99), {}, driver.host);
    other.device.restore(driver.device.save());
    const expected = driver.request(0, [16]).data;
    const resumed = started(3);
    resumed.request(0, [16]);
    resumed.start();
    expect(resumed.request(0, [16]).data).toEqual(expected);
    expect(expected).not.toEqual(first);
    other.start();
    expect(other.request(0, [16]).data).toEqual(expected);
  });

  it('stands a hostile driver', () => {
    fuzz({
      make: () => new VirtioEntropy(5),
      works: (driver) => expect(driver.request(0, [8]).length).toBe(8),
    });
  });
});
