/** Files of sections, keys and values, as `.wslconfig` and `wsl.conf` are, read by a table of the keys there are. */
import { InputError } from '../../abi/errors.ts';

export interface Entry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** Entries in their order; throws an InputError that names the line where there is something else. */
export function parseIni(text: string, file: string): Entry[] {
  const entries: Entry[] = [];
  let section = '';
  text.split(/\r?\n/).forEach((raw, i) => {
    const line = raw.trim();
    if (line === '' || /^[#;]/.test(line)) return;
    const head = /^\[([^\]]+)\]$/.exec(line);
    if (head) {
      section = head[1]!.trim();
      return;
    }
    const [, key, value] = /^([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    const where = `${file}:${i + 1}`;
    if (key === undefined) throw new InputError(`${where}: “${line}” is neither [section] nor key=value`);
    if (section === '') throw new InputError(`${where}: ${key} stands before any [section]`);
    const quoted = /^"(.*)"$/.exec(value!);
    entries.push({ section, key, value: quoted ? quoted[1]! : value!, line: i + 1 });
  });
  return entries;
}

/** One key: how its value is read. `read` returns undefined for what it does not understand. */
export interface Row<T> {
  readonly section: string;
  readonly key: string;
  readonly expected: string;
  readonly read: (value: string) => Partial<T> | undefined;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What the entries of a file set. Keys that no row has are refused when `strict`, else left alone. */
export function readSettings<T>(rows: readonly Row<T>[], text: string, file: string, strict: boolean): Partial<T> {
  const settings: Partial<T> = {};
  for (const { section, key, value, line } of parseIni(text, file)) {
    const row = rows.find((r) => same(r.section, section) && same(r.key, key));
    if (!row) {
      if (!strict) continue;
      const known = rows.map((r) => `[${r.section}] ${r.key}`).join(', ');
      throw new InputError(`${file}:${line}: there is no key ${key} in [${section}]`, `There are: ${known}.`);
    }
    const read = row.read(value);
    if (!read) throw new InputError(`${file}:${line}: ${key}: “${value}” is not ${row.expected}`);
    Object.assign(settings, read);
  }
  return settings;
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

/** Bytes: `512MB`, `4GB`, `0`. */
export function sizeValue(text: string): number | undefined {
  const match = /^(\d+)\s*([KMGT]?B)?$/i.exec(text);
  const bytes = match ? Number(match[1]) * UNITS[(match[2] ?? 'B').toUpperCase()]! : Number.NaN;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

export const booleanValue = (text: string): boolean | undefined =>
  /^(true|1|yes)$/i.test(text) ? true : /^(false|0|no)$/i.test(text) ? false : undefined;
