// Roles: who looks through a guest table decides what the leaves of its shadow may grant, so each has a shadow of its own.
import { PERM_MXR, PERM_SUM, PTE_D, PTE_R, PTE_U, PTE_W, PTE_X } from '../mmu/pte';

const ROLE_USER: u32 = 1;
const ROLE_SUM: u32 = 2;
const ROLE_MXR: u32 = 4;
/** Machine mode, which physical memory protection treats unlike a supervisor that runs without paging. */
export const ROLE_MACHINE: u32 = 8;

/** The role of a guest privilege with the permissions of CTX_PERMS. */
export function roleFor(priv: u32, perms: u32): u32 {
  const mxr: u32 = perms & PERM_MXR ? ROLE_MXR : 0;
  return mxr | (priv == 0 ? ROLE_USER : perms & PERM_SUM ? ROLE_SUM : 0);
}

/** What a shadow leaf may grant, from the guest's leaf and the role; writing needs the guest's D bit. */
export function grants(entry: u64, role: u32): u64 {
  const user = (entry & PTE_U) != 0;
  let bits = entry & (PTE_R | PTE_W | PTE_X);
  if (role & ROLE_MXR && bits & PTE_X) bits |= PTE_R;
  if (role & ROLE_USER) {
    if (!user) return 0;
  } else if (user) {
    if (!(role & ROLE_SUM)) return 0;
    bits &= ~PTE_X;
  }
  if (!(entry & PTE_D)) bits &= ~PTE_W;
  return bits;
}
