/** Shape laws of what virtualization costs over none: paravirtual paging, and programs that only compute. */
import { formatRatio } from '../report/format.ts';
import { band, cyclesOf, published, ratio } from './band.ts';
import { type Bench, decide, type Law, type LawCase } from './law.ts';

const SKYLAKE = 'skylake';
const XEN = 'Xen, SOSP’03';
const FELTER = 'Felter et al., ISPASS’15; VMware';

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

/** Strategies of a VMM, and programs that have none. */
const STRATEGIES = ['bare', 'nested', 'shadow', 'paravirt', 'container', 'process'];

async function computeBound(bench: Bench): Promise<LawCase[]> {
  const spread = async (workload: string): Promise<number> => {
    const found: number[] = [];
    for (const environment of STRATEGIES) found.push(cyclesOf(SKYLAKE, await bench.run(workload, environment)));
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

export const OVERHEAD_LAWS: readonly Law[] = [
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
    statement:
      'Programs that only compute cost the same under every strategy of translation, and in a container, within about 5 %.',
    check: computeBound,
  },
];
