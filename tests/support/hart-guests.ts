/** Bare-metal guests of several harts. Each checks itself: it powers off with 0, or with the number of the check that failed. */

import { HYPERCALL_EXTENSION, HYPERCALLS } from '../../src/abi/guest.ts';
import { SIZES } from '../../src/abi/layout.ts';
import { CLINT, CSR, FINISHER, MTIMECMP } from '../conformance/environment.ts';
import { ENTRY, powerOff, shutdown } from '../mmu/rig.ts';
import { entry, PTE, RWAD, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from './asm.ts';
import { type Segment, writeElf } from './elf.ts';

export const EXTENSION = {
  IPI: 0x73_5049,
  RFENCE: 0x5246_4e43,
  HSM: 0x48_534d,
} as const;
const RESET = 0x5352_5354;
const ALL_HARTS = -1n;
/** HSM, table 6. */
const STATE = { started: 0, stopped: 1, suspended: 4 } as const;

/** A page that all harts use; s0 holds its address. */
const SHARED = 0x8040_0000;
const SSI = 1 << 1;
const MSI = 1 << 3;
const MTI = 1 << 7;
const MACHINE_ENTRY = 0x8000_0000;
/** Published by the hint of that number. */
const HINT_RESULT = 3;

/** A number, or a label's address. */
type Value = number | bigint | string;

export class HartGuest extends Assembler {
  private checks = 0;

  constructor(base = ENTRY) {
    super(base);
    this.li(R.s0, SHARED);
  }

  load(rd: number, value: Value): void {
    if (typeof value === 'string') this.la(rd, value);
    else this.li(rd, value);
  }

  sbi(extension: number, call: number, ...args: Value[]): void {
    for (const [i, value] of args.entries()) this.load(R.a0 + i, value);
    this.li(R.a6, call);
    this.li(R.a7, extension);
    this.op('ecall');
  }

  /** Fails with the number of this check unless the register holds the value. */
  check(register: number, value: Value): void {
    this.li(R.s11, ++this.checks);
    this.load(R.t6, value);
    this.bne(register, R.t6, 'fail');
  }

  /** Makes the call and checks its error, and its value where one is given. */
  sbiIs(error: number, value: number | null, extension: number, call: number, ...args: Value[]): void {
    this.sbi(extension, call, ...args);
    this.check(R.a0, error);
    if (value !== null) this.check(R.a1, value);
  }

  /** Waits until the doubleword at `offset` of the shared page holds the value. */
  await(offset: number, value: number): void {
    const again = this.fresh();
    this.label(again);
    this.ld(R.t0, offset, R.s0);
    this.li(R.t1, value);
    this.bne(R.t0, R.t1, again);
  }

  put(offset: number, value: Value): void {
    this.load(R.t0, value);
    this.sd(R.t0, offset, R.s0);
  }

  /** Adds one to the doubleword at `offset`, by one atomic. */
  arrive(offset: number): void {
    this.addi(R.t0, R.s0, offset);
    this.li(R.t1, 1);
    this.op('amoadd.d', { rd: 0, rs1: R.t0, rs2: R.t1 });
  }

  /** Waits for ever, without a hart of its own to run. */
  rest(): void {
    const again = this.fresh();
    this.label(again);
    this.op('wfi');
    this.j(again);
  }

  /** Starts all harts but this one at `label`, their opaque value being 0. */
  startAll(harts: number, label: string): void {
    for (let hart = 1; hart < harts; hart++) this.sbiIs(0, null, EXTENSION.HSM, 0, hart, label, 0);
  }

  /** Publishes a register and powers off. */
  pass(register: number): void {
    this.mv(R.a0, register);
    this.op('slti', { rd: 0, rs1: 0, imm: HINT_RESULT });
    if (this.base === MACHINE_ENTRY) powerOff(this);
    else shutdown(this);
  }

  image(more: readonly Segment[] = []): Uint8Array {
    this.label('fail');
    if (this.base === MACHINE_ENTRY) {
      this.op('slli', { rd: R.s11, rs1: R.s11, imm: 16 });
      this.li(R.t0, 0x3333);
      this.op('or', { rd: R.t0, rs1: R.t0, rs2: R.s11 });
      this.li(R.t1, FINISHER);
      this.op('sw', { rs1: R.t1, rs2: R.t0, imm: 0 });
    } else {
      this.li(R.a0, 0);
      this.mv(R.a1, R.s11);
      this.li(R.a6, 0);
      this.li(R.a7, RESET);
      this.op('ecall');
      // Firmware that refuses such a reason comes back.
      this.label('refused');
      this.j('refused');
    }
    return writeElf({ entry: this.base, segments: [{ address: this.base, bytes: this.finish() }, ...more] });
  }
}

/** Hart 1 is started twice with what it is told, stops each time, and nothing else can be started. */
export function startAndStop(): Uint8Array {
  const a = new HartGuest();
  const { HSM } = EXTENSION;
  a.check(R.a0, 0);
  a.sbiIs(0, STATE.started, HSM, 2, 0);
  a.sbiIs(0, STATE.stopped, HSM, 2, 1);
  a.sbiIs(-3, null, HSM, 2, 2);
  a.sbiIs(-3, null, HSM, 0, 2, 'second', 0);
  a.sbiIs(-5, null, HSM, 0, 1, 0x1000, 0);
  a.sbiIs(-5, null, HSM, 0, 1, ENTRY + 1, 0);
  a.sbiIs(-6, null, HSM, 0, 0, 'second', 0);
  for (const opaque of [77, 78]) {
    a.sbiIs(0, null, HSM, 0, 1, 'second', opaque);
    a.sbiIs(-6, null, HSM, 0, 1, 'second', opaque);
    a.await(0, opaque);
    const again = a.fresh();
    a.label(again);
    a.sbi(HSM, 2, 1);
    a.li(R.t0, STATE.stopped);
    a.bne(R.a1, R.t0, again);
    a.ld(R.t0, 8, R.s0);
    a.check(R.t0, 1);
    a.ld(R.t0, 16, R.s0);
    a.check(R.t0, 0);
  }
  a.pass(R.s0);
  a.label('second');
  a.li(R.s0, SHARED);
  a.sd(R.a0, 8, R.s0);
  a.csrr(R.t0, CSR.satp);
  a.sd(R.t0, 16, R.s0);
  a.sd(R.a1, 0, R.s0);
  a.sbi(HSM, 1);
  // A stopped hart does not come back.
  a.li(R.s11, 99);
  a.j('fail');
  return a.image();
}

/** Every hart sleeps until hart 0 interrupts it, alone at first, then all together. */
export function interrupts(harts: number): Uint8Array {
  const a = new HartGuest();
  a.startAll(harts, 'sleeper');
  a.await(0, harts - 1);
  a.sbiIs(-3, null, EXTENSION.IPI, 0, 1, harts);
  a.sbiIs(-3, null, EXTENSION.IPI, 0, 1 << harts, 0);
  a.sbiIs(0, null, EXTENSION.IPI, 0, 0, 3);
  a.sbiIs(0, null, EXTENSION.IPI, 0, 1, 1);
  a.await(8 * 9, 1);
  a.sbiIs(0, null, EXTENSION.IPI, 0, 0, ALL_HARTS);
  for (let hart = 1; hart < harts; hart++) a.await(8 * (8 + hart), hart === 1 ? 2 : 1);
  // Its own is pending too.
  a.csrr(R.t0, CSR.sip);
  a.check(R.t0, SSI);
  a.pass(R.s0);

  a.label('sleeper');
  a.li(R.s0, SHARED);
  a.mv(R.s1, R.a0);
  a.la(R.t0, 'handler');
  a.csrw(CSR.stvec, R.t0);
  a.li(R.t0, SSI);
  a.csrw(CSR.sie, R.t0);
  a.op('csrrsi', { rd: 0, csr: CSR.sstatus, imm: 2 });
  a.arrive(0);
  a.rest();
  a.align(4);
  a.label('handler');
  a.op('csrrci', { rd: 0, csr: CSR.sip, imm: SSI });
  a.op('slli', { rd: R.t2, rs1: R.s1, imm: 3 });
  a.op('add', { rd: R.t2, rs1: R.t2, rs2: R.s0 });
  a.ld(R.t3, 64, R.t2);
  a.addi(R.t3, R.t3, 1);
  a.sd(R.t3, 64, R.t2);
  a.op('sret');
  return a.image();
}

/** Hart 1 suspends itself: it keeps its registers or begins anew, as it asks, and hart 0 wakes it. */
export function suspend(): Uint8Array {
  const a = new HartGuest();
  const { HSM, IPI } = EXTENSION;
  a.startAll(2, 'sleeper');
  for (const stage of [1, 2]) {
    const again = a.fresh();
    a.label(again);
    a.sbi(HSM, 2, 1);
    a.li(R.t0, STATE.suspended);
    a.bne(R.a1, R.t0, again);
    a.ld(R.t0, 0, R.s0);
    a.check(R.t0, stage - 1);
    a.sbiIs(0, null, IPI, 0, 2, 0);
    a.await(0, stage);
  }
  a.sbiIs(0, STATE.started, HSM, 2, 1);
  a.pass(R.s0);
  a.label('sleeper');
  a.li(R.s0, SHARED);
  a.li(R.s1, 1234);
  a.li(R.t0, SSI);
  a.csrw(CSR.sie, R.t0);
  a.sbiIs(-3, null, HSM, 3, 1, 0, 0);
  a.sbiIs(-5, null, HSM, 3, 0x8000_0000, 0x1000, 0);
  a.sbiIs(0, 0, HSM, 3, 0, 0, 0);
  a.check(R.s1, 1234);
  a.op('csrrci', { rd: 0, csr: CSR.sip, imm: SSI });
  a.put(0, 1);
  a.sbi(HSM, 3, 0x8000_0000, 'resume', 4321);
  a.j('fail');
  a.label('resume');
  a.check(R.a0, 1);
  a.check(R.a1, 4321);
  a.li(R.s0, SHARED);
  a.put(0, 2);
  const spin = a.fresh();
  a.label(spin);
  a.j(spin);
  return a.image();
}

/**
 * Direct paging: hart 1 begins on hart 0's root, and may no more write satp than hart 0 may, nor after it was suspended without its
 * registers. A page that hart 1 has in its TLB as writable becomes a table by the hand of hart 0; hart 1's next store to it has to fault.
 */
export function directPaging(): Uint8Array {
  const PAGE = 0x8050_0000;
  const LIST = 0x8051_0000;
  const { HSM } = EXTENSION;
  const call = (id: (typeof HYPERCALLS)[number]['id'], ...args: Value[]): void =>
    a.sbiIs(0, null, HYPERCALL_EXTENSION, HYPERCALLS.find((c) => c.id === id)!.code, ...args);
  /** Writes satp, which has to be an illegal instruction. */
  const refusedSatp = (): void => {
    a.la(R.t0, 'caught');
    a.csrw(CSR.stvec, R.t0);
    a.li(R.s2, 0);
    a.csrw(CSR.satp, 0);
    a.check(R.s2, 2);
  };
  const a = new HartGuest();
  a.mv(R.s4, R.a3);
  a.op('slli', { rd: R.s5, rs1: R.a3, imm: 12 });
  a.mv(R.s6, R.a4);
  refusedSatp();
  a.startAll(2, 'second');
  a.await(0, 1);
  // The root is followed by its table of 2 MiB and those of 4 KiB, in order; entry 256 of the third of these maps the page.
  a.li(R.t0, 4096 * (1 + 1 + 2) + 256 * 8);
  a.op('add', { rd: R.s7, rs1: R.s6, rs2: R.t0 });
  a.ld(R.t2, 0, R.s7);
  a.op('andi', { rd: R.t2, rs1: R.t2, imm: ~Number(PTE.W) });
  a.op('add', { rd: R.t1, rs1: R.s7, rs2: R.s5 });
  a.li(R.t0, LIST);
  a.sd(R.t1, 0, R.t0);
  a.sd(R.t2, 8, R.t0);
  call('mmu_update', LIST, 1, 0);
  a.li(R.a0, PAGE / 4096);
  a.op('add', { rd: R.a0, rs1: R.a0, rs2: R.s4 });
  a.li(R.a1, 0);
  a.li(R.a6, HYPERCALLS.find((c) => c.id === 'pin_table')!.code);
  a.li(R.a7, HYPERCALL_EXTENSION);
  a.op('ecall');
  a.check(R.a0, 0);
  a.put(0, 2);
  a.await(0, 3);
  a.li(R.t0, PAGE);
  a.ld(R.t0, 0, R.t0);
  a.check(R.t0, 0);
  const again = a.fresh();
  a.label(again);
  a.sbi(HSM, 2, 1);
  a.li(R.t0, STATE.stopped);
  a.bne(R.a1, R.t0, again);
  a.pass(R.s0);

  a.label('second');
  a.check(R.a0, 1);
  a.li(R.s0, SHARED);
  refusedSatp();
  a.li(R.t0, PAGE);
  a.sd(0, 0, R.t0);
  a.put(0, 1);
  a.await(0, 2);
  a.li(R.s2, 0);
  a.li(R.t0, PAGE);
  a.li(R.t1, 77);
  a.sd(R.t1, 0, R.t0);
  a.check(R.s2, 15);
  // A pending interrupt ends the suspension at once.
  a.li(R.t0, SSI);
  a.csrw(CSR.sie, R.t0);
  a.sbiIs(0, null, EXTENSION.IPI, 0, 2, 0);
  a.sbi(HSM, 3, 0x8000_0000, 'anew', 4321);
  a.j('fail');
  a.label('anew');
  a.check(R.a1, 4321);
  a.li(R.s0, SHARED);
  refusedSatp();
  a.ld(R.t0, 0, R.s0);
  a.check(R.t0, 2);
  a.put(0, 3);
  a.sbi(HSM, 1);
  a.j('fail');

  a.align(4);
  a.label('caught');
  a.csrr(R.s2, CSR.scause);
  a.csrr(R.s8, CSR.sepc);
  a.addi(R.s8, R.s8, 4);
  a.csrw(CSR.sepc, R.s8);
  a.op('sret');
  return a.image();
}

/** Each hart adds to one word, with LR and SC and with an atomic; the result is the sum. */
export function sums(harts: number, rounds: number): Uint8Array {
  const a = new HartGuest();
  a.startAll(harts, 'worker');
  a.label('worker');
  a.li(R.s0, SHARED);
  a.li(R.s1, rounds);
  a.label('round');
  a.label('retry');
  a.op('lr.d', { rd: R.t0, rs1: R.s0 });
  // Turns end where blocks do, and a round of 11 instructions is no divisor of a turn: some end in the midst of a pair.
  a.nop();
  a.j('within');
  a.label('within');
  a.addi(R.t0, R.t0, 1);
  a.op('sc.d', { rd: R.t1, rs1: R.s0, rs2: R.t0 });
  a.bne(R.t1, 0, 'retry');
  a.arrive(8);
  a.addi(R.s1, R.s1, -1);
  a.bne(R.s1, 0, 'round');
  a.arrive(16);
  a.bne(R.a0, 0, 'rest');
  a.await(16, harts);
  a.ld(R.s2, 0, R.s0);
  a.ld(R.s3, 8, R.s0);
  a.check(R.s2, harts * rounds);
  a.check(R.s3, harts * rounds);
  a.pass(R.s2);
  a.label('rest');
  a.rest();
  return a.image();
}

/** Harts hand a lock about and look at the time beneath it: never is it less than what the one before saw. */
export function clocks(harts: number, rounds: number): Uint8Array {
  const a = new HartGuest();
  a.startAll(harts, 'worker');
  a.label('worker');
  a.li(R.s0, SHARED);
  a.mv(R.s4, R.a0);
  a.li(R.s1, rounds);
  a.addi(R.s3, R.s0, 8);
  a.label('lock');
  a.li(R.t0, 1);
  a.op('amoswap.w', { rd: R.t1, rs1: R.s0, rs2: R.t0 });
  a.bne(R.t1, 0, 'lock');
  a.ld(R.t2, 0, R.s3);
  a.csrr(R.t3, CSR.time);
  a.li(R.s11, 50);
  a.to('fail', 'bltu', { rs1: R.t3, rs2: R.t2 });
  a.sd(R.t3, 0, R.s3);
  a.op('amoswap.w', { rd: 0, rs1: R.s0, rs2: 0 });
  a.addi(R.s1, R.s1, -1);
  a.bne(R.s1, 0, 'lock');
  a.arrive(16);
  a.bne(R.s4, 0, 'rest');
  a.await(16, harts);
  // Time is that of harts at once: at most the instructions of this one, or of a few turns.
  a.csrr(R.s5, CSR.time);
  a.pass(R.s5);
  a.label('rest');
  a.rest();
  return a.image();
}

/** A page that hart 1 reads through a translation hart 0 changes: the old page before the fence, the new one after it. */
export function fences(options: { readonly asid: boolean; readonly stale: boolean }): Uint8Array {
  const VA = 0x4000_0000n;
  const DATA = 0x8050_0000;
  const tables = new Tables(0x8060_0000, 8);
  const root = tables.page();
  // RAM at its own place, as one gigabyte.
  tables.set(tables.slot(root, 3, 0x8000_0000n, 2), entry(0x8000_0000, RWXAD));
  tables.map(root, 3, VA, DATA, RWAD);
  const slot = tables.slot(root, 3, VA, 0);
  const satp = satpOf(root, 3, 5);
  const a = new HartGuest();
  const paging = (): void => {
    a.li(R.t0, satp);
    a.csrw(CSR.satp, R.t0);
    a.op('sfence.vma', { rs1: 0, rs2: 0 });
    a.li(R.s5, VA);
  };
  paging();
  a.startAll(2, 'reader');
  a.await(0, 1);
  a.li(R.t0, entry(DATA + 4096, RWAD));
  a.li(R.t1, slot);
  a.sd(R.t0, 0, R.t1);
  // Its own fence is not the other's.
  a.op('sfence.vma', { rs1: R.s5, rs2: 0 });
  a.ld(R.t0, 0, R.s5);
  a.check(R.t0, 222);
  a.put(0, 2);
  a.await(0, 3);
  if (options.asid) a.sbiIs(0, null, EXTENSION.RFENCE, 2, 2, 0, VA, 4096, 5);
  else a.sbiIs(0, null, EXTENSION.RFENCE, 1, 0, ALL_HARTS, VA, 8192);
  a.sbiIs(-3, null, EXTENSION.RFENCE, 1, 4, 0, VA, 4096);
  a.sbiIs(0, null, EXTENSION.RFENCE, 0, 3, 0);
  a.put(0, 4);
  a.await(0, 5);
  a.pass(R.s0);
  a.label('reader');
  a.li(R.s0, SHARED);
  paging();
  a.ld(R.t0, 0, R.s5);
  a.check(R.t0, 111);
  a.put(0, 1);
  a.await(0, 2);
  if (options.stale) {
    a.ld(R.t0, 0, R.s5);
    a.check(R.t0, 111);
  }
  a.put(0, 3);
  a.await(0, 4);
  a.ld(R.t0, 0, R.s5);
  a.check(R.t0, 222);
  a.put(0, 5);
  a.rest();
  const data = new Uint8Array(8192);
  data[0] = 111;
  data[4096] = 222;
  return a.image([
    { address: DATA, bytes: data },
    { address: tables.base, bytes: tables.bytes },
  ]);
}

/** In machine mode all harts start at once; hart 0 interrupts the others through the CLINT, then each has a timer of its own. */
export function machineMode(harts: number): Uint8Array {
  const a = new HartGuest(MACHINE_ENTRY);
  const MTIP = 7;
  /** t1 = the register of this hart, `size` bytes each. */
  const own = (base: number, shift: number): void => {
    a.op('slli', { rd: R.t1, rs1: R.s1, imm: shift });
    a.li(R.t2, base);
    a.op('add', { rd: R.t1, rs1: R.t1, rs2: R.t2 });
  };
  a.csrr(R.s1, CSR.mhartid);
  a.li(R.s11, 90);
  a.bne(R.s1, R.a0, 'fail');
  a.bne(R.s1, 0, 'other');
  a.await(0, harts - 1);
  for (let hart = 1; hart < harts; hart++) {
    a.li(R.t0, 1);
    a.li(R.t1, CLINT + 4 * hart);
    a.op('sw', { rs1: R.t1, rs2: R.t0, imm: 0 });
    a.op('lw', { rd: R.t0, rs1: R.t1, imm: 0 });
    a.check(R.t0, 1);
  }
  a.await(8, harts - 1);
  a.await(16, harts - 1);
  for (let hart = 0; hart < SIZES.HARTS_MOST; hart++) {
    a.li(R.t1, CLINT + 4 * hart);
    a.op('lw', { rd: R.t0, rs1: R.t1, imm: 0 });
    a.check(R.t0, 0);
  }
  a.pass(R.s0);
  a.label('other');
  a.la(R.t0, 'handler');
  a.csrw(CSR.mtvec, R.t0);
  a.li(R.t0, MSI | MTI);
  a.csrw(CSR.mie, R.t0);
  a.op('csrrsi', { rd: 0, csr: CSR.mstatus, imm: 8 });
  a.arrive(0);
  a.rest();
  a.align(4);
  a.label('handler');
  a.csrr(R.t0, CSR.mcause);
  a.op('andi', { rd: R.t0, rs1: R.t0, imm: 15 });
  a.li(R.t1, MTIP);
  a.beq(R.t0, R.t1, 'timer');
  own(CLINT, 2);
  a.op('sw', { rs1: R.t1, rs2: 0, imm: 0 });
  own(MTIMECMP, 3);
  a.csrr(R.t0, CSR.time);
  a.addi(R.t0, R.t0, 500);
  a.sd(R.t0, 0, R.t1);
  a.arrive(8);
  a.op('mret');
  a.label('timer');
  own(MTIMECMP, 3);
  a.li(R.t0, -1);
  a.sd(R.t0, 0, R.t1);
  a.arrive(16);
  a.op('mret');
  return a.image();
}
