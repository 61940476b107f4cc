/** What a comparison found, in at most three sentences, each true of the figures it is made from. */
import { CELL_STATUSES, type Cell, type Result } from '../../abi/result.ts';
import { median } from '../stats.ts';
import { formatRatio } from './format.ts';
import { modelBaseline } from './tables.ts';

interface Relation {
  readonly workload: string;
  readonly environment: string;
  readonly ratio: number;
}

/** Modelled cycles of every cell relative to its workload's baseline. */
function relations(result: Result): { baseline: string; all: Relation[] } {
  let name = '';
  const all = result.experiment.workloads.flatMap(({ id }) => {
    const cells = result.cells.filter((cell) => cell.workload === id);
    const base = modelBaseline(cells);
    if (!base?.modelled) return [];
    name = base.environment;
    return cells
      .filter((cell) => cell !== base && cell.modelled?.whole)
      .map((cell) => ({
        workload: id,
        environment: cell.environment,
        ratio: cell.modelled!.cycles / base.modelled!.cycles,
      }));
  });
  return { baseline: name, all };
}

/** Up to three lines; failures, if any, come first. */
export function findings(result: Result): string[] {
  return [...failures(result), ...hostings(result), ...costs(result), ...speed(result)].slice(0, 3);
}

function failures(result: Result): string[] {
  const failed = result.cells.filter((cell) => CELL_STATUSES.some(({ id, failure }) => failure && id === cell.status));
  if (failed.length === 0) return [];
  const names = failed.map((cell) => `${cell.workload} under ${cell.environment} (${cell.status})`);
  return [
    `${failed.length} of ${result.cells.length} cells have no figures: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ' …' : ''}.`,
  ];
}

function costs(result: Result): string[] {
  const { baseline, all } = relations(result);
  if (all.length === 0) return [];
  const environments = [...new Set(all.map((relation) => relation.environment))];
  const typical = environments.map((environment) => {
    const ratios = all.filter((relation) => relation.environment === environment).map((relation) => relation.ratio);
    return `${environment} ${formatRatio(median(ratios))}`;
  });
  const most = all.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  return [
    shadowAgainstNested(all) ??
      `The dearest pair is ${most.workload} under ${most.environment}: ${formatRatio(most.ratio)} the cycles of ${baseline}.`,
    `Modelled cycles over ${baseline} (${result.profile.name}), median of the workloads: ${typical.join(', ')}.`,
  ];
}

/** The oldest question of the field: which workload gains most from either; null where not both were run. */
function shadowAgainstNested(all: readonly Relation[]): string | null {
  const pairs = all.flatMap(({ workload, environment, ratio }) => {
    const nested = all.find((other) => other.workload === workload && other.environment === 'nested');
    return environment === 'shadow' && nested ? [{ workload, gain: ratio / nested.ratio }] : [];
  });
  if (pairs.length === 0) return null;
  const best = pairs.reduce((a, b) => (b.gain > a.gain ? b : a));
  const worst = pairs.reduce((a, b) => (b.gain < a.gain ? b : a));
  const lines = [
    best.gain > 1
      ? `Nested paging is furthest ahead of shadow paging on ${best.workload} (${formatRatio(best.gain)})`
      : '',
    worst.gain < 1
      ? `shadow paging is furthest ahead of nested on ${worst.workload} (${formatRatio(1 / worst.gain)})`
      : '',
  ].filter((line) => line !== '');
  if (lines.length === 0) return null;
  const sentence = lines.join('; ');
  return `${sentence[0]!.toUpperCase()}${sentence.slice(1)}, in modelled cycles.`;
}

/** Processes and virtual machines beside containers, which only wall time can tell. */
function hostings(result: Result): string[] {
  const medians = (environment: string): Map<string, number> =>
    new Map(
      result.cells.flatMap(({ workload, environment: name, wall }) =>
        name === environment && wall && wall.median > 0 ? [[workload, wall.median] as const] : [],
      ),
    );
  const container = medians('container');
  if (container.size === 0) return [];
  const others = result.experiment.environments.flatMap(({ id }) => {
    const ratios = [...medians(id)].flatMap(([workload, ms]) => {
      const base = container.get(workload);
      return base === undefined ? [] : [ms / base];
    });
    return id === 'container' || ratios.length === 0 ? [] : [`${id} ${formatRatio(median(ratios))}`];
  });
  return others.length === 0
    ? []
    : [`Wall time on this machine over container, median of the workloads both ran: ${others.join(', ')}.`];
}

function speed(result: Result): string[] {
  const pairs = result.experiment.workloads.flatMap(({ id }) => {
    const wall = (environment: string): Cell['wall'] | undefined =>
      result.cells.find((cell) => cell.workload === id && cell.environment === environment)?.wall;
    const [native, bare] = [wall('native'), wall('bare')];
    return native && bare && native.median > 0 ? [bare.median / native.median] : [];
  });
  if (pairs.length === 0) return [];
  return [
    `On this machine the interpreter takes ${formatRatio(median(pairs))} the time of the same C compiled to WebAssembly (median of ${pairs.length}).`,
  ];
}
