/** Shape laws of the first processors with virtualization (2006): what an exit cost then. */
import type { ConfigPatch } from '../api.ts';
import { band, cyclesOf, published, ratio } from './band.ts';
import type { Bench, Law, LawCase } from './law.ts';

const VTX = 'vtx-2006';
const ADAMS = 'Adams & Agesen, ASPLOS’06';

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

export const EARLY_LAWS: readonly Law[] = [
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
];
