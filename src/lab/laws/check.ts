/** Checks laws on real runs and tells of each as it is decided. */
import { InputError } from '../../abi/errors.ts';
import { LAWS_SCHEMA, type LawRow, type LawsResult } from '../../abi/result.ts';
import type { Control, LawsRequest } from '../api.ts';
import { hostInfo } from '../head.ts';
import { suggest } from '../nearest.ts';
import { settingsOf } from '../plan.ts';
import type { Platform } from '../platform.ts';
import { OBTAIN_BUILT, type Runner } from '../runner.ts';
import { benchOn, type Runs } from './bench.ts';
import type { Bench, Law, LawCase } from './law.ts';
import { LAWS } from './table.ts';

/** The laws of these numbers, in the table's order; all where none are named. Throws InputError for an unknown one. */
export function chosenLaws(only: readonly string[] | undefined): readonly Law[] {
  if (only === undefined) return LAWS;
  const ids = LAWS.map((law) => law.id);
  const unknown = only.find((id) => !ids.includes(id.toUpperCase()));
  if (unknown !== undefined) throw new InputError(`unknown law “${unknown}”`, suggest(unknown, ids));
  return LAWS.filter((law) => only.some((id) => id.toUpperCase() === law.id));
}

/** See `Lab.laws`. */
export async function laws(
  platform: Platform,
  runner: Runner,
  request: LawsRequest,
  control: Control,
): Promise<LawsResult> {
  const chosen = chosenLaws(request.only);
  const settings = settingsOf(request, platform.host().cores);
  control.signal?.throwIfAborted();
  const { sha256 } = await platform.core();
  const host = hostInfo(platform);
  control.onEvent?.({ kind: 'plan', total: chosen.length, unit: 'laws', cells: 0 });
  const runs: Runs = new Map();
  const rows = new Map<Law, LawRow[]>();
  const leftOut = new Set<string>();
  const check = async (law: Law, lane: number): Promise<void> => {
    const bench = benchOn(runner, lane, runs, settings, control, (what) => {
      leftOut.add(`${law.id}, ${what}: it needs a Linux kernel of our configuration. ${OBTAIN_BUILT}`);
    });
    const decided = await rowsOf(law, bench, control);
    rows.set(law, decided);
    for (const row of decided) control.onEvent?.({ kind: 'law', row });
    control.onEvent?.({ kind: 'done', what: law.id, done: rows.size, total: chosen.length });
  };
  await runner.each(
    chosen.filter(({ timed }) => !timed),
    settings.parallel,
    check,
  );
  for (const law of chosen.filter(({ timed }) => timed)) await check(law, 0);
  return {
    schema: LAWS_SCHEMA,
    trapframe: platform.version,
    created: new Date().toISOString(),
    coreSha256: sha256,
    host,
    laws: chosen.flatMap((law) => rows.get(law)!),
    leftOut: [...leftOut],
  };
}

/** A check that could not be made is a law that failed, with the reason; only a stop request ends them all. */
async function rowsOf(law: Law, bench: Bench, control: Control): Promise<LawRow[]> {
  try {
    return (await law.check(bench)).map((found) => row(law, found));
  } catch (error) {
    control.signal?.throwIfAborted();
    const detail = error instanceof Error ? error.message : String(error);
    return [row(law, { case: '', expected: 'a run', counted: 'none', pass: false, detail })];
  }
}

const row = (law: Law, found: LawCase): LawRow => ({
  id: law.id,
  case: found.case,
  kind: law.kind,
  statement: law.statement,
  expected: found.expected,
  counted: found.counted,
  figure: found.figure ?? (law.kind === 'exact' ? 'counted' : 'modelled'),
  pass: found.pass,
  deviation: found.pass ? null : (found.deviation ?? null),
  published: found.published ?? null,
  profile: found.figure === undefined || found.figure === 'modelled' ? (law.profile ?? null) : null,
  detail: found.detail,
});
