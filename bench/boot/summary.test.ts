import { describe, expect, it } from 'vitest';
import { terminalTable } from '../../src/lab/report/terminal.ts';
import { commandOf } from './measure.ts';
import { bootRows, bootTable } from './summary.ts';

const samples = (jit: number) => ({ qemu: [300, 310, 290], interp: [400, 390, 410], jit: [jit, jit + 10, jit - 10] });

describe('a boot', () => {
  it('is promised to take no longer than on QEMU, translated', () => {
    expect(bootRows(samples(290), 1)).toMatchObject([
      { booter: 'qemu', ratio: 1, pass: null },
      { booter: 'interp', ms: 400, pass: null },
      { booter: 'jit', ms: 290, limit: 1, pass: true },
    ]);
    expect(bootRows(samples(330), 1)[2]).toMatchObject({ pass: false });
  });

  it('has the same images, memory and words on QEMU', () => {
    const images = { kernel: '/k', initrd: '/i' };
    const words = (booter: 'qemu' | 'jit') => commandOf(booter, images)[1].join(' ');
    for (const each of [words('qemu'), words('jit')]) {
      expect(each).toContain('128M');
      expect(each).toContain('rdinit=/bin/sh quiet');
      expect(each).toMatch(/-kernel \/k .*-initrd \/i/);
    }
  });

  it('prints as a table', () => {
    const host = { runtime: 'node', version: '', cpu: null, cores: 2, clockResolutionMs: 1 } as never;
    const table = bootTable({
      schema: 'trapframe.boot/1',
      trapframe: '0',
      coreSha256: '',
      host,
      rows: bootRows(samples(330), 1),
    });
    expect(terminalTable(table, { width: 160, colour: false })).toMatch(/jit .*1\.10×.*≤ 1\s+BROKEN/);
  });
});
