/** Programs for physical memory protection and the cache-block instructions. */
import { R } from '../support/asm.ts';
import { CAUSE, CSR, MSTATUS, type NamedProgram, machineProgram as program } from './environment.ts';

const { a0, a1, a2, a3 } = R;

const PMP = { R: 1, W: 2, X: 4, TOR: 8, NA4: 16, NAPOT: 24, L: 128 } as const;

/** Physical memory protection: matching, priority, permissions by mode. */
const pmp = program((p) => {
  const region = 0x8010_0000;
  const napot = (base: number, size: number) => BigInt(base) / 4n + BigInt(size) / 8n - 1n;
  // Entry 15, the last, lets everything through; entry 0 is what is tested.
  p.write(0x3bf, (1n << 54n) - 1n);
  p.write(CSR.pmpcfg2, 0x1fn << 56n);
  const configure = (config: number, address: bigint) => {
    p.csrw(CSR.pmpcfg0, 0);
    p.write(CSR.pmpaddr0, address);
    p.write(CSR.pmpcfg0, config);
  };
  const probe = (address: number, allowed: { r: boolean; w: boolean }) => {
    p.li(a1, address);
    p.li(a0, 3);
    const load = () => p.op('lw', { rd: a0, rs1: a1 });
    const store = () => p.op('sw', { rs2: 0, rs1: a1 });
    if (allowed.r) load();
    else p.traps(CAUSE.loadAccess, load, { tval: address });
    if (allowed.w) store();
    else p.traps(CAUSE.storeAccess, store, { tval: address });
  };
  for (const config of [0, PMP.R, PMP.R | PMP.W, PMP.R | PMP.X, PMP.X]) {
    const allowed = { r: (config & PMP.R) !== 0, w: (config & PMP.W) !== 0 };
    for (const [mode, size] of [
      [PMP.NAPOT, 4096],
      [PMP.NAPOT, 64],
      [PMP.NAPOT, 8],
      [PMP.NA4, 4],
    ] as const) {
      p.test();
      configure(config | mode, mode === PMP.NA4 ? BigInt(region / 4) : napot(region, size));
      p.enter('U');
      probe(region, allowed);
      probe(region + size - 4, allowed);
      probe(region - 4, { r: true, w: true });
      probe(region + size, { r: true, w: true });
      p.leave();
      // Machine mode is not bound by an entry that is not locked.
      probe(region, { r: true, w: true });
      // But as supervisor it is.
      p.test();
      p.set(CSR.mstatus, MSTATUS.MPP_S | MSTATUS.MPRV);
      p.clear(CSR.mstatus, 1n << 12n);
      p.li(a1, region);
      const load = () => p.op('lw', { rd: a0, rs1: a1 });
      if (allowed.r) load();
      else p.traps(CAUSE.loadAccess, load, { tval: region });
      p.clear(CSR.mstatus, MSTATUS.MPRV);
    }
  }
  // An access that only partly lies in an entry fails whatever that allows (3.7.1).
  p.test();
  configure(PMP.R | PMP.W | PMP.NA4, BigInt(region / 4));
  p.enter('S');
  p.li(a1, region);
  p.op('lw', { rd: a0, rs1: a1 });
  p.traps(CAUSE.loadAccess, () => p.op('ld', { rd: a0, rs1: a1 }));
  p.traps(CAUSE.storeAccess, () => p.op('sd', { rs2: 0, rs1: a1 }));
  p.traps(CAUSE.storeAccess, () => p.op('amoadd.d', { rd: a0, rs1: a1, rs2: 0 }));
  p.leave();
  // Top of range: from the entry before.
  p.test();
  p.csrw(CSR.pmpcfg0, 0);
  p.write(CSR.pmpaddr0, region / 4);
  p.write(CSR.pmpaddr0 + 1, (region + 0x100) / 4);
  p.write(CSR.pmpcfg0, (PMP.TOR | PMP.R) << 8);
  p.enter('U');
  probe(region, { r: true, w: false });
  probe(region + 0xfc, { r: true, w: false });
  probe(region + 0x100, { r: true, w: true });
  probe(region - 4, { r: true, w: true });
  p.leave();
  // The lowest entry decides.
  p.test();
  p.csrw(CSR.pmpcfg0, 0);
  p.write(CSR.pmpaddr0, napot(region, 16));
  p.write(CSR.pmpaddr0 + 1, napot(region, 4096));
  p.write(CSR.pmpcfg0, ((PMP.NAPOT | PMP.R) << 8) | PMP.NAPOT | PMP.R | PMP.W);
  p.enter('U');
  probe(region, { r: true, w: true });
  probe(region + 16, { r: true, w: false });
  p.leave();
  // Execution.
  p.test();
  configure(PMP.R | PMP.W | PMP.NAPOT, napot(region, 4096));
  p.li(a1, region);
  p.li(a0, 0x8067);
  p.op('sw', { rs2: a0, rs1: a1 });
  p.enter('U');
  p.traps(CAUSE.fetchAccess, () => p.op('jalr', { rd: R.ra, rs1: a1 }), { epc: region, tval: region });
  p.leave();
  configure(PMP.X | PMP.NAPOT, napot(region, 4096));
  p.enter('U');
  p.li(a1, region);
  p.op('jalr', { rd: R.ra, rs1: a1 });
  p.leave();
  // Without any match a lower mode has no access.
  p.test();
  p.csrw(CSR.pmpcfg0, 0);
  p.write(CSR.pmpaddr0, napot(0x8000_0000, 0x10_0000));
  p.write(CSR.pmpcfg0, PMP.NAPOT | PMP.R | PMP.W | PMP.X);
  p.csrw(CSR.pmpcfg2, 0);
  p.enter('S');
  probe(region, { r: false, w: false });
  p.leave();
  // A locked entry binds machine mode and can not be changed, nor its address.
  p.test();
  p.write(CSR.pmpaddr0 + 2, napot(region, 4096));
  p.set(CSR.pmpcfg0, BigInt(PMP.L | PMP.NAPOT | PMP.R) << 16n);
  probe(region, { r: true, w: false });
  p.csrr(a2, CSR.pmpcfg0);
  p.clear(CSR.pmpcfg0, 0xffn << 16n);
  p.csrr(a3, CSR.pmpcfg0);
  p.same(a2, a3);
  p.write(CSR.pmpaddr0 + 2, 0);
  p.reads(CSR.pmpaddr0 + 2, napot(region, 4096));
});

/** Cache-block instructions: what they do, and when menvcfg and senvcfg forbid them. */
const cacheBlocks = program((p) => {
  const block = 0x8010_0040;
  p.test();
  p.li(a1, block - 64);
  p.li(a0, -1);
  for (let i = 0; i < 192; i += 8) p.sd(a0, i, a1);
  p.li(a2, block + 24);
  p.op('cbo.zero', { rs1: a2 });
  for (let i = 0; i < 192; i += 8) {
    p.ld(a0, i, a1);
    p.expect(a0, i >= 64 && i < 128 ? 0 : -1);
  }
  for (const name of ['cbo.clean', 'cbo.flush', 'cbo.inval']) {
    p.test();
    p.op(name, { rs1: a1 });
    p.ld(a0, 0, a1);
    p.expect(a0, -1);
  }
  const gates = [
    ['cbo.zero', 0x80],
    ['cbo.clean', 0x40],
    ['cbo.flush', 0x40],
    ['cbo.inval', 0x10],
  ] as const;
  for (const [name, bit] of gates) {
    for (const mode of ['S', 'U'] as const) {
      for (const [m, s] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        p.test();
        p.write(CSR.menvcfg, m * bit);
        p.write(CSR.senvcfg, s * bit);
        p.li(a2, block);
        p.enter(mode);
        const emit = () => p.op(name, { rs1: a2 });
        if (m && (mode === 'S' || s)) emit();
        else p.traps(CAUSE.illegal, emit);
        p.leave();
      }
    }
  }
});

/** Programs by name. */
export const PROTECTION_PROGRAMS: readonly NamedProgram[] = [
  ['physical memory protection', pmp],
  ['cache blocks', cacheBlocks],
];
