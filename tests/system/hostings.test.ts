/** Programs of Linux on real kernels, beside containers: the lab's comparison of all hostings. */
import { afterAll, describe, expect, it } from 'vitest';
import { cachedLinux } from '../../src/cli/linux/images.ts';
import { createLab } from '../../src/index.ts';
import { hasKernel } from '../support/kernels.ts';

const lab = createLab({ findLinux: cachedLinux });
afterAll(() => lab.close());

describe.skipIf(!hasKernel('built'))('a real Linux among the hostings', () => {
  it('says what the others say, counts the same twice, and the same instructions under every strategy', async () => {
    const { cells } = await lab.compare({
      workloads: ['boot', { id: 'untar-host', params: { files: 10 } }, { id: 'net-echo', params: { n: 20 } }],
      environments: ['nested', 'shadow', 'wsl2', 'container'],
      repeat: 0,
    });
    const bad = cells.filter(({ status }) => status !== 'ok' && status !== 'unavailable');
    expect(bad.map((cell) => `${cell.workload}/${cell.environment} ${cell.status}: ${cell.message}`)).toEqual([]);
    for (const workload of ['boot', 'untar-host', 'net-echo']) {
      const ran = (environment: string) =>
        cells.find((cell) => cell.workload === workload && cell.environment === environment)!;
      const [nested, shadow] = [ran('nested'), ran('shadow')];
      expect(shadow.digest).toBe(nested.digest);
      // Which kernel it was stands in the result, and of nobody else.
      expect([nested.kernel, shadow.kernel]).toEqual([cachedLinux()!.about, cachedLinux()!.about]);
      expect(ran('container').kernel).toBeNull();
      expect(shadow.counters!.instret).toBe(nested.counters!.instret);
      expect(nested.counters!.instret).toBeGreaterThan(10_000);
      expect(shadow.counters!['exit.total']).toBeGreaterThan(nested.counters!['exit.total']!);
    }
  }, 120_000);

  it('times the parts of a start, and counts the disk it takes', async () => {
    const { cells } = await lab.compare({
      workloads: ['startup', 'boot'],
      environments: ['nested', 'wsl2', 'container'],
      repeat: 1,
      warmup: 0,
    });
    const cellOf = (workload: string, environment: string) =>
      cells.find((cell) => cell.workload === workload && cell.environment === environment)!;
    const parts = (workload: string, environment: string) => Object.keys(cellOf(workload, environment).wall!.phases!);
    expect(parts('startup', 'nested')).toEqual(['create', 'first instruction', 'first output']);
    expect(parts('startup', 'wsl2')).toEqual(['create', 'first instruction', 'first output']);
    expect(parts('boot', 'nested')).toEqual(['compile', 'load', 'kernel', 'init', 'first prompt']);
    // Each machine and each distribution has all of its files; a container adds what it writes, which is nothing here.
    const disk = (environment: string) => cellOf('startup', environment).counters!['disk.bytes'];
    expect(disk('container')).toBe(0);
    expect(disk('nested')).toBeGreaterThan(1e6);
    expect(disk('wsl2')).toBeGreaterThan(1e6);
  }, 60_000);

  it('ends at its budget, and at once when it is stopped', async () => {
    const spent = await lab.compare({
      workloads: [{ id: 'untar', params: { files: 200 } }],
      environments: ['wsl2'],
      repeat: 0,
      budget: 1e6,
    });
    expect(spent.cells[0]!.status).toBe('budget');
    const stop = new AbortController();
    const running = lab.compare(
      { workloads: [{ id: 'sha256', params: { kib: 30_000 } }], environments: ['wsl2'], repeat: 0 },
      { signal: stop.signal, onEvent: (event) => event.kind === 'progress' && stop.abort() },
    );
    await expect(running).rejects.toThrow(/abort/i);
  }, 60_000);
});
