import { describe, expect, it } from 'vitest';
import { containerTables, pairRow, timeRow } from './summary.ts';

const times = (ms: number): number[] => [ms, ms * 1.02, ms * 0.98];

describe('figures of containers', () => {
  const pair = (process: number, container: number) =>
    pairRow('sha256', { instructions: 1000, process: times(process), container: times(container) }, 1);

  it('hold a container to the time of the bare process, round by round', () => {
    expect(pair(100, 104)).toMatchObject({ value: 1.04, limit: 1.05, pass: true });
    expect(pair(100, 106)).toMatchObject({ pass: false });
    // A computer that slows down does so for both.
    const slowing = { instructions: 1, process: [10, 20, 40], container: [10.1, 20.2, 40.4] };
    expect(pairRow('sha256', slowing, 1).value).toBeCloseTo(1.01);
  });

  it('hold a start to its promise, and say what is left behind', () => {
    expect(timeRow('first output', '', times(9), 10, 1)).toMatchObject({ value: 9, pass: true });
    expect(timeRow('first output', '', times(11), 10, 1)).toMatchObject({ pass: false });
    expect(timeRow('end', '', times(11), null, 1)).toMatchObject({ pass: null });
    const [, left] = containerTables({
      schema: 'trapframe.containers/1',
      trapframe: '0',
      coreSha256: '',
      host: { runtime: 'node', version: '', cpu: null, cores: 2, clockResolutionMs: 1 } as never,
      rows: [pair(1, 1)],
      leftovers: [{ what: 'tasks', before: 1, after: 2 }],
    });
    expect(left!.rows[0]!.map(({ text }) => text)).toEqual(['tasks', '1', '2']);
  });
});
