/** Lengths of time as Go writes them: `1h30m`, `1.5s`, `300ms`. */

const MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 };
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/** Milliseconds; null: the text is none. */
export function durationMs(text: string): number | null {
  if (text === '' || text.replace(PART, '') !== '') return null;
  return [...text.matchAll(PART)].reduce((sum, [, amount, unit]) => sum + Number(amount) * MS[unit!]!, 0);
}
