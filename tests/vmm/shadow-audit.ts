/** Reads the shadow tables of a stopped machine from outside, and says everything that is wrong with them. */
import { PLACES, RAM_START } from '../../src/abi/layout.ts';
import type { Rig } from '../mmu/rig.ts';
import { PAGE, PTE } from '../mmu/tables.ts';

const RECORD = 48;
const FRAME_RECORD = 16;
const DIRECT = 1 << 16;
const USER = 1;
const SUM = 2;
const MXR = 4;
const LEAF = PTE.R | PTE.W | PTE.X;
const TLBS = 3;

/** One shadow page, as its record says. */
interface Shadow {
  readonly page: number;
  /** Guest-physical address of the table, or of the range of a direct page. */
  readonly gpa: number;
  readonly level: number;
  readonly role: number;
  readonly direct: boolean;
  /** Rights of the guest's superpage leaf that a direct page stands below; 0 with paging off. */
  readonly superpage: bigint;
  readonly unsync: boolean;
  readonly parents: number;
  readonly present: number;
}

export interface Audit {
  readonly problems: readonly string[];
  readonly pages: number;
  readonly leaves: number;
  readonly writable: number;
  readonly cached: number;
}

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** What a leaf of the guest's grants to a role: written from the specification, not from the VMM. */
function granted(pte: bigint, role: number): bigint {
  const user = (pte & PTE.U) !== 0n;
  let rights = 0n;
  const looksAsUser = (role & USER) !== 0;
  const dataAllowed = looksAsUser ? user : !user || (role & SUM) !== 0;
  if (dataAllowed && (pte & PTE.R || (role & MXR && pte & PTE.X))) rights |= PTE.R;
  if (dataAllowed && pte & PTE.W && pte & PTE.D) rights |= PTE.W;
  if (looksAsUser === user && pte & PTE.X) rights |= PTE.X;
  // The other side's code can still be read.
  return rights;
}

class Auditor {
  private readonly rig: Rig;
  private readonly problems: string[] = [];
  private readonly shadows = new Map<number, Shadow>();
  private readonly seen = { leaves: 0, writable: 0, cached: 0 };
  /** Links that lists must hold: head → entries. */
  private readonly expected = new Map<number, number[]>();

  constructor(rig: Rig) {
    this.rig = rig;
  }

  private cell(name: Parameters<Rig['core']['get']>[0]): number {
    return Number(this.rig.core.get(name));
  }

  private u32(at: number): number {
    return this.rig.core.view.getUint32(at, true);
  }

  private u64(at: number): bigint {
    return this.rig.core.view.getBigUint64(at, true);
  }

  private linear(pa: bigint): number {
    return Number(pa - BigInt(RAM_START)) + this.cell('RAM_BASE');
  }

  private frame(linear: number): number {
    return this.cell('FRAME_BASE') + ((linear - this.cell('RAM_BASE')) / PAGE) * FRAME_RECORD;
  }

  /** Guest-physical address of a host page, or null: it is not the guest's. */
  private guestOf(linear: number): number | null {
    const number = this.u32(this.frame(linear) + 4);
    return number && linear >= this.cell('GRANT_BASE') ? RAM_START + (number - 1) * PAGE : null;
  }

  private shadowsOf(linear: number): Shadow[] {
    const list: Shadow[] = [];
    for (let page = this.u32(this.frame(linear) + 8); page; page = this.u32(this.record(page) + 12)) {
      const shadow = this.shadows.get(page);
      if (!shadow) this.problems.push(`${hex(linear)} lists ${hex(page)}, which is no shadow page`);
      else list.push(shadow);
      if (list.length > 64) throw new Error('a list that does not end');
    }
    return list;
  }

  private record(page: number): number {
    return this.cell('POOL_INFO') + ((page - this.cell('POOL_BASE')) / PAGE) * RECORD;
  }

  private isProtected(linear: number): boolean {
    const list = this.shadowsOf(linear);
    return list.length > 0 && !list[0]!.unsync;
  }

  run(): Audit {
    for (let page = this.cell('POOL_BASE'); page < this.cell('POOL_NEXT'); page += PAGE) {
      const r = this.record(page);
      const number = this.u32(r);
      if (!number) continue;
      const kind = this.u32(r + 4);
      this.shadows.set(page, {
        page,
        gpa: RAM_START + (number - 1) * PAGE,
        level: kind & 0xff,
        role: (kind >> 8) & 0xff,
        direct: (kind & DIRECT) !== 0,
        superpage: BigInt(kind >>> 20) & 0xffn,
        unsync: this.u32(r + 24) !== 0,
        parents: r + 16,
        present: this.u32(r + 36),
      });
    }
    for (const shadow of this.shadows.values()) this.page(shadow);
    this.lists();
    this.tlbs();
    return { problems: this.problems, pages: this.shadows.size, ...this.seen };
  }

  private page(shadow: Shadow): void {
    let present = 0;
    for (let i = 0; i < 512; i++) {
      const value = this.u64(shadow.page + i * 8);
      if (!value) continue;
      present++;
      if (value & LEAF) this.leaf(shadow, i, value);
      else this.pointer(shadow, i, value);
    }
    if (present !== shadow.present)
      this.problems.push(`${hex(shadow.page)} says ${shadow.present} entries, has ${present}`);
    if (!shadow.direct) {
      const table = this.rig.linear(shadow.gpa);
      const mine = this.shadowsOf(table);
      if (!mine.includes(shadow)) this.problems.push(`${hex(shadow.page)} is not on the list of its table`);
      if (mine.some((other) => other.unsync !== shadow.unsync))
        this.problems.push(`shadows of ${hex(shadow.gpa)} disagree on being in step`);
      if (shadow.unsync && shadow.level)
        this.problems.push(`${hex(shadow.gpa)} is out of step at level ${shadow.level}`);
    }
  }

  private expect(head: number, entry: number): void {
    this.expected.set(head, [...(this.expected.get(head) ?? []), entry]);
  }

  private regionHead(gpa: number, level: number): number {
    const size = this.cell('GUEST_SIZE');
    const large = this.cell('LARGE_BASE');
    const offset = gpa - RAM_START;
    if (level === 1) return large + Math.floor(offset / 2 ** 21) * 8;
    return large + Math.ceil(size / 2 ** 21) * 8 + Math.floor(offset / 2 ** 30) * 8;
  }

  private leaf(shadow: Shadow, index: number, value: bigint): void {
    const at = shadow.page + index * 8;
    const where = `shadow of ${hex(shadow.gpa)}, level ${shadow.level}, role ${shadow.role}, entry ${index}`;
    const linear = this.linear((value >> 10n) << 12n);
    const span = 512 ** shadow.level;
    this.seen.leaves++;
    if (value & PTE.W) this.seen.writable++;
    const gpa = this.guestOf(linear);
    if (gpa === null) {
      this.problems.push(`${where}: maps what is not the guest's`);
      return;
    }
    this.expect(shadow.level ? this.regionHead(gpa, shadow.level) : this.frame(linear) + 12, at);
    for (let i = 0; i < span; i++) {
      if (this.guestOf(linear + i * PAGE) !== gpa + i * PAGE)
        this.problems.push(`${where}: its parts are not in order`);
      if (value & PTE.W && this.isProtected(linear + i * PAGE))
        this.problems.push(`${where}: a guest table is writable (${hex(gpa + i * PAGE)})`);
    }
    const allowed = this.allowed(shadow, index, gpa);
    if (shadow.unsync) return;
    if (value & LEAF & ~allowed) this.problems.push(`${where}: grants ${hex(value & LEAF)}, the guest ${hex(allowed)}`);
  }

  /** Guest-physical address that an entry of a direct page stands for; the root with paging off begins at 0. */
  private reach(shadow: Shadow, index: number): number {
    const base = shadow.level === 2 && !shadow.superpage ? 0 : shadow.gpa;
    return base + index * PAGE * 512 ** shadow.level;
  }

  /** Rights the guest itself gives this entry to this page; 0 if it leads elsewhere. */
  private allowed(shadow: Shadow, index: number, gpa: number): bigint {
    if (shadow.direct) {
      if (this.reach(shadow, index) !== gpa) return 0n;
      return shadow.superpage ? granted(shadow.superpage | PTE.V, shadow.role) : LEAF;
    }
    const pte = this.rig.read(shadow.gpa + index * 8);
    if (!(pte & PTE.V) || !(pte & PTE.A) || (pte >> 54n) & 0x1ffn) return 0n;
    let ppn = (pte >> 10n) & 0xfff_ffff_ffffn;
    if (pte & PTE.N) ppn = (ppn & ~15n) | BigInt(index & 15);
    return Number(ppn << 12n) === gpa ? granted(pte, shadow.role) : 0n;
  }

  private pointer(shadow: Shadow, index: number, value: bigint): void {
    const where = `shadow of ${hex(shadow.gpa)}, level ${shadow.level}, entry ${index}`;
    const child = this.shadows.get(this.linear((value >> 10n) << 12n));
    if (!child) {
      this.problems.push(`${where}: leads to no shadow page`);
      return;
    }
    this.expect(child.parents, shadow.page + index * 8);
    if (child.level !== shadow.level - 1 || child.role !== shadow.role)
      this.problems.push(`${where}: leads to another level or role`);
    if (shadow.direct) {
      if (!child.direct || child.gpa !== this.reach(shadow, index))
        this.problems.push(`${where}: leads to another range`);
      return;
    }
    const pte = this.rig.read(shadow.gpa + index * 8);
    const target = Number(((pte >> 10n) & 0xfff_ffff_ffffn) << 12n);
    const isLeaf = (pte & LEAF) !== 0n;
    if (!(pte & PTE.V) || target !== child.gpa || isLeaf !== child.direct)
      this.problems.push(`${where}: the guest's entry ${hex(pte)} leads elsewhere`);
    else if (isLeaf && child.superpage !== (pte & (LEAF | PTE.U | PTE.D)))
      this.problems.push(`${where}: stands for other rights`);
  }

  /** Reverse maps and parents hold each entry once, and nothing else. */
  private lists(): void {
    const heads = new Set(this.expected.keys());
    for (let f = this.cell('GRANT_BASE'); f < this.cell('GRANT_NEXT'); f += PAGE) heads.add(this.frame(f) + 12);
    for (const shadow of this.shadows.values()) heads.add(shadow.parents);
    for (const head of heads) {
      const have: number[] = [];
      for (let node = this.u32(head); node; node = this.u32(node + 4)) have.push(this.u32(node));
      const want = this.expected.get(head) ?? [];
      if (have.sort().join() !== want.sort().join())
        this.problems.push(`list ${hex(head)}: ${have.length} links, ${want.length} entries`);
    }
  }

  /** No TLB lets the guest write a table the VMM follows. */
  private tlbs(): void {
    for (let id = 0; id < TLBS; id++) {
      const d = PLACES.MODEL + id * 64;
      const entries = this.u32(d + 28);
      for (let i = 0; i < entries; i++) {
        const key = this.u64(this.u32(d + 16) + i * 8);
        if (!key) continue;
        this.seen.cached++;
        const e = this.u32(d) + i * 16;
        const flags = this.u32(e + 12);
        const linear = Number(this.u64(e));
        const span = 512 ** ((flags >> 8) & 7);
        if (!(flags & 4)) continue;
        for (let k = 0; k < span; k++) {
          if (this.isProtected(linear + k * PAGE))
            this.problems.push(`TLB ${id}: ${hex(key & ~0xfffn)} writes a guest table`);
        }
      }
    }
  }
}

/** Audits a machine under the shadow strategy. */
export const auditShadow = (rig: Rig): Audit => new Auditor(rig).run();
