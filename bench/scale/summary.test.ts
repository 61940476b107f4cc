import { describe, expect, it } from 'vitest';
import { terminalTable } from '../../src/lab/report/terminal.ts';
import { type Samples, type ScaleReport, scaleRow, scaleTable } from './summary.ts';

const samples = (kind: Samples['kind'], ms: Samples['ms']): Samples => ({
  kind,
  workload: 'sort',
  params: { elements: 1000 },
  instructions: kind === 'cold-start' ? 50_000_000 : null,
  ms,
});

describe('the rows', () => {
  it('say that two guests which take as long as one have twice the throughput', () => {
    const row = scaleRow(samples('two-guests', { one: [100, 101, 99], two: [100, 125, 80] }), 1);
    expect(row).toMatchObject({ ratio: 2, limit: 1.85, bound: 'at least', pass: true });
    expect(row.ci95!.low).toBeLessThan(2);
    expect(row.ci95!.high).toBeGreaterThan(2);
    expect(scaleRow(samples('two-guests', { one: [100], two: [109] }), 1).pass).toBe(false);
  });

  it('promise nothing of what the computer gives', () => {
    const row = scaleRow(samples('two-natives', { one: [100], two: [200] }), 1);
    expect(row).toMatchObject({ ratio: 1, limit: null, pass: null });
  });

  it('hold translated short runs against interpreted ones', () => {
    expect(scaleRow(samples('cold-start', { interp: [100], jit: [105] }), 1)).toMatchObject({
      ratio: 1.05,
      pass: true,
    });
    expect(scaleRow(samples('cold-start', { interp: [100], jit: [106] }), 1).pass).toBe(false);
    expect(scaleRow(samples('changing-code', { interp: [100], jit: [201] }), 1)).toMatchObject({
      limit: 2,
      pass: false,
    });
  });
});

it('prints as a table', () => {
  const report: ScaleReport = {
    schema: 'trapframe.scale/1',
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
    rows: [
      scaleRow(samples('two-guests', { one: [100], two: [125] }), 1),
      scaleRow(samples('two-natives', { one: [100], two: [100] }), 1),
      scaleRow(samples('cold-start', { interp: [100], jit: [90] }), 1),
    ],
  };
  const printed = terminalTable(scaleTable(report), { width: 160, colour: false });
  expect(printed).toMatch(/two-guests\s+sort.*1\.60×.*≥ 1\.85\s+BROKEN/);
  expect(printed).toMatch(/two-natives\s+sort.*2\.00×/);
  expect(printed).toMatch(/cold-start\s+sort\s+│\s+50 M.*0\.900×.*≤ 1\.05\s+holds/);
});
