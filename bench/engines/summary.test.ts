import { describe, expect, it } from 'vitest';
import { terminalTables } from '../../src/lab/report/terminal.ts';
import type { EngineId } from './engines.ts';
import { allPass, LIMITS, limitsOf, passes } from './limits.ts';
import { type EngineReport, geometricMean, meansOf, rowsOf, type Samples, summarise } from './summary.ts';
import { engineTable, limitTable } from './table.ts';

type Times = Partial<Record<EngineId, readonly number[]>>;

/** Samples in which every engine ran the same million instructions, unless `shorter` did a share of them. */
function samples(workload: string, ms: Times, pairs = { on: [10], off: [10] }, shorter: Times = {}): Samples {
  const sizes = Object.fromEntries(
    Object.keys({ ...ms, ...shorter }).map((engine) => {
      const share = engine in shorter ? 4 : 1;
      return [engine, { params: { rounds: 1000 / share }, instructions: 1_000_000 / share }];
    }),
  );
  return { workload, group: 'compute', sizes, ms: { ...ms, ...shorter }, pairs };
}

function reportOf(...all: Samples[]): EngineReport {
  const figures = summarise(all, 1);
  return {
    schema: 'trapframe.engines/2',
    trapframe: '0',
    coreSha256: '0'.repeat(64),
    host: {
      runtime: 'node',
      version: 'v20',
      v8: '11',
      platform: 'linux x64',
      cpu: 'a processor',
      cores: 2,
      clockResolutionMs: 0.001,
    },
    seed: 1,
    rounds: 3,
    ...figures,
    limits: limitsOf(figures),
  };
}

const rowOf = (s: Samples, engine: EngineId) => rowsOf(s, 1).find((row) => row.engine === engine)!;

describe('the rows of a workload', () => {
  const times = {
    native: [100, 102, 98],
    interp: [500, 900, 490],
    jit: [200, 200, 210],
    'qemu-system': [500, 400, 600],
  };

  it('are one for each engine that ran, with the medians of the rounds’ ratios', () => {
    const rows = rowsOf(samples('integer-mix', times), 1);
    expect(rows.map(({ engine, ms, vsNative, vsQemuSystem }) => [engine, ms, vsNative, vsQemuSystem])).toEqual([
      ['native', 100, 1, 5],
      ['interp', 500, 5, 1],
      ['jit', 200, 2, 2.5],
      ['qemu-system', 500, 5, 1],
    ]);
  });

  it('have intervals around their ratios from three samples on', () => {
    const row = rowOf(samples('integer-mix', times), 'jit');
    expect(row.vsNativeCi95!.low).toBeLessThan(2);
    expect(row.vsNativeCi95!.high).toBeGreaterThan(2);
    expect(row.vsQemuSystemCi95).toEqual({ low: 2, high: 600 / 210 });
    const two = rowOf(samples('integer-mix', { native: [1, 1], jit: [2, 2] }), 'jit');
    expect(two.vsNativeCi95).toBeNull();
  });

  it('count runs of other sizes by the instruction, and keep what was measured', () => {
    const row = rowOf(
      samples('sha256', { native: [10], jit: [30] }, undefined, { 'qemu-system': [15] }),
      'qemu-system',
    );
    expect(row).toMatchObject({ ms: 60, vsNative: 6, params: { rounds: 1000 }, instructions: 1_000_000 });
    expect(row.measured).toEqual({ params: { rounds: 250 }, instructions: 250_000, ms: [15] });
    const jit = rowOf(samples('sha256', { native: [10], jit: [30] }, undefined, { 'qemu-system': [15] }), 'jit');
    expect(jit.vsQemuSystem).toBe(2);
  });

  it('do not show that the computer slowed down for both', () => {
    const row = rowOf(samples('sort', { native: [10, 20, 40, 80], jit: [21, 40, 80, 160] }), 'jit');
    expect(row.vsNative).toBe(2);
    expect(row.vsNativeCi95!.high - row.vsNativeCi95!.low).toBeLessThan(0.2);
    const once = rowOf(samples('sort', { native: [10, 20, 30], jit: [40] }), 'jit');
    expect(once).toMatchObject({ vsNative: 2, vsNativeCi95: null });
  });

  it('say nothing of QEMU where it did not run', () => {
    const row = rowOf(samples('sort', { native: [10], jit: [30] }), 'jit');
    expect(row).toMatchObject({ vsNative: 3, vsQemuSystem: null, vsQemuSystemCi95: null });
  });
});

describe('means', () => {
  it('are geometric, over all workloads and over each arithmetic', () => {
    expect(geometricMean([1, 4, 16])).toBeCloseTo(4, 12);
    const rows = [
      samples('integer-mix', { native: [10], jit: [20], 'qemu-system': [40] }),
      samples('sha256', { native: [10], jit: [80], 'qemu-system': [80] }),
      samples('nbody', { native: [10], jit: [40], 'qemu-system': [320] }),
    ].flatMap((s) => rowsOf(s, 1));
    const of = (over: string) => meansOf(rows).find((m) => m.over === over && m.engine === 'jit')!;
    expect(of('all').vsNative).toBeCloseTo(4, 12);
    expect(of('all').vsQemuSystem).toBeCloseTo(16 ** (1 / 3), 12);
    expect(of('integer')).toMatchObject({ workloads: 2, vsNative: expect.closeTo(4, 12) });
    expect(of('double')).toMatchObject({
      workloads: 1,
      vsNative: expect.closeTo(4, 12),
      vsQemuSystem: expect.closeTo(8, 12),
    });
  });

  it('are not made of some of the rows', () => {
    const rows = [
      samples('sha256', { native: [1], jit: [2], 'qemu-system': [4] }),
      samples('sort', { native: [1], jit: [2] }),
    ];
    const mean = meansOf(rows.flatMap((s) => rowsOf(s, 1))).find((m) => m.over === 'all' && m.engine === 'jit');
    expect(mean).toMatchObject({ vsNative: 2, vsQemuSystem: null });
  });
});

describe('limits', () => {
  const limit = (report: EngineReport, id: string) => report.limits.find((row) => row.id === id)!;

  it('include their bounds', () => {
    expect(passes('at most', 8, 8)).toBe(true);
    expect(passes('at most', 8, 8.01)).toBe(false);
    expect(passes('at least', 2.2, 2.2)).toBe(true);
    expect(passes('at least', 2.2, 2.19)).toBe(false);
    expect(passes('at least', 2.2, null)).toBeNull();
  });

  it('are held against what was measured, and only that', () => {
    const report = reportOf(samples('integer-mix', { native: [10], interp: [81], jit: [20], 'qemu-system': [50] }));
    expect(limit(report, 'interp-integer-mix')).toMatchObject({ value: 8.1, pass: false });
    expect(limit(report, 'interp-sha256')).toMatchObject({ value: null, pass: null });
    expect(limit(report, 'jit-qemu-mean')).toMatchObject({ value: expect.closeTo(2.5, 12), pass: true });
    expect(limit(report, 'jit-qemu-double')).toMatchObject({ value: null, pass: null });
    expect(limit(report, 'jit-native-integer')).toMatchObject({ value: expect.closeTo(2, 12), pass: true });
    expect(allPass(report.limits)).toBe(false);
    expect(allPass(reportOf(samples('integer-mix', { native: [10], interp: [80] })).limits)).toBe(true);
    expect(report.limits.map(({ id }) => id)).toEqual(LIMITS.map(({ id }) => id));
  });

  it('look at the worst workload and at the price of counting', () => {
    const report = reportOf(
      samples('sort', { native: [1], jit: [1], 'qemu-system': [1] }, { on: [110], off: [100] }),
      samples('fft', { native: [1], jit: [1], 'qemu-system': [9] }, { on: [100], off: [110] }),
    );
    expect(limit(report, 'jit-qemu-least')).toMatchObject({ value: 1, pass: false });
    expect(limit(report, 'jit-qemu-double')).toMatchObject({ value: expect.closeTo(9, 12), pass: true });
    expect(limit(report, 'counting')).toMatchObject({ value: expect.closeTo(1, 12), pass: true });
  });
});

describe('the report', () => {
  const report = reportOf(
    samples('integer-mix', { native: [10], interp: [50], jit: [20], 'qemu-system': [48] }, { on: [102], off: [100] }),
  );

  it('is one row of JSON for each workload and engine', () => {
    const { schema, rows } = JSON.parse(JSON.stringify(report)) as EngineReport;
    expect(schema).toBe('trapframe.engines/2');
    expect(rows.map(({ workload, engine }) => `${workload} ${engine}`)).toEqual([
      'integer-mix native',
      'integer-mix interp',
      'integer-mix jit',
      'integer-mix qemu-system',
    ]);
    expect(rows[2]).toMatchObject({ workload: 'integer-mix', engine: 'jit', ms: 20, vsNative: 2, vsQemuSystem: 2.4 });
  });

  it('prints as tables that name ratios, means and limits', () => {
    const printed = terminalTables([engineTable(report), limitTable(report.limits)], { width: 200, colour: false });
    expect(printed).toMatch(/integer-mix\s+│?\s*1,000,000.*5\.00×.*2\.00×.*2\.40×/);
    expect(printed).toContain('geometric mean, integers (1): translated code takes 2.00×');
    expect(printed).toContain('2.40× as fast as qemu-system-riscv64');
    expect(printed).toMatch(/counting on : off.*│\s+1\.020×\s+≤ 1\.05\s+holds/);
    expect(printed).toMatch(/sha256\s+│\s+–\s+≤ 28\s+not measured/);
    expect(printed).not.toContain('qemu-user');
  });
});
