/** Page tables a test builds itself, as bytes of a segment of the guest's image (privileged specification 12.4). */

/** Bits of a page-table entry. */
export const PTE = { V: 1n, R: 2n, W: 4n, X: 8n, U: 16n, G: 32n, A: 64n, D: 128n, N: 1n << 63n } as const;
export const RWXAD = PTE.V | PTE.R | PTE.W | PTE.X | PTE.A | PTE.D;
export const RWAD = PTE.V | PTE.R | PTE.W | PTE.A | PTE.D;

export const PAGE = 4096;
export const RAM = 0x8000_0000;

/** An entry for the page or table at a physical address. */
export const entry = (pa: number | bigint, bits: bigint): bigint => ((BigInt(pa) >> 12n) << 10n) | bits;
/** The physical address an entry holds. */
export const target = (pte: bigint): number => Number(((pte >> 10n) & 0xfff_ffff_ffffn) << 12n);
/** Index of a virtual address in the table of a level (0 holds 4 KiB leaves). */
export const indexOf = (va: bigint, level: number): number => Number((va >> BigInt(12 + 9 * level)) & 511n);
/** Value of satp: 3 levels are Sv39, 4 are Sv48. */
export const satpOf = (root: number, levels: 3 | 4, asid = 0): bigint =>
  (BigInt(levels + 5) << 60n) | (BigInt(asid) << 44n) | (BigInt(root) >> 12n);

/** Table pages one after the other from `base`, handed out by `page`. */
export class Tables {
  readonly base: number;
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private next = 0;

  constructor(base: number, pages: number) {
    this.base = base;
    this.bytes = new Uint8Array(pages * PAGE);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Physical address of a fresh, empty table. */
  page(): number {
    if (this.next === this.bytes.length) throw new Error('no table page left');
    const at = this.base + this.next;
    this.next += PAGE;
    return at;
  }

  get(pa: number): bigint {
    return this.view.getBigUint64(pa - this.base, true);
  }

  set(pa: number, pte: bigint): void {
    this.view.setBigUint64(pa - this.base, pte, true);
  }

  /** Physical address of the entry of a level on the way to `va`, making the tables above it. */
  slot(root: number, levels: number, va: bigint, level: number): number {
    let table = root;
    for (let at = levels - 1; at > level; at--) {
      const pte = table + indexOf(va, at) * 8;
      if (!this.get(pte)) this.set(pte, entry(this.page(), PTE.V));
      table = target(this.get(pte));
    }
    return table + indexOf(va, level) * 8;
  }

  /** Maps one page of a level; `bits` as they stand in the entry. */
  map(root: number, levels: number, va: bigint, pa: number | bigint, bits: bigint, level = 0): void {
    this.set(this.slot(root, levels, va, level), entry(pa, bits));
  }
}
