/** What the routes have in common: answers, switches and filters of the query, statuses of refusals. */
import { isInputError } from '../../../abi/errors.ts';
import { HttpError, type Reply } from '../../daemon/server.ts';

export const done: Reply = { status: 204 };
export const json = (value: unknown, status = 200): Reply => ({ status, json: value });

/** A switch of the query: `1`, `true`. */
export const flag = (query: URLSearchParams, key: string, otherwise = false): boolean => {
  const value = query.get(key);
  return value === null ? otherwise : value === '1' || value === 'true' || value === 'True';
};

/** A whole number of the query; undefined where it is not given. */
export function number(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value)) throw new HttpError(400, `${key}: “${text}” is no whole number`);
  return value;
}

/** A time of the query, seconds since 1970 with a fraction, in milliseconds; undefined where it is not given. */
export function time(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (!text) return undefined;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text);
  if (!Number.isFinite(ms)) throw new HttpError(400, `${key}: “${text}” is no time`);
  return ms;
}

/** What can't be found is 404, what can't be done now 409. */
export function orStatus<T>(status: number, work: () => T): T {
  try {
    return work();
  } catch (e) {
    throw withStatus(status, e);
  }
}

export async function orStatusLater<T>(status: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (e) {
    throw withStatus(status, e);
  }
}

const withStatus = (status: number, e: unknown): unknown => (isInputError(e) ? new HttpError(status, e.message) : e);

/** `filters` of the query, which is JSON: lists, or objects whose keys are meant (versions before 1.22 differ). */
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

/** Refuses filters it does not know, as they would seem to match everything. */
export function knowFilters(filters: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  for (const key of Object.keys(filters))
    if (!known.includes(key))
      throw new HttpError(400, `filters: there is no “${key}”; known: ${known.join(', ') || 'none'}`);
}

/** Whether labels meet `label` filters: KEY, or KEY=VALUE. */
export const hasLabels = (labels: Readonly<Record<string, string>>, wanted: readonly string[] = []): boolean =>
  wanted.every((text) => {
    const cut = text.indexOf('=');
    return cut < 0 ? text in labels : labels[text.slice(0, cut)] === text.slice(cut + 1);
  });
