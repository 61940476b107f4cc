/**
 * The address spaces of a differential program. Sv39 and Sv48 share everything below their roots:
 *
 *   0x0000_0000_4000_0000  data window: 4 KiB pages with every kind of permission, NAPOT pages, a superpage, broken entries
 *   0x0000_0000_8000_0000  identity, supervisor only: handlers, state, body
 *   0x0000_0001_0000_0000  the body again, user pages
 *   0x0000_0001_4000_0000  a gigapage over everything, user, read-only; the next one supervisor only
 *   0xffff_fffc_0000_0000  the body again, supervisor pages
 */
import { BASE, BODY, BODY_END, DATA, DATA_PAGES, DATA2, TABLE_PAGES, TABLES } from './places.ts';
import type { Rng } from './rng.ts';

const P = { V: 1n, R: 2n, W: 4n, X: 8n, U: 16n, G: 32n, A: 64n, D: 128n, N: 1n << 63n, PBMT: 1n << 61n } as const;
const RWXAD = P.V | P.R | P.W | P.X | P.A | P.D;

/** Pages of TABLES. */
const TABLE = {
  sv39: 0,
  sv48: 1,
  identity: 2,
  user: 3,
  supervisor: 4,
  middle: 5,
  data: 6,
  userLeaf: 7,
  supervisorLeaf: 8,
} as const;

export const WINDOW = 0x4000_0000n;
/** 4 KiB pages of the data window that are mapped at all; those of NAPOT_FIRST… are one 64 KiB NAPOT page. */
export const WINDOW_PAGES = 48;
export const NAPOT_FIRST = 32;
/** A page of the window that is always readable and writable for both S and U mode: two aliases of one page. */
export const SAFE_PAGE = { user: 0, supervisor: 1 } as const;
export const SUPERPAGE = WINDOW + 0x20_0000n;

/** Physical minus virtual address of the body, by the privilege that runs there. */
export const USER_CODE = 0x1_0000_0000n;
export const SUPERVISOR_CODE = 0xffff_fffc_0000_0000n;

/** Addresses that fault under translation, or nearly: broken entries, holes, the edges of what is canonical. */
export const STRANGE: readonly bigint[] = [
  0n,
  8n,
  WINDOW - 4n,
  WINDOW + BigInt(WINDOW_PAGES) * 4096n - 3n,
  WINDOW + 0x40_0000n,
  WINDOW + 0x60_0000n,
  WINDOW + 0x80_0000n,
  WINDOW + 0xa0_0000n,
  WINDOW + 0xc0_0000n,
  WINDOW + 0xe0_0000n,
  0xc000_0000n,
  0x1_4000_0000n + 0x2_0000n,
  0x1_8000_0000n + 0x2_0000n,
  0x3f_ffff_fff8n,
  0x40_0000_0000n,
  0x7fff_ffff_fff0n,
  0x8000_0000_0000n,
  0xffff_7fff_ffff_fff8n,
  0xffff_8000_0000_0000n,
  0xffff_ffbf_ffff_fff8n,
  0xffff_ffc0_0000_0000n,
  0xffff_ffff_ffff_fff1n,
  0xffff_ffff_ffff_fffcn,
  0x8000_0000_0000_0000n,
  SUPERVISOR_CODE + 0x20_0010n,
  0x8002_0004n,
  0x00ff_ffff_ffff_fff0n,
];

const pointer = (index: number): bigint => (BigInt(TABLES + index * 4096) >> 2n) | P.V;
const leaf = (address: number, flags: bigint): bigint => (BigInt(address) >> 2n) | flags;

/** The entry of a page of the data window: usually usable, of any permission, sometimes broken. */
export function randomLeaf(rng: Rng): bigint {
  const address = DATA + 4096 * rng.below(DATA_PAGES);
  if (rng.chance(0.6)) return leaf(address, P.V | P.R | P.W | P.A | P.D | (rng.chance(0.7) ? P.U : 0n));
  const flags = BigInt(rng.below(256)) | (rng.chance(0.85) ? P.V : 0n);
  // Not a pointer to a next level: there is none.
  if (rng.chance(0.05)) return leaf(address, flags) | P.PBMT;
  if (rng.chance(0.05)) return leaf(address, flags | P.A | P.D) | P.N;
  return leaf(address, flags);
}

/** Physical address of the entry of a page of the data window. */
export const entryAddress = (page: number): number => TABLES + TABLE.data * 4096 + 8 * page;

/** satp values of the two modes. */
export const satp = (mode: 8 | 9, asid: number): bigint =>
  (BigInt(mode) << 60n) | (BigInt(asid) << 44n) | BigInt((TABLES >>> 12) + (mode === 8 ? TABLE.sv39 : TABLE.sv48));

/** The tables' bytes. `writableCode`: user and supervisor code pages may be stored to. */
export function buildTables(rng: Rng, writableCode: boolean): Uint8Array {
  const bytes = new Uint8Array(TABLE_PAGES * 4096);
  const view = new DataView(bytes.buffer);
  const set = (table: number, index: number, value: bigint) =>
    view.setBigUint64(table * 4096 + 8 * index, BigInt.asUintN(64, value), true);

  set(TABLE.sv48, 0, pointer(TABLE.sv39));
  set(TABLE.sv48, 511, pointer(TABLE.sv39));
  set(TABLE.sv39, 1, pointer(TABLE.middle));
  set(TABLE.sv39, 2, pointer(TABLE.identity));
  set(TABLE.sv39, 3, leaf(BASE + 0x1000, RWXAD | P.U)); // a gigapage that is not aligned
  set(TABLE.sv39, 4, pointer(TABLE.user));
  set(TABLE.sv39, 5, leaf(BASE, P.V | P.R | P.U));
  set(TABLE.sv39, 6, leaf(BASE, P.V | P.R | P.A));
  set(TABLE.sv39, 496, pointer(TABLE.supervisor));

  for (let address = BASE; address < BODY_END; address += 0x20_0000) {
    set(TABLE.identity, (address - BASE) >>> 21, leaf(address, RWXAD | P.G));
  }
  const W = writableCode ? P.W : 0n;
  for (const [table, leaves, U] of [
    [TABLE.user, TABLE.userLeaf, P.U],
    [TABLE.supervisor, TABLE.supervisorLeaf, 0n],
  ] as const) {
    // The first 2 MiB in 4 KiB pages without A and D, the rest as superpages.
    set(table, (BODY - BASE) >>> 21, pointer(leaves));
    for (let i = 0; i < 512; i++) set(leaves, i, leaf(BODY + 4096 * i, P.V | P.R | P.X | W | U));
    for (let address = BODY + 0x20_0000; address < BODY_END; address += 0x20_0000) {
      set(table, (address - BASE) >>> 21, leaf(address, P.V | P.R | P.X | W | U | (rng.chance(0.5) ? P.A : 0n)));
    }
  }

  set(TABLE.middle, 0, pointer(TABLE.data));
  set(TABLE.middle, 1, leaf(DATA2, P.V | P.R | P.W | P.U));
  set(TABLE.middle, 2, leaf(DATA2 + 0x3000, RWXAD | P.U)); // not aligned
  set(TABLE.middle, 3, pointer(TABLE.data) | P.A); // reserved in a pointer
  set(TABLE.middle, 4, pointer(TABLE.data) | P.D);
  set(TABLE.middle, 5, pointer(TABLE.data) | P.U);
  set(TABLE.middle, 6, pointer(TABLE.data) | P.N);
  set(TABLE.middle, 7, leaf(DATA2, P.V | P.W | P.U | P.A | P.D)); // W without R

  for (let i = 0; i < NAPOT_FIRST; i++) set(TABLE.data, i, randomLeaf(rng));
  set(TABLE.data, SAFE_PAGE.user, leaf(DATA, P.V | P.R | P.W | P.U));
  set(TABLE.data, SAFE_PAGE.supervisor, leaf(DATA, P.V | P.R | P.W));
  for (let i = NAPOT_FIRST; i < WINDOW_PAGES; i++) {
    set(TABLE.data, i, leaf(DATA + 0x8000, P.V | P.R | P.W | P.U | P.A | P.D | P.N));
  }
  return bytes;
}
