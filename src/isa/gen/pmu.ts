/** Prints assembly/generated/pmu.ts: which counter of the lab counts an event of the SBI's PMU extension. */
import { COUNTER_IDS } from '../../abi/counters.ts';
import { PLACES } from '../../abi/layout.ts';
import { EVENT_INSTRUCTIONS, PMU_EVENTS, SHARED_COUNTERS } from '../../abi/pmu.ts';

/** The whole file. */
export function printPmu(): string {
  const address = (id: string): string => `0x${(PLACES.COUNTERS + COUNTER_IDS.indexOf(id) * 8).toString(16)}`;
  return [
    '// Generated from src/abi/pmu.ts by `npm run generate`. Do not edit.',
    '',
    `export const COUNTERS_MOST: u64 = ${COUNTER_IDS.length};`,
    `export const EVENT_INSTRUCTIONS: u64 = ${EVENT_INSTRUCTIONS};`,
    '',
    '/** Address of the counter for an event; 0: none. */',
    'export function eventCounter(event: u32): u32 {',
    ...PMU_EVENTS.map(
      ({ event, counter, summary }) =>
        `  if (event == 0x${event.toString(16)}) return ${address(counter)}; // ${summary}`,
    ),
    '  return 0;',
    '}',
    '',
    '/** Whether the counter at an address is the machine’s and no hart’s. */',
    'export function isShared(counter: u32): bool {',
    `  return ${SHARED_COUNTERS.map((id) => `counter == ${address(id)}`).join(' || ')};`,
    '}',
    '',
  ].join('\n');
}
