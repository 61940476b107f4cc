/** Where things lie in a differential program, and the registers it keeps for itself. Physical addresses. */
export const BASE = 0x8000_0000;
/** What the handlers remember: see SLOT. */
export const STATE = BASE + 0x1_0000;
export const DATA = BASE + 0x2_0000;
export const DATA_PAGES = 16;
/** Page tables, built by paging.ts; A and D bits are part of the signature. */
export const TABLES = BASE + 0x4_0000;
export const TABLE_PAGES = 16;
/** A hash for each block, then the records of the block under scrutiny. */
export const LOG = BASE + 0x8_0000;
export const DUMP = BASE + 0x18_0000;
/** Random code, one block after the other; mapped in 2 MiB pieces or 4 KiB pages. */
export const BODY = BASE + 0x20_0000;
export const BODY_END = BASE + 0xa0_0000;

/** More data, for a superpage: only its beginning is used. */
export const DATA2 = BASE + 0xa0_0000;
export const DATA2_PAGES = 4;
/** Memory that is part of the signature at the end. */
export const HASHED: readonly (readonly [start: number, pages: number])[] = [
  [DATA, DATA_PAGES],
  [TABLES, TABLE_PAGES],
  [DATA2, DATA2_PAGES],
];

export const UART = 0x1000_0000;
export const FINISHER = 0x10_0000;
export const CLINT = 0x200_0000;

/** Offsets in STATE. */
export const SLOT = {
  hash: 0,
  /** Address of the next block's set-up. */
  next: 8,
  /** Physical minus virtual address of the running block. */
  delta: 16,
  log: 24,
  block: 32,
  /** Number of the block whose every trap is recorded. */
  scrutiny: 40,
  dump: 48,
  traps: 56,
  /** Saved x0 … x31 of the machine handler, then of the supervisor's. */
  machine: 256,
  supervisor: 512,
} as const;

/** Base registers of every load and store; no random instruction writes them. */
export const POINTERS = [2, 8, 9] as const;
/** Counts rounds of loops. */
export const COUNTER = 30;
/** Holds MAGIC when an environment call ends the block. */
export const SIGNAL = 31;
export const MAGIC = 0x5a17_c0de_0bad_f00dn;

/** Registers random instructions may write. */
export const FREE: readonly number[] = Array.from({ length: 32 }, (_, i) => i).filter(
  (i) => ![...POINTERS, COUNTER].includes(i as never),
);
