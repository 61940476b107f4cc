/**
 * Hardware counters as a guest reads them through the SBI's PMU extension (SBI 2.0, chapter 11): each programmable one counts a
 * counter of the lab (counters.ts) for its hart.
 */
import { COUNTER_IDS } from './counters.ts';

/** Number of the first programmable counter, and its bit in mcounteren and mcountinhibit. */
export const HPM_FIRST = 3;

/** Programmable counters a hart has: hpmcounter3 and up. */
export const HPM_COUNTERS = 8;

/** Events of tables 28 to 32 by their event_idx, and the counter of the lab that counts each. */
export const PMU_EVENTS = [
  { event: 1, counter: 'instret', summary: 'cycles, which are instructions here' },
  { event: 2, counter: 'instret', summary: 'instructions' },
  { event: 0x1_0018, counter: 'tlb.l1d.lookups', summary: 'dTLB loads' },
  { event: 0x1_0019, counter: 'tlb.l1d.misses', summary: 'dTLB load misses' },
  { event: 0x1_0020, counter: 'tlb.l1i.lookups', summary: 'iTLB loads' },
  { event: 0x1_0021, counter: 'tlb.l1i.misses', summary: 'iTLB load misses' },
] as const;

/** Counters of the machine, which are no hart's. */
export const SHARED_COUNTERS: readonly string[] = ['idle', 'vmm.frames', 'vmm.table-frames'];

/** The raw event (event_idx 0x20000) whose event_data is this number counts the counter of the lab; -1: none does. */
export const rawEvent = (id: string): number => (SHARED_COUNTERS.includes(id) ? -1 : COUNTER_IDS.indexOf(id));

/** Bits of mhpmevent that hold such a number. */
export const HPM_EVENT_BITS = Math.ceil(Math.log2(COUNTER_IDS.length + 1));

/** What mhpmevent has for instructions, as 0, the number of their counter, is no event there. */
export const EVENT_INSTRUCTIONS = 2 ** HPM_EVENT_BITS - 1;
const hpmEvent = (counter: string): number => rawEvent(counter) || EVENT_INSTRUCTIONS;

/** The counters, one bit each, that count one event and no other. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [1, 1 << 0],
  [2, 1 << 2],
]);

const word = (value: number): number => value >>> 0;

/**
 * Properties of the `riscv,pmu` node, by which M-mode firmware finds the counters: the number of each event for mhpmevent, and which
 * counters, one bit each, can count it. Cycles and instructions have counters of their own besides, which do not overflow.
 */
export function pmuProperties(): Record<string, number[]> {
  const programmable = word(((1 << HPM_COUNTERS) - 1) << HPM_FIRST);
  return {
    'riscv,event-to-mhpmevent': PMU_EVENTS.flatMap(({ event, counter }) => [event, 0, hpmEvent(counter)]),
    'riscv,event-to-mhpmcounters': [
      ...PMU_EVENTS.flatMap(({ event }) => [event, event, programmable | (FIXED.get(event) ?? 0)]),
    ],
    'riscv,raw-event-to-mhpmcounters': [0, 0, word(-1), word(-1 << HPM_EVENT_BITS), programmable],
  };
}
