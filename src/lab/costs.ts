/**
 * What can cost cycles: one row a cost, with the counters it is charged for and the class it is summed under.
 * Every counter is charged by at most one row, so the classes of a breakdown add up (law E16).
 */
import { COUNTER_IDS, FLUSH_CAUSES, INTERRUPTS, SERVED, TRAPS } from '../abi/counters.ts';
import { EXITS } from '../abi/exits.ts';

/** Classes of a breakdown, in the order in which reports stack them. */
export const COST_CLASSES = [
  { id: 'instructions', summary: 'instructions the guest retired' },
  { id: 'tlb', summary: 'second-level TLB look-ups and invalidations' },
  { id: 'walks', summary: 'page-table references of the hardware walker' },
  { id: 'traps', summary: 'exceptions and interrupts delivered to the guest' },
  { id: 'exits', summary: 'round trips between guest and VMM' },
  { id: 'vmm', summary: 'table entries the VMM read or wrote' },
  { id: 'devices', summary: 'firmware calls and device accesses' },
  { id: 'host', summary: 'type 2: the host operating system' },
] as const;
export type CostClass = (typeof COST_CLASSES)[number]['id'];

export interface CostRow {
  readonly id: string;
  readonly class: CostClass;
  readonly summary: string;
  /** Ids of the counters charged at this cost. */
  readonly counters: readonly string[];
}

const PAGE_FAULTS: readonly string[] = ['fetch-page', 'load-page', 'store-page'];

const row = (id: string, group: CostClass, summary: string, counters: readonly string[]): CostRow => ({
  id,
  class: group,
  summary,
  counters,
});

export const COSTS: readonly CostRow[] = [
  row('instruction', 'instructions', 'an instruction retired', ['instret']),
  row('tlb.l2-lookup', 'tlb', 'a look-up of the second-level TLB', ['tlb.l2.lookups']),
  row(
    'tlb.flush',
    'tlb',
    'an invalidation, whatever its reach',
    // An entry replaced for its D bit is part of the walk that replaces it.
    FLUSH_CAUSES.filter((cause) => cause.id !== 'ad').map((cause) => `flush.${cause.id}`),
  ),
  ...SERVED.map((served) =>
    row(
      `reference.${served}`,
      'walks',
      `a page-table reference served by ${served}`,
      COUNTER_IDS.filter((id) => id.startsWith('walk.ref.') && id.endsWith(`.${served}`)),
    ),
  ),
  row('ad-write', 'walks', 'an A or D bit set by the walker', ['walk.a-writes', 'walk.d-writes']),
  row('trap.syscall', 'traps', 'a system call and the return from it', ['trap.ecall-u']),
  row(
    'trap.page-fault',
    'traps',
    'a page fault and the return from it',
    PAGE_FAULTS.map((id) => `trap.${id}`),
  ),
  row(
    'trap.exception',
    'traps',
    'another exception and the return from it',
    TRAPS.filter((trap) => trap.id !== 'ecall-u' && !PAGE_FAULTS.includes(trap.id)).map((trap) => `trap.${trap.id}`),
  ),
  row(
    'trap.interrupt',
    'traps',
    'an interrupt and the return from it',
    INTERRUPTS.map((i) => `interrupt.${i.id}`),
  ),
  ...EXITS.map((exit) => row(`exit.${exit.id}`, 'exits', `round trip: ${exit.summary}`, [`exit.${exit.id}`])),
  row(
    'vmm.reference',
    'vmm',
    'a table entry the VMM reads or writes',
    EXITS.map((exit) => `exit.work.${exit.id}`),
  ),
  row('sbi.call', 'devices', 'the work of a firmware call', ['sbi.calls']),
  row('device.access', 'devices', 'an access to a device', ['mmio.reads', 'mmio.writes']),
  row('host.crossing', 'host', 'from the host kernel to the VMM process and back', ['host.crossings']),
  row('host.fault', 'host', 'a page fault of the VMM process', ['host.faults']),
  row('host.reference', 'host', 'an entry of the host’s own table read or written', ['host.references']),
];

/** Cost row of each charged counter. */
export const COST_OF_COUNTER: ReadonlyMap<string, CostRow> = new Map(
  COSTS.flatMap((cost) => cost.counters.map((id) => [id, cost] as const)),
);
