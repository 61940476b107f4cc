/** Programs for traps, delegation, modes, floating-point state and code that changes. All start in machine mode with everything physical. */
import { R } from '../support/asm.ts';
import { CAUSE, CSR, MSTATUS, type NamedProgram, machineProgram as program, TRAP } from './environment.ts';

const { a0, a1, a2, s6, t5 } = R;
const HOLE = 0x18_0000;

/** Words that are no instruction, and why. */
const ILLEGAL: readonly (readonly [word: number, why: string])[] = [
  [0x0000, 'defined to be illegal'],
  [0x0004, 'c.addi4spn of 0'],
  [0x8000, 'quadrant 0, funct3 100'],
  [0x6101, 'c.addi16sp of 0'],
  [0x6081, 'c.lui of 0'],
  [0x2001, 'c.addiw to x0'],
  [0x4002, 'c.lwsp to x0'],
  [0x6002, 'c.ldsp to x0'],
  [0x8002, 'c.jr to x0'],
  [0x9c41, 'quadrant 1, reserved arithmetic'],
  [0x9c61, 'quadrant 1, reserved arithmetic'],
  [0xffff_ffff, 'all ones'],
  [0x0000_000b, 'custom-0'],
  [0x0000_2063, 'branch, funct3 010'],
  [0x0000_7003, 'load, funct3 111'],
  [0x0000_4023, 'store, funct3 100'],
  [0x0400_1013, 'slli with a seventh bit'],
  [0x0200_101b, 'slliw with a sixth bit'],
  [0x0000_201b, 'op-imm-32, funct3 010'],
  [0x0000_102f, 'amo, funct3 001'],
  [0x1010_202f, 'lr.w with rs2'],
  [0x0000_1067, 'jalr, funct3 001'],
  [0x0000_5007, 'vector load'],
  [0x0000_5053, 'fadd.s, rounding mode 5'],
  [0x0600_0053, 'fadd.q'],
  [0x3020_00f3, 'mret with rd'],
  [0x1050_8073, 'wfi with rs1'],
  [0x0000_00f3, 'ecall with rd'],
  [0x1200_00f3, 'sfence.vma with rd'],
  [0x0000_4073, 'system, funct3 100'],
];

const exceptions = program((p) => {
  for (const mode of ['M', 'S', 'U'] as const) {
    if (mode !== 'M') p.enter(mode);
    p.test();
    const call = { M: CAUSE.ecallM, S: CAUSE.ecallS, U: CAUSE.ecallU }[mode];
    p.traps(call, () => p.op('ecall'), { tval: 0 });
    p.test();
    p.traps(CAUSE.breakpoint, () => p.op('ebreak'));
    p.traps(CAUSE.breakpoint, () => p.op('c.ebreak'));
    for (const [word] of ILLEGAL) {
      p.test();
      p.traps(CAUSE.illegal, () => p.raw(word), { tval: word });
    }
    // Physical addresses nobody answers, below RAM and where only 56 bits exist.
    for (const address of [BigInt(HOLE), 1n << 40n, 1n << 57n, 1n << 63n]) {
      p.test();
      p.li(a1, address);
      p.li(a0, 5);
      p.traps(CAUSE.loadAccess, () => p.op('lw', { rd: a0, rs1: a1 }), { tval: address });
      p.expect(a0, 5);
      p.traps(CAUSE.storeAccess, () => p.op('sw', { rs2: a0, rs1: a1 }), { tval: address });
      p.traps(CAUSE.storeAccess, () => p.op('amoadd.w', { rd: a0, rs1: a1, rs2: a0 }), { tval: address });
      p.traps(CAUSE.loadAccess, () => p.op('lr.w', { rd: a0, rs1: a1 }), { tval: address });
      p.expect(a0, 5);
      // A jump there retires; the fetch traps.
      p.li(a2, 0);
      p.traps(CAUSE.fetchAccess, () => p.op('jalr', { rd: a2, rs1: a1 }), { epc: address, tval: address });
      p.op('sltu', { rd: a2, rs1: 0, rs2: a2 });
      p.expect(a2, 1);
    }
    for (const [name, cause] of [
      ['lr.w', 4],
      ['lr.d', 4],
      ['sc.d', 6],
      ['amoswap.w', 6],
      ['amomaxu.d', 6],
    ] as const) {
      p.test();
      p.la(a1, 'tohost');
      p.addi(a1, a1, name.endsWith('.w') ? 2 : 4);
      // A store-conditional may fail without looking at its address unless it holds a reservation.
      p.li(a0, 9);
      if (!name.startsWith('sc')) {
        p.traps(cause, () => p.op(name, { rd: a0, rs1: a1, ...(name.startsWith('lr') ? {} : { rs2: a0 }) }), {});
        p.expect(a0, 9);
        p.la(a1, 'tohost');
        p.addi(a1, a1, name.endsWith('.w') ? 2 : 4);
        p.same(TRAP.tval, a1);
      }
    }
    if (mode !== 'M') p.leave();
  }
});

/** The causes that can go to supervisor mode, and how to raise each in user mode. */
const delegation = program((p) => {
  const raise: readonly (readonly [cause: number, emit: () => void, tval?: number])[] = [
    [CAUSE.illegal, () => p.raw(0xffff_ffff), 0xffff_ffff],
    [CAUSE.breakpoint, () => p.op('ebreak')],
    [CAUSE.loadAccess, () => p.op('lb', { rd: a0, rs1: a1 }), HOLE],
    [CAUSE.storeAccess, () => p.op('sb', { rs2: a0, rs1: a1 }), HOLE],
    [CAUSE.storeMisaligned, () => p.op('amoadd.w', { rd: a0, rs1: a2, rs2: a0 })],
    [CAUSE.loadMisaligned, () => p.op('lr.w', { rd: a0, rs1: a2 })],
    [CAUSE.ecallU, () => p.op('ecall')],
  ];
  for (const mode of ['U', 'S', 'M'] as const) {
    for (const [cause, emit, tval] of raise) {
      p.test();
      const own = cause === CAUSE.ecallU ? { U: CAUSE.ecallU, S: CAUSE.ecallS, M: CAUSE.ecallM }[mode] : cause;
      // Not the call back to machine mode: the supervisor's handler does not know it.
      const call = own === CAUSE.ecallU || own === CAUSE.ecallS;
      p.write(CSR.medeleg, call ? 0 : 1 << own);
      p.li(a1, HOLE);
      p.la(a2, 'tohost');
      p.addi(a2, a2, 2);
      p.li(s6, 0);
      if (mode !== 'M') p.enter(mode);
      p.traps(own, emit, tval === undefined ? {} : { tval });
      if (mode !== 'M') p.leave();
      const toSupervisor = mode !== 'M' && !call;
      p.expect(s6, toSupervisor ? 1 : 0);
      if (toSupervisor) {
        // SPP tells the mode, SIE was saved and cleared.
        p.li(t5, MSTATUS.SPP);
        p.op('and', { rd: a0, rs1: TRAP.status, rs2: t5 });
        p.expect(a0, mode === 'S' ? MSTATUS.SPP : 0);
      }
    }
  }
  // A user's call that is delegated: the handler leaves a mark and returns.
  p.test();
  p.write(CSR.medeleg, 1 << CAUSE.ecallU);
  p.li(s6, 0);
  p.enter('U');
  p.traps(CAUSE.ecallU, () => p.op('ecall'));
  p.expect(s6, 1);
  p.traps(CAUSE.illegal, () => p.op('csrrs', { rd: a0, csr: CSR.medeleg, rs1: 0 }));
  // From user mode with its call delegated there is no way back but another exception.
  p.la(TRAP.resume, 'delegation_end');
  p.li(R.a7, 94);
  p.word(0xffff_ffff);
  p.label('delegation_end');
  p.li(R.a7, 0);
  p.li(TRAP.resume, 0);
  p.write(CSR.medeleg, 0);
});

/** The two stacks of privilege and interrupt enable, and MPRV. */
const returns = program((p) => {
  p.test();
  p.clear(CSR.mstatus, MSTATUS.MIE);
  p.set(CSR.mstatus, MSTATUS.MPIE | MSTATUS.MPP | MSTATUS.MPRV);
  const here = p.fresh();
  p.la(t5, here);
  p.csrw(CSR.mepc, t5);
  p.write(CSR.mie, 0);
  p.la(t5, here);
  p.csrw(CSR.mepc, t5);
  p.op('mret');
  p.label(here);
  // To machine mode: MIE = MPIE, MPIE = 1, MPP = U; MPRV stays.
  p.csrr(a0, CSR.mstatus);
  p.li(a1, MSTATUS.MIE | MSTATUS.MPIE | MSTATUS.MPP | MSTATUS.MPRV);
  p.op('and', { rd: a0, rs1: a0, rs2: a1 });
  p.clear(CSR.mstatus, MSTATUS.MIE | MSTATUS.MPRV);
  p.expect(a0, MSTATUS.MIE | MSTATUS.MPIE | MSTATUS.MPRV);
  // To a lower mode MPRV is cleared.
  p.test();
  p.set(CSR.mstatus, MSTATUS.MPRV);
  p.enter('S');
  p.leave();
  p.csrr(a0, CSR.mstatus);
  p.li(a1, MSTATUS.MPRV | MSTATUS.MPP);
  p.op('and', { rd: a0, rs1: a0, rs2: a1 });
  p.expect(a0, MSTATUS.MPP_S);
  // sret in supervisor and in machine mode.
  for (const mode of ['S', 'M'] as const) {
    for (const spp of [0n, MSTATUS.SPP]) {
      p.test();
      p.clear(CSR.mstatus, MSTATUS.SPP | MSTATUS.SIE);
      p.set(CSR.mstatus, spp | MSTATUS.SPIE | (mode === 'M' ? MSTATUS.MPRV : 0n));
      if (mode === 'S') p.enter('S');
      const there = p.fresh();
      p.la(t5, there);
      p.csrw(CSR.sepc, t5);
      p.op('sret');
      p.label(there);
      // The mode shows in the cause of a call.
      p.traps(spp ? CAUSE.ecallS : CAUSE.ecallU, () => p.op('ecall'));
      p.leave();
      p.csrr(a0, CSR.mstatus);
      p.li(a1, MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.MPRV);
      p.op('and', { rd: a0, rs1: a0, rs2: a1 });
      p.expect(a0, MSTATUS.SIE | MSTATUS.SPIE);
    }
  }
});

/** Instructions a mode may not execute, and those TVM, TW and TSR take from supervisor mode. */
const privileges = program((p) => {
  const returning = (name: string) => () => p.op(name);
  const fences = ['sfence.vma', 'sinval.vma'];
  p.test();
  for (const name of [...fences, 'sfence.w.inval', 'sfence.inval.ir']) p.op(name);
  p.enter('U');
  for (const name of [...fences, 'sfence.w.inval', 'sfence.inval.ir', 'sret', 'mret']) {
    p.test();
    p.traps(CAUSE.illegal, returning(name));
  }
  p.leave();
  p.enter('S');
  p.test();
  for (const name of [...fences, 'sfence.w.inval', 'sfence.inval.ir'])
    p.op(name, name.endsWith('vma') ? { rs1: a0, rs2: a1 } : {});
  p.traps(CAUSE.illegal, returning('mret'));
  p.csrr(a0, CSR.satp);
  p.csrw(CSR.satp, a0);
  p.leave();
  p.set(CSR.mstatus, MSTATUS.TVM);
  p.enter('S');
  for (const name of fences) {
    p.test();
    p.traps(CAUSE.illegal, returning(name));
  }
  p.test();
  p.op('sfence.w.inval');
  p.op('sfence.inval.ir');
  p.traps(CAUSE.illegal, () => p.csrr(a0, CSR.satp));
  p.traps(CAUSE.illegal, () => p.csrw(CSR.satp, 0));
  p.leave();
  p.test();
  p.csrr(a0, CSR.satp);
  p.op('sfence.vma');
  p.clear(CSR.mstatus, MSTATUS.TVM);
  p.set(CSR.mstatus, MSTATUS.TSR);
  p.enter('S');
  p.test();
  p.traps(CAUSE.illegal, returning('sret'));
  p.leave();
  p.clear(CSR.mstatus, MSTATUS.TSR);
  p.set(CSR.mstatus, MSTATUS.TW);
  p.enter('S');
  p.test();
  p.traps(CAUSE.illegal, returning('wfi'));
  p.leave();
  p.clear(CSR.mstatus, MSTATUS.TW);
});

const floatState = program((p) => {
  p.test();
  p.clear(CSR.mstatus, MSTATUS.FS);
  p.la(a1, 'tohost');
  for (const emit of [
    () => p.op('fadd.s', { rd: 1, rs1: 2, rs2: 3 }),
    () => p.op('fmv.x.d', { rd: a0, rs1: 1 }),
    () => p.op('fld', { rd: 1, rs1: a1 }),
    () => p.op('fsw', { rs2: 1, rs1: a1 }),
    () => p.op('c.fld', { rd: 8, rs1: 11 }),
    () => p.op('c.fsdsp', { rs2: 1 }),
    () => p.csrr(a0, CSR.fcsr),
    () => p.csrw(CSR.fflags, 0),
    () => p.csrr(a0, CSR.frm),
  ]) {
    p.test();
    p.traps(CAUSE.illegal, emit);
  }
  for (const state of [1n, 2n]) {
    for (const [emit, dirty] of [
      [() => p.op('fmv.x.d', { rd: a0, rs1: 1 }), false],
      [() => p.op('fsd', { rs2: 1, rs1: a2 }), false],
      [() => p.op('fmv.d.x', { rd: 1, rs1: 0 }), true],
      [() => p.op('fld', { rd: 1, rs1: a1 }), true],
      [() => p.op('fadd.d', { rd: 1, rs1: 1, rs2: 1 }), true],
      [() => p.csrw(CSR.fflags, 0), true],
    ] as const) {
      p.test();
      p.la(a1, 'tohost');
      p.la(a2, 'saved');
      p.addi(a2, a2, 24);
      p.clear(CSR.mstatus, MSTATUS.FS);
      p.set(CSR.mstatus, state << 13n);
      emit();
      p.csrr(a0, CSR.mstatus);
      p.li(t5, MSTATUS.FS | (1n << 63n));
      p.op('and', { rd: a0, rs1: a0, rs2: t5 });
      p.expect(a0, dirty ? MSTATUS.FS | (1n << 63n) : state << 13n);
    }
  }
  // A rounding mode that does not exist makes the instruction illegal, written in it or taken from frm.
  p.set(CSR.mstatus, MSTATUS.FS);
  for (const rm of [5, 6]) {
    p.test();
    p.traps(CAUSE.illegal, () => p.op('fadd.d', { rd: 1, rs1: 1, rs2: 1, rm }));
    p.op('csrrwi', { rd: 0, csr: CSR.frm, imm: rm });
    p.traps(CAUSE.illegal, () => p.op('fadd.d', { rd: 1, rs1: 1, rs2: 1, rm: 7 }));
    p.op('fadd.d', { rd: 1, rs1: 1, rs2: 1, rm: 0 });
    p.op('csrrwi', { rd: 0, csr: CSR.frm, imm: 0 });
  }
});

/** Stores to code are seen after fence.i: in place, on another page, across a page boundary, either half of a word. */
const selfModifying = program((p) => {
  const patch = (slot: string, bits: number) => {
    p.la(a1, slot);
    p.li(a2, BigInt.asIntN(32, BigInt(bits)));
    p.op('sh', { rs2: a2, rs1: a1 });
    p.op('srli', { rd: a2, rs1: a2, imm: 16 });
    p.op('sh', { rs2: a2, rs1: a1, imm: 2 });
    p.op('fence.i');
  };
  const li = (value: number) => ((value << 20) | (a0 << 7) | 0x13) >>> 0;
  p.test();
  p.j('code_near_end');
  p.label('code_near');
  p.word(li(1));
  p.op('jalr', { rd: 0, rs1: R.ra });
  p.label('code_near_end');
  for (const value of [2, 3, 4]) {
    p.jal('code_near');
    p.expect(a0, value - 1);
    patch('code_near', li(value));
  }
  p.test();
  p.j('code_cross_end');
  p.align(4096);
  p.space(4094);
  p.label('code_cross');
  p.word(li(11));
  p.op('jalr', { rd: 0, rs1: R.ra });
  p.label('code_cross_end');
  for (const value of [12, 13, 14]) {
    p.jal('code_cross');
    p.expect(a0, value - 1);
    patch('code_cross', li(value));
  }
  // Only the half on the second page changes.
  p.test();
  p.la(a1, 'code_cross');
  p.li(a2, 0x0150);
  p.op('sh', { rs2: a2, rs1: a1, imm: 2 });
  p.op('fence.i');
  p.jal('code_cross');
  p.expect(a0, 0x15);
});

/** Programs by name. */
export const PRIVILEGED_PROGRAMS: readonly NamedProgram[] = [
  ['exceptions', exceptions],
  ['delegation', delegation],
  ['trap returns', returns],
  ['TVM, TW, TSR', privileges],
  ['floating-point state', floatState],
  ['self-modifying code', selfModifying],
];
