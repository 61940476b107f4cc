/** The lab end to end: real guests on the real machine, in real worker threads. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT } from '../src/abi/config.ts';
import { isInputError } from '../src/abi/errors.ts';
import { resultSchema } from '../src/abi/result.ts';
import { createLab } from '../src/index.ts';

const lab = createLab();
afterAll(() => lab.close());

const guests = resolve(import.meta.dirname, '../build/guests');
const WORKLOADS = [
  { id: 'fork', params: { n: 5, pages: 32, touch: 4 } },
  { id: 'sha256', params: { kib: 8 } },
];
const ENVIRONMENTS = ['native', 'bare', 'shadow', 'nested', 'paravirt'];

describe('a comparison', () => {
  it('runs one image under bare, shadow and nested, and names its hash', async () => {
    const result = await lab.compare({ workloads: WORKLOADS, environments: ENVIRONMENTS, repeat: 3 });
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    const failed = result.cells.filter((cell) => !['ok', 'unavailable'].includes(cell.status));
    expect(failed.map((cell) => `${cell.workload}/${cell.environment} ${cell.status}: ${cell.message}`)).toEqual([]);
    const manifest = JSON.parse(readFileSync(resolve(guests, 'manifest.json'), 'utf8')) as {
      files: Record<string, string>;
    };
    for (const cell of result.cells.filter((c) => ['bare', 'shadow', 'nested'].includes(c.environment))) {
      expect(cell.imageSha256).toBe(manifest.files['kernel.elf']);
    }
    const sha = result.cells.filter((cell) => cell.workload === 'sha256');
    expect(new Set(sha.map((cell) => cell.checksum)).size).toBe(1);
    expect(sha.every((cell) => cell.wall!.n === 3)).toBe(true);
    expect(sha.find((cell) => cell.environment === 'native')!.imageSha256).toBe(manifest.files['wasm/sha256.wasm']);
  });

  it('counts the same in another lab, in another order and beside others, byte for byte', async () => {
    const counters = async (parallel: number, workloads: typeof WORKLOADS): Promise<string> => {
      const other = createLab();
      try {
        const { cells } = await other.compare({ workloads, environments: ENVIRONMENTS, repeat: 0, parallel });
        const sorted = cells.map((cell) => [cell.workload, cell.environment, cell.counters, cell.digest] as const);
        return JSON.stringify(sorted.sort((a, b) => `${a[0]} ${a[1]}`.localeCompare(`${b[0]} ${b[1]}`)));
      } finally {
        await other.close();
      }
    };
    expect(await counters(1, WORKLOADS)).toBe(await counters(3, [...WORKLOADS].reverse()));
  });

  it('finishes the others when one guest runs out of its budget', async () => {
    const result = await lab.compare({
      workloads: [
        { id: 'sha256', params: { kib: 64 } },
        { id: 'null-syscall', params: { n: 10 } },
      ],
      environments: ['bare', 'nested'],
      repeat: 0,
      budget: 1_000_000,
    });
    expect(result.cells.map((cell) => [cell.workload, cell.status])).toEqual([
      ['sha256', 'budget'],
      ['sha256', 'budget'],
      ['null-syscall', 'ok'],
      ['null-syscall', 'ok'],
    ]);
    expect(result.cells[0]!.message).toContain('budget of 1000000 instructions');
    expect(result.cells[0]!.counters).toBeNull();
  });

  it('stops a guest at its deadline', async () => {
    const started = performance.now();
    const result = await lab.compare({
      workloads: [{ id: 'sha256', params: { kib: 1_000_000 } }],
      environments: ['nested'],
      repeat: 0,
      timeoutMs: 300,
      config: { memory: 1024 * 2 ** 20 },
    });
    expect(result.cells[0]!.status).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('ends at once when it is stopped, and can go on afterwards', async () => {
    const stop = new AbortController();
    const running = lab.compare(
      { workloads: ['sha256', 'gups'], environments: ['bare', 'nested'], repeat: 50 },
      { signal: stop.signal, onEvent: (event) => event.kind === 'progress' && stop.abort() },
    );
    await expect(running).rejects.toThrow(/abort/i);
    const { cells } = await lab.compare({ workloads: [WORKLOADS[1]!], environments: ['bare'], repeat: 0 });
    expect(cells[0]!.status).toBe('ok');
  });

  it('takes too little memory for bad input', async () => {
    const small = lab.compare({
      workloads: ['sha256'],
      environments: ['bare', 'nested'],
      repeat: 0,
      config: { memory: 2 ** 21 },
    });
    await expect(small).rejects.toSatisfy(isInputError);
  });
});

describe('a run', () => {
  const probe = readFileSync(resolve(guests, 'probe.elf'));

  it('gives the guest’s outcome', async () => {
    const config = { ...MACHINE_DEFAULT, bootargs: 'event=load n=3' };
    const { outcome, imageSha256 } = await lab.run(probe, config, { budget: 1e8 });
    expect(outcome).toMatchObject({ status: 'passed', result: '0000000000000003' });
    expect(imageSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('tells a guest’s failure from bad input', async () => {
    const { outcome } = await lab.run(probe, { ...MACHINE_DEFAULT, bootargs: 'event=none' }, { budget: 1e8 });
    expect(outcome.status).toBe('failed');
    expect(outcome.console).toContain('FAIL probe no such event');
    await expect(lab.run(probe.subarray(0, 100), MACHINE_DEFAULT, { budget: 1e8 })).rejects.toSatisfy(isInputError);
  });
});
