/**
 * A bits that a guest clears without a fence: whether the next access sets them again is up to what translations are still cached
 * (privileged specification 12.2.1, 12.3.1), so here strategies may differ, and after a fence they may not.
 */
import { describe, expect, it } from 'vitest';
import { MMU_DEFAULT } from '../../src/abi/config.ts';
import { CSR, configOf, ENTRY, type Patch, Rig, shutdown, supervisor } from '../mmu/rig.ts';
import { entry, PTE, RAM, RWAD, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';

const TABLES = RAM + 0x40_0000;
const PAGE_VA = 0x4000_0000n;
const DATA = RAM + 0x50_0000;

/** Reads a page, clears the A bit of its entry, fences if it is told to, reads the page again: s2 is the entry after that. */
function agingGuest(fence: boolean): Uint8Array {
  const tables = new Tables(TABLES, 8);
  const root = tables.page();
  tables.set(tables.slot(root, 3, BigInt(RAM), 2), entry(RAM, RWXAD));
  tables.map(root, 3, PAGE_VA, DATA, RWAD & ~PTE.A & ~PTE.D);
  const a = new Assembler(ENTRY);
  a.li(R.t0, satpOf(root, 3));
  a.csrw(CSR.satp, R.t0);
  a.op('sfence.vma', { rs1: 0, rs2: 0 });
  a.li(R.s0, PAGE_VA);
  a.li(R.s1, tables.slot(root, 3, PAGE_VA, 0));
  a.ld(R.t0, 0, R.s0);
  a.ld(R.s3, 0, R.s1);
  a.li(R.t1, ~PTE.A);
  a.op('amoand.d', { rd: 0, rs1: R.s1, rs2: R.t1 });
  if (fence) a.op('sfence.vma', { rs1: R.s0, rs2: 0 });
  a.ld(R.t0, 0, R.s0);
  a.ld(R.s2, 0, R.s1);
  shutdown(a);
  return supervisor(a, [{ address: TABLES, bytes: tables.bytes }]);
}

async function accessedAgain(fence: boolean, patch: Patch): Promise<boolean> {
  const rig = await Rig.boot(agingGuest(fence), configOf(patch));
  rig.finish();
  expect(rig.register(R.s3) & PTE.A).toBe(PTE.A);
  return (rig.register(R.s2) & PTE.A) !== 0n;
}

const ways: readonly (readonly [string, Patch, boolean])[] = [
  ['bare', { strategy: 'bare', mmu: MMU_DEFAULT }, false],
  ['bare without a TLB', { strategy: 'bare' }, true],
  ['nested', { strategy: 'nested', mmu: MMU_DEFAULT }, false],
  ['nested without a TLB', { strategy: 'nested' }, true],
  [
    'unsync shadow',
    { strategy: 'shadow', mmu: MMU_DEFAULT, shadow: { policy: 'unsync', flood: 0, cachedRoots: true } },
    false,
  ],
  [
    'unsync shadow without a TLB',
    { strategy: 'shadow', shadow: { policy: 'unsync', flood: 0, cachedRoots: true } },
    false,
  ],
  [
    'synchronous shadow',
    { strategy: 'shadow', mmu: MMU_DEFAULT, shadow: { policy: 'sync', flood: 0, cachedRoots: true } },
    true,
  ],
];

describe.each(ways)('an A bit that is cleared, under %s', (_, patch, again) => {
  it(`is ${again ? 'set again' : 'left clear'} by the next access while there was no fence`, async () => {
    expect(await accessedAgain(false, patch)).toBe(again);
  });

  it('is set again after a fence', async () => {
    expect(await accessedAgain(true, patch)).toBe(true);
  });
});
