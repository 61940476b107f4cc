/** Shape laws of shadow against nested paging, and of what helps a two-stage walk. */
import type { Cell } from '../../abi/result.ts';
import type { ConfigPatch } from '../api.ts';
import { modelCycles } from '../model.ts';
import { profileByName } from '../profile.ts';
import { formatCount, formatRatio } from '../report/format.ts';
import { findCrossovers } from '../sweep.ts';
import { band, published, ratio } from './band.ts';
import { type Bench, decide, type Law, type LawCase, type RunChoice } from './law.ts';

const SKYLAKE = 'skylake';
const PVM = 'PVM, SOSP’23';
const WANG = 'Wang et al., VEE’11';

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
  const { status, message, imageSha256, kernel, iterations, checksum, digest, counters } = await bench.run(
    'update-miss-mix',
    environment,
    { params },
  );
  const modelled = modelCycles(counters ?? {}, profileByName(SKYLAKE), iterations);
  const known = { status, message, imageSha256, kernel, iterations, checksum, digest, counters };
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

export const PAGING_LAWS: readonly Law[] = [
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
];
