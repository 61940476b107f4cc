/** Counters that overflow (Sscofpmf), stand in some modes, and are handed over in a shared page. */
import { describe, expect, it } from 'vitest';
import { MMU_DEFAULT, type Strategy } from '../src/abi/config.ts';
import { EVENT_INSTRUCTIONS, HPM_FIRST, rawEvent } from '../src/abi/pmu.ts';
import { CSR } from './conformance/environment.ts';
import { configOf } from './mmu/rig.ts';
import { R } from './support/asm.ts';
import { HartGuest } from './support/hart-guests.ts';
import { runMachine } from './support/machine.ts';

const PMU = 0x50_4d55;
const CALL = { configure: 2, start: 3, stop: 4, share: 7 } as const;
const FLAG = { clear: 2, start: 4, uinh: 1 << 5, sinh: 1 << 6, minh: 1 << 7 } as const;
const INIT = 1;
const SNAPSHOT = 2;
const RAW = 0x2_0000;
const INSTRUCTIONS = 2;
const HPM3 = 0xc03;
const SCOUNTOVF = 0xda0;
const LCOFI = 13;
const LCOFI_BIT = 1 << LCOFI;
const CAUSE = (1n << 63n) | BigInt(LCOFI);
const PAGE = 0x8041_0000;
const SIE = 2;

/** Paravirtual guests fence by hypercalls and need tables of their own for U-mode, which most guests here do not have: only some run there. */
const STRATEGIES: readonly Strategy[] = ['bare', 'nested', 'shadow'];

/** What runs of a guest under each strategy, engine and length of slices came to: they have to be the same. */
async function everywhere(image: Uint8Array, strategies = STRATEGIES): Promise<Set<string>> {
  const seen = new Set<string>();
  for (const strategy of strategies) {
    for (const engine of ['interp', 'jit'] as const) {
      for (const slice of [undefined, 777]) {
        const config = { ...configOf({ mmu: MMU_DEFAULT }), strategy, engine };
        const run = await runMachine(image, { config, ...(slice && { slice }) });
        expect(run.status, `${strategy} ${engine}: check ${run.exitCode}: ${run.message}`).toBe('passed');
        seen.add(`${run.result} ${run.counters.instret} ${run.counters['interrupt.lcofi']} ${run.digest}`);
      }
    }
  }
  return seen;
}

/** S-mode takes its interrupts at `handler`. */
function listening(a: HartGuest): void {
  a.la(R.t0, 'handler');
  a.csrw(CSR.stvec, R.t0);
  a.li(R.t0, LCOFI_BIT);
  a.csrw(CSR.sie, R.t0);
  a.op('csrrsi', { rd: 0, csr: CSR.sstatus, imm: SIE });
}

const TIMES = 20;
const PERIOD = 1000;

/** Samples a loop every so many instructions, as a profiler does; its result mixes where and when each interrupt came. */
function sampling(): Uint8Array {
  const a = new HartGuest();
  a.sbiIs(0, 3, PMU, CALL.configure, 0, 0xff, FLAG.clear, INSTRUCTIONS, 0);
  a.li(R.s2, 0);
  a.li(R.s3, 0);
  listening(a);
  a.sbiIs(0, null, PMU, CALL.start, 3, 1, INIT, BigInt(-PERIOD));
  a.li(R.s5, TIMES);
  a.label('loop');
  for (let i = 0; i < 5; i++) a.addi(R.s4, R.s4, 1);
  a.bne(R.s2, R.s5, 'loop');
  // What is over does not come again.
  a.csrr(R.t0, CSR.sip);
  a.check(R.t0, 0);
  a.pass(R.s3);
  a.align(4);
  a.label('handler');
  a.csrr(R.s6, HPM3);
  a.csrr(R.s7, CSR.scause);
  a.check(R.s7, CAUSE);
  a.csrr(R.s7, SCOUNTOVF);
  a.check(R.s7, 1 << 3);
  // It has wrapped, by no more than a turn of the loop and the instructions up to its reading.
  a.li(R.s7, 8);
  a.op('sltu', { rd: R.s7, rs1: R.s6, rs2: R.s7 });
  a.check(R.s7, 1);
  a.csrr(R.s7, CSR.sepc);
  a.op('add', { rd: R.s3, rs1: R.s3, rs2: R.s7 });
  a.csrr(R.s7, 0xc02);
  a.op('xor', { rd: R.s3, rs1: R.s3, rs2: R.s7 });
  a.op('slli', { rd: R.s3, rs1: R.s3, imm: 1 });
  a.addi(R.s2, R.s2, 1);
  a.li(R.t0, LCOFI_BIT);
  a.op('csrrc', { rd: 0, csr: CSR.sip, rs1: R.t0 });
  a.sbiIs(0, null, PMU, CALL.stop, 3, 1, 0);
  a.sbiIs(0, null, PMU, CALL.start, 3, 1, INIT, BigInt(-PERIOD));
  a.csrr(R.s7, SCOUNTOVF);
  a.check(R.s7, 0);
  a.op('sret');
  return a.image();
}

it('an overflow of instructions interrupts at the end of its block, the same everywhere', async () => {
  const seen = await everywhere(sampling());
  expect(seen.size).toBe(1);
  expect([...seen][0]).toMatch(new RegExp(` ${TIMES} `));
  // Under the paravirtual strategy the machine's digest is another; where and when each interrupt came is not.
  const paravirtual = await everywhere(sampling(), ['paravirt']);
  expect(paravirtual.size).toBe(1);
  const withoutDigest = (run: string): string => run.slice(0, run.lastIndexOf(' '));
  expect([...paravirtual].map(withoutDigest)).toEqual([...seen].map(withoutDigest));
});

/** Fences until their counter overflows, in a loop; then again, before a sleep. */
function polling(): Uint8Array {
  const fences = rawEvent('flush.sfence-all');
  const a = new HartGuest();
  a.sbiIs(0, 3, PMU, CALL.configure, 0, 0xff, FLAG.clear, RAW, fences);
  a.li(R.s2, 0);
  listening(a);
  a.sbiIs(0, null, PMU, CALL.start, 3, 1, INIT, -5n);
  a.label('loop');
  a.op('sfence.vma', { rs1: 0, rs2: 0 });
  a.beq(R.s2, 0, 'loop');
  a.csrr(R.s3, HPM3);
  a.sbiIs(0, null, PMU, CALL.stop, 3, 1, 0);
  a.op('csrrci', { rd: 0, csr: CSR.sstatus, imm: SIE });
  a.sbiIs(0, null, PMU, CALL.start, 3, 1, INIT, -5n);
  for (let i = 0; i < 5; i++) a.op('sfence.vma', { rs1: 0, rs2: 0 });
  // Nothing else would wake it.
  a.op('wfi');
  a.csrr(R.t0, CSR.sip);
  a.check(R.t0, LCOFI_BIT);
  a.pass(R.s3);
  a.align(4);
  a.label('handler');
  a.li(R.s2, 1);
  a.li(R.t0, LCOFI_BIT);
  a.op('csrrc', { rd: 0, csr: CSR.sip, rs1: R.t0 });
  a.op('sret');
  return a.image();
}

it('an overflow of anything else interrupts at the next look, the same everywhere', async () => {
  const seen = await everywhere(polling());
  expect(seen.size).toBe(1);
  const late = Number(BigInt(`0x${[...seen][0]!.split(' ')[0]}`));
  expect(late).toBeGreaterThan(0);
  expect(late).toBeLessThan(1000);
});

/** Counts one stretch three times: in U-mode, in S-mode, in both. */
function modes(): Uint8Array {
  const a = new HartGuest();
  const configure = (counter: number, flags: number): void =>
    a.sbiIs(0, counter, PMU, CALL.configure, counter, 1, FLAG.clear | flags, INSTRUCTIONS, 0);
  configure(3, FLAG.sinh | FLAG.minh);
  configure(4, FLAG.uinh);
  configure(5, FLAG.minh);
  a.la(R.t0, 'handler');
  a.csrw(CSR.stvec, R.t0);
  a.la(R.t0, 'user');
  a.csrw(CSR.sepc, R.t0);
  a.li(R.t0, 1 << 8);
  a.op('csrrc', { rd: 0, csr: CSR.sstatus, rs1: R.t0 });
  a.sbi(PMU, CALL.start, 3, 7, 0, 0);
  a.op('sret');
  a.label('user');
  for (let i = 0; i < 10; i++) a.nop();
  a.op('ecall');
  a.align(4);
  a.label('handler');
  a.sbi(PMU, CALL.stop, 3, 7, 0, 0);
  a.csrr(R.s1, HPM3);
  a.csrr(R.s2, HPM3 + 1);
  a.csrr(R.s3, HPM3 + 2);
  // The call that ended it did not retire.
  a.check(R.s1, 10);
  a.op('add', { rd: R.s4, rs1: R.s1, rs2: R.s2 });
  a.op('sub', { rd: R.s4, rs1: R.s3, rs2: R.s4 });
  a.check(R.s4, 0);
  a.pass(R.s2);
  return a.image();
}

it('filters by mode split the instructions of a stretch', async () => {
  const seen = await everywhere(modes());
  expect(seen.size).toBe(1);
  // SRET, the loading of the call that stops them, and that call.
  expect(Number(BigInt(`0x${[...seen][0]!.split(' ')[0]}`))).toBeGreaterThanOrEqual(8);
});

/** Samples U-mode, which calls S-mode all the time: whatever wraps as the mode changes is seen, and nothing is lost. */
function callers(): Uint8Array {
  const STEP = 97;
  const CALLS = 500;
  const a = new HartGuest();
  for (const counter of [3, 4])
    a.sbiIs(0, counter, PMU, CALL.configure, counter, 1, FLAG.clear | FLAG.sinh, INSTRUCTIONS, 0);
  a.li(R.s2, 0);
  a.li(R.s3, CALLS);
  listening(a);
  a.la(R.t0, 'user');
  a.csrw(CSR.sepc, R.t0);
  a.li(R.t0, 1 << 8);
  a.op('csrrc', { rd: 0, csr: CSR.sstatus, rs1: R.t0 });
  a.sbi(PMU, CALL.start, 3, 1, INIT, BigInt(-STEP));
  a.sbi(PMU, CALL.start, 4, 1, 0, 0);
  a.op('sret');
  a.label('user');
  for (let i = 0; i < 3; i++) a.nop();
  a.op('ecall');
  a.j('user');
  a.align(4);
  a.label('handler');
  a.csrr(R.t1, CSR.scause);
  a.op('slt', { rd: R.t1, rs1: R.t1, rs2: 0 });
  a.bne(R.t1, 0, 'overflow');
  a.csrr(R.t1, CSR.sepc);
  a.addi(R.t1, R.t1, 4);
  a.csrw(CSR.sepc, R.t1);
  a.addi(R.s3, R.s3, -1);
  a.beq(R.s3, 0, 'done');
  a.op('sret');
  a.label('overflow');
  a.addi(R.s2, R.s2, 1);
  a.li(R.t0, LCOFI_BIT);
  a.op('csrrc', { rd: 0, csr: CSR.sip, rs1: R.t0 });
  a.sbi(PMU, CALL.stop, 3, 1, 0);
  a.csrr(R.a3, HPM3);
  // No more than a turn of the loop late.
  a.li(R.t0, 5);
  a.op('sltu', { rd: R.s7, rs1: R.a3, rs2: R.t0 });
  a.check(R.s7, 1);
  a.addi(R.a3, R.a3, -STEP);
  a.li(R.a0, 3);
  a.li(R.a1, 1);
  a.li(R.a2, INIT);
  a.li(R.a6, CALL.start);
  a.li(R.a7, PMU);
  a.op('ecall');
  a.op('sret');
  a.label('done');
  a.csrr(R.s4, HPM3);
  a.csrr(R.s5, HPM3 + 1);
  // Calls do not retire.
  a.check(R.s5, 4 * CALLS - 1);
  a.li(R.t0, STEP);
  a.op('mul', { rd: R.s6, rs1: R.s2, rs2: R.t0 });
  a.op('add', { rd: R.s6, rs1: R.s6, rs2: R.s4 });
  a.addi(R.s6, R.s6, STEP);
  a.op('sub', { rd: R.s6, rs1: R.s6, rs2: R.s5 });
  a.check(R.s6, 0);
  a.check(R.s2, Math.floor((4 * CALLS - 1) / STEP));
  a.pass(R.s2);
  return a.image();
}

it('overflows are seen as the mode changes, and nothing that is counted is lost', async () => {
  expect((await everywhere(callers())).size).toBe(1);
});

/** A page is shared, values are taken from it and given in it. */
function sharing(): Uint8Array {
  const a = new HartGuest();
  const fences = rawEvent('flush.sfence-all');
  a.sbiIs(0, 3, PMU, CALL.configure, 3, 1, FLAG.clear, RAW, fences);
  a.sbiIs(0, 4, PMU, CALL.configure, 4, 1, FLAG.clear, RAW, fences);
  for (const call of [CALL.start, CALL.stop]) a.sbiIs(-9, null, PMU, call, 3, 3, SNAPSHOT, 0);
  a.sbiIs(-3, null, PMU, CALL.share, PAGE + 8, 0, 0);
  a.sbiIs(-3, null, PMU, CALL.share, PAGE, 0, 1);
  a.sbiIs(-5, null, PMU, CALL.share, PAGE, 1, 0);
  a.sbiIs(-5, null, PMU, CALL.share, -4096n, 0, 0);
  a.sbiIs(-5, null, PMU, CALL.share, 0x1000_0000, 0, 0);
  a.sbiIs(0, null, PMU, CALL.share, PAGE, 0, 0);
  a.sbiIs(-3, null, PMU, CALL.start, 3, 3, SNAPSHOT | INIT, 0);
  a.li(R.s2, PAGE);
  const put = (place: number, value: number | bigint): void => {
    a.li(R.t0, value);
    a.sd(R.t0, 8 + 8 * place, R.s2);
  };
  put(0, -2n);
  put(1, 100);
  a.sbiIs(0, null, PMU, CALL.start, 3, 3, SNAPSHOT, 0);
  for (let i = 0; i < 3; i++) a.op('sfence.vma', { rs1: 0, rs2: 0 });
  a.sbiIs(0, null, PMU, CALL.stop, 3, 3, SNAPSHOT, 0);
  for (const [offset, value] of [
    [0, 1],
    [8, 1],
    [16, 103],
  ] as const) {
    a.ld(R.t0, offset, R.s2);
    a.check(R.t0, value);
  }
  a.csrr(R.t0, CSR.sip);
  a.check(R.t0, LCOFI_BIT);
  a.sbiIs(0, null, PMU, CALL.share, -1n, -1n, 0);
  a.sbiIs(-9, null, PMU, CALL.stop, 3, 3, SNAPSHOT, 0);
  a.pass(R.s2);
  return a.image();
}

it('a snapshot of counters lies in the page that is shared', async () => {
  expect((await everywhere(sharing())).size).toBe(1);
});

/** In M-mode mhpmevent says that a counter overflowed, and while it does nothing interrupts again. */
function machineMode(): Uint8Array {
  const [COUNTER, EVENT] = [0xb03, 0x323];
  const OF = 1n << 63n;
  const UINH = 1n << 60n;
  const a = new HartGuest(0x8000_0000);
  const write = (csr: number, value: number | bigint): void => {
    a.li(R.t0, value);
    a.csrw(csr, R.t0);
  };
  a.li(R.s2, 0);
  a.la(R.t0, 'handler');
  a.csrw(CSR.mtvec, R.t0);
  write(CSR.mie, LCOFI_BIT);
  write(EVENT, BigInt(EVENT_INSTRUCTIONS) | UINH);
  for (let round = 1; round <= 2; round++) {
    write(COUNTER, -100n);
    a.csrr(R.s3, COUNTER);
    a.check(R.s3, -100n);
    a.op('csrrsi', { rd: 0, csr: CSR.mstatus, imm: 8 });
    a.li(R.t1, 60);
    const again = a.fresh();
    a.label(again);
    a.addi(R.t1, R.t1, -1);
    a.bne(R.t1, 0, again);
    // The second time the first is still to be seen.
    a.check(R.s2, 1);
    a.csrr(R.s3, EVENT);
    a.check(R.s3, OF | UINH | BigInt(EVENT_INSTRUCTIONS));
    a.csrr(R.s3, SCOUNTOVF);
    a.check(R.s3, 1 << HPM_FIRST);
  }
  // Forgotten, it interrupts anew; where it never counts in M-mode, it does not.
  write(EVENT, BigInt(EVENT_INSTRUCTIONS));
  write(COUNTER, -1n);
  for (let i = 0; i < 4; i++) a.nop();
  a.j('on');
  a.label('on');
  a.check(R.s2, 2);
  write(EVENT, BigInt(EVENT_INSTRUCTIONS) | (1n << 62n));
  write(COUNTER, -1n);
  for (let i = 0; i < 4; i++) a.nop();
  a.csrr(R.s3, COUNTER);
  a.check(R.s3, -1n);
  a.check(R.s2, 2);
  a.pass(R.s0);
  a.align(4);
  a.label('handler');
  a.csrr(R.s4, CSR.mcause);
  a.check(R.s4, CAUSE);
  a.addi(R.s2, R.s2, 1);
  a.li(R.t0, LCOFI_BIT);
  a.op('csrrc', { rd: 0, csr: CSR.mip, rs1: R.t0 });
  a.op('mret');
  return a.image();
}

describe('machine mode', () => {
  it('is interrupted once for each overflow it has seen to', async () => {
    expect((await everywhere(machineMode())).size).toBe(1);
  });
});
