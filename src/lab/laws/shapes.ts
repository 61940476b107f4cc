/** Published orders and bands, on modelled cycles; the figure in print stands beside what was found. */
import type { Cell, LawRow } from '../../abi/result.ts';
import { formatCount, formatRatio } from '../report/format.ts';
import { findCrossovers } from '../sweep.ts';
import type { Bench, Law, LawCase, RunChoice } from './law.ts';

type Published = NonNullable<LawRow['published']>;
const SKYLAKE = 'skylake';
const VTX = 'vtx-2006';

const published = (value: string, source: string, tag: Published['tag']): Published => ({ value, source, tag });
const ADAMS = 'Adams & Agesen, ASPLOS’06';
const PVM = 'PVM, SOSP’23';
const WANG = 'Wang et al., VEE’11';
const XEN = 'Xen, SOSP’03';

/** Modelled cycles of one operation. */
async function cycles(
  bench: Bench,
  profile: string,
  workload: string,
  environment: string,
  choice?: RunChoice,
): Promise<number> {
  const modelled = await bench.model(profile, workload, environment, choice);
  return modelled.perIteration ?? modelled.cycles;
}

async function ratio(
  bench: Bench,
  profile: string,
  workload: string,
  above: string,
  below: string,
  choice?: RunChoice,
): Promise<number> {
  return (
    (await cycles(bench, profile, workload, above, choice)) / (await cycles(bench, profile, workload, below, choice))
  );
}

const band = (
  name: string,
  expected: string,
  value: number,
  pass: boolean,
  detail: string,
  figure?: Published,
): LawCase => ({
  case: name,
  expected,
  counted: formatRatio(value),
  pass,
  detail,
  ...(figure && { published: figure }),
});

async function tableWrite(bench: Bench): Promise<LawCase[]> {
  const net = async (environment: string): Promise<number> =>
    (await cycles(bench, VTX, 'pte-store', environment)) - (await cycles(bench, VTX, 'empty-kernel', environment));
  const [bare, shadow] = [await net('bare'), await net('shadow-sync')];
  return [
    band(
      'shadow : native',
      '≫ 1 (above 100×)',
      shadow / bare,
      shadow / bare > 100,
      `pte-store less empty-kernel: ${formatCount(bare)} cycles on the bare machine, ${formatCount(shadow)} under shadow-sync`,
      published('12,733×', ADAMS, '2'),
    ),
  ];
}

async function trapCosts(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const workload of ['null-syscall', 'illegal-trap']) {
    const value = await ratio(bench, VTX, workload, 'nested', 'bare');
    cases.push(
      band(
        `${workload}, hardware : native`,
        '≈ 1 (within 5 %)',
        value,
        Math.abs(value - 1) <= 0.05,
        `${workload}, nested over bare`,
      ),
    );
  }
  const fault = await ratio(bench, VTX, 'demand-fault', 'shadow-sync', 'bare');
  cases.push(
    band(
      'page fault, shadow : native',
      'above 1×',
      fault,
      fault > 1,
      'demand-fault, shadow-sync over bare',
      published('10.3×', ADAMS, '2'),
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
    const value = await ratio(bench, SKYLAKE, workload, 'shadow', 'nested');
    cases.push(
      band(
        `${workload}, shadow : nested`,
        'above 1×',
        value,
        value > 1,
        `${workload} at its quick size`,
        published(figure, PVM, 'S'),
      ),
    );
  }
  return cases;
}

/** Programs whose working set is static and larger than the TLB. */
const STATIC: readonly (readonly [string, RunChoice])[] = [
  ['bfs', { params: { scale: 14, roots: 2 } }],
  ['kvstore', { params: { operations: 60_000 } }],
  ['xs-lookup', { params: { lookups: 30_000 } }],
];
const MISSING: RunChoice = { params: { table_mib: 16, updates: 200_000 } };

async function shadowAhead(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const [workload, choice] of STATIC) {
    const value = await ratio(bench, SKYLAKE, workload, 'nested', 'shadow', choice);
    cases.push(
      band(
        `${workload}, nested : shadow`,
        '1× to 1.34×',
        value,
        value >= 1 && value <= 1.34,
        JSON.stringify(choice.params),
        published('at most 1.34×', WANG, 'A'),
      ),
    );
  }
  const gap = await ratio(bench, SKYLAKE, 'gups', 'nested', 'shadow', MISSING);
  const huge = await ratio(bench, SKYLAKE, 'gups', 'nested-2m', 'shadow', MISSING);
  const uncached = await ratio(bench, SKYLAKE, 'gups', 'nested-no-pwc', 'shadow', {
    ...MISSING,
    config: { mmu: { walkCache: 0 } },
  });
  const all = `gups ${JSON.stringify(MISSING.params)}: every access misses`;
  cases.push(
    band('gups, nested : shadow', 'above 1×', gap, gap > 1, all),
    band('gups, with 2 MiB host pages', `below ${formatRatio(gap)}`, huge, huge < gap, all),
    band('gups, without walk caches', `above ${formatRatio(gap)}`, uncached, uncached > gap, all),
  );
  return cases;
}

const MIX = { rounds: 4, misses: 4_096, pages: 4_096 };
const MIX_UPDATES = [0, 16, 64, 256, 1_024, 4_096];

async function crossover(bench: Bench): Promise<LawCase[]> {
  const points = [];
  for (const updates of MIX_UPDATES) {
    const cells: Cell[] = [];
    for (const environment of ['shadow', 'nested']) {
      const choice = { params: { ...MIX, updates } };
      const modelled = await bench.model(SKYLAKE, 'update-miss-mix', environment, choice);
      cells.push({ ...EMPTY_CELL, workload: 'update-miss-mix', environment, params: choice.params, modelled });
    }
    points.push({ value: updates, cells });
  }
  const found = findCrossovers(points);
  const once = found.length === 1 && found[0]!.cheaperBelow === 'shadow' && found[0]!.cheaperAbove === 'nested';
  return [
    {
      case: 'updates a round at which nested wins',
      expected: 'one crossover, shadow below',
      counted: found.map(({ at }) => formatCount(at)).join(', ') || 'none',
      pass: once,
      detail: `update-miss-mix, ${MIX.misses} misses a round, updates ${MIX_UPDATES.join(', ')}`,
    },
  ];
}

const EMPTY_CELL = {
  status: 'ok',
  message: '',
  imageSha256: null,
  iterations: 0,
  checksum: null,
  digest: null,
  counters: null,
  wall: null,
} as const;

async function walkHelpers(bench: Bench): Promise<LawCase[]> {
  const none = await cycles(bench, SKYLAKE, 'gups', 'nested-no-pwc', MISSING);
  const caches = await cycles(bench, SKYLAKE, 'gups', 'nested-no-ntlb', MISSING);
  const both = await cycles(bench, SKYLAKE, 'gups', 'nested', MISSING);
  const detail = `gups ${JSON.stringify(MISSING.params)}, cycles an update: ${formatCount(none)}, ${formatCount(caches)}, ${formatCount(both)}`;
  return [
    band('without : with walk caches', 'above 1×', none / caches, none > caches, detail),
    band('walk caches : and a nested TLB', 'above 1×', caches / both, caches > both, detail),
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
    const value = await ratio(bench, SKYLAKE, workload, 'paravirt', 'bare');
    cases.push(
      band(
        `${workload}, paravirtual : native`,
        'above 1×',
        value,
        value > 1,
        `${workload} at its quick size`,
        published(figure, XEN, 'S'),
      ),
    );
  }
  const ratios: number[] = [];
  for (const kib of WORKING_SETS) {
    ratios.push(await ratio(bench, SKYLAKE, 'context-switch', 'paravirt', 'bare', { params: { passes: 400, kib } }));
  }
  const falling = ratios.every((value, i) => i === 0 || value < ratios[i - 1]!) && ratios.at(-1)! >= 1;
  cases.push({
    case: `context switch with ${WORKING_SETS.join(', ')} KiB`,
    expected: 'falling towards 1×',
    counted: ratios.map(formatRatio).join(', '),
    pass: falling,
    detail: 'context-switch, paravirt over bare',
    published: published('2.6× to 1.05×', XEN, 'S'),
  });
  return cases;
}

const STRATEGIES = ['bare', 'nested', 'shadow', 'paravirt'];

async function computeBound(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const workload of ['integer-mix', 'sha256', 'matmul-int']) {
    const each = await Promise.all(STRATEGIES.map((environment) => cycles(bench, SKYLAKE, workload, environment)));
    const spread = Math.max(...each) / Math.min(...each);
    cases.push(
      band(
        `${workload}, dearest : cheapest`,
        'at most 1.05×',
        spread,
        spread <= 1.05,
        STRATEGIES.join(', '),
        published('within about 5 %', 'Felter et al., ISPASS’15; VMware', 'S'),
      ),
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
