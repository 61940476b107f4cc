/** The fast TLB in front of the model: with it or without, every count and every outcome is the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MachineConfig, MMU_DEFAULT } from '../../src/abi/config.ts';
import { randomGuest } from '../vmm/random-guest.ts';
import { configOf, type Patch, Rig } from './rig.ts';
import { traceGuest } from './trace-guest.ts';

const POLICIES = ['direct', 'fifo', 'random'] as const;
const STRATEGIES: readonly Patch[] = [
  {},
  { strategy: 'nested' },
  { strategy: 'shadow', shadow: { policy: 'sync', flood: 0, cachedRoots: true } },
  { strategy: 'shadow', hostPages: '2m', shadow: { policy: 'unsync', flood: 3, cachedRoots: true } },
];

async function outcome(image: Uint8Array, config: MachineConfig, fast: boolean) {
  const rig = await Rig.boot(image, config);
  if (!fast) rig.core.set('FAST_OFF', 1);
  rig.finish();
  return { counters: rig.counters(), digest: rig.digest() };
}

describe.each(STRATEGIES.map((patch) => ({ patch, name: JSON.stringify(patch) })))('$name', ({ patch }) => {
  it.each(POLICIES)('%s', async (policy) => {
    const ways = policy === 'direct' ? 1 : 2;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2 ** 30),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 6 }),
        async (seed, unified, tagged, size) => {
          const l1d = { entries: 2 ** size, ways, policy };
          const mmu = {
            ...MMU_DEFAULT,
            l1d,
            l1i: unified ? null : l1d,
            l2: { ...l1d, entries: 4 * l1d.entries },
            tagged,
          };
          const images = [randomGuest({ seed, operations: 120, preset: false }), traceGuest(seed, 120, false).image];
          for (const image of images) {
            const config = configOf({ ...patch, mmu });
            expect(await outcome(image, config, false)).toEqual(await outcome(image, config, true));
          }
        },
      ),
      { numRuns: 8, seed: 4 },
    );
  });
});

describe('LRU', () => {
  it('asks the model at every access', async () => {
    const lru = { entries: 4, ways: 4, policy: 'lru' } as const;
    const rig = await Rig.boot(traceGuest(3, 100, false).image, configOf({ mmu: { l1d: lru, l1i: null } }));
    expect(rig.core.get('FAST_OFF')).toBe(1n);
  });

  it('keeps what is used, where FIFO gives it up', async () => {
    const misses = async (policy: 'lru' | 'fifo'): Promise<number> => {
      let sum = 0;
      for (let seed = 1; seed <= 10; seed++) {
        const rig = await Rig.boot(
          traceGuest(seed, 150, false).image,
          configOf({ mmu: { l1d: { entries: 8, ways: 8, policy }, l1i: null } }),
        );
        rig.finish();
        sum += rig.counters()['tlb.l1d.misses']!;
      }
      return sum;
    };
    expect(await misses('lru')).toBeLessThan(await misses('fifo'));
  });
});
