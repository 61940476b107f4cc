/**
 * Random supervisors together with what they do, instruction by instruction: the trace the model is fed with. Each
 * instruction that matters stands in a block of its own, so that the machine can be stopped behind it.
 */
import { Rng } from '../differential/rng.ts';
import { Assembler, R } from '../support/asm.ts';
import { CSR, ENTRY, SUM, shutdown, supervisor } from './rig.ts';
import { entry, PAGE, PTE, satpOf, Tables } from './tables.ts';

const TABLES = 0x8030_0000;
const TABLE_PAGES = 24;
const DATA = 0x8034_0000;
const DATA_PAGES = 24;
const LARGE = 0x8040_0000;
const HANDLER = 0x8020_0000 + 0xf_0000;
const WINDOW = 0x4000_0000n;
const PAGES = 20;

/** What an instruction means to the MMU. */
export type Step =
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'data';
      readonly va: bigint;
      readonly write: boolean;
      readonly size: number;
      readonly entry?: readonly [number, bigint];
    }
  | { readonly kind: 'satp'; readonly value: bigint }
  | { readonly kind: 'sum'; readonly on: boolean }
  | { readonly kind: 'fence'; readonly va: bigint | null; readonly asid: number | null };

export interface TraceGuest {
  readonly image: Uint8Array;
  /** By pc; what is not here is plain. */
  readonly steps: ReadonlyMap<number, Step>;
  /** Address of the trap handler: four instructions that go on behind the fault. */
  readonly handler: number;
  readonly end: number;
  /** Doublewords of the tables at the start. */
  readonly memory: Map<number, bigint>;
}

const { V, R: RD, W, X, U, G, A, D } = PTE;

export function traceGuest(seed: number, operations: number, preset: boolean): TraceGuest {
  const rng = new Rng(seed, 31);
  const tables = new Tables(TABLES, TABLE_PAGES);
  const a = new Assembler(ENTRY);
  const steps = new Map<number, Step>();
  const levels = rng.pick([3, 4] as const);
  const global = rng.chance(0.5) ? G : 0n;
  const identity = rng.below(3);
  const marks = (): bigint => (preset && rng.chance(0.8) ? A | D : rng.pick([0n, A, A | D]));

  const leaf = (): bigint => {
    if (rng.chance(0.1)) return 0n;
    const rights = rng.pick([RD, RD | W, RD | W, RD | W, RD | X]) | (rng.chance(0.2) ? U : 0n);
    return entry(DATA + rng.below(DATA_PAGES) * PAGE, V | rights | marks());
  };
  const large = (): bigint => (rng.chance(0.2) ? 0n : entry(LARGE, V | RD | (rng.chance(0.7) ? W : 0n) | marks()));

  const kernel = V | RD | W | X | A | D | global;
  const spaces = Array.from({ length: rng.between(1, 3) }, (_, i) => {
    const root = tables.page();
    // The kernel's map: 4 KiB pages, 2 MiB pages, or a gigapage that is larger than RAM.
    if (identity === 2) tables.map(root, levels, 0x8000_0000n, 0x8000_0000, kernel, 2);
    else {
      for (let region = 0; region < 4; region++) {
        const base = 0x8000_0000 + region * 0x20_0000;
        if (identity === 1 || region !== 1) tables.map(root, levels, BigInt(base), base, kernel, 1);
        else for (let k = 0; k < 512; k++) tables.map(root, levels, BigInt(base + k * PAGE), base + k * PAGE, kernel);
      }
    }
    const slots = Array.from({ length: PAGES }, (_, page) =>
      tables.slot(root, levels, WINDOW + BigInt(page * PAGE), 0),
    );
    for (const slot of slots) tables.set(slot, leaf());
    const super_ = tables.slot(root, levels, WINDOW + 0x20_0000n, 1);
    tables.set(super_, large());
    return { root, asid: i + 1, slots, super_ };
  });

  /** Emits one instruction with its meaning, and ends its block. */
  const act = (step: Step, name: string, operands: Parameters<Assembler['op']>[1]): void => {
    steps.set(a.here, step);
    a.op(name, operands);
    a.op('jal', { rd: 0, imm: 4 });
  };
  const enter = (space: (typeof spaces)[number] | null): void => {
    const value = space ? satpOf(space.root, levels, space.asid) : 0n;
    a.li(R.t0, value);
    act({ kind: 'satp', value }, 'csrrw', { rd: 0, csr: CSR.satp, rs1: R.t0 });
  };
  const fence = (va: bigint | null, asid: number | null): void => {
    if (va !== null) a.li(R.t0, va);
    if (asid !== null) a.li(R.t1, asid);
    act({ kind: 'fence', va, asid }, 'sfence.vma', { rs1: va === null ? 0 : R.t0, rs2: asid === null ? 0 : R.t1 });
  };

  a.li(R.t0, HANDLER);
  a.csrw(CSR.stvec, R.t0);
  // A CSR instruction too: the fetch unit looks again behind it.
  steps.set(a.last, { kind: 'sum', on: false });
  enter(spaces[0]!);
  let current = spaces[0]!;
  let sum = false;
  for (let i = 0; i < operations; i++) {
    const choice = rng.below(100);
    if (choice < 70) {
      const write = rng.chance(0.4);
      const size = rng.pick([1, 4, 8]);
      const inLarge = rng.chance(0.25);
      const page = inLarge ? 512 + rng.below(40) * rng.pick([1, 7]) : rng.below(PAGES);
      const offset = rng.chance(0.15) ? 4096 - rng.between(1, 7) : rng.below(512) * 8;
      const va = WINDOW + BigInt(page * PAGE + offset);
      a.li(R.t0, va);
      const name = write ? { 1: 'sb', 4: 'sw', 8: 'sd' }[size]! : { 1: 'lb', 4: 'lw', 8: 'ld' }[size]!;
      act(
        { kind: 'data', va, write, size },
        name,
        write ? { rs1: R.t0, rs2: R.t1, imm: 0 } : { rd: R.t1, rs1: R.t0, imm: 0 },
      );
    } else if (choice < 82) {
      const space = rng.pick(spaces);
      const index = rng.below(PAGES);
      const superpage = rng.chance(0.25);
      const slot = superpage ? space.super_ : space.slots[index]!;
      const value = superpage ? large() : leaf();
      a.li(R.t0, slot);
      a.li(R.t1, value);
      act({ kind: 'data', va: BigInt(slot), write: true, size: 8, entry: [slot, value] }, 'sd', {
        rs1: R.t0,
        rs2: R.t1,
        imm: 0,
      });
      const va = superpage ? WINDOW + 0x20_0000n + BigInt(rng.below(8) * PAGE) : WINDOW + BigInt(index * PAGE);
      if (rng.chance(0.3)) fence(null, rng.chance(0.5) ? space.asid : null);
      else fence(va, rng.chance(0.5) ? space.asid : null);
    } else if (choice < 92) {
      current = rng.pick(spaces);
      enter(current);
    } else if (choice < 95) {
      // Without translation for a moment, and back.
      enter(null);
      a.li(R.t0, DATA + 8 * rng.below(1000));
      const va = BigInt(DATA);
      a.li(R.t0, va);
      act({ kind: 'data', va, write: false, size: 8 }, 'ld', { rd: R.t1, rs1: R.t0, imm: 0 });
      enter(current);
    } else if (choice < 98) {
      sum = !sum;
      a.li(R.t0, SUM);
      act({ kind: 'sum', on: sum }, sum ? 'csrrs' : 'csrrc', { rd: 0, csr: CSR.sstatus, rs1: R.t0 });
    } else {
      fence(null, null);
    }
  }
  const end = a.here;
  shutdown(a);
  const handler = new Assembler(HANDLER);
  handler.csrr(R.t3, CSR.sepc);
  handler.addi(R.t3, R.t3, 4);
  handler.csrw(CSR.sepc, R.t3);
  handler.op('sret');
  const memory = new Map<number, bigint>();
  for (let at = TABLES; at < TABLES + TABLE_PAGES * PAGE; at += 8) memory.set(at, tables.get(at));
  const image = supervisor(a, [
    { address: HANDLER, bytes: handler.finish() },
    { address: TABLES, bytes: tables.bytes },
  ]);
  return { image, steps, handler: HANDLER, end, memory };
}
