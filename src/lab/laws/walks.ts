/** Laws of the page walk: how many table entries one translation reads (TLB, walk caches and line caches off). */
import { type MachineConfig, MMU_OFF } from '../../abi/config.ts';
import type { Counters } from '../../abi/counters.ts';
import type { ConfigPatch } from '../api.ts';
import { type Bench, eachEvent, exact, type Law, type LawCase } from './law.ts';

const N = 100;
const PROBE = `probe event=load, ${N} and ${2 * N} loads, every cache of translations off`;
const LEAVES = ['4 KiB', '2 MiB', '1 GiB'] as const;

const references = async (bench: Bench, guest: string, config: ConfigPatch): Promise<number> =>
  (await eachEvent(bench, `load ${guest}`, N, { mmu: MMU_OFF, ...config }))['walk.references'] ?? 0;

/** One guest table shape on one host table shape. */
interface Shape {
  readonly name: string;
  readonly levels: 3 | 4;
  readonly leaf: 0 | 1 | 2;
  readonly host: { readonly levels: 3 | 4; readonly pages: MachineConfig['hostPages']; readonly leaf: 0 | 1 };
}

const SHAPES: readonly Shape[] = [
  { name: 'Sv39 on Sv39x4', levels: 3, leaf: 0, host: { levels: 3, pages: '4k', leaf: 0 } },
  { name: '4 on 4 levels', levels: 4, leaf: 0, host: { levels: 4, pages: '4k', leaf: 0 } },
  { name: 'Sv48 on Sv39x4', levels: 4, leaf: 0, host: { levels: 3, pages: '4k', leaf: 0 } },
  { name: 'Sv39 on Sv48x4', levels: 3, leaf: 0, host: { levels: 4, pages: '4k', leaf: 0 } },
  { name: '2 MiB on 2 MiB', levels: 3, leaf: 1, host: { levels: 3, pages: '2m', leaf: 1 } },
  { name: '2 MiB on 4 KiB', levels: 3, leaf: 1, host: { levels: 3, pages: '4k', leaf: 0 } },
  { name: '4 KiB on 2 MiB', levels: 3, leaf: 0, host: { levels: 3, pages: '2m', leaf: 1 } },
];

/** g guest entries, each behind a host walk of h, and the host walk of the data. */
const twoStage = (g: number, h: number): number => g * (h + 1) + h;

async function oneStageCases(bench: Bench): Promise<LawCase[]> {
  const cases = [await exact('Bare', 0, references(bench, 'levels=0', { strategy: 'bare' }), PROBE)];
  for (const [leaf, name] of LEAVES.entries()) {
    const counted = references(bench, `levels=3 leaf=${leaf}`, { strategy: 'bare' });
    cases.push(await exact(`Sv39, ${name} leaf`, 3 - leaf, counted, PROBE));
  }
  cases.push(await exact('Sv48, 4 KiB leaf', 4, references(bench, 'levels=4', { strategy: 'bare' }), PROBE));
  return cases;
}

async function twoStageCases(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const { name, levels, leaf, host } of SHAPES) {
    const config: ConfigPatch = { strategy: 'nested', hostPages: host.pages, hostLevels: host.levels };
    const counted = references(bench, `levels=${levels} leaf=${leaf}`, config);
    cases.push(await exact(name, twoStage(levels - leaf, host.levels - host.leaf), counted, PROBE));
  }
  return cases;
}

/** The cells of the reference matrix that are not empty. */
const traceOf = (counters: Counters): Map<string, number> =>
  new Map(Object.entries(counters).filter(([id, value]) => id.startsWith('walk.ref.') && value !== 0));

const shown = (trace: Map<string, number>): string =>
  [...trace].map(([id, value]) => `${id.slice('walk.ref.'.length)} × ${value}`).join(', ');

async function shadowCases(bench: Bench): Promise<LawCase[]> {
  const counts = async (strategy: MachineConfig['strategy']): Promise<Counters> =>
    eachEvent(bench, 'load levels=3 leaf=0', N, { mmu: MMU_OFF, strategy });
  const [bare, shadow] = [await counts('bare'), await counts('shadow')];
  const [onBare, onShadow] = [traceOf(bare), traceOf(shadow)];
  const places = new Set([...onBare.keys(), ...onShadow.keys()]);
  const different = [...places].filter((id) => onBare.get(id) !== onShadow.get(id)).length;
  return [
    await exact('references', 3, shadow['walk.references'] ?? 0, PROBE),
    {
      case: 'places of the trace that differ from bare',
      expected: 0,
      counted: different,
      // No difference because there is no trace would show nothing.
      pass: different === 0 && onBare.size > 0,
      detail: `${PROBE}; bare: ${shown(onBare)}; shadow: ${shown(onShadow)}`,
    },
  ];
}

async function nestedTlbCases(bench: Bench): Promise<LawCase[]> {
  const config: ConfigPatch = { strategy: 'nested', mmu: { ...MMU_OFF, nestedTlb: 64 } };
  const counters = await eachEvent(bench, 'load levels=3 leaf=0', N, config);
  // Three guest tables, each with its host walk of three taken off the fifteen.
  return [
    await exact(
      'Sv39 on Sv39x4',
      twoStage(3, 3) - 3 * 3,
      counters['walk.references'] ?? 0,
      `${PROBE} but a nested TLB that holds every table`,
    ),
  ];
}

export const WALK_LAWS: readonly Law[] = [
  {
    id: 'E1',
    kind: 'exact',
    statement:
      'A one-stage walk reads as many entries as the table has levels down to the leaf; without translation none.',
    check: oneStageCases,
  },
  {
    id: 'E2',
    kind: 'exact',
    statement:
      'A two-stage walk reads each of the g guest entries behind a host walk of h, and walks the host for the data: g(h+1)+h.',
    check: twoStageCases,
  },
  {
    id: 'E3',
    kind: 'exact',
    statement: 'A warm shadow walk reads g entries, with the trace of the bare machine at the same addresses.',
    check: shadowCases,
  },
  {
    id: 'E6',
    kind: 'exact',
    statement: 'A perfect nested TLB takes h references off each access to a guest table.',
    check: nestedTlbCases,
  },
];
