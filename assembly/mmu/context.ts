// Which tables the hardware walks right now, for data and for instructions: a function of the guest's privilege and
// control registers and of the strategy. Everything that changes one of those calls `refreshContext`.
import {
  PRIV, MSTATUS, SATP, STRATEGY, STRATEGY_NESTED, STRATEGY_SHADOW, STRATEGY_BARE, DATA_MODE, DATA_ROOT, FETCH_MODE,
  FETCH_ROOT, CTX_PERMS, CTX_TRANSLATING,
  HW_PRIV, TAGGED, FP_OFF, FLUSH_SATP,
} from '../generated/layout';
import { bookDataAccesses } from '../counters';
import { dropFast } from './fast';
import { MODE_NESTED, MODE_ONE_STAGE, MODE_PHYSICAL, MODE_SHADOW } from './walk';
import { PERM_MXR, PERM_SUM } from './pte';
import { shadowRoot, shadowTag } from '../vmm/shadow';
import { VMID, takeRootsDropped } from '../vmm/shadow-pages';
import { MATCH_ASID, invalidateTlbs } from './model';
import { dropWalkCaches } from './caches';
import { PRIV_M, PRIV_U, dataPrivilege, satpLevels, satpRoot } from './privilege';
import { MSTATUS_FS, MSTATUS_MXR, MSTATUS_SUM } from '../generated/csr';

/** Entries of a guest whose own paging is off carry a VMID of their own, as they translate other addresses. */
const VMID_PHYSICAL: u32 = 2 << 16;

@inline function asidOf(satp: u64): u32 {
  return load<u32>(TAGGED) ? <u32>(satp >> 44) & 0xffff : 0;
}

/** The tag (ASID and VMID) of the guest's address space `asid`. */
export function tagOf(asid: u32): u32 {
  const vmid = load<u32>(STRATEGY) == STRATEGY_BARE ? 0 : VMID;
  return (load<u32>(TAGGED) ? asid & 0xffff : 0) | vmid;
}

/** Writes one context (data or fetch; their cells are neighbours in the same order). Returns whether it changed. */
function setContext(at: usize, mode: u32, root: u64, levels: u32, tag: u32, priv: u32): bool {
  const same =
    load<u32>(at) == mode && load<u64>(at, 8) == root && load<u32>(at, 16) == levels && load<u32>(at, 24) == tag &&
    load<u32>(at, 32) == priv;
  if (same) return false;
  store<u32>(at, mode);
  store<u64>(at, root, 8);
  store<u32>(at, levels, 16);
  store<u32>(at, tag, 24);
  store<u32>(at, priv, 32);
  return true;
}

function computeContext(at: usize, priv: u32): bool {
  const satp = load<u64>(SATP);
  const levels = priv == PRIV_M ? 0 : satpLevels(satp);
  const strategy = load<u32>(STRATEGY);
  if (strategy == STRATEGY_NESTED) {
    const tag = levels ? asidOf(satp) | VMID : (priv == PRIV_M ? 1 : 0) | VMID_PHYSICAL;
    return setContext(at, MODE_NESTED, satpRoot(satp), levels, tag, priv);
  }
  if (strategy == STRATEGY_SHADOW) {
    const root = shadowRoot(levels ? satpRoot(satp) : 0, levels, priv, load<u32>(CTX_PERMS));
    return setContext(at, MODE_SHADOW, root, levels == 4 ? 4 : 3, shadowTag(root) | VMID, PRIV_U);
  }
  if (!levels) return setContext(at, MODE_PHYSICAL, 0, 0, 0, priv);
  return setContext(at, MODE_ONE_STAGE, satpRoot(satp), levels, tagOf(asidOf(satp)), priv);
}

function flushSwitch(tag: u32): void {
  invalidateTlbs(FLUSH_SATP, MATCH_ASID, 0, tag);
  dropWalkCaches(false, tag);
}

/** Recomputes the translation context; drops the fast TLB if it changed. */
export function refreshContext(): void {
  bookDataAccesses();
  const status = load<u64>(MSTATUS);
  const priv = load<u32>(PRIV);
  const strategy = load<u32>(STRATEGY);
  const perms: u32 = (status & MSTATUS_SUM ? PERM_SUM : 0) | (status & MSTATUS_MXR ? PERM_MXR : 0);
  let changed = perms != load<u32>(CTX_PERMS);
  store<u32>(CTX_PERMS, perms);
  store<u32>(FP_OFF, <u32>((status & MSTATUS_FS) == 0));
  // The privilege the hardware itself runs the guest at: a shadowed guest is deprivileged altogether; a machine-mode
  // guest kernel is, under every VMM.
  store<u32>(HW_PRIV, strategy == STRATEGY_BARE ? priv : strategy == STRATEGY_SHADOW || priv == PRIV_M ? PRIV_U : priv);
  const root = load<u64>(FETCH_ROOT);
  const dataRoot = load<u64>(DATA_ROOT);
  if (computeContext(FETCH_MODE, priv)) changed = true;
  if (computeContext(DATA_MODE, dataPrivilege())) changed = true;
  if (takeRootsDropped()) {
    // Making the one root reclaimed the other's frames.
    computeContext(FETCH_MODE, priv);
    changed = true;
  }
  store<u32>(CTX_TRANSLATING, load<u32>(DATA_MODE));
  // Without tags the hardware cannot tell address spaces apart: a switch flushes, global entries apart.
  if (!load<u32>(TAGGED)) {
    const moved = load<u64>(FETCH_ROOT) != root;
    if (moved) flushSwitch(load<u32>(FETCH_MODE + 24));
    if (load<u64>(DATA_ROOT) != dataRoot && !(moved && load<u32>(DATA_MODE + 24) == load<u32>(FETCH_MODE + 24))) {
      flushSwitch(load<u32>(DATA_MODE + 24));
    }
  }
  if (changed) dropFast();
}
