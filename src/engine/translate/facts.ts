/** What the printers ask of an instruction's form, found once for each form. */
import type { Case } from '../../isa/gen/ops.ts';
import type { PrimitiveName } from '../../isa/primitives.ts';
import { children, findLoad, hasRounding, isFloat, raisesFlags, trees } from '../../isa/traits.ts';
import type { Expr, Width } from '../../isa/types.ts';

export type Table = 'read' | 'write';
export type LoadExpr = Extract<Expr, { kind: 'load' }>;

export interface Facts {
  /** The load it makes, if it is one. */
  readonly load: LoadExpr | undefined;
  /** Which side of the fast TLB serves its access, and the bytes of that; null: none. */
  readonly table: Table | null;
  readonly width: Width | 0;
  /** Whether the hart does it, in whose course anything may be looked up, and translations change. */
  readonly asksHart: boolean;
  readonly float: boolean;
  readonly rounding: boolean;
  /** Whether it may accrue flags. */
  readonly flags: boolean;
  /** Primitives its trees call. */
  readonly calls: readonly PrimitiveName[];
}

const ASK_HART: ReadonlySet<string> = new Set(['amo', 'loadReserved', 'storeConditional']);

const facts = new Map<number, Facts>();

export function factsOf(form: Case): Facts {
  const known = facts.get(form.op);
  if (known) return known;
  const { effect, row } = form;
  const load = effect.kind === 'write' ? findLoad(effect.value) : undefined;
  const calls = new Set<PrimitiveName>();
  const visit = (e: Expr): void => {
    if (e.kind === 'call') calls.add(e.name);
    children(e).forEach(visit);
  };
  trees(effect).forEach(visit);
  const found: Facts = {
    load,
    table: effect.kind === 'store' ? 'write' : load ? 'read' : null,
    width: effect.kind === 'store' ? effect.bytes : (load?.bytes ?? 0),
    asksHart: ASK_HART.has(effect.kind),
    float: isFloat(row),
    rounding: hasRounding(row),
    flags: raisesFlags(effect),
    calls: [...calls],
  };
  facts.set(form.op, found);
  return found;
}
