// Generated from src/isa by `npm run generate`. Do not edit.

// Numbers
export const CSR_FFLAGS: u32 = 1;
export const CSR_FRM: u32 = 2;
export const CSR_FCSR: u32 = 3;
export const CSR_CYCLE: u32 = 0xc00;
export const CSR_TIME: u32 = 0xc01;
export const CSR_INSTRET: u32 = 0xc02;
export const CSR_SSTATUS: u32 = 0x100;
export const CSR_SIE: u32 = 0x104;
export const CSR_STVEC: u32 = 0x105;
export const CSR_SCOUNTEREN: u32 = 0x106;
export const CSR_SENVCFG: u32 = 0x10a;
export const CSR_SSCRATCH: u32 = 0x140;
export const CSR_SEPC: u32 = 0x141;
export const CSR_SCAUSE: u32 = 0x142;
export const CSR_STVAL: u32 = 0x143;
export const CSR_SIP: u32 = 0x144;
export const CSR_STIMECMP: u32 = 0x14d;
export const CSR_SATP: u32 = 0x180;
export const CSR_SCOUNTOVF: u32 = 0xda0;
export const CSR_MVENDORID: u32 = 0xf11;
export const CSR_MARCHID: u32 = 0xf12;
export const CSR_MIMPID: u32 = 0xf13;
export const CSR_MHARTID: u32 = 0xf14;
export const CSR_MCONFIGPTR: u32 = 0xf15;
export const CSR_MSTATUS: u32 = 0x300;
export const CSR_MISA: u32 = 0x301;
export const CSR_MEDELEG: u32 = 0x302;
export const CSR_MIDELEG: u32 = 0x303;
export const CSR_MIE: u32 = 0x304;
export const CSR_MTVEC: u32 = 0x305;
export const CSR_MCOUNTEREN: u32 = 0x306;
export const CSR_MENVCFG: u32 = 0x30a;
export const CSR_MCOUNTINHIBIT: u32 = 0x320;
export const CSR_MSCRATCH: u32 = 0x340;
export const CSR_MEPC: u32 = 0x341;
export const CSR_MCAUSE: u32 = 0x342;
export const CSR_MTVAL: u32 = 0x343;
export const CSR_MIP: u32 = 0x344;
export const CSR_PMPCFG0: u32 = 0x3a0;
export const CSR_PMPCFG2: u32 = 0x3a2;
export const CSR_TSELECT: u32 = 0x7a0;
export const CSR_TINFO: u32 = 0x7a4;
export const CSR_MCYCLE: u32 = 0xb00;
export const CSR_MINSTRET: u32 = 0xb02;
export const CSR_HPMCOUNTER3: u32 = 0xc03;
export const CSR_MHPMCOUNTER3: u32 = 0xb03;
export const CSR_MHPMEVENT3: u32 = 0x323;
export const CSR_PMPADDR0: u32 = 0x3b0;
export const CSR_TDATA1: u32 = 0x7a1;

// Values at reset, where not 0
export const RESET_STIMECMP: u64 = 0xffffffffffffffff;
export const RESET_MSTATUS: u64 = 0xa00000000;
export const RESET_MISA: u64 = 0x800000000014112d;

// What a view shows of the register behind it
export const VIEW_SSTATUS: u64 = 0x80000003000de762;
export const VIEW_SIE: u64 = 0x2222;
export const VIEW_SIP: u64 = 0x2222;

// Fields, in place
export const FFLAGS_FLAGS: u64 = 0x1f;
export const FRM_MODE: u64 = 7;
export const FCSR_FLAGS: u64 = 0x1f;
export const FCSR_MODE: u64 = 0xe0;
export const STVEC_BASE: u64 = 0xfffffffffffffffc;
export const STVEC_MODE: u64 = 3;
export const SCOUNTEREN_COUNTERS: u64 = 0xffffffff;
export const SENVCFG_FIOM: u64 = 1;
export const SENVCFG_CBIE: u64 = 0x30;
export const SENVCFG_CBCFE: u64 = 0x40;
export const SENVCFG_CBZE: u64 = 0x80;
export const SEPC_ADDRESS: u64 = 0xfffffffffffffffe;
export const SATP_MODE: u64 = 0xf000000000000000;
export const SATP_ASID: u64 = 0xffff00000000000;
export const SATP_PPN: u64 = 0xfffffffffff;
export const SCOUNTOVF_OF: u64 = 0x7f8;
export const MSTATUS_SIE: u64 = 2;
export const MSTATUS_MIE: u64 = 8;
export const MSTATUS_SPIE: u64 = 0x20;
export const MSTATUS_UBE: u64 = 0x40;
export const MSTATUS_MPIE: u64 = 0x80;
export const MSTATUS_SPP: u64 = 0x100;
export const MSTATUS_VS: u64 = 0x600;
export const MSTATUS_MPP: u64 = 0x1800;
export const MSTATUS_FS: u64 = 0x6000;
export const MSTATUS_XS: u64 = 0x18000;
export const MSTATUS_MPRV: u64 = 0x20000;
export const MSTATUS_SUM: u64 = 0x40000;
export const MSTATUS_MXR: u64 = 0x80000;
export const MSTATUS_TVM: u64 = 0x100000;
export const MSTATUS_TW: u64 = 0x200000;
export const MSTATUS_TSR: u64 = 0x400000;
export const MSTATUS_UXL: u64 = 0x300000000;
export const MSTATUS_SXL: u64 = 0xc00000000;
export const MSTATUS_SBE: u64 = 0x1000000000;
export const MSTATUS_MBE: u64 = 0x2000000000;
export const MSTATUS_SD: u64 = 0x8000000000000000;
export const MIE_SSI: u64 = 2;
export const MIE_MSI: u64 = 8;
export const MIE_STI: u64 = 0x20;
export const MIE_MTI: u64 = 0x80;
export const MIE_SEI: u64 = 0x200;
export const MIE_MEI: u64 = 0x800;
export const MIE_LCOFI: u64 = 0x2000;
export const MTVEC_BASE: u64 = 0xfffffffffffffffc;
export const MTVEC_MODE: u64 = 3;
export const MCOUNTEREN_COUNTERS: u64 = 0xffffffff;
export const MENVCFG_FIOM: u64 = 1;
export const MENVCFG_CBIE: u64 = 0x30;
export const MENVCFG_CBCFE: u64 = 0x40;
export const MENVCFG_CBZE: u64 = 0x80;
export const MENVCFG_STCE: u64 = 0x8000000000000000;
export const MCOUNTINHIBIT_CY: u64 = 1;
export const MCOUNTINHIBIT_IR: u64 = 4;
export const MCOUNTINHIBIT_HPM: u64 = 0x7f8;
export const MEPC_ADDRESS: u64 = 0xfffffffffffffffe;
export const MIP_SSI: u64 = 2;
export const MIP_MSI: u64 = 8;
export const MIP_STI: u64 = 0x20;
export const MIP_MTI: u64 = 0x80;
export const MIP_SEI: u64 = 0x200;
export const MIP_MEI: u64 = 0x800;
export const MIP_LCOFI: u64 = 0x2000;

/** Whether a register has that number. */
export function csrExists(n: u32): bool {
  if (n - 1 < 3) return true;
  if (n == 0x100) return true;
  if (n - 0x104 < 3) return true;
  if (n == 0x10a) return true;
  if (n - 0x140 < 5) return true;
  if (n == 0x14d) return true;
  if (n == 0x180) return true;
  if (n - 0x300 < 7) return true;
  if (n == 0x30a) return true;
  if (n == 0x320) return true;
  if (n - 0x323 < 0x22) return true;
  if (n == 0x3a0) return true;
  if (n == 0x3a2) return true;
  if (n - 0x3b0 < 0x10) return true;
  if (n - 0x7a0 < 5) return true;
  if (n == 0xb00) return true;
  if (n - 0xb02 < 0x1e) return true;
  if (n - 0xc00 < 0x20) return true;
  if (n == 0xda0) return true;
  if (n - 0xf11 < 5) return true;
  return false;
}

/** Bits a write can change, before the legality of field values. */
export function csrWriteMask(n: u32): u64 {
  if (n == 1) return 0x1f;
  if (n == 2) return 7;
  if (n == 3) return 0xff;
  if (n == 0x100) return 0xc6122;
  if (n == 0x104) return 0x2222;
  if (n == 0x105) return 0xffffffffffffffff;
  if (n == 0x106) return 0xffffffff;
  if (n == 0x10a) return 0xf1;
  if (n == 0x140) return 0xffffffffffffffff;
  if (n == 0x141) return 0xfffffffffffffffe;
  if (n - 0x142 < 2) return 0xffffffffffffffff;
  if (n == 0x144) return 0x2002;
  if (n == 0x14d) return 0xffffffffffffffff;
  if (n == 0x180) return 0xffffffffffffffff;
  if (n == 0x300) return 0x7e79aa;
  if (n == 0x302) return 0xb3ff;
  if (n == 0x303) return 0x2222;
  if (n == 0x304) return 0x2aaa;
  if (n == 0x305) return 0xffffffffffffffff;
  if (n == 0x306) return 0xffffffff;
  if (n == 0x30a) return 0x80000000000000f1;
  if (n == 0x320) return 0x7fd;
  if (n - 0x323 < 8) return 0xf0000000000001ff;
  if (n == 0x340) return 0xffffffffffffffff;
  if (n == 0x341) return 0xfffffffffffffffe;
  if (n - 0x342 < 2) return 0xffffffffffffffff;
  if (n == 0x344) return 0x2222;
  if (n == 0x3a0) return 0x9f9f9f9f9f9f9f9f;
  if (n == 0x3a2) return 0x9f9f9f9f9f9f9f9f;
  if (n - 0x3b0 < 0x10) return 0x3fffffffffffff;
  if (n == 0xb00) return 0xffffffffffffffff;
  if (n - 0xb02 < 9) return 0xffffffffffffffff;
  return 0;
}

/** Fields a write leaves as they are where its value for them is not legal. */
export function csrLegalFields(n: u32, value: u64): u64 {
  let keep: u64 = 0;
  if (n == 0x105 && ((value >> 0) & 3) != 0 && ((value >> 0) & 3) != 1) keep |= 3; // stvec.mode
  if (n == 0x10a && ((value >> 4) & 3) != 0 && ((value >> 4) & 3) != 1 && ((value >> 4) & 3) != 3) keep |= 0x30; // senvcfg.cbie
  if (n == 0x180 && ((value >> 60) & 0xf) != 0 && ((value >> 60) & 0xf) != 8 && ((value >> 60) & 0xf) != 9) keep |= 0xf000000000000000; // satp.mode
  if (n == 0x300 && ((value >> 11) & 3) != 0 && ((value >> 11) & 3) != 1 && ((value >> 11) & 3) != 3) keep |= 0x1800; // mstatus.mpp
  if (n == 0x305 && ((value >> 0) & 3) != 0 && ((value >> 0) & 3) != 1) keep |= 3; // mtvec.mode
  if (n == 0x30a && ((value >> 4) & 3) != 0 && ((value >> 4) & 3) != 1 && ((value >> 4) & 3) != 3) keep |= 0x30; // menvcfg.cbie
  return keep;
}
