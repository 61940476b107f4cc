import { describe, expect, it } from 'vitest';
import { fakePlatform } from '../../../tests/support/fake-platform.ts';
import { isInputError } from '../../abi/errors.ts';
import type { LawsResult, Result, SweepResult } from '../../abi/result.ts';
import { hostInfo } from '../head.ts';
import { labOn } from '../lab.ts';
import { comparisonCsv, lawsCsv, sweepCsv } from './csv.ts';
import { findings } from './findings.ts';
import { formatCount, formatMs, formatRatio, formatShare } from './format.ts';
import { comparisonHtml, lawsHtml, sweepHtml } from './html.ts';
import { parseResult, resultJson } from './json.ts';
import { lawTables } from './law-tables.ts';
import { comparisonMarkdown, lawsMarkdown, sweepMarkdown } from './markdown.ts';
import { comparisonTables } from './tables.ts';
import { terminalReport, terminalTable } from './terminal.ts';
import { terminalPlot } from './terminal-plot.ts';

const platform = () =>
  fakePlatform({
    behaviour: (config) => {
      const updates = Number(/updates=(\d+)/.exec(config.bootargs)?.[1] ?? 0);
      const exits = config.strategy === 'shadow' ? 10 * updates : 3000;
      const counters = {
        instret: 1_000_000,
        'exit.total': exits,
        'exit.sbi': exits,
        'walk.count': 7,
        'walk.references': 9,
      };
      const own = { counters, region: { counters, wallMs: config.strategy === 'bare' ? 5 : 7, iterations: 4 } };
      return config.bootargs.includes('workload=fork') && config.strategy === 'nested'
        ? { status: 'crashed', message: 'a | b <script> at pc 0x0' }
        : own;
    },
  });

async function comparison(): Promise<Result> {
  const lab = labOn(platform());
  const environments = ['native', 'bare', 'shadow', 'nested'];
  const result = await lab.compare({ workloads: ['gups', 'fork'], environments, repeat: 4, quick: true });
  await lab.close();
  return result;
}

async function sweep(): Promise<SweepResult> {
  const lab = labOn(platform());
  const values = [0, 64, 256, 1024];
  const result = await lab.sweep({
    workload: 'update-miss-mix',
    param: 'updates',
    values,
    environments: ['shadow', 'nested'],
  });
  await lab.close();
  return result;
}

const LAWS = (): LawsResult => ({
  schema: 'trapframe.laws/1',
  trapframe: '0.0.0',
  created: new Date(0).toISOString(),
  coreSha256: 'c'.repeat(64),
  host: hostInfo(fakePlatform()),
  laws: [
    {
      id: 'E1',
      case: 'Sv39',
      kind: 'exact',
      statement: 'words',
      expected: 3,
      counted: 4,
      figure: 'counted',
      pass: false,
      deviation: null,
      published: null,
      profile: null,
      detail: 'why',
    },
    {
      id: 'S4',
      case: 'fork',
      kind: 'shape',
      statement: 'more, "words"',
      expected: 'above 1×',
      counted: '6.10×',
      figure: 'modelled',
      pass: true,
      deviation: null,
      published: { value: '6.1×', source: 'PVM', tag: 'S' },
      profile: 'skylake',
      detail: '',
    },
    {
      id: 'S17',
      case: 'own files',
      kind: 'shape',
      statement: 'words',
      expected: 'above 1×',
      counted: '0.50×',
      figure: 'measured',
      pass: false,
      deviation: 'no such system here',
      published: null,
      profile: null,
      detail: '',
    },
  ],
  leftOut: ['S12, a boot: it needs a kernel'],
});

describe('numbers', () => {
  it('are grouped, with four significant digits', () => {
    expect([0, 7, 1234567, 1234567.8, 12345678, 0.5, 1234.5678, 2.5e9, 3e12, 0.00003].map(formatCount)).toEqual([
      '0',
      '7',
      '1,234,567',
      '1,234,568',
      '12.35 M',
      '0.5',
      '1,235',
      '2.5 G',
      '3 T',
      '0.00003',
    ]);
    expect(formatMs(12.34567)).toBe('12.35');
    expect([1, 1.012, 6.1, 123.4, 12733].map(formatRatio)).toEqual(['1.000×', '1.012×', '6.10×', '123×', '12,733×']);
    expect(formatShare(0.1234)).toBe('12.3 %');
  });
});

describe('the comparison', () => {
  it('never shows counted, modelled and measured figures in one column, and shows them in this order', async () => {
    for (const table of comparisonTables(await comparison())) {
      const kinds = table.columns.map((column) => column.kind);
      expect(kinds).toEqual([...kinds].sort((a, b) => order(a) - order(b)));
      for (const row of table.rows) expect(row).toHaveLength(kinds.length);
    }
  });

  it('gives no figure to a cell that failed, and says why', async () => {
    const [, fork] = comparisonTables(await comparison());
    const nested = fork!.rows.find((row) => row[0]!.text === 'nested')!;
    expect(nested.slice(1).every((entry) => entry.text === '–')).toBe(true);
    expect(fork!.notes).toContain('nested: CRASHED: a | b <script> at pc 0x0');
  });

  it('on a terminal keeps to its width, aligned, without colour unless asked', async () => {
    const result = await comparison();
    for (const width of [80, 100, 160]) {
      const text = terminalReport(result, { width, colour: false, exits: true });
      for (const line of text.split('\n').filter((l) => !l.startsWith('  ') && !l.includes('  counts '))) {
        expect([...line].length, line).toBeLessThanOrEqual(width);
      }
      expect(text).not.toContain('\u001b');
    }
    expect(terminalReport(result, { width: 100, colour: true })).toContain('\u001b[');
    const lines = terminalTable(comparisonTables(result)[0]!, { width: 120, colour: false }).split('\n');
    const bars = lines
      .filter((line) => line.includes('│'))
      .map((line) => [...line].flatMap((c, i) => (c === '│' ? [i] : [])));
    for (const places of bars) expect(places).toEqual(bars[0]);
  });

  it('shows exits as perf kvm stat does', async () => {
    const text = terminalReport(await comparison(), { width: 120, colour: false, exits: true });
    expect(text).toMatch(/gups under nested: exits/);
    expect(text).toMatch(/VM-EXIT .*Samples .*Samples% .*Time .*Time% .*Avg time/);
    expect(text).toMatch(/sbi .*3,000 .*100\.0 % .*4,587,000 .*100\.0 % .*1,529/);
  });

  it('as CSV has a row a cell and a column a figure', async () => {
    const result = await comparison();
    const lines = comparisonCsv(result).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + result.cells.length);
    const head = lines[0]!.split(',');
    expect(head.filter((name) => /^(counted|modelled|measured)\./.test(name)).length).toBeGreaterThan(10);
    const row = lines.find((line) => line.startsWith('gups,nested,'))!.split(',');
    expect(row[head.indexOf('counted.exit.total')]).toBe('3000');
    expect(row[head.indexOf('modelled.cycles')]).toBe(String(1_000_000 + 3000 * 1529));
    expect(row[head.indexOf('measured.median_ms')]).toBe('7');
  });

  it('as Markdown escapes what guests say', async () => {
    const text = comparisonMarkdown(await comparison());
    expect(text).toContain('a \\| b \\<script\\>');
    for (const line of text.split('\n').filter((l) => l.startsWith('| gups'))) expect(line.endsWith(' |')).toBe(true);
  });

  it('as HTML is one file without scripts or links, and escapes what guests say', async () => {
    const text = comparisonHtml(await comparison());
    expect(text).not.toMatch(/<script|<link|https?:\/\/|src=|@import|url\(/);
    expect(text).toContain('a | b &lt;script&gt;');
    expect(text).toMatch(/<html lang="en">/);
    expect(text).toMatch(/<svg[^>]* role="img" aria-label="gups: modelled cycles by environment">/);
    expect(text).toMatch(/prefers-color-scheme:dark/);
    expect(balanced(text)).toEqual([]);
  });

  it('finds what is true of its figures', async () => {
    const lines = findings(await comparison());
    expect(lines.length).toBeLessThanOrEqual(3);
    expect(lines[0]).toContain('fork under nested (crashed)');
    expect(lines.join('\n')).toContain('shadow paging');
    // With the bare machine (5 ms) as the container, shadow paging (7 ms) is 1.4 times as slow; only gups ran in both.
    const { cells, experiment, ...rest } = await comparison();
    const named = (id: string): string => (id === 'bare' ? 'container' : id);
    const renamed = {
      ...rest,
      experiment: { ...experiment, environments: experiment.environments.map((e) => ({ ...e, id: named(e.id) })) },
      cells: cells.map((cell) => ({ ...cell, environment: named(cell.environment) })),
    };
    expect(findings(renamed)[1]).toMatch(/^Wall time on this machine over container, .*: native .*×, shadow 1\.40×/);
  });
});

describe('JSON', () => {
  it('survives the way there and back', async () => {
    for (const result of [await comparison(), await sweep(), LAWS()])
      expect(parseResult(resultJson(result), 'x')).toEqual(result);
  });

  it.each([
    ['{', /x: not JSON/],
    ['{}', /schema \(none\) is not known/],
    ['{"schema":"trapframe.result/1"}', /not a trapframe.result\/1\n/],
    ['{"schema":"trapframe.result/99"}', /trapframe.result\/99 is not known/],
  ])('refuses %j', (text, message) => {
    expect(() => parseResult(text, 'x')).toThrow(message);
    try {
      parseResult(text, 'x');
    } catch (error) {
      expect(isInputError(error)).toBe(true);
    }
  });
});

describe('sweeps and laws', () => {
  it('show the crossover in every form', async () => {
    const result = await sweep();
    expect(result.crossovers).toHaveLength(1);
    expect(terminalReport(result, { width: 80, colour: false })).toMatch(
      /crossover at updates ≈ 300: shadow is cheaper below, nested above/,
    );
    expect(sweepMarkdown(result)).toContain('crossover at updates');
    expect(sweepHtml(result)).toMatch(/class="cross"/);
    expect(balanced(sweepHtml(result))).toEqual([]);
    expect(sweepCsv(result).trimEnd().split('\r\n')).toHaveLength(1 + 8);
  });

  it('draw the crossover on a terminal: the lines change order at its column, within the width', async () => {
    const result = await sweep();
    const lines = terminalReport(result, { width: 70, colour: false }).split('\n\n').at(-1)!.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(70);
    const canvas = lines.filter((line) => /^ *[\d,.]* [│┤]/.test(line));
    const columns = new Set(canvas.map((line) => line.indexOf('┊')).filter((at) => at >= 0));
    expect(columns.size).toBe(1);
    const [column] = [...columns] as [number];
    // The row of the cheaper one is the lower one: shadow (●) before the crossover, nested (○) behind it.
    const lowest = (from: number, to: number) =>
      canvas.map((line) => line.slice(from, to).replace(/[^●○]/g, '')).findLast((marks) => marks !== '');
    expect(lowest(8, column)).toMatch(/^●/);
    expect(lowest(column + 1, 70)).toMatch(/^○/);
  });

  it('draw a line with a gap where a figure is missing, and nothing of nothing', () => {
    const line = (...values: (number | null)[]) => [{ label: 'a', values }];
    const drawn = terminalPlot('n', [1, 2, 3, 4], line(1, null, 1, 1), [], 60).join('\n');
    expect(drawn.match(/●/g)).toHaveLength(4);
    expect(drawn).toMatch(/● {10,}●·+●/);
    expect(terminalPlot('n', [1, 2], line(null, null), [], 60)).toEqual([]);
  });

  it('show failures and published figures', () => {
    const text = terminalReport(LAWS(), { width: 100, colour: false });
    expect(text).toMatch(/E1 .*3 .*4 .*FAIL/);
    expect(text).toContain('E1 (Sv39): why');
    expect(text).toMatch(/S4 .*6\.1× \[S\]/);
    // What is known not to hold here is no failure, and what is left out is told of.
    expect(text).toMatch(/S17 .*0\.50×.*differs/);
    expect(text).toContain('S17 (own files): no such system here.');
    expect(text).toMatch(/left out\n.*\n.*\nS12, a boot +it needs a kernel/);
    for (const { columns } of lawTables(LAWS()))
      expect(new Set(columns.flatMap(({ kind }) => (kind === null ? [] : [kind]))).size).toBeLessThanOrEqual(1);
    expect(lawsMarkdown(LAWS())).toContain('6.1×');
    expect(lawsCsv(LAWS())).toContain('"more, ""words"""');
    expect(balanced(lawsHtml(LAWS()))).toEqual([]);
  });
});

const order = (kind: string | null) => ['counted', 'modelled', 'measured'].indexOf(kind ?? '');

/** Tags that are not closed in the order in which they were opened. */
function balanced(text: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing, name, own] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/gi)) {
    if (own || /^(meta|!doctype|br)$/i.test(name!)) continue;
    if (!closing) open.push(name!);
    else if (open.pop() !== name) wrong.push(name!);
  }
  return [...wrong, ...open];
}
