/**
 * The modelled MMU once more, as plain objects and lists: what TLBs, walk caches, nested TLB and line caches of a given
 * geometry count for a trace of fetches, loads, stores and fences. Written from the meaning of the counters
 * (src/abi/counters.ts) to be compared with the machine access by access.
 */
import type { MachineConfig, Policy, TlbGeometry } from '../../src/abi/config.ts';
import { type Served, walkReferenceId } from '../../src/abi/counters.ts';
import { PAGE, PTE, RAM } from './tables.ts';

export type Access = 'fetch' | 'read' | 'write';

/** Addresses only the machine can tell: they decide on which line of a cache an entry lies. */
export interface Places {
  /** Linear address behind a guest-physical one. */
  linear(gpa: number): number;
  /** Linear address of the root of the G-stage, and of the table frame the VMM takes next. */
  readonly hostRoot: number;
  readonly hostNext: number;
}

interface Translation {
  readonly page: bigint;
  readonly level: number;
  readonly asid: number;
  readonly vmid: number;
  readonly bits: bigint;
}

/** xorshift64* (Marsaglia, Vigna), shared by all that replaces at random. */
class Random {
  private state: bigint;

  constructor(seed: bigint) {
    this.state = seed;
  }

  next(): number {
    let s = this.state;
    s ^= s >> 12n;
    s = BigInt.asUintN(64, s ^ (s << 25n));
    s ^= s >> 27n;
    this.state = s;
    return Number((BigInt.asUintN(64, s * 0x2545f4914f6cdd1dn) >> 33n) & 0xffff_ffffn);
  }
}

interface Slot {
  readonly entry: Translation;
  stamp: number;
}

class Tlb {
  private readonly sets: (Slot | null)[][];
  private readonly policy: Policy;
  private readonly random: Random;
  private time = 0;

  constructor({ entries, ways, policy }: TlbGeometry, random: Random) {
    this.sets = Array.from({ length: entries ? entries / ways : 0 }, () => Array<Slot | null>(ways).fill(null));
    this.policy = policy;
    this.random = random;
  }

  private setOf(va: bigint, level: number): (Slot | null)[] {
    return this.sets[Number((va >> BigInt(12 + 9 * level)) % BigInt(this.sets.length))]!;
  }

  find(va: bigint, asid: number, vmid: number): Translation | null {
    if (!this.sets.length) return null;
    for (let level = 0; level < 4; level++) {
      const page = (va >> BigInt(12 + 9 * level)) << BigInt(12 + 9 * level);
      for (const slot of this.setOf(va, level)) {
        if (!slot || slot.entry.level !== level || slot.entry.page !== page || slot.entry.vmid !== vmid) continue;
        if (slot.entry.asid !== asid && !(slot.entry.bits & PTE.G)) continue;
        if (this.policy === 'lru') slot.stamp = ++this.time;
        return slot.entry;
      }
    }
    return null;
  }

  /** Says whether it was filled, and whether a live entry went. */
  fill(entry: Translation): { filled: boolean; evicted: boolean } {
    if (!this.sets.length) return { filled: false, evicted: false };
    const set = this.setOf(entry.page, entry.level);
    let way = set.indexOf(null);
    const evicted = way < 0;
    if (evicted) {
      const stamps = set.map((slot) => slot!.stamp);
      if (set.length === 1) way = 0;
      else way = this.policy === 'random' ? this.random.next() % set.length : stamps.indexOf(Math.min(...stamps));
    }
    set[way] = { entry, stamp: ++this.time };
    return { filled: true, evicted };
  }

  drop(which: (entry: Translation) => boolean): number {
    let dropped = 0;
    for (const set of this.sets) {
      set.forEach((slot, way) => {
        if (!slot || !which(slot.entry)) return;
        set[way] = null;
        dropped++;
      });
    }
    return dropped;
  }
}

/** Keys in sets; each new one takes the place of the one that came longest ago, forgotten ones included. */
class Ring<T> {
  private readonly sets: { key: string; alive: boolean; value: T; tag: number }[][];
  private readonly ways: number;

  constructor(entries: number, ways: number) {
    this.ways = Math.min(entries, ways);
    this.sets = Array.from({ length: entries ? entries / this.ways : 0 }, () => []);
  }

  private setOf(index: bigint) {
    return this.sets[Number(index % BigInt(this.sets.length))]!;
  }

  find(index: bigint, tag: number): { value: T } | null {
    if (!this.sets.length) return null;
    return this.setOf(index).find((e) => e.alive && e.key === `${index}` && e.tag === tag) ?? null;
  }

  put(index: bigint, tag: number, value: T): boolean {
    if (!this.sets.length) return false;
    const set = this.setOf(index);
    set.push({ key: `${index}`, alive: true, value, tag });
    if (set.length > this.ways) set.shift();
    return true;
  }

  forget(which: (tag: number) => boolean): void {
    for (const set of this.sets) for (const e of set) if (which(e.tag)) e.alive = false;
  }
}

const VMID_GUEST = 1;
const VMID_PHYSICAL = 2;
const tagOf = (asid: number, vmid: number): number => asid | (vmid << 16);

export class MmuModel {
  readonly counts = new Map<string, number>();
  private readonly config: MachineConfig;
  private readonly places: Places;
  private readonly memory: Map<number, bigint>;
  private readonly nested: boolean;
  private readonly tlbs: Readonly<Record<'l1i' | 'l1d' | 'l2', Tlb>>;
  private readonly walkCaches: readonly Ring<number>[];
  private readonly hostWalkCaches: readonly Ring<string>[];
  private readonly nestedTlb: Ring<null>;
  private readonly lines: readonly Ring<null>[];
  /** Tables and leaves of the G-stage by level and prefix; tables with their linear address. */
  private readonly hostTables = new Map<string, number>();
  private readonly hostLeaves = new Set<string>();
  private hostNext: number;
  private satp = 0n;
  private sum = false;
  /** Page the fetch unit holds. */
  private held: bigint | null = null;

  constructor(config: MachineConfig, places: Places, memory: Map<number, bigint>) {
    const { mmu } = config;
    const random = new Random((BigInt(mmu.seed) * 0x9e37_79b9_7f4a_7c15n) % 2n ** 64n || 1n);
    this.config = config;
    this.places = places;
    this.memory = memory;
    this.nested = config.strategy === 'nested';
    const off = { entries: 0, ways: 0, policy: 'fifo' } as const;
    this.tlbs = { l1i: new Tlb(mmu.l1i ?? off, random), l1d: new Tlb(mmu.l1d, random), l2: new Tlb(mmu.l2, random) };
    this.walkCaches = Array.from({ length: 5 }, () => new Ring<number>(mmu.walkCache, 4));
    this.hostWalkCaches = Array.from({ length: 5 }, () => new Ring<string>(mmu.walkCache, 4));
    this.nestedTlb = new Ring(mmu.nestedTlb, 4);
    this.lines = [mmu.caches.l1, mmu.caches.l2, mmu.caches.llc].map((c) => new Ring(c.lines, c.ways));
    this.hostNext = places.hostNext;
    this.hostTables.set(`${config.hostLevels - 1}:0`, places.hostRoot);
  }

  private count(id: string, by = 1): void {
    if (by) this.counts.set(id, (this.counts.get(id) ?? 0) + by);
  }

  private get levels(): number {
    return this.satp ? Number(this.satp >> 60n) - 5 : 0;
  }

  private get root(): number {
    return Number((this.satp & 0xfff_ffff_ffffn) << 12n);
  }

  private get asid(): number {
    return this.config.mmu.tagged ? Number((this.satp >> 44n) & 0xffffn) : 0;
  }

  private get vmid(): number {
    return !this.nested ? 0 : this.levels ? VMID_GUEST : VMID_PHYSICAL;
  }

  private get translating(): boolean {
    return this.nested || this.levels > 0;
  }

  private get fetches(): 'l1i' | 'l1d' {
    return this.config.mmu.l1i?.entries ? 'l1i' : 'l1d';
  }

  /** An entry left a TLB; the fetch unit looks its page up anew when it was one it may have come from. */
  private lost(tlb: 'l1i' | 'l1d' | 'l2'): void {
    if (tlb === this.fetches) this.held = null;
  }

  /** The guest writes satp. */
  writeSatp(value: bigint): void {
    const before = this.root;
    if (value === this.satp) return;
    this.satp = value;
    this.held = null;
    if (this.config.mmu.tagged || this.root === before) return;
    this.flush('satp', (e) => e.asid === this.asid && !(e.bits & PTE.G));
    this.forgetWalks((tag) => tag >> 16 === this.vmid);
  }

  setSum(on: boolean): void {
    if (on !== this.sum) this.held = null;
    this.sum = on;
  }

  fence(va: bigint | null, asid: number | null): void {
    const vmid = this.nested ? VMID_GUEST : 0;
    const tagged = this.config.mmu.tagged ? asid : asid === null ? null : 0;
    const cause =
      va === null ? (asid === null ? 'sfence-all' : 'sfence-asid') : asid === null ? 'sfence-va' : 'sfence-va-asid';
    this.flush(cause, (e) => {
      if (e.vmid !== vmid) return false;
      if (tagged !== null && (e.asid !== tagged || e.bits & PTE.G)) return false;
      return va === null || va >> BigInt(12 + 9 * e.level) === e.page >> BigInt(12 + 9 * e.level);
    });
    if (va === null && tagged !== null) this.forgetWalks((tag) => tag === tagOf(tagged, vmid));
    else this.forgetWalks((tag) => tag >> 16 === vmid);
  }

  private forgetWalks(which: (tag: number) => boolean): void {
    for (const cache of this.walkCaches) cache.forget(which);
  }

  private flush(cause: string, which: (entry: Translation) => boolean): void {
    this.count(`flush.${cause}`);
    for (const id of ['l1i', 'l1d', 'l2'] as const) {
      const dropped = this.tlbs[id].drop(which);
      this.count(`flush.${cause}.entries`, dropped);
      if (dropped) this.lost(id);
    }
  }

  /** The fetch unit is at an address. False: a fault. */
  fetch(va: bigint): boolean {
    const page = va & ~0xfffn;
    if (this.held === page) return true;
    if (!this.translating) {
      this.held = page;
      return true;
    }
    this.count('fetch.pages');
    this.count(`tlb.${this.fetches}.lookups`);
    if (!this.find(va, 'fetch')) return false;
    this.held = page;
    return true;
  }

  /** A load or store of some bytes. False: a fault. */
  data(va: bigint, access: Access, size: number): boolean {
    const pages = (va & 0xfffn) + BigInt(size) > 4096n ? [va, (va & ~0xfffn) + 4096n] : [va];
    if (!this.translating) {
      this.count('data.untranslated', pages.length);
      return true;
    }
    for (const page of pages) {
      this.count('tlb.l1d.lookups');
      if (!this.find(page, access)) return false;
      this.count('data.translated');
    }
    return true;
  }

  /** After a store to memory that holds tables. */
  store(gpa: number, value: bigint): void {
    this.memory.set(gpa, value);
  }

  private permits(bits: bigint, access: Access): boolean {
    if (!this.levels) return true;
    if (bits & PTE.U && (access === 'fetch' || !this.sum)) return false;
    return (bits & { fetch: PTE.X, read: PTE.R, write: PTE.W }[access]) !== 0n;
  }

  private usable(entry: Translation, access: Access): boolean {
    return !this.levels || (this.permits(entry.bits, access) && (access !== 'write' || (entry.bits & PTE.D) !== 0n));
  }

  private insert(id: 'l1i' | 'l1d' | 'l2', entry: Translation): void {
    const { filled, evicted } = this.tlbs[id].fill(entry);
    this.count(`tlb.${id}.fills`, filled ? 1 : 0);
    this.count(`tlb.${id}.evictions`, evicted ? 1 : 0);
    if (evicted) this.lost(id);
  }

  private find(va: bigint, access: Access): boolean {
    const first = access === 'fetch' ? this.fetches : 'l1d';
    let stale = false;
    for (const id of [first, 'l2'] as const) {
      if (id === 'l2') this.count('tlb.l2.lookups');
      const entry = this.tlbs[id].find(va, this.asid, this.vmid);
      if (!entry) {
        this.count(`tlb.${id}.misses`);
        continue;
      }
      if (this.usable(entry, access)) {
        if (id === 'l2') this.insert(first, entry);
        return true;
      }
      this.tlbs[id].drop((e) => e === entry);
      this.lost(id);
      stale = true;
    }
    if (stale) {
      this.count('flush.ad');
      this.count('flush.ad.entries');
    }
    const entry = this.walk(va, access);
    if (!entry) return false;
    this.insert('l2', entry);
    this.insert(first, entry);
    return true;
  }

  private refer(g: number, h: number, linear: number): void {
    const line = BigInt(Math.floor(linear / 64));
    let served: Served = 'dram';
    for (const [i, name] of (['l1', 'l2', 'llc'] as const).entries()) {
      if (this.lines[i]!.find(line, 0)) {
        served = name;
        break;
      }
      this.lines[i]!.put(line, 0, null);
    }
    this.count('walk.references');
    this.count(walkReferenceId(g, h, served));
  }

  /** One page walk; null: a page fault. */
  private walk(va: bigint, access: Access): Translation | null {
    const { levels, asid, vmid } = this;
    const tag = tagOf(asid, vmid);
    this.count('walk.count');
    if (!levels) return this.found(va, va, 2, PTE.V | PTE.R | PTE.W | PTE.X | PTE.U | PTE.A | PTE.D);
    let level = levels - 1;
    let table = this.root;
    let shortened = false;
    for (let l = 1; l < levels && !shortened; l++) {
      const hit = this.walkCaches[l]!.find(va >> BigInt(12 + 9 * l), tag);
      if (!hit) continue;
      table = hit.value;
      level = l - 1;
      shortened = true;
      this.count('pwc.hits');
      this.count(walkReferenceId(l + 1, 0, 'walk-cache'));
    }
    if (!shortened) {
      this.count('pwc.misses');
      this.reach(table, levels);
    }
    for (; ; level--) {
      const at = table + Number((va >> BigInt(12 + 9 * level)) & 511n) * 8;
      this.refer(level + 1, 0, this.places.linear(at));
      const pte = this.memory.get(at) ?? 0n;
      const rights = pte & (PTE.R | PTE.W | PTE.X);
      const target = Number(((pte >> 10n) & 0xfff_ffff_ffffn) << 12n);
      if (!(pte & PTE.V) || (rights & (PTE.R | PTE.W)) === PTE.W || pte >> 54n) return this.fault();
      if (!rights) {
        if (!level) return this.fault();
        table = target;
        this.reach(table, level);
        if (this.walkCaches[level]!.put(va >> BigInt(12 + 9 * level), tag, table)) this.count('pwc.fills');
        continue;
      }
      if (target % (PAGE * 512 ** level) || !this.permits(pte, access)) return this.fault();
      const need = access === 'write' ? PTE.A | PTE.D : PTE.A;
      if ((pte & need) !== need) {
        if (this.config.adUpdate === 'fault') return this.fault();
        this.count('walk.a-writes', pte & PTE.A ? 0 : 1);
        this.count('walk.d-writes', access === 'write' && !(pte & PTE.D) ? 1 : 0);
        this.memory.set(at, pte | need);
      }
      const within = va & ((1n << BigInt(12 + 9 * level)) - 1n);
      return this.found(va, BigInt(target) + within, level, (pte | need) & 0xffn);
    }
  }

  private fault(): null {
    this.count('walk.faults');
    return null;
  }

  /** The entry for a page found: no larger than RAM is whole, nor than the host's own page. */
  private found(va: bigint, pa: bigint, level: number, bits: bigint): Translation {
    let size = level;
    if (this.nested) {
      size = Math.min(level, this.hostWalk(Number(pa & ~0xfffn), 0));
    } else {
      const inside = (l: number): boolean => {
        const base = (pa >> BigInt(12 + 9 * l)) << BigInt(12 + 9 * l);
        return base >= BigInt(RAM) && base + BigInt(PAGE * 512 ** l) <= BigInt(RAM + this.config.memory);
      };
      while (size && !inside(size)) size--;
    }
    const page = (va >> BigInt(12 + 9 * size)) << BigInt(12 + 9 * size);
    return { page, level: size, asid: this.asid, vmid: this.vmid, bits };
  }

  /** The walker goes to a table of the guest's, through the second stage if there is one. */
  private reach(table: number, g: number): void {
    if (!this.nested) return;
    const page = BigInt(table / PAGE);
    const tag = tagOf(0, this.vmid);
    if (this.nestedTlb.find(page, tag)) {
      this.count('ntlb.hits');
      this.count(walkReferenceId(g, 1, 'nested-tlb'));
      return;
    }
    this.count('ntlb.misses');
    this.hostWalk(table, g);
    if (this.nestedTlb.put(page, tag, null)) this.count('ntlb.fills');
  }

  /** The second stage for one guest-physical page; the level of its leaf. A page not mapped is mapped, and walked again. */
  private hostWalk(gpa: number, g: number): number {
    const { hostLevels, hostPages } = this.config;
    const leafLevel = { '4k': 0, '2m': 1, '1g': 2 }[hostPages];
    const tag = tagOf(0, this.vmid);
    const prefix = (level: number): bigint => BigInt(gpa) >> BigInt(12 + 9 * level);
    for (;;) {
      let level = hostLevels - 1;
      let table = `${level}:0`;
      for (let l = 1; l < hostLevels; l++) {
        const hit = this.hostWalkCaches[l]!.find(prefix(l), tag);
        if (!hit) continue;
        table = hit.value;
        level = l - 1;
        this.count(walkReferenceId(g, l + 1, 'walk-cache'));
        break;
      }
      for (; ; level--) {
        const width = level === hostLevels - 1 ? 2048n : 512n;
        this.refer(g, level + 1, this.hostTables.get(table)! + Number(prefix(level) % width) * 8);
        if (level === leafLevel) {
          if (this.hostLeaves.has(`${prefix(level)}`)) return level;
          break;
        }
        const next = `${level - 1}:${prefix(level)}`;
        if (!this.hostTables.has(next)) break;
        if (this.hostWalkCaches[level]!.put(prefix(level), tag, next)) this.count('pwc.fills');
        table = next;
      }
      for (let l = hostLevels - 1; l > leafLevel; l--) {
        const next = `${l - 1}:${prefix(l)}`;
        if (this.hostTables.has(next)) continue;
        this.hostTables.set(next, this.hostNext);
        this.hostNext += PAGE;
      }
      this.hostLeaves.add(`${prefix(leafLevel)}`);
    }
  }
}
