import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInputError } from '../../abi/errors.ts';
import { atLeast, bytes, count, date, duration, lineCache, list, oneOf, setting, tlb } from './values.ts';

/** The message of the InputError that `read` throws; any other outcome fails. */
function refusal(read: () => unknown): string {
  try {
    return `accepted: ${JSON.stringify(read())}`;
  } catch (e) {
    if (isInputError(e)) return e.message;
    throw e;
  }
}

describe('values of options', () => {
  it('reads amounts of memory', () => {
    expect(bytes('--memory', '64M')).toBe(64 * 2 ** 20);
    expect(bytes('--memory', '256MiB')).toBe(256 * 2 ** 20);
    expect(bytes('--memory', '1g')).toBe(2 ** 30);
    expect(bytes('--memory', '4096')).toBe(4096);
    for (const bad of ['', '0', '-1', '1.5G', '64X', '64 M', '99999999999G'])
      expect(refusal(() => bytes('--memory', bad))).toContain('--memory');
  });

  it('reads counts in decimal and with exponents', () => {
    expect(count('--budget', '2e9')).toBe(2_000_000_000);
    expect(count('--budget', '1.5G')).toBe(1_500_000_000);
    expect(count('--budget', '500M')).toBe(500_000_000);
    for (const bad of ['', '1.5', '-3', '1e30', 'many'])
      expect(refusal(() => count('--budget', bad))).toContain('--budget');
    expect(refusal(() => atLeast(1, '--parallel', '0'))).toMatch(/--parallel.*at least 1/);
  });

  it('a date', () => {
    expect(date('--clock', '2026-01-31')).toBe(1_769_817_600_000);
    expect(date('--clock', '2026-01-31T09:30:00+01:00')).toBe(1_769_848_200_000);
    expect(date('--clock', 'now')).toBeGreaterThan(1_769_817_600_000);
    for (const bad of ['', 'yesterday', '2026', '2026-13-01', '1969-12-31', '2026-01-31T08:30']) {
      expect(refusal(() => date('--clock', bad))).toContain('--clock');
    }
  });

  it('reads times as milliseconds', () => {
    expect(duration('--timeout', '90')).toBe(90_000);
    expect(duration('--timeout', '2m')).toBe(120_000);
    expect(duration('--timeout', '500ms')).toBe(500);
    for (const bad of ['0', '-1', '5 s', 'soon'])
      expect(refusal(() => duration('--timeout', bad))).toContain('--timeout');
  });

  it('reads the geometry of TLBs and caches', () => {
    expect(tlb('--tlb-l1d', '64x4:lru')).toEqual({ entries: 64, ways: 4, policy: 'lru' });
    expect(tlb('--tlb-l1d', '16')).toEqual({ entries: 16, ways: 16, policy: 'fifo' });
    expect(tlb('--tlb-l1d', 'off')).toEqual({ entries: 0, ways: 0, policy: 'fifo' });
    expect(lineCache('--cache-l1', '512x8')).toEqual({ lines: 512, ways: 8 });
    for (const bad of ['63x4', '4x8', '64x3', 'x4', '64x4:fifo:x'])
      expect(refusal(() => tlb('--tlb-l1d', bad))).toContain('--tlb-l1d');
    expect(refusal(() => tlb('--tlb-l1d', '64x4:fif'))).toMatch(/fif.*[\s\S]*fifo/);
  });

  it('writes back every geometry it reads', () => {
    const power = (most: number) => fc.integer({ min: 0, max: most }).map((n) => 2 ** n);
    fc.assert(
      fc.property(power(12), power(12), fc.constantFrom('direct', 'fifo', 'random', 'lru'), (a, b, policy) => {
        const [entries, ways] = [Math.max(a, b), Math.min(a, b)];
        expect(tlb('--t', `${entries}x${ways}:${policy}`)).toEqual({ entries, ways, policy });
      }),
    );
  });

  it('reads lists and settings', () => {
    expect(list('--env', 'bare, nested,,bare')).toEqual(['bare', 'nested']);
    expect(refusal(() => list('--env', ' , '))).toContain('--env');
    expect(setting('--param', 'updates=4K')).toEqual({ workload: null, name: 'updates', value: 4000 });
    expect(setting('--param', 'gups.table_mib=64')).toEqual({ workload: 'gups', name: 'table_mib', value: 64 });
    for (const bad of ['updates', '=3', 'updates=', 'updates=x'])
      expect(refusal(() => setting('--param', bad))).toContain('--param');
    expect(refusal(() => oneOf(['cached', 'dropped'], '--shadow-roots', 'cach'))).toMatch(/cach[\s\S]*cached, dropped/);
  });
});
