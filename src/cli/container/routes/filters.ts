/** `filters` of a query: which things of a list are meant. */
import { durationMs } from '../../../abi/duration.ts';
import { HttpError } from '../../daemon/server.ts';
import { time } from './reply.ts';

/** By a filter's name, whether a thing meets one of its values. */
export type Rules<T> = Readonly<Record<string, (thing: T, value: string) => boolean>>;

/** Of these every value has to be met, of others one. */
const EVERY: readonly string[] = ['label', 'label!'];

/** JSON: lists, or objects whose keys are meant (versions before 1.22 differ). */
export function filtersOf(query: URLSearchParams): Readonly<Record<string, readonly string[]>> {
  const text = query.get('filters');
  if (!text) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, 'filters: this is no JSON');
  }
  const all: Record<string, string[]> = {};
  for (const [key, list] of Object.entries((value ?? {}) as Record<string, unknown>))
    all[key] = Array.isArray(list) ? list.map(String) : Object.keys((list ?? {}) as object);
  return all;
}

/** What meets all filters of a query. Those that are not known are refused, as everything would seem to meet them. */
export function sieve<T>(query: URLSearchParams, rules: Rules<T>): (thing: T) => boolean {
  const wanted = Object.entries(filtersOf(query)).map(([key, values]) => {
    if (!Object.hasOwn(rules, key))
      throw new HttpError(400, `filters: there is no “${key}”; known: ${Object.keys(rules).join(', ')}`);
    const rule = rules[key]!;
    return (thing: T): boolean =>
      EVERY.includes(key) ? values.every((v) => rule(thing, v)) : values.some((v) => rule(thing, v));
  });
  return (thing) => wanted.every((meets) => meets(thing));
}

type Labels = Readonly<Record<string, string>>;

function hasLabel(labels: Labels, text: string): boolean {
  const cut = text.indexOf('=');
  return cut < 0 ? Object.hasOwn(labels, text) : labels[text.slice(0, cut)] === text.slice(cut + 1);
}

/** `label` and `label!`: KEY, or KEY=VALUE. */
export const labelRules = <T>(labelsOf: (thing: T) => Labels): Rules<T> => ({
  label: (thing, value) => hasLabel(labelsOf(thing), value),
  'label!': (thing, value) => !hasLabel(labelsOf(thing), value),
});

/** A moment, in milliseconds: a date, seconds since 1970, or how long ago (`1h30m`). */
function momentOf(text: string, now: number): number {
  const ago = durationMs(text);
  return ago === null ? (time(new URLSearchParams({ until: text }), 'until') ?? now) : now - ago;
}

/** `until`: made before a moment. */
export const untilRule = <T>(createdOf: (thing: T) => number, now: number): Rules<T> => ({
  until: (thing, value) => createdOf(thing) < momentOf(value, now),
});

/** `true`, `1`, or their opposite; anything else is no answer. */
export function truth(value: string): boolean {
  if (!/^(1|t|true|0|f|false)$/i.test(value)) throw new HttpError(400, `filters: “${value}” is neither true nor false`);
  return /^[1t]/i.test(value);
}

/** Names are looked for as patterns, as the client's manual has it. */
export function nameLike(name: string, pattern: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return name.includes(pattern);
  }
}
