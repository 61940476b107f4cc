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
