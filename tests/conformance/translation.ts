/** Programs for address translation: permissions, levels, A and D, reserved encodings, fences, instruction fetch. */
import { R } from '../support/asm.ts';
import {
  CAUSE,
  CSR,
  MSTATUS,
  type NamedProgram,
  type Program,
  PTE,
  machineProgram as program,
  TABLES,
  TRAP,
} from './environment.ts';

const { a0, a1, a2, a3, t0, t1 } = R;

/** The program's own tables. Sv39 and Sv48 share all but the root. */
const ROOT39 = TABLES + 0x4000;
const ROOT48 = TABLES + 0x5000;
const MIDDLE = TABLES + 0x6000;
const LEAVES = TABLES + 0x7000;
/** Data frames: 64 KiB, aligned to that. */
const FRAMES = TABLES + 0x3_0000;
const V = 1n;
const AD = BigInt(PTE.A | PTE.D);
const N = 1n << 63n;

/** The window: indices 5, 1 and 0… of the three levels. */
const WINDOW = (5n << 30n) | (1n << 21n);
const page = (i: number): bigint => WINDOW + BigInt(i) * 4096n;
const frame = (i: number): number => FRAMES + i * 4096;
const leafAt = (i: number): number => LEAVES + 8 * i;

const entry = (address: number, flags: bigint | number): bigint => (BigInt(address) >> 2n) | BigInt(flags);

/** Stores a doubleword at a physical address. Clobbers t0 and t1. */
function poke(p: Program, address: number, value: bigint): void {
  p.li(t0, address);
  p.li(t1, value);
  p.sd(t1, 0, t0);
}

/** Fails unless memory at a physical address holds the doubleword. Clobbers t0 and t1. */
function peek(p: Program, address: number, value: bigint): void {
  p.li(t0, address);
  p.ld(t1, 0, t0);
  p.expect(t1, value);
}

const satp = (mode: 8 | 9, asid = 0): bigint =>
  (BigInt(mode) << 60n) | (BigInt(asid) << 44n) | BigInt((mode === 8 ? ROOT39 : ROOT48) / 4096);

/** Pointers down to the leaves of the window, and translation by `mode`. */
function setUp(p: Program, mode: 8 | 9): void {
  poke(p, ROOT48, entry(ROOT39, V));
  poke(p, ROOT48 + 8 * 511, entry(ROOT39, V));
  poke(p, ROOT39 + 8 * 5, entry(MIDDLE, V));
  poke(p, MIDDLE + 8, entry(LEAVES, V));
  p.write(CSR.satp, satp(mode));
  p.op('sfence.vma');
}

/** Loads and stores between the calls are made as the given mode. */
function asMode(p: Program, mode: 'S' | 'U', flags: bigint, body: () => void): void {
  p.clear(CSR.mstatus, MSTATUS.MPP | MSTATUS.SUM | MSTATUS.MXR);
  p.set(CSR.mstatus, MSTATUS.MPRV | flags | (mode === 'S' ? MSTATUS.MPP_S : 0n));
  body();
  p.clear(CSR.mstatus, MSTATUS.MPRV);
}

const load = (p: Program) => () => p.ld(a0, 0, a1);
const store = (p: Program) => () => p.sd(a2, 0, a1);

/** One access as a lower mode. The handler's return leaves MPP = U, so each access sets the mode anew. */
function check(
  p: Program,
  mode: 'S' | 'U',
  flags: bigint,
  address: bigint,
  kind: 'load' | 'store',
  faults: boolean,
): void {
  p.li(a1, address);
  p.li(a2, 0x77);
  asMode(p, mode, flags, () => {
    const emit = kind === 'load' ? load(p) : store(p);
    if (faults) p.traps(kind === 'load' ? CAUSE.loadPage : CAUSE.storePage, emit, { tval: address });
    else emit();
  });
}

/** Whether an access is allowed, said from the manual (4.3.1, 4.3.2). */
function allowed(flags: number, mode: 'S' | 'U', sum: boolean, mxr: boolean, kind: 'load' | 'store'): boolean {
  if (!(flags & PTE.V) || (flags & (PTE.R | PTE.W)) === PTE.W) return false;
  if (!(flags & (PTE.R | PTE.W | PTE.X))) return false;
  if (mode === 'U' ? !(flags & PTE.U) : flags & PTE.U && !sum) return false;
  return kind === 'store' ? (flags & PTE.W) !== 0 : (flags & PTE.R) !== 0 || (mxr && (flags & PTE.X) !== 0);
}

const permissions = program((p) => {
  setUp(p, 8);
  for (let flags = 0; flags < 32; flags++) {
    p.test();
    poke(p, leafAt(0), entry(frame(0), BigInt(flags) | AD));
    p.op('sfence.vma');
    for (const mode of ['S', 'U'] as const) {
      for (const [sum, mxr] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const status = (sum ? MSTATUS.SUM : 0n) | (mxr ? MSTATUS.MXR : 0n);
        for (const kind of ['load', 'store'] as const) {
          check(p, mode, status, page(0), kind, !allowed(flags, mode, sum, mxr, kind));
        }
      }
    }
  }
});

/** Leaves at every level: where they point, and that they must be aligned. */
const levels = (mode: 8 | 9) =>
  program((p) => {
    const RWAD = BigInt(PTE.V | PTE.R | PTE.W) | AD;
    setUp(p, mode);
    poke(p, frame(3) + 0x128, 0xfeed_0000_0000_0003n);
    const reads = (address: bigint, value: bigint) => {
      p.op('sfence.vma');
      check(p, 'S', 0n, address, 'load', false);
      p.expect(a0, value);
    };
    p.test();
    poke(p, leafAt(3), entry(frame(3), RWAD));
    reads(page(3) + 0x128n, 0xfeed_0000_0000_0003n);
    // 2 MiB: TABLES is aligned to it.
    p.test();
    poke(p, MIDDLE + 16, entry(TABLES, RWAD));
    const megapage = (5n << 30n) | (2n << 21n);
    reads(megapage + BigInt(frame(3) - TABLES) + 0x128n, 0xfeed_0000_0000_0003n);
    for (const bit of [1, 256]) {
      p.test();
      poke(p, MIDDLE + 16, entry(TABLES + bit * 4096, RWAD));
      p.op('sfence.vma');
      check(p, 'S', 0n, megapage, 'load', true);
    }
    // 1 GiB.
    p.test();
    poke(p, ROOT39 + 8 * 6, entry(0x8000_0000, RWAD));
    const gigapage = 6n << 30n;
    reads(gigapage + BigInt(frame(3) - 0x8000_0000) + 0x128n, 0xfeed_0000_0000_0003n);
    for (const bit of [1, 512, 0x2_0000]) {
      p.test();
      poke(p, ROOT39 + 8 * 6, entry(0x8000_0000 + bit * 4096, RWAD));
      p.op('sfence.vma');
      check(p, 'S', 0n, gigapage, 'load', true);
    }
    // 512 GiB, of Sv48 only.
    if (mode === 9) {
      p.test();
      poke(p, ROOT48 + 8, entry(0, RWAD));
      reads((1n << 39n) + BigInt(frame(3)) + 0x128n, 0xfeed_0000_0000_0003n);
      poke(p, ROOT48 + 8, entry(0x8000_0000, RWAD));
      p.op('sfence.vma');
      check(p, 'S', 0n, 1n << 39n, 'load', true);
    }
    // A pointer at the last level leads nowhere.
    p.test();
    poke(p, leafAt(4), entry(LEAVES, V));
    p.op('sfence.vma');
    check(p, 'S', 0n, page(4), 'load', true);
    // Bits above the top of the address have to equal it.
    const top = mode === 8 ? 38n : 47n;
    for (const address of [
      (1n << top) + page(3),
      page(3) | (1n << 63n),
      page(3) | (1n << (top + 1n)),
      ((1n << 64n) - (1n << (top + 1n))) | page(3),
    ]) {
      p.test();
      check(p, 'S', 0n, address, 'load', true);
      check(p, 'S', 0n, address, 'store', true);
    }
    // The upper half.
    p.test();
    poke(p, ROOT39 + 8 * 511, entry(0x8000_0000, RWAD));
    reads((1n << 64n) - (1n << 30n) + BigInt(frame(3) - 0x8000_0000) + 0x128n, 0xfeed_0000_0000_0003n);
  });

/** Encodings that are reserved fault: in leaves and in pointers. */
const reserved = program((p) => {
  setUp(p, 8);
  const good = entry(frame(1), BigInt(PTE.V | PTE.R | PTE.W) | AD);
  for (const bit of [54, 55, 56, 57, 58, 59, 60, 61, 62]) {
    p.test();
    poke(p, leafAt(1), good | (1n << BigInt(bit)));
    p.op('sfence.vma');
    check(p, 'S', 0n, page(1), 'load', true);
    check(p, 'S', 0n, page(1), 'store', true);
  }
  poke(p, leafAt(1), good);
  for (const bits of [BigInt(PTE.A), BigInt(PTE.D), BigInt(PTE.U), N, 1n << 54n, 1n << 61n]) {
    p.test();
    poke(p, MIDDLE + 8, entry(LEAVES, V | bits));
    p.op('sfence.vma');
    check(p, 'S', 0n, page(1), 'load', true);
  }
  p.test();
  poke(p, MIDDLE + 8, entry(LEAVES, V | BigInt(PTE.G)));
  p.op('sfence.vma');
  check(p, 'S', 0n, page(1), 'load', false);
});

/** Svnapot: 16 entries are one 64 KiB page; any other size is reserved. */
const napot = program((p) => {
  setUp(p, 8);
  const flags = BigInt(PTE.V | PTE.R | PTE.W) | AD | N;
  for (let i = 0; i < 16; i++) {
    poke(p, frame(i) + 8, BigInt(0x1000 + i));
    poke(p, leafAt(16 + i), entry(FRAMES + 0x8000, flags));
  }
  p.op('sfence.vma');
  for (let i = 0; i < 16; i++) {
    p.test();
    check(p, 'S', 0n, page(16 + i) + 8n, 'load', false);
    p.expect(a0, 0x1000 + i);
  }
  // Anything but 1000 in the low bits of the page number is reserved.
  for (const low of [0, 1, 2, 4, 5, 9, 12, 15]) {
    p.test();
    poke(p, leafAt(16), entry(FRAMES + low * 4096, flags));
    p.op('sfence.vma');
    check(p, 'S', 0n, page(16), 'load', true);
  }
});

/** The walker sets A on any access, D on stores; nothing on one that faults. */
const accessedDirty = program((p) => {
  setUp(p, 8);
  const flags = BigInt(PTE.V | PTE.R | PTE.W);
  const leaf = (i: number, more = 0n) => entry(frame(i), flags | more);
  p.test();
  poke(p, leafAt(2), leaf(2));
  p.op('sfence.vma');
  check(p, 'S', 0n, page(2), 'load', false);
  peek(p, leafAt(2), leaf(2, BigInt(PTE.A)));
  check(p, 'S', 0n, page(2), 'store', false);
  peek(p, leafAt(2), leaf(2, AD));
  p.test();
  poke(p, leafAt(2), leaf(2));
  p.op('sfence.vma');
  check(p, 'S', 0n, page(2), 'store', false);
  peek(p, leafAt(2), leaf(2, AD));
  // No permission, no bits.
  p.test();
  poke(p, leafAt(2), leaf(2));
  p.op('sfence.vma');
  check(p, 'U', 0n, page(2), 'load', true);
  peek(p, leafAt(2), leaf(2));
  poke(p, leafAt(2), entry(frame(2), BigInt(PTE.V | PTE.R)));
  p.op('sfence.vma');
  check(p, 'S', 0n, page(2), 'store', true);
  peek(p, leafAt(2), entry(frame(2), BigInt(PTE.V | PTE.R)));
  // Atomics are stores, also when they do not change anything; a load-reserved is a load.
  for (const [name, bits] of [
    ['lr.d', BigInt(PTE.A)],
    ['amoor.d', AD],
    ['amoswap.w', AD],
  ] as const) {
    p.test();
    poke(p, leafAt(2), leaf(2));
    p.op('sfence.vma');
    p.li(a1, page(2));
    asMode(p, 'S', 0n, () => p.op(name, { rd: a0, rs1: a1 }));
    peek(p, leafAt(2), leaf(2, bits));
  }
  // Both pages of an access that crosses.
  p.test();
  poke(p, leafAt(2), leaf(2));
  poke(p, leafAt(3), leaf(3));
  p.op('sfence.vma');
  check(p, 'S', 0n, page(3) - 4n, 'store', false);
  peek(p, leafAt(2), leaf(2, AD));
  peek(p, leafAt(3), leaf(3, AD));
  // A fetch sets A.
  p.test();
  poke(p, frame(5), 0x8067n);
  poke(p, leafAt(5), entry(frame(5), BigInt(PTE.V | PTE.X)));
  poke(p, ROOT39 + 8 * 2, entry(0x8000_0000, BigInt(PTE.V | PTE.R | PTE.W | PTE.X) | AD));
  p.op('sfence.vma');
  p.enter('S');
  p.li(a1, page(5));
  p.op('fence.i');
  p.op('jalr', { rd: R.ra, rs1: a1 });
  p.leave();
  peek(p, leafAt(5), entry(frame(5), BigInt(PTE.V | PTE.X | PTE.A)));
});

/** Accesses across pages, the second of which faults: what tval says, and that nothing is stored. */
const crossing = program((p) => {
  setUp(p, 8);
  const RW = BigInt(PTE.V | PTE.R | PTE.W) | AD;
  poke(p, leafAt(0), entry(frame(7), RW));
  poke(p, leafAt(1), entry(frame(2), RW));
  poke(p, leafAt(2), 0n);
  poke(p, leafAt(3), entry(frame(4), BigInt(PTE.V | PTE.R) | AD));
  poke(p, leafAt(4), entry(frame(0), RW));
  p.op('sfence.vma');
  const ones = -1n;
  for (const offset of [1n, 4n, 7n]) {
    // Frames that do not follow one another.
    p.test();
    poke(p, frame(7) + 4088, 0x1716_1514_1312_1110n);
    poke(p, frame(2), 0x2726_2524_2322_2120n);
    p.li(a1, page(1) - offset);
    asMode(p, 'S', 0n, load(p));
    const both = (0x2726_2524_2322_2120n << 64n) | 0x1716_1514_1312_1110n;
    p.expect(a0, BigInt.asUintN(64, both >> (8n * (8n - offset))));
    p.li(a2, ones);
    p.li(a1, page(1) - offset);
    asMode(p, 'S', 0n, store(p));
    peek(
      p,
      frame(2),
      BigInt.asUintN(64, (0x2726_2524_2322_2120n >> (8n * (8n - offset))) << (8n * (8n - offset))) |
        ((1n << (8n * (8n - offset))) - 1n),
    );
    // The second page is missing, then read-only.
    p.test();
    poke(p, frame(2) + 4088, 0x55n);
    p.li(a1, page(2) - offset);
    p.li(a0, 3);
    asMode(p, 'S', 0n, () => p.traps(CAUSE.loadPage, load(p), { tval: page(2) }));
    p.expect(a0, 3);
    asMode(p, 'S', 0n, () => p.traps(CAUSE.storePage, store(p), { tval: page(2) }));
    peek(p, frame(2) + 4088, 0x55n);
    // The first is missing: the address itself.
    p.test();
    p.li(a1, page(3) - offset);
    asMode(p, 'S', 0n, () => p.traps(CAUSE.loadPage, load(p), { tval: page(3) - offset }));
    asMode(p, 'S', 0n, () => p.traps(CAUSE.storePage, store(p), { tval: page(3) - offset }));
    p.test();
    p.li(a1, page(4) - offset);
    asMode(p, 'S', 0n, load(p));
    asMode(p, 'S', 0n, () => p.traps(CAUSE.storePage, store(p), { tval: page(4) - offset }));
  }
});

/** Changed entries are seen after each form of the fence; other address spaces keep theirs, global pages serve all. */
const fences = program((p) => {
  setUp(p, 8);
  const RW = BigInt(PTE.V | PTE.R | PTE.W) | AD;
  for (let i = 0; i < 8; i++) poke(p, frame(i), BigInt(100 + i));
  const reads = (asid: number, value: number) => {
    p.write(CSR.satp, satp(8, asid));
    check(p, 'S', 0n, page(0), 'load', false);
    p.expect(a0, value);
  };
  const forms: readonly ((p: Program) => void)[] = [
    () => p.op('sfence.vma'),
    () => p.op('sfence.vma', { rs1: a1 }),
    () => p.op('sfence.vma', { rs2: a3 }),
    () => p.op('sfence.vma', { rs1: a1, rs2: a3 }),
    () => {
      p.op('sfence.w.inval');
      p.op('sinval.vma', { rs1: a1, rs2: a3 });
      p.op('sfence.inval.ir');
    },
    () => {
      p.op('sfence.w.inval');
      p.op('sinval.vma');
      p.op('sfence.inval.ir');
    },
  ];
  forms.forEach((form, i) => {
    p.test();
    poke(p, leafAt(0), entry(frame(i), RW));
    p.li(a1, page(0));
    p.li(a3, 1);
    form(p);
    reads(1, 100 + i);
    poke(p, leafAt(0), entry(frame(i + 1), RW));
    p.li(a1, page(0) + 8n);
    form(p);
    reads(1, 101 + i);
  });
  // A global page is not dropped by a fence for one space, but by one for all.
  p.test();
  poke(p, leafAt(0), entry(frame(3), RW | BigInt(PTE.G)));
  p.op('sfence.vma');
  reads(2, 103);
  reads(5, 103);
  poke(p, leafAt(0), entry(frame(4), RW | BigInt(PTE.G)));
  p.li(a1, page(0));
  p.op('sfence.vma', { rs1: a1 });
  reads(2, 104);
  reads(5, 104);
  // Two spaces, two roots.
  p.test();
  poke(p, leafAt(0), entry(frame(6), RW));
  p.op('sfence.vma');
  reads(1, 106);
  p.li(a1, page(0));
  p.write(CSR.satp, 0n);
  // Without translation the same address is nobody's.
  p.test();
  asMode(p, 'S', 0n, () => p.traps(CAUSE.loadAccess, load(p), { tval: page(0) }));
});

/** Fetches: permissions by mode, pages that end in the middle of an instruction, addresses that are none. */
const fetches = program((p) => {
  setUp(p, 9);
  const X = BigInt(PTE.V | PTE.X) | AD;
  const ret = 0x8067n;
  for (let i = 0; i < 8; i++) poke(p, frame(i), ret);
  // The program itself, for the supervisor in one gigapage, for the user in another.
  poke(p, ROOT39 + 8 * 2, entry(0x8000_0000, BigInt(PTE.V | PTE.R | PTE.W | PTE.X) | AD));
  poke(p, ROOT39 + 8 * 3, entry(0x8000_0000, BigInt(PTE.V | PTE.R | PTE.W | PTE.X | PTE.U) | AD));
  poke(p, leafAt(0), entry(frame(0), X));
  poke(p, leafAt(1), entry(frame(1), X | BigInt(PTE.U)));
  poke(p, leafAt(2), entry(frame(2), BigInt(PTE.V | PTE.R | PTE.W) | AD));
  poke(p, leafAt(3), 0n);
  p.op('sfence.vma');
  p.op('fence.i');
  p.set(CSR.mstatus, MSTATUS.SUM | MSTATUS.MXR);
  const runs = (address: bigint) => {
    p.li(a1, address);
    p.op('jalr', { rd: R.ra, rs1: a1 });
  };
  const faults = (address: bigint) => {
    p.li(a1, address);
    p.traps(CAUSE.fetchPage, () => p.op('jalr', { rd: R.ra, rs1: a1 }), { epc: address, tval: address });
  };
  const offset = 0x4000_0000n;
  for (const mode of ['S', 'U'] as const) {
    const shift = mode === 'U' ? offset : 0n;
    p.enter(mode, shift);
    p.test();
    if (mode === 'S') runs(page(0));
    else faults(page(0));
    p.test();
    if (mode === 'U') runs(page(1));
    else faults(page(1));
    for (const address of [page(2), page(3), page(3) + 0x10n, 1n << 47n, 1n << 62n, (1n << 64n) - 4n]) {
      p.test();
      faults(address);
    }
    // Loads from a page that is only executable, by MXR.
    p.test();
    p.li(a1, mode === 'S' ? page(0) : page(1));
    p.ld(a0, 0, a1);
    p.expect(a0, ret);
    p.leave(shift);
  }
  // An instruction whose second half is on a page that is not there: tval is the second page, epc the instruction.
  p.test();
  poke(p, frame(6) + 4088, 0x0013_0001_0001_0001n);
  poke(p, leafAt(8), entry(frame(6), X));
  poke(p, leafAt(9), 0n);
  p.op('sfence.vma');
  p.op('fence.i');
  p.enter('S');
  p.li(a1, page(9) - 2n);
  p.traps(CAUSE.fetchPage, () => p.op('jalr', { rd: R.ra, rs1: a1 }), { epc: page(9) - 2n, tval: page(9) });
  p.leave();
  // There after all, on a frame elsewhere.
  p.test();
  poke(p, frame(0), (ret << 16n) | 0x0050n);
  poke(p, leafAt(9), entry(frame(0), X));
  p.op('sfence.vma');
  p.op('fence.i');
  p.enter('S');
  p.li(a1, page(9) - 2n);
  p.li(R.zero, 0);
  p.op('jalr', { rd: R.ra, rs1: a1 });
  p.leave();
});

/** Tables that can not be read: nobody there, or forbidden by PMP. Access faults of the kind of the access. */
const tables = program((p) => {
  setUp(p, 8);
  poke(p, MIDDLE + 24, entry(0x18_0000, V));
  p.op('sfence.vma');
  const address = (5n << 30n) | (3n << 21n);
  const access = () => {
    p.li(a1, address);
    asMode(p, 'S', 0n, () => p.traps(CAUSE.loadAccess, load(p), { tval: address }));
    asMode(p, 'S', 0n, () => p.traps(CAUSE.storeAccess, store(p), { tval: address }));
  };
  p.test();
  access();
  p.test();
  poke(p, MIDDLE + 24, entry(LEAVES, V));
  poke(p, leafAt(0), entry(frame(0), BigInt(PTE.V | PTE.R | PTE.W) | AD));
  p.op('sfence.vma');
  p.li(a1, address);
  asMode(p, 'S', 0n, load(p));
  // Entry 0 takes the page of leaves away; entry 1 lets all else through.
  p.csrw(CSR.pmpcfg0, 0);
  p.write(CSR.pmpaddr0 + 1, (1n << 54n) - 1n);
  p.write(CSR.pmpaddr0, BigInt(LEAVES) / 4n + 511n);
  p.write(CSR.pmpcfg0, 0x1f18);
  p.op('sfence.vma');
  access();
  p.same(TRAP.resume, 0);
});

/** With A and D left to software, a clear bit is a page fault, and the table stays as it is. */
const softwareBits = program((p) => {
  setUp(p, 8);
  const flags = BigInt(PTE.V | PTE.R | PTE.W);
  p.test();
  poke(p, leafAt(2), entry(frame(2), flags));
  p.op('sfence.vma');
  check(p, 'S', 0n, page(2), 'load', true);
  check(p, 'S', 0n, page(2), 'store', true);
  peek(p, leafAt(2), entry(frame(2), flags));
  p.test();
  poke(p, leafAt(2), entry(frame(2), flags | BigInt(PTE.A)));
  p.op('sfence.vma');
  check(p, 'S', 0n, page(2), 'load', false);
  check(p, 'S', 0n, page(2), 'store', true);
  peek(p, leafAt(2), entry(frame(2), flags | BigInt(PTE.A)));
  p.test();
  poke(p, leafAt(2), entry(frame(2), flags | AD));
  p.op('sfence.vma');
  check(p, 'S', 0n, page(2), 'load', false);
  check(p, 'S', 0n, page(2), 'store', false);
});

/** Programs by name. */
export const TRANSLATION_PROGRAMS: readonly NamedProgram[] = [
  ['page permissions', permissions],
  ['levels of Sv39', levels(8)],
  ['levels of Sv48', levels(9)],
  ['reserved page-table entries', reserved],
  ['NAPOT pages', napot],
  ['accessed and dirty bits', accessedDirty],
  ['accesses across pages', crossing],
  ['translation fences', fences],
  ['fetches under translation', fetches],
  ['page tables out of reach', tables],
];

/** Programs for machines whose walker leaves A and D to the kernel. */
export const SOFTWARE_BITS: readonly NamedProgram[] = [['A and D by software', softwareBits]];
