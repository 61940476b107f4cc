/**
 * Physical memory protection beneath paging: a machine-mode monitor with a supervisor above it, under every strategy.
 * The tables it protects, the pages, and the order of accesses are random; the bare machine without TLBs says what is right.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MMU_DEFAULT } from '../../src/abi/config.ts';
import { EVENT } from '../../src/abi/events.ts';
import { CSR } from '../conformance/environment.ts';
import { Rng } from '../differential/rng.ts';
import { configOf, type Patch, powerOff, Rig } from '../mmu/rig.ts';
import { PAGE, PTE, RAM, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';
import { writeElf } from '../support/elf.ts';

const TABLES = RAM + 0x10_0000;
const DATA = RAM + 0x20_0000;
const WINDOW = 0x4000_0000n;
const PAGES = 6;
const MPRV = 1 << 17;
const MPP = 3 << 11;
const NAPOT = 3 << 3;
const LOCKED = 0x80;

/** pmpaddr of a naturally aligned power of two of bytes. */
const napot = (base: number, size: number): bigint => (BigInt(base) >> 2n) | BigInt(size / 8 - 1);

/** Machine mode loads, stores and executes for the supervisor (MPRV) and for itself, and changes PMP in between. */
function monitor(seed: number, operations: number): Uint8Array {
  const rng = new Rng(seed, 3);
  const tables = new Tables(TABLES, 8);
  const root = tables.page();
  tables.map(root, 3, BigInt(RAM), RAM, RWXAD, 2);
  for (let i = 0; i < PAGES; i++)
    tables.map(root, 3, WINDOW + BigInt(i * PAGE), DATA + i * PAGE, rng.pick([RWXAD, PTE.V | PTE.R | PTE.W]));
  const a = new Assembler(RAM);
  a.la(R.t0, 'handler');
  a.csrw(CSR.mtvec, R.t0);
  a.li(R.s1, 1);
  a.li(R.s3, 0x9e37_79b9_7f4a_7c15n);
  a.li(R.t0, satpOf(root, 3, 1));
  a.csrw(CSR.satp, R.t0);
  // The last entry lets everybody have everything; those before it take away.
  a.li(R.t0, -1);
  a.csrw(CSR.pmpaddr0 + 7, R.t0);
  const everything = BigInt(NAPOT | 7) << 56n;
  a.li(R.t0, everything);
  a.csrw(CSR.pmpcfg0, R.t0);
  let locks = 0;
  for (let i = 0; i < operations; i++) {
    const choice = rng.below(10);
    if (choice < 2) {
      const n = rng.below(5);
      const at = rng.pick([
        DATA,
        DATA + PAGE,
        DATA + 2 * PAGE,
        DATA + 4 * PAGE,
        TABLES,
        TABLES + PAGE,
        TABLES + 3 * PAGE,
      ]);
      const size = rng.pick([8, 64, 2048, PAGE, 2 * PAGE]);
      const offset = size < PAGE ? rng.pick([0, PAGE - size]) : 0;
      const rights = rng.pick([0, 1, 3, 5, 7]);
      const lock = locks < 2 && rng.chance(0.1) ? LOCKED : 0;
      if (lock) locks++;
      a.li(R.t0, napot(at - (at % Math.max(size, 8)) + offset, size));
      a.csrw(CSR.pmpaddr0 + n, R.t0);
      a.li(R.t1, ~(0xffn << BigInt(8 * n)));
      a.csrr(R.t0, CSR.pmpcfg0);
      a.op('and', { rd: R.t0, rs1: R.t0, rs2: R.t1 });
      a.li(R.t1, BigInt(NAPOT | rights | lock) << BigInt(8 * n));
      a.op('or', { rd: R.t0, rs1: R.t0, rs2: R.t1 });
      a.csrw(CSR.pmpcfg0, R.t0);
      // What was cached of PMP is fenced (privileged specification 3.7.2).
      a.op('sfence.vma', { rs1: 0, rs2: 0 });
    } else {
      // As supervisor, by MPRV, with paging or without; or as machine mode itself.
      const supervisor = choice < 8;
      const paged = supervisor && rng.chance(0.7);
      if (supervisor) {
        a.li(R.t0, paged ? satpOf(root, 3, 1) : 0n);
        a.csrw(CSR.satp, R.t0);
      }
      a.li(R.t0, MPRV | MPP);
      a.op('csrrc', { rd: 0, csr: CSR.mstatus, rs1: R.t0 });
      if (supervisor) {
        a.li(R.t0, MPRV | (1 << 11));
        a.op('csrrs', { rd: 0, csr: CSR.mstatus, rs1: R.t0 });
      }
      const offset = BigInt(rng.below(PAGES) * PAGE + rng.pick([0, 8, 60, 2044, 2048, PAGE - 8, PAGE - 4, PAGE - 1]));
      a.li(R.t0, (paged ? WINDOW : BigInt(DATA)) + offset);
      if (rng.chance(0.6)) {
        a.op(rng.pick(['ld', 'lw', 'lb']), { rd: R.t1, rs1: R.t0, imm: 0 });
        a.op('mul', { rd: R.s1, rs1: R.s1, rs2: R.s3 });
        a.op('add', { rd: R.s1, rs1: R.s1, rs2: R.t1 });
      } else {
        a.op(rng.pick(['sd', 'sw', 'sb']), { rs1: R.t0, rs2: R.s1, imm: 0 });
      }
    }
  }
  a.li(R.t0, MPRV);
  a.op('csrrc', { rd: 0, csr: CSR.mstatus, rs1: R.t0 });
  powerOff(a);
  a.label('end');
  a.j('end');
  a.align(4);
  a.label('handler');
  for (const csr of [CSR.mcause, CSR.mtval]) {
    a.csrr(R.t3, csr);
    a.op('mul', { rd: R.s1, rs1: R.s1, rs2: R.s3 });
    a.op('add', { rd: R.s1, rs1: R.s1, rs2: R.t3 });
  }
  a.csrr(R.t3, CSR.mepc);
  a.addi(R.t3, R.t3, 4);
  a.csrw(CSR.mepc, R.t3);
  // Back to machine mode, and MPRV off.
  a.li(R.t3, MPP);
  a.op('csrrs', { rd: 0, csr: CSR.mstatus, rs1: R.t3 });
  a.op('mret');
  return writeElf({
    entry: RAM,
    segments: [
      { address: RAM, bytes: a.finish() },
      { address: TABLES, bytes: tables.bytes },
      { address: DATA, bytes: new Uint8Array(PAGES * PAGE).map(() => rng.u32()) },
    ],
  });
}

const TLB = { entries: 8, ways: 2, policy: 'fifo' } as const;
const MACHINES: Readonly<Record<string, Patch>> = {
  'bare, TLBs': { mmu: MMU_DEFAULT },
  'bare, no tags': { mmu: { l1d: TLB, l1i: null, l2: TLB, walkCache: 8, tagged: false } },
  nested: { strategy: 'nested', mmu: MMU_DEFAULT },
  'nested, no tags': {
    strategy: 'nested',
    mmu: { l1d: TLB, l1i: null, l2: TLB, walkCache: 8, nestedTlb: 4, tagged: false },
  },
  'shadow, synchronous': { strategy: 'shadow', shadow: { policy: 'sync', flood: 0, cachedRoots: true } },
  'shadow, unsync, TLBs': { strategy: 'shadow', mmu: MMU_DEFAULT },
  'shadow, no tags': { strategy: 'shadow', mmu: { l1d: TLB, l1i: null, l2: TLB, walkCache: 8, tagged: false } },
};

async function finalState(image: Uint8Array, patch: Patch) {
  const rig = await Rig.boot(image, configOf(patch));
  rig.finish();
  return { ended: rig.ended, seen: rig.register(R.s1), digest: rig.digest() };
}

describe('a machine-mode monitor that changes PMP', () => {
  it.each(Object.entries(MACHINES))('%s', async (_name, patch) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2 ** 30), fc.integer({ min: 1, max: 120 }), async (seed, operations) => {
        const image = monitor(seed, operations);
        const expected = await finalState(image, {});
        expect(expected.ended).toBe(EVENT.exit);
        expect(await finalState(image, patch)).toEqual(expected);
      }),
      { numRuns: 30, seed: 16 },
    );
  });

  it('is refused something, and allowed something', async () => {
    let refused = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const rig = await Rig.boot(monitor(seed, 100), configOf());
      rig.finish();
      refused += rig.counters()['trap.load-access']! + rig.counters()['trap.store-access']!;
    }
    expect(refused).toBeGreaterThan(50);
    expect(refused).toBeLessThan(700);
  });
});
