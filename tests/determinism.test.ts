/** Two runs of a guest are one run: counters and final state do not depend on when, how often or in what slices. */
import { describe, expect, it, vi } from 'vitest';
import { type MachineConfig, MMU_DEFAULT, STRATEGIES } from '../src/abi/config.ts';
import type { RunOutcome } from '../src/abi/machine.ts';
import { Translator, type TranslatorTuning, TUNING } from '../src/engine/translate/translator.ts';
import { createMachineHost } from '../src/machine/host.ts';
import { CSR, configOf, ENTRY, shutdown, supervisor } from './mmu/rig.ts';
import { Assembler, R } from './support/asm.ts';
import { coreModule } from './support/machine.ts';
import { randomGuest } from './vmm/random-guest.ts';

const SMALL = {
  ...MMU_DEFAULT,
  l1i: null,
  l1d: { entries: 4, ways: 2, policy: 'random' },
  l2: { entries: 8, ways: 2, policy: 'lru' },
  walkCache: 2,
} as const;

/** Counts down under a timer that fires often, so that slices fall between interrupts in every way. */
function timerGuest(): Uint8Array {
  const a = new Assembler(ENTRY);
  a.la(R.t0, 'tick');
  a.csrw(CSR.stvec, R.t0);
  a.li(R.t0, 1 << 5);
  a.op('csrrs', { rd: 0, csr: 0x104, rs1: R.t0 });
  a.csrw(0x14d, 0);
  a.op('csrrsi', { rd: 0, csr: CSR.sstatus, imm: 2 });
  a.li(R.s2, 20_000);
  a.label('loop');
  a.op('xor', { rd: R.s1, rs1: R.s1, rs2: R.s2 });
  a.addi(R.s2, R.s2, -1);
  a.bne(R.s2, 0, 'loop');
  a.mv(R.a0, R.s1);
  a.op('slti', { rd: 0, rs1: 0, imm: 3 });
  shutdown(a);
  a.align(4);
  a.label('tick');
  a.csrr(R.t0, 0xc01);
  a.addi(R.t0, R.t0, 137);
  a.csrw(0x14d, R.t0);
  a.op('add', { rd: R.s1, rs1: R.s1, rs2: R.s2 });
  a.op('sret');
  return supervisor(a);
}

/** Reads mtime from the CLINT in the middle of a block, many times over; fails when it is not the time of that instruction. */
function clockGuest(): Uint8Array {
  const a = new Assembler(ENTRY);
  a.li(R.s0, 0x200_bff8);
  a.li(R.s2, 3000);
  a.label('loop');
  a.csrr(R.t0, 0xc01);
  a.op('xor', { rd: R.s1, rs1: R.s1, rs2: R.t0 });
  a.op('ld', { rd: R.t1, rs1: R.s0, imm: 0 });
  a.addi(R.t2, R.t0, 2);
  a.bne(R.t1, R.t2, 'wrong');
  // A block without a system instruction: nothing but the load itself can bring the time up to date.
  a.op('ld', { rd: R.t0, rs1: R.s0, imm: 0 });
  for (let i = 0; i < 5; i++) a.op('xor', { rd: R.s1, rs1: R.s1, rs2: R.t0 });
  a.op('ld', { rd: R.t1, rs1: R.s0, imm: 0 });
  a.addi(R.t0, R.t0, 6);
  a.bne(R.t0, R.t1, 'wrong');
  a.addi(R.s2, R.s2, -1);
  a.bne(R.s2, 0, 'loop');
  a.mv(R.a0, R.s1);
  a.op('slti', { rd: 0, rs1: 0, imm: 3 });
  shutdown(a);
  a.label('wrong');
  shutdown(a, 1);
  return supervisor(a);
}

async function run(
  image: Uint8Array,
  config: MachineConfig,
  slice: number,
  tuning?: TranslatorTuning,
): Promise<RunOutcome> {
  const host = createMachineHost(coreModule(), tuning);
  await host.load(image, config);
  return host.run({ budget: 1_000_000, slice });
}

const visible = ({ wallMs: _wallMs, region: _region, ...rest }: RunOutcome) => rest;

const configs: readonly (readonly [string, MachineConfig])[] = STRATEGIES.flatMap(({ id }) => [
  [id, configOf({ strategy: id, mmu: MMU_DEFAULT })] as const,
  [`${id}, small unified TLBs`, configOf({ strategy: id, mmu: SMALL })] as const,
]);

describe.each(configs)('%s', (_name, config) => {
  const images =
    config.strategy === 'paravirt'
      ? [timerGuest()]
      : [timerGuest(), clockGuest(), randomGuest({ seed: 7, operations: 200, preset: false })];

  it('counts the same twice', async () => {
    for (const image of images) {
      const first = visible(await run(image, config, 10_000_000));
      expect(first.status).toBe('passed');
      expect(visible(await run(image, config, 10_000_000))).toEqual(first);
    }
  });

  it.each([1, 7, 1000])(
    'counts the same in slices of %i',
    async (slice) => {
      for (const image of images) {
        const whole = visible(await run(image, config, 10_000_000));
        expect(visible(await run(image, config, slice))).toEqual(whole);
      }
    },
    60_000,
  );
});

describe('translated code', () => {
  it.each([3, 7, 1000, 10_000_000])(
    'reads the same clock, in slices of %i and bursts of every length',
    async (slice) => {
      const image = clockGuest();
      const sample = vi.spyOn(Translator.prototype, 'sample');
      const whole = visible(await run(image, configOf(), 10_000_000));
      expect(whole.status).toBe('passed');
      const expected = visible(await run(image, configOf({ mmu: MMU_DEFAULT }), 10_000_000));
      for (const burst of [11, 50, 333]) {
        const tuning = { ...TUNING, burst, longestBurst: burst * 8, threshold: 1, mostDoublings: 0, part: 0 };
        expect(visible(await run(image, configOf({ engine: 'jit', mmu: MMU_DEFAULT }), slice, tuning))).toEqual(
          expected,
        );
        expect((sample.mock.contexts.at(-1) as Translator).stats.units).toBeGreaterThan(0);
      }
    },
  );
});

describe('cancel', () => {
  const spin = (): Uint8Array => {
    const a = new Assembler(ENTRY);
    a.label('top');
    a.j('top');
    return supervisor(a);
  };

  it('ends a guest that spins at the end of its slice', async () => {
    const host = createMachineHost(coreModule());
    await host.load(spin(), configOf());
    let slices = 0;
    const outcome = await host.run({ budget: 1e12, slice: 100_000 }, () => {
      if (++slices === 3) host.cancel();
    });
    expect(outcome.status).toBe('cancelled');
    expect(slices).toBe(3);
    expect(outcome.counters.instret).toBe(300_000);
  });

  it('does not outlive the next load', async () => {
    const host = createMachineHost(coreModule());
    await host.load(spin(), configOf());
    host.cancel();
    expect((await host.run({ budget: 10 })).status).toBe('cancelled');
    await host.load(timerGuest(), configOf());
    expect((await host.run({ budget: 1_000_000 })).status).toBe('passed');
  });
});
