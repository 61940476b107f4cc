/** What a trace tells, numbered in this order; constants of the core are printed from here. */
export const TRACE_KINDS = [
  { id: 'exit', summary: 'a VM exit; the code is its reason (EXITS)' },
  {
    id: 'trap',
    summary: 'an exception of the guest; the code is its cause, the value its address or, of a system call, its number',
  },
  { id: 'interrupt', summary: 'an interrupt of the guest; the code is its cause' },
  { id: 'switch', summary: 'another address space; the value is satp' },
] as const;
export type TraceKind = (typeof TRACE_KINDS)[number]['id'];
