import { describe, expect, it } from 'vitest';
import { OPERATIONS, PROGRAMS } from './rows.ts';
import { processRow, processTable } from './summary.ts';

const samples = (qemu: number, warm: number) => ({
  qemu: [qemu, qemu * 1.1, qemu * 0.9],
  fresh: [1, 2, 3],
  warm: [warm, warm * 1.1, warm * 0.9],
});

describe('figures of Linux programs', () => {
  const nullCall = OPERATIONS.find((row) => row.id === 'null-call')!;

  it('hold a promise by the ratio of what was measured by turns', () => {
    expect(processRow(nullCall, 'ns', samples(100, 90), 1)).toMatchObject({
      qemu: 100,
      warm: 90,
      limit: 1,
      pass: true,
    });
    expect(processRow(nullCall, 'ns', samples(100, 110), 1)).toMatchObject({ pass: false });
    const free = OPERATIONS.find((row) => row.limit === null)!;
    expect(processRow(free, 'ns', samples(100, 900), 1)).toMatchObject({ ratio: 9, pass: null });
  });

  it('say what failed and what was left out', () => {
    const table = processTable({
      schema: 'trapframe.process/1',
      trapframe: '0',
      coreSha256: '',
      host: { runtime: 'node', version: '', cpu: null, cores: 2, clockResolutionMs: 1 } as never,
      rows: [processRow(PROGRAMS[0]!, 'ms', samples(1, 1), 1)],
      leftOut: ['python3'],
      failed: ['esbuild: it broke'],
    });
    expect(table.notes.join('\n')).toMatch(/python3: left out.*\n.*FAILED: esbuild: it broke/);
  });
});
