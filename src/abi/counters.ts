/**
 * Every counter of the machine: its id, unit and meaning. The wasm core keeps each in one 64-bit cell, in the order
 * of this table (see layout.ts); results, help texts and cost profiles name counters by these ids.
 */
import { EXITS } from './exits.ts';

export interface CounterRow {
  readonly id: string;
  readonly unit: 'instructions' | 'accesses' | 'references' | 'events' | 'pages' | 'entries' | 'ticks';
  readonly summary: string;
}

/** What can serve one page-table reference, nearest first. `none` stands for a machine without caches: memory itself. */
export const SERVED = ['walk-cache', 'nested-tlb', 'l1', 'l2', 'llc', 'dram'] as const;
export type Served = (typeof SERVED)[number];

/** Guest levels 0…4 and host levels 0…4 of the reference matrix; see `walkReferenceId`. */
export const WALK_LEVELS = 5;

/** The TLB structures of the model. */
export const TLB_STRUCTURES = [
  { id: 'l1i', summary: 'first-level instruction TLB' },
  { id: 'l1d', summary: 'first-level data TLB (or the unified first level)' },
  { id: 'l2', summary: 'second-level TLB' },
] as const;

/** Why TLB entries were invalidated. */
export const FLUSH_CAUSES = [
  { id: 'sfence-all', summary: 'SFENCE.VMA of everything' },
  { id: 'sfence-asid', summary: 'SFENCE.VMA of one address space' },
  { id: 'sfence-va', summary: 'SFENCE.VMA of one page in every address space' },
  { id: 'sfence-va-asid', summary: 'SFENCE.VMA of one page in one address space' },
  { id: 'satp', summary: 'a switch of address space without tags (ASIDs off)' },
  { id: 'hfence-vvma', summary: 'the VMM invalidates first-stage entries of its guest' },
  { id: 'hfence-gvma', summary: 'the VMM invalidates second-stage entries of its guest' },
  { id: 'shadow', summary: 'the VMM changed or dropped a shadow entry' },
  { id: 'ad', summary: 'an entry replaced because its D bit or permission had to be read anew' },
  { id: 'pmp', summary: 'physical memory protection or paging configuration changed' },
] as const;

/** Exception causes the machine can deliver (privileged specification, mcause). */
export const TRAPS = [
  { id: 'fetch-misaligned', code: 0 },
  { id: 'fetch-access', code: 1 },
  { id: 'illegal', code: 2 },
  { id: 'breakpoint', code: 3 },
  { id: 'load-misaligned', code: 4 },
  { id: 'load-access', code: 5 },
  { id: 'store-misaligned', code: 6 },
  { id: 'store-access', code: 7 },
  { id: 'ecall-u', code: 8 },
  { id: 'ecall-s', code: 9 },
  { id: 'ecall-m', code: 11 },
  { id: 'fetch-page', code: 12 },
  { id: 'load-page', code: 13 },
  { id: 'store-page', code: 15 },
] as const;

/** Interrupts the machine can deliver. */
export const INTERRUPTS = [
  { id: 'ssi', code: 1, summary: 'supervisor software interrupt' },
  { id: 'msi', code: 3, summary: 'machine software interrupt' },
  { id: 'sti', code: 5, summary: 'supervisor timer interrupt' },
  { id: 'mti', code: 7, summary: 'machine timer interrupt' },
  { id: 'sei', code: 9, summary: 'supervisor external interrupt' },
  { id: 'mei', code: 11, summary: 'machine external interrupt' },
  { id: 'lcofi', code: 13, summary: 'overflow of a hardware counter' },
] as const;

const row = (id: string, unit: CounterRow['unit'], summary: string): CounterRow => ({ id, unit, summary });

const tlbRows = TLB_STRUCTURES.flatMap(({ id, summary }) => [
  row(`tlb.${id}.lookups`, 'accesses', `look-ups of the ${summary}`),
  row(`tlb.${id}.misses`, 'accesses', `look-ups the ${summary} could not serve`),
  row(`tlb.${id}.fills`, 'entries', `entries written into the ${summary}`),
  row(`tlb.${id}.evictions`, 'entries', `live entries the ${summary} gave up for a fill`),
]);

/** The scalar counters, in memory order. The matrix of walk references follows them. */
export const COUNTERS: readonly CounterRow[] = [
  row('instret', 'instructions', 'instructions retired by the guest'),
  row('idle', 'ticks', 'time skipped while the guest waited for an interrupt'),
  row(
    'data.translated',
    'accesses',
    'loads, stores and atomics made with translation on (two for one that crosses a page)',
  ),
  row('data.untranslated', 'accesses', 'loads, stores and atomics made with translation off'),
  row('fetch.pages', 'accesses', 'times the fetch unit moved to another page with translation on'),
  ...tlbRows,
  ...FLUSH_CAUSES.flatMap(({ id, summary }) => [
    row(`flush.${id}`, 'events', summary),
    row(`flush.${id}.entries`, 'entries', `entries dropped: ${summary}`),
  ]),
  row('walk.count', 'events', 'page walks begun'),
  row('walk.faults', 'events', 'page walks that ended in a fault'),
  row('walk.references', 'references', 'page-table entries read by the hardware walker'),
  row('walk.a-writes', 'references', 'A bits the walker set'),
  row('walk.d-writes', 'references', 'D bits the walker set'),
  row('pwc.hits', 'events', 'walks that began below the root thanks to a walk cache'),
  row('pwc.misses', 'events', 'walks no walk cache could shorten'),
  row('pwc.fills', 'entries', 'entries written into the walk caches'),
  row('ntlb.hits', 'events', 'guest table addresses translated by the nested TLB'),
  row('ntlb.misses', 'events', 'guest table addresses the nested TLB did not hold'),
  row('ntlb.fills', 'entries', 'entries written into the nested TLB'),
  ...TRAPS.map((t) => row(`trap.${t.id}`, 'events', `exceptions delivered to the guest: ${t.id} (cause ${t.code})`)),
  ...INTERRUPTS.map((t) => row(`interrupt.${t.id}`, 'events', `interrupts delivered to the guest: ${t.summary}`)),
  row('exit.total', 'events', 'VM exits of every reason'),
  ...EXITS.map((e) => row(`exit.${e.id}`, 'events', `VM exits: ${e.summary}`)),
  ...EXITS.map((e) =>
    row(`exit.work.${e.id}`, 'references', `table entries the VMM read or wrote handling: ${e.summary}`),
  ),
  row('fault.hidden', 'events', 'page faults the VMM solved without the guest'),
  row('fault.true', 'events', 'page faults the guest itself had to handle'),
  row('vmm.frames', 'pages', 'host frames behind guest memory'),
  row('vmm.table-frames', 'pages', 'host frames holding the tables of the VMM'),
  row('shadow.fills', 'entries', 'shadow entries written'),
  row('shadow.zaps', 'entries', 'shadow entries dropped'),
  row('shadow.syncs', 'pages', 'unsynchronised guest tables brought in step'),
  row('shadow.unsyncs', 'pages', 'guest leaf tables let go out of step'),
  row('shadow.floods', 'pages', 'guest tables no longer shadowed because they were flooded with writes'),
  row('shadow.root-hits', 'events', 'address-space switches that found their shadow root'),
  row('shadow.root-misses', 'events', 'address-space switches that had to make a shadow root'),
  row('paravirt.updates', 'entries', 'page-table updates asked for by hypercall'),
  row('paravirt.refusals', 'events', 'page-table updates or pins refused'),
  row('host.crossings', 'events', 'type 2: exits that left the host kernel for the VMM process'),
  row('host.faults', 'events', 'type 2: page faults of the VMM process on guest memory'),
  row('host.references', 'references', 'type 2: entries of the host’s own table read or written for guest memory'),
  row('sbi.calls', 'events', 'calls of the supervisor binary interface'),
  row('mmio.reads', 'accesses', 'loads from devices'),
  row('mmio.writes', 'accesses', 'stores to devices'),
  row('wfi', 'events', 'wait-for-interrupt instructions'),
  row('fence.i', 'events', 'instruction-fetch fences'),
  row('code.decoded', 'instructions', 'instructions decoded into the interpreter’s cache'),
  row('code.rewritten', 'events', 'stores into pages that hold decoded code'),
];

/**
 * The id of one cell of the reference matrix: the entry of guest level `g` (1 is the leaf level; 0: no guest entry, the
 * data itself) read through host level `h` (0: the entry itself), served by `served`.
 * One-stage walks count as g ≥ 1, h = 0; a G-stage walk of a guest table access as (g, h ≥ 1).
 */
export const walkReferenceId = (g: number, h: number, served: Served): string => `walk.ref.g${g}.h${h}.${served}`;

/** Every id in memory order: scalars, then the matrix g × h × served. */
export const COUNTER_IDS: readonly string[] = [
  ...COUNTERS.map((c) => c.id),
  ...Array.from({ length: WALK_LEVELS }, (_, g) =>
    Array.from({ length: WALK_LEVELS }, (_, h) => SERVED.map((s) => walkReferenceId(g, h, s))).flat(),
  ).flat(),
];

/** A snapshot: counter id → value. Walk-reference cells that are zero are left out, everything else is present. */
export type Counters = Record<string, number>;
