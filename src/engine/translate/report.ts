/** What a translator did, told to people. It costs memory and time, so it is kept only where it was asked for. */
import { hex } from '../../abi/hex.ts';
import type { ExitCount, TranslatedRegion, TranslationReport } from '../../abi/translation.ts';
import { disassemble } from '../../isa/disassemble.ts';
import { CAUSES, causeIndex } from './causes.ts';
import type { PrintedModule } from './module.ts';
import type { Plan } from './plan.ts';
import type { Installed, Listener, Store } from './store.ts';

/** What the translator did so far. */
export interface TranslatorStats {
  modules: number;
  units: number;
  bytes: number;
  /** Milliseconds spent translating. */
  ms: number;
  /** Times the code budget ran out. */
  flushes: number;
  /** Modules made anew in another manner. */
  remade: number;
  /** Modules the host's compiler did not take. */
  refused: number;
}

/** Instructions executed in either way. */
export interface Ran {
  readonly interpreted: number;
  readonly translated: number;
}

/** What is kept of a unit beside what runs it. */
interface Described {
  readonly unit: Installed;
  readonly entry: bigint;
  readonly bytes: number;
  readonly code: readonly { readonly address: bigint; readonly word: number }[];
  readonly module: Uint8Array;
  /** Instructions translated code ran until samples in it. */
  sampled: number;
  /** Its exits at the end of a burst, when a sample was looked at last. */
  ended: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const exitCounts = (exits: readonly number[]): ExitCount[] =>
  CAUSES.map(({ id, summary }, n) => ({ id, summary, count: exits[n]! })).filter(({ count }) => count > 0);

/** Gathers what a report tells, from the moment it is made. */
export class Observer implements Listener {
  /** Units by the address of the record of any of their instructions. */
  private readonly located = new Map<number, Described[]>();
  private readonly described = new Map<Installed, Described>();
  private readonly store: Store;
  private translated = 0;
  private interpreted = 0;
  /** Of the translated ones: since the last sample in translated code. */
  private unsampled = 0;

  constructor(store: Store) {
    this.store = store;
  }

  /** A plan was installed as these units. */
  installed({ code, units }: Plan, printed: PrintedModule, installed: readonly Installed[]): void {
    units.forEach(({ unit: { entry, blocks } }, n) => {
      const body = blocks.flatMap((b) => b.body).sort((a, b) => a.at - b.at);
      const described: Described = {
        unit: installed[n]!,
        entry: code.address(entry),
        bytes: printed.sizes[n]!,
        code: body.map(({ at, word }) => ({ address: code.address(at), word })),
        module: printed.binary,
        sampled: 0,
        ended: 0,
      };
      this.described.set(described.unit, described);
      for (const { at } of body) {
        const record = code.record(at);
        this.located.set(record, [...(this.located.get(record) ?? []), described]);
      }
    });
  }

  /** A sample was taken at a record, in translated code or not, after so many instructions since the one before. */
  sampled(record: number, inUnit: boolean, ran: Ran): void {
    this.interpreted += ran.interpreted;
    this.translated += ran.translated;
    this.unsampled += ran.translated;
    if (!inUnit) return;
    const since = this.unsampled;
    this.unsampled = 0;
    const here = this.located.get(record) ?? [];
    const ends = here.map(({ unit }) => this.store.exitsOf(unit)[causeIndex('budget')]!);
    // Of units that share code it was the one that was left.
    const found = here.findLast((each, n) => each.ended !== ends[n]) ?? here.at(-1);
    here.forEach((each, n) => {
      each.ended = ends[n]!;
    });
    if (found) found.sampled += since;
  }

  /** The report, with at most `regions` regions hottest by samples, and as many by exits. */
  report(stats: TranslatorStats, regions: number): TranslationReport {
    const { store } = this;
    const exitsOf = new Map(store.standing().map((unit) => [unit, store.exitsOf(unit)]));
    const standing = [...this.described.values()].filter(({ unit }) => exitsOf.has(unit));
    const left = ({ unit }: Described): number => sum(exitsOf.get(unit)!);
    const bySamples = standing.toSorted((a, b) => b.sampled - a.sampled).slice(0, regions);
    const byExits = standing.toSorted((a, b) => left(b) - left(a)).slice(0, regions);
    const { ms, ...counted } = stats;
    return {
      counted: {
        ...counted,
        standing: exitsOf.size,
        translated: this.translated,
        interpreted: this.interpreted,
      },
      measured: { ms },
      exits: exitCounts(store.exits()),
      regions: [...new Set([...bySamples, ...byExits])].map((each) => region(each, exitsOf.get(each.unit)!)),
    };
  }
}

function region({ unit, entry, bytes, code, module, sampled }: Described, exits: readonly number[]): TranslatedRegion {
  return {
    entry: hex(entry),
    bytes,
    sampled,
    exits: exitCounts(exits),
    listing: code.map(({ address, word }) => ({ address: hex(address), word, text: disassemble(word, address).text })),
    module,
    name: unit.linked.link.name,
  };
}
