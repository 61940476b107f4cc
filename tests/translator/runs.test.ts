/** Loops that go through memory, whose turns are run at once: the same outcome as interpreted, wherever pages, slices and loops end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import { PAGE } from '../mmu/tables.ts';
import { EAGER, expectEqual, translator } from './engines.ts';
import { WALKED_PAGES, type WalkLoop, type WalkStep, walkedLoop } from './guests-loops.ts';

const pointer = fc.integer({ min: 0, max: 2 });
const width = fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3);
const step: fc.Arbitrary<WalkStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('load', 'store'),
      pointer,
      width,
      imm: fc.integer({ min: -40, max: 600 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('move'),
      pointer,
      by: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(1, 2, 4, 8, -1, -4, -8) },
        { weight: 1, arbitrary: fc.integer({ min: -700, max: 700 }) },
      ),
      through: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('indexed'), pointer, times: fc.integer({ min: 0, max: 10 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('word'),
      pointer,
      times: fc.integer({ min: 0, max: 3 }),
      by: fc.constantFrom(1, 2, -1, 7),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('skip', 'inner', 'call'), bits: fc.constantFrom(1, 3, 0x40) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave'), bits: fc.constantFrom(0xff, 0x7f) }) },
) as fc.Arbitrary<WalkStep>;

const loop: fc.Arbitrary<WalkLoop> = fc.record({
  rounds: fc.constant(3),
  turns: fc.integer({ min: 1, max: 2500 }),
  word: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 900 }) },
    { weight: 3, arbitrary: fc.integer({ min: -900, max: -1 }) },
    { weight: 1, arbitrary: fc.constantFrom(2 ** 31 - 20, 2 ** 29 - 5) },
  ),
  starts: fc.array(fc.integer({ min: PAGE, max: (WALKED_PAGES / 2) * PAGE }), { minLength: 3, maxLength: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 9 }),
  sealed: fc.array(fc.integer({ min: 0, max: WALKED_PAGES - 1 }), { maxLength: 2 }),
});

/** What is hashed at the end of a run. */
const SMALL = { memory: 8 * 2 ** 20 } as const;

const CONFIGS: readonly (Partial<MachineConfig> & { name: string })[] = [
  { name: 'bare' },
  { name: 'nested', strategy: 'nested' },
  {
    name: 'a TLB of four pages',
    mmu: { ...MACHINE_DEFAULT.mmu, l1d: { entries: 4, ways: 2, policy: 'random' } },
  },
];

describe.each(CONFIGS)('loops through memory: $name', ({ name: _, ...settings }) => {
  const config = { ...SMALL, ...settings };
  it.each([
    ['often', { burst: 60, longestBurst: 700 }],
    ['seldom', { burst: 300, longestBurst: 50_000 }],
  ] as const)('end as interpreted, looked at %s', async (_, bursts) => {
    const tuning = { ...EAGER, ...bursts };
    let units = 0;
    await fc.assert(
      fc.asyncProperty(loop, fc.integer({ min: 200, max: 40_000 }), async (shape, budget) => {
        const image = walkedLoop(shape);
        const { status } = await expectEqual(image, config, tuning);
        expect(status).toBe('passed');
        // A run ends at the first end of a block at which its budget is spent.
        await expectEqual(image, config, tuning, budget);
        units += translator().stats.units;
      }),
      { numRuns: 30, seed: 7 },
    );
    expect(units).toBeGreaterThan(20);
  });
});

describe('an index that is a word', () => {
  it('is negative, where the page it comes to is known, but 2^32 below', async () => {
    const shape: WalkLoop = {
      rounds: 9,
      turns: 400,
      starts: [4 * PAGE + 290, PAGE, PAGE],
      word: -300,
      steps: [
        { kind: 'load', pointer: 0, imm: 0, width: 3 },
        { kind: 'word', pointer: 0, times: 0, by: 1 },
      ],
      sealed: [],
    };
    await expectEqual(walkedLoop(shape), SMALL, { ...EAGER, longestBurst: 50_000 });
    expect(translator().stats.units).toBeGreaterThan(0);
  });
});

describe('the account of a loop', () => {
  it('is left with what the way behind the loop takes', async () => {
    const shape: WalkLoop = {
      rounds: 60,
      turns: 33,
      starts: [PAGE, 2 * PAGE, 3 * PAGE],
      word: 0,
      // Eight instructions a turn: a power of two leaves nothing over.
      steps: [
        { kind: 'load', pointer: 0, imm: 0, width: 3 },
        ...Array.from({ length: 4 }, () => ({ kind: 'move', pointer: 0, by: 2, through: false }) as const),
      ],
      sealed: [],
    };
    const image = walkedLoop(shape);
    const tuning = { ...EAGER, longestBurst: 50_000 };
    for (let budget = 12_000; budget < 12_400; budget += 5) await expectEqual(image, SMALL, tuning, budget);
    expect(translator().stats.units).toBeGreaterThan(0);
  });
});
