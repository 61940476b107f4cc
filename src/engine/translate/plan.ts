/** Which units make a module: those asked for, and those they call, with what a caller has to know of each. */
import { type CodeView, PAGE, pageOf } from './code.ts';
import { ALL, type RegisterSet, same, union } from './registers.ts';
import { headOf, lengthOf, pagesOf, type Unit, unitAt } from './unit.ts';

/** What a caller has to know of a unit, in this module or in another one. */
export interface Callee {
  /** Registers that it, or what it calls, reads or writes. */
  readonly touched: RegisterSet;
  readonly written: RegisterSet;
  /** Whether all its code is in the page of its entry, so that it returns from there. */
  readonly onePage: boolean;
}

/** A unit of this module. */
export interface Planned extends Callee {
  readonly unit: Unit;
}

/** A unit of another module that stands. */
export interface Linked extends Callee {
  readonly link: { readonly module: number; readonly name: string };
}

export interface Plan {
  readonly code: CodeView;
  readonly units: readonly Planned[];
  /** By the offset of the entry. */
  readonly callees: ReadonlyMap<number, Planned | Linked>;
}

/** What is called is translated with what calls it while the module is small: most of it is not hot. */
const UNITS_MOST = 24;
export const INSTRUCTIONS_MOST = 1500;

/** What is called through a register may do anything. */
export const ANYTHING: Callee = { touched: ALL, written: ALL, onePage: false };

const callsAnything = (unit: Unit): boolean => unit.blocks.some((b) => b.end === 'pointer' && b.successors.length > 0);

/** The unit of another module that begins at an offset. */
export interface Standing {
  readonly linked: Linked;
  /** Whether an offset from its entry lies in its code. */
  covers(by: number): boolean;
}

/** How much is planned. */
export interface Extent {
  /** Beyond so many instructions nothing is added. */
  readonly most: number;
  /** Whether units begin at the very offsets, or at the heads of the loops these lie in, unless such a loop stands. */
  readonly exact: boolean;
}

/** Makes a plan for what begins at some offsets. One that lies inside the unit of an earlier one gets none of its own. */
export function planOf(
  code: CodeView,
  entries: readonly number[],
  standing: (at: number) => Standing | undefined,
  { most, exact }: Extent,
): Plan {
  const wanted = new Set(entries);
  const links = new Map<number, Linked>();
  /** By the entry. */
  const chosen = new Map<number, Unit>();
  let instructions = 0;
  const callable = (at: number): boolean => {
    if (wanted.has(at) || links.has(at)) return true;
    if (!code.at(at)) return false;
    const link = standing(at)?.linked;
    if (link) links.set(at, link);
    else if (wanted.size < UNITS_MOST && instructions < most) wanted.add(at);
    else return false;
    return true;
  };
  const roots = new Set(entries);
  const covered = new Set<number>();
  /** The unit for what was found to run at an offset. */
  const root = (at: number): Unit | null => {
    if (covered.has(at) || instructions > most) return null;
    const unit = unitAt(code, at, callable);
    const head = unit && !exact ? headOf(unit) : at;
    if (head === at) return unit;
    const loop = standing(head);
    // Where it stands, but had less to it when it was made, what it lacks begins here.
    if (loop) return loop.covers(at - head) ? null : unit;
    return unitAt(code, head, callable);
  };
  for (const at of wanted) {
    if (chosen.has(at)) continue;
    const unit = roots.has(at) ? root(at) : unitAt(code, at, callable);
    if (unit?.entry !== at) wanted.delete(at);
    if (!unit || chosen.has(unit.entry)) continue;
    wanted.add(unit.entry);
    if (roots.has(at)) for (const b of unit.blocks) for (const i of b.body) covered.add(i.at);
    instructions += lengthOf(unit);
    chosen.set(unit.entry, unit);
  }
  const units = [...chosen.values()].map((unit) => ({
    unit,
    touched: callsAnything(unit) ? ALL : union(unit.reads, unit.writes),
    written: callsAnything(unit) ? ALL : unit.writes,
    onePage: pagesOf(unit).size === 1 && pageOf(unit.entry) === pageOf(unit.blocks[0]!.at),
  }));
  const callees = new Map<number, (typeof units)[number] | Linked>(links);
  for (const planned of units) callees.set(planned.unit.entry, planned);
  for (let changed = true; changed; ) {
    changed = false;
    for (const planned of units) {
      for (const b of planned.unit.blocks) {
        const callee = b.end === 'call' ? callees.get(b.target!) : undefined;
        if (!callee) continue;
        const [touched, written] = [union(planned.touched, callee.touched), union(planned.written, callee.written)];
        if (same(touched, planned.touched) && same(written, planned.written)) continue;
        Object.assign(planned, { touched, written });
        changed = true;
      }
    }
  }
  return { code, units, callees };
}

/** Addresses of the records of all pages that a plan's units have code in. */
export function recordsOf({ code, units }: Plan): Set<number> {
  const records = new Set<number>();
  for (const { unit } of units) for (const b of unit.blocks) records.add(code.records(Math.floor(b.at / PAGE)));
  return records;
}
