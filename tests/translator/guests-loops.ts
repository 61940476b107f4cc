/** Guests whose loops go through memory or compute in floating point. */
import { CSR } from '../mmu/rig.ts';
import { entry, PAGE, PTE, RWXAD, Tables } from '../mmu/tables.ts';
import { R } from '../support/asm.ts';
import { BASE, DATA, machineGuest, pagingGuest, TABLES, WINDOW } from './guest.ts';

/** Where a list ends that leads out of what is mapped: by no page, beyond what an address can be, or across an edge. */
export const ASTRAY = [
  0x1000n,
  0x4000_0000_0000_0000n,
  0xffff_ffff_ffff_f008n,
  0xffff_ffff_ffff_fffcn,
  BigInt(WINDOW),
  BigInt(BASE) + 0x4000_0000n - 4n,
] as const;

/**
 * Follows a list over several pages, again and again, in a loop of a few instructions; in the end it leads astray. Half of the times what
 * is at an element is first looked at in a later turn.
 */
export function listAstray(rounds: number): Uint8Array {
  const tables = new Tables(TABLES, 8);
  const root = tables.page();
  const NODES = 40;
  const STEP = 1000;
  const last = DATA + NODES * STEP;
  const list = new DataView(new ArrayBuffer((NODES + 1) * STEP));
  for (let n = 0; n < NODES; n++) {
    list.setBigUint64(n * STEP, BigInt(DATA + (n + 1) * STEP), true);
    list.setBigUint64(n * STEP + 8, BigInt(n % 3), true);
  }
  return pagingGuest(
    tables,
    root,
    (a) => {
      a.la(R.t0, 'fault');
      a.csrw(CSR.stvec, R.t0);
      a.repeat(R.s1, rounds, () => {
        for (const astray of ASTRAY) {
          a.li(R.t0, astray);
          a.li(R.t1, last);
          a.sd(R.t0, 0, R.t1);
          a.li(R.a0, DATA);
          a.la(R.s2, `behind ${astray}`);
          const [again, skip] = [a.fresh(), a.fresh()];
          a.op('andi', { rd: R.a3, rs1: R.s1, imm: 1 });
          a.label(again);
          a.beq(R.a3, 0, skip);
          a.ld(R.a2, 8, R.a0);
          a.add(R.s0, R.s0, R.a2);
          a.label(skip);
          a.ld(R.a0, 0, R.a0);
          a.addi(R.a3, R.a3, 1);
          a.bne(R.a0, 0, again);
          a.label(`behind ${astray}`);
          a.stir(R.a3);
        }
      });
      a.stir(R.s8);
    },
    (a) => {
      a.faultHandler();
    },
    [{ address: DATA, bytes: new Uint8Array(list.buffer) }],
  );
}

/** Loops of floating point between which rounding mode, flags and whether there is any change; what is refused is skipped by the handler. */
export function floatModes(rounds: number): Uint8Array {
  return machineGuest(
    (a) => {
      a.la(R.t0, 'refused');
      a.csrw(0x305, R.t0);
      a.li(R.t0, 0x3ff0_0000_0000_0001n);
      a.op('fmv.d.x', { rd: 1, rs1: R.t0 });
      a.li(R.t0, 0x4008_0000_0000_0000n);
      a.op('fmv.d.x', { rd: 2, rs1: R.t0 });
      a.repeat(R.s1, rounds, () => {
        a.op('andi', { rd: R.t0, rs1: R.s1, imm: 7 });
        a.csrw(2, R.t0);
        a.op('andi', { rd: R.t1, rs1: R.s1, imm: 24 });
        const keep = a.fresh();
        a.bne(R.t1, 0, keep);
        a.csrw(1, 0);
        a.label(keep);
        a.op('andi', { rd: R.t1, rs1: R.s1, imm: 15 });
        const on = a.fresh();
        a.bne(R.t1, 0, on);
        a.li(R.t1, 0x6000);
        a.op('csrrc', { rd: 0, rs1: R.t1, csr: 0x300 });
        a.label(on);
        a.repeat(R.s2, 20, () => {
          a.op('fadd.d', { rd: 3, rs1: 1, rs2: 2, rm: 7 });
          a.op('fmul.d', { rd: 4, rs1: 3, rs2: 1, rm: 7 });
          a.op('fdiv.d', { rd: 5, rs1: 4, rs2: 2, rm: 1 });
          a.op('fsub.d', { rd: 1, rs1: 5, rs2: 6, rm: 7 });
          a.op('fcvt.l.d', { rd: R.a1, rs1: 5, rm: 7 });
          a.stir(R.a1);
        });
        a.op('fmv.x.d', { rd: R.a1, rs1: 1 });
        a.stir(R.a1);
        a.csrr(R.a1, 3);
        a.stir(R.a1);
        a.stir(R.s3);
      });
    },
    (a) => {
      a.align(4);
      a.label('refused');
      a.addi(R.s3, R.s3, 1);
      a.csrr(R.t0, 0x300);
      a.op('srli', { rd: R.t0, rs1: R.t0, imm: 13 });
      a.op('andi', { rd: R.t0, rs1: R.t0, imm: 3 });
      a.bne(R.t0, 0, 'skip');
      // Off: on again, and every other time once more.
      a.li(R.t0, 0x2000);
      a.op('csrrs', { rd: 0, rs1: R.t0, csr: 0x300 });
      a.op('mret');
      a.label('skip');
      a.csrr(R.t0, 0x341);
      a.addi(R.t0, R.t0, 4);
      a.csrw(0x341, R.t0);
      a.op('mret');
    },
  );
}

/** A step of a loop that goes through memory. Registers: `pointer` a0 to a2; what is loaded goes to t3 and into the checksum. */
export type WalkStep =
  | { readonly kind: 'load' | 'store'; readonly pointer: number; readonly imm: number; readonly width: 0 | 1 | 2 | 3 }
  | { readonly kind: 'move'; readonly pointer: number; readonly by: number; readonly through: boolean }
  /** A load at a pointer and an index that counts turns, times a power of two. */
  | { readonly kind: 'indexed'; readonly pointer: number; readonly times: number }
  /** A load at a pointer and an index that is a word, which goes on before, times a power of two. */
  | { readonly kind: 'word'; readonly pointer: number; readonly times: number; readonly by: number }
  /** Leaves out the next step, leaves the loop, makes an inner one or a call, where bits of what was loaded last are 0. */
  | { readonly kind: 'skip' | 'leave' | 'inner' | 'call'; readonly bits: number };

export interface WalkLoop {
  /** How often the loop is made. */
  readonly rounds: number;
  readonly turns: number;
  /** Where the pointers begin, from the first mapped page. */
  readonly starts: readonly number[];
  /** Where the index that is a word begins. */
  readonly word: number;
  readonly steps: readonly WalkStep[];
  /** Pages that may only be read. */
  readonly sealed: readonly number[];
}

/** Pages that are mapped; before and behind them there are none. */
export const WALKED_PAGES = 12;

/**
 * A loop through pages that lie apart in memory. It ends by its turns, by what it finds, or by a fault, the place and
 * address of which go into the checksum.
 */
export function walkedLoop({ rounds, turns, starts, word, steps, sealed }: WalkLoop): Uint8Array {
  const tables = new Tables(TABLES, 8);
  const root = tables.page();
  const content = new Uint8Array(WALKED_PAGES * PAGE);
  let seed = turns;
  for (let i = 0; i < content.length; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    content[i] = seed >>> 24;
  }
  for (let n = 0; n < WALKED_PAGES; n++) {
    const page = DATA + ((n * 5) % WALKED_PAGES) * PAGE;
    const bits = sealed.includes(n) ? RWXAD & ~PTE.W : RWXAD;
    tables.set(tables.slot(root, 3, BigInt(WINDOW + n * PAGE), 0), entry(page, bits));
    // Where an index leads that was negative as a word.
    const other = DATA + ((n * 7 + 3) % WALKED_PAGES) * PAGE;
    tables.set(tables.slot(root, 3, BigInt(WINDOW + n * PAGE) + 2n ** 32n, 0), entry(other, bits));
  }
  const pointers = [R.a0, R.a1, R.a2];
  return pagingGuest(
    tables,
    root,
    (a) => {
      a.la(R.t0, 'fault');
      a.csrw(CSR.stvec, R.t0);
      a.repeat(R.s1, rounds, () => {
        const [again, behind] = [a.fresh(), a.fresh('behind')];
        for (const [n, start] of starts.entries()) a.li(pointers[n]!, WINDOW + start);
        a.la(R.s2, behind);
        a.li(R.a4, turns);
        a.li(R.a5, 0);
        a.li(R.a7, word);
        a.label(again);
        let skipped: string | null = null;
        for (const step of steps) {
          const landing = skipped;
          skipped = null;
          if (step.kind === 'load') {
            a.op(['lbu', 'lh', 'lwu', 'ld'][step.width]!, { rd: R.t3, rs1: pointers[step.pointer]!, imm: step.imm });
            a.add(R.s0, R.s0, R.t3);
          } else if (step.kind === 'store') {
            a.op(['sb', 'sh', 'sw', 'sd'][step.width]!, { rs1: pointers[step.pointer]!, rs2: R.s0, imm: step.imm });
          } else if (step.kind === 'move') {
            const pointer = pointers[step.pointer]!;
            if (step.through) {
              a.addi(R.a6, pointer, step.by);
              a.mv(pointer, R.a6);
            } else a.addi(pointer, pointer, step.by);
          } else if (step.kind === 'indexed') {
            a.op('slli', { rd: R.t1, rs1: R.a5, imm: step.times });
            a.add(R.t1, R.t1, pointers[step.pointer]!);
            a.op('lb', { rd: R.t3, rs1: R.t1, imm: 0 });
            a.add(R.s0, R.s0, R.t3);
          } else if (step.kind === 'word') {
            a.op('addiw', { rd: R.a7, rs1: R.a7, imm: step.by });
            a.op('slli', { rd: R.t1, rs1: R.a7, imm: 32 });
            a.op('srli', { rd: R.t1, rs1: R.t1, imm: 32 - step.times });
            a.add(R.t1, R.t1, pointers[step.pointer]!);
            a.op('lbu', { rd: R.t3, rs1: R.t1, imm: 0 });
            a.add(R.s0, R.s0, R.t3);
          } else if ('bits' in step) {
            a.op('andi', { rd: R.t2, rs1: R.t3, imm: step.bits });
            if (step.kind === 'inner' || step.kind === 'call') {
              const over = a.fresh('over');
              a.bne(R.t2, 0, over);
              if (step.kind === 'call') a.jal('function');
              else a.repeat(R.t4, 3, () => a.addi(R.s0, R.s0, 1));
              a.label(over);
            } else if (step.kind === 'leave') a.beq(R.t2, 0, behind);
            else {
              skipped = a.fresh('skip');
              a.beq(R.t2, 0, skipped);
            }
          }
          if (landing) a.label(landing);
        }
        if (skipped) a.label(skipped);
        a.addi(R.a5, R.a5, 1);
        a.bne(R.a5, R.a4, again);
        a.label(behind);
        for (const register of [...pointers, R.a5, R.a7, R.t3]) a.stir(register);
      });
      a.stir(R.s8);
    },
    (a) => {
      a.label('function');
      a.ld(R.t4, 0, R.sp);
      a.addi(R.t4, R.t4, 3);
      a.sd(R.t4, 0, R.sp);
      a.add(R.s0, R.s0, R.t4);
      a.ret();
      a.faultHandler();
    },
    [{ address: DATA, bytes: content }],
  );
}
