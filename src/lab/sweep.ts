/** The sweep: one workload over values of one parameter, and where the cheaper environment changes. */
import { InputError } from '../abi/errors.ts';
import { type Cell, type Crossover, SWEEP_SCHEMA, type SweepResult } from '../abi/result.ts';
import type { Control, SweepRequest } from './api.ts';
import { cellOf } from './cell.ts';
import { environmentById, environmentRecord } from './environments.ts';
import { gate } from './gate.ts';
import { resultHead } from './head.ts';
import { suggest } from './nearest.ts';
import { type PlannedCell, paramsOf, planCell, settingsOf, wholeNumber, workloadById } from './plan.ts';
import type { Platform } from './platform.ts';
import type { RunRecord } from './record.ts';
import type { Runner } from './runner.ts';

const UNTIMED = { ms: [], phases: {}, warmup: 0, seed: 0 };

/** See `Lab.sweep`. */
export async function sweep(
  platform: Platform,
  runner: Runner,
  request: SweepRequest,
  control: Control,
): Promise<SweepResult> {
  const settings = settingsOf(request, platform.host().cores);
  const choice = typeof request.workload === 'string' ? { id: request.workload } : request.workload;
  const workload = workloadById(choice.id);
  const { param, values } = request;
  const quick = request.quick ?? false;
  if (!workload.params.some(({ name }) => name === param)) {
    throw new InputError(
      `workload ${workload.id} has no parameter “${param}”`,
      suggest(
        param,
        workload.params.map(({ name }) => name),
      ),
    );
  }
  if (values.length === 0) throw new InputError(`no value of ${param} was given`);
  for (const value of values) wholeNumber(param, value, 0);
  if (request.environments.length === 0) throw new InputError('no environment was named');
  const environments = request.environments.map(environmentById);
  const fixed = paramsOf(workload, choice.params ?? {}, quick);
  const cells: PlannedCell[] = values.flatMap((value) =>
    environments.map((environment) => ({
      ...planCell(workload, { ...fixed, [param]: value }, environment, settings.config),
      key: `${workload.id} ${param}=${value}/${environment.id}`,
    })),
  );
  control.signal?.throwIfAborted();
  const head = await resultHead(platform, settings.seed, settings.profile);
  control.onEvent?.({ kind: 'plan', total: cells.length, unit: 'runs', cells: cells.length });
  const records = new Map<string, RunRecord>();
  await runner.each(cells, settings.parallel, async (cell, lane) => {
    control.onEvent?.({ kind: 'start', what: cell.key, phase: 'count' });
    records.set(cell.key, await runner.run(cell, lane, settings, control));
    control.onEvent?.({ kind: 'done', what: cell.key, done: records.size, total: cells.length });
  });
  const points = values.map((value) => {
    const here = cells.filter((cell) => cell.params[param] === value);
    const failures = gate(here.map((cell) => ({ cell, record: records.get(cell.key)! })));
    return {
      value,
      cells: here.map((cell) => {
        const message = failures.get(cell.key);
        const failure = message === undefined ? null : ({ status: 'mismatch', message } as const);
        return cellOf(cell, records.get(cell.key)!, failure, settings.profile, UNTIMED);
      }),
    };
  });
  for (const { cells } of points) for (const cell of cells) control.onEvent?.({ kind: 'cell', cell });
  const { [param]: _swept, ...params } = fixed;
  return {
    schema: SWEEP_SCHEMA,
    ...head,
    experiment: {
      workload: { id: workload.id, group: workload.group, params },
      param,
      values: [...values],
      environments: environments.map((environment) => environmentRecord(environment, settings.config)),
      quick,
    },
    points,
    crossovers: findCrossovers(points),
  };
}

type Point = SweepResult['points'][number];

/** What is compared: cycles per iteration, or per run where the workload names no iterations; of a program alone there is nothing to compare. */
export const sweptCycles = (cell: Cell | undefined): number | null =>
  cell?.modelled?.whole ? (cell.modelled.perIteration ?? cell.modelled.cycles) : null;

/** For every pair of environments, the parameter values at which their modelled cycles cross, by linear interpolation. */
export function findCrossovers(points: readonly Point[]): Crossover[] {
  const ids = [...new Set(points.flatMap(({ cells }) => cells.map((cell) => cell.environment)))];
  const cycles = (point: Point, id: string): number | null =>
    sweptCycles(point.cells.find((cell) => cell.environment === id));
  const out: Crossover[] = [];
  for (const [i, a] of ids.entries()) {
    for (const b of ids.slice(i + 1)) {
      let last: { value: number; gap: number } | null = null;
      for (const point of points) {
        const [x, y] = [cycles(point, a), cycles(point, b)];
        if (x === null || y === null || x === y) continue;
        const gap = x - y;
        if (last && Math.sign(last.gap) !== Math.sign(gap)) {
          const at = last.value + ((point.value - last.value) * last.gap) / (last.gap - gap);
          const [below, above] = last.gap < 0 ? [a, b] : [b, a];
          out.push({ cheaperBelow: below, cheaperAbove: above, at, between: [last.value, point.value] });
        }
        last = { value: point.value, gap };
      }
    }
  }
  return out;
}
