import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeHost } from '../../../tests/support/device-host.ts';
import { StateReader, StateWriter } from '../state.ts';
import { GoldfishRtc } from './rtc.ts';

const START = 1_700_000_000_123_456_700n;

function rtc() {
  const host = new FakeHost();
  return { host, device: new GoldfishRtc(host, { base: 0x10_1000, line: 11, start: START }) };
}

const time = (device: GoldfishRtc) => BigInt(device.read(0, 4)) | (BigInt(device.read(4, 4)) << 32n);

describe('the goldfish clock', () => {
  it('starts at its start and goes on with guest time, 100 ns a tick', () => {
    const { host, device } = rtc();
    expect(time(device)).toBe(START);
    host.time = 10_000_000n;
    expect(time(device)).toBe(START + 1_000_000_000n);
    expect(device.counters().reads).toBe(2);
  });

  it('latches the upper half, so that a reading is one time', () => {
    const { host, device } = rtc();
    const low = BigInt(device.read(0, 4));
    host.time = 1n << 40n;
    expect((BigInt(device.read(4, 4)) << 32n) | low).toBe(START);
  });

  it('can be set', () => {
    const { host, device } = rtc();
    host.time = 77n;
    device.write(4, 4, 1);
    device.write(0, 4, 5);
    expect(time(device)).toBe((1n << 32n) + 5n);
    host.time = 78n;
    expect(time(device)).toBe((1n << 32n) + 105n);
  });

  it('raises its line at the alarm, once, when enabled', () => {
    const { host, device } = rtc();
    const at = START + 1_000n;
    device.write(0x10, 4, 1);
    device.write(0x0c, 4, at >> 32n);
    device.write(0x08, 4, at & 0xffff_ffffn);
    expect(device.deadline()).toBe(10n);
    expect(device.read(0x18, 4)).toBe(1);
    host.time = 9n;
    device.advance();
    expect(host.lines.get(11) ?? false).toBe(false);
    host.time = 10n;
    device.advance();
    expect(host.lines.get(11)).toBe(true);
    expect(device.deadline()).toBeNull();
    device.write(0x1c, 4, 1);
    expect(host.lines.get(11)).toBe(false);
    expect(device.counters().alarms).toBe(1);
  });

  it('forgets an alarm that is cleared, and goes off at once for one that is past', () => {
    const { host, device } = rtc();
    device.write(0x10, 4, 1);
    device.write(0x0c, 4, START >> 31n);
    device.write(0x08, 4, 0);
    device.write(0x14, 4, 1);
    expect(device.deadline()).toBeNull();
    device.write(0x0c, 4, 0);
    device.write(0x08, 4, 1);
    expect(host.lines.get(11)).toBe(true);
  });

  it('goes on where it was saved, and starts anew after a reset', () => {
    const { host, device } = rtc();
    host.time = 5n;
    device.write(0x10, 4, 1);
    device.write(0x0c, 4, 0xffff_ffff);
    device.write(0x08, 4, 9);
    const other = rtc();
    other.host.time = 5n;
    other.device.restore(device.save());
    expect(other.device.deadline()).toBe(device.deadline());
    expect(time(other.device)).toBe(time(device));
    expect(other.device.save()).toEqual(device.save());
    device.reset();
    expect(device.deadline()).toBeNull();
    expect(time(device)).toBe(START + 500n);
  });

  it('stands a hostile driver', () => {
    const access = fc.record({
      offset: fc.oneof(
        fc.integer({ min: 0, max: 10 }).map((i) => 4 * i),
        fc.nat(0xfff),
      ),
      size: fc.constantFrom(1, 2, 4, 8),
      value: fc.option(
        fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), fc.constantFrom(0n, 1n, 2n ** 32n - 1n, 2n ** 64n - 1n)),
      ),
      ticks: fc.oneof(fc.bigInt(0n, 1000n), fc.bigInt(0n, 2n ** 62n)),
    });
    fc.assert(
      fc.property(fc.array(access, { maxLength: 60 }), (accesses) => {
        const { host, device } = rtc();
        for (const { offset, size, value, ticks } of accesses) {
          host.time = (host.time + ticks) % 2n ** 63n;
          const due = device.deadline();
          if (due !== null && due <= host.time) {
            device.advance();
            // It is not due for ever: the machine would do nothing else.
            expect(device.deadline() ?? host.time + 1n).toBeGreaterThan(host.time);
          }
          if (value === null) {
            const read = device.read(offset, size as 1 | 2 | 4 | 8);
            expect(Number.isInteger(read) && read >= 0 && read < 2 ** 32, `${read}`).toBe(true);
          } else device.write(offset, size as 1 | 2 | 4 | 8, value);
          const next = device.deadline();
          expect(next === null || (next >= 0n && next < 2n ** 64n)).toBe(true);
          // Whatever it was told, it is the same when it goes on elsewhere.
          const other = rtc();
          other.host.time = host.time;
          other.device.restore(device.save());
          expect(other.device.deadline()).toBe(next);
          expect(other.device.save()).toEqual(device.save());
          expect(other.host.lines).toEqual(host.lines.size ? host.lines : other.host.lines);
        }
        // And tells the time to a good one.
        device.reset();
        host.time = 0n;
        expect(time(device)).toBe(START);
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 1000) },
    );
  });
});

describe('saved states', () => {
  const state = () =>
    new StateWriter('x', 1)
      .u32(1)
      .text('hi')
      .u64(2n ** 63n)
      .flag(true)
      .done();

  it('are read as written', () => {
    const from = new StateReader(state(), 'x', 1);
    expect([from.u32(), from.text(), from.u64(), from.flag()]).toEqual([1, 'hi', 2n ** 63n, true]);
    from.done();
  });

  it('are refused when foreign, of another version, truncated or too long', () => {
    expect(() => new StateReader(state(), 'y', 1)).toThrow('not of y');
    expect(() => new StateReader(state(), 'x', 2)).toThrow('version 1');
    const short = new StateReader(state().subarray(0, 15), 'x', 1);
    short.u32();
    expect(() => short.bytes()).toThrow('truncated');
    expect(() => new StateReader(state(), 'x', 1).done()).toThrow('too long');
  });
});
