/** Programs for interrupts and timers. All start in machine mode with everything physical. */
import { R } from '../support/asm.ts';
import {
  CLINT,
  CSR,
  MSTATUS,
  MTIMECMP,
  type NamedProgram,
  type Program,
  machineProgram as program,
  TRAP,
} from './environment.ts';

const { a0, a1, a2, a3, s6, t4, t5 } = R;
const ALL = (1n << 64n) - 1n;

/** Bits of mip: SSI, MSI, STI, MTI, SEI. Nothing here raises MEI. */
const INTERRUPTS = [1, 3, 5, 7, 9] as const;

function pend(p: Program, bit: number, on: boolean): void {
  const [address, value] = bit === 3 ? [CLINT, on ? 1 : 0] : [MTIMECMP, on ? 0 : -1];
  if (bit === 3 || bit === 7) {
    p.li(t4, address);
    p.li(t5, value);
    p.op(bit === 3 ? 'sw' : 'sd', { rs2: t5, rs1: t4 });
  } else if (on) p.set(CSR.mip, 1 << bit);
  else p.clear(CSR.mip, 1 << bit);
}

const interrupts = program((p) => {
  for (const bit of INTERRUPTS) {
    const cause = (1n << 63n) | BigInt(bit);
    // Pending is not enabled, enabled is not globally enabled.
    p.test();
    pend(p, bit, true);
    p.csrr(a0, CSR.mip);
    p.op('andi', { rd: a0, rs1: a0, imm: 1 << bit });
    p.expect(a0, 1 << bit);
    p.set(CSR.mstatus, MSTATUS.MIE);
    p.nop();
    p.clear(CSR.mstatus, MSTATUS.MIE);
    p.set(CSR.mie, 1 << bit);
    p.nop();
    // WFI goes on although the interrupt is not taken (3.3.3).
    p.op('wfi');
    // Taken before the instruction after the one that enables it.
    p.test();
    const site = p.fresh();
    const resume = p.fresh();
    p.la(TRAP.resume, resume);
    p.li(TRAP.cause, 0);
    p.li(t5, MSTATUS.MIE);
    p.op('csrrs', { rd: 0, csr: CSR.mstatus, rs1: t5 });
    p.label(site);
    p.j('fail');
    p.label(resume);
    p.li(TRAP.resume, 0);
    p.clear(CSR.mstatus, MSTATUS.MIE | MSTATUS.MPIE);
    p.expect(TRAP.cause, cause);
    p.la(t5, site);
    p.same(TRAP.epc, t5);
    p.expect(TRAP.tval, 0);
    pend(p, bit, false);
    p.csrr(a0, CSR.mip);
    p.expect(a0, 0);
    p.csrw(CSR.mie, 0);
    // Below machine mode it is taken whatever MIE says, before the first instruction.
    p.test();
    pend(p, bit, true);
    const user = p.fresh();
    p.la(TRAP.resume, user);
    p.write(CSR.mie, 1 << bit);
    p.enter('U');
    const first = p.fresh();
    p.label(first);
    p.j('fail');
    p.label(user);
    p.li(TRAP.resume, 0);
    p.expect(TRAP.cause, cause);
    p.la(t5, first);
    p.same(TRAP.epc, t5);
    p.leave();
    pend(p, bit, false);
  }
});

/** Of several pending interrupts the first of MEI, MSI, MTI, SEI, SSI, STI is taken (3.1.9). */
const priorities = program((p) => {
  const order = [3, 7, 9, 1, 5];
  for (let first = 0; first < order.length; first++) {
    p.test();
    for (const bit of order.slice(first)) pend(p, bit, true);
    p.write(CSR.mie, 0xaaa);
    const resume = p.fresh();
    p.la(TRAP.resume, resume);
    p.set(CSR.mstatus, MSTATUS.MIE);
    p.j('fail');
    p.label(resume);
    p.csrw(CSR.mie, 0);
    p.clear(CSR.mstatus, MSTATUS.MIE | MSTATUS.MPIE);
    p.expect(TRAP.cause, (1n << 63n) | BigInt(order[first]!));
    for (const bit of order) pend(p, bit, false);
  }
});

/** Delegated interrupts: never in machine mode, in supervisor mode as SIE says, in user mode always. */
const delegatedInterrupts = program((p) => {
  for (const bit of [1, 5, 9]) {
    const cause = (1n << 63n) | BigInt(bit);
    p.test();
    p.write(CSR.mideleg, 1 << bit);
    p.write(CSR.mie, 1 << bit);
    pend(p, bit, true);
    p.set(CSR.mstatus, MSTATUS.MIE);
    p.nop();
    p.clear(CSR.mstatus, MSTATUS.MIE);
    p.reads(CSR.sip, 1 << bit);
    p.reads(CSR.sie, 1 << bit);
    p.enter('S');
    p.nop();
    const resume = p.fresh();
    p.la(TRAP.resume, resume);
    p.li(s6, 0);
    p.set(CSR.sstatus, MSTATUS.SIE);
    p.j('fail');
    p.align(4);
    p.label(resume);
    p.clear(CSR.sstatus, MSTATUS.SIE);
    p.expect(TRAP.cause, cause);
    p.expect(s6, 1);
    p.leave();
    pend(p, bit, false);
    p.write(CSR.mideleg, 0);
    p.csrw(CSR.mie, 0);
    p.reads(CSR.sip, 0);
  }
});

const vectored = program((p) => {
  p.test();
  p.csrr(a3, CSR.mtvec);
  p.la(t5, 'vectors');
  p.addi(t5, t5, 1);
  p.csrw(CSR.mtvec, t5);
  for (const bit of INTERRUPTS) {
    p.test();
    pend(p, bit, true);
    p.write(CSR.mie, 1 << bit);
    p.li(a0, -1);
    p.la(a1, `vectored${bit}`);
    p.set(CSR.mstatus, MSTATUS.MIE);
    p.j('fail');
    p.label(`vectored${bit}`);
    p.clear(CSR.mstatus, MSTATUS.MIE);
    p.csrw(CSR.mie, 0);
    p.expect(a0, bit);
    pend(p, bit, false);
  }
  // Exceptions go to the base.
  p.test();
  p.li(a0, -1);
  p.la(a1, 'vectored_exception');
  p.word(0xffff_ffff);
  p.label('vectored_exception');
  p.expect(a0, 0);
  p.csrw(CSR.mtvec, a3);
  p.j('vectors_end');
  p.align(64);
  p.label('vectors');
  for (let i = 0; i < 16; i++) p.j(`vector${i}`);
  for (let i = 0; i < 16; i++) {
    p.label(`vector${i}`);
    p.li(a0, i);
    p.csrw(CSR.mie, 0);
    p.csrw(CSR.mepc, a1);
    p.op('mret');
  }
  p.label('vectors_end');
});

/** stimecmp and mtimecmp against time: pending from the moment time reaches them, not before. */
const timers = program((p) => {
  const { stimecmp } = CSR;
  p.test();
  p.write(stimecmp, ALL);
  p.write(CSR.menvcfg, 1n << 63n);
  p.reads(CSR.mip, 0);
  p.csrw(stimecmp, 0);
  p.reads(CSR.mip, 0x20);
  // With Sstc the bit is read-only.
  p.clear(CSR.mip, 0x20);
  p.reads(CSR.mip, 0x20);
  p.write(stimecmp, ALL);
  p.reads(CSR.mip, 0);
  p.write(CSR.menvcfg, 0);
  p.test();
  p.csrr(a0, CSR.time);
  p.addi(a0, a0, 2000);
  p.li(a1, MTIMECMP);
  p.sd(a0, 0, a1);
  p.write(CSR.mie, 0x80);
  p.op('wfi');
  p.csrr(a2, CSR.time);
  p.op('sltu', { rd: a2, rs1: a2, rs2: a0 });
  p.expect(a2, 0);
  p.reads(CSR.mip, 0x80);
  p.li(a0, -1);
  p.sd(a0, 0, a1);
  p.reads(CSR.mip, 0);
});

/** Programs by name. */
export const INTERRUPT_PROGRAMS: readonly NamedProgram[] = [
  ['interrupts', interrupts],
  ['interrupt priorities', priorities],
  ['delegated interrupts', delegatedInterrupts],
  ['vectored interrupts', vectored],
  ['timers', timers],
];
