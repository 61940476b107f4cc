/**
 * Random programs, machine mode, Sv39 and Sv48 and all, leave the same signature under every strategy, hosting and MMU
 * geometry: they change counts, never outcomes (law E17).
 */
import { describe, expect, it } from 'vitest';
import { type MachineConfig, MMU_DEFAULT, MMU_OFF } from '../../src/abi/config.ts';
import { runMachine } from '../support/machine.ts';
import { generate } from './generate.ts';

const SEED = 99;
const PROGRAMS = 6;
const SIZE = 3_000;
const MEMORY = 32 * 2 ** 20;

const TINY = {
  ...MMU_DEFAULT,
  l1i: { entries: 4, ways: 1, policy: 'direct' },
  l1d: { entries: 4, ways: 1, policy: 'direct' },
  l2: { entries: 8, ways: 2, policy: 'random' },
} as const;

const CONFIGS: Readonly<Record<string, Partial<MachineConfig>>> = {
  'counting off': { counting: false },
  'no TLB': { mmu: MMU_OFF },
  'a tiny TLB': { mmu: TINY },
  'no tags': { mmu: { ...MMU_DEFAULT, tagged: false } },
  'LRU, unified': { mmu: { ...MMU_DEFAULT, l1i: null, l1d: { entries: 16, ways: 16, policy: 'lru' } } },
  nested: { strategy: 'nested' },
  'nested with 2 MiB pages': { strategy: 'nested', hostPages: '2m' },
  'nested, no TLB': { strategy: 'nested', mmu: MMU_OFF },
  'nested, type 2': { strategy: 'nested', hosting: 'type2' },
  shadow: { strategy: 'shadow' },
  'shadow, synchronous': { strategy: 'shadow', shadow: { policy: 'sync', flood: 0, cachedRoots: true } },
  'shadow, a tiny TLB': { strategy: 'shadow', mmu: TINY },
  'shadow, type 2': { strategy: 'shadow', hosting: 'type2' },
};

describe.each(Array.from({ length: PROGRAMS }, (_, i) => i))('random program %i', (number) => {
  const { elf } = generate({ seed: SEED, number, instructions: SIZE, leaveOut: new Set() });
  const signature = async (config: Partial<MachineConfig>) => {
    const { status, console: printed } = await runMachine(elf, { config: { memory: MEMORY, ...config } });
    return { status, printed };
  };
  const bare = signature({});

  it('ends', async () => {
    expect((await bare).status).toBe('passed');
  });

  it.each(Object.entries(CONFIGS))('leaves the same signature: %s', async (_, config) => {
    expect(await signature(config)).toEqual(await bare);
  });
});
