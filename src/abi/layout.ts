/**
 * The linear memory of one machine. Fixed places first; what depends on the configuration (frame tables, decoded
 * code, RAM) is laid out by `dynamicLayout` and told to the core through the BASE cells. assembly/generated/layout.ts
 * is printed from here.
 *
 *   0x0000_0400  static data of the AssemblyScript compiler
 *   0x0000_4000  hart state: x and f registers, cells
 *   0x0000_8000  counters
 *   0x0001_0000  counters saved at roi_begin, then those saved at roi_end
 *   0x0002_0000  scratch records, line buffers
 *   0x0004_0000  fast TLBs: read, write, fetch (4096 entries of 16 bytes each)
 *   0x0007_0000  a page of blank records
 *   0x0008_0000  journals of the fast TLBs
 *   0x000c_0000  harts that do not run
 *   0x0010_0000  modelled TLBs, walk caches, nested TLB, line caches
 *   0x0080_0000  dynamic: frame tables, decoded code, RAM
 */
import { COUNTER_IDS } from './counters.ts';
import { HPM_COUNTERS, HPM_FIRST } from './pmu.ts';

/**
 * Cells of one hart. Those of the hart that runs are live at their addresses; the others' lie in blocks at PLACES.HARTS, and a switch
 * (assembly/harts/turns.ts) copies registers and cells from X to HART_END.
 */
// biome-ignore format: a line or two a group
export const HART_CELLS = [
  // The interpreter's own
  'PC', 'CAUSE', 'TVAL', 'PAGE_VA', 'PAGE_REC', 'PAGE_HOST', 'PAGE_KEPT', 'FP_OFF', 'FP_DIRTY', 'FFLAGS', 'FRM', 'RESERVATION',
  'TRAP_AT', 'TRAP_REPEATS',
  // Architectural state of the guest
  'PRIV', 'MSTATUS', 'MEDELEG', 'MIDELEG', 'MIE', 'MIP', 'MTVEC', 'MSCRATCH', 'MEPC', 'MCAUSE', 'MTVAL', 'MCOUNTEREN',
  'MCOUNTINHIBIT', 'MENVCFG', 'STVEC', 'SSCRATCH', 'SEPC', 'SCAUSE', 'STVAL', 'SCOUNTEREN', 'SENVCFG', 'SATP', 'STIMECMP',
  'MTIMECMP', 'MINSTRET_OFFSET', 'MCYCLE_OFFSET', 'PMPCFG0', 'PMPCFG2', 'PMPADDR', 'PMPADDR_END15', 'MSIP',
  // Programmable counters: what each follows, its value or distance from it, modes in which it stands (a byte each); which were started,
  // which count, which may yet wrap, which have, and when to look; fixed counters the guest has set up; its page for snapshots of them
  'HPM_EVENT', 'HPM_VALUE', 'HPM_FILTERS', 'HPM_STARTED', 'HPM_RUNNING', 'HPM_ARMED', 'HPM_OVERFLOWED', 'HPM_DEADLINE', 'PMU_FIXED', 'PMU_SHARED',
  // Its number, its state as HSM has it, whether it waits for an interrupt, and what it had retired when its turn began
  'HART', 'HART_STATE', 'WAITING', 'RETIRED',
  // Translation context of the hardware, recomputed when the guest's state changes
  'DATA_MODE', 'DATA_ROOT', 'DATA_LEVELS', 'DATA_TAG', 'DATA_PRIV', 'FETCH_MODE', 'FETCH_ROOT', 'FETCH_LEVELS', 'FETCH_TAG',
  'FETCH_PRIV', 'CTX_PERMS', 'CTX_TRANSLATING', 'HW_PRIV', 'PMP_ACTIVE',
] as const;

/** Cells of the state, 8 bytes each, in this order from CELLS. */
// biome-ignore format: a line or two a group
export const CELLS = [
  ...HART_CELLS,
  // The interpreter's own
  'INSTRET', 'BUDGET', 'DELTA', 'DATA_ACCESSES', 'STOP', 'EVENT', 'EVENT_CODE', 'SLICE_END', 'IDLE',
  // Harts: how many; where the turn of the one that runs began and ends, in instructions of all; the round: when it began, in
  // instructions and in ticks, and how many harts were awake then (assembly/cpu/time.ts)
  'HARTS', 'TURN_AT', 'TURN_END', 'ROUND_AT', 'ROUND_TIME', 'AWAKE',
  // Configuration
  'STRATEGY', 'HOSTING', 'COUNTING', 'AD_FAULT', 'SBI', 'FAST_OFF', 'SHADOW_UNSYNC', 'SHADOW_FLOOD', 'SHADOW_CACHED', 'HOST_PAGES',
  'TAGGED', 'SEED',
  // Memory
  'RAM_BASE', 'RAM_SIZE', 'GUEST_SIZE', 'GRANT_BASE', 'GRANT_NEXT', 'CODE_BASE', 'CODE_PAGES', 'CODE_NEXT', 'CODE_FRAMES', 'FRAME_BASE',
  'GMAP_BASE', 'LARGE_BASE', 'POOL_BASE', 'POOL_NEXT', 'POOL_END', 'POOL_FREE', 'POOL_USED', 'POOL_RESERVE', 'POOL_INFO', 'LINKS_BASE', 'LINKS_END', 'TOHOST', 'FROMHOST',
  // Devices
  'UART_IER', 'UART_LCR', 'UART_MCR', 'UART_SCR', 'UART_DLL', 'UART_DLM', 'UART_FCR', 'UART_IN_HEAD', 'UART_IN_TAIL', 'UART_OUT_LEN',
  'FINISHER', 'UART_THRE', 'UART_LOOPED',
  // PLIC: sets of sources, one bit each, and the contexts that have something to take; devices of the host
  'PLIC_LEVEL', 'PLIC_PENDING', 'PLIC_CLAIMED', 'PLIC_EIP', 'DEVICES', 'DEVICE_DEADLINE', 'IDLE_WAITS',
  // Published by the guest
  'RESULT', 'RESULT_SET', 'ITERATIONS',
  // VMM
  'VMM_ROOT', 'VMM_EXIT', 'HOST_TABLE', 'SHADOW_BUCKETS', 'SHADOW_NEXT_ASID', 'SHADOW_UNSYNC_LIST', 'SHADOW_STALE', 'FREE_LINKS',
  'NEXT_LINK', 'HOST_LEVELS',
  // Translated code: instructions interpreted (0: no bursts), and in all, until a burst ends, what is left of them, and what translated code may
  // run beyond the slice's; where the natural slice stands; its tables, how it was left and where execution went on then
  'BURST', 'BURST_LEFT', 'BURST_MOST', 'BURST_MOST_LEFT', 'SLICE_MORE', 'BURST_NOW', 'BURST_END', 'WITHIN', 'AFTER_SYSTEM', 'JIT_ENTRIES',
  'JIT_MODULES', 'JIT_NODES', 'JIT_RELEASED', 'JIT_RELEASED_COUNT', 'JIT_RAN', 'JIT_LEFT_BY', 'JIT_LEFT_AT', 'JIT_ENTER', 'JIT_STALE', 'JIT_UNITS', 'JIT_SITES',
  // The debugger: breakpoints and watchpoints set, what to do with the next instruction of which hart (a STEP), why the core halted (a HALT),
  // the access that was watched
  'BREAKS', 'WATCHES', 'STEP', 'STEP_HART', 'HALT', 'HALT_ADDRESS',
  // The trace: whether there is one, bytes in its buffer, whether the interpreter (or translated code) runs
  'TRACE', 'TRACE_LENGTH', 'INTERPRETING',
  // Lengths of the fast TLB's journals
  'JOURNAL_R', 'JOURNAL_W', 'JOURNAL_F',
  // 1: the kernel stands outside the core; every exception in user mode leaves `run`
  'USER_TRAPS',
] as const;
export type Cell = (typeof CELLS)[number];

/** Cells that stand for several consecutive ones. */
const SLOTS: Partial<Record<Cell, number>> = { PMPADDR: 15, HPM_EVENT: HPM_COUNTERS, HPM_VALUE: HPM_COUNTERS };

/** Offset of each cell. */
export const CELL_OFFSETS: Readonly<Record<Cell, number>> = (() => {
  const offsets = {} as Record<Cell, number>;
  let at = 0x4280;
  for (const cell of CELLS) {
    offsets[cell] = at;
    at += 8 * (SLOTS[cell] ?? 1);
  }
  if (at > 0x8000) throw new Error('cells overflow the state block');
  return offsets;
})();

/** Behind the last cell of a hart. */
const HART_END = CELL_OFFSETS[HART_CELLS.at(-1)!] + 8;

/** Places that never move. */
export const PLACES = {
  X: 0x4000,
  F: 0x4140,
  COUNTERS: 0x8000,
  ROI_BEGIN: 0x1_0000,
  ROI_END: 0x1_8000,
  SCRATCH: 0x2_0000,
  UART_IN: 0x2_2000,
  UART_OUT: 0x2_3000,
  /** Priorities of the PLIC's sources (u32 each), then sets of enabled sources (u64) and thresholds (u64) of each context. */
  PLIC_PRIORITY: 0x2_7000,
  PLIC_ENABLE: 0x2_7100,
  PLIC_THRESHOLD: 0x2_7180,
  /** MMIO windows that the host serves: u32 base and u32 size each. */
  DEVICE_WINDOWS: 0x2_7200,
  /** Breakpoints: u64 virtual address each. Watchpoints: u64 address, u32 bytes, u32 set of accesses each. */
  BREAKPOINTS: 0x2_7400,
  WATCHPOINTS: 0x2_7c00,
  SNAPSHOT: 0x2_8000,
  /** What serves loads and what serves stores to a page lie side by side. */
  TLB_READ: 0x4_0000,
  TLB_WRITE: 0x4_0010,
  TLB_FETCH: 0x6_0000,
  /** Records of a page that PMP does not treat alike: never decoded in place, so always zero. */
  BLANK_PAGE: 0x7_0000,
  JOURNAL_READ: 0x8_0000,
  JOURNAL_WRITE: 0x8_4000,
  JOURNAL_FETCH: 0x8_8000,
  /** Behind the last cell of a hart. */
  HART_END,
  /** One block a hart: registers and cells, then descriptors of its modelled MMU, then its counters. */
  HARTS_AT: 0xc_0000,
  /** Records of the trace that the host has not taken. */
  TRACE_RECORDS: 0x9_0000,
  MODEL: 0x10_0000,
  DYNAMIC: 0x80_0000,
} as const;

export const SIZES = {
  /** (entries − 1) × distance of entries of the fast TLB's sides: loads and stores, fetches. */
  DATA_TLB_MASK: 4095 * 32,
  FETCH_TLB_MASK: 4095 * 16,
  TLB_ENTRIES: 4096,
  UART_IN_SIZE: 4096,
  UART_OUT_SIZE: 16384,
  /** Sources of the PLIC, 0 being none, and its contexts: M and S of each hart. */
  PLIC_SOURCES: 64,
  PLIC_CONTEXTS: 16,
  HARTS_MOST: 8,
  HPM_COUNTERS,
  HPM_FIRST,
  /** Bytes of one block of PLACES.HARTS_AT, and where the descriptors and the counters lie in it. */
  HART_BLOCK: 0x2000,
  HART_MODEL: 0x800,
  HART_COUNTERS: 0x1000,
  DEVICE_WINDOWS_MOST: 64,
  BREAKPOINTS_MOST: 256,
  TRACE_RECORD: 24,
  TRACE_BYTES: 0x1_0000,
  WATCHPOINTS_MOST: 64,
  /** Bytes of one decoded page: 2048 records of 16 bytes and the page-end records. */
  CODE_PAGE: 2048 * 16 + 64,
  COUNTERS_BYTES: COUNTER_IDS.length * 8,
  /** Behind the page-end record of a decoded page: 1 + the first node of its list of modules, 0: none. */
  CODE_TRANSLATED: 2048 * 16 + 32,
  /** An entry into translated code: u32 function, u32 record; what the record held: i32 immediate, u16 op; u16 module. */
  JIT_ENTRY: 16,
  /** A module of translated code: u32 first entry, u32 entries, u32 whether it stands. */
  JIT_MODULE: 16,
  /** A node of a page's list of modules: u32 module, u32 1 + next node. */
  JIT_NODE: 8,
  /** Bytes of the counts of one unit of translated code: its exits by cause, u32 each, and where it was left for last. */
  JIT_UNIT: 64,
  /**
   * A way out of translated code: i64 what to add to the account; pc and the fetch unit's page, i32 offsets from the page of the unit's
   * entry; u32 records of that page, 0: the cells hold it; u32 how it is left, as JIT_LEFT_BY.
   */
  JIT_SITE: 24,
  /** Entries that can be released at once. */
  JIT_RELEASED_MOST: 256,
} as const;

if (SIZES.COUNTERS_BYTES > 0x8000) throw new Error('counters overflow their block');
if (HART_END - PLACES.X > SIZES.HART_MODEL || SIZES.HART_COUNTERS + SIZES.COUNTERS_BYTES > SIZES.HART_BLOCK) {
  throw new Error('a hart overflows its block');
}

/** Instructions of one turn of a hart, where there are several (docs/linux.md). */
export const TURN = 5000;

export const RAM_START = 0x8000_0000;
