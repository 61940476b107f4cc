/** Laws of translation on guests of a few instructions: what one load, one fault, one fence costs, by counting alone. */
import { describe, expect, it } from 'vitest';
import { type MachineConfig, MMU_OFF } from '../../src/abi/config.ts';
import type { Counters } from '../../src/abi/counters.ts';
import { Assembler, R } from '../support/asm.ts';
import { CSR, configOf, ENTRY, type Patch, Rig, shutdown, supervisor } from './rig.ts';
import { entry, PAGE, PTE, RAM, RWXAD, satpOf, Tables } from './tables.ts';

const TABLES = 0x8030_0000;
/** Where a leaf of level 0 or 1 may point: 2 MiB aligned. */
const TARGET = RAM + 0x40_0000;
const VA = 0x4000_0000n;
/** Another gigabyte. */
const FAR = 0x1_0000_0000n;

interface Shape {
  readonly levels: 0 | 3 | 4;
  readonly leaf?: 0 | 1 | 2;
}

/** A supervisor that does something N times in a loop, with VA mapped by the shape; the code is mapped by a gigapage. */
function guest(
  { levels, leaf = 0 }: Shape,
  body: (a: Assembler) => void,
  more: (t: Tables, root: number) => void = () => {},
): Uint8Array {
  const tables = new Tables(TABLES, 12);
  const root = tables.page();
  const a = new Assembler(ENTRY);
  if (levels) {
    tables.map(root, levels, BigInt(RAM), RAM, RWXAD, 2);
    tables.map(root, levels, VA, leaf === 2 ? RAM : TARGET, RWXAD, leaf);
    more(tables, root);
    a.li(R.t0, satpOf(root, levels, 1));
    a.csrw(CSR.satp, R.t0);
  }
  body(a);
  shutdown(a);
  return supervisor(a, [{ address: TABLES, bytes: tables.bytes }]);
}

/** Counters of what stands between the two markers, less what `without` of it counts there. */
async function measure(image: Uint8Array, patch: Patch): Promise<Counters> {
  const rig = await Rig.boot(image, configOf({ ...patch, mmu: { ...MMU_OFF, ...patch.mmu } }));
  let before: Counters | null = null;
  let after: Counters | null = null;
  while (!rig.ended) {
    rig.advance(1);
    if (!before && rig.register(R.s11) === 1n) before = rig.counters();
    if (!after && rig.register(R.s11) === 2n) after = rig.counters();
  }
  if (!before || !after) throw new Error('the guest passed no marks');
  return Object.fromEntries(Object.keys(after).map((id) => [id, after[id]! - (before[id] ?? 0)]));
}

/** Ends a block, and goes on behind it. */
const endBlock = (a: Assembler): void => a.op('jal', { rd: 0, imm: 4 });

/** A mark the test sees: s11 changes at the end of a block. */
const mark = (a: Assembler, n: number): void => {
  a.li(R.s11, n);
  endBlock(a);
};

/** Loads from the page, and under ASID 1 fences that ASID between the marks and loads again. */
const fenceOf1 =
  (before: (a: Assembler) => void = () => {}) =>
  (a: Assembler): void => {
    a.li(R.t0, VA);
    a.ld(R.t1, 0, R.t0);
    before(a);
    endBlock(a);
    mark(a, 1);
    a.li(R.t2, 1);
    a.op('sfence.vma', { rs1: 0, rs2: R.t2 });
    a.ld(R.t1, 0, R.t0);
    mark(a, 2);
    mark(a, 3);
  };

/** A load from the page three times, a mark before each: by the second all it needs is there, code and the VMM's tables. */
const loadOnce =
  (shape: Shape) =>
  (a: Assembler): void => {
    a.li(R.t0, shape.levels ? VA : TARGET);
    for (const n of [0, 1, 2]) {
      mark(a, n);
      a.ld(R.t1, 0, R.t0);
      endBlock(a);
    }
    mark(a, 3);
  };

/** References of one load; the fetch unit stays in its page, so nothing else walks. */
async function references(shape: Shape, patch: Patch): Promise<{ total: number; trace: Record<string, number> }> {
  const counters = await measure(guest(shape, loadOnce(shape)), patch);
  const trace = Object.fromEntries(Object.entries(counters).filter(([id, n]) => id.startsWith('walk.ref.') && n));
  return { total: counters['walk.references']!, trace };
}

describe('E1: a one-stage walk reads as many entries as it has levels', () => {
  it.each([
    [{ levels: 0 }, 0],
    [{ levels: 3, leaf: 0 }, 3],
    [{ levels: 3, leaf: 1 }, 2],
    [{ levels: 3, leaf: 2 }, 1],
    [{ levels: 4, leaf: 0 }, 4],
    [{ levels: 4, leaf: 1 }, 3],
    [{ levels: 4, leaf: 2 }, 2],
  ] as const)('%o: %i', async (shape, expected) => {
    expect((await references(shape, { strategy: 'bare' })).total).toBe(expected);
  });
});

describe('E2: a two-stage walk', () => {
  const host = (hostLevels: 3 | 4, hostPages: MachineConfig['hostPages']): Patch => ({
    strategy: 'nested',
    hostLevels,
    hostPages,
  });
  it.each([
    ['Sv39 on Sv39x4', { levels: 3, leaf: 0 }, host(3, '4k'), 15],
    ['Sv48 on Sv48x4', { levels: 4, leaf: 0 }, host(4, '4k'), 24],
    ['2 MiB on 2 MiB', { levels: 3, leaf: 1 }, host(3, '2m'), 8],
    ['2 MiB on 4 KiB', { levels: 3, leaf: 1 }, host(3, '4k'), 11],
    ['4 KiB on 2 MiB', { levels: 3, leaf: 0 }, host(3, '2m'), 3 * 3 + 2],
    ['Sv39 on Sv48x4', { levels: 3, leaf: 0 }, host(4, '4k'), 3 * 5 + 4],
    ['Sv48 on Sv39x4', { levels: 4, leaf: 0 }, host(3, '4k'), 4 * 4 + 3],
    ['Bare on Sv39x4', { levels: 0 }, host(3, '4k'), 3],
  ] as const)('%s: %i', async (_name, shape, patch, expected) => {
    expect((await references(shape, patch)).total).toBe(expected);
  });

  it('reads each guest entry through its own host walk', async () => {
    const { trace } = await references({ levels: 3 }, host(3, '4k'));
    const cells = [3, 2, 1].flatMap((g) => [0, 1, 2, 3].map((h) => [`walk.ref.g${g}.h${h}.dram`, 1] as const));
    expect(trace).toEqual(
      Object.fromEntries([...cells, ...[1, 2, 3].map((h) => [`walk.ref.g0.h${h}.dram`, 1] as const)]),
    );
  });
});

describe('E3: a warm shadow walk is the walk of the bare machine', () => {
  it.each([{ levels: 3 }, { levels: 4 }] as const)('%o', async (shape) => {
    const shadow = await references(shape, { strategy: 'shadow' });
    expect(shadow).toEqual(await references(shape, { strategy: 'bare' }));
    expect(shadow.total).toBe(shape.levels);
  });
});

describe('E6: a perfect nested TLB takes the host’s levels off each access to a guest table', () => {
  it.each([
    [3, 3],
    [4, 4],
    [3, 4],
    [4, 3],
  ] as const)('%i levels on %i', async (levels, hostLevels) => {
    const patch: Patch = { strategy: 'nested', hostLevels, mmu: { nestedTlb: 64 } };
    const plain = await references({ levels }, { strategy: 'nested', hostLevels });
    expect(plain.total - (await references({ levels }, patch)).total).toBe(levels * hostLevels);
  });
});

describe('E13: G-stage faults are host pages first touched', () => {
  it.each([1, 2, 7, 40])('%i pages, and the guest table pages that map them', async (pages) => {
    const image = guest(
      { levels: 3 },
      (a) => {
        mark(a, 1);
        a.li(R.t0, FAR);
        a.li(R.t1, pages);
        a.li(R.t2, PAGE);
        a.label('touch');
        a.ld(R.t3, 0, R.t0);
        a.ld(R.t3, 64, R.t0);
        a.op('add', { rd: R.t0, rs1: R.t0, rs2: R.t2 });
        a.addi(R.t1, R.t1, -1);
        a.bne(R.t1, 0, 'touch');
        mark(a, 2);
        mark(a, 3);
      },
      (tables, root) => {
        for (let i = 0; i < pages; i++) tables.map(root, 3, FAR + BigInt(i * PAGE), TARGET + i * PAGE, RWXAD);
      },
    );
    // This range has a middle and a leaf table of its own: touched here first, as the root was touched before.
    for (const [hostPages, expected] of [
      ['4k', pages + 2],
      ['2m', 1],
    ] as const) {
      const patch: Patch = { strategy: 'nested', hostPages };
      expect((await measure(image, patch))['exit.gstage-fault']).toBe(expected);
    }
  });
});

describe('E15: tags', () => {
  const TLB = { entries: 64, ways: 64, policy: 'fifo' } as const;
  const switchTo = (a: Assembler, root: number, asid: number): void => {
    a.li(R.t2, satpOf(root, 3, asid));
    a.csrw(CSR.satp, R.t2);
  };
  const image = guest({ levels: 3 }, (a) => {
    a.li(R.t0, VA);
    a.ld(R.t1, 0, R.t0);
    mark(a, 1);
    switchTo(a, TABLES, 2);
    a.ld(R.t1, 0, R.t0);
    switchTo(a, TABLES, 1);
    a.ld(R.t1, 0, R.t0);
    mark(a, 2);
    mark(a, 3);
  });

  it.each(['bare', 'nested', 'shadow'] as const)('%s: a tagged switch drops nothing', async (strategy) => {
    const counters = await measure(image, { strategy, mmu: { l1d: TLB, l1i: TLB, l2: TLB } });
    const dropped = Object.entries(counters).filter(([id, n]) => /^flush\..*\.entries$/.test(id) && n);
    expect(dropped).toEqual([]);
  });

  it.each(['bare', 'nested'] as const)(
    '%s: a fence of one ASID drops what it has, the other stays',
    async (strategy) => {
      const otherToo = (a: Assembler): void => {
        switchTo(a, TABLES, 2);
        a.ld(R.t1, 0, R.t0);
      };
      const fenced = guest({ levels: 3 }, fenceOf1(otherToo));
      const counters = await measure(fenced, { strategy, mmu: { l1d: TLB, l1i: TLB, l2: TLB } });
      // Of ASID 1: the page in both levels, and the code page in both.
      expect(counters['flush.sfence-asid.entries']).toBe(4);
      expect(counters['tlb.l1d.misses']).toBe(0);
    },
  );

  it('global pages outlive a fence of their ASID', async () => {
    const global = guest({ levels: 3 }, fenceOf1(), (tables, root) => {
      const slot = tables.slot(root, 3, VA, 0);
      tables.set(slot, entry(TARGET, RWXAD | PTE.G));
    });
    const counters = await measure(global, { mmu: { l1d: TLB, l1i: TLB, l2: TLB } });
    expect(counters['tlb.l1d.misses']).toBe(0);
    expect(counters['flush.sfence-asid.entries']).toBe(2);
  });

  it('a VMM’s flush leaves other VMIDs alone', async () => {
    // With its paging off a guest has entries of another VMID; a fence of the guest’s own does not reach them.
    const unpaged = guest({ levels: 3 }, (a) => {
      a.li(R.t0, VA);
      a.ld(R.t1, 0, R.t0);
      endBlock(a);
      mark(a, 1);
      a.op('sfence.vma', { rs1: 0, rs2: 0 });
      mark(a, 2);
      a.csrw(CSR.satp, 0);
      mark(a, 3);
    });
    const rig = await Rig.boot(unpaged, configOf({ strategy: 'nested', mmu: { l1d: TLB, l1i: TLB, l2: TLB } }));
    while (rig.register(R.s11) !== 2n) rig.advance(1);
    const before = rig.counters()['tlb.l1i.misses'];
    rig.finish();
    // The code page under physical addressing was looked up before satp was written: it is there still.
    expect(rig.counters()['tlb.l1i.misses']).toBe(before);
  });
});
