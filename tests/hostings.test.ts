/** One program in whatever can host it: on the guest kernel, as a process, in a container, as WebAssembly. */
import { afterAll, describe, expect, it } from 'vitest';
import { buildsOf, WORKLOADS } from '../src/abi/workloads.ts';
import { createLab, type Result } from '../src/index.ts';

const lab = createLab();
afterAll(() => lab.close());

const HOSTINGS = ['bare', 'process', 'container', 'container-wasm'];
const cellOf = ({ cells }: Result, workload: string, environment: string) =>
  cells.find((cell) => cell.workload === workload && cell.environment === environment)!;

/** Every kind of operation, small. */
const SMALL = [
  { id: 'null-syscall', params: { n: 500 } },
  { id: 'demand-fault', params: { n: 50 } },
  { id: 'fork', params: { n: 3, pages: 16, touch: 4 } },
  { id: 'context-switch', params: { passes: 40 } },
  { id: 'mmap', params: { n: 3 } },
  { id: 'page-fault', params: { rounds: 1, pages: 32 } },
  { id: 'protection-fault', params: { n: 20 } },
  { id: 'ptemod', params: { n: 2, pages: 8 } },
  { id: 'signal', params: { n: 20 } },
  { id: 'pipe', params: { n: 10 } },
  { id: 'sha256', params: { kib: 4 } },
  { id: 'startup' },
  { id: 'untar', params: { files: 20 } },
  { id: 'untar-host', params: { files: 20 } },
  { id: 'file-calls', params: { rounds: 5 } },
  { id: 'tcp-echo', params: { n: 5 } },
  { id: 'net-echo', params: { n: 5 } },
];

describe('a program in several hostings', () => {
  it('computes and says the same in all of them, and counts the same twice', async () => {
    const result = await lab.compare({ workloads: SMALL, environments: HOSTINGS, repeat: 0 });
    const bad = result.cells.filter(({ status }) => status !== 'ok' && status !== 'unavailable');
    expect(bad.map((cell) => `${cell.workload}/${cell.environment} ${cell.status}: ${cell.message}`)).toEqual([]);
    for (const { id } of SMALL) {
      const builds = buildsOf(WORKLOADS.find((workload) => workload.id === id)!);
      const ran = HOSTINGS.filter((environment) => cellOf(result, id, environment).status === 'ok');
      expect(ran).toEqual([
        ...(builds.includes('guest') ? ['bare'] : []),
        'process',
        'container',
        ...(builds.includes('wasi') ? ['container-wasm'] : []),
      ]);
      // A kernel of its own or a shared one: the program executes the same instructions.
      const [own, shared] = ['process', 'container'].map((name) => cellOf(result, id, name).counters!.instret);
      expect(own, id).toBe(shared);
    }
    // What no machine does has no modelled cycles; where a kernel outside did something, they are the program's own.
    for (const { workload, environment, status, modelled } of result.cells) {
      const machine = status === 'ok' && environment !== 'container-wasm';
      expect(modelled?.whole ?? null, `${workload}/${environment}`).toBe(
        machine ? environment === 'bare' || workload === 'sha256' : null,
      );
    }
    const cycles = (environment: string) => cellOf(result, 'sha256', environment).modelled!.cycles;
    expect(cycles('container')).toBe(cycles('process'));
    expect(cycles('container') / cycles('bare')).toBeCloseTo(1, 1);
  }, 60_000);

  it('counts the same translated as interpreted', async () => {
    const counts = async (engine: 'interp' | 'jit') => {
      const { cells } = await lab.compare({
        workloads: [
          { id: 'sha256', params: { kib: 64 } },
          { id: 'fork', params: { n: 20, pages: 16, touch: 4 } },
          { id: 'file-calls', params: { rounds: 100 } },
        ],
        environments: ['process', 'container'],
        repeat: 0,
        config: { engine },
      });
      return cells.map(({ workload, environment, status, counters }) => ({ workload, environment, status, counters }));
    };
    expect(await counts('jit')).toEqual(await counts('interp'));
  }, 30_000);

  it('leaves the host for a system call of a process, and never for one of a container', async () => {
    const crossings = async (n: number) => {
      const { cells } = await lab.compare({
        workloads: [{ id: 'null-syscall', params: { n } }],
        environments: ['process', 'container', 'container-wasm'],
        repeat: 0,
      });
      return cells.map(({ counters }) => [counters!['host.crossings'] ?? 0, counters!['trap.ecall-u'] ?? 0]);
    };
    const [few, many] = [await crossings(100), await crossings(300)];
    const grown = few.map((row, i) => row.map((value, j) => (many[i]![j]! - value) / 200));
    expect(grown).toEqual([
      [1, 1],
      [0, 1],
      [1, 0],
    ]);
  });

  it('times the parts of a start', async () => {
    const { cells } = await lab.compare({
      workloads: ['startup'],
      environments: ['process', 'container', 'container-wasm'],
      repeat: 3,
    });
    for (const { environment, wall } of cells) {
      expect(Object.keys(wall!.phases!), environment).toEqual(['create', 'first instruction', 'first output']);
      expect(wall!.n).toBe(3);
    }
  });

  it('says how to get a kernel where one is needed and there is none', async () => {
    const { cells } = await lab.compare({
      workloads: ['untar'],
      environments: ['nested', 'wsl2', 'paravirt'],
      repeat: 0,
      quick: true,
    });
    expect(cells.map(({ status, message }) => `${status}: ${message}`)).toEqual([
      expect.stringMatching(/^unavailable: .*npx trapframe linux --build/),
      expect.stringMatching(/^unavailable: .*npx trapframe linux --build/),
      expect.stringContaining('unavailable: untar is no program of the guest kernel'),
    ]);
  });

  it('ends a program at its budget, at its deadline, and when it is stopped', async () => {
    const endless = { id: 'sha256', params: { kib: 1_000_000 } };
    const config = { memory: 1280 * 2 ** 20 };
    const environments = ['process', 'container'];
    const spent = await lab.compare({
      workloads: [{ id: 'sha256', params: { kib: 64 } }],
      environments,
      repeat: 0,
      budget: 1_000_000,
    });
    expect(spent.cells.map(({ status, message }) => `${status} ${message}`)).toEqual(
      environments.map(() => expect.stringContaining('budget the budget of 1000000 instructions')),
    );
    const late = await lab.compare({
      workloads: [endless],
      environments: ['process'],
      repeat: 0,
      timeoutMs: 300,
      config,
    });
    expect(late.cells[0]!.status).toBe('timeout');
    const stop = new AbortController();
    const running = lab.compare(
      { workloads: [endless], environments: ['container'], repeat: 0, config },
      { signal: stop.signal, onEvent: (event) => event.kind === 'progress' && stop.abort() },
    );
    await expect(running).rejects.toThrow(/abort/i);
  }, 30_000);
});
