/**
 * Hardware counters as a guest reads them through the SBI's PMU extension (SBI 2.0, chapter 11): each programmable one counts a
 * counter of the lab (counters.ts) for its hart.
 */
import { COUNTER_IDS } from './counters.ts';

/** Programmable counters a hart has: hpmcounter3 and up. */
export const HPM_COUNTERS = 8;

/** Events of tables 30 to 32 by their event_idx, and the counter of the lab that counts each. */
export const PMU_EVENTS = [
  { event: 0x1_0018, counter: 'tlb.l1d.lookups', summary: 'dTLB loads' },
  { event: 0x1_0019, counter: 'tlb.l1d.misses', summary: 'dTLB load misses' },
  { event: 0x1_0020, counter: 'tlb.l1i.lookups', summary: 'iTLB loads' },
  { event: 0x1_0021, counter: 'tlb.l1i.misses', summary: 'iTLB load misses' },
] as const;

/** Counters of the machine, which are no hart's. */
export const SHARED_COUNTERS: readonly string[] = ['idle', 'vmm.frames', 'vmm.table-frames'];

/** The raw event (event_idx 0x20000) whose event_data is this number counts the counter of the lab; -1: none does. */
export const rawEvent = (id: string): number => (SHARED_COUNTERS.includes(id) ? -1 : COUNTER_IDS.indexOf(id));
