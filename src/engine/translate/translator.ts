/** Finds hot code by sampling, has it translated, and watches how it does. */
import { PLACES, SIZES } from '../../abi/layout.ts';
import type { TranslationReport } from '../../abi/translation.ts';
import { OP_NOT_DECODED, OP_TRANSLATED } from '../../isa/gen/ops.ts';
import type { Core } from '../core.ts';
import { type Cause, causeIndex, LAST_EXIT, LAST_TARGET, LEAVING, leftBy } from './causes.ts';
import { CodeView, fetchSlot, PAGE } from './code.ts';
import { ACCESS_BITS, type Manner } from './context.ts';
import type { PrintedModule } from './module.ts';
import { type Extent, INSTRUCTIONS_MOST, planOf } from './plan.ts';
import { Observer, type Ran, type TranslatorStats } from './report.ts';
import { covers, type Installed, Store } from './store.ts';

/** When to translate and how much to keep. None of it shows in an outcome or a counter. */
export interface TranslatorTuning {
  /** Instructions interpreted between samples, and in all while hardly any are; well below 2^ACCESS_BITS. */
  readonly burst: number;
  readonly longestBurst: number;
  /** Instructions interpreted in a page before what was met there is translated; doubles with every translation of that page. */
  readonly threshold: number;
  readonly mostDoublings: number;
  /** Part of all that was interpreted so far that has to have been in the page, too: where nothing is hot, nothing is translated. */
  readonly part: number;
  /** Bytes of WebAssembly kept; beyond it everything is dropped and begins anew. */
  readonly codeBudget: number;
  /** Milliseconds that may be spent translating in any case, and for each million instructions interpreted and translated so far. */
  readonly freeMs: number;
  readonly msInterpreted: number;
  readonly msTranslated: number;
}

export const TUNING: TranslatorTuning = {
  burst: 20_000,
  longestBurst: 8_000_000,
  threshold: 240_000,
  mostDoublings: 3,
  part: 0.03,
  codeBudget: 16 * 2 ** 20,
  freeMs: 15,
  msInterpreted: 1.4,
  msTranslated: 0.5,
};

/** Instructions a burst may go over. */
const LONGEST_BLOCK = 4096;

/** How a burst ends in translated code. */
const SPENT = leftBy('budget', LEAVING.within);
/** Of JIT_LEFT_BY: not left since. */
const NOT_LEFT = 0xffff_ffff;

/** How translated code is left for what could be translated as well. */
const BETWEEN: ReadonlySet<number> = new Set(
  (['cold', 'call', 'indirect', 'page'] as const).flatMap((cause) =>
    Object.values(LEAVING).map((leaving) => leftBy(cause, leaving)),
  ),
);

const FAST: Manner = { misses: 'leave', straddles: 'leave', floats: 'native' };
/** A unit that leaves so often for one cause is made in another manner: exits, and instructions to each at most. */
const EXITS_LEAST = 64;
const EXITS_EVERY = 1500;
/** Instructions of a unit that what tables lead to is still made part of. */
const GROWING_MOST = 1000;
/** Bytes around a unit's code in which what it is left for is taken for a part of the same function. */
const NEAR = 4096;
/** Instructions interpreted in a page that are worth translating it, whatever else was. */
const WORTH_IT = 1_000_000;
/**
 * Instructions interpreted in a page, and the part of all interpreted ones, from which on waiting costs more than even a translator does that
 * has not run before: then it does not matter how long translating took so far.
 */
const OVERDUE = 2_000_000;
const OVERDUE_PART = 0.1;
/** Instructions interpreted after which what still is goes on for long, so that more is worth translating; and how much more each of them counts. */
const LONG = 400_000_000;
const LONG_COUNTS = 3;
/** Interpreted instructions that are worth translating one: about the same time. */
const HEAT_EACH = 2000;
/** What interpreting an instruction costs, of what it costs translated. */
const INTERPRETED_COSTS = 5;
/** Instructions translated of what a unit is left for. */
const LEFT_FOR_MOST = 300;
/** Units that may stand for each burst without a look at them. */
const WATCHED_EVERY = 16;

/** An address, where its page is known. */
interface Place {
  /** Of the page's decoded records. */
  readonly records: number;
  readonly va: bigint;
  /** In the page. */
  readonly offset: number;
}

const recordOf = ({ records, offset }: Place): number => records + offset * 8;

interface Page {
  /** Instructions interpreted in it since the last translation, by samples. */
  heat: number;
  translations: number;
  /** Samples by offset. */
  readonly sampled: Map<number, number>;
}

/** How a unit did when it was looked at last. */
interface Watched {
  readonly unit: Installed;
  readonly exits: number[];
  instret: number;
}

export class Translator {
  readonly stats: TranslatorStats = { modules: 0, units: 0, bytes: 0, ms: 0, flushes: 0, remade: 0, refused: 0 };
  readonly store: Store;
  private readonly core: Core;
  private readonly tuning: TranslatorTuning;
  /** By the address of the page's records. */
  private readonly pages = new Map<number, Page>();
  /** By the address of the record of the entry. */
  private readonly manners = new Map<number, Manner>();
  private watched = new Map<number, Watched>();
  /** Instructions in a burst at most, before it is made uneven. */
  private most = 0;
  /** Instructions interpreted since anything was met. */
  private unsampled = 0;
  private observer: Observer | null = null;
  private unwatched = 0;
  /** How often units were made anew: each time it takes twice as many exits. By the record of the entry. */
  private readonly remakes = new Map<number, number>();
  /** Records for which a unit was made anew to include them. */
  private readonly grown = new Set<number>();
  private jitter = 1;
  /** Instructions so far. */
  private interpreted = 0;
  private translated = 0;

  constructor(core: Core, tuning: TranslatorTuning = TUNING) {
    if (tuning.longestBurst > 2 ** ACCESS_BITS - LONGEST_BLOCK) throw new RangeError('bursts are too long');
    this.core = core;
    this.tuning = tuning;
    this.store = new Store(core);
    this.setBurst(0);
    core.set('JIT_LEFT_BY', NOT_LEFT);
  }

  /** Gathers from now on what `report` tells. */
  observe(): void {
    this.observer ??= new Observer(this.store);
    this.store.listener = this.observer;
  }

  /** What was done since `observe`, with so many of the hottest regions by samples, and by exits. */
  report(regions: number): TranslationReport {
    if (!this.observer) throw new Error('observe() comes before report()');
    return this.observer.report(this.stats, regions);
  }

  /** Looks where a burst ended. */
  sample(): void {
    const { core } = this;
    const left = Number(core.get('JIT_LEFT_BY'));
    core.set('JIT_LEFT_BY', NOT_LEFT);
    const here = this.placeAt(core.get('PC'));
    const inUnit = left === SPENT || (here !== null && this.isEntry(here));
    const ran = this.ranSince();
    this.observer?.sampled(here ? recordOf(here) : 0, inUnit, ran);
    this.setBurst(ran.interpreted * INTERPRETED_COSTS < ran.translated ? this.most * 2 : 0);
    this.unsampled += ran.interpreted;
    if (inUnit) this.watch();
    // What is interpreted between two translated places only is met where it begins.
    const between = inUnit && this.unsampled >= this.tuning.burst / 2 && BETWEEN.has(left);
    const met = between ? this.placeAt(core.get('JIT_LEFT_AT')) : inUnit ? null : here;
    if (!met || this.isEntry(met)) return;
    const instructions = this.unsampled;
    this.unsampled = 0;
    this.heat(met, instructions);
  }

  /** Instructions since the last time. */
  private ranSince(): Ran {
    const [now, translated] = [Number(this.core.get('BURST_NOW')), Number(this.core.get('JIT_RAN'))];
    const interpreted = now - translated;
    const since = { interpreted: interpreted - this.interpreted, translated: translated - this.translated };
    this.interpreted = interpreted;
    this.translated = translated;
    return since;
  }

  /** So many instructions were interpreted, and this was met then; translates what was met in its page when there are enough. */
  private heat({ records, va, offset }: Place, instructions: number): void {
    let page = this.pages.get(records);
    if (!page) {
      page = { heat: 0, translations: 0, sampled: new Map() };
      this.pages.set(records, page);
    }
    page.sampled.set(offset, (page.sampled.get(offset) ?? 0) + 1);
    page.heat += instructions;
    const { threshold, mostDoublings, part } = this.tuning;
    const enough = threshold * 2 ** Math.min(page.translations, mostDoublings);
    if (page.heat < Math.max(enough, Math.min(part * this.interpreted, WORTH_IT))) return;
    const overdue = page.heat >= Math.max(OVERDUE, OVERDUE_PART * this.interpreted);
    if (!overdue && !this.mayTranslate()) return;
    const wanted = [...page.sampled].sort((a, b) => b[1] - a[1]).map(([at]) => at);
    const most = Math.min(INSTRUCTIONS_MOST, Math.ceil(page.heat / HEAT_EACH));
    page.heat = 0;
    page.translations++;
    page.sampled.clear();
    this.watch();
    this.translate(records, va, wanted, { most, exact: false });
  }

  /** Whether translating has not taken too much of the time so far. */
  private mayTranslate(): boolean {
    const { freeMs, msInterpreted, msTranslated } = this.tuning;
    const long = Math.max(0, this.interpreted - LONG);
    const interpreted = this.interpreted + LONG_COUNTS * long;
    return this.stats.ms * 1e6 < freeMs * 1e6 + msInterpreted * interpreted + msTranslated * this.translated;
  }

  /** The next burst ends after so many instructions at most, in the bounds of the tuning. */
  private setBurst(most: number): void {
    const { burst, longestBurst } = this.tuning;
    this.most = Math.min(longestBurst, Math.max(2 * burst, most));
    this.core.set('BURST', this.uneven(burst));
    this.core.set('BURST_MOST', this.uneven(this.most));
  }

  /** Were bursts all alike, they might always end in the same part of what the guest does over and over. */
  private uneven(length: number): number {
    this.jitter = (Math.imul(this.jitter, 1_664_525) + 1_013_904_223) >>> 0;
    return length - Math.floor((length / 2) * (this.jitter / 2 ** 32));
  }

  private seen(unit: Installed): Watched {
    let seen = this.watched.get(unit.record);
    if (!seen || seen.unit !== unit) {
      seen = { unit, exits: this.store.exitsOf(unit), instret: Number(this.core.get('BURST_NOW')) };
      this.watched.set(unit.record, seen);
    }
    return seen;
  }

  /** Looks how units did since the last time; what a unit is often left for is translated too. */
  private watch(): void {
    if (++this.unwatched * WATCHED_EVERY < this.store.size) return;
    this.unwatched = 0;
    if (!this.mayTranslate()) return;
    const standing = this.store.standing();
    const now = Number(this.core.get('BURST_NOW'));
    const targets = new Set<bigint>();
    const unfit = new Set<number>();
    for (const unit of standing) {
      const seen = this.seen(unit);
      const exits = this.store.exitsOf(unit);
      const most =
        Math.max(EXITS_LEAST, (now - seen.instret) / EXITS_EVERY) * 2 ** (this.remakes.get(unit.record) ?? 0);
      const often = (cause: Cause): boolean => exits[causeIndex(cause)]! - seen.exits[causeIndex(cause)]! > most;
      for (const at of [often('indirect') && LAST_TARGET, (often('cold') || often('call')) && LAST_EXIT]) {
        if (!at) continue;
        const target = this.core.view.getBigUint64(unit.causes + at, true);
        // What it returns to is no part of it.
        const part = at === LAST_EXIT || (unit.tables && unit.length < GROWING_MOST);
        if (part && this.mayGrow(unit, target)) unfit.add(unit.module);
        else targets.add(target);
      }
      if (often('miss') || often('straddle') || often('float')) unfit.add(unit.module);
      else if (now - seen.instret > EXITS_LEAST * EXITS_EVERY)
        this.watched.set(unit.record, { unit, exits, instret: now });
    }
    for (const module of unfit)
      this.remake(
        standing.filter((unit) => unit.module === module),
        now,
      );
    for (const target of targets) {
      const page = this.pageAt(target & ~0xfffn);
      if (page) this.translate(page, target & ~0xfffn, [Number(target & 0xfffn)], { most: LEFT_FOR_MOST, exact: true });
    }
  }

  /** Whether a unit, made anew, may have code at an address that it leaves for; once each. */
  private mayGrow(unit: Installed, target: bigint): boolean {
    const page = this.pageAt(target & ~0xfffn);
    if (!page) return false;
    const record = page + Number(target & 0xfffn) * 8;
    const op = this.core.view.getUint16(record, true);
    if (op === OP_NOT_DECODED || op === OP_TRANSLATED) return false;
    const home = this.pageOfRecord(unit.record);
    if (!home) return false;
    const by = Number(BigInt.asIntN(64, target - home.va)) - (unit.record - home.records) / 8;
    if (by < Math.min(...unit.ranges) - NEAR || by > Math.max(...unit.ranges) + NEAR || this.grown.has(record))
      return false;
    this.grown.add(record);
    return true;
  }

  /** Makes a module anew, its units in the manners that their exits ask for. */
  private remake(units: readonly Installed[], now: number): void {
    for (const unit of units) {
      const seen = this.seen(unit);
      const exits = this.store.exitsOf(unit);
      const most = (now - seen.instret) / EXITS_EVERY / 4;
      const often = (cause: Cause): boolean => exits[causeIndex(cause)]! - seen.exits[causeIndex(cause)]! > most;
      const manner: Manner = {
        misses: often('miss') ? 'call' : unit.manner.misses,
        straddles: often('straddle') ? 'alone' : unit.manner.straddles,
        floats: often('float') ? 'call' : unit.manner.floats,
      };
      this.manners.set(unit.record, manner);
      this.remakes.set(unit.record, Math.min(8, (this.remakes.get(unit.record) ?? 0) + 1));
      this.watched.delete(unit.record);
    }
    this.stats.remade++;
    const entries = new Set(this.store.drop(units[0]!.module));
    for (const record of entries) {
      const page = this.pageOfRecord(record);
      if (!page) continue;
      const wanted = [...entries].filter((r) => this.pageOfRecord(r)?.records === page.records);
      for (const r of wanted) entries.delete(r);
      this.translate(
        page.records,
        page.va,
        wanted.map((r) => (r - page.records) / 8),
        { most: INSTRUCTIONS_MOST, exact: true },
      );
    }
  }

  private placeAt(pc: bigint): Place | null {
    const va = pc & ~0xfffn;
    const records = this.pageAt(va);
    return records && records !== PLACES.BLANK_PAGE ? { records, va, offset: Number(pc - va) } : null;
  }

  private isEntry(place: Place): boolean {
    return this.core.view.getUint16(recordOf(place), true) === OP_TRANSLATED;
  }

  /** Records of a page, where the fetch unit or the fetch side of the fast TLB has it; or 0. */
  private pageAt(va: bigint): number {
    const { core } = this;
    if (core.get('PAGE_VA') === va) return Number(core.get('PAGE_REC'));
    const slot = PLACES.TLB_FETCH + fetchSlot(va);
    return core.view.getBigUint64(slot, true) === va ? core.view.getUint32(slot + 12, true) : 0;
  }

  /** The page of a record, likewise. */
  private pageOfRecord(record: number): { records: number; va: bigint } | null {
    const { core } = this;
    const first = Number(core.get('CODE_BASE'));
    const records = record - ((record - first) % SIZES.CODE_PAGE);
    if (records === Number(core.get('PAGE_REC'))) return { records, va: core.get('PAGE_VA') };
    for (let slot = PLACES.TLB_FETCH; slot < PLACES.TLB_FETCH + SIZES.TLB_ENTRIES * 16; slot += 16) {
      if (core.view.getUint32(slot + 12, true) !== records) continue;
      const va = core.view.getBigUint64(slot, true);
      if (fetchSlot(va) === slot - PLACES.TLB_FETCH) return { records, va };
    }
    return null;
  }

  /** Translates what begins at offsets of a page, the first ones first; what one covers is not an entry again. */
  private translate(records: number, va: bigint, offsets: readonly number[], extent: Extent): void {
    const started = performance.now();
    this.install(records, va, offsets, extent);
    this.stats.ms += performance.now() - started;
  }

  private install(records: number, va: bigint, offsets: readonly number[], extent: Extent): void {
    const { store } = this;
    const code = new CodeView(this.core, records, va);
    // What is left to the interpreter stands in the midst of what is not.
    const begins = offsets.map((offset) => {
      let at = offset;
      while (at < PAGE && !code.at(at)) at += 2;
      return at;
    });
    const wanted = begins.filter((at) => at < PAGE && !code.isEntry(at));
    if (!wanted.length) return;
    const plan = planOf(
      code,
      wanted,
      (at) => {
        const unit = store.unitAt(code.record(at));
        return unit && { linked: unit.linked, covers: (by) => covers(unit, by) };
      },
      extent,
    );
    if (!plan.units.length) return;
    let printed: PrintedModule | null;
    try {
      printed = store.install(plan, (record) => this.manners.get(record) ?? FAST);
    } catch (error) {
      // What the host's compiler does not take, for a limit of its own, is left to the interpreter.
      if (!(error instanceof WebAssembly.CompileError)) throw error;
      this.stats.refused++;
      return;
    }
    if (!printed) {
      this.flush();
      return;
    }
    this.stats.modules++;
    this.stats.units += plan.units.length;
    this.stats.bytes += printed.binary.length;
    store.sweep();
    if (store.bytes > this.tuning.codeBudget) this.flush();
  }

  /** Forgets every translation. */
  private flush(): void {
    this.store.flush();
    this.watched = new Map();
    this.manners.clear();
    this.grown.clear();
    this.remakes.clear();
    this.stats.flushes++;
  }
}
