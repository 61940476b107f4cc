/** Hardware counters through the SBI's PMU extension: what a guest reads is what the lab counts. */
import { describe, expect, it } from 'vitest';
import { type MachineConfig, MMU_DEFAULT } from '../src/abi/config.ts';
import { COUNTER_IDS } from '../src/abi/counters.ts';
import { HPM_COUNTERS, HPM_FIRST, PMU_EVENTS, rawEvent, SHARED_COUNTERS } from '../src/abi/pmu.ts';
import { CSR } from './conformance/environment.ts';
import { configOf } from './mmu/rig.ts';
import { entry, PAGE, RWAD, RWXAD, satpOf, Tables } from './mmu/tables.ts';
import { R } from './support/asm.ts';
import { HartGuest } from './support/hart-guests.ts';
import { runMachine } from './support/machine.ts';

const PMU = 0x50_4d55;
const CALL = { count: 0, info: 1, configure: 2, start: 3, stop: 4 } as const;
const RAW = 0x2_0000;
const CLEAR = 2;
const START = 4;
const [CYCLES, INSTRUCTIONS] = [1, 2];
const HPM3 = 0xc03;
const ALL = 2 ** (3 + HPM_COUNTERS) - 1 - 2;
const PAGES = 100;
const VA = 0x4000_0000n;

const machine = (patch: Partial<MachineConfig> = {}): MachineConfig => ({
  ...configOf({ mmu: MMU_DEFAULT }),
  ...patch,
});

/** Counts an event over loads from many pages, inside the region that the lab counts too; its result is the count. */
function counting(event: number, data: number): Uint8Array {
  const tables = new Tables(0x8060_0000, 8);
  const root = tables.page();
  tables.set(tables.slot(root, 3, 0x8000_0000n, 2), entry(0x8000_0000, RWXAD));
  for (let i = 0; i < PAGES; i++) tables.map(root, 3, VA + BigInt(i * PAGE), 0x8050_0000 + (i % 16) * PAGE, RWAD);
  const a = new HartGuest();
  a.li(R.t0, satpOf(root, 3));
  a.csrw(CSR.satp, R.t0);
  a.op('sfence.vma', { rs1: 0, rs2: 0 });
  a.sbiIs(0, 3, PMU, CALL.configure, 0, ALL, CLEAR | START, event, data);
  a.op('slti', { rd: 0, rs1: 0, imm: 1 });
  a.csrr(R.s1, HPM3);
  a.li(R.s3, 3);
  a.label('round');
  a.li(R.t0, VA);
  a.li(R.t1, PAGES);
  a.li(R.t2, PAGE);
  a.label('next');
  a.ld(R.t3, 0, R.t0);
  a.op('add', { rd: R.t0, rs1: R.t0, rs2: R.t2 });
  a.addi(R.t1, R.t1, -1);
  a.bne(R.t1, 0, 'next');
  a.addi(R.s3, R.s3, -1);
  a.bne(R.s3, 0, 'round');
  a.csrr(R.s2, HPM3);
  a.op('slti', { rd: 0, rs1: 0, imm: 2 });
  a.op('sub', { rd: R.s2, rs1: R.s2, rs2: R.s1 });
  a.pass(R.s2);
  return a.image([{ address: tables.base, bytes: tables.bytes }]);
}

const COUNTED: readonly (readonly [string, number, number])[] = [
  ...PMU_EVENTS.filter((e) => e.counter.startsWith('tlb.l1d')).map((e) => [e.counter, e.event, 0] as const),
  ...['tlb.l2.misses', 'walk.count', 'walk.references', 'pwc.hits', 'data.translated', 'exit.total'].map(
    (id) => [id, RAW, rawEvent(id)] as const,
  ),
];

describe.each(['bare', 'nested', 'shadow'] as const)('a counter of a guest under %s', (strategy) => {
  it.each(COUNTED)('has what the lab counts: %s, event %i', async (id, event, data) => {
    for (const engine of ['interp', 'jit'] as const) {
      const run = await runMachine(counting(event, data), { config: machine({ strategy, engine }) });
      expect(run.status, `check ${run.exitCode}: ${run.message}`).toBe('passed');
      expect(Number(BigInt(`0x${run.result}`))).toBe(run.region!.counters[id]);
      if (id !== 'exit.total') expect(run.region!.counters[id]).toBeGreaterThanOrEqual(PAGES - 1);
    }
  });
});

/** Counters are found, set up, started and stopped, and bad requests refused. */
function managing(): Uint8Array {
  const a = new HartGuest();
  const info = (counter: number): number => (63 << 12) | (0xc00 + counter);
  const configure = (error: number, counter: number | null, mask: number, flags: number, event: number, data = 0) =>
    a.sbiIs(error, counter, PMU, CALL.configure, 0, mask, flags, event, data);
  a.sbiIs(0, 3 + HPM_COUNTERS, PMU, CALL.count);
  for (const counter of [0, 2, 3, 2 + HPM_COUNTERS]) a.sbiIs(0, info(counter), PMU, CALL.info, counter);
  for (const counter of [1, 3 + HPM_COUNTERS]) a.sbiIs(-3, null, PMU, CALL.info, counter);
  a.sbiIs(-2, null, PMU, 8, 0, 0, 0);
  // Firmware counters there are none.
  a.sbiIs(-3, null, PMU, 5, 3);
  // Beyond the last; nothing counts that; a counter of the machine, no counter at all; not by these.
  configure(-3, null, 1 << (3 + HPM_COUNTERS), 0, CYCLES!);
  a.sbiIs(-3, null, PMU, CALL.configure, 64, 1, 0, CYCLES!, 0);
  configure(-2, null, ALL, 0, 3);
  for (const id of SHARED_COUNTERS) configure(-2, null, ALL, 0, RAW, COUNTER_IDS.indexOf(id));
  configure(-2, null, ALL, 0, RAW, COUNTER_IDS.length);
  configure(-2, null, 5, 0, RAW, rawEvent('sbi.calls'));
  // All stop; what stands does not move; it starts where it is told.
  a.sbiIs(-3, null, PMU, CALL.stop, 0, 2, 0);
  a.sbiIs(0, null, PMU, CALL.stop, 0, 5, 0);
  a.sbiIs(-8, null, PMU, CALL.stop, 0, 5, 0);
  for (const csr of [0xc00, 0xc02]) {
    a.csrr(R.s1, csr);
    a.nop();
    a.csrr(R.s2, csr);
    a.op('sub', { rd: R.s2, rs1: R.s2, rs2: R.s1 });
    a.check(R.s2, 0);
  }
  configure(0, 2, 5, 0, INSTRUCTIONS!);
  configure(-2, null, 5, 0, INSTRUCTIONS!);
  configure(0, 0, 5, CLEAR, CYCLES!);
  a.csrr(R.s1, 0xc00);
  a.check(R.s1, 0);
  a.sbi(PMU, CALL.start, 2, 1, 1, 1000);
  a.csrr(R.s1, 0xc02);
  a.csrr(R.s2, 0xc02);
  a.check(R.s1, 1000);
  a.check(R.s2, 1001);
  a.sbiIs(-7, null, PMU, CALL.start, 2, 1, 0, 0);
  // Programmable ones: as many as there are.
  const calls = rawEvent('sbi.calls');
  a.sbiIs(-3, null, PMU, CALL.start, 3, 1, 0, 0);
  for (let i = 0; i < HPM_COUNTERS; i++) configure(0, 3 + i, ALL, CLEAR, RAW, calls);
  configure(-2, null, ALL, CLEAR, RAW, calls);
  a.csrr(R.s1, HPM3);
  a.check(R.s1, 0);
  a.sbiIs(0, null, PMU, CALL.start, 3, 1, 1, 40);
  a.sbi(PMU, CALL.count);
  a.sbi(PMU, CALL.count);
  a.csrr(R.s1, HPM3);
  a.check(R.s1, 42);
  // The call that stops it is the last it counts; with 1 it is free again.
  a.sbiIs(0, null, PMU, CALL.stop, 3, 1, 0);
  a.csrr(R.s1, HPM3);
  a.check(R.s1, 43);
  a.sbiIs(-8, null, PMU, CALL.stop, 3, 1, 1);
  a.sbiIs(-8, null, PMU, CALL.stop, 4, 1, 1);
  configure(0, 3, ALL, CLEAR | START, RAW, calls);
  a.pass(R.s0);
  return a.image();
}

it('counters are found, set up, started and stopped, and bad requests refused', async () => {
  const run = await runMachine(managing(), { config: machine() });
  expect(run.status, `check ${run.exitCode}: ${run.message}`).toBe('passed');
});

/** In M-mode a counter counts what mhpmevent says while mcountinhibit lets it; its values are those of the lab's counter. */
function machineCounters(): Uint8Array {
  const COUNTER = 0xb03 + HPM_COUNTERS - 1;
  const EVENT = 0x323 + HPM_COUNTERS - 1;
  const BIT = 1 << (HPM_FIRST + HPM_COUNTERS - 1);
  const INHIBIT = 0x320;
  const a = new HartGuest(0x8000_0000);
  const write = (csr: number, value: number | bigint): void => {
    a.li(R.t0, value);
    a.csrw(csr, R.t0);
  };
  const reads = (csr: number, value: number | bigint): void => {
    a.csrr(R.s1, csr);
    a.check(R.s1, value);
  };
  /** Two of what is counted: fences of everything. */
  const work = (): void => {
    for (let i = 0; i < 2; i++) a.op('sfence.vma', { rs1: 0, rs2: 0 });
  };
  const fences = rawEvent('flush.sfence-all');
  // WARL: what no hart counts is nothing, and a counter of nothing keeps what is written.
  for (const id of SHARED_COUNTERS) {
    write(EVENT, COUNTER_IDS.indexOf(id));
    reads(EVENT, 0);
  }
  write(EVENT, COUNTER_IDS.length);
  reads(EVENT, 0);
  write(COUNTER, -1n);
  work();
  reads(COUNTER, -1n);
  write(COUNTER, 40);
  write(EVENT, fences);
  reads(EVENT, fences);
  work();
  reads(COUNTER, 42);
  // Inhibited it stands, and may be written; then it goes on from there.
  write(INHIBIT, -1n);
  reads(INHIBIT, 5 | (((1 << HPM_COUNTERS) - 1) << HPM_FIRST));
  work();
  reads(COUNTER, 42);
  write(COUNTER, 100);
  work();
  write(INHIBIT, 0xffff_ffff - BIT);
  work();
  reads(COUNTER, 102);
  reads(0xc03 + HPM_COUNTERS - 1, 102);
  // Written while it runs; another event from the same value; none.
  write(COUNTER, -1n);
  work();
  reads(COUNTER, 1);
  write(EVENT, rawEvent('flush.pmp'));
  work();
  reads(COUNTER, 1);
  write(EVENT, 0);
  reads(EVENT, 0);
  write(0xb03 + HPM_COUNTERS, 7);
  reads(0xb03 + HPM_COUNTERS, 0);
  a.pass(R.s0);
  return a.image();
}

it.each(['bare', 'nested', 'shadow'] as const)(
  'machine mode sets counters up by itself, under %s',
  async (strategy) => {
    for (const engine of ['interp', 'jit'] as const) {
      const run = await runMachine(machineCounters(), { config: machine({ strategy, engine }) });
      expect(run.status, `check ${run.exitCode}: ${run.message}`).toBe('passed');
    }
  },
);

it('each hart counts for itself', async () => {
  const a = new HartGuest();
  const configure = () => a.sbiIs(0, 3, PMU, CALL.configure, 0, ALL, CLEAR | START, RAW, rawEvent('sbi.calls'));
  a.startAll(2, 'second');
  configure();
  a.await(0, 1);
  for (let i = 0; i < 3; i++) a.sbi(PMU, CALL.count);
  a.csrr(R.s1, HPM3);
  a.check(R.s1, 3);
  a.pass(R.s1);
  a.label('second');
  a.li(R.s0, 0x8040_0000);
  configure();
  for (let i = 0; i < 10; i++) a.sbi(PMU, CALL.count);
  a.csrr(R.s1, HPM3);
  a.check(R.s1, 10);
  a.put(0, 1);
  a.rest();
  const run = await runMachine(a.image(), { config: machine({ harts: 2 }) });
  expect(run.status, `check ${run.exitCode}: ${run.message}`).toBe('passed');
  expect(run.counters['sbi.calls']).toBe(1 + 2 + 13 + 1);
});
