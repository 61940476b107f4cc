/** Laws that hold of any run: what is counted adds up, and the strategy never changes what the guest computes. */

import { costOf, modelCycles } from '../model.ts';
import { profileByName } from '../profile.ts';
import { type Bench, count, countAll, decide, exact, type Law, type LawCase } from './law.ts';

const CONSERVED: readonly (readonly [string, string])[] = [
  ['fork', 'nested'],
  ['fork', 'shadow'],
  ['fork', 'paravirt'],
  ['fork', 'shadow-type2'],
  ['gups', 'nested'],
];

async function conservationCases(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const [workload, environment] of CONSERVED) {
    const run = await bench.run(workload, environment);
    const name = `${workload} under ${environment}`;
    const reasons = countAll(run, /^exit\.(?!total$|work\.)/);
    cases.push(await exact(`${name}: exits`, count(run, 'exit.total'), reasons, 'sum over reasons'));
    const references = countAll(run, /^walk\.ref\..*\.(l1|l2|llc|dram)$/);
    cases.push(
      await exact(`${name}: references`, count(run, 'walk.references'), references, 'sum over dimension and server'),
    );
    const profile = profileByName('skylake');
    const cycles = Object.entries(run.counters ?? {}).reduce(
      (sum, [id, value]) => sum + value * costOf(id, profile),
      0,
    );
    const modelled = modelCycles(run.counters ?? {}, profile, run.iterations);
    const parts = Object.values(modelled.breakdown).reduce((sum, part) => sum + part, 0);
    cases.push(
      await exact(
        `${name}: modelled cycles`,
        cycles,
        parts,
        'Σ count × cost against the sum of the classes, profile skylake',
      ),
    );
  }
  return cases;
}

const SAME_STATE = [
  'bare',
  'nested',
  'shadow',
  'shadow-sync',
  'shadow-no-flood',
  'shadow-uncached',
  'nested-2m',
  'shadow-2m',
  'nested-type2',
  'shadow-type2',
  'nested-no-tags',
] as const;
const EQUIVALENT = [
  'null-syscall',
  'fork',
  'context-switch',
  'mmap',
  'signal',
  'preempt',
  'sha256',
  'nbody',
  'kvstore',
] as const;

/** Outcomes of one workload, each with the environments that had it. */
async function outcomes(bench: Bench, workload: string): Promise<Map<string, string[]>> {
  const states = new Map<string, string[]>();
  for (const environment of SAME_STATE) {
    const run = await bench.run(workload, environment);
    const state = `${run.checksum} ${count(run, 'instret')} ${run.digest}`;
    states.set(state, [...(states.get(state) ?? []), environment]);
  }
  return states;
}

async function equivalenceCases(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const workload of EQUIVALENT) {
    const row = {
      case: `${workload}: outcomes of ${SAME_STATE.length} environments`,
      expected: 1,
      detail: `checksum, instructions retired and state digest under ${SAME_STATE.join(', ')}`,
    };
    cases.push(
      await decide(
        row,
        outcomes(bench, workload),
        (states) => states.size === 1,
        (states) => states.size,
      ),
    );
  }
  return cases;
}

export const EQUIVALENCE_LAWS: readonly Law[] = [
  {
    id: 'E16',
    kind: 'exact',
    statement:
      'Conservation: exits by reason add up to the exits, references by dimension and server to the references, cycles by class to count × cost.',
    check: conservationCases,
  },
  {
    id: 'E17',
    kind: 'exact',
    statement:
      'Equivalence: the same guest computes the same, retires as many instructions and ends in the same state under every strategy.',
    check: equivalenceCases,
  },
];
