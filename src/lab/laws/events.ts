/** What the laws of the exit share: the strategies they compare, and exits for each event of the probe. */
import type { ConfigPatch } from '../api.ts';
import { type Bench, eachEvent } from './law.ts';

export const N = 100;

export const NESTED: ConfigPatch = { strategy: 'nested' };
export const BARE: ConfigPatch = { strategy: 'bare' };
// Without flood handling: a table that is given up is no longer the subject of these laws.
export const SYNC: ConfigPatch = { strategy: 'shadow', shadow: { policy: 'sync', flood: 0 } };
export const UNSYNC: ConfigPatch = { strategy: 'shadow', shadow: { policy: 'unsync', flood: 0 } };

/** How a case says which runs of the probe it compares. */
export const probed = (event: string): string => `probe event=${event}, ${N} and ${2 * N} events`;

/** Exits an event takes, of every reason or of one. */
export async function exits(bench: Bench, event: string, config: ConfigPatch, reason = 'total'): Promise<number> {
  return (await eachEvent(bench, event, N, config))[`exit.${reason}`] ?? 0;
}
