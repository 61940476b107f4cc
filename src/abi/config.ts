/** How a machine is configured. Everything that can change a counter is here, and nothing else can. */

export const STRATEGIES = [
  { id: 'bare', summary: 'the guest kernel is S-mode of the machine: one stage of translation, no VMM' },
  { id: 'nested', summary: 'two stages: the guest’s table, then the G-stage table of the VMM' },
  { id: 'shadow', summary: 'the VMM composes both into a shadow table and keeps it in step with the guest’s' },
  { id: 'paravirt', summary: 'the guest’s own table holds machine frames; the VMM validates every update' },
] as const;
export type Strategy = (typeof STRATEGIES)[number]['id'];

export const HOSTINGS = [
  { id: 'type1', summary: 'the VMM runs directly on the machine' },
  { id: 'type2', summary: 'the VMM is a process of a host operating system' },
] as const;
export type Hosting = (typeof HOSTINGS)[number]['id'];

/** Engines of the machine (`native` runs no machine at all). */
export const MACHINE_ENGINES = ['interp', 'jit'] as const;
export type MachineEngine = (typeof MACHINE_ENGINES)[number];

export const POLICIES = ['direct', 'fifo', 'random', 'lru'] as const;
export type Policy = (typeof POLICIES)[number];

/** One TLB: `entries` = 0 switches it off; `ways` = entries makes it fully associative. Both are powers of two. */
export interface TlbGeometry {
  readonly entries: number;
  readonly ways: number;
  readonly policy: Policy;
}

/** A cache of page-table lines (64 bytes) that only the walker uses; `lines` = 0 switches it off. */
export interface LineCache {
  readonly lines: number;
  readonly ways: number;
}

/** The modelled MMU: its geometry decides the counts, never the outcome. */
export interface MmuConfig {
  /** null: `l1d` serves instructions too (unified). */
  readonly l1i: TlbGeometry | null;
  readonly l1d: TlbGeometry;
  readonly l2: TlbGeometry;
  /** Entries of the walk cache for each non-leaf level; 0 is off. */
  readonly walkCache: number;
  /** Entries of the nested TLB (guest-physical page of a guest table → host page); 0 is off. */
  readonly nestedTlb: number;
  readonly caches: { readonly l1: LineCache; readonly l2: LineCache; readonly llc: LineCache };
  /** Whether entries carry ASID and VMID; without tags every switch flushes. */
  readonly tagged: boolean;
  readonly seed: number;
}

export interface MachineConfig {
  readonly strategy: Strategy;
  readonly hosting: Hosting;
  /** Bytes of guest RAM, a multiple of 2 MiB. */
  readonly memory: number;
  /** Harts, 1 to 8, which run in turn. */
  readonly harts: number;
  readonly mmu: MmuConfig;
  /** false: the modelled MMU and its counters are off (the outcome is the same). */
  readonly counting: boolean;
  /** Who sets the A and D bits: the walker, or a page fault tells the kernel to. */
  readonly adUpdate: 'hardware' | 'fault';
  readonly shadow: {
    /** synchronous: each guest table store exits; unsync: leaf tables go out of step until a fence. */
    readonly policy: 'sync' | 'unsync';
    /** Stores without a use in between after which a guest table is no longer shadowed; 0: never. */
    readonly flood: number;
    /** Whether shadow roots survive an address-space switch. */
    readonly cachedRoots: boolean;
  };
  /** Page size the VMM uses in its own tables where alignment allows: 4 KiB, or 2 MiB, or 1 GiB. */
  readonly hostPages: '4k' | '2m' | '1g';
  /** Levels of the G-stage table: 3 is Sv39x4, 4 is Sv48x4. */
  readonly hostLevels: 3 | 4;
  /** The device tree's /chosen/bootargs. */
  readonly bootargs: string;
  /** Decoded code pages kept (32 KiB of host memory each). */
  readonly codePages: number;
  /** How instructions are executed; the outcome and every counter are the same. */
  readonly engine: MachineEngine;
}

/** Off: every access walks (laws E1–E6). */
export const NO_TLB: TlbGeometry = { entries: 0, ways: 0, policy: 'fifo' };

export const MMU_OFF: MmuConfig = {
  l1i: NO_TLB,
  l1d: NO_TLB,
  l2: NO_TLB,
  walkCache: 0,
  nestedTlb: 0,
  caches: { l1: { lines: 0, ways: 0 }, l2: { lines: 0, ways: 0 }, llc: { lines: 0, ways: 0 } },
  tagged: true,
  seed: 1,
};

/** The geometry of a recent server core, in powers of two; the default of every experiment. */
export const MMU_DEFAULT: MmuConfig = {
  l1i: { entries: 128, ways: 8, policy: 'fifo' },
  l1d: { entries: 64, ways: 4, policy: 'fifo' },
  l2: { entries: 1024, ways: 8, policy: 'fifo' },
  walkCache: 16,
  nestedTlb: 32,
  caches: { l1: { lines: 512, ways: 8 }, l2: { lines: 16384, ways: 16 }, llc: { lines: 131072, ways: 16 } },
  tagged: true,
  seed: 1,
};

export const MACHINE_DEFAULT: MachineConfig = {
  strategy: 'bare',
  hosting: 'type1',
  memory: 64 * 1024 * 1024,
  harts: 1,
  mmu: MMU_DEFAULT,
  counting: true,
  adUpdate: 'hardware',
  shadow: { policy: 'unsync', flood: 4, cachedRoots: true },
  hostPages: '4k',
  hostLevels: 3,
  bootargs: '',
  codePages: 256,
  engine: 'interp',
};

/** The same for a real Linux: a kernel and its programs touch far more code than a workload of the lab. */
export const LINUX_MACHINE: MachineConfig = { ...MACHINE_DEFAULT, memory: 128 * 1024 * 1024, codePages: 4096 };
