/** The shadow, looked at from outside while random guests run: it never grants what the guest's own tables do not. */
import { describe, expect, it } from 'vitest';
import { MMU_DEFAULT } from '../../src/abi/config.ts';
import { CSR, configOf, ENTRY, type Patch, Rig, shutdown, supervisor } from '../mmu/rig.ts';
import { entry, PAGE, PTE, RAM, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';
import { randomGuest } from './random-guest.ts';
import { auditShadow } from './shadow-audit.ts';

const POLICIES: Readonly<Record<string, Patch>> = {
  synchronous: { shadow: { policy: 'sync', flood: 0, cachedRoots: true } },
  'synchronous with flood handling': { shadow: { policy: 'sync', flood: 3, cachedRoots: true } },
  unsync: { shadow: { policy: 'unsync', flood: 0, cachedRoots: true } },
  'unsync with flood handling': { shadow: { policy: 'unsync', flood: 2, cachedRoots: true } },
  'no roots kept': { shadow: { policy: 'unsync', flood: 4, cachedRoots: false } },
  '2 MiB host pages': { hostPages: '2m', shadow: { policy: 'unsync', flood: 4, cachedRoots: true } },
  '1 GiB host pages': { hostPages: '1g', shadow: { policy: 'sync', flood: 0, cachedRoots: true } },
  'type 2': { hosting: 'type2', shadow: { policy: 'unsync', flood: 4, cachedRoots: true } },
};

describe.each(Object.entries(POLICIES))('%s', (_name, patch) => {
  it('stays within the guest’s tables, whole and closed', async () => {
    let leaves = 0;
    let writable = 0;
    let cached = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const image = randomGuest({ seed, operations: 150, preset: false, fences: seed <= 9 });
      const rig = await Rig.boot(image, configOf({ strategy: 'shadow', mmu: MMU_DEFAULT, ...patch }));
      while (!rig.ended) {
        rig.advance(97);
        const audit = auditShadow(rig);
        expect(audit.problems.map((problem) => `seed ${seed}, pc 0x${rig.pc.toString(16)}: ${problem}`)).toEqual([]);
        leaves += audit.leaves;
        writable += audit.writable;
        cached += audit.cached;
      }
    }
    // The audit had something to look at.
    expect(Math.min(leaves, writable, cached)).toBeGreaterThan(100);
  });
});

describe('when the pool runs out', () => {
  const SPACES = 700;
  const TABLES = RAM + 0x40_0000;
  const SCRATCH = RAM + 0x18_0000;

  /** Many address spaces, each touched once and again: more tables than the VMM's pool has frames for. */
  function manySpaces(): Uint8Array {
    const tables = new Tables(TABLES, SPACES * 3 + 1);
    const shared = tables.page();
    for (let i = 0; i < 512; i++) tables.set(shared + i * 8, entry(RAM + i * PAGE, RWXAD));
    const roots: number[] = [];
    for (let i = 0; i < SPACES; i++) {
      const root = tables.page();
      const middle = tables.page();
      const leaf = tables.page();
      tables.set(root + 8, entry(middle, 1n));
      tables.set(middle, entry(leaf, 1n));
      tables.set(leaf, entry(SCRATCH + (i % 16) * PAGE, RWXAD));
      tables.set(root + 16, entry(RAM, RWXAD));
      roots.push(root);
    }
    const a = new Assembler(ENTRY);
    a.li(R.s2, 2);
    a.label('round');
    a.li(R.t0, roots[0]!);
    a.li(R.t1, SPACES);
    a.li(R.t2, 0x4000_0000);
    a.li(R.s4, satpOf(0, 3, 0));
    a.li(R.s5, 3 * PAGE);
    a.label('next');
    a.op('srli', { rd: R.t3, rs1: R.t0, imm: 12 });
    a.op('or', { rd: R.t3, rs1: R.t3, rs2: R.s4 });
    a.op('slli', { rd: R.t4, rs1: R.t1, imm: 44 });
    a.op('or', { rd: R.t3, rs1: R.t3, rs2: R.t4 });
    a.csrw(CSR.satp, R.t3);
    a.ld(R.t4, 0, R.t2);
    a.op('add', { rd: R.t4, rs1: R.t4, rs2: R.t1 });
    a.sd(R.t4, 0, R.t2);
    a.op('add', { rd: R.t0, rs1: R.t0, rs2: R.s5 });
    a.addi(R.t1, R.t1, -1);
    a.bne(R.t1, 0, 'next');
    a.addi(R.s2, R.s2, -1);
    a.bne(R.s2, 0, 'round');
    shutdown(a);
    return supervisor(a, [{ address: TABLES, bytes: tables.bytes }]);
  }

  it.each(['sync', 'unsync'] as const)('%s: everything starts afresh, and the guest sees nothing', async (policy) => {
    const memory = 16 * 2 ** 20;
    const image = manySpaces();
    const bare = await Rig.boot(image, configOf({ memory }));
    bare.finish();
    const rig = await Rig.boot(
      image,
      configOf({ memory, strategy: 'shadow', shadow: { policy, flood: 0, cachedRoots: true }, mmu: MMU_DEFAULT }),
    );
    const pool = (Number(rig.core.get('POOL_END')) - Number(rig.core.get('POOL_BASE'))) / PAGE;
    let used = 0;
    let dropped = 0;
    while (!rig.ended) {
      rig.advance(500);
      const now = rig.counters()['vmm.table-frames']!;
      expect(now).toBeLessThanOrEqual(pool);
      if (now < used) dropped++;
      used = now;
    }
    expect(dropped).toBeGreaterThan(0);
    expect(auditShadow(rig).problems).toEqual([]);
    expect(rig.digest()).toBe(bare.digest());
  });
});

describe('a guest superpage the host backs with small pages', () => {
  const TABLES = RAM + 0x60_0000;
  const LARGE = RAM + 0x40_0000;
  const CLEAN = RWXAD & ~PTE.D;

  /** Two clean superpages over one range: what is written through the first does not make the second dirty. */
  function twoViews(): Uint8Array {
    const tables = new Tables(TABLES, 3);
    const root = tables.page();
    tables.map(root, 3, BigInt(RAM), RAM, RWXAD, 2);
    tables.map(root, 3, 0x4000_0000n, LARGE, CLEAN, 1);
    tables.map(root, 3, 0x4020_0000n, LARGE, CLEAN, 1);
    const a = new Assembler(ENTRY);
    a.li(R.t0, satpOf(root, 3, 1));
    a.csrw(CSR.satp, R.t0);
    a.li(R.t0, 0x4000_0000);
    a.li(R.t1, 0x4020_0000);
    for (const base of [R.t0, R.t1]) a.ld(R.t2, 0, base);
    a.sd(R.t0, 0, R.t0);
    a.li(R.t3, tables.slot(root, 3, 0x4020_0000n, 1));
    a.ld(R.s1, 0, R.t3);
    a.sd(R.t1, 0, R.t1);
    a.ld(R.s2, 0, R.t3);
    shutdown(a);
    return supervisor(a, [{ address: TABLES, bytes: tables.bytes }]);
  }

  it.each(['4k', '2m'] as const)('%s: each entry has its own D bit', async (hostPages) => {
    for (const strategy of ['bare', 'nested', 'shadow'] as const) {
      const rig = await Rig.boot(twoViews(), configOf({ strategy, hostPages }));
      rig.finish();
      expect([rig.register(R.s1) & PTE.D, rig.register(R.s2) & PTE.D]).toEqual([0n, PTE.D]);
    }
  });
});
