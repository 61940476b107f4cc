/** Readers of single option values. Each throws an InputError that quotes the value and says what was expected. */
import type { LineCache, TlbGeometry } from '../../abi/config.ts';
import { POLICIES } from '../../abi/config.ts';
import { InputError } from '../../abi/errors.ts';
import { suggest } from '../../lab/nearest.ts';

const bad = (option: string, text: string, expected: string) =>
  new InputError(`${option}: “${text}” is not ${expected}`);

/** Collects the values of an option that may be given more than once. */
export const more = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const BINARY = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;
const DECIMAL = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;

/** Bytes: `67108864`, `64M`, `256MiB`, `1G`. */
export function bytes(option: string, text: string): number {
  const match = /^(\d+)([KMG]?)(?:i?B)?$/i.exec(text);
  const value = match ? Number(match[1]) * BINARY[match[2]!.toUpperCase() as keyof typeof BINARY] : Number.NaN;
  if (!Number.isSafeInteger(value) || value <= 0) throw bad(option, text, 'an amount of memory such as 64M or 1G');
  return value;
}

/** A count of instructions or events: `20000`, `2e9`, `500M` (10⁶), `2G` (10⁹). */
export function count(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)([KMGT]?)$/i.exec(text);
  const value = match ? Number(match[1]) * DECIMAL[match[2]!.toUpperCase() as keyof typeof DECIMAL] : Number.NaN;
  if (!Number.isSafeInteger(value)) throw bad(option, text, 'a whole number such as 20000, 2e9 or 500M');
  return value;
}

/** A count of at least `least`. */
export function atLeast(least: number, option: string, text: string): number {
  const value = count(option, text);
  if (value < least) throw bad(option, text, `a number of at least ${least}`);
  return value;
}

/** Milliseconds since 1970 of a date: `now`, `2026-01-31`, `2026-01-31T08:30:00Z`. */
export function date(option: string, text: string): number {
  if (text === 'now') return Date.now();
  const ms = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!(ms >= 0)) throw bad(option, text, 'now or a date since 1970 such as 2026-01-31 or 2026-01-31T08:30:00Z');
  return ms;
}

/** Milliseconds from a time: `90` (seconds), `90s`, `2m`, `500ms`. */
export function duration(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const scale = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's']!;
  const value = match ? Math.round(Number(match[1]) * scale) : 0;
  if (!(value > 0)) throw bad(option, text, 'a time such as 90s, 2m or 500ms');
  return value;
}

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[], option: string, text: string): T {
  if ((words as readonly string[]).includes(text)) return text as T;
  throw new InputError(`${option}: unknown value “${text}”`, suggest(text, words));
}

const isPowerOfTwo = (n: number) => n > 0 && (n & (n - 1)) === 0;

function shape(option: string, text: string): { size: number; ways: number } {
  const match = /^(\d+)(?:x(\d+))?$/.exec(text);
  const size = Number(match?.[1]);
  const ways = match?.[2] === undefined ? size : Number(match[2]);
  const good = isPowerOfTwo(size) && isPowerOfTwo(ways) && ways <= size;
  if (!good) throw bad(option, text, 'off, or SIZExWAYS in powers of two, such as 64x4');
  return { size, ways };
}

/** A TLB: `64x4:fifo` is 64 entries in sets of 4; without `x` fully associative; `off`. */
export function tlb(option: string, text: string): TlbGeometry {
  if (text === 'off' || text === '0') return { entries: 0, ways: 0, policy: 'fifo' };
  const [geometry, policy = 'fifo', ...rest] = text.split(':');
  if (rest.length > 0) throw bad(option, text, 'off, or SIZExWAYS:POLICY such as 64x4:fifo');
  const { size, ways } = shape(option, geometry!);
  return { entries: size, ways, policy: oneOf(POLICIES, option, policy) };
}

/** A cache of page-table lines: `512x8` is 512 lines of 64 bytes in sets of 8; `off`. */
export function lineCache(option: string, text: string): LineCache {
  if (text === 'off' || text === '0') return { lines: 0, ways: 0 };
  const { size, ways } = shape(option, text);
  return { lines: size, ways };
}

/** A comma-separated list without empty or repeated parts. */
export function list(option: string, text: string): string[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part.length > 0);
  if (parts.length === 0) throw new InputError(`${option}: the list is empty`);
  return [...new Set(parts)];
}

/** `name=value` with a whole number, or `workload.name=value`. */
export interface Setting {
  readonly workload: string | null;
  readonly name: string;
  readonly value: number;
}

/** Reads `name=value` or `workload.name=value`. Throws InputError. */
export function setting(option: string, text: string): Setting {
  const match = /^(?:([\w-]+)\.)?([\w-]+)=(.+)$/.exec(text);
  if (!match) throw bad(option, text, 'a setting such as updates=1000 or gups.table_mib=64');
  return { workload: match[1] ?? null, name: match[2]!, value: count(`${option} ${match[2]}`, match[3]!) };
}
