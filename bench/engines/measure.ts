/** Takes the samples of `npm run bench:engines`: rounds in which every engine runs every workload once. */
import type { Workload } from '../../src/abi/workloads.ts';
import { paramsOf, sampleOrder } from '../../src/lab/plan.ts';
import type { EngineHost, EngineId, Params, Run } from './engines.ts';
import { comparesBySize, scaled } from './sizes.ts';
import type { Samples } from './summary.ts';
import { type Arithmetic, arithmeticOf } from './workloads.ts';

/** How much is measured. */
export interface Mode {
  readonly rounds: number;
  /** What a region of translated code is to take: long against what finding and translating hot code costs. */
  readonly jitMs: number;
  /**
   * Shares of the default size for engines that are slow, or steady from the start (the interpreter, QEMU); their times
   * count by the instruction then. null: all engines run the same size.
   */
  readonly small: Readonly<Record<Arithmetic | 'memory', number>> | null;
  /** Engines that run in the first round only. */
  readonly once: readonly EngineId[];
  /** Pairs of short runs, counting on and off, for the price of counting. */
  readonly pairs: number;
  /** No further round begins that would not end within this time of the program's start; null: all do. */
  readonly budgetMs: number | null;
}

export const MODES = {
  full: { rounds: 5, jitMs: 600, small: null, once: [], pairs: 15, budgetMs: null },
  quick: {
    rounds: 3,
    jitMs: 290,
    small: { integer: 0.35, double: 0.15, memory: 0.1 },
    once: ['interp', 'qemu-user'],
    pairs: 3,
    budgetMs: 46_000,
  },
} as const satisfies Record<string, Mode>;

/** A native region shorter than this is repeated within its sample: the clock and the scheduler are coarser. */
const NATIVE_SAMPLE_MS = 40;
const MOST_REPEATS = 50;
/** About what finding and translating hot code takes: it does not grow with the region. */
const FINDING_MS = 40;

/** By how much the second look at a size may raise it. */
const MOST_CORRECTED = 3;

/** Engines that need the larger size. */
const LARGE: readonly EngineId[] = ['native', 'jit'];

export interface MeasureOptions {
  readonly workloads: readonly Workload[];
  readonly mode: Mode;
  /** Of the order in which engines take their turns. */
  readonly seed: number;
  /** Milliseconds since the program began. */
  readonly now: () => number;
  readonly say: (line: string) => void;
}

/** Parameters, and what is known of their region once it has run: whatever runs it must agree. */
interface Size {
  readonly params: Params;
  instructions: number | null;
  checksum: string | null;
}

/** One workload while it is measured. */
interface Subject {
  readonly workload: Workload;
  readonly large: Size;
  readonly small: Size;
  readonly ms: Map<EngineId, number[]>;
  pairs: Samples['pairs'];
}

const sizeOf = (engine: EngineId, { large, small }: Subject): Size => (LARGE.includes(engine) ? large : small);

class Measurement {
  private readonly hosts: readonly EngineHost[];
  private readonly mode: Mode;

  constructor(hosts: readonly EngineHost[], mode: Mode) {
    this.hosts = hosts;
    this.mode = mode;
  }

  private once(engine: EngineId, workload: Workload, params: Params, counting = true): Promise<Run> {
    const host = this.hosts.find((h) => h.engines.includes(engine));
    if (!host) throw new Error(`nothing here runs ${engine}`);
    return host.run({ engine, workload: workload.id, params, counting });
  }

  /** Finds the sizes, and warms up the lab's own engines on the way. */
  async subject(workload: Workload): Promise<Subject> {
    const { small: shares, jitMs } = this.mode;
    const size = (factor: number): Size => ({
      params: scaled(workload, factor, shares !== null),
      instructions: null,
      checksum: null,
    });
    const share = shares?.[workload.group === 'micro' ? 'memory' : arithmeticOf(workload.id)] ?? 1;
    const tried = Math.min(1, 2 * share);
    const first = size(tried);
    const { ms } = await this.once('jit', workload, first.params);
    await this.once('native', workload, first.params);
    const guessed = (tried * jitMs) / Math.max(0.7 * ms, ms - FINDING_MS);
    // The first run found the translator itself slow, and much of a short one is finding hot code: a second one tells better.
    const again = await this.once('jit', workload, size(guessed).params);
    const large = size(guessed * Math.min(MOST_CORRECTED, Math.max(1, jitMs / again.ms)));
    const small = shares !== null && comparesBySize(workload) ? size(share) : large;
    return { workload, large, small, ms: new Map(), pairs: await this.pairs(workload) };
  }

  /** Runs what is run most once, at its short size. */
  async warmUp(workload: Workload): Promise<void> {
    await this.once('jit', workload, paramsOf(workload, {}, true));
  }

  /** One sample: native runs are repeated until they fill one, other engines take long enough at once. */
  async sample(engine: EngineId, subject: Subject): Promise<void> {
    const size = sizeOf(engine, subject);
    let total = 0;
    let runs = 0;
    do {
      const { ms, checksum, instructions } = await this.once(engine, subject.workload, size.params);
      for (const [what, expected, got] of [
        ['checksum', size.checksum, checksum],
        ['instructions', instructions === null ? null : size.instructions, instructions],
      ]) {
        if (expected === null || expected === got) continue;
        throw new Error(`${subject.workload.id}, ${engine}: ${what} ${got}, other runs gave ${expected}`);
      }
      size.checksum = checksum;
      size.instructions ??= instructions;
      total += ms;
      runs++;
    } while (engine === 'native' && total < NATIVE_SAMPLE_MS && runs < MOST_REPEATS);
    subject.ms.set(engine, [...(subject.ms.get(engine) ?? []), total / runs]);
  }

  /** Short runs with counting on and off by turns, of what computes: of nothing else is a price promised. */
  private async pairs(workload: Workload): Promise<Samples['pairs']> {
    const params = paramsOf(workload, {}, true);
    const ms = { on: [] as number[], off: [] as number[] };
    for (let i = 0; i < (workload.group === 'compute' ? this.mode.pairs : 0); i++) {
      // Which comes first alternates, so that neither always finds the caches of the other.
      for (const counted of i % 2 === 0 ? [true, false] : [false, true]) {
        ms[counted ? 'on' : 'off'].push((await this.once('interp', workload, params, counted)).ms);
      }
    }
    return ms;
  }
}

function samplesOf(subject: Subject): Samples {
  const { workload, ms, pairs } = subject;
  const sizes = [...ms.keys()].map((engine) => {
    const { params, instructions } = sizeOf(engine, subject);
    return [engine, { params, instructions: instructions! }] as const;
  });
  return {
    workload: workload.id,
    group: workload.group,
    sizes: Object.fromEntries(sizes),
    ms: Object.fromEntries(ms),
    pairs,
  };
}

/**
 * Measures. Engines nobody hosts are left out. Rejects when any run fails or gives another checksum than the others.
 * Resolves to the samples and the number of rounds, which is less than asked for where time ran out.
 */
export async function measure(
  hosts: readonly EngineHost[],
  { workloads, mode, seed, now, say }: MeasureOptions,
): Promise<{ readonly samples: readonly Samples[]; readonly rounds: number }> {
  const measurement = new Measurement(hosts, mode);
  const engines = hosts.flatMap((host) => host.engines);
  const progress = (what: string, id: string, i: number): void =>
    say(`${what}: ${id} (${i + 1} of ${workloads.length})`);
  const subjects: Subject[] = [];
  // The first run compiles the machine itself, and finds it slow.
  if (workloads[0]) await measurement.warmUp(workloads[0]);
  for (const [i, workload] of workloads.entries()) {
    progress('sizes and warm-up', workload.id, i);
    subjects.push(await measurement.subject(workload));
  }
  // One order of the engines for every workload and round.
  const orders = sampleOrder(engines, mode.rounds * subjects.length, seed);
  let rounds = 0;
  for (let took = 0; rounds < mode.rounds; rounds++) {
    if (rounds > 0 && mode.budgetMs !== null && now() + took > mode.budgetMs) break;
    took = 0;
    for (const [i, subject] of subjects.entries()) {
      progress(`round ${rounds + 1} of ${mode.rounds}`, subject.workload.id, i);
      for (const engine of orders[rounds * subjects.length + i]!) {
        const once = mode.once.includes(engine);
        if (once && rounds > 0) continue;
        const began = now();
        await measurement.sample(engine, subject);
        if (!once) took += now() - began;
      }
    }
  }
  return { rounds, samples: subjects.map(samplesOf) };
}
