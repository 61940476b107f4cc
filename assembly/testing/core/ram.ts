// The memory of the bare core: RAM_BYTES at guest address 0, untranslated.

/** Linear address of guest address 0. */
export const RAM: u32 = 0x800000;
export const RAM_BYTES: u64 = 0x10000;
/** Decoded records of the RAM's pages. */
export const RECORDS: u32 = 0x900000;
export const PAGE_RECORDS: u32 = 2048 * 16 + 64;
/** Where a call of the hart's functions is noted: its number, then its arguments, 8 bytes each. */
export const CALLS: u32 = 0xb00000;
