/** Direct paging: whatever a guest claims, it maps only its own frames, and writes no table but by the VMM's hand. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { MMU_DEFAULT } from '../../src/abi/config.ts';
import { HYPERCALL_BATCH } from '../../src/abi/guest.ts';
import { entry, PAGE, PTE, RAM, RWAD, target } from '../mmu/tables.ts';
import { DENIED, INVALID, LIST, ParavirtBench, SUCCESS } from './paravirt-bench.ts';

const { V, R, W, X, U, A, D, N } = PTE;
/** Pages the tests make tables of. */
const PAGES = Array.from({ length: 6 }, (_, i) => RAM + 0x30_0000 + i * PAGE);
const [T0, T1, T2] = PAGES as [number, number, number];
const PLAIN = RAM + 0x38_0000;
const END = RAM + 8 * 2 ** 20;

let bench: ParavirtBench;

beforeEach(async () => {
  bench = await ParavirtBench.start({ mmu: MMU_DEFAULT });
});

/** Everything a refused call must leave alone: memory, uses, satp. */
const state = () => ({
  memory: bench.rig.digest().length && memoryDigest(),
  uses: [...bench.uses()],
  satp: bench.rig.core.get('SATP'),
});

function memoryDigest(): string {
  bench.rig.core.digestMemory();
  return `${bench.rig.core.digestLow()} ${bench.rig.core.digestHigh()}`;
}

const refusals = (): number => bench.rig.counters()['paravirt.refusals']!;

function expectRefused(call: () => { error: bigint }): void {
  const before = state();
  const count = refusals();
  expect(call().error).toBe(DENIED);
  expect(state()).toEqual(before);
  expect(refusals()).toBe(count + 1);
  expect(bench.recount()).toEqual(bench.uses());
}

/** Writes entries into a page the guest may write, then gives up writing it. */
function prepare(page: number, entries: readonly (readonly [number, bigint])[]): void {
  for (const [index, value] of entries) bench.poke(page + index * 8, value);
  expect(bench.setWritable(page, false)).toBe(SUCCESS);
}

const machineEntry = (gpa: number, bits: bigint): bigint => entry(bench.machine(gpa), bits);

describe('the start', () => {
  it('counts every frame as what it is', () => {
    expect(bench.recount()).toEqual(bench.uses());
    expect(bench.useOf(bench.firstRoot)).toEqual({ type: 4, uses: 2, pinned: true });
    expect(bench.useOf(PLAIN)).toEqual({ type: 1, uses: 1, pinned: false });
  });

  it('lets the guest write its memory, not its tables', () => {
    expect(bench.store(PLAIN, 5n)).toBe(true);
    expect(bench.rig.read(PLAIN)).toBe(5n);
    expect(bench.store(bench.firstRoot, 5n)).toBe(false);
  });
});

describe('honest calls', () => {
  it('pin, link, update, unpin', () => {
    prepare(T0, [[3, machineEntry(PLAIN, RWAD | U)]]);
    expect(bench.call('pin_table', bench.frame(T0), 0).error).toBe(SUCCESS);
    expect(bench.useOf(PLAIN)).toEqual({ type: 1, uses: 2, pinned: false });
    prepare(T1, [[0, machineEntry(T0, V)]]);
    expect(bench.call('pin_table', bench.frame(T1), 1).error).toBe(SUCCESS);
    expect(bench.useOf(T0)).toEqual({ type: 2, uses: 2, pinned: true });
    expect(bench.recount()).toEqual(bench.uses());
    expect(bench.update([[bench.machine(T0) + 24, 0n]]).error).toBe(SUCCESS);
    expect(bench.useOf(PLAIN).uses).toBe(1);
    for (const page of [T1, T0]) expect(bench.call('unpin_table', bench.frame(page)).error).toBe(SUCCESS);
    expect(bench.useOf(T0).uses).toBe(0);
    expect(bench.setWritable(T0, true)).toBe(SUCCESS);
    expect(bench.recount()).toEqual(bench.uses());
  });

  it('a root of its own, with what the guest runs on', () => {
    prepare(
      T2,
      Array.from({ length: 512 }, (_, i) => [i, bench.rig.read(bench.firstRoot + i * 8)] as const),
    );
    expect(bench.call('pin_table', bench.frame(T2), 2).error).toBe(SUCCESS);
    expect(bench.call('set_satp', bench.frame(T2), 7).error).toBe(SUCCESS);
    expect(bench.useOf(T2)).toEqual({ type: 4, uses: 2, pinned: true });
    // In use it stays a table, whatever is unpinned.
    expect(bench.call('unpin_table', bench.frame(T2)).error).toBe(SUCCESS);
    expect(bench.useOf(T2)).toEqual({ type: 4, uses: 1, pinned: false });
    expect(bench.setWritable(T2, true)).toBe(DENIED);
    expect(bench.recount()).toEqual(bench.uses());
  });
});

describe('tables that lie', () => {
  const contents: readonly (readonly [string, 0 | 1 | 2, () => bigint])[] = [
    ['a frame of the VMM', 0, () => entry(RAM, V | R)],
    ['a frame of the VMM, writable', 0, () => entry(RAM, RWAD)],
    ['a frame behind RAM', 0, () => machineEntry(END, RWAD)],
    ['a device', 0, () => entry(0x1000_0000, RWAD)],
    ['a frame at the top of the address space', 0, () => entry(0xff_ffff_ffff_f000n, V | R)],
    ['the root in use, writable', 0, () => machineEntry(bench.firstRoot, RWAD)],
    ['itself, writable', 0, () => machineEntry(T0, RWAD)],
    ['a table where only pages stand', 0, () => machineEntry(T1, V)],
    ['a reserved bit', 0, () => machineEntry(PLAIN, V | R | (1n << 54n))],
    ['every reserved bit', 0, () => machineEntry(PLAIN, V | R | (0x7fn << 54n))],
    ['a page-based memory type', 0, () => machineEntry(PLAIN, V | R | (1n << 61n))],
    ['a NAPOT page', 0, () => machineEntry(PLAIN + 0x8000, V | R | N)],
    ['writable but not readable', 0, () => machineEntry(PLAIN, V | W)],
    ['itself as a table', 1, () => machineEntry(T0, V)],
    ['a foreign table', 1, () => entry(RAM, V)],
    ['a table with A set', 1, () => machineEntry(T1, V | A)],
    ['a table with D set', 1, () => machineEntry(T1, V | D)],
    ['a table with U set', 1, () => machineEntry(T1, V | U)],
    ['a misaligned superpage', 1, () => machineEntry(RAM + PAGE, V | R | A)],
    ['a superpage over tables, writable', 1, () => machineEntry(RAM + 0x60_0000, RWAD)],
    ['a superpage half behind RAM', 1, () => entry(bench.machine(END), V | R)],
    ['a superpage of the VMM', 1, () => entry(RAM, V | X)],
    ['a gigapage', 2, () => entry(RAM, RWAD)],
    ['the root in use as the middle', 2, () => machineEntry(bench.firstRoot, V)],
    ['itself below itself', 2, () => machineEntry(T0, V)],
  ];

  it.each(contents)('%s: not pinned', (_name, level, value) => {
    prepare(T0, [
      [0, machineEntry(PLAIN, V | R)],
      [511, value()],
    ]);
    if (level) bench.poke(T0, 0n);
    expectRefused(() => bench.call('pin_table', bench.frame(T0), level));
  });

  it.each(contents)('%s: not entered later', (_name, level, value) => {
    prepare(T0, []);
    expect(bench.call('pin_table', bench.frame(T0), level).error).toBe(SUCCESS);
    bench.poke(LIST, BigInt(bench.machine(T0) + 8));
    bench.poke(LIST + 8, value());
    expectRefused(() => bench.call('mmu_update', LIST, 1, 0));
  });
});

describe('pages in two roles', () => {
  it('a writable page is no table', () => {
    expectRefused(() => bench.call('pin_table', bench.frame(T0), 0));
  });

  it('a table is not made writable', () => {
    prepare(T0, []);
    bench.call('pin_table', bench.frame(T0), 0);
    const at = bench.identityEntry(T0);
    const now = bench.rig.read(at);
    bench.poke(LIST, BigInt(bench.machine(at)));
    bench.poke(LIST + 8, now | W);
    expectRefused(() => bench.call('mmu_update', LIST, 1, 1));
  });

  it('a table has one level', () => {
    prepare(T0, []);
    expect(bench.call('pin_table', bench.frame(T0), 0).error).toBe(SUCCESS);
    expectRefused(() => bench.call('pin_table', bench.frame(T0), 1));
    prepare(T1, [[0, machineEntry(T0, V)]]);
    expectRefused(() => bench.call('pin_table', bench.frame(T1), 2));
  });

  it.each([0, 1, 2])(
    'a page that a TLB still lets it write becomes a table of level %i only after a flush',
    (level) => {
      expect(bench.store(T0, 0n)).toBe(true);
      expect(bench.setWritable(T0, false, false)).toBe(SUCCESS);
      expect(bench.call('pin_table', bench.frame(T0), level).error).toBe(SUCCESS);
      expect(bench.store(T0, entry(RAM, RWAD))).toBe(false);
      expect(bench.rig.read(T0)).toBe(0n);
    },
  );

  it('the same by way of an update', () => {
    prepare(T1, []);
    expect(bench.call('pin_table', bench.frame(T1), 1).error).toBe(SUCCESS);
    expect(bench.store(T0, 0n)).toBe(true);
    expect(bench.setWritable(T0, false, false)).toBe(SUCCESS);
    expect(bench.update([[bench.machine(T1), machineEntry(T0, V)]]).error).toBe(SUCCESS);
    expect(bench.store(T0, entry(RAM, RWAD))).toBe(false);
  });
});

describe('calls that lie', () => {
  it.each([
    ['an entry of a page that is no table', () => BigInt(bench.machine(PLAIN))],
    ['an entry of the VMM', () => BigInt(RAM)],
    ['an entry behind RAM', () => BigInt(bench.machine(END))],
    ['an unaligned entry', () => BigInt(bench.machine(bench.firstRoot) + 4)],
    ['an entry beyond all addresses', () => 2n ** 64n - 8n],
  ])('%s', (_name, where) => {
    bench.poke(LIST, where());
    bench.poke(LIST + 8, 0n);
    expectRefused(() => bench.call('mmu_update', LIST, 1, 0));
  });

  it.each([
    ['an unaligned list', LIST + 4, 1],
    ['a list behind RAM', END, 1],
    ['a list that ends behind RAM', END - 16, 2],
    ['a list in a device', 0x1000_0000, 1],
    ['a list before RAM', RAM - 16, 1],
    ['one too many', LIST, HYPERCALL_BATCH + 1],
    ['far too many', LIST, 2 ** 52],
  ])('%s', (_name, at, entries) => {
    const before = state();
    expect(bench.call('mmu_update', at, entries, 0).error).toBe(INVALID);
    expect(state()).toEqual(before);
  });

  it('a batch stops at the lie and says where', () => {
    prepare(T0, []);
    bench.call('pin_table', bench.frame(T0), 0);
    const good = machineEntry(PLAIN, V | R);
    const first = bench.machine(T0);
    const { error, value } = bench.update([
      [first, good],
      [first + 8, entry(RAM, RWAD)],
      [first + 16, good],
    ]);
    expect([error, value]).toEqual([DENIED, 1n]);
    expect([0, 8, 16].map((i) => bench.rig.read(T0 + i))).toEqual([good, 0n, 0n]);
    expect(bench.recount()).toEqual(bench.uses());
  });

  it.each([
    ['a root that is not pinned', () => bench.call('set_satp', bench.frame(T0), 0)],
    ['a root of the VMM', () => bench.call('set_satp', RAM / PAGE, 0)],
    ['a root behind RAM', () => bench.call('set_satp', bench.frame(END), 0)],
    ['a writable root', () => bench.call('set_satp', bench.frame(PLAIN), 0)],
    ['an ASID that is none', () => bench.call('set_satp', bench.frame(bench.firstRoot), 0x1_0000)],
    ['a level that is none', () => bench.call('pin_table', bench.frame(T0), 3)],
    ['a pin of what is not its own', () => bench.call('pin_table', RAM / PAGE, 0)],
    ['an unpin of what is not pinned', () => bench.call('unpin_table', bench.frame(T0))],
    ['an unpin of what is not its own', () => bench.call('unpin_table', 0n)],
    ['a second pin', () => bench.call('pin_table', bench.frame(bench.firstRoot), 2)],
    ['a frame number that wraps', () => bench.call('pin_table', 2n ** 64n - 1n, 0)],
  ])('%s', (_name, call) => {
    prepare(T0, []);
    expectRefused(call);
  });

  it('a pinned table of another level is no root', () => {
    prepare(T0, []);
    bench.call('pin_table', bench.frame(T0), 1);
    expectRefused(() => bench.call('set_satp', bench.frame(T0), 0));
  });

  it.each([
    [PLAIN, 8],
    [0x1000_0000, 3],
    [0x1000_0001, 4],
    [0x5000_0000, 4],
    [0x200_0000, 16],
  ])('device %i, %i bytes', (at, bytes) => {
    for (const id of ['mmio_read', 'mmio_write'] as const) expect(bench.call(id, at, bytes, 0).error).toBe(INVALID);
  });

  it('satp and fences are not the guest’s', () => {
    expect(bench.rig.core.get('MSTATUS') & (1n << 20n)).toBe(1n << 20n);
  });
});

describe('conservation', () => {
  interface Step {
    readonly call: number;
    readonly page: number;
    readonly other: number;
    readonly index: number;
    readonly bits: number;
    readonly level: number;
  }
  const step: fc.Arbitrary<Step> = fc.record({
    call: fc.nat(9),
    page: fc.nat(5),
    other: fc.nat(8),
    index: fc.constantFrom(0, 1, 7, 511),
    bits: fc.constantFrom(1n, 3n, 7n, 5n, 0xcfn, 0xd7n, 0x41n, 0n, 0x87n).map(Number),
    level: fc.nat(3),
  });

  function apply({ call, page, other, index, bits, level }: Step): void {
    const at = PAGES[page]!;
    const where = [...PAGES, PLAIN, bench.firstRoot, RAM + 0x20_0000][other]!;
    const value = machineEntry(where, BigInt(bits));
    switch (call) {
      case 0:
        // The guest writes its own page, where it can.
        bench.store(at + index * 8, value);
        break;
      case 1:
        bench.setWritable(at, false, (index & 1) === 1);
        break;
      case 2:
        bench.setWritable(at, true, false);
        break;
      case 3:
      case 4:
        bench.call('pin_table', bench.frame(at), level);
        break;
      case 5:
        bench.call('unpin_table', bench.frame(at));
        break;
      case 6: {
        // A root must keep what the guest runs on.
        const kernel = bench.rig.read(bench.firstRoot + 16);
        bench.store(at + 16, kernel);
        if (bench.rig.read(at + 16) === kernel) bench.call('set_satp', bench.frame(at), index);
        break;
      }
      case 7:
        bench.call('set_satp', bench.frame(bench.firstRoot), 0);
        break;
      default:
        // Not where the kernel's own mapping stands in a root.
        if (index !== 2) bench.update([[bench.machine(at) + index * 8, value]], (index & 1) === 1);
    }
  }

  it('holds after every call of a random guest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        bench = await ParavirtBench.start({ mmu: MMU_DEFAULT });
        for (const one of steps) {
          apply(one);
          expect(bench.recount()).toEqual(bench.uses());
          // No table is reached by a store of the guest's, TLB and all.
          for (const page of PAGES.filter((p) => bench.useOf(p).type >= 2 && bench.useOf(p).uses)) {
            const before = bench.rig.read(page + 4088);
            bench.store(page + 4088, ~before);
            expect(bench.rig.read(page + 4088)).toBe(before);
          }
        }
        expect(target(bench.rig.core.get('SATP') << 10n)).toBeGreaterThan(RAM);
      }),
      { numRuns: 40, seed: 11 },
    );
  }, 60_000);
});
