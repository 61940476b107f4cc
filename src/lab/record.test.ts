import { describe, expect, it } from 'vitest';
import { plainOutcome } from '../../tests/support/fake-platform.ts';
import { MACHINE_DEFAULT } from '../abi/config.ts';
import { difference, guestRecord, nativeRecord } from './record.ts';

const outcome = plainOutcome(MACHINE_DEFAULT);
const SHA = 'a'.repeat(64);

describe('the record of a run', () => {
  it('takes its figures from the measured region, counters sorted', () => {
    const counters = { 'walk.count': 2, instret: 1 };
    const record = guestRecord(
      { ...outcome, counters: { instret: 99 }, region: { counters, wallMs: 3, iterations: 4 } },
      SHA,
    );
    expect(record).toMatchObject({ status: 'ok', message: '', iterations: 4, wallMs: 3, imageSha256: SHA });
    expect(Object.entries(record.counters!)).toEqual([
      ['instret', 1],
      ['walk.count', 2],
    ]);
  });

  it('falls back on the whole run where no region was marked', () => {
    expect(guestRecord({ ...outcome, region: null }, SHA)).toMatchObject({ iterations: 0, wallMs: outcome.wallMs });
  });

  it('does not take a guest at its word that computed nothing', () => {
    expect(guestRecord({ ...outcome, result: null }, SHA)).toMatchObject({
      status: 'failed',
      message: 'the guest published no checksum',
    });
  });

  it('hands on what a failing guest said', () => {
    const console = 'booting\nFAIL fork no memory\n';
    const record = guestRecord({ ...outcome, status: 'failed', message: 'failed with code 1', console }, SHA);
    expect(record).toMatchObject({ status: 'failed', message: 'failed with code 1; it said: FAIL fork no memory' });
  });

  it('knows the checksum that means a wrong result', () => {
    expect(nativeRecord({ checksum: '0'.repeat(16), wallMs: 1 }, SHA, 1).status).toBe('failed');
    expect(nativeRecord({ checksum: `${'0'.repeat(15)}1`, wallMs: 1 }, SHA, 1).status).toBe('ok');
  });
});

describe('two runs', () => {
  const record = guestRecord(outcome, SHA);

  it('are the same when only their wall time differs', () => {
    expect(difference(record, { ...record, wallMs: 99 })).toBeNull();
  });

  it.each([
    [{ checksum: 'b'.repeat(16) }, /^checksum /],
    [{ digest: 'b'.repeat(32) }, /^digest /],
    [{ iterations: 11 }, /^iterations 10 then 11/],
    [{ counters: { ...record.counters, instret: 1001 } }, /^counter instret 1000 then 1001/],
    [{ counters: { ...record.counters, 'walk.ref.g1.h0.l1': 1 } }, /^counter walk.ref.g1.h0.l1 0 then 1/],
  ])('differ in %j', (over, what) => {
    expect(difference(record, { ...record, ...over })).toMatch(what);
  });
});
