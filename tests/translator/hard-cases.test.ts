/** What is hard to translate, under both engines: the same state, checksum and counters, down to the last one. */
import { describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import type { TranslatorTuning } from '../../src/engine/translate/translator.ts';
import { EAGER, expectEqual, expectTranslation, translator } from './engines.ts';
import { aliases, generated, patchedCaller, remapped, vanishingPage } from './guests-changing.ts';
import { ASTRAY, floatModes, listAstray } from './guests-loops.ts';
import {
  chainOverPages,
  distinctLoops,
  farTables,
  growingTables,
  interrupted,
  recursion,
  threaded,
} from './guests-passing.ts';

expectTranslation();

/** Samples so often that a translation comes between any two instructions of a short guest. */
const OFTEN: TranslatorTuning = { ...EAGER, burst: 60, longestBurst: 700, mostDoublings: 0 };

async function expectPassed(image: Uint8Array, config: Partial<MachineConfig> = {}, tuning = EAGER) {
  const outcome = await expectEqual(image, config, tuning);
  expect(outcome).toMatchObject({ status: 'passed', result: expect.stringMatching(/^(?!0{16})[0-9a-f]{16}$/) });
  return outcome;
}

const STRATEGIES: readonly Partial<MachineConfig>[] = [
  { strategy: 'bare' },
  { strategy: 'nested' },
  { strategy: 'shadow' },
  { strategy: 'bare', mmu: { ...MACHINE_DEFAULT.mmu, l1i: null } },
];

describe.each(STRATEGIES)('paging: %j', (config) => {
  it('runs one page at many addresses, before different pages', async () => {
    await expectPassed(aliases(64, 60), config, OFTEN);
  });

  it.each(['fence', 'stale', 'satp'] as const)('calls what a page has become: %s', async (how) => {
    await expectPassed(remapped(how, 600), config, OFTEN);
  });

  it.each([9, 60, 250])('goes from each of %i handlers to the next', async (handlers) => {
    await expectPassed(threaded(handlers, 20_000), config);
    await expectPassed(threaded(handlers, 4000), config, OFTEN);
    expect(translator().stats.units).toBeGreaterThan(1);
  });

  it('follows a list that leads astray', async () => {
    const { counters } = await expectPassed(listAstray(300), config);
    expect(counters['trap.load-page']).toBeGreaterThanOrEqual(300 * ASTRAY.length);
  });

  it.each(['call', 'fall', 'straddle'] as const)('faults in the midst of a chain of calls: %s', async (how) => {
    const { counters } = await expectPassed(vanishingPage(how, 800), config, OFTEN);
    expect(counters['trap.fetch-page']).toBe(100);
  });
});

describe('calls', () => {
  it.each(['data', 'code'] as const)('return into a page that was stored into meanwhile: %s', async (into) => {
    await expectPassed(patchedCaller(into, 1000), {}, OFTEN);
  });

  it('go over more pages than are kept decoded', async () => {
    await expectPassed(chainOverPages(12, 300));
    await expectPassed(chainOverPages(12, 300), { codePages: 4 });
  });

  it('nest deeper than translated code does', async () => {
    await expectPassed(recursion(1000, 12));
  });

  it('go through tables that grow', async () => {
    await expectPassed(growingTables(48, 400));
  });

  it('go through tables that lie far apart', async () => {
    await expectPassed(farTables(3000));
  });
});

describe('state that changes beneath a loop', () => {
  it.each([3, 40, 150])('is interrupted after every number of instructions up to %i', async (longest) => {
    await expectPassed(interrupted(6000, longest), {}, OFTEN);
  });

  it('rounds and accrues flags in every mode', async () => {
    await expectPassed(floatModes(1500));
  });
});

describe('very much code', () => {
  it('is translated within a budget that is far too small', async () => {
    await expectPassed(distinctLoops(600, 40, 3), { codePages: 4 }, { ...OFTEN, codeBudget: 20_000 });
    expect(translator().stats.flushes).toBeGreaterThan(10);
  });

  it.each([1, 3, 800])('is written by the guest itself, to %i places in turn', async (places) => {
    await expectPassed(generated(800, places, 30), {}, OFTEN);
  });
});
