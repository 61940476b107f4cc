// Direct paging: the guest's own tables hold machine frames, so the hardware walks them as they are; the VMM validates
// every entry before it is live. Each frame has a type and a count of its uses, as in Xen's memory management: a frame
// is a page table or writable, never both, so a guest can neither map what it does not own nor write its tables.
//
// Frame record: +8 u32 type (TYPE_*) | PINNED, +12 u32 uses of that type
import {
  C_PARAVIRT_REFUSALS, C_PARAVIRT_UPDATES, FLUSH_HFENCE_VVMA, GRANT_BASE, GUEST_SIZE, HYPERCALL_BATCH, HYPERCALL_FLUSH,
  HYPERCALL_MMIO_READ, HYPERCALL_MMIO_WRITE, HYPERCALL_MMU_UPDATE, HYPERCALL_PIN_TABLE, HYPERCALL_PROBE, HYPERCALL_SET_SATP,
  HYPERCALL_UNPIN_TABLE, RAM_START, SATP, STOP, X,
} from '../generated/layout';
import { count } from '../counters';
import { dropAllWalkCaches, invalidateAllTlbs } from '../harts/model';
import { MATCH_VMID } from '../mmu/model';
import { refreshContext } from '../mmu/context';
import { fenceGuest } from '../mmu/fence';
import { PPN_MASK, PTE_A, PTE_D, PTE_N, PTE_R, PTE_RESERVED, PTE_U, PTE_V, PTE_W, PTE_X } from '../mmu/pte';
import { deviceRead, deviceWrite } from '../bus/bus';
import { frameOf, hostLinear, hostPhysical, isGuestRam } from './frames';
import { leaveHostKernel, vmWork } from './exit';
import { VMID } from './shadow-pages';

const TYPE_NONE: u32 = 0;
const TYPE_WRITABLE: u32 = 1;
/** Page tables: TYPE_TABLE + level. */
const TYPE_TABLE: u32 = 2;
const TYPE_MASK: u32 = 15;
const PINNED: u32 = 16;
const ROOT_LEVEL: u32 = 2;
const LEAF: u64 = PTE_R | PTE_W | PTE_X;

const SUCCESS: i64 = 0;
const NOT_SUPPORTED: i64 = -2;
const INVALID_PARAM: i64 = -3;
const DENIED: i64 = -4;
const VERSION: u64 = 1;

@inline function argument(i: u32): u64 {
  return load<u64>(X + ((10 + i) << 3));
}

@inline function answer(error: i64, value: u64): void {
  store<i64>(X + 80, error);
  store<u64>(X + 88, value);
}

/** Linear address of a frame the guest owns, by its machine address, or 0. */
@inline function owned(pa: u64): u32 {
  const linear = hostLinear(pa);
  if (!linear) return 0;
  return <u64>(linear - load<u32>(GRANT_BASE)) < load<u64>(GUEST_SIZE) && linear >= load<u32>(GRANT_BASE) ? linear : 0;
}

@inline function typeOf(frame: u32): u32 {
  return load<u32>(frame, 8) & TYPE_MASK;
}

/** Whether a frame is in use as a page table of the guest, which only hypercalls may change. */
export function isPageTable(frame: u32): bool {
  return load<u32>(frame, 12) != 0 && typeOf(frame) >= TYPE_TABLE;
}

/** Takes one use of a frame as a type, validating it if it was unused. False: it is in use as something else, or invalid. */
function take(linear: u32, type: u32): bool {
  const frame = frameOf(linear);
  const uses = load<u32>(frame, 12);
  if (uses) {
    if (typeOf(frame) != type) return false;
    store<u32>(frame, uses + 1, 12);
    return true;
  }
  // Set before validating: a table that refers to itself is then seen as a table, and refused by its level.
  store<u32>(frame, type, 8);
  store<u32>(frame, 1, 12);
  // A TLB of some hart may still let the guest write what becomes a table.
  if (stale && type >= TYPE_TABLE) flush();
  if (type < TYPE_TABLE || validate(linear, type - TYPE_TABLE)) return true;
  store<u32>(frame, TYPE_NONE, 8);
  store<u32>(frame, 0, 12);
  return false;
}

/** A writable mapping went away since the TLBs of all harts were flushed last. */
let stale: bool = false;

/** For a snapshot. */
export function isStale(): bool {
  return stale;
}

/** For a snapshot that is restored. */
export function setStale(value: bool): void {
  stale = value;
}

function flush(): void {
  stale = false;
  invalidateAllTlbs(FLUSH_HFENCE_VVMA, MATCH_VMID, 0, VMID);
}

/** Gives one use back; a table no longer used gives back what it refers to. */
function give(linear: u32): void {
  const frame = frameOf(linear);
  const uses = load<u32>(frame, 12) - 1;
  store<u32>(frame, uses, 12);
  if (uses) return;
  const type = typeOf(frame);
  store<u32>(frame, TYPE_NONE, 8);
  if (type < TYPE_TABLE) {
    stale = true;
    return;
  }
  // A walk cache may still lead here, and the guest may write the page from now on.
  dropAllWalkCaches(VMID);
  for (let i: u32 = 0; i < 4096; i += 8) release(load<u64>(linear + i), type - TYPE_TABLE);
}

function validate(linear: u32, level: u32): bool {
  vmWork(512);
  for (let i: u32 = 0; i < 4096; i += 8) {
    if (acquire(load<u64>(linear + i), level)) continue;
    for (let j: u32 = 0; j < i; j += 8) release(load<u64>(linear + j), level);
    return false;
  }
  return true;
}

/** Takes what an entry of a level refers to. */
function acquire(entry: u64, level: u32): bool {
  if (!(entry & PTE_V)) return true;
  if (entry & (PTE_RESERVED | PTE_N) || (entry & (PTE_R | PTE_W)) == PTE_W) return false;
  const pa = ((entry >> 10) & PPN_MASK) << 12;
  if (!(entry & LEAF)) {
    if (level == 0 || entry & (PTE_D | PTE_A | PTE_U)) return false;
    const child = owned(pa);
    return child != 0 && take(child, TYPE_TABLE + level - 1);
  }
  const size = (<u64>4096) << (9 * level);
  if (pa & (size - 1)) return false;
  for (let at: u64 = 0; at < size; at += 4096) {
    const page = owned(pa + at);
    if (page && (!(entry & PTE_W) || take(page, TYPE_WRITABLE))) continue;
    if (entry & PTE_W) for (let back: u64 = 0; back < at; back += 4096) give(owned(pa + back));
    return false;
  }
  return true;
}

/** Gives back what an entry of a level refers to. */
function release(entry: u64, level: u32): void {
  if (!(entry & PTE_V)) return;
  const pa = ((entry >> 10) & PPN_MASK) << 12;
  if (!(entry & LEAF)) {
    give(owned(pa));
    return;
  }
  if (!(entry & PTE_W)) return;
  const size = (<u64>4096) << (9 * level);
  for (let at: u64 = 0; at < size; at += 4096) give(owned(pa + at));
}

/** One update of a live table. */
function update(at: u64, value: u64): bool {
  count(C_PARAVIRT_UPDATES);
  vmWork(2);
  const linear = at & 7 ? 0 : owned(at & ~7);
  if (!linear) return false;
  const frame = frameOf(linear & ~0xfff);
  const type = typeOf(frame);
  if (type < TYPE_TABLE || !load<u32>(frame, 12)) return false;
  const level = type - TYPE_TABLE;
  const old = load<u64>(linear);
  if (!acquire(value, level)) return false;
  store<u64>(linear, value);
  release(old, level);
  if (old & PTE_V) {
    changed = true;
    if (level) dropAllWalkCaches(VMID);
  }
  return true;
}

/** Whether the batch changed an entry that was valid, so that a TLB may hold it. */
let changed: bool = false;

function mmuUpdate(list: u64, entries: u64, fence: bool): void {
  if (entries > HYPERCALL_BATCH || list & 7 || (entries && (!isGuestRam(list) || !isGuestRam(list + entries * 16 - 1)))) {
    answer(INVALID_PARAM, 0);
    return;
  }
  changed = false;
  let done: u64 = 0;
  const base = load<u32>(GRANT_BASE) + <u32>(list - RAM_START);
  while (done < entries) {
    const request = base + (<u32>done << 4);
    if (!update(load<u64>(request), load<u64>(request, 8))) break;
    done++;
  }
  if (fence && changed) flush();
  if (done < entries) refuse(done);
  else answer(SUCCESS, done);
}

function refuse(value: u64): void {
  count(C_PARAVIRT_REFUSALS);
  answer(DENIED, value);
}

function pin(linear: u32, level: u64): void {
  if (!linear || level > ROOT_LEVEL) {
    refuse(0);
    return;
  }
  const frame = frameOf(linear);
  if (load<u32>(frame, 8) & PINNED || !take(linear, TYPE_TABLE + <u32>level)) {
    refuse(0);
    return;
  }
  store<u32>(frame, load<u32>(frame, 8) | PINNED, 8);
  answer(SUCCESS, 0);
}

function unpin(linear: u32): void {
  const frame = linear ? frameOf(linear) : 0;
  if (!frame || !(load<u32>(frame, 8) & PINNED)) {
    refuse(0);
    return;
  }
  store<u32>(frame, load<u32>(frame, 8) & ~PINNED, 8);
  give(linear);
  answer(SUCCESS, 0);
}

/** The root in use holds a use of its own, so it stays a table whatever the guest unpins. */
function setRoot(linear: u32, asid: u64): void {
  if (!linear || asid > 0xffff || !(load<u32>(frameOf(linear), 8) & PINNED) || !take(linear, TYPE_TABLE + ROOT_LEVEL)) {
    refuse(0);
    return;
  }
  const old = load<u64>(SATP);
  store<u64>(SATP, (<u64>8 << 60) | (asid << 44) | (hostPhysical(linear) >> 12));
  giveRoot(old);
  refreshContext();
  answer(SUCCESS, 0);
}

/** Gives back the use that a hart's satp holds of its root. */
function giveRoot(satp: u64): void {
  const root = owned((satp & 0xfff_ffff_ffff) << 12);
  if (satp >> 60 && root) give(root);
}

/** The satp of a hart that begins: the caller's, since a guest of direct paging is never without tables; the root has one more use. */
export function shareRoot(): u64 {
  const satp = load<u64>(SATP);
  take(owned((satp & 0xfff_ffff_ffff) << 12), TYPE_TABLE + ROOT_LEVEL);
  return satp;
}

/** The running hart stops and uses no root. */
export function leaveRoot(): void {
  const satp = load<u64>(SATP);
  store<u64>(SATP, 0);
  giveRoot(satp);
}

@inline function widthLog2(bytes: u64): u32 {
  return bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : bytes == 8 ? 3 : 4;
}

function mmio(write: bool): void {
  const lg = widthLog2(argument(1));
  const at = argument(0);
  if (lg > 3 || at & (argument(1) - 1)) {
    answer(INVALID_PARAM, 0);
    return;
  }
  leaveHostKernel();
  let value: u64 = 0;
  const before = load<u32>(STOP);
  if (write) deviceWrite(at, argument(2), lg, at);
  else value = deviceRead(at, lg, at);
  // Nothing answers there: the device's access fault becomes an error of the call.
  if (load<u32>(STOP) == 1) {
    store<u32>(STOP, before);
    answer(INVALID_PARAM, 0);
  } else {
    answer(SUCCESS, value);
  }
}

/** Serves a hypercall (src/abi/guest.ts): function in a6, arguments from a0, SBI-like answer. */
export function paravirtCall(): void {
  const call = argument(6);
  const frame = argument(0) << 12;
  if (call == HYPERCALL_MMU_UPDATE) mmuUpdate(argument(0), argument(1), (argument(2) & 1) != 0);
  else if (call == HYPERCALL_SET_SATP) setRoot(owned(frame), argument(1));
  else if (call == HYPERCALL_FLUSH) {
    const all = argument(0) == u64.MAX_VALUE;
    fenceGuest(argument(0), <u32>argument(1) & 0xffff, !all, argument(1) != u64.MAX_VALUE);
    answer(SUCCESS, 0);
  } else if (call == HYPERCALL_PIN_TABLE) pin(owned(frame), argument(1));
  else if (call == HYPERCALL_UNPIN_TABLE) unpin(owned(frame));
  else if (call == HYPERCALL_MMIO_READ) mmio(false);
  else if (call == HYPERCALL_MMIO_WRITE) mmio(true);
  else if (call == HYPERCALL_PROBE) answer(SUCCESS, VERSION);
  else answer(NOT_SUPPORTED, 0);
}

/** Pages the initial tables take for a guest of this size: a table for each 2 MiB, one for each GiB, the root. */
export function initialTables(size: u64): u32 {
  return <u32>(size >> 21) + <u32>((size + 0x3fff_ffff) >> 30) + 1;
}

/**
 * Builds the tables a paravirtual guest starts on, at the end of its own memory: all its RAM at virtual = guest-physical
 * address, 4 KiB pages, the tables themselves read-only. Returns the guest-physical address of the root, which is the
 * lowest of them, and makes it the current root.
 */
export function buildInitialTables(): u64 {
  const size = load<u64>(GUEST_SIZE);
  const grant = load<u32>(GRANT_BASE);
  const first = grant + <u32>size - initialTables(size) * 4096;
  memory.fill(first, 0, grant + <u32>size - first);
  let nextTable = first + 4096;
  for (let at: u64 = 0; at < size; at += 4096) {
    const va = RAM_START + at;
    let table = first;
    for (let level: u32 = 2; level > 0; level--) {
      const entry = table + ((<u32>(va >> (12 + 9 * level)) & 511) << 3);
      if (!load<u64>(entry)) {
        store<u64>(entry, ((hostPhysical(nextTable) >> 12) << 10) | PTE_V);
        nextTable += 4096;
      }
      table = hostLinear((load<u64>(entry) >> 10) << 12);
    }
    const page = grant + <u32>at;
    const bits = PTE_V | PTE_R | PTE_X | PTE_A | PTE_D | (page >= first ? 0 : PTE_W);
    store<u64>(table + ((<u32>(va >> 12) & 511) << 3), ((hostPhysical(page) >> 12) << 10) | bits);
  }
  pin(first, ROOT_LEVEL);
  setRoot(first, 0);
  return RAM_START + <u64>(first - grant);
}
