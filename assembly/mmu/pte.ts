// Page-table entries (privileged specification 12.3.1 and 12.4.1) and who may do what through them.
import { CTX_PERMS } from '../generated/layout';

export const ACCESS_READ: u32 = 0;
export const ACCESS_WRITE: u32 = 1;
export const ACCESS_FETCH: u32 = 2;

export const PTE_V: u64 = 1;
export const PTE_R: u64 = 2;
export const PTE_W: u64 = 4;
export const PTE_X: u64 = 8;
export const PTE_U: u64 = 16;
export const PTE_A: u64 = 64;
export const PTE_D: u64 = 128;
/** Bits 54–60 are reserved; 61–62 belong to Svpbmt, which this machine does not have. */
export const PTE_RESERVED: u64 = 0x7fc0_0000_0000_0000;
export const PTE_N: u64 = 0x8000_0000_0000_0000;
export const PPN_MASK: u64 = 0xfff_ffff_ffff;

/** Bits of CTX_PERMS: mstatus.SUM and MXR, as the current context applies them. */
export const PERM_SUM: u32 = 1;
export const PERM_MXR: u32 = 2;

/**
 * Whether the PTE bits of a leaf permit the access at a privilege (0 user, 1 supervisor). A and D are not looked at.
 */
export function permitted(bits: u32, access: u32, priv: u32): bool {
  const perms = load<u32>(CTX_PERMS);
  const user = (bits & <u32>PTE_U) != 0;
  if (priv == 0) {
    if (!user) return false;
  } else if (user && (access == ACCESS_FETCH || !(perms & PERM_SUM))) {
    return false;
  }
  if (access == ACCESS_READ) return (bits & <u32>PTE_R) != 0 || (perms & PERM_MXR && bits & <u32>PTE_X);
  return (bits & <u32>(access == ACCESS_WRITE ? PTE_W : PTE_X)) != 0;
}
