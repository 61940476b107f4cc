/** Guest memory by the addresses the guest uses, as a debugger sees it: nothing is counted, and no A or D bit is set. */
import { CELL_OFFSETS, RAM_START } from '../../abi/layout.ts';
import type { Core } from '../../engine/core.ts';

const PAGE = 4096n;
const PRIV_M = 3n;
const MODES: Readonly<Record<number, number>> = { 8: 3, 9: 4, 10: 5 };
const PPN = (1n << 44n) - 1n;
const V = 1n;
const RWX = 0b1110n;
const NAPOT = 1n << 63n;
const PARAVIRT = 3n;

/** Where a page of guest memory lies: its guest-physical address, and its place in the core's memory or 0 while nothing stands behind it. */
interface Place {
  readonly gpa: bigint;
  readonly linear: number;
}

export class DebugMemory {
  private readonly core: Core;
  /** Whose translation it is. */
  private readonly hart: number;

  constructor(core: Core, hart: number) {
    this.core = core;
    this.hart = hart;
  }

  private cell(name: 'SATP' | 'PRIV'): bigint {
    return this.core.view.getBigUint64(CELL_OFFSETS[name] + this.core.hartAt(this.hart), true);
  }

  /** The RAM behind a physical address as the guest's tables name it, or null. */
  private ram(pa: bigint): Place | null {
    const { core } = this;
    // A paravirtual guest's tables hold machine frames.
    const first = core.get('STRATEGY') === PARAVIRT ? core.get('GRANT_BASE') - core.get('RAM_BASE') : 0n;
    const gpa = this.cell('SATP') ? pa - first : pa;
    const offset = gpa - BigInt(RAM_START);
    if (offset < 0n || offset >= core.get('GUEST_SIZE')) return null;
    const page = core.pageIfAny(gpa) >>> 0;
    return { gpa, linear: page && page + Number(gpa % PAGE) };
  }

  /** Translates a virtual address as the guest would at its privilege; null: no RAM is mapped there. */
  private translate(va: bigint): Place | null {
    const { core } = this;
    const satp = this.cell('SATP');
    const levels = MODES[Number(satp >> 60n)];
    if (this.cell('PRIV') === PRIV_M || levels === undefined) return this.ram(va);
    const bits = BigInt(12 + 9 * levels);
    if (BigInt.asUintN(64, BigInt.asIntN(Number(bits), va)) !== va) return null;
    let table = (satp & PPN) * PAGE;
    for (let level = levels - 1; level >= 0; level--) {
      const shift = BigInt(12 + 9 * level);
      const at = this.ram(table + ((va >> shift) & 511n) * 8n);
      if (!at?.linear) return null;
      const entry = core.view.getBigUint64(at.linear, true);
      if (!(entry & V)) return null;
      let ppn = (entry >> 10n) & PPN;
      if (entry & RWX) {
        if (entry & NAPOT) ppn = (ppn & ~15n) | ((va >> 12n) & 15n);
        const inside = (1n << shift) - 1n;
        return this.ram(((ppn * PAGE) & ~inside) | (va & inside));
      }
      table = ppn * PAGE;
    }
    return null;
  }

  /** Calls `each` for every piece within one page; stops where nothing is mapped and returns the bytes until there. */
  private pieces(va: bigint, length: number, each: (place: Place, done: number, n: number) => boolean): number {
    let done = 0;
    while (done < length) {
      const at = BigInt.asUintN(64, va + BigInt(done));
      const n = Math.min(length - done, Number(PAGE - (at % PAGE)));
      const place = this.translate(at);
      if (!place || !each(place, done, n)) break;
      done += n;
    }
    return done;
  }

  /** As many bytes as are mapped from there on, at most `length`. */
  read(va: bigint, length: number): Uint8Array {
    const out = new Uint8Array(length);
    const { bytes } = this.core;
    const done = this.pieces(va, length, ({ linear }, at, n) => {
      if (linear) out.set(bytes.subarray(linear, linear + n), at);
      return true;
    });
    return out.subarray(0, done);
  }

  /** Writes all or nothing; the guest sees it as it would a device's store. */
  write(va: bigint, from: Uint8Array): boolean {
    const { core } = this;
    if (this.pieces(va, from.length, () => true) < from.length) return false;
    return (
      this.pieces(va, from.length, ({ gpa }, done, n) => {
        const linear = core.deviceMemory(Number(gpa), n, 1) >>> 0;
        if (linear) core.bytes.set(from.subarray(done, done + n), linear);
        return linear !== 0;
      }) === from.length
    );
  }
}
