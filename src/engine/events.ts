/** What `run` of the core returns; the core's side is assembly/bus/events.ts. */
export const EVENT = {
  slice: 0,
  exit: 1,
  regionBegin: 2,
  regionEnd: 3,
  console: 4,
  stalled: 5,
  reset: 6,
  refused: 7,
  trapLoop: 8,
  noMemory: 9,
  burst: 10,
  userTrap: 11,
} as const;
