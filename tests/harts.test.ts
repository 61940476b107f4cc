/** Several harts: what the SBI and the CLINT do between them, whose turn it is, and what is counted of each. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MachineConfig, MMU_DEFAULT } from '../src/abi/config.ts';
import type { Counters } from '../src/abi/counters.ts';
import { InputError } from '../src/abi/errors.ts';
import { EVENT } from '../src/abi/events.ts';
import { TURN } from '../src/abi/layout.ts';
import { createCore } from '../src/engine/core.ts';
import { restoreCore, saveCore } from '../src/engine/snapshot.ts';
import { hartCounters } from '../src/engine/state.ts';
import { CSR } from './conformance/environment.ts';
import { configOf, Rig } from './mmu/rig.ts';
import { R } from './support/asm.ts';
import {
  clocks,
  directPaging,
  EXTENSION,
  fences,
  HartGuest,
  interrupts,
  machineMode,
  startAndStop,
  sums,
  suspend,
} from './support/hart-guests.ts';
import { coreModule, runMachine } from './support/machine.ts';

const STRATEGIES = ['bare', 'nested', 'shadow'] as const;
const machine = (harts: number, patch: Partial<MachineConfig> = {}): MachineConfig => ({
  ...configOf({ mmu: MMU_DEFAULT }),
  harts,
  ...patch,
});

const GUESTS: readonly (readonly [string, number, Uint8Array])[] = [
  ['start, stop and say how they are', 2, startAndStop()],
  ['interrupt each other', 4, interrupts(4)],
  ['suspend, with and without their registers', 2, suspend()],
  ['add to one word, eight of them', 8, sums(8, 3000)],
  ['never see time go back', 5, clocks(5, 300)],
  ['fence each other’s translations', 2, fences({ asid: false, stale: false })],
  ['fence each other’s translations of an address space', 2, fences({ asid: true, stale: false })],
  ['start in machine mode and use the CLINT', 6, machineMode(6)],
];

describe.each(GUESTS)('harts that %s', (_, harts, image) => {
  it('do so under every strategy and engine, and count the same', async () => {
    const digests = new Set<string>();
    for (const strategy of STRATEGIES) {
      const seen: Counters[] = [];
      for (const engine of ['interp', 'jit'] as const) {
        const run = await runMachine(image, { config: machine(harts, { strategy, engine }) });
        expect(run.status, `check ${run.exitCode}: ${run.message}`).toBe('passed');
        digests.add(run.digest);
        seen.push(run.counters);
      }
      expect(seen[1]).toEqual(seen[0]);
    }
    expect(digests.size).toBe(1);
  });
});

const PARAVIRTUAL: readonly (readonly [string, number, Uint8Array])[] = [
  ['interrupt each other', 4, interrupts(4)],
  ['add to one word, eight of them', 8, sums(8, 3000)],
  ['never see time go back', 5, clocks(5, 300)],
  ['share a root, and neither writes a table nor satp', 2, directPaging()],
];

it.each(PARAVIRTUAL)('harts of a paravirtual guest %s', async (_, harts, image) => {
  const seen: Counters[] = [];
  for (const engine of ['interp', 'jit'] as const) {
    const run = await runMachine(image, { config: machine(harts, { strategy: 'paravirt', engine }) });
    expect(run.status, `check ${run.exitCode}: ${run.message}`).toBe('passed');
    seen.push(run.counters);
  }
  expect(seen[1]).toEqual(seen[0]);
});

it('each hart has TLBs of its own: one goes on with the old page until it is fenced', async () => {
  const run = await runMachine(fences({ asid: true, stale: true }), { config: machine(2) });
  expect(run.status, `check ${run.exitCode}: ${run.message}`).toBe('passed');
  expect(run.counters['flush.sfence-va-asid']).toBe(1);
});

it('how a run is sliced shows in nothing', async () => {
  const image = clocks(3, 60);
  const config = machine(3, { strategy: 'shadow' });
  const whole = await Rig.boot(image, config);
  whole.finish();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 8 }), async (slices) => {
      const rig = await Rig.boot(image, config);
      for (let i = 0; !rig.ended; i++) rig.advance(slices[i % slices.length]!);
      expect(rig.digest()).toBe(whole.digest());
      expect(rig.counters()).toEqual(whole.counters());
    }),
    { numRuns: 12 },
  );
});

it('a saved machine goes on as the unbroken one, whichever hart was running', async () => {
  const config = machine(4);
  const image = sums(4, 900);
  let rig = await Rig.boot(image, config);
  const running = new Set<bigint>();
  while (!rig.ended) {
    rig.advance(TURN / 2 + 7);
    running.add(rig.core.get('HART'));
    const state = saveCore(rig.core);
    const ended = rig.ended;
    rig = await Rig.boot(image, config);
    restoreCore(rig.core, state, false);
    rig.ended = ended;
  }
  expect(running).toEqual(new Set([0n, 1n, 2n, 3n]));
  expect(rig.ended).toBe(EVENT.exit);
  const unbroken = await Rig.boot(image, config);
  unbroken.finish();
  expect(rig.digest()).toBe(unbroken.digest());
  expect(rig.counters()).toEqual(unbroken.counters());
});

it('counters are the sums of those of the harts, which retire in turn', async () => {
  const rig = await Rig.boot(sums(4, 20_000), machine(4));
  rig.finish();
  const total = rig.counters();
  const each = [0, 1, 2, 3].map((hart) => hartCounters(rig.core, hart));
  const shared = new Set(['idle', 'vmm.frames', 'vmm.table-frames']);
  for (const id of Object.keys(total)) {
    if (!shared.has(id)) expect([id, each.reduce((sum, c) => sum + (c[id] ?? 0), 0)]).toEqual([id, total[id]]);
  }
  // All have the same work, and a turn is a turn.
  for (const counters of each) expect(counters.instret! / (total.instret! / 4)).toBeCloseTo(1, 0);
  // As long as all four are awake, four instructions are a tick.
  const ticks = Number(rig.core.now());
  expect(ticks).toBeLessThan(total.instret! / 3);
  expect(ticks).toBeGreaterThan(total.instret! / 5);
});

it.each([
  [machine(0), 'a machine of 0 harts'],
  [machine(9), 'a machine of 9 harts'],
])('a machine that can’t be is refused: %#', async (config, message) => {
  const made = createCore(coreModule(), config);
  await expect(made).rejects.toThrow(InputError);
  await expect(made).rejects.toThrow(message);
});

it('harts that all stop, or all wait for nothing, end as stalled', async () => {
  for (const stop of [true, false]) {
    const a = new HartGuest();
    a.startAll(3, 'end');
    a.label('end');
    if (stop) a.sbi(EXTENSION.HSM, 1);
    else a.rest();
    const run = await runMachine(a.image(), { config: machine(3) });
    expect(run.status).toBe('stalled');
  }
});

/** Values that calls are tried with: harts, addresses in and out of RAM, masks, sizes, and their edges. */
const awkward = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom(-1n, 1n << 63n, 0x8020_0000, 0x8040_0000, 0x8000_0001, 0xffff_f000, 4096, 4097, 0xfff, 64, 1 << 16),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);
const CALLED = [0x10, 0x5449_4d45, EXTENSION.IPI, EXTENSION.RFENCE, EXTENSION.HSM, 0x4442_434e, 0x50_4d55];
const call = fc.record({
  extension: fc.constantFrom(...CALLED),
  number: fc.integer({ min: 0, max: 8 }),
  args: fc.array(awkward, { minLength: 5, maxLength: 5 }),
});

it('whatever harts ask of the SBI, the machine stands, and is the same under every strategy', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(call, { minLength: 1, maxLength: 12 }), { minLength: 3, maxLength: 3 }),
      async (scripts) => {
        const a = new HartGuest();
        scripts.forEach((_, hart) => {
          if (hart) a.sbi(EXTENSION.HSM, 0, hart, `script${hart}`, 0);
        });
        scripts.forEach((calls, hart) => {
          a.label(`script${hart}`);
          a.li(R.t0, (1 << 5) | (1 << 1));
          a.csrw(CSR.sie, R.t0);
          for (const { extension, number, args } of calls) a.sbi(extension, number, ...args);
          a.sbi(EXTENSION.HSM, 1);
        });
        const image = a.image();
        const digests = new Set<string>();
        for (const strategy of STRATEGIES) {
          const run = await runMachine(image, { config: machine(3, { strategy }), budget: 20_000 });
          expect(run.message).not.toMatch(/internal error/);
          digests.add(run.digest);
        }
        expect(digests.size).toBe(1);
        const run = await runMachine(image, { config: machine(3, { strategy: 'paravirt' }), budget: 20_000 });
        expect(run.message).not.toMatch(/internal error/);
      },
    ),
    { numRuns: 60 },
  );
});
