/**
 * The guest kernel on this machine: its promises hold under every strategy and configuration, and the measured region
 * of a nano workload holds the events it names and no others.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildGuests } from '../bench/build.ts';
import { type MachineConfig, MMU_DEFAULT, MMU_OFF, STRATEGIES, type Strategy } from '../src/abi/config.ts';
import type { RunOutcome } from '../src/abi/machine.ts';
import { PROCESS_WORKLOADS } from '../src/abi/workloads/process.ts';
import { runMachine } from './support/machine.ts';

const guests = path.resolve(import.meta.dirname, '../build/guests');
const MIB = 1024 * 1024;

beforeAll(async () => {
  await buildGuests();
}, 600_000);

function run(strategy: Strategy, bootargs: string, config: Partial<MachineConfig> = {}): Promise<RunOutcome> {
  const image = readFileSync(path.join(guests, strategy === 'paravirt' ? 'kernel-paravirt.elf' : 'kernel.elf'));
  return runMachine(image, { budget: 1_000_000_000, config: { ...config, strategy, bootargs } });
}

const strategies = STRATEGIES.map((s) => s.id);

interface Variant {
  readonly name: string;
  readonly options?: string;
  readonly config?: Partial<MachineConfig>;
}

const direct = { entries: 4, ways: 1, policy: 'direct' } as const;

const VARIANTS: readonly Variant[] = [
  { name: 'A and D bits left to software', config: { adUpdate: 'fault' } },
  { name: 'no TLB and no cache', config: { mmu: MMU_OFF } },
  { name: 'a TLB of four entries', config: { mmu: { ...MMU_DEFAULT, l1i: direct, l1d: direct } } },
  { name: 'no tags in the TLB', config: { mmu: { ...MMU_DEFAULT, tagged: false } } },
  { name: 'counting off', config: { counting: false } },
  { name: 'synchronous shadows', config: { shadow: { policy: 'sync', flood: 0, cachedRoots: true } } },
  { name: 'flooded shadows given up', config: { shadow: { policy: 'unsync', flood: 3, cachedRoots: true } } },
  { name: 'shadow roots thrown away', config: { shadow: { policy: 'unsync', flood: 0, cachedRoots: false } } },
  { name: 'host pages of 2 MiB', config: { hostPages: '2m' } },
  { name: '16 MiB', config: { memory: 16 * MIB } },
  { name: '1 GiB', config: { memory: 1024 * MIB } },
  { name: 'pages of 4 KiB for the kernel', options: 'kernel_pages=4k' },
  { name: 'no ASIDs', options: 'asid=0' },
  { name: 'short time slices', options: 'slice_us=50' },
  { name: 'harts that it leaves stopped', config: { harts: 3 } },
];

describe.each(strategies)('the kernel under %s', (strategy) => {
  test.each(VARIANTS)('keeps its promises with $name', async ({ options = '', config = {} }) => {
    const outcome = await run(strategy, `workload=selfcheck ${options}`, config);
    expect(outcome.console.trim()).toBe('PASS selfcheck 1');
    expect(outcome.status).toBe('passed');
  });

  test('fails with its own words and exit code', async () => {
    const outcome = await run(strategy, 'workload=fork pages=1 touch=2');
    expect(outcome.console.trim()).toBe('FAIL fork touch is more than pages');
    expect(outcome.status).toBe('failed');
    expect(outcome.exitCode).toBe(1);
  });
});

test('one image under bare, nested and shadow: equal state, equal instructions, for every process workload', async () => {
  for (const { id } of PROCESS_WORKLOADS) {
    const bare = await run('bare', `workload=${id} quick=1`);
    expect(bare.status, id).toBe('passed');
    for (const strategy of ['nested', 'shadow'] as const) {
      const other = await run(strategy, `workload=${id} quick=1`);
      expect(other.digest, `${id} under ${strategy}`).toBe(bare.digest);
      expect(other.region?.counters.instret, `${id} under ${strategy}`).toBe(bare.region?.counters.instret);
    }
  }
}, 120_000);

/** Privileged instructions on the way of one trap into this kernel and back (entry.S), sret apart. */
const TRAP_CSRS = 8;

/** What one event of a nano workload is, by strategy; every trap, interrupt and exit that is not named is 0. */
const EVENTS: Record<string, Record<Strategy, Record<string, number>>> = {
  'null-syscall': {
    bare: { 'trap.ecall-u': 1 },
    nested: { 'trap.ecall-u': 1 },
    shadow: {
      'trap.ecall-u': 1,
      'exit.total': TRAP_CSRS + 2,
      'exit.syscall': 1,
      'exit.csr': TRAP_CSRS,
      'exit.xret': 1,
    },
    paravirt: { 'trap.ecall-u': 1 },
  },
  'illegal-trap': {
    bare: { 'trap.illegal': 1 },
    nested: { 'trap.illegal': 1 },
    shadow: {
      'trap.illegal': 1,
      'exit.total': TRAP_CSRS + 2,
      'exit.exception': 1,
      'exit.csr': TRAP_CSRS,
      'exit.xret': 1,
    },
    paravirt: { 'trap.illegal': 1 },
  },
  'demand-fault': {
    bare: { 'trap.store-page': 1 },
    nested: { 'trap.store-page': 1 },
    /* One more CSR than a system call: stval. */
    shadow: {
      'trap.store-page': 1,
      'exit.total': TRAP_CSRS + 4,
      'exit.true-fault': 1,
      'exit.hidden-fault': 1,
      'exit.csr': TRAP_CSRS + 1,
      'exit.xret': 1,
    },
    paravirt: { 'trap.store-page': 1, 'exit.total': 2, 'exit.true-fault': 1, 'exit.hypercall': 1 },
  },
  'call-return': { bare: {}, nested: {}, shadow: {}, paravirt: {} },
  'mmio-read': {
    bare: {},
    nested: { 'exit.total': 1, 'exit.mmio': 1 },
    shadow: { 'exit.total': 1, 'exit.mmio': 1 },
    paravirt: { 'exit.total': 1, 'exit.hypercall': 1 },
  },
  'irq-mask': { bare: {}, nested: {}, shadow: { 'exit.total': 2, 'exit.csr': 2 }, paravirt: {} },
  hypercall: {
    bare: {},
    nested: { 'exit.total': 1, 'exit.sbi': 1 },
    shadow: { 'exit.total': 1, 'exit.sbi': 1 },
    paravirt: { 'exit.total': 1, 'exit.hypercall': 1 },
  },
  'pte-store-fence': {
    bare: {},
    nested: {},
    shadow: { 'exit.total': 1, 'exit.sfence': 1 },
    paravirt: { 'exit.total': 1, 'exit.hypercall': 1 },
  },
};

describe.each(Object.keys(EVENTS))('%s', (id) => {
  test.each(strategies)('is the events it names and no other, under %s', async (strategy) => {
    /* Both within the reach of one leaf table, which costs an unsynchronised shadow one exit. */
    const few = await run(strategy, `workload=${id} n=300`);
    const more = await run(strategy, `workload=${id} n=500`);
    expect(more.region?.iterations).toBe(500);
    const perEvent: Record<string, number> = {};
    for (const [counter, count] of Object.entries(more.region?.counters ?? {})) {
      if (!/^(trap|interrupt|exit)\.(?!work)/.test(counter)) continue;
      const each = (count - (few.region?.counters[counter] ?? 0)) / 200;
      if (each) perEvent[counter] = each;
    }
    expect(perEvent).toEqual(EVENTS[id]?.[strategy]);
  });
});
