import { describe, expect, it } from 'vitest';
import { Driver } from '../../../tests/support/virtio-driver.ts';
import { fuzz } from '../../../tests/support/virtio-fuzz.ts';
import { VirtioConsole } from './console.ts';

const text = (s: string) => new TextEncoder().encode(s);

function started() {
  const out: string[] = [];
  const output = (bytes: Uint8Array) => out.push(new TextDecoder().decode(bytes));
  const driver = new Driver(new VirtioConsole({ output, columns: 100, rows: 30 }));
  driver.start();
  return { out, output, driver };
}

describe('virtio-console', () => {
  it('shows what the guest writes, in order', () => {
    const { out, driver } = started();
    driver.prepare(1, [text('one '), text('two')]);
    driver.prepare(1, [text('\n')]);
    driver.notify(1);
    expect(out.join('')).toBe('one two\n');
    expect(driver.collect(1).map((done) => done.length)).toEqual([0, 0]);
    expect(driver.device.counters()['console.out']).toBe(8);
  });

  it('gives the guest what is typed, and wakes it', () => {
    const { driver } = started();
    driver.prepare(0, [4]);
    driver.prepare(0, [4]);
    driver.notify(0);
    expect(driver.collect(0)).toEqual([]);
    expect(driver.model.input(text('hello!'))).toBe(6);
    expect(driver.host.wakes).toBe(1);
    const got = driver.collect(0);
    expect(got.map((done) => done.length)).toEqual([4, 2]);
    expect(new TextDecoder().decode(got[0]!.data) + new TextDecoder().decode(got[1]!.data.subarray(0, 2))).toBe(
      'hello!',
    );
  });

  it('keeps input until there is a buffer for it, up to a bound', () => {
    const { driver } = started();
    expect(driver.model.input(new Uint8Array(1 << 20))).toBe(1 << 20);
    expect(driver.model.input(text('too much'))).toBe(0);
    expect(driver.request(0, [8]).length).toBe(8);
    expect(driver.model.input(text('too much'))).toBe(8);
  });

  it('says its size, also when it changes', () => {
    const { driver } = started();
    expect(driver.device.read(0x100, 4)).toBe(100 | (30 << 16));
    driver.model.resize(80, 25);
    expect(driver.device.read(0x100, 4)).toBe(80 | (25 << 16));
    expect(driver.acknowledge()).toBe(2);
  });

  it('has an emergency write before any queue is there', () => {
    const out: number[] = [];
    const driver = new Driver(new VirtioConsole({ output: (bytes) => out.push(...bytes) }));
    driver.device.write(0x108, 4, 0x41);
    expect(out).toEqual([0x41]);
  });

  it('goes on where it was saved, with input that waits', () => {
    const { output, driver } = started();
    driver.model.input(text('wait'));
    const other = new Driver(new VirtioConsole({ output }), {}, driver.host);
    other.device.restore(driver.device.save());
    driver.prepare(0, [8]);
    other.notify(0);
    expect(new TextDecoder().decode(driver.collect(0)[0]!.data.subarray(0, 4))).toBe('wait');
  });

  it('stands a hostile driver', () => {
    fuzz({
      make: () => new VirtioConsole({ output: () => {} }),
      meanwhile: (driver) => driver.model.input(text('typed meanwhile')),
      works: (driver) => {
        driver.model.input(text('ok'));
        expect(driver.request(0, [2]).data).toEqual(text('ok'));
      },
    });
  });
});
