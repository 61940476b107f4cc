/** Finds hot code by sampling, translates it, and puts the translations where the interpreter meets them. */
import { PLACES, SIZES } from '../../abi/layout.ts';
import { OP_TRANSLATED } from '../../isa/gen/ops.ts';
import { type Core, TRANSLATED_ENTRIES } from '../core.ts';
import { emitPart, Imports, TRANSLATION_TYPE } from './emit.ts';
import { type Block, instructionsOf, type Part, partsOf } from './graph.ts';
import { encodeModule } from './wasm.ts';

/** When to translate and how much to keep. None of it shows in an outcome or a counter. */
export interface TranslatorTuning {
  /** Instructions between samples while untranslated code runs, and while only translated code does. */
  readonly burst: number;
  readonly longestBurst: number;
  /** Samples in a page before its sampled parts are translated; doubles with every translation of that page. */
  readonly threshold: number;
  readonly mostDoublings: number;
  /** Bytes of WebAssembly kept; beyond it everything is dropped and begins anew. */
  readonly codeBudget: number;
}

export const TUNING: TranslatorTuning = {
  burst: 20_000,
  longestBurst: 1_280_000,
  threshold: 3,
  mostDoublings: 12,
  codeBudget: 16 * 2 ** 20,
};

const PAGE_BYTES = 4096;

interface Page {
  /** Samples since the last translation. */
  heat: number;
  translations: number;
  /** Offsets sampled where no translation was. */
  readonly sampled: Set<number>;
  /** Offsets of translated instructions. */
  covered: Set<number>;
}

/** What the translator did so far. */
export interface TranslatorStats {
  modules: number;
  parts: number;
  bytes: number;
  /** Milliseconds spent translating. */
  ms: number;
  /** Times the code budget ran out. */
  flushes: number;
}

export class Translator {
  readonly stats: TranslatorStats = { modules: 0, parts: 0, bytes: 0, ms: 0, flushes: 0 };
  private readonly core: Core;
  private readonly counting: boolean;
  private readonly entriesAt: number;
  /** By the address of the page's records. */
  private readonly pages = new Map<number, Page>();
  private readonly tuning: TranslatorTuning;
  private burst: number;
  private nextEntry = 0;
  private nextFunction: number;
  private readonly firstFunction: number;
  private bytes = 0;

  constructor(core: Core, tuning: TranslatorTuning = TUNING) {
    this.core = core;
    this.tuning = tuning;
    this.burst = tuning.burst;
    this.counting = core.get('COUNTING') !== 0n;
    this.entriesAt = Number(core.get('JIT_ENTRIES'));
    this.firstFunction = core.table.length;
    this.nextFunction = this.firstFunction;
    core.set('BURST', tuning.burst);
  }

  /** Looks where a burst ended. */
  sample(): void {
    const { core } = this;
    const offset = Number(BigInt.asUintN(64, core.get('PC') - core.get('PAGE_VA')));
    const records = Number(core.get('PAGE_REC'));
    if (offset >= PAGE_BYTES || records === PLACES.BLANK_PAGE) return;
    let page = this.pages.get(records);
    if (!page) {
      page = { heat: 0, translations: 0, sampled: new Set(), covered: new Set() };
      this.pages.set(records, page);
    }
    if (page.covered.size && core.view.getUint32(records + SIZES.CODE_TRANSLATED, true) === 0) page.covered = new Set();
    if (page.covered.has(offset)) {
      this.setBurst(Math.min(this.burst * 2, this.tuning.longestBurst));
      return;
    }
    this.setBurst(this.tuning.burst);
    page.sampled.add(offset);
    const { threshold, mostDoublings } = this.tuning;
    if (++page.heat < threshold * 2 ** Math.min(page.translations, mostDoublings)) return;
    const started = performance.now();
    this.translate(records, page);
    this.stats.ms += performance.now() - started;
  }

  private setBurst(burst: number): void {
    if (burst === this.burst) return;
    this.burst = burst;
    this.core.set('BURST', burst);
  }

  private translate(records: number, page: Page): void {
    const { core } = this;
    page.heat = 0;
    page.translations++;
    core.dropTranslations(records);
    const code = instructionsOf(core.view, records, this.entriesAt);
    const wanted = new Set(page.covered);
    for (let at of page.sampled) {
      // What is left to the interpreter stands in the midst of what is not.
      while (at < PAGE_BYTES && !code.has(at)) at += 2;
      wanted.add(at);
    }
    page.covered = new Set();
    const parts = partsOf(code).filter(
      (part) => part.entries.length > 0 && part.blocks.some((b) => b.body.some((i) => wanted.has(i.at))),
    );
    page.sampled.clear();
    if (parts.length === 0) return;
    const imports = new Imports();
    const bodies = parts.map((part) => emitPart(part, imports, this.counting));
    const binary = encodeModule(imports.list, TRANSLATION_TYPE, bodies);
    const entries = parts.reduce((sum, part) => sum + part.entries.length, 0);
    if (this.bytes + binary.length > this.tuning.codeBudget || this.nextEntry + entries > TRANSLATED_ENTRIES)
      this.flush();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), {
      env: { memory: core.memory, ...core.callable },
    });
    this.bytes += binary.length;
    this.stats.modules++;
    this.stats.parts += parts.length;
    this.stats.bytes += binary.length;
    parts.forEach((part, n) => {
      const index = this.nextFunction++;
      if (index >= core.table.length) core.table.grow(256);
      core.table.set(index, instance.exports[`f${n}`]);
      this.install(part, records, index);
      for (const b of part.blocks) for (const i of b.body) page.covered.add(i.at);
    });
  }

  private install(part: Part, records: number, index: number): void {
    const { view } = this.core;
    part.entries.forEach((b: Block, number) => {
      const record = records + b.at * 8;
      const id = this.nextEntry++;
      const entry = this.entriesAt + id * SIZES.JIT_ENTRY;
      view.setUint32(entry, index, true);
      view.setUint32(entry + 4, number, true);
      view.setUint32(entry + 8, record, true);
      view.setUint32(entry + 12, view.getUint32(records + SIZES.CODE_TRANSLATED, true), true);
      view.setInt32(entry + 16, view.getInt32(record + 8, true), true);
      view.setUint16(entry + 20, view.getUint16(record, true), true);
      view.setUint32(records + SIZES.CODE_TRANSLATED, id + 1, true);
      view.setUint16(record, OP_TRANSLATED, true);
      view.setUint32(record + 8, id, true);
    });
  }

  /** Forgets every translation. */
  private flush(): void {
    for (const [records, page] of this.pages) {
      this.core.dropTranslations(records);
      page.covered = new Set();
    }
    for (let i = this.firstFunction; i < this.nextFunction; i++) this.core.table.set(i, null);
    this.nextFunction = this.firstFunction;
    this.nextEntry = 0;
    this.bytes = 0;
    this.stats.flushes++;
  }
}
