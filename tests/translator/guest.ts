/** What the guests that are hard to translate have in common; each publishes a checksum that depends on every instruction having been the right one. */
import { FINISHER } from '../conformance/environment.ts';
import { CSR, ENTRY, shutdown } from '../mmu/rig.ts';
import { entry, PAGE, RWXAD, satpOf, type Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';
import { type Segment, writeElf } from '../support/elf.ts';

export const BASE = 0x8000_0000;
export const MTIME = 0x200_bff8;
const PASS = 0x5555;
const HINT_RESULT = 3;
/** Where guests keep what they write. */
export const DATA = BASE + 0x10_0000;
const STACK = BASE + 0x18_0000;
export const TABLES = 0x8050_0000;
/** Where paging guests map code beside RAM. */
export const WINDOW = 0x4000_0000;

/** An assembler with what these guests have in common. s0 is the checksum. */
export class Guest extends Assembler {
  /** Rounds counted down in `counter`. */
  repeat(counter: number, rounds: number, body: () => void): void {
    const again = this.fresh();
    this.li(counter, rounds);
    this.label(again);
    body();
    this.addi(counter, counter, -1);
    const done = this.fresh();
    this.beq(counter, 0, done);
    this.j(again);
    this.label(done);
  }

  /** Stirs a register into the checksum. */
  stir(register: number): void {
    this.op('slli', { rd: R.t6, rs1: R.s0, imm: 5 });
    this.op('sub', { rd: R.s0, rs1: R.t6, rs2: R.s0 });
    this.op('add', { rd: R.s0, rs1: R.s0, rs2: register });
  }

  push(...registers: readonly number[]): void {
    this.addi(R.sp, R.sp, -8 * registers.length);
    for (const [i, register] of registers.entries()) this.sd(register, 8 * i, R.sp);
  }

  pop(...registers: readonly number[]): void {
    for (const [i, register] of registers.entries()) this.ld(register, 8 * i, R.sp);
    this.addi(R.sp, R.sp, 8 * registers.length);
  }

  ret(): void {
    this.op('jalr', { rd: 0, rs1: R.ra, imm: 0 });
  }

  /** A call of the address in a register. */
  callRegister(register: number): void {
    this.op('jalr', { rd: R.ra, rs1: register, imm: 0 });
  }

  add(rd: number, rs1: number, rs2: number): void {
    this.op('add', { rd, rs1, rs2 });
  }

  store(rs2: number, imm: number, rs1: number): void {
    this.op('sw', { rs1, rs2, imm });
  }

  /** At `fault`: adds what a fault says of itself to s8 and goes on at s2. */
  faultHandler(): void {
    this.align(4);
    this.label('fault');
    for (const csr of [CSR.scause, CSR.stval, CSR.sepc]) {
      this.csrr(R.t0, csr);
      this.add(R.s8, R.s8, R.t0);
    }
    this.csrw(CSR.sepc, R.s2);
    this.op('sret');
  }

  publish(): void {
    this.mv(R.a0, R.s0);
    this.op('slti', { rd: 0, rs1: 0, imm: HINT_RESULT });
  }

  /** Up to the offset in its page, by what does nothing. */
  upTo(offset: number): void {
    const C_NOP = 1;
    while (this.here % PAGE !== offset) this.half(C_NOP);
  }
}

/** In machine mode, with floating point on; `functions` stand behind the end. */
export function machineGuest(main: (a: Guest) => void, functions: (a: Guest) => void = () => {}): Uint8Array {
  const a = new Guest(BASE);
  a.li(R.t0, 0x6000);
  a.op('csrrs', { rd: 0, rs1: R.t0, csr: 0x300 });
  a.li(R.sp, STACK);
  main(a);
  a.publish();
  a.li(R.t0, FINISHER);
  a.li(R.t1, PASS);
  a.store(R.t1, 0, R.t0);
  a.label('ended');
  a.j('ended');
  functions(a);
  return writeElf({ entry: BASE, segments: [{ address: BASE, bytes: a.finish() }], symbols: {} });
}

/** A supervisor with RAM at its own addresses and, below, what it maps into the window. */
export function pagingGuest(
  tables: Tables,
  root: number,
  main: (a: Guest) => void,
  functions: (a: Guest) => void,
  more: readonly Segment[] = [],
): Uint8Array {
  const a = new Guest(ENTRY);
  tables.set(tables.slot(root, 3, BigInt(BASE), 2), entry(BASE, RWXAD));
  a.li(R.sp, STACK);
  a.li(R.t0, satpOf(root, 3, 1));
  a.csrw(CSR.satp, R.t0);
  a.op('sfence.vma', { rs1: 0, rs2: 0 });
  main(a);
  a.publish();
  shutdown(a);
  functions(a);
  const segments = [{ address: ENTRY, bytes: a.finish() }, { address: tables.base, bytes: tables.bytes }, ...more];
  return writeElf({ entry: ENTRY, segments, symbols: {} });
}

/** Code assembled for an address of the window, to stand at a physical one. */
export function windowCode(at: number, physical: number, write: (a: Guest) => void): Segment {
  const a = new Guest(at);
  write(a);
  return { address: physical, bytes: a.finish() };
}
