/**
 * Why `run` of the core comes back to its host. One row an event, numbered in this order; the core's constants are printed
 * from this table.
 */
export const EVENTS = [
  { id: 'none', summary: 'the limit of instructions is reached' },
  { id: 'exit', summary: 'the guest ended; EVENT_CODE is its exit code' },
  { id: 'regionBegin', summary: 'the region of interest begins: the host takes the time' },
  { id: 'regionEnd', summary: 'the region of interest ends' },
  { id: 'console', summary: 'console output has to be fetched before the guest can go on' },
  { id: 'stalled', summary: 'the guest waits for an interrupt that nothing can raise' },
  { id: 'reset', summary: 'the guest asked for a reset' },
  {
    id: 'trapLoop',
    summary: 'traps without an instruction retired between: the trap handler itself cannot be fetched',
  },
  { id: 'burst', summary: 'a burst has ended; the translator may look where. No point of the guest’s own time' },
  { id: 'idle', summary: 'the guest waits for an interrupt, and the host said it waits with it (IDLE_WAITS)' },
  { id: 'device', summary: 'guest time has reached DEVICE_DEADLINE' },
  {
    id: 'userTrap',
    summary: 'an exception in user mode, for a kernel outside the core: CAUSE, TVAL and PC say which',
  },
  { id: 'attend', summary: 'a device of the host wants its host to act now, at this point of guest time' },
  { id: 'halt', summary: 'the debugger has the guest: HALT says why. No point of the guest’s own time' },
] as const;

export type EventId = (typeof EVENTS)[number]['id'];

/** The code of each event. */
export const EVENT = Object.fromEntries(EVENTS.map(({ id }, code) => [id, code])) as Readonly<Record<EventId, number>>;
