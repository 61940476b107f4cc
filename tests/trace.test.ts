/** Traces: what Perfetto can read, as many events as the counters say, and the same in every run. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildGuests } from '../bench/build.ts';
import { MACHINE_DEFAULT, type MachineConfig } from '../src/abi/config.ts';
import { INTERRUPTS, TRAPS } from '../src/abi/counters.ts';
import { EXITS } from '../src/abi/exits.ts';
import { cacheDirectory, findBusybox } from '../src/cli/linux/cache.ts';
import { createMachineHost } from '../src/machine/host.ts';
import { Tracer } from '../src/machine/trace.ts';
import { trapframe } from './support/cli.ts';
import { boot, hasKernel } from './support/kernels.ts';
import { coreModule, projectRoot } from './support/machine.ts';

/** The trace event format, as far as it is used. */
const traceSchema = z.strictObject({
  displayTimeUnit: z.literal('ns'),
  traceEvents: z.array(
    z.union([
      z.strictObject({
        ph: z.literal('M'),
        pid: z.literal(1),
        tid: z.number().optional(),
        name: z.enum(['process_name', 'thread_name']),
        args: z.strictObject({ name: z.string() }),
      }),
      z.strictObject({
        ph: z.literal('i'),
        s: z.literal('t'),
        pid: z.literal(1),
        tid: z.number().int().min(1),
        ts: z.number().min(0),
        cat: z.enum(['exit', 'trap', 'syscall', 'interrupt', 'switch']),
        name: z.string().min(1),
        args: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    ]),
  ),
  otherData: z.strictObject({ events: z.number(), dropped: z.number(), clock: z.string() }),
});

/** How many events of each name there are, below their categories. */
function counted(text: string): { of: (category: string, name?: string) => number; events: number } {
  const { traceEvents, otherData } = traceSchema.parse(JSON.parse(text));
  const counts = new Map<string, number>();
  const last = new Map<number, number>();
  for (const event of traceEvents) {
    if (event.ph === 'M') continue;
    for (const key of [event.cat, `${event.cat} ${event.name}`]) counts.set(key, (counts.get(key) ?? 0) + 1);
    last.set(event.tid, event.ts);
  }
  const total = traceEvents.filter((e) => e.ph === 'i').length;
  expect(otherData.events).toBe(total);
  return { of: (category, name) => counts.get(name ? `${category} ${name}` : category) ?? 0, events: total };
}

/** Every counter that has events for its kind. */
function expectCounts(text: string, counters: Readonly<Record<string, number>>): void {
  const { of } = counted(text);
  for (const { id } of EXITS) expect(of('exit', id), id).toBe(counters[`exit.${id}`]);
  for (const { id } of INTERRUPTS) expect(of('interrupt', id), id).toBe(counters[`interrupt.${id}`]);
  for (const { id } of TRAPS) {
    if (id === 'ecall-u') expect(of('syscall'), id).toBe(counters['trap.ecall-u']);
    else expect(of('trap', id), id).toBe(counters[`trap.${id}`]);
  }
}

async function traced(config: Partial<MachineConfig>, most?: number) {
  const workload = 'workload=preempt steps=80000';
  const host = createMachineHost(coreModule());
  await host.load(readFileSync(path.join(projectRoot(), 'build/guests/kernel.elf')), {
    ...MACHINE_DEFAULT,
    bootargs: workload,
    ...config,
  });
  let text = '';
  const tracer = new Tracer(
    host.debug().core,
    (piece) => {
      text += piece;
    },
    most,
  );
  const outcome = await host.run({ budget: 400_000_000 });
  const told = tracer.finish();
  expect(outcome.status).toBe('passed');
  return { text, outcome, told };
}

describe('a trace', () => {
  let folder = '';
  beforeAll(async () => {
    await buildGuests();
    folder = mkdtempSync(path.join(tmpdir(), 'trapframe-trace-'));
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['nested', 'shadow'] as const)('has as many events as the counters say: %s', async (strategy) => {
    for (const engine of ['interp', 'jit'] as const) {
      const { text, outcome } = await traced({ strategy, engine });
      expectCounts(text, outcome.counters);
      const plain = createMachineHost(coreModule());
      await plain.load(readFileSync(path.join(projectRoot(), 'build/guests/kernel.elf')), {
        ...MACHINE_DEFAULT,
        bootargs: 'workload=preempt steps=80000',
        strategy,
        engine,
      });
      // It changes nothing.
      expect((await plain.run({ budget: 400_000_000 })).counters).toEqual(outcome.counters);
    }
  });

  it('is the same in every run, in time that never goes back', async () => {
    const { text } = await traced({ strategy: 'shadow' });
    expect((await traced({ strategy: 'shadow' })).text).toBe(text);
    const times = traceSchema.parse(JSON.parse(text)).traceEvents.flatMap((e) => (e.ph === 'i' ? [e.ts] : []));
    expect(times.every((t, i) => i === 0 || t >= times[i - 1]!)).toBe(true);
    expect(times.at(-1)).toBeGreaterThan(1000);
  });

  it('stays within the number of events it may have, and says how many did not fit', async () => {
    const whole = await traced({ strategy: 'shadow' });
    const { text, told } = await traced({ strategy: 'shadow' }, 100);
    expect(counted(text).events).toBe(100);
    expect(told).toEqual({ events: 100, dropped: whole.told.events - 100 });
  });

  it('is written by `trapframe run`, whole or not at all', async () => {
    const file = path.join(folder, 'run.json');
    const elf = path.join(projectRoot(), 'build/guests/kernel.elf');
    const args = ['run', elf, '--bootargs', 'workload=preempt steps=80000', '--strategy', 'shadow', '--trace', file];
    const { code, stdout, stderr } = await trapframe([...args, '--counters', 'json']);
    expect(code, stderr).toBe(0);
    expectCounts(readFileSync(file, 'utf8'), JSON.parse(stdout).counters);
    const refused = await trapframe([...args.slice(0, -1), path.join(folder, 'no/such/place.json')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--trace');
  });
});

describe.skipIf(!hasKernel('built'))('a trace of the built kernel', () => {
  it('has its system calls by name, and as many events as the counters say', async () => {
    let text = '';
    let tracer: Tracer | null = null;
    const { guest, sh, off } = await boot('built', { strategy: 'shadow', engine: 'jit' }, {}, async ({ system }) => {
      tracer = new Tracer(system.core, (piece) => {
        text += piece;
      });
    });
    await sh('ls /; cat /proc/version');
    await off();
    tracer!.finish();
    const counters = guest.system.counters();
    expectCounts(text, counters);
    const { of } = counted(text);
    for (const name of ['execve', 'openat', 'write', 'mount']) expect(of('syscall', name), name).toBeGreaterThan(0);
    // The kernel tries Sv57 first, which is no change of address space here.
    expect(of('switch')).toBe(counters['exit.satp']! - 1);
  }, 60_000);

  it('is written by `trapframe linux` and `trapframe process` too', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'trapframe-trace-'));
    const [guest, program] = [path.join(folder, 'guest.json'), path.join(folder, 'program.json')];
    const linux = await trapframe(['linux', '--kernel', 'built', '--exec', 'true', '--trace', guest]);
    expect(linux.code, linux.stderr).toBe(0);
    expect(counted(readFileSync(guest, 'utf8')).of('syscall', 'execve')).toBeGreaterThan(0);
    const [snapshot, restored] = [path.join(folder, 'guest.snap'), path.join(folder, 'restored.json')];
    expect((await trapframe(['snapshot', 'save', snapshot])).code).toBe(0);
    const again = await trapframe(['snapshot', 'restore', snapshot, '--exec', 'true', '--trace', restored]);
    expect(again.code, again.stderr).toBe(0);
    expect(counted(readFileSync(restored, 'utf8')).of('syscall', 'execve')).toBeGreaterThan(0);
    const busybox = findBusybox(cacheDirectory())!;
    const process = await trapframe(['process', '--trace', program, busybox, 'ls', '/']);
    expect(process.code, process.stderr).toBe(0);
    const { of } = counted(readFileSync(program, 'utf8'));
    expect(of('syscall', 'getdents64')).toBe(2);
    expect(of('syscall', 'exit_group')).toBe(1);
    expect(of('trap', 'load-page') + of('trap', 'fetch-page')).toBeGreaterThan(0);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
});
