// Where the debugger has the core halt. A breakpoint is OP_HALT in the op of a decoded record, which costs nothing where there is none
// and which no guest can see; a watched page is kept out of the fast TLB. Neither, nor a step, shows in any count: the run loop goes on in
// the midst of its block.
import {
  BLANK_PAGE, BREAKPOINTS, BREAKS, CODE_BASE, CODE_FRAMES, CODE_PAGE, CODE_PAGES, CODE_TRANSLATED, HALT, HALT_ACCESS, HALT_ADDRESS,
  HALT_READ, HALT_STEP, HALT_WRITE, HART, PAGE_HOST, PAGE_KEPT, PAGE_REC, PAGE_VA, STEP, STEP_HART, STEP_ONE, WATCHES, WATCHPOINTS, WATCH_ACCESS,
  WATCH_READ,
} from '../generated/layout';
import { OP_HALT } from '../generated/decode';
import { dropFastFetches, dropFastReads, dropFastWrites } from '../mmu/fast';
import { split, splitBefore } from './pairs';
import { halt } from './raise';
import { dropTranslations } from './translated';

// One step: records that it changed, with the frames their pages belong to, and an address it does not halt at.
let stepFrom: u32 = 0;
let stepFromFrame: u32 = 0;
let stepTo: u32 = 0;
let stepToFrame: u32 = 0;
let passed: u64 = u64.MAX_VALUE;

@inline function breakpointAt(i: u32): u64 {
  return load<u64>(BREAKPOINTS + (<usize>i << 3));
}

@inline function mark(record: u32): void {
  store<u16>(record, load<u16>(record) | <u16>OP_HALT);
}

@inline function unmark(record: u32): void {
  store<u16>(record, load<u16>(record) & ~(<u16>OP_HALT));
}

/** The frame whose code the page of a record holds, 0: none. */
function frameOfRecord(record: u32): u32 {
  return load<u32>(load<u32>(CODE_FRAMES) + (((record - load<u32>(CODE_BASE)) / CODE_PAGE) << 2));
}

/** Whether the next instruction is to run alone: it is for the hart whose it is to be. */
export function isStepping(): bool {
  return load<u32>(STEP) != 0 && load<u32>(HART) == load<u32>(STEP_HART);
}

/** Whether there is a breakpoint at `pc`, which a step does not begin at. */
export function haltsAt(pc: u64): bool {
  if (pc == passed) return false;
  for (let i: u32 = 0; i < load<u32>(BREAKS); i++) if (breakpointAt(i) == pc) return true;
  return false;
}

/** Marks the breakpoints of the page at `base` in its records. */
export function plantBreakpoints(base: u64, records: u32): void {
  for (let i: u32 = 0; i < load<u32>(BREAKS); i++) {
    const pc = breakpointAt(i);
    if ((pc ^ base) >= 4096) continue;
    if (load<u32>(records, CODE_TRANSLATED)) dropTranslations(records);
    const off = (<u32>pc) & 0xffe;
    const record = records + (off << 3);
    splitBefore(record, off);
    mark(record);
  }
}

/** The host is about to write other breakpoints: no record is marked any more. */
export function liftBreakpoints(): void {
  const n = load<u32>(BREAKS);
  if (!n) return;
  const frames = load<u32>(CODE_FRAMES);
  for (let slot: u32 = 0; slot < load<u32>(CODE_PAGES); slot++) {
    if (!load<u32>(frames + (slot << 2))) continue;
    const records = load<u32>(CODE_BASE) + slot * CODE_PAGE;
    for (let i: u32 = 0; i < n; i++) unmark(records + (((<u32>breakpointAt(i)) & 0xffe) << 3));
  }
  store<u32>(BREAKS, 0);
}

/** The host has written `n` breakpoints. */
export function setBreakpoints(n: u32): void {
  store<u32>(BREAKS, n);
  if (!n) return;
  // Pages are marked when their translation is looked up anew, and the one at hand now. That it is at hand stays as it is.
  const kept = load<u32>(PAGE_KEPT);
  dropFastFetches();
  store<u32>(PAGE_KEPT, kept);
  const records = load<u32>(PAGE_REC);
  if (records && records != <u32>BLANK_PAGE) plantBreakpoints(load<u64>(PAGE_VA), records);
}

/** The host has written `n` watchpoints. */
export function setWatchpoints(n: u32): void {
  store<u32>(WATCHES, n);
  dropFastReads();
  dropFastWrites();
}

/** Whether an access of `size` bytes, one of `kinds`, touches what is watched. */
export function isWatched(va: u64, size: u32, kinds: u32): bool {
  for (let i: u32 = 0; i < load<u32>(WATCHES); i++) {
    const at: usize = WATCHPOINTS + (<usize>i << 4);
    if (!(load<u32>(at, 12) & kinds)) continue;
    const offset = va - load<u64>(at);
    if (offset < <u64>load<u32>(at, 8) || 0 - offset < <u64>size) return true;
  }
  return false;
}

/** An access has been made: halts behind the instruction if it is watched. */
export function noteAccess(va: u64, size: u32, kind: u32): void {
  for (let i: u32 = 0; i < load<u32>(WATCHES); i++) {
    const at: usize = WATCHPOINTS + (<usize>i << 4);
    const kinds = load<u32>(at, 12);
    if (!(kinds & kind)) continue;
    const offset = va - load<u64>(at);
    if (offset >= <u64>load<u32>(at, 8) && 0 - offset >= <u64>size) continue;
    store<u32>(HALT, kinds == WATCH_ACCESS ? HALT_ACCESS : kinds == WATCH_READ ? HALT_READ : HALT_WRITE);
    store<u64>(HALT_ADDRESS, offset < <u64>load<u32>(at, 8) ? va : load<u64>(at));
    halt();
    return;
  }
}

/** The next instruction, whose record is at `ip`, is to run alone: marks the one behind it, and goes over a breakpoint. */
export function armStep(ip: u32): void {
  const records = load<u32>(PAGE_REC);
  const off = (ip - records) >> 3;
  passed = load<u64>(PAGE_VA) + off;
  if (records == <u32>BLANK_PAGE) return;
  if (load<u32>(records, CODE_TRANSLATED)) dropTranslations(records);
  if (load<u16>(ip) & <u16>OP_HALT) {
    unmark(ip);
    stepFrom = ip;
    stepFromFrame = frameOfRecord(ip);
  }
  split(ip);
  const next = off + ((load<u16>(load<u32>(PAGE_HOST) + off) & 3) == 3 ? 4 : 2);
  const record = records + (next << 3);
  if (next >= 4096 || load<u16>(record) & <u16>OP_HALT) return;
  mark(record);
  stepTo = record;
  stepToFrame = frameOfRecord(record);
}

/** The step is done: the records are as before, unless their pages were given up meanwhile. */
export function disarmStep(): void {
  if (load<u32>(STEP) == STEP_ONE && !load<u32>(HALT)) store<u32>(HALT, HALT_STEP);
  store<u32>(STEP, 0);
  passed = u64.MAX_VALUE;
  if (stepFrom && frameOfRecord(stepFrom) == stepFromFrame) mark(stepFrom);
  if (stepTo && frameOfRecord(stepTo) == stepToFrame) unmark(stepTo);
  stepFrom = 0;
  stepTo = 0;
}
