import { describe, expect, it } from 'vitest';
import { environmentById } from './environments.ts';
import { dissent, type GateEntry, gate } from './gate.ts';
import { planCell, workloadById } from './plan.ts';
import type { RunRecord } from './record.ts';

const GOOD: RunRecord = {
  status: 'ok',
  message: '',
  imageSha256: null,
  kernel: null,
  repeatable: true,
  iterations: 1,
  checksum: 'a'.repeat(16),
  digest: 'd'.repeat(32),
  counters: { instret: 1000 },
  wallMs: 1,
  output: '',
  phases: {},
};

const entry = (environment: string, over: Partial<RunRecord> = {}): GateEntry => ({
  cell: planCell(workloadById('gups'), { table_mib: 1, updates: 1 }, environmentById(environment), {}),
  record: { ...GOOD, ...over },
});

const failing = (...entries: GateEntry[]) => [...gate(entries).keys()].map((key) => key.split('/')[1]);

describe('the gate', () => {
  it('passes equal outcomes', () => {
    expect(failing(entry('bare'), entry('nested'), entry('shadow'))).toEqual([]);
  });

  it('asks of a kernel that ages its pages for nothing but what comes out', () => {
    const aged = { repeatable: false, counters: { instret: 7 }, digest: 'e'.repeat(32) };
    expect(failing(entry('bare'), entry('nested', aged), entry('shadow'))).toEqual([]);
    expect(failing(entry('bare'), entry('nested', { ...aged, output: 'x' }), entry('shadow'))).toEqual(['nested']);
  });

  it.each([
    ['a checksum', { checksum: 'b'.repeat(16) }],
    ['retired instructions', { counters: { instret: 1001 } }],
    ['a state digest', { digest: 'e'.repeat(32) }],
    ['output', { output: 'PASS\n' }],
  ])('catches %s planted into one of three', (_what, over) => {
    expect(failing(entry('bare'), entry('nested', over), entry('shadow'))).toEqual(['nested']);
  });

  it('fails both where two differ: neither can be trusted', () => {
    expect(failing(entry('bare'), entry('nested', { digest: 'e'.repeat(32) }))).toEqual(['bare', 'nested']);
  });

  it('holds a kernel of its own to the checksum alone', () => {
    const other = { digest: 'e'.repeat(32), counters: { instret: 7 } };
    expect(failing(entry('bare'), entry('nested'), entry('paravirt', other))).toEqual([]);
    expect(failing(entry('bare'), entry('nested'), entry('paravirt', { checksum: 'b'.repeat(16) }))).toEqual([
      'paravirt',
    ]);
  });

  it('compares paravirtual guests among themselves', () => {
    expect(
      failing(entry('bare'), entry('nested'), entry('paravirt'), entry('paravirt-type2', { digest: 'e'.repeat(32) })),
    ).toEqual(['paravirt', 'paravirt-type2']);
  });

  it('lets a machine with other A/D rules end elsewhere, as its kernel runs other code', () => {
    expect(failing(entry('bare'), entry('nested'), entry('bare-ad-fault', { counters: { instret: 9 } }))).toEqual([]);
  });

  it('holds the native build to the checksum', () => {
    expect(failing(entry('native', { digest: null, counters: null }), entry('bare'), entry('nested'))).toEqual([]);
    expect(failing(entry('native', { checksum: 'b'.repeat(16) }), entry('bare'), entry('nested'))).toEqual(['native']);
  });

  it('leaves out what did not run', () => {
    expect(failing(entry('bare', { status: 'failed', checksum: null }), entry('nested'), entry('shadow'))).toEqual([]);
  });
});

describe('dissent', () => {
  it('says who saw what', () => {
    const votes = [
      { name: 'a', value: '1' },
      { name: 'b', value: '1' },
      { name: 'c', value: '2' },
    ];
    expect([...dissent('sum', votes)]).toEqual([['c', 'sum 2, but 1 under a, b']]);
    expect(dissent('sum', votes.slice(0, 2)).size).toBe(0);
    expect(dissent('sum', []).size).toBe(0);
  });
});
