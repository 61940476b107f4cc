import { describe, expect, it } from 'vitest';
import { terminalTable } from '../../src/lab/report/terminal.ts';
import { allPass, countingOf, type EngineReport, engineTable, jitOf, type Samples, summarise } from './summary.ts';

const samples = (workload: string, native: number[], interp: number[], off: number[], jit = interp): Samples => ({
  workload,
  group: 'compute',
  params: { rounds: 10 },
  instructions: 300_000_000,
  ms: { native, interp, jit },
  pairs: { on: interp, off },
});

const reportOf = (...all: Samples[]): EngineReport => {
  const rows = all.map((s) => summarise(s, 1));
  return {
    schema: 'trapframe.engines/1',
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
    rows,
    counting: countingOf(rows),
    jit: jitOf(rows),
  };
};

describe('summarise', () => {
  it('divides medians, so that one slow run does not matter', () => {
    const row = summarise(samples('integer-mix', [100, 102, 98], [500, 900, 490], [480, 500, 500]), 1);
    expect(row.medianMs).toEqual({ native: 100, interp: 500, jit: 500 });
    expect(row.slowdown.ratio).toBe(5);
    expect(row.counting.ratio).toBe(1);
    expect(row.mips).toBe(600);
  });

  it('gives an interval around the ratio from three samples on', () => {
    const three = summarise(samples('sort', [100, 110, 90], [500, 550, 450], [500, 500, 500]), 1);
    expect(three.slowdown.ci95!.low).toBeLessThan(5);
    expect(three.slowdown.ci95!.high).toBeGreaterThan(5);
    expect(summarise(samples('sort', [100], [500], [500]), 1).slowdown.ci95).toBeNull();
  });

  it('holds promised limits and no others', () => {
    expect(summarise(samples('integer-mix', [100], [800], [800]), 1)).toMatchObject({ limit: 8, pass: true });
    expect(summarise(samples('integer-mix', [100], [801], [801]), 1).pass).toBe(false);
    expect(summarise(samples('sort', [1], [800], [800]), 1)).toMatchObject({ limit: null, pass: true });
  });
});

describe('the report', () => {
  const good = samples('integer-mix', [100], [500], [490]);

  it('takes the geometric mean of what counting costs', () => {
    const { counting } = reportOf(samples('sort', [1], [110], [100]), samples('fft', [1], [100], [110]));
    expect(counting?.ratio).toBeCloseTo(1, 12);
    expect(counting?.pass).toBe(true);
  });

  it('takes the geometric means of what translating gains, over what computes', () => {
    const { jit } = reportOf(samples('sort', [1], [100], [100], [50]), samples('fft', [1], [100], [100], [12.5]));
    expect(jit?.vsInterp).toBeCloseTo(4, 12);
    expect(jit?.vsNative).toBeCloseTo(25, 12);
  });

  it('promises nothing for workloads that miss the TLB', () => {
    const sweep: Samples = { ...samples('tlb-sweep', [1], [600], [100]), group: 'micro' };
    expect(reportOf(sweep).counting).toBeNull();
    expect(reportOf(good, sweep).counting?.ratio).toBeCloseTo(500 / 490, 12);
    expect(allPass(reportOf(sweep))).toBe(true);
  });

  it('passes only when every limit holds', () => {
    expect(allPass(reportOf(good))).toBe(true);
    expect(allPass(reportOf(good, samples('sha256', [10], [281], [281])))).toBe(false);
    expect(allPass(reportOf(samples('sort', [1], [106], [100])))).toBe(false);
  });

  it('prints as a table that names ratios, limits and the price of counting', () => {
    const printed = terminalTable(engineTable(reportOf(good)), { width: 160, colour: false });
    expect(printed).toMatch(/integer-mix\s+│?\s*300 M.*5\.00+×.*≤ 8.*1\.02\d*×/);
    expect(printed).toContain('counting on costs computing 2.0 % over off');
  });
});
