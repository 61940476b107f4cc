/** The wasm core: its exports, its memory laid out for a configuration, and typed access to its cells. */
import {
  HOSTINGS,
  type MachineConfig,
  MMU_OFF,
  type MmuConfig,
  POLICIES,
  STRATEGIES,
  type TlbGeometry,
} from '../abi/config.ts';
import { InputError } from '../abi/errors.ts';
import { CELL_OFFSETS, type Cell, PLACES, SIZES } from '../abi/layout.ts';

/** Exports of assembly/index.ts. Addresses are wasm32, instruction counts 64 bits. */
interface CoreExports {
  configureTlb(id: number, entries: number, ways: number, policy: number): void;
  configureTables(walkEntries: number, nestedEntries: number): void;
  configureLines(level: number, lines: number, ways: number): void;
  resetModelHeap(): void;
  reset(): void;
  pageFor(gpa: bigint): number;
  pageIfAny(gpa: bigint): number;
  watch(gpa: bigint): void;
  /** Pages at the end of a guest of so many bytes in which the VMM builds a paravirtual guest's first tables. */
  initialTables(memory: bigint): number;
  start(entry: bigint, tree: bigint): void;
  run(limit: bigint): number;
  saveCounters(to: number): void;
  saveHartCounters(hart: number, to: number): void;
  /** What to add to the address of a cell to have that of a hart; 0 for the one that runs. */
  hartAt(hart: number): number;
  keepModel(hart: number): void;
  takeModel(hart: number): void;
  /** mstatus of a hart. */
  status(hart: number): bigint;
  /** Guest time in ticks of the timebase. */
  now(): bigint;
  digestMemory(): void;
  digestLow(): bigint;
  digestHigh(): bigint;
  dropTranslations(records: number): void;
  dropModule(module: number): void;
  separate(record: number): void;
  /** The debugger: BREAKPOINTS and WATCHPOINTS may be written after `lift`, and hold `count` after `set`. */
  liftBreakpoints(): void;
  setBreakpoints(count: number): void;
  setWatchpoints(count: number): void;
  readCsr(hart: number, csr: number): bigint;
  /** Of the hart that runs. */
  writeCsr(csr: number, value: bigint): void;
  enterUser(satp: bigint): void;
  fenceUser(va: bigint, hasVa: number): void;
  runUser(budget: number): number;
  wroteCode(page: number): void;
  readonly table: WebAssembly.Table;
  /** Linear address for a device's access to at most a page's rest; 0: not for devices. */
  deviceMemory(address: number, size: number, write: number): number;
  interruptLine(source: number, high: number): void;
  uartUpdate(): void;
  /** Ticks until the next timer or device is due; all ones when none is. */
  ticksToDeadline(): bigint;
  skipTime(ticks: bigint): void;
  saveFlags(): number;
  restoreFlags(flags: number): void;
  savedRecords(slot: number, bits: number): number;
  restoreRecords(slot: number, bits: number): void;
}

/** Who answers accesses to the windows of DEVICE_WINDOWS: physical address, log2 of the bytes. */
export interface MmioHandler {
  load(address: number, lg: number): bigint;
  store(address: number, lg: number, value: bigint): void;
}

/** A machine without devices of the host: no window, so never asked. */
const NO_DEVICES: MmioHandler = { load: () => 0n, store: () => {} };

export interface Core extends CoreExports {
  /** All exports, for translated code to import from. */
  readonly callable: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Called when the buffer of the trace is full: what it does not take is lost. */
  onTraceFull: () => void;
  get(cell: Cell): bigint;
  set(cell: Cell, value: bigint | number): void;
}

const PAGE = 4096;
const MiB = 2 ** 20;
const GiB = 2 ** 30;
const WASM_PAGE = 65536;
const BUCKET_BYTES = 4096 * 4;
const POOL_RECORD = 48;
/** Bytes of one frame record (assembly/vmm/frames.ts). */
export const FRAME_RECORD = 16;
const LINK = 8;

const alignUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Table frames that map a guest of this size with 4 KiB pages. */
const mappingTables = (memory: number): number => Math.ceil(memory / (2 * MiB)) + Math.ceil(memory / GiB) + 16;

/** Table frames of the host system under type 2. */
const hostTables = (config: MachineConfig): number => (config.hosting === 'type2' ? mappingTables(config.memory) : 0);

/** Bytes of the VMM's table pool: what the strategy can need for a guest of this size. */
function poolBytes(config: MachineConfig): number {
  const perTable = mappingTables(config.memory);
  const host = hostTables(config);
  const tables =
    config.strategy === 'nested'
      ? perTable
      : config.strategy === 'shadow'
        ? Math.ceil(config.memory / PAGE / 4) + 1024
        : config.strategy === 'paravirt'
          ? 1
          : 0;
  if (tables + host === 0) return 0;
  // Superpages of the VMM need the guest's frames aligned behind the pool.
  return alignUp((tables + host) * PAGE, config.hostPages === '1g' ? GiB : 2 * MiB);
}

/** Where everything that depends on the configuration lies. All addresses are linear. */
export function dynamicLayout(config: MachineConfig) {
  const pool = poolBytes(config);
  const ram = pool + config.memory;
  const frames = ram / PAGE;
  const guestFrames = config.memory / PAGE;
  const shadow = config.strategy === 'shadow';
  const links = shadow ? Math.max(65536, 4 * guestFrames) : 0;
  let at: number = PLACES.DYNAMIC;
  const place = (bytes: number): number => {
    const here = at;
    at = alignUp(at + bytes, 64);
    return here;
  };
  const FRAME_BASE = place(frames * FRAME_RECORD);
  const GMAP_BASE = place(guestFrames * 4);
  const LARGE_BASE = place((Math.ceil(config.memory / (2 * MiB)) + Math.ceil(config.memory / GiB) + 2) * 8);
  const POOL_INFO = place((pool / PAGE) * POOL_RECORD);
  const SHADOW_BUCKETS = place(BUCKET_BYTES);
  const LINKS_BASE = place(links * LINK);
  const CODE_FRAMES = place(config.codePages * 4);
  const CODE_BASE = place(config.codePages * SIZES.CODE_PAGE);
  const tables = translates(config) ? 1 : 0;
  const JIT_ENTRIES = place(tables * TRANSLATED.entries * SIZES.JIT_ENTRY);
  const JIT_MODULES = place(tables * TRANSLATED.modules * SIZES.JIT_MODULE);
  const JIT_NODES = place(tables * TRANSLATED.nodes * SIZES.JIT_NODE);
  const JIT_RELEASED = place(tables * SIZES.JIT_RELEASED_MOST * 4);
  const JIT_UNITS = place(tables * TRANSLATED.entries * SIZES.JIT_UNIT);
  const JIT_SITES = place(tables * TRANSLATED.sites * SIZES.JIT_SITE);
  at = alignUp(at, 2 * MiB);
  const RAM_BASE = at;
  return {
    cells: {
      FRAME_BASE,
      GMAP_BASE,
      LARGE_BASE,
      POOL_INFO,
      SHADOW_BUCKETS,
      LINKS_BASE,
      LINKS_END: LINKS_BASE + links * LINK,
      CODE_FRAMES,
      CODE_BASE,
      JIT_ENTRIES,
      JIT_MODULES,
      JIT_NODES,
      JIT_RELEASED,
      JIT_UNITS,
      JIT_SITES,
      RAM_BASE,
      RAM_SIZE: ram,
      POOL_BASE: RAM_BASE,
      POOL_END: RAM_BASE + pool,
      GRANT_BASE: RAM_BASE + pool,
      GUEST_SIZE: config.memory,
    } satisfies Partial<Record<Cell, number>>,
    end: RAM_BASE + ram,
  };
}

const usesLru = (mmu: MmuConfig): boolean => mmu.l1d.policy === 'lru' || (mmu.l1i ?? mmu.l1d).policy === 'lru';

/**
 * Whether the fast TLB has to stay empty, so that every access asks the model: no first level to be a subset of, or LRU,
 * whose state changes on a hit. The outcome is the same; only speed differs.
 */
export const fastTlbOff = (config: MachineConfig): boolean =>
  config.counting && (config.mmu.l1d.entries === 0 || usesLru(config.mmu));

/** Room for translated code: its entry points, its modules, and the pages these depend on. */
export const TRANSLATED = { entries: 16384, modules: 4096, nodes: 32768, sites: 131072 } as const;

/** Whether hot code is translated: the engine is `jit`, and the fast TLB, which translated code relies on, is in use. */
export const translates = (config: MachineConfig): boolean => config.engine === 'jit' && !fastTlbOff(config);

const isPowerOfTwo = (n: number): boolean => Number.isInteger(n) && n > 0 && (n & (n - 1)) === 0;

function checkTlb(name: string, { entries, ways, policy }: TlbGeometry): void {
  if (entries === 0) return;
  const bad = (why: string): never => {
    throw new InputError(
      `mmu.${name}: ${entries} entries, ${ways} ways: ${why}`,
      'Write it as ENTRIESxWAYS:POLICY, such as 64x4:fifo.',
    );
  };
  if (!isPowerOfTwo(entries) || entries > 65536) bad('the entries must be a power of two up to 65536');
  if (!isPowerOfTwo(ways) || ways > entries) bad('the ways must be a power of two and no more than the entries');
  if (!POLICIES.includes(policy)) bad(`the policy must be one of ${POLICIES.join(', ')}`);
  if (policy === 'direct' && ways !== 1) bad('a direct-mapped TLB has one way');
}

/** Throws InputError for a configuration no machine can have. */
export function checkConfig(config: MachineConfig): void {
  const { memory, mmu } = config;
  if (!Number.isInteger(memory) || memory < 2 * MiB || memory % (2 * MiB) !== 0 || memory > 2 * GiB) {
    throw new InputError(
      `memory of ${memory} bytes is no size the machine can have`,
      'Give 2 MiB to 2 GiB in multiples of 2 MiB, such as 64M.',
    );
  }
  if (config.hosting === 'type2' && config.strategy === 'bare') {
    throw new InputError('type 2 hosting without a VMM', 'Choose the strategy nested, shadow or paravirt.');
  }
  if (!Number.isInteger(config.harts) || config.harts < 1 || config.harts > SIZES.HARTS_MOST) {
    throw new InputError(`a machine of ${config.harts} harts`, `Give 1 to ${SIZES.HARTS_MOST}.`);
  }
  checkTlb('l1d', mmu.l1d);
  checkTlb('l2', mmu.l2);
  if (mmu.l1i) {
    checkTlb('l1i', mmu.l1i);
    if (mmu.l1i.entries === 0 && mmu.l1d.entries > 0) {
      throw new InputError('mmu.l1i is off while mmu.l1d is on', 'Give it entries, or make the first level unified.');
    }
  }
  for (const name of ['walkCache', 'nestedTlb'] as const) {
    if (mmu[name] !== 0 && (!isPowerOfTwo(mmu[name]) || mmu[name] > 65536)) {
      throw new InputError(`mmu.${name} of ${mmu[name]} entries`, 'Give 0 or a power of two up to 65536.');
    }
  }
  if (!isPowerOfTwo(config.codePages) || config.codePages < 4 || config.codePages > 32768) {
    throw new InputError(`codePages of ${config.codePages}`, 'Give a power of two from 4 to 32768.');
  }
}

/** Bytes of the model's tables, to check that they fit their place: each hart has its own, the last level of caches apart. */
function modelBytes(mmu: MmuConfig, harts: number): number {
  const tlbs = [mmu.l1i, mmu.l1d, mmu.l2].reduce((sum, t) => sum + (t ? t.entries * 37 : 0), 0);
  const lines = [mmu.caches.l1, mmu.caches.l2].reduce((sum, c) => sum + c.lines * 8, 0);
  return harts * (tlbs + lines + mmu.walkCache * 9 * 20 + mmu.nestedTlb * 20 + 64 * 64) + mmu.caches.llc.lines * 8;
}

/** Makes a core for a configuration; throws InputError where it cannot be. */
export async function createCore(
  module: WebAssembly.Module,
  config: MachineConfig,
  devices: MmioHandler = NO_DEVICES,
): Promise<Core> {
  checkConfig(config);
  const mmu = config.counting ? config.mmu : MMU_OFF;
  if (modelBytes(mmu, config.harts) > PLACES.DYNAMIC - PLACES.MODEL) {
    throw new InputError(
      'the modelled TLBs and caches are too large together',
      config.harts > 1 ? 'Halve their entries, or take fewer harts.' : 'Halve their entries.',
    );
  }
  const { cells, end } = dynamicLayout(config);
  const pages = Math.ceil(end / WASM_PAGE);
  if (pages > 65536) {
    throw new InputError(
      `${config.memory / MiB} MiB of guest memory do not fit a 4 GiB host with the tables of the VMM`,
      'Give the guest less.',
    );
  }
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    throw new InputError(`this host has no ${Math.ceil(end / MiB)} MiB for the machine`, 'Give the guest less memory.');
  }
  const abort = (_message: number, _file: number, line: number, column: number): never => {
    throw new Error(`the core aborted at ${line}:${column}`);
  };
  const instance = await WebAssembly.instantiate(module, {
    env: {
      memory,
      abort,
      traceFull: (): void => core.onTraceFull(),
      deviceLoad: (address: number, lg: number): bigint => devices.load(address >>> 0, lg),
      deviceStore: (address: number, lg: number, value: bigint): void =>
        devices.store(address >>> 0, lg, BigInt.asUintN(64, value)),
    },
  });
  const view = new DataView(memory.buffer);
  const core: Core = Object.assign(
    {
      onTraceFull: (): void => core.set('TRACE_LENGTH', 0),
      memory,
      callable: instance.exports,
      bytes: new Uint8Array(memory.buffer),
      view,
      get: (cell: Cell): bigint => view.getBigUint64(CELL_OFFSETS[cell], true),
      set: (cell: Cell, value: bigint | number): void => view.setBigUint64(CELL_OFFSETS[cell], BigInt(value), true),
    },
    instance.exports as unknown as CoreExports,
  );
  for (const [cell, value] of Object.entries(cells)) core.set(cell as Cell, value);
  configure(core, config, mmu);
  core.reset();
  return core;
}

function configure(core: Core, config: MachineConfig, mmu: MmuConfig): void {
  core.set(
    'STRATEGY',
    STRATEGIES.findIndex((s) => s.id === config.strategy),
  );
  core.set(
    'HOSTING',
    HOSTINGS.findIndex((h) => h.id === config.hosting),
  );
  core.set('COUNTING', config.counting ? 1 : 0);
  core.set('AD_FAULT', config.adUpdate === 'fault' ? 1 : 0);
  core.set('FAST_OFF', fastTlbOff(config) ? 1 : 0);
  core.set('SHADOW_UNSYNC', config.shadow.policy === 'unsync' ? 1 : 0);
  core.set('SHADOW_FLOOD', config.shadow.flood);
  core.set('SHADOW_CACHED', config.shadow.cachedRoots ? 1 : 0);
  core.set('HOST_PAGES', { '4k': 0, '2m': 1, '1g': 2 }[config.hostPages]);
  core.set('HOST_LEVELS', config.hostLevels);
  core.set('TAGGED', mmu.tagged ? 1 : 0);
  core.set('SEED', (BigInt(mmu.seed) * 0x9e3779b97f4a7c15n) % 2n ** 64n || 1n);
  core.set('HARTS', config.harts);
  core.set('CODE_PAGES', config.codePages);
  core.set('POOL_RESERVE', hostTables(config));
  core.resetModelHeap();
  const tlb = (id: number, t: TlbGeometry | null): void => {
    if (!t || t.entries === 0) core.configureTlb(id, 0, 0, 0);
    else core.configureTlb(id, t.entries, t.ways, POLICIES.indexOf(t.policy));
  };
  const { l1, l2, llc } = mmu.caches;
  for (let hart = 0; hart < config.harts; hart++) {
    tlb(0, mmu.l1i);
    tlb(1, mmu.l1d);
    tlb(2, mmu.l2);
    core.configureTables(mmu.walkCache, mmu.nestedTlb);
    core.configureLines(0, l1.lines, l1.ways);
    core.configureLines(1, l2.lines, l2.ways);
    // The last level is shared.
    if (hart === 0) core.configureLines(2, llc.lines, llc.ways);
    core.keepModel(hart);
  }
  core.takeModel(0);
}
