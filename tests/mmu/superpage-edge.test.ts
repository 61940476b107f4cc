/** A superpage that covers more than RAM: each of its parts is what the physical address map has there. */
import { describe, expect, it } from 'vitest';
import { STRATEGIES } from '../../src/abi/config.ts';
import { EVENT } from '../../src/abi/events.ts';
import { Assembler, R } from '../support/asm.ts';
import { CSR, configOf, ENTRY, Rig, shutdown, supervisor } from './rig.ts';
import { entry, PTE, RAM, RWXAD, satpOf, Tables } from './tables.ts';

const TABLES = 0x8024_0000;
/** The first address behind 8 MiB of RAM, and one that is RAM. */
const BEHIND = RAM + 8 * 2 ** 20;
const INSIDE = RAM + 0x1000;

/** Loads from both addresses through one gigapage, in an order; faults are counted in s1, values summed in s2. */
function guest(order: readonly number[]): Uint8Array {
  const tables = new Tables(TABLES, 1);
  const root = tables.page();
  tables.set(root + 2 * 8, entry(RAM, RWXAD | PTE.V));
  const a = new Assembler(ENTRY);
  a.la(R.t0, 'handler');
  a.csrw(CSR.stvec, R.t0);
  a.li(R.t0, satpOf(root, 3));
  a.csrw(CSR.satp, R.t0);
  for (const address of order) {
    a.li(R.t0, address);
    a.li(R.t1, 1);
    a.op('lwu', { rd: R.t1, rs1: R.t0, imm: 0 });
    a.op('add', { rd: R.s2, rs1: R.s2, rs2: R.t1 });
  }
  a.li(R.a0, 0);
  shutdown(a);
  a.align(4);
  a.label('handler');
  a.addi(R.s1, R.s1, 1);
  a.csrr(R.t3, CSR.sepc);
  a.addi(R.t3, R.t3, 4);
  a.csrw(CSR.sepc, R.t3);
  a.op('sret');
  return supervisor(a, [
    { address: TABLES, bytes: tables.bytes },
    { address: INSIDE, bytes: Uint8Array.of(42, 0, 0, 0) },
  ]);
}

const ORDERS = [
  [INSIDE, BEHIND],
  [BEHIND, INSIDE],
  [BEHIND, INSIDE, BEHIND, INSIDE],
] as const;
const TLB = { entries: 16, ways: 4, policy: 'fifo' } as const;

describe.each(STRATEGIES.map((s) => s.id).filter((id) => id !== 'paravirt'))('%s', (strategy) => {
  it.each(ORDERS.map((order, i) => ({ i, order })))('order $i', async ({ order }) => {
    const ends = [];
    for (const mmu of [{}, { l1d: TLB, l1i: TLB, l2: TLB }, { l1i: null, l1d: TLB }]) {
      const rig = await Rig.boot(guest(order), configOf({ strategy, mmu }));
      rig.finish();
      const behind = order.filter((address) => address === BEHIND).length;
      expect(rig.ended).toBe(EVENT.exit);
      expect(rig.register(R.s1)).toBe(BigInt(behind));
      expect(rig.register(R.s2)).toBe(BigInt(42 * (order.length - behind) + behind));
      ends.push(rig.digest());
    }
    expect(new Set(ends).size).toBe(1);
  });
});
