/** Translated code as the core knows it: modules, their entries, and the pages they depend on. */
import { SIZES } from '../../abi/layout.ts';
import { OP_TRANSLATED } from '../../isa/gen/ops.ts';
import { type Core, TRANSLATED } from '../core.ts';
import { CAUSE_IDS } from './causes.ts';
import type { Manner } from './context.ts';
import { SITE } from './exits.ts';
import { askForHints } from './hints.ts';
import { entriesOf, linkName, type PrintedModule, printModule } from './module.ts';
import { type Linked, type Plan, recordsOf } from './plan.ts';
import { lengthOf, type Unit } from './unit.ts';

/** A unit that was installed. */
export interface Installed {
  readonly linked: Linked;
  readonly module: number;
  /** Number of its entry. */
  readonly entry: number;
  /** Address of the record of its first instruction. */
  readonly record: number;
  readonly manner: Manner;
  /** Address of its counts of exits. */
  readonly causes: number;
  /** Whether it goes through tables. */
  readonly tables: boolean;
  /** Its instructions. */
  readonly length: number;
  /** Where its blocks begin and end, as offsets from its entry, in pairs. */
  readonly ranges: readonly number[];
}

/** Who is told of what is installed. */
export interface Listener {
  installed(plan: Plan, printed: PrintedModule, units: readonly Installed[]): void;
}

interface Module {
  readonly instance: WebAssembly.Instance;
  readonly bytes: number;
  readonly units: readonly Installed[];
  readonly pages: ReadonlySet<number>;
  readonly firstFunction: number;
  readonly firstEntry: number;
  /** Entries, and functions of them. */
  readonly entries: number;
}

const rangesOf = ({ entry, blocks }: Unit): number[] => blocks.flatMap(({ at, next }) => [at - entry, next - entry]);

/** Whether an offset from a unit's entry lies in its code. */
export const covers = ({ ranges }: Installed, by: number): boolean =>
  ranges.some((begin, n) => n % 2 === 0 && begin <= by && by < ranges[n + 1]!);

export class Store {
  private readonly core: Core;
  private readonly counting: boolean;
  private readonly environment: WebAssembly.ModuleImports;
  private readonly modules = new Map<number, Module>();
  /** Functions of units by the numbers of their entries: few at first, since every module that imports it pays for its length. */
  private readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: 256, maximum: TRANSLATED.entries });
  /** By the address of the record. */
  private readonly units = new Map<number, Installed>();
  private readonly firstFunction: number;
  private nextFunction: number;
  private nextModule = 0;
  private nextEntry = 0;
  private nextNode = 0;
  /** Bytes of the room for ways out and tables that are in use. */
  private taken = 0;
  /** Addresses of the records of pages that modules depend on, or did. */
  private readonly depended = new Set<number>();
  /** Bytes of WebAssembly that stand. */
  bytes = 0;
  /** Exits of units that are gone, by cause. */
  private readonly gone = CAUSE_IDS.map(() => 0);
  /** Told of what is installed. */
  listener: Listener | null = null;
  /** Addresses of what the core and this class both know. */
  private readonly at: Readonly<Record<'entries' | 'modules' | 'nodes' | 'units' | 'sites', number>>;

  constructor(core: Core) {
    askForHints();
    this.core = core;
    this.at = {
      entries: Number(core.get('JIT_ENTRIES')),
      modules: Number(core.get('JIT_MODULES')),
      nodes: Number(core.get('JIT_NODES')),
      units: Number(core.get('JIT_UNITS')),
      sites: Number(core.get('JIT_SITES')),
    };
    this.counting = core.get('COUNTING') !== 0n;
    this.environment = { memory: core.memory, units: this.table, ...core.callable };
    this.firstFunction = core.table.length;
    this.nextFunction = this.firstFunction;
  }

  private stands(module: number): boolean {
    return this.core.view.getUint32(this.at.modules + module * SIZES.JIT_MODULE + 8, true) !== 0;
  }

  /** The unit whose entry is at a record, if it stands. */
  unitAt(record: number): Installed | undefined {
    const unit = this.units.get(record);
    if (!unit) return undefined;
    const { view } = this.core;
    const here = view.getUint16(record, true) === OP_TRANSLATED && view.getUint32(record + 8, true) === unit.entry;
    return here && this.stands(unit.module) ? unit : undefined;
  }

  /** Units there are, among them some that do not stand any more. */
  get size(): number {
    return this.units.size;
  }

  /** Units that stand. */
  standing(): Installed[] {
    return [...this.units.values()].filter((unit) => this.unitAt(unit.record) === unit);
  }

  /** How often a unit was left, by cause. */
  exitsOf({ causes }: Installed): number[] {
    return CAUSE_IDS.map((_, n) => this.core.view.getUint32(causes + n * 4, true));
  }

  /** How often units were left, of all there ever were, by cause. */
  exits(): number[] {
    const total = [...this.gone];
    for (const { units } of this.modules.values()) this.addExits(units, total);
    return total;
  }

  private addExits(units: readonly Installed[], into: number[]): void {
    for (const unit of units) for (const [n, count] of this.exitsOf(unit).entries()) into[n]! += count;
  }

  /** Whether a module of so many units, made of so many pages, still fits. */
  private fits(units: number, pages: number): boolean {
    return (
      this.nextEntry + units <= TRANSLATED.entries &&
      this.nextModule < TRANSLATED.modules &&
      this.nextNode + pages <= TRANSLATED.nodes
    );
  }

  /** Pages a plan depends on: its own, and those of what it links to. */
  private pagesOf(plan: Plan): Set<number> {
    const pages = recordsOf(plan);
    for (const callee of plan.callees.values()) {
      if ('link' in callee) for (const page of this.modules.get(callee.link.module)!.pages) pages.add(page);
    }
    return pages;
  }

  /** Compiles a plan and puts its entries where the interpreter meets them. Null: there is no room. */
  install(plan: Plan, mannerOf: (record: number) => Manner): PrintedModule | null {
    const pages = this.pagesOf(plan);
    const entries = entriesOf(plan);
    if (!this.fits(entries.length, pages.size)) return null;
    const { core } = this;
    const firstEntry = this.nextEntry;
    const firstCauses = this.at.units + firstEntry * SIZES.JIT_UNIT;
    const places = plan.units.map(({ unit }, n) => {
      const record = plan.code.record(unit.entry);
      return { record, manner: mannerOf(record), causes: firstCauses + n * SIZES.JIT_UNIT };
    });
    const sites = this.at.sites;
    const printed = printModule(plan, this.counting, sites + this.taken, places);
    if (printed.nextSite > sites + TRANSLATED.sites * SIZES.JIT_SITE) return null;
    const unit: Record<string, WebAssembly.ExportValue> = {};
    for (const linked of printed.links.values()) {
      unit[linkName(linked)] = this.modules.get(linked.link.module)!.instance.exports[linked.link.name]!;
    }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(printed.binary), {
      env: this.environment,
      unit,
    });
    this.taken = printed.nextSite - sites;
    this.keepSites(printed);
    const module = this.nextModule++;
    const firstFunction = this.nextFunction;
    entries.forEach(({ at }, n) => {
      const [entry, index] = [this.nextEntry++, this.nextFunction++];
      if (index >= core.table.length) core.table.grow(256);
      core.table.set(index, instance.exports[`e${n}`]);
      if (entry >= this.table.length) {
        this.table.grow(Math.min(this.table.length, TRANSLATED.entries - this.table.length));
      }
      this.table.set(entry, instance.exports[`u${n}`]);
      this.enter(plan.code.record(at), entry, index, module);
    });
    const installed = plan.units.map((planned, n): Installed => {
      const { unit, touched, written, onePage } = planned;
      const made = {
        linked: { touched, written, onePage, link: { module, name: `u${n}` } },
        module,
        entry: firstEntry + n,
        ...places[n]!,
        tables: unit.tables,
        length: lengthOf(unit),
        ranges: rangesOf(unit),
      };
      core.bytes.fill(0, made.causes, made.causes + SIZES.JIT_UNIT);
      this.units.set(made.record, made);
      return made;
    });
    const at = this.at.modules + module * SIZES.JIT_MODULE;
    core.view.setUint32(at, firstEntry, true);
    core.view.setUint32(at + 4, entries.length, true);
    core.view.setUint32(at + 8, 1, true);
    for (const page of pages) this.depend(module, page);
    const bytes = printed.binary.length;
    this.modules.set(module, {
      instance,
      bytes,
      units: installed,
      pages,
      firstFunction,
      firstEntry,
      entries: entries.length,
    });
    this.bytes += printed.binary.length;
    this.listener?.installed(plan, printed, installed);
    return printed;
  }

  private keepSites({ sites, tables }: PrintedModule): void {
    const { view, bytes } = this.core;
    for (const [at, numbers] of tables) bytes.set(new Uint8Array(numbers.buffer), at);
    for (const [at, site] of sites) {
      view.setBigInt64(at + SITE.spending, BigInt(site.spending), true);
      view.setInt32(at + SITE.pc, site.pc, true);
      view.setInt32(at + SITE.page, site.page, true);
      view.setUint32(at + SITE.records, site.records, true);
      view.setUint32(at + SITE.how, site.how, true);
    }
  }

  /** Puts an entry in the place of a record. */
  private enter(record: number, number: number, index: number, module: number): void {
    const { view } = this.core;
    this.core.separate(record);
    const entries = this.at.entries;
    const entry = entries + number * SIZES.JIT_ENTRY;
    let op = view.getUint16(record, true);
    let immediate = view.getInt32(record + 8, true);
    if (op === OP_TRANSLATED) {
      const before = entries + immediate * SIZES.JIT_ENTRY;
      op = view.getUint16(before + 12, true);
      immediate = view.getInt32(before + 8, true);
    }
    view.setUint32(entry, index, true);
    view.setUint32(entry + 4, record, true);
    view.setInt32(entry + 8, immediate, true);
    view.setUint16(entry + 12, op, true);
    view.setUint16(entry + 14, module, true);
    view.setUint16(record, OP_TRANSLATED, true);
    view.setUint32(record + 8, number, true);
  }

  private depend(module: number, records: number): void {
    const { view } = this.core;
    const number = this.nextNode++;
    const node = this.at.nodes + number * SIZES.JIT_NODE;
    view.setUint32(node, module, true);
    view.setUint32(node + 4, view.getUint32(records + SIZES.CODE_TRANSLATED, true), true);
    view.setUint32(records + SIZES.CODE_TRANSLATED, number + 1, true);
    this.depended.add(records);
  }

  /** Takes a module away; returns the records its units began at. */
  drop(module: number): readonly number[] {
    const units = this.modules.get(module)?.units ?? [];
    this.core.dropModule(module);
    this.sweep();
    return units.map(({ record }) => record);
  }

  /** Forgets modules that do not stand any more. */
  sweep(): void {
    for (const [number, module] of this.modules) {
      if (this.stands(number)) continue;
      this.modules.delete(number);
      this.bytes -= module.bytes;
      this.addExits(module.units, this.gone);
      for (let n = 0; n < module.entries; n++) {
        this.core.table.set(module.firstFunction + n, null);
        this.table.set(module.firstEntry + n, null);
      }
      for (const unit of module.units) if (this.units.get(unit.record) === unit) this.units.delete(unit.record);
    }
  }

  /** Forgets everything. */
  flush(): void {
    for (const number of this.modules.keys()) this.core.dropModule(number);
    for (const page of this.depended) this.core.dropTranslations(page);
    this.depended.clear();
    this.sweep();
    this.nextModule = 0;
    this.nextEntry = 0;
    this.nextNode = 0;
    this.taken = 0;
    this.nextFunction = this.firstFunction;
  }
}
