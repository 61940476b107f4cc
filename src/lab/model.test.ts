import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COUNTER_IDS } from '../abi/counters.ts';
import { EXITS } from '../abi/exits.ts';
import { COST_CLASSES, COST_OF_COUNTER, COSTS } from './costs.ts';
import { costOf, exitLines, modelCycles } from './model.ts';
import { PROFILES, profileByName } from './profile.ts';

const counters = fc.dictionary(fc.constantFrom(...COUNTER_IDS), fc.nat(1_000_000), { maxKeys: 60 });
const profile = fc.constantFrom(...PROFILES.map(({ name }) => profileByName(name)));

describe('the costs', () => {
  it('charge counters that exist, each once, in classes that exist', () => {
    const charged = COSTS.flatMap((cost) => cost.counters);
    expect(charged.filter((id) => !COUNTER_IDS.includes(id))).toEqual([]);
    expect(new Set(charged).size).toBe(charged.length);
    expect(COSTS.filter((cost) => !COST_CLASSES.some(({ id }) => id === cost.class))).toEqual([]);
    expect(COSTS.filter((cost) => cost.counters.length === 0)).toEqual([]);
  });

  it('charge every exit and every page-table reference', () => {
    for (const { id } of EXITS) expect(COST_OF_COUNTER.get(`exit.${id}`)?.class).toBe('exits');
    for (const id of COUNTER_IDS.filter((name) => name.startsWith('walk.ref.'))) {
      expect(COST_OF_COUNTER.get(id)?.class).toBe('walks');
    }
    // Totals would be charged twice.
    for (const id of ['exit.total', 'walk.references', 'walk.count']) expect(COST_OF_COUNTER.has(id)).toBe(false);
  });
});

describe('modelled cycles', () => {
  it('are the sum of count × cost, and of their classes (E16)', () => {
    fc.assert(
      fc.property(counters, profile, (counts, costs) => {
        const { cycles, breakdown } = modelCycles(counts, costs, 0);
        const sum = Object.entries(counts).reduce((total, [id, value]) => total + value * costOf(id, costs), 0);
        expect(cycles).toBe(sum);
        expect(Object.values(breakdown).reduce((total, part) => total + part, 0)).toBe(cycles);
      }),
    );
  });

  it('grow by an event’s cost when it happens once more', () => {
    fc.assert(
      fc.property(counters, profile, fc.constantFrom(...COUNTER_IDS), (counts, costs, id) => {
        const more = { ...counts, [id]: (counts[id] ?? 0) + 1 };
        const gain = modelCycles(more, costs, 0).cycles - modelCycles(counts, costs, 0).cycles;
        expect(gain).toBeCloseTo(costOf(id, costs), 3);
      }),
    );
  });

  it('are a program’s own alone where its kernel did something outside of the machine', () => {
    const whole = (counts: Record<string, number>) => modelCycles(counts, profileByName('flat-1'), 0, true).whole;
    expect(whole({ instret: 10, 'tlb.l2.lookups': 3, 'trap.ecall-u': 0 })).toBe(true);
    expect(whole({ instret: 10, 'trap.ecall-u': 1 })).toBe(false);
    expect(whole({ instret: 10, 'trap.store-page': 1 })).toBe(false);
    expect(modelCycles({ 'trap.ecall-u': 1 }, profileByName('flat-1'), 0).whole).toBe(true);
  });

  it('are divided by iterations where there are any', () => {
    const flat = profileByName('flat-1');
    expect(modelCycles({ instret: 100 }, flat, 20).perIteration).toBe(5);
    expect(modelCycles({ instret: 100 }, flat, 0).perIteration).toBeNull();
  });
});

describe('the exits table', () => {
  it('shares samples and cycles out completely, dearest first', () => {
    const counts = { 'exit.total': 30, 'exit.sbi': 20, 'exit.mmio': 10, 'exit.work.mmio': 100_000 };
    const lines = exitLines(counts, profileByName('skylake'));
    expect(lines.map((line) => line.reason)).toEqual(['mmio', 'sbi']);
    expect(lines.reduce((sum, line) => sum + line.samplesShare, 0)).toBeCloseTo(1);
    expect(lines.reduce((sum, line) => sum + line.cyclesShare, 0)).toBeCloseTo(1);
    expect(lines[1]).toMatchObject({ samples: 20, cycles: 20 * 1529, average: 1529 });
    expect(exitLines({ instret: 5 }, profileByName('skylake'))).toEqual([]);
  });
});
