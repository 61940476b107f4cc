/** The runs behind the laws: planned as any comparison's cells are, each made once. */
import { MACHINE_DEFAULT } from '../../abi/config.ts';
import type { ConfigPatch, Control } from '../api.ts';
import { environmentById, patched } from '../environments.ts';
import { type PlannedCell, paramsOf, planCell, type Settings, workloadById } from '../plan.ts';
import { guestRecord, type RunRecord } from '../record.ts';
import type { Runner } from '../runner.ts';
import { median } from '../stats.ts';
import type { Bench, RunChoice, Timed } from './law.ts';

const PROBE_IMAGE = 'probe.elf';
/** Of wall time, after one that does not count. */
const SAMPLES = 5;

/** Results of runs by what was run, shared by all lanes. */
export type Runs = Map<string, Promise<RunRecord>>;

/** A guest did not pass, so what it counted shows nothing. */
class GuestError extends Error {
  constructor(what: string, record: RunRecord) {
    super(`${what}: ${record.status}${record.message === '' ? '' : `: ${record.message}`}`);
    this.name = 'GuestError';
  }
}

/** What checks run on: `lane` of `runner`, with results shared through `runs`. */
export function benchOn(
  runner: Runner,
  lane: number,
  runs: Runs,
  settings: Settings,
  control: Control,
  leaveOut: (what: string) => void,
): Bench {
  const once = (key: string, what: string, make: () => Promise<RunRecord>): Promise<RunRecord> => {
    const known = runs.get(key);
    if (known) return known;
    control.onEvent?.({ kind: 'start', what, phase: 'count' });
    const made = make().then((record) => {
      if (record.status !== 'ok') throw new GuestError(what, record);
      return record;
    });
    runs.set(key, made);
    return made;
  };
  const plan = (workloadId: string, environmentId: string, choice: RunChoice): PlannedCell => {
    const workload = workloadById(workloadId);
    const params = paramsOf(workload, choice.params ?? {}, true);
    const changes = patched(settings.config, choice.config);
    return planCell(workload, params, environmentById(environmentId), changes);
  };
  const run = (workloadId: string, environmentId: string, choice: RunChoice = {}): Promise<RunRecord> => {
    const cell = plan(workloadId, environmentId, choice);
    const key = JSON.stringify([cell.key, cell.params, cell.config]);
    return once(key, cell.key, () => runner.run(cell, lane, settings, control));
  };
  const probe = (event: string, n: number, config: ConfigPatch): Promise<RunRecord> => {
    const bootargs = `event=${event} n=${n}`;
    const machine = { ...patched(patched(MACHINE_DEFAULT, settings.config), config), bootargs };
    return once(JSON.stringify(['probe', machine]), `probe ${bootargs}`, async () => {
      const image = await runner.image(PROBE_IMAGE);
      const options = { budget: settings.budget, timeoutMs: settings.timeoutMs };
      const { outcome, imageSha256 } = await runner.lane(lane).runGuest(image.bytes, machine, options, control);
      return guestRecord(outcome, imageSha256);
    });
  };
  const time = async (workloadId: string, environmentId: string, choice: RunChoice = {}): Promise<Timed> => {
    const cell = plan(workloadId, environmentId, choice);
    const records: RunRecord[] = [];
    for (let i = 0; i <= SAMPLES; i++) {
      control.onEvent?.({ kind: 'start', what: cell.key, phase: i === 0 ? 'warm-up' : 'sample' });
      const record = await runner.run(cell, lane, settings, control);
      if (record.status !== 'ok') throw new GuestError(cell.key, record);
      if (i > 0) records.push(record);
    }
    const ms = records.map(({ wallMs }) => wallMs);
    const names = Object.keys(records[0]!.phases);
    const phases = names.map((name) => [name, median(records.map((record) => record.phases[name] ?? 0))]);
    return { ms, median: median(ms), phases: Object.fromEntries(phases) as Record<string, number> };
  };
  const hasKernel = async (what: string): Promise<boolean> => {
    const has = await runner.hasKernel();
    if (!has) leaveOut(what);
    return has;
  };
  return { run, time, hasKernel, probe };
}
