/** Prints assembly/generated/layout.ts: every address and code the core uses, from the tables of src/abi. */

import { HOSTINGS, POLICIES, STRATEGIES } from '../../abi/config.ts';
import {
  COUNTER_IDS,
  FLUSH_CAUSES,
  INTERRUPTS,
  SERVED,
  TLB_STRUCTURES,
  TRAPS,
  WALK_LEVELS,
} from '../../abi/counters.ts';
import { EVENTS } from '../../abi/events.ts';
import { EXITS } from '../../abi/exits.ts';
import { HINTS, HYPERCALL_BATCH, HYPERCALL_EXTENSION, HYPERCALLS, PARAVIRT_MAGIC } from '../../abi/guest.ts';
import { HALTS, STEP, WATCH } from '../../abi/halts.ts';
import { CELL_OFFSETS, PLACES, RAM_START, SIZES, TURN } from '../../abi/layout.ts';
import { TRACE_KINDS } from '../../abi/trace.ts';

const upper = (id: string): string => id.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');

/** Prints assembly/generated/layout.ts: addresses of the state, the tables and every counter. */
export function printLayout(): string {
  const out: string[] = ['// Generated from src/abi by `npm run generate`. Do not edit.', ''];
  const constant = (name: string, type: string, value: number): void => {
    out.push(`export const ${name}: ${type} = ${value >= 4096 ? `0x${value.toString(16)}` : value};`);
  };
  const section = (title: string): void => void out.push('', `// ${title}`);

  section('Places');
  for (const [name, at] of Object.entries(PLACES)) constant(name, 'usize', at);
  for (const [name, size] of Object.entries(SIZES)) constant(name, 'u32', size);
  constant('RAM_START', 'u64', RAM_START);
  constant('TURN', 'u64', TURN);

  section('Cells of the hart state');
  for (const [name, at] of Object.entries(CELL_OFFSETS)) constant(name, 'usize', at);

  section('Counters (addresses)');
  const address = new Map(COUNTER_IDS.map((id, i) => [id, PLACES.COUNTERS + i * 8]));
  for (const [id, at] of address) if (!id.startsWith('walk.ref.')) constant(`C_${upper(id)}`, 'usize', at);
  constant('C_WALK_MATRIX', 'usize', address.get(`walk.ref.g0.h0.${SERVED[0]}`)!);
  constant('WALK_LEVELS', 'u32', WALK_LEVELS);
  constant('SERVED_KINDS', 'u32', SERVED.length);
  for (const [i, id] of SERVED.entries()) constant(`SERVED_${upper(id)}`, 'u32', i);

  section('Codes');
  for (const [i, { id }] of STRATEGIES.entries()) constant(`STRATEGY_${upper(id)}`, 'u32', i);
  for (const [i, { id }] of HOSTINGS.entries()) constant(`HOSTING_${upper(id)}`, 'u32', i);
  for (const [i, id] of POLICIES.entries()) constant(`POLICY_${upper(id)}`, 'u32', i);
  for (const [i, { id }] of TLB_STRUCTURES.entries()) constant(`TLB_${upper(id)}`, 'u32', i);
  for (const [i, { id }] of FLUSH_CAUSES.entries()) constant(`FLUSH_${upper(id)}`, 'u32', i);
  for (const [i, { id }] of EXITS.entries()) constant(`EXIT_${upper(id)}`, 'u32', i);
  for (const [i, { id }] of EVENTS.entries()) constant(`EVENT_${upper(id.replaceAll(/[A-Z]/g, '_$&'))}`, 'u32', i);
  for (const [i, { id }] of TRACE_KINDS.entries()) constant(`TRACE_${upper(id)}`, 'u32', i);
  for (const [i, id] of HALTS.entries()) constant(`HALT_${upper(id)}`, 'u32', i);
  for (const [id, code] of Object.entries(STEP)) constant(`STEP_${upper(id)}`, 'u32', code);
  for (const [id, set] of Object.entries(WATCH)) constant(`WATCH_${upper(id)}`, 'u32', set);
  for (const t of TRAPS) constant(`TRAP_${upper(t.id)}`, 'u32', t.code);
  for (const t of INTERRUPTS) constant(`IRQ_${upper(t.id)}`, 'u32', t.code);
  for (const h of HINTS) constant(`HINT_${upper(h.id)}`, 'u32', h.code);
  for (const h of HYPERCALLS) constant(`HYPERCALL_${upper(h.id)}`, 'u64', h.code);
  constant('HYPERCALL_EXTENSION', 'u64', HYPERCALL_EXTENSION);
  constant('HYPERCALL_BATCH', 'u64', HYPERCALL_BATCH);
  constant('PARAVIRT_MAGIC', 'u64', PARAVIRT_MAGIC);
  return `${out.join('\n')}\n`;
}
