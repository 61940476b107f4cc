/** Published orders and bands, on modelled cycles; the figure in print stands beside what was found. */
import type { Cell, LawRow } from '../../abi/result.ts';
import type { ConfigPatch } from '../api.ts';
import { modelCycles } from '../model.ts';
import { profileByName } from '../profile.ts';
import type { RunRecord } from '../record.ts';
import { formatCount, formatRatio } from '../report/format.ts';
import { findCrossovers } from '../sweep.ts';
import { type Bench, decide, type Law, type LawCase, type RunChoice } from './law.ts';

type Published = NonNullable<LawRow['published']>;
const SKYLAKE = 'skylake';
const VTX = 'vtx-2006';

const published = (value: string, source: string, tag: Published['tag']): Published => ({ value, source, tag });
const ADAMS = 'Adams & Agesen, ASPLOS’06';
const PVM = 'PVM, SOSP’23';
const WANG = 'Wang et al., VEE’11';
const XEN = 'Xen, SOSP’03';
const FELTER = 'Felter et al., ISPASS’15; VMware';

/** Modelled cycles of one operation, or of the run where the guest names none. */
function cyclesOf(profile: string, run: RunRecord): number {
  const { cycles, perIteration } = modelCycles(run.counters ?? {}, profileByName(profile), run.iterations);
  return perIteration ?? cycles;
}

const cycles = async (
  bench: Bench,
  profile: string,
  workload: string,
  environment: string,
  choice?: RunChoice,
): Promise<number> => cyclesOf(profile, await bench.run(workload, environment, choice));

/** Cycles under `above` over those under `below`. */
async function ratio(
  bench: Bench,
  profile: string,
  workload: string,
  [above, below]: readonly [string, string],
  choice?: RunChoice,
): Promise<number> {
  const numerator = await cycles(bench, profile, workload, above, choice);
  return numerator / (await cycles(bench, profile, workload, below, choice));
}

/** A case that shows a ratio. */
const band = (
  name: string,
  expected: string,
  value: Promise<number>,
  holds: (value: number) => boolean,
  detail: string,
  figure?: Published,
): Promise<LawCase> =>
  decide({ case: name, expected, detail, ...(figure && { published: figure }) }, value, holds, formatRatio);

const STORES = 1_000;

async function tableWrite(bench: Bench): Promise<LawCase[]> {
  const store = async (event: string, config: ConfigPatch): Promise<number> =>
    cyclesOf(VTX, await bench.probe(event, STORES, config));
  // Loads with translation off are the loop around a store that misses nothing.
  const value = async (): Promise<number> => {
    const loop = await store('load levels=0', { strategy: 'bare' });
    const shadow = await store('pte-store', { strategy: 'shadow', shadow: { policy: 'sync', flood: 0 } });
    const bare = await store('pte-store', { strategy: 'bare' });
    return (shadow - loop) / Math.max(1, bare - loop);
  };
  return [
    await band(
      'shadow : native',
      '≫ 1 (above 100×)',
      value(),
      (v) => v > 100,
      `probe event=pte-store less its loop, ${STORES} stores, synchronous shadow over bare; a native store counts one cycle at least`,
      published('12,733×', ADAMS, '2'),
    ),
  ];
}

async function trapCosts(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const workload of ['null-syscall', 'illegal-trap']) {
    cases.push(
      await band(
        `${workload}, hardware : native`,
        '≈ 1 (within 5 %)',
        ratio(bench, VTX, workload, ['nested', 'bare']),
        (v) => Math.abs(v - 1) <= 0.05,
        `${workload}, nested over bare`,
      ),
    );
  }
  const fault = ratio(bench, VTX, 'demand-fault', ['shadow-sync', 'bare']);
  const figure = published('10.3×', ADAMS, '2');
  cases.push(
    await band(
      'page fault, shadow : native',
      'above 1×',
      fault,
      (v) => v > 1,
      'demand-fault, shadow-sync over bare',
      figure,
    ),
  );
  return cases;
}

const PVM_FIGURES: readonly (readonly [string, string])[] = [
  ['fork', '6.1×'],
  ['exec', '3.5×'],
  ['sh', '2.6×'],
  ['page-fault', '6×'],
  ['protection-fault', '4.8×'],
];

async function nestedAhead(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const [workload, figure] of PVM_FIGURES) {
    cases.push(
      await band(
        `${workload}, shadow : nested`,
        'above 1×',
        ratio(bench, SKYLAKE, workload, ['shadow', 'nested']),
        (v) => v > 1,
        `${workload} at its quick size`,
        published(figure, PVM, 'S'),
      ),
    );
  }
  return cases;
}

/** Programs whose working set is static and larger than the TLB reaches (4 MiB). */
const LARGE: ConfigPatch = { memory: 128 * 2 ** 20 };
const STATIC: readonly (readonly [string, RunChoice])[] = [
  ['oltp', { params: { accounts: 200_000, transactions: 10_000 }, config: LARGE }],
  ['kvstore', { params: { keys: 200_000, operations: 30_000 }, config: LARGE }],
  ['xs-lookup', { params: { nuclides: 128, points: 512, lookups: 8_000 }, config: LARGE }],
];
/** Nothing but misses: more pages than TLB and walk caches hold. */
const MISSING: RunChoice = { params: { pages: 16_384, hops: 100_000 }, config: LARGE };
const MISSING_DETAIL = 'tlb-sweep over 16,384 pages: every access misses';

async function shadowAhead(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const [workload, choice] of STATIC) {
    cases.push(
      await band(
        `${workload}, nested : shadow`,
        '1× to 1.34×',
        ratio(bench, SKYLAKE, workload, ['nested', 'shadow'], choice),
        (v) => v >= 1 && v <= 1.34,
        JSON.stringify(choice.params),
        published('at most 1.34×', WANG, 'A'),
      ),
    );
  }
  const uncached: RunChoice = { ...MISSING, config: { ...LARGE, mmu: { walkCache: 0 } } };
  const over = (above: string, choice: RunChoice): Promise<number> =>
    ratio(bench, SKYLAKE, 'tlb-sweep', [above, 'shadow'], choice);
  const gap = await over('nested', MISSING);
  const below = `below ${formatRatio(gap)}`;
  const above = `above ${formatRatio(gap)}`;
  cases.push(
    await band('misses alone, nested : shadow', 'above 1×', Promise.resolve(gap), (v) => v > 1, MISSING_DETAIL),
    await band('with 2 MiB host pages', below, over('nested-2m', MISSING), (v) => v < gap, MISSING_DETAIL),
    await band('without walk caches', above, over('nested-no-pwc', uncached), (v) => v > gap, MISSING_DETAIL),
  );
  return cases;
}

const MIX = { rounds: 8, misses: 4_096, pages: 4_096 };
const MIX_UPDATES = [0, 4, 16, 64, 256];

async function crossover(bench: Bench): Promise<LawCase[]> {
  const sweep = async (): Promise<ReturnType<typeof findCrossovers>> => {
    const points = [];
    for (const value of MIX_UPDATES) {
      const cells: Cell[] = [];
      for (const environment of ['shadow', 'nested']) cells.push(await mixCell(bench, environment, value));
      points.push({ value, cells });
    }
    return findCrossovers(points);
  };
  const row = {
    case: 'updates a round at which nested wins',
    expected: 'one crossover, shadow below',
    detail: `update-miss-mix, ${MIX.misses} misses a round, updates ${MIX_UPDATES.join(', ')}`,
  };
  return [
    await decide(
      row,
      sweep(),
      (found) => found.length === 1 && found[0]!.cheaperBelow === 'shadow' && found[0]!.cheaperAbove === 'nested',
      (found) => found.map(({ at }) => formatCount(at)).join(', ') || 'none',
    ),
  ];
}

async function mixCell(bench: Bench, environment: string, updates: number): Promise<Cell> {
  const params = { ...MIX, updates };
  const { status, message, imageSha256, iterations, checksum, digest, counters } = await bench.run(
    'update-miss-mix',
    environment,
    { params },
  );
  const modelled = modelCycles(counters ?? {}, profileByName(SKYLAKE), iterations);
  const known = { status, message, imageSha256, iterations, checksum, digest, counters };
  return { workload: 'update-miss-mix', environment, params, ...known, modelled, wall: null };
}

async function walkHelpers(bench: Bench): Promise<LawCase[]> {
  const gain = (less: string, more: string): Promise<number> =>
    ratio(bench, SKYLAKE, 'tlb-sweep', [less, more], MISSING);
  return [
    await band(
      'without : with walk caches',
      'above 1×',
      gain('nested-no-pwc', 'nested-no-ntlb'),
      (v) => v > 1,
      MISSING_DETAIL,
    ),
    await band(
      'walk caches : and a nested TLB',
      'above 1×',
      gain('nested-no-ntlb', 'nested'),
      (v) => v > 1,
      MISSING_DETAIL,
    ),
  ];
}

const XEN_FIGURES: readonly (readonly [string, string])[] = [
  ['fork', '1.8×'],
  ['mmap', '2×'],
  ['page-fault', '1.9×'],
];
const WORKING_SETS = [4, 16, 64];

async function paravirtual(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const [workload, figure] of XEN_FIGURES) {
    cases.push(
      await band(
        `${workload}, paravirtual : native`,
        'above 1×',
        ratio(bench, SKYLAKE, workload, ['paravirt', 'bare']),
        (v) => v > 1,
        `${workload} at its quick size`,
        published(figure, XEN, 'S'),
      ),
    );
  }
  const switches = async (): Promise<number[]> => {
    const found: number[] = [];
    for (const kib of WORKING_SETS) {
      found.push(await ratio(bench, SKYLAKE, 'context-switch', ['paravirt', 'bare'], { params: { passes: 400, kib } }));
    }
    return found;
  };
  const row = {
    case: `context switch with ${WORKING_SETS.join(', ')} KiB`,
    expected: 'falling towards 1×',
    detail: 'context-switch, paravirt over bare',
    published: published('2.6× to 1.05×', XEN, 'S'),
  };
  const falls = (found: readonly number[]): boolean =>
    found.every((value, i) => i === 0 || value < found[i - 1]!) && found.at(-1)! >= 1;
  cases.push(await decide(row, switches(), falls, (found) => found.map(formatRatio).join(', ')));
  return cases;
}

const STRATEGIES = ['bare', 'nested', 'shadow', 'paravirt'];

async function computeBound(bench: Bench): Promise<LawCase[]> {
  const spread = async (workload: string): Promise<number> => {
    const found: number[] = [];
    for (const environment of STRATEGIES) found.push(await cycles(bench, SKYLAKE, workload, environment));
    return Math.max(...found) / Math.min(...found);
  };
  const cases: LawCase[] = [];
  for (const workload of ['integer-mix', 'sha256', 'matmul-int']) {
    const figure = published('within about 5 %', FELTER, 'S');
    const expected = 'at most 1.05×';
    const detail = STRATEGIES.join(', ');
    cases.push(
      await band(`${workload}, dearest : cheapest`, expected, spread(workload), (v) => v <= 1.05, detail, figure),
    );
  }
  return cases;
}

export const SHAPE_LAWS: readonly Law[] = [
  {
    id: 'S1',
    kind: 'shape',
    profile: VTX,
    statement: 'A page-table store costs far more under shadow paging on early hardware than natively.',
    check: tableWrite,
  },
  {
    id: 'S2',
    kind: 'shape',
    profile: VTX,
    statement:
      'System calls and illegal-instruction traps cost under hardware virtualization what they cost natively; page faults under shadow paging several times as much.',
    check: trapCosts,
  },
  {
    id: 'S4',
    kind: 'shape',
    profile: SKYLAKE,
    statement: 'Nested paging is ahead of shadow paging where processes are made and page tables change.',
    check: nestedAhead,
  },
  {
    id: 'S5',
    kind: 'shape',
    profile: SKYLAKE,
    statement:
      'Shadow paging is ahead of nested paging on a static working set that misses the TLB; the gap shrinks with huge pages and with walk caches.',
    check: shadowAhead,
  },
  {
    id: 'S6',
    kind: 'shape',
    profile: SKYLAKE,
    statement: 'Nested paging wins from a certain number of page-table updates for each TLB miss.',
    check: crossover,
  },
  {
    id: 'S8',
    kind: 'shape',
    profile: SKYLAKE,
    statement: 'Walk caches, then a nested TLB, each make two-stage walks cheaper.',
    check: walkHelpers,
  },
  {
    id: 'S10',
    kind: 'shape',
    profile: SKYLAKE,
    statement:
      'Paravirtual paging costs more than native where tables change; for context switches less so the larger the working set.',
    check: paravirtual,
  },
  {
    id: 'S11',
    kind: 'shape',
    profile: SKYLAKE,
    statement: 'Programs that only compute cost the same under every strategy of translation, within about 5 %.',
    check: computeBound,
  },
];
