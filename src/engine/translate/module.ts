/** A plan as one WebAssembly module: for each unit its function, which units call, and one that the interpreter calls. */
import { CELL_OFFSETS, SIZES } from '../../abi/layout.ts';
import { PRIMITIVES, type PrimitiveName } from '../../isa/primitives.ts';
import { type DefinedFunction, encodeModule, type FunctionType, type ImportedFunction } from './binary.ts';
import { LAST_TARGET, LEAVING } from './causes.ts';
import { PAGE, pageOf } from './code.ts';
import { ACCESS_BITS, type CoreFunction, type Manner, NOWHERE, tellTransfer, UNIT_TYPE } from './context.ts';
import { type CalledUnit, printUnit } from './emit.ts';
import type { Site } from './exits.ts';
import { ANYTHING, type Callee, type Linked, type Plan, type Planned } from './plan.ts';
import type { Block, Unit } from './unit.ts';
import { type Body, Code } from './wasm.ts';

/** (instructions left, address of the page) → instructions left: assembly/cpu/translated.ts. */
const ENTRY_TYPE: FunctionType = { params: ['i64', 'i64'], results: ['i64'] };

/** Calls that may be nested: far less than what the host's stack can hold. */
const DEEPEST = 150;

const HART_TYPES = {
  slowLoad: { params: ['i64', 'i32'], results: ['i64'] },
  slowStore: { params: ['i64', 'i64', 'i32'], results: [] },
  amoAddress: { params: ['i64', 'i32'], results: ['i32'] },
  loadReserved: { params: ['i64', 'i32'], results: ['i64'] },
  storeConditional: { params: ['i64', 'i64', 'i32'], results: ['i64'] },
  movePage: { params: [], results: [] },
  findUnit: { params: ['i64', 'i64', 'i32'], results: ['i32'] },
} as const satisfies Record<Exclude<CoreFunction, PrimitiveName>, FunctionType>;

function typeOf(name: CoreFunction): FunctionType {
  if (name in HART_TYPES) return HART_TYPES[name as keyof typeof HART_TYPES];
  const { params, result } = PRIMITIVES[name as PrimitiveName];
  return { params, results: [result] };
}

/** Functions of the core that a unit may call. */
function coreFunctionsOf(unit: Unit, into: Set<CoreFunction>): void {
  for (const b of unit.blocks) {
    if (b.end === 'pointer') into.add('findUnit');
    for (const { form, facts } of b.body) {
      for (const name of facts.calls) into.add(name);
      const { kind } = form.effect;
      if (kind === 'amo') into.add('amoAddress');
      else if (kind === 'loadReserved' || kind === 'storeConditional') into.add(kind);
    }
  }
}

/** What is to be known of a unit where its code is kept. */
export interface UnitPlace {
  readonly manner: Manner;
  /** Address of its counts of exits. */
  readonly causes: number;
}

export interface PrintedModule {
  readonly binary: Uint8Array<ArrayBuffer>;
  /** Names of the imports of other modules' units: `unit`, then this. */
  readonly links: ReadonlyMap<string, Linked>;
  /** To be kept, by address. */
  readonly sites: ReadonlyMap<number, Site>;
  readonly tables: ReadonlyMap<number, Uint16Array>;
  /** The next address behind them. */
  readonly nextSite: number;
  /** Bytes of the function of each unit. */
  readonly sizes: readonly number[];
}

const isLinked = (callee: Callee): callee is Linked => 'link' in callee;
export const linkName = ({ link }: Linked): string => `${link.module} ${link.name}`;

/** The function that the interpreter calls: makes cells of what a unit returns. */
function printEntry(unit: number, causes: number, counting: boolean): Body {
  const code = new Code(ENTRY_TYPE.params.length);
  const [left, base] = [0, 1];
  const [account, pc] = [code.local('i64'), code.local('i64')];
  code.get(left);
  code.i64(1);
  code.op('i64.sub');
  code.i64(ACCESS_BITS);
  code.op('i64.shl');
  code.get(base);
  code.i32(DEEPEST);
  code.call(unit);
  code.set(pc);
  code.set(account);
  code.get(pc);
  code.i64(NOWHERE);
  code.op('i64.ne');
  code.if();
  for (const at of [CELL_OFFSETS.PC, causes + LAST_TARGET]) {
    code.i32(0);
    code.get(pc);
    code.memory('i64.store', at);
  }
  tellTransfer(code, pc, 'indirect', LEAVING.near, causes);
  code.end();
  if (counting) {
    code.i32(0);
    code.i32(0);
    code.memory('i64.load', CELL_OFFSETS.DATA_ACCESSES);
    code.get(account);
    code.i64(2 ** ACCESS_BITS - 1);
    code.op('i64.and');
    code.op('i64.add');
    code.memory('i64.store', CELL_OFFSETS.DATA_ACCESSES);
  }
  code.get(account);
  code.i64(ACCESS_BITS);
  code.op('i64.shr_s');
  code.i64(1);
  code.op('i64.add');
  return code.finish();
}

/** The function that enters a unit at `at`, where a table leads in it: called like a unit that begins there. */
function printInner(unit: number, home: number, at: number, records: number): Body {
  const code = new Code(UNIT_TYPE.params.length);
  const [account, base, depth] = [0, 1, 2];
  const page = pageOf(at);
  code.i32(0);
  code.get(base);
  code.i64(at - page * PAGE);
  code.op('i64.add');
  code.memory('i64.store', CELL_OFFSETS.JIT_ENTER);
  code.i32(0);
  code.get(base);
  code.memory('i64.store', CELL_OFFSETS.PAGE_VA);
  code.i32(0);
  code.i32(records);
  code.memory('i32.store', CELL_OFFSETS.PAGE_REC);
  code.get(account);
  code.get(base);
  code.i64((home - page) * PAGE);
  code.op('i64.add');
  code.get(depth);
  code.call(unit);
  return code.finish();
}

interface Entry {
  readonly unit: Planned;
  /** Its offset. */
  readonly at: number;
}

/** Where a plan's units are entered, by number: where each begins, then where tables lead in the first that has it. */
export function entriesOf({ units }: Pick<Plan, 'units'>): Entry[] {
  const entries = new Map<number, Entry>();
  const add = (unit: Planned, at: number): void => {
    if (!entries.has(at)) entries.set(at, { unit, at });
  };
  for (const unit of units) add(unit, unit.unit.entry);
  for (const unit of units) for (const at of unit.unit.inner) add(unit, at);
  return [...entries.values()];
}

/**
 * Prints a plan. The module imports `env` (the memory, functions of the core) and `unit` (those of other modules), and exports of its
 * n-th entry `u{n}`, which other modules may call, and `e{n}`, which the interpreter calls.
 */
export function printModule(
  plan: Plan,
  counting: boolean,
  firstSite: number,
  places: readonly UnitPlace[],
): PrintedModule {
  const sites = new Map<number, Site>();
  const tables = new Map<number, Uint16Array>();
  let nextSite = firstSite;
  const take = (bytes: number): number => {
    const at = nextSite;
    nextSite += Math.ceil(bytes / SIZES.JIT_SITE) * SIZES.JIT_SITE;
    return at;
  };
  const names = new Set<CoreFunction>(['movePage', 'slowLoad', 'slowStore']);
  for (const { unit } of plan.units) coreFunctionsOf(unit, names);
  const imports: ImportedFunction[] = [...names].map((name) => ({ module: 'env', name, ...typeOf(name) }));
  const coreIndices = new Map([...names].map((name, i) => [name, i]));
  const links = new Map<string, Linked>();
  const indices = new Map<Callee, number>();
  for (const callee of plan.callees.values()) {
    if (!isLinked(callee)) continue;
    indices.set(callee, imports.length);
    links.set(linkName(callee), callee);
    imports.push({ module: 'unit', name: linkName(callee), ...UNIT_TYPE });
  }
  plan.units.forEach((planned, n) => {
    indices.set(planned, imports.length + n);
  });
  const calleeOf = (b: Block): CalledUnit | undefined => {
    if (b.end !== 'call' && b.end !== 'pointer') return undefined;
    const callee = b.target === null ? undefined : plan.callees.get(b.target);
    if (b.end === 'pointer') {
      if (!b.successors.length) return undefined;
      if (!callee) return { ...ANYTHING, index: null };
    }
    return callee && { ...callee, index: indices.get(callee)! };
  };
  const bodies: DefinedFunction[] = [];
  const entries: DefinedFunction[] = [];
  plan.units.forEach((planned, n) => {
    const { manner, causes } = places[n]!;
    const surroundings = {
      code: plan.code,
      manner,
      counting,
      causes,
      coreIndex: (name: CoreFunction): number => coreIndices.get(name)!,
      site: (site: Site): number => {
        const at = take(SIZES.JIT_SITE);
        sites.set(at, site);
        return at;
      },
      table: (numbers: Uint16Array): number => {
        const at = take(numbers.byteLength);
        tables.set(at, numbers);
        return at;
      },
    };
    bodies.push({ type: UNIT_TYPE, body: printUnit(planned.unit, surroundings, calleeOf), name: `u${n}` });
  });
  const sizes = bodies.map(({ body }) => body.bytes.length);
  entriesOf(plan).forEach(({ unit, at }, n) => {
    const index = imports.length + n;
    if (n >= sizes.length) {
      const records = plan.code.records(pageOf(at));
      bodies.push({
        type: UNIT_TYPE,
        body: printInner(indices.get(unit)!, unit.unit.home, at, records),
        name: `u${n}`,
      });
    }
    const { causes } = places[plan.units.indexOf(unit)]!;
    entries.push({ type: ENTRY_TYPE, body: printEntry(index, causes, counting), name: `e${n}` });
  });
  return {
    binary: encodeModule(imports, [...bodies, ...entries], names.has('findUnit') ? UNIT_TYPE : null),
    links,
    sites,
    tables,
    nextSite,
    sizes,
  };
}
