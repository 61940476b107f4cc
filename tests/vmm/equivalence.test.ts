/** Law E17 on random guests: every strategy and policy of the VMM, and every TLB, leaves the guest in the same state. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MMU_DEFAULT } from '../../src/abi/config.ts';
import { EVENT } from '../../src/abi/events.ts';
import { configOf, type Patch, Rig } from '../mmu/rig.ts';
import { randomGuest } from './random-guest.ts';

const SMALL = {
  l1i: { entries: 4, ways: 2, policy: 'random' },
  l1d: { entries: 4, ways: 2, policy: 'fifo' },
  l2: { entries: 16, ways: 4, policy: 'lru' },
  walkCache: 4,
  nestedTlb: 4,
} as const;
const UNIFIED = {
  l1i: null,
  l1d: { entries: 8, ways: 8, policy: 'lru' },
  tagged: false,
  walkCache: 16,
  nestedTlb: 8,
} as const;
const SYNC = { policy: 'sync', flood: 0, cachedRoots: true } as const;
const UNSYNC = { policy: 'unsync', flood: 0, cachedRoots: true } as const;

const MACHINES: Readonly<Record<string, Patch>> = {
  'bare, default TLBs': { mmu: MMU_DEFAULT },
  'bare, small TLBs': { mmu: SMALL },
  'bare, unified without tags': { mmu: UNIFIED },
  'bare, not counting': { counting: false, mmu: MMU_DEFAULT },
  nested: { strategy: 'nested', mmu: MMU_DEFAULT },
  'nested, 2 MiB host pages': { strategy: 'nested', hostPages: '2m', mmu: SMALL },
  'nested, Sv48x4, no tags': { strategy: 'nested', hostLevels: 4, mmu: UNIFIED },
  'nested, type 2': { strategy: 'nested', hosting: 'type2', mmu: SMALL },
  'shadow, synchronous': { strategy: 'shadow', shadow: SYNC },
  'shadow, synchronous, TLBs': { strategy: 'shadow', shadow: SYNC, mmu: MMU_DEFAULT },
  'shadow, unsync': { strategy: 'shadow', shadow: UNSYNC },
  'shadow, unsync, small TLBs': { strategy: 'shadow', shadow: UNSYNC, mmu: SMALL },
  'shadow, flood': { strategy: 'shadow', shadow: { ...UNSYNC, flood: 2 }, mmu: SMALL },
  'shadow, sync, flood': { strategy: 'shadow', shadow: { ...SYNC, flood: 3 }, mmu: MMU_DEFAULT },
  'shadow, no roots kept': { strategy: 'shadow', shadow: { ...UNSYNC, cachedRoots: false }, mmu: SMALL },
  'shadow, no tags': { strategy: 'shadow', shadow: UNSYNC, mmu: UNIFIED },
  'shadow, 2 MiB host pages': { strategy: 'shadow', shadow: UNSYNC, hostPages: '2m', mmu: SMALL },
  'shadow, 1 GiB host pages': { strategy: 'shadow', shadow: SYNC, hostPages: '1g', mmu: SMALL },
  'shadow, type 2': { strategy: 'shadow', hosting: 'type2', mmu: SMALL },
  'shadow, not counting': { strategy: 'shadow', shadow: UNSYNC, counting: false },
};

async function finalState(image: Uint8Array, patch: Patch) {
  const rig = await Rig.boot(image, configOf({ memory: 8 * 2 ** 20, ...patch }));
  rig.finish();
  return { ended: rig.ended, seen: rig.core.get('RESULT'), instret: rig.core.get('INSTRET'), digest: rig.digest() };
}

describe.each(['hardware', 'fault'] as const)('A and D by %s', (adUpdate) => {
  it.each(Object.entries(MACHINES))('%s', async (_name, patch) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 30 }),
        fc.integer({ min: 1, max: 250 }),
        async (seed, operations) => {
          const image = randomGuest({ seed, operations, preset: adUpdate === 'fault' });
          const expected = await finalState(image, { adUpdate });
          expect(expected.ended).toBe(EVENT.exit);
          expect(await finalState(image, { ...patch, adUpdate })).toEqual(expected);
        },
      ),
      { numRuns: 15, seed: 20261123 },
    );
  });
});
