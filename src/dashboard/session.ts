/** The one experiment that runs in this page, and what is known of it so far. */
import { batch, computed, signal } from '@preact/signals';
import type { Profile } from '../abi/profile.ts';
import {
  type Cell,
  type LawRow,
  type LawsResult,
  RESULT_SCHEMA,
  type Result,
  type SweepResult,
} from '../abi/result.ts';
import type { CompareRequest, Control, Lab, LabEvent, SweepRequest } from '../lab/api.ts';
import { createLab } from '../lab/browser.ts';
import { profileByName, resolveProfile } from '../lab/profile.ts';
import { parseResult } from '../lab/report/json.ts';
import { localLinux } from './linux/images.ts';

export type Activity = 'idle' | 'comparing' | 'sweeping' | 'checking-laws' | 'stopping';

export const activity = signal<Activity>('idle');
/** Workloads and environments the table shows: those of the running, last or opened experiment. */
export const shown = signal<{ readonly workloads: readonly string[]; readonly environments: readonly string[] }>({
  workloads: [],
  environments: [],
});
/** The cost profile of what is shown. */
export const profile = signal<Profile>(profileByName('skylake'));
export const cells = signal<ReadonlyMap<string, Cell>>(new Map());
export const result = signal<Result | null>(null);
export const swept = signal<SweepResult | null>(null);
export const lawRows = signal<readonly LawRow[]>([]);
export const laws = signal<LawsResult | null>(null);
/** What went wrong, for the user. */
export const error = signal<string | null>(null);
/** One sentence about what ended last. */
export const notice = signal<string | null>(null);
interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: 'runs' | 'laws';
  readonly what: string;
}
export const progress = signal<Progress>({ done: 0, total: 0, unit: 'runs', what: '' });
export const busy = computed(() => activity.value !== 'idle');

/** Names a cell in the tables of the page. */
export const keyOf = (workload: string, environment: string): string => `${workload}/${environment}`;

let lab: Lab | null = null;
let stopper: AbortController | null = null;

const theLab = (): Lab => {
  lab ??= createLab({ version: __VERSION__, base: new URL('build/', document.baseURI), findLinux: localLinux });
  return lab;
};

function onEvent(event: LabEvent): void {
  const now = progress.value;
  switch (event.kind) {
    case 'plan':
      progress.value = { ...now, total: event.total, unit: event.unit };
      break;
    case 'start':
      progress.value = { ...now, what: `${event.what} (${event.phase})` };
      break;
    case 'done':
      progress.value = { ...now, done: event.done, total: event.total };
      break;
    case 'cell':
      cells.value = new Map(cells.value).set(keyOf(event.cell.workload, event.cell.environment), event.cell);
      break;
    case 'law':
      lawRows.value = [...lawRows.value, event.row];
      break;
    case 'progress':
      break;
  }
}

/** Runs one experiment; a second one is refused while it runs. */
async function during(kind: Activity, work: (control: Control) => Promise<void>): Promise<void> {
  if (busy.value) return;
  stopper = new AbortController();
  batch(() => {
    activity.value = kind;
    error.value = null;
    notice.value = null;
    progress.value = { done: 0, total: 0, unit: 'runs', what: 'starting workers' };
  });
  const { signal: stop } = stopper;
  try {
    await work({ signal: stop, onEvent });
  } catch (e) {
    if (stop.aborted) notice.value = 'Stopped. What had finished is shown.';
    else error.value = e instanceof Error ? e.message : String(e);
  } finally {
    stopper = null;
    activity.value = 'idle';
  }
}

export const compare = (request: CompareRequest): Promise<void> =>
  during('comparing', async (control) => {
    batch(() => {
      const workloads = request.workloads.map((w) => (typeof w === 'string' ? w : w.id));
      shown.value = { workloads, environments: request.environments };
      cells.value = new Map();
      result.value = null;
      if (typeof request.profile === 'object') profile.value = resolveProfile(request.profile);
    });
    show(await theLab().compare(request, control));
  });

export const sweep = (request: SweepRequest): Promise<void> =>
  during('sweeping', async (control) => {
    swept.value = null;
    swept.value = await theLab().sweep(request, control);
  });

export const checkLaws = (): Promise<void> =>
  during('checking-laws', async (control) => {
    lawRows.value = [];
    laws.value = null;
    const checked = await theLab().laws({}, control);
    batch(() => {
      laws.value = checked;
      lawRows.value = checked.laws;
    });
  });

/** Stops what runs, at the end of the running slices. */
export function stop(): void {
  if (!stopper) return;
  activity.value = 'stopping';
  stopper.abort();
}

/** Shows a finished result. */
function show(done: Result): void {
  batch(() => {
    shown.value = {
      workloads: done.experiment.workloads.map((w) => w.id),
      environments: done.experiment.environments.map((e) => e.id),
    };
    cells.value = new Map(done.cells.map((cell) => [keyOf(cell.workload, cell.environment), cell]));
    profile.value = done.profile;
    result.value = done;
    const failed = done.cells.filter((cell) => cell.status !== 'ok' && cell.status !== 'unavailable').length;
    notice.value =
      failed > 0 ? `Done; ${failed} of ${done.cells.length} cells failed.` : `Done: ${done.cells.length} cells.`;
  });
}

/** Shows a result that was saved earlier, here or by the command line. */
export async function open(file: File): Promise<void> {
  error.value = null;
  try {
    const parsed = parseResult(await file.text(), file.name);
    if (parsed.schema === RESULT_SCHEMA) show(parsed);
    else
      error.value = `${file.name} is a ${parsed.schema}; this page shows ${RESULT_SCHEMA}, as \`trapframe compare --json\` writes it.`;
  } catch (e) {
    error.value = e instanceof Error ? e.message : String(e);
  }
}
