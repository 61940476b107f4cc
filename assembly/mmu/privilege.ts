// Privilege levels, the fields of mstatus and satp (privileged specification 3.1.6 and 12.1.11), and what follows from them.
import { MSTATUS, PRIV } from '../generated/layout';
import { MSTATUS_MPP, MSTATUS_MPRV } from '../generated/csr';


export const PRIV_U: u32 = 0;
export const PRIV_S: u32 = 1;
export const PRIV_M: u32 = 3;

/** Levels of the guest's table by satp's mode: 0 (Bare), 3 (Sv39) or 4 (Sv48). */
@inline export function satpLevels(satp: u64): u32 {
  const mode = <u32>(satp >> 60);
  return mode ? mode - 5 : 0;
}

@inline export function satpRoot(satp: u64): u64 {
  return (satp & 0xfff_ffff_ffff) << 12;
}

/** The privilege of loads and stores: MPP's while machine mode has MPRV set. */
export function dataPrivilege(): u32 {
  const priv = load<u32>(PRIV);
  const status = load<u64>(MSTATUS);
  return priv == PRIV_M && status & MSTATUS_MPRV ? <u32>((status & MSTATUS_MPP) >> 11) : priv;
}
