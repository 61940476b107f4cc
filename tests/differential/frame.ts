/**
 * What surrounds the random code: start, trap handlers of both modes, the signature and its print. Every trap adds
 * cause, epc, tval, status and all x registers to a running hash; the end of a block adds the f registers, fcsr and
 * the CSRs of S and M mode, and logs the hash.
 */
import { type Assembler, R } from '../support/asm.ts';
import { CLINT, DUMP, FINISHER, HASHED, LOG, MAGIC, SLOT, STATE, UART } from './places.ts';

const CSR = {
  M: { status: 0x300, tvec: 0x305, scratch: 0x340, epc: 0x341, cause: 0x342, tval: 0x343, ip: 0x344 },
  S: { status: 0x100, tvec: 0x105, scratch: 0x140, epc: 0x141, cause: 0x142, tval: 0x143, ip: 0x144 },
} as const;
type Mode = keyof typeof CSR;

const FS = 3n << 13n;
const KEY = 0x9e37_79b9_7f4a_7c15n;
const SD = 1n << 63n;

/** Instead of a block's number: print the memory that is hashed. */
export const SCRUTINIZE_MEMORY = -2;

/** Registers of a handler once everything is saved. */
const H = { state: 31, hash: 30, key: 29, t0: 28, t1: 27, t2: 26, cause: 25, epc: 24 } as const;

/** hash = (hash ⊕ value) × key, then folded: every bit of the value reaches the upper half and comes back down. */
function mix(a: Assembler, value: number): void {
  a.op('xor', { rd: H.hash, rs1: H.hash, rs2: value });
  a.op('mul', { rd: H.hash, rs1: H.hash, rs2: H.key });
  a.op('srli', { rd: H.t0, rs1: H.hash, imm: 32 });
  a.op('xor', { rd: H.hash, rs1: H.hash, rs2: H.t0 });
}

/** Status as it is compared: FS may be Dirty sooner or later than strictly needed (privileged 3.1.6.6), so any but Off is Dirty. */
function readStatus(a: Assembler, rd: number, csr: number): void {
  const done = a.fresh('status');
  a.csrr(rd, csr);
  a.li(H.t0, FS);
  a.op('and', { rd: H.t1, rs1: rd, rs2: H.t0 });
  a.beq(H.t1, 0, done);
  a.li(H.t1, FS | SD);
  a.op('or', { rd, rs1: rd, rs2: H.t1 });
  a.label(done);
}

/** tval as it is compared: of a breakpoint it may be 0 or the address (privileged 3.1.16), so it counts as 0. */
function readTval(a: Assembler, rd: number, csr: number): void {
  const done = a.fresh('tval');
  a.csrr(rd, csr);
  a.addi(H.t0, H.cause, -3);
  a.bne(H.t0, 0, done);
  a.li(rd, 0);
  a.label(done);
}

/** Adds a doubleword to the dump. H.t1 holds its end. */
function dump(a: Assembler, value: number): void {
  a.sd(value, 0, H.t1);
  a.addi(H.t1, H.t1, 8);
}

function handler(a: Assembler, mode: Mode): void {
  const csr = CSR[mode];
  const saved = mode === 'M' ? SLOT.machine : SLOT.supervisor;
  const local = (name: string) => `${mode}_${name}`;
  a.align(4);
  a.label(local('trap'));
  a.op('csrrw', { rd: H.state, csr: csr.scratch, rs1: H.state });
  for (let i = 1; i < 31; i++) a.sd(i, saved + 8 * i, H.state);
  a.csrr(H.t0, csr.scratch);
  a.sd(H.t0, saved + 8 * 31, H.state);
  a.csrw(csr.scratch, H.state);

  // The end of a block: machine mode is told by its magic; supervisor mode passes it on.
  a.csrr(H.cause, csr.cause);
  a.li(H.t1, MAGIC);
  a.bne(H.t0, H.t1, local('ordinary'));
  for (const cause of mode === 'M' ? [8, 9, 11] : [8]) {
    a.li(H.t1, cause);
    a.beq(H.cause, H.t1, local('end'));
  }
  a.label(local('ordinary'));
  a.ld(H.hash, SLOT.hash, H.state);
  a.li(H.key, KEY);
  mix(a, H.cause);
  a.csrr(H.epc, csr.epc);
  mix(a, H.epc);
  readTval(a, H.t2, csr.tval);
  mix(a, H.t2);
  readStatus(a, H.t2, csr.status);
  mix(a, H.t2);
  for (let i = 1; i < 32; i++) {
    a.ld(H.t1, saved + 8 * i, H.state);
    mix(a, H.t1);
  }
  a.sd(H.hash, SLOT.hash, H.state);
  a.ld(H.t0, SLOT.traps, H.state);
  a.addi(H.t0, H.t0, 1);
  a.sd(H.t0, SLOT.traps, H.state);
  scrutinize(a, mode);

  // Interrupts are acknowledged and the instruction runs after all; after an exception goes on the next instruction.
  const exception = local('exception');
  const resume = local('resume');
  a.op('slt', { rd: H.t0, rs1: H.cause, rs2: 0 });
  a.beq(H.t0, 0, exception);
  acknowledge(a, mode);
  a.j(resume);
  a.label(exception);
  a.ld(H.t0, SLOT.delta, H.state);
  a.op('add', { rd: H.t0, rs1: H.t0, rs2: H.epc });
  a.la(H.t1, 'body');
  a.op('sltu', { rd: H.t2, rs1: H.t0, rs2: H.t1 });
  a.bne(H.t2, 0, local('lost'));
  a.la(H.t1, 'body_end');
  a.op('sltu', { rd: H.t2, rs1: H.t0, rs2: H.t1 });
  a.beq(H.t2, 0, local('lost'));
  // H.t0 is physical in machine mode; the supervisor sees memory at the same place.
  a.op('lhu', { rd: H.t1, rs1: H.t0, imm: 0 });
  a.op('andi', { rd: H.t1, rs1: H.t1, imm: 3 });
  a.addi(H.epc, H.epc, 2);
  a.addi(H.t1, H.t1, -3);
  a.bne(H.t1, 0, resume);
  a.addi(H.epc, H.epc, 2);
  a.j(resume);
  // A jump went astray: it was a call, so x1 says where to go on.
  a.label(local('lost'));
  a.ld(H.epc, saved + 8, H.state);
  a.label(resume);
  a.csrw(csr.epc, H.epc);
  for (let i = 1; i < 32; i++) a.ld(i, saved + 8 * i, H.state);
  a.op(mode === 'M' ? 'mret' : 'sret');

  a.label(local('end'));
  if (mode === 'M') endOfBlock(a);
  else {
    for (let i = 1; i < 32; i++) a.ld(i, saved + 8 * i, H.state);
    a.op('ecall');
  }
}

/** Records cause, epc, tval, status and registers if this is the block under scrutiny. */
function scrutinize(a: Assembler, mode: Mode): void {
  const csr = CSR[mode];
  const saved = mode === 'M' ? SLOT.machine : SLOT.supervisor;
  const skip = a.fresh('skip');
  a.ld(H.t0, SLOT.block, H.state);
  a.ld(H.t1, SLOT.scrutiny, H.state);
  a.bne(H.t0, H.t1, skip);
  a.ld(H.t1, SLOT.dump, H.state);
  dump(a, H.cause);
  dump(a, H.epc);
  readTval(a, H.t2, csr.tval);
  dump(a, H.t2);
  a.sd(H.t1, SLOT.dump, H.state);
  readStatus(a, H.t2, csr.status);
  a.ld(H.t1, SLOT.dump, H.state);
  dump(a, H.t2);
  for (let i = 1; i < 32; i++) {
    a.ld(H.t2, saved + 8 * i, H.state);
    dump(a, H.t2);
  }
  a.sd(H.t1, SLOT.dump, H.state);
  a.label(skip);
}

/** Takes back whatever may have raised an interrupt. */
function acknowledge(a: Assembler, mode: Mode): void {
  a.op('csrrci', { rd: 0, csr: CSR[mode].ip, imm: 2 });
  if (mode === 'S') return;
  a.li(H.t0, -1);
  a.csrw(0x14d, H.t0);
  a.li(H.t1, 0x200);
  a.op('csrrc', { rd: 0, csr: CSR.M.ip, rs1: H.t1 });
  a.li(H.t1, CLINT);
  a.op('sw', { rs2: 0, rs1: H.t1, imm: 0 });
  a.li(H.t1, CLINT + 0x4000);
  a.sd(H.t0, 0, H.t1);
}

/** CSRs that belong to the signature of a block: everything whose value a program can know. */
const SIGNATURE: readonly number[] = [
  0x106, 0x140, 0x141, 0x142, 0x144, 0x180, 0x302, 0x303, 0x304, 0x305, 0x306, 0x341, 0x342, 0x344, 0x3a0, 0x3b0,
];

function endOfBlock(a: Assembler): void {
  a.ld(H.hash, SLOT.hash, H.state);
  a.li(H.key, KEY);
  for (let i = 1; i < 32; i++) {
    a.ld(H.t1, SLOT.machine + 8 * i, H.state);
    mix(a, H.t1);
  }
  readStatus(a, H.t2, CSR.M.status);
  mix(a, H.t2);
  a.li(H.t1, FS);
  a.op('csrrs', { rd: 0, csr: CSR.M.status, rs1: H.t1 });
  a.csrr(H.t1, 3);
  mix(a, H.t1);
  for (let i = 0; i < 32; i++) {
    a.op('fmv.x.d', { rd: H.t1, rs1: i });
    mix(a, H.t1);
  }
  for (const number of SIGNATURE) {
    a.csrr(H.t1, number);
    mix(a, H.t1);
  }
  a.sd(H.hash, SLOT.hash, H.state);
  scrutinize(a, 'M');
  scrutinizeFloats(a);
  a.ld(H.t1, SLOT.log, H.state);
  a.sd(H.hash, 0, H.t1);
  a.addi(H.t1, H.t1, 8);
  a.sd(H.t1, SLOT.log, H.state);
  a.ld(H.t0, SLOT.block, H.state);
  a.addi(H.t0, H.t0, 1);
  a.sd(H.t0, SLOT.block, H.state);
  // The next block starts with the registers this one left, but for those the set-up needs.
  a.ld(1, SLOT.next, H.state);
  a.csrw(CSR.M.epc, 1);
  a.li(1, 3n << 11n);
  a.op('csrrs', { rd: 0, csr: CSR.M.status, rs1: 1 });
  a.li(1, (1n << 7n) | (1n << 17n));
  a.op('csrrc', { rd: 0, csr: CSR.M.status, rs1: 1 });
  for (let i = 1; i < 32; i++) a.ld(i, SLOT.machine + 8 * i, H.state);
  a.op('mret');
}

function scrutinizeFloats(a: Assembler): void {
  const skip = a.fresh('skip');
  a.ld(H.t0, SLOT.block, H.state);
  a.ld(H.t1, SLOT.scrutiny, H.state);
  a.bne(H.t0, H.t1, skip);
  a.ld(H.t1, SLOT.dump, H.state);
  for (let i = 0; i < 32; i++) {
    a.op('fmv.x.d', { rd: H.t2, rs1: i });
    dump(a, H.t2);
  }
  for (const number of [3, ...SIGNATURE]) {
    a.csrr(H.t2, number);
    dump(a, H.t2);
  }
  a.sd(H.t1, SLOT.dump, H.state);
  a.label(skip);
}

export const TRAP_RECORD = 35;
export const SIGNATURE_NAMES: readonly string[] = [
  'fcsr',
  ...SIGNATURE.map((number) => `csr 0x${number.toString(16)}`),
];

/** Start: registers, handlers, PMP; then the body. Blocks and the body's labels follow, then `finale`. */
export function prologue(a: Assembler): void {
  a.j('start');
  handler(a, 'M');
  handler(a, 'S');
  finale(a);
  a.label('start');
  // The second hart of a QEMU whose atomics shall be atomic (see deviations.ts) sleeps.
  a.csrr(1, 0xf14);
  a.beq(1, 0, 'first_hart');
  a.label('sleep');
  a.op('wfi');
  a.j('sleep');
  a.label('first_hart');
  a.la(1, 'M_trap');
  a.csrw(CSR.M.tvec, 1);
  a.la(1, 'S_trap');
  a.csrw(CSR.S.tvec, 1);
  a.li(1, STATE);
  a.csrw(CSR.M.scratch, 1);
  a.csrw(CSR.S.scratch, 1);
  a.li(2, LOG);
  a.sd(2, SLOT.log, 1);
  // The last PMP entry lets everything through; set-ups put others before it.
  a.li(2, (1n << 54n) - 1n);
  a.csrw(0x3bf, 2);
  a.li(2, 0x1fn << 56n);
  a.csrw(0x3a2, 2);
  a.li(2, 1n << 63n);
  a.csrw(0x30a, 2);
  a.li(2, -1);
  a.csrw(0x14d, 2);
  a.li(3, CLINT + 0x4000);
  a.sd(2, 0, 3);
  a.li(2, DUMP);
  a.sd(2, SLOT.dump, 1);
  for (const csr of [0x302, 0x303, 0x304, 0x106, 0x306, 0x141, 0x142, 0x143, 0x341, 0x180]) a.csrw(csr, 0);
  a.li(2, FS);
  a.op('csrrs', { rd: 0, csr: CSR.M.status, rs1: 2 });
  a.csrw(3, 0);
  for (let i = 0; i < 32; i++) a.op('fmv.d.x', { rd: i, rs1: 0 });
  for (let i = 2; i < 32; i++) a.li(i, 0);
  a.la(1, 'body');
  a.op('jalr', { rd: 0, rs1: 1 });
}

/** Hashes memory, prints every logged hash, the memory hash, the number of traps and the dump, and ends the machine. */
function finale(a: Assembler): void {
  a.label('finale');
  a.li(H.state, STATE);
  a.ld(H.hash, SLOT.hash, H.state);
  a.li(H.key, KEY);
  for (const [start, pages] of HASHED) {
    const loop = a.fresh('memory');
    a.li(R.a0, start);
    a.li(R.a1, start + pages * 4096);
    a.label(loop);
    a.ld(H.t1, 0, R.a0);
    mix(a, H.t1);
    a.addi(R.a0, R.a0, 8);
    a.bne(R.a0, R.a1, loop);
  }
  a.ld(R.a1, SLOT.log, H.state);
  a.sd(H.hash, 0, R.a1);
  a.ld(H.t1, SLOT.traps, H.state);
  a.sd(H.t1, 8, R.a1);
  a.addi(R.a1, R.a1, 16);
  a.li(R.a0, LOG);
  a.jal('print');
  a.li(R.a0, DUMP);
  a.ld(R.a1, SLOT.dump, H.state);
  a.jal('print');
  a.li(R.t0, STATE);
  a.ld(R.t0, SLOT.scrutiny, R.t0);
  a.addi(R.t0, R.t0, -SCRUTINIZE_MEMORY);
  a.bne(R.t0, 0, 'leave');
  for (const [start, pages] of HASHED) {
    a.li(R.a0, start);
    a.li(R.a1, start + pages * 4096);
    a.jal('print');
  }
  a.label('leave');
  a.li(R.t0, 0x5555);
  a.li(R.t1, FINISHER);
  a.label('halt');
  a.op('sw', { rs2: R.t0, rs1: R.t1, imm: 0 });
  a.j('halt');
  print(a);
}

/** print: the doublewords from a0 to a1 in hexadecimal, one a line. */
function print(a: Assembler): void {
  a.label('print');
  a.li(R.t0, UART);
  a.label('print_word');
  a.beq(R.a0, R.a1, 'print_done');
  a.ld(R.a2, 0, R.a0);
  a.li(R.a3, 16);
  a.label('print_digit');
  a.op('srli', { rd: R.a4, rs1: R.a2, imm: 60 });
  a.op('slli', { rd: R.a2, rs1: R.a2, imm: 4 });
  a.op('sltiu', { rd: R.a5, rs1: R.a4, imm: 10 });
  a.addi(R.a4, R.a4, 0x30);
  a.bne(R.a5, 0, 'print_char');
  a.addi(R.a4, R.a4, 0x27);
  a.label('print_char');
  printChar(a);
  a.addi(R.a3, R.a3, -1);
  a.bne(R.a3, 0, 'print_digit');
  a.li(R.a4, 0x0a);
  printChar(a);
  a.addi(R.a0, R.a0, 8);
  a.j('print_word');
  a.label('print_done');
  a.op('jalr', { rd: 0, rs1: R.ra });
}

/** Writes a4 once the transmitter is empty: QEMU drops characters it has no room for. */
function printChar(a: Assembler): void {
  const wait = a.fresh('wait');
  a.label(wait);
  a.op('lbu', { rd: R.a5, rs1: R.t0, imm: 5 });
  a.op('andi', { rd: R.a5, rs1: R.a5, imm: 0x20 });
  a.beq(R.a5, 0, wait);
  a.op('sb', { rs2: R.a4, rs1: R.t0, imm: 0 });
}
