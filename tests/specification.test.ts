/** What docs/SPECIFICATION.md names exists: files, tests in them, laws, and at least as many things as it counts. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { COUNTERS } from '../src/abi/counters.ts';
import { EXITS } from '../src/abi/exits.ts';
import { WORKLOADS } from '../src/abi/workloads.ts';
import { CSRS } from '../src/isa/csr.ts';
import { ROWS } from '../src/isa/rows.ts';
import { ENVIRONMENTS } from '../src/lab/environments.ts';
import { LAWS } from '../src/lab/laws/table.ts';
import { PROFILES } from '../src/lab/profile.ts';
import { PROGRAMS } from './conformance/programs.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const TEXT = readFileSync(path.join(ROOT, 'docs/SPECIFICATION.md'), 'utf8');

/** The rows of the table below a heading, head and rule left out, as their cells. */
function tableBelow(heading: string): string[][] {
  const section = TEXT.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const EXIST: Readonly<Record<string, number>> = {
  instructions: ROWS.length,
  'control and status registers': CSRS.length,
  'conformance programs': PROGRAMS.length,
  'runs of conformance programs (forms p and v)': PROGRAMS.reduce((sum, { forms }) => sum + forms.length, 0),
  workloads: WORKLOADS.length,
  'workloads with a WebAssembly build': WORKLOADS.filter(({ native }) => native).length,
  environments: ENVIRONMENTS.length,
  'exit reasons': EXITS.length,
  'counters, apart from the matrix of walk references': COUNTERS.length,
  'cost profiles': PROFILES.length,
  laws: LAWS.length,
};

describe('docs/SPECIFICATION.md', () => {
  it('names only files that exist', () => {
    const paths = [...TEXT.matchAll(/`((?:src|tests|bench|docs|assembly|workers)\/[\w./-]*)`/g)].map(
      (match) => match[1]!,
    );
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('names only tests that exist', () => {
    const cited = [...TEXT.matchAll(/`([\w./-]+\.test\.ts)`: \*([^*]+)\*/g)];
    expect(cited.length).toBeGreaterThan(80);
    const missing = cited
      .filter(([, file, title]) => !readFileSync(path.join(ROOT, file!), 'utf8').includes(title!))
      .map(([text]) => text);
    expect(missing).toEqual([]);
  });

  it('says of every promise which test holds it, or that none does yet', () => {
    const rows = TEXT.split(/^## /m)
      .filter((section) => /^\|.*\| held by \|$/m.test(section))
      .flatMap((section) => tableBelow(section.slice(0, section.indexOf('\n'))));
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((row) => !/\.test\.ts`|^\*pending\*$/.test(row.at(-1)!))).toEqual([]);
  });

  it('lists every law, with its kind', () => {
    const listed = tableBelow('Laws').map(([id, kind]) => `${id} ${kind}`);
    expect(listed).toEqual(LAWS.map(({ id, kind }) => `${id} ${kind}`));
  });

  it('counts no more than there are', () => {
    const sizes = tableBelow('Sizes');
    expect(sizes.map(([what]) => what)).toEqual(Object.keys(EXIST));
    expect(sizes.filter(([what, least]) => !(EXIST[what!]! >= Number(least) && Number(least) > 0))).toEqual([]);
  });
});
