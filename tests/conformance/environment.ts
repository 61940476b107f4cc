/**
 * The environment of a conformance program: how it starts, how it takes traps, how it ends. Two forms:
 *
 *   p  physical addresses, machine mode
 *   v  user mode under Sv39 at V_BASE, each 4 KiB page mapped by the trap handler at its first touch
 *
 * A program ends by writing 1 (good) or test number << 1 | 1 to the HTIF word `tohost`; then, for machines without
 * HTIF, by the same in the sifive_test finisher.
 */
import { Assembler, R } from '../support/asm.ts';
import { writeElf } from '../support/elf.ts';

export const BASE = 0x8000_0000;
/** Where form v sees the image. */
export const V_BASE = 0x40_0000;
export const FINISHER = 0x10_0000;
export const CLINT = 0x200_0000;
export const MTIMECMP = CLINT + 0x4000;
const TEXT = BASE + 0x2000;
/** Page tables of form v: root, middle, leaf; then room for programs that build their own. */
export const TABLES = BASE + 0x20_0000;

export type Form = 'p' | 'v';

export const CSR = {
  fflags: 1,
  frm: 2,
  fcsr: 3,
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  sstatus: 0x100,
  sie: 0x104,
  stvec: 0x105,
  scounteren: 0x106,
  senvcfg: 0x10a,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  sip: 0x144,
  stimecmp: 0x14d,
  satp: 0x180,
  mstatus: 0x300,
  misa: 0x301,
  medeleg: 0x302,
  mideleg: 0x303,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  pmpcfg0: 0x3a0,
  pmpcfg2: 0x3a2,
  pmpaddr0: 0x3b0,
  mcycle: 0xb00,
  minstret: 0xb02,
  mhartid: 0xf14,
} as const;

export const CAUSE = {
  fetchAccess: 1,
  illegal: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  ecallU: 8,
  ecallS: 9,
  ecallM: 11,
  fetchPage: 12,
  loadPage: 13,
  storePage: 15,
} as const;

export const MSTATUS = {
  SIE: 1n << 1n,
  MIE: 1n << 3n,
  SPIE: 1n << 5n,
  MPIE: 1n << 7n,
  SPP: 1n << 8n,
  MPP: 3n << 11n,
  MPP_S: 1n << 11n,
  FS: 3n << 13n,
  MPRV: 1n << 17n,
  SUM: 1n << 18n,
  MXR: 1n << 19n,
  TVM: 1n << 20n,
  TW: 1n << 21n,
  TSR: 1n << 22n,
} as const;

export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128, LEAF: 0xcf } as const;

/** `a7` of the environment call that ends the program with the code in a0. */
const EXIT = 93;
/** `a7` of the one that goes on in machine mode, at TRAP.resume. */
const BACK = 94;

/**
 * The trap handler leaves what happened in these registers and goes on at RESUME (a physical address in form p, the
 * program's own in form v).
 */
export const TRAP = { resume: R.s1, cause: R.s2, epc: R.s3, tval: R.s4, status: R.s5 } as const;

/** What `traps` checks beside the cause. */
export interface TrapDetails {
  /** Default: the address of the last instruction emitted. */
  readonly epc?: bigint | number;
  /** Default: anything. */
  readonly tval?: bigint | number;
}

export class Program extends Assembler {
  readonly form: Form;
  private number = 1;

  constructor(form: Form) {
    super(BASE);
    this.form = form;
    this.start();
  }

  private start(): void {
    this.j('start');
    this.align(0x1000);
    this.label('tohost');
    this.dword(0n);
    this.align(64);
    this.label('fromhost');
    this.dword(0n);
    this.space(TEXT - this.here);
    this.handler();
    this.supervisorHandler();
    this.label('start');
    // A second hart, which QEMU is given so that its atomics are atomic (tests/differential/deviations.ts), sleeps.
    this.csrr(R.t0, CSR.mhartid);
    this.beq(R.t0, 0, 'first_hart');
    this.label('sleep');
    this.op('wfi');
    this.j('sleep');
    this.label('first_hart');
    for (let i = 1; i < 32; i++) this.li(i, 0);
    this.la(R.t0, 'machine_trap');
    this.csrw(CSR.mtvec, R.t0);
    this.la(R.t0, 'supervisor_trap');
    this.csrw(CSR.stvec, R.t0);
    this.la(R.t0, 'saved');
    this.csrw(CSR.mscratch, R.t0);
    // All of memory for S and U: one NAPOT entry that spans it (privileged 3.7.1).
    this.li(R.t0, (1n << 54n) - 1n);
    this.csrw(CSR.pmpaddr0, R.t0);
    this.li(R.t0, 0x1f);
    this.csrw(CSR.pmpcfg0, R.t0);
    this.li(R.t0, MSTATUS.FS);
    this.op('csrrs', { rd: 0, csr: CSR.mstatus, rs1: R.t0 });
    this.csrw(CSR.fcsr, 0);
    // Nothing says what the timers compare with after reset.
    this.li(R.t0, -1);
    this.csrw(CSR.stimecmp, R.t0);
    this.li(R.t1, MTIMECMP);
    this.sd(R.t0, 0, R.t1);
    if (this.form === 'v') this.enterUser();
    this.li(R.gp, 1);
  }

  private enterUser(): void {
    this.li(R.t0, (8n << 60n) | BigInt(TABLES / 4096));
    this.csrw(CSR.satp, R.t0);
    this.op('sfence.vma');
    this.li(R.t0, MSTATUS.MPP);
    this.op('csrrc', { rd: 0, csr: CSR.mstatus, rs1: R.t0 });
    this.la(R.t0, 'user');
    this.li(R.t1, BASE - V_BASE);
    this.op('sub', { rd: R.t0, rs1: R.t0, rs2: R.t1 });
    this.csrw(CSR.mepc, R.t0);
    this.op('mret');
    this.label('user');
  }

  private handler(): void {
    this.align(8);
    this.label('saved');
    this.space(32);
    this.label('machine_trap');
    this.op('csrrw', { rd: R.t6, csr: CSR.mscratch, rs1: R.t6 });
    this.sd(R.t5, 0, R.t6);
    this.sd(TRAP.cause, 8, R.t6);
    this.sd(TRAP.tval, 16, R.t6);
    this.csrr(TRAP.cause, CSR.mcause);
    this.csrr(TRAP.tval, CSR.mtval);
    if (this.form === 'v') this.demandPage();
    this.li(R.t5, BACK);
    this.bne(R.a7, R.t5, 'trap_not_back');
    this.restore();
    this.op('jalr', { rd: 0, rs1: TRAP.resume });
    this.label('trap_not_back');
    this.li(R.t5, EXIT);
    this.bne(R.a7, R.t5, 'trap_record');
    for (const cause of [CAUSE.ecallU, CAUSE.ecallS, CAUSE.ecallM]) {
      this.li(R.t5, cause);
      this.beq(TRAP.cause, R.t5, 'finish');
    }
    this.label('trap_record');
    this.csrr(TRAP.epc, CSR.mepc);
    this.csrr(TRAP.status, CSR.mstatus);
    // An interrupt stays pending until the program takes it back: once is enough.
    const exception = this.fresh('exception');
    this.to(exception, 'bge', { rs1: TRAP.cause, rs2: 0 });
    this.csrw(CSR.mie, 0);
    this.label(exception);
    // A trap nobody expects ends the program with the number of the test it hit.
    this.beq(TRAP.resume, 0, 'unexpected');
    this.csrw(CSR.mepc, TRAP.resume);
    this.restore();
    this.op('mret');
    this.label('unexpected');
    this.mv(R.a0, R.gp);
    this.label('finish');
    this.op('slli', { rd: R.t5, rs1: R.a0, imm: 1 });
    this.op('ori', { rd: R.t5, rs1: R.t5, imm: 1 });
    this.la(R.t6, 'tohost');
    this.sd(R.t5, 0, R.t6);
    this.op('slli', { rd: R.t5, rs1: R.a0, imm: 16 });
    this.li(R.t6, 0x3333);
    this.op('or', { rd: R.t5, rs1: R.t5, rs2: R.t6 });
    this.bne(R.a0, 0, 'finish_write');
    this.li(R.t5, 0x5555);
    this.label('finish_write');
    this.li(R.t6, FINISHER);
    this.op('sw', { rs2: R.t5, imm: 0, rs1: R.t6 });
    this.j('finish_write');
  }

  /** The same for traps delegated to supervisor mode, which s6 tells. */
  private supervisorHandler(): void {
    this.align(4);
    this.label('supervisor_trap');
    this.csrr(TRAP.cause, CSR.scause);
    this.csrr(TRAP.tval, CSR.stval);
    this.csrr(TRAP.epc, CSR.sepc);
    this.csrr(TRAP.status, CSR.sstatus);
    this.li(R.s6, 1);
    const exception = this.fresh('exception');
    this.to(exception, 'bge', { rs1: TRAP.cause, rs2: 0 });
    this.csrw(CSR.sie, 0);
    this.label(exception);
    this.csrw(CSR.sepc, TRAP.resume);
    this.op('sret');
  }

  /** A page fault in the window whose entry is not valid yet makes it so; any other trap goes on. */
  private demandPage(): void {
    for (const cause of [CAUSE.fetchPage, CAUSE.loadPage, CAUSE.storePage]) {
      this.li(R.t5, cause);
      this.beq(TRAP.cause, R.t5, 'page_fault');
    }
    this.j('no_page_fault');
    this.label('page_fault');
    this.li(R.t5, V_BASE);
    this.op('sub', { rd: R.t5, rs1: TRAP.tval, rs2: R.t5 });
    this.op('srli', { rd: R.t5, rs1: R.t5, imm: 12 });
    this.op('sltiu', { rd: R.t6, rs1: R.t5, imm: 512 });
    this.beq(R.t6, 0, 'no_page_fault');
    this.op('slli', { rd: R.t5, rs1: R.t5, imm: 3 });
    this.li(R.t6, TABLES + 0x2000);
    this.op('add', { rd: R.t5, rs1: R.t5, rs2: R.t6 });
    this.ld(R.t6, 0, R.t5);
    this.op('andi', { rd: R.t6, rs1: R.t6, imm: PTE.V });
    this.bne(R.t6, 0, 'no_page_fault');
    this.ld(R.t6, 0, R.t5);
    this.op('ori', { rd: R.t6, rs1: R.t6, imm: PTE.LEAF | PTE.U });
    this.sd(R.t6, 0, R.t5);
    this.op('sfence.vma', { rs1: TRAP.tval });
    this.la(R.t6, 'saved');
    this.ld(TRAP.cause, 8, R.t6);
    this.ld(TRAP.tval, 16, R.t6);
    this.restore();
    this.op('mret');
    this.label('no_page_fault');
  }

  /** Gives t5 and t6 back, and mscratch its address. */
  private restore(): void {
    this.la(R.t6, 'saved');
    this.ld(R.t5, 0, R.t6);
    this.op('csrrw', { rd: R.t6, csr: CSR.mscratch, rs1: R.t6 });
  }

  /** Number of the test begun last. */
  get current(): number {
    return this.number;
  }

  /** Begins the next test: its number stands in gp. */
  test(): void {
    this.number++;
    if (this.number < 2048) this.addi(R.gp, 0, this.number);
    else this.li(R.gp, this.number);
  }

  /** Fails unless both registers are equal. */
  same(a: number, b: number): void {
    const good = this.fresh('same');
    this.beq(a, b, good);
    this.j('fail');
    this.label(good);
  }

  /** Fails unless the register holds the value. Clobbers t5. */
  expect(register: number, value: bigint | number): void {
    this.li(R.t5, value);
    this.same(register, R.t5);
  }

  /**
   * Runs what `emit` emits and expects its last instruction to trap. Registers of TRAP hold the rest afterwards; the
   * mode is what it was. Clobbers t5.
   */
  traps(cause: bigint | number, emit: () => void, expected: TrapDetails = {}): void {
    const resume = this.fresh('resume');
    const site = this.fresh('site');
    this.la(TRAP.resume, resume);
    this.li(TRAP.cause, -1);
    emit();
    this.labels.set(site, this.last);
    this.j('fail');
    this.align(4);
    this.label(resume);
    this.li(TRAP.resume, 0);
    this.expect(TRAP.cause, cause);
    if (expected.epc === undefined) {
      this.la(R.t5, site);
      this.same(TRAP.epc, R.t5);
    } else this.expect(TRAP.epc, expected.epc);
    if (expected.tval !== undefined) this.expect(TRAP.tval, expected.tval);
  }

  /** From machine mode to a lower one, at the next instruction (plus `offset`, where it is mapped elsewhere). Clobbers t5. */
  enter(mode: 'S' | 'U', offset: bigint = 0n): void {
    const next = this.fresh('enter');
    this.li(R.t5, MSTATUS.MPP);
    this.op('csrrc', { rd: 0, csr: CSR.mstatus, rs1: R.t5 });
    if (mode === 'S') {
      this.li(R.t5, MSTATUS.MPP_S);
      this.op('csrrs', { rd: 0, csr: CSR.mstatus, rs1: R.t5 });
    }
    this.la(R.t5, next);
    if (offset) {
      this.li(R.t6, offset);
      this.op('add', { rd: R.t5, rs1: R.t5, rs2: R.t6 });
    }
    this.csrw(CSR.mepc, R.t5);
    this.op('mret');
    this.label(next);
  }

  /** Back to machine mode, at the next instruction. */
  leave(offset: bigint = 0n): void {
    const next = this.fresh('leave');
    this.la(TRAP.resume, next);
    if (offset) {
      this.li(R.t5, offset);
      this.op('sub', { rd: TRAP.resume, rs1: TRAP.resume, rs2: R.t5 });
    }
    this.li(R.a7, BACK);
    this.op('ecall');
    this.label(next);
    this.li(R.a7, 0);
    this.li(TRAP.resume, 0);
  }

  /** Sets bits of a CSR, or clears them. Clobbers t5. */
  set(csr: number, bits: bigint | number): void {
    this.li(R.t5, bits);
    this.op('csrrs', { rd: 0, csr, rs1: R.t5 });
  }

  clear(csr: number, bits: bigint | number): void {
    this.li(R.t5, bits);
    this.op('csrrc', { rd: 0, csr, rs1: R.t5 });
  }

  /** Writes a constant to a CSR. Clobbers t5. */
  write(csr: number, value: bigint | number): void {
    this.li(R.t5, value);
    this.csrw(csr, R.t5);
  }

  /** Fails unless the CSR reads as the value. Clobbers t4 and t5. */
  reads(csr: number, value: bigint | number): void {
    this.csrr(R.t4, csr);
    this.expect(R.t4, value);
  }

  /** Ends the program: all tests passed. */
  pass(): void {
    this.li(R.a0, 0);
    this.li(R.a7, EXIT);
    this.op('ecall');
  }

  /** The ELF file, with the page tables of form v. */
  elf(): Uint8Array {
    this.align(4);
    this.label('fail');
    this.mv(R.a0, R.gp);
    this.li(R.a7, EXIT);
    this.li(TRAP.resume, 0);
    this.op('ecall');
    const bytes = this.finish();
    if (BASE + bytes.length > TABLES) throw new Error('the program runs into the page tables');
    return writeElf({
      entry: BASE,
      segments: [
        { address: BASE, bytes },
        { address: TABLES, bytes: this.form === 'v' ? windowTables() : new Uint8Array(0), size: 0x4_0000 },
      ],
      symbols: { tohost: this.labels.get('tohost')!, fromhost: this.labels.get('fromhost')! },
    });
  }
}

/** Tables that map V_BASE… onto BASE…, leaves not valid yet. */
function windowTables(): Uint8Array {
  const bytes = new Uint8Array(0x3000);
  const view = new DataView(bytes.buffer);
  const pointer = (table: number) => BigInt(table / 4096) << 10n;
  view.setBigUint64(0, pointer(TABLES + 0x1000) | BigInt(PTE.V), true);
  view.setBigUint64(0x1000 + 8 * (V_BASE >> 21), pointer(TABLES + 0x2000) | BigInt(PTE.V), true);
  for (let i = 0; i < 512; i++) view.setBigUint64(0x2000 + 8 * i, pointer(BASE + 4096 * i), true);
  return bytes;
}

/** A program that is its own environment: machine mode, form p. */
export const machineProgram = (emit: (p: Program) => void) => (): Program => {
  const p = new Program('p');
  emit(p);
  return p;
};

export type NamedProgram = readonly [name: string, make: () => Program];
