import { Argument, type Command } from 'commander';
import { COUNTERS, SERVED, WALK_LEVELS, walkReferenceId } from '../../abi/counters.ts';
import { rawEvent } from '../../abi/pmu.ts';
import { buildsOf, WORKLOADS } from '../../abi/workloads.ts';
import { ENVIRONMENTS } from '../../lab/environments.ts';
import { LAWS } from '../../lab/laws/table.ts';
import { PROFILES } from '../../lab/profile.ts';
import type { Context } from '../context.ts';
import { columns } from '../table.ts';

/** One thing the lab knows, as `list --json` prints it: `id` and `summary` always, more where there is more. */
interface Listed {
  readonly id: string;
  readonly summary: string;
  readonly [more: string]: unknown;
}

interface Listing {
  readonly id: string;
  readonly summary: string;
  readonly rows: () => Listed[];
  /** The columns before the summary, for people. */
  readonly show: readonly string[];
}

/** The raw event by which a guest counts it, as `perf stat -e` takes it; empty for what is no hart's. */
const raw = (id: string): string => (rawEvent(id) < 0 ? '' : `r${rawEvent(id).toString(16)}`);

/** The matrix of walk references is described by its pattern for people and cell by cell for programs. */
const walkReferences = (): Listed[] =>
  Array.from({ length: WALK_LEVELS }, (_, g) =>
    Array.from({ length: WALK_LEVELS }, (_, h) =>
      SERVED.map((served) => ({
        id: walkReferenceId(g, h, served),
        unit: 'references',
        raw: raw(walkReferenceId(g, h, served)),
        summary: `page-table references of guest level ${g}, host level ${h}, served by ${served}`,
      })),
    ).flat(),
  ).flat();

const LISTINGS: readonly Listing[] = [
  {
    id: 'workloads',
    summary: 'programs that can be run, with their parameters',
    rows: () =>
      WORKLOADS.map((workload) => {
        const { id, summary, group, params, native } = workload;
        return { id, summary, group, params, native, builds: buildsOf(workload) };
      }),
    show: ['id', 'group'],
  },
  {
    id: 'environments',
    summary: 'what a workload can be run under',
    rows: () =>
      ENVIRONMENTS.map(({ id, summary, engine, image, hosting, config }) => ({
        id,
        summary,
        engine,
        image,
        hosting,
        config,
      })),
    show: ['id'],
  },
  {
    id: 'profiles',
    summary: 'cost profiles: what an event costs in modelled cycles',
    rows: () => PROFILES.map(({ name, summary, costs }) => ({ id: name, summary, costs })),
    show: ['id'],
  },
  {
    id: 'laws',
    summary: 'what the literature says must hold',
    rows: () =>
      LAWS.map(({ id, statement, kind, profile }) => ({ id, summary: statement, kind, profile: profile ?? null })),
    show: ['id', 'kind'],
  },
  {
    id: 'counters',
    summary: 'what is counted, in which unit, and by which raw event a guest counts it',
    rows: () => [
      ...COUNTERS.map(({ id, summary, unit }) => ({ id, summary, unit, raw: raw(id) })),
      ...walkReferences(),
    ],
    show: ['id', 'unit', 'raw'],
  },
];

const forPeople = (listing: Listing, width: number): string => {
  const rows = listing.rows().filter((row) => !row.id.startsWith('walk.ref.'));
  const lines = rows.map((row) => [...listing.show.map((key) => String(row[key])), withParams(row)]);
  if (listing.id === 'counters') {
    const levels = `g0…g${WALK_LEVELS - 1}.h0…h${WALK_LEVELS - 1}`;
    lines.push([
      `walk.ref.${levels}.*`,
      'references',
      '',
      `page-table references by guest level, host level and what served them (${SERVED.join(', ')})`,
    ]);
  }
  return columns(lines, width);
};

function withParams(row: Listed): string {
  const params = (row.params ?? []) as readonly { name: string; default: number; unit: string; summary: string }[];
  const list = params.map((p) => `${p.name}=${p.default} (${p.summary}${p.unit ? `, ${p.unit}` : ''})`).join('; ');
  return list ? `${row.summary} Parameters: ${list}.` : row.summary;
}

/** `trapframe list …`: everything a name on the command line can stand for. */
export function addList(program: Command, context: Context): void {
  const what = new Argument('<what>', 'what to list').choices(LISTINGS.map((l) => l.id));
  program
    .command('list')
    .summary('list what the lab knows')
    .description(
      `Lists what the lab knows:\n${columns(
        LISTINGS.map((l) => [`  ${l.id}`, l.summary]),
        100,
      )}`,
    )
    .addArgument(what)
    .option('--json', 'print a JSON array of objects with `id` and `summary`')
    .action((id: string, options: { json?: boolean }) => {
      const listing = LISTINGS.find((l) => l.id === id)!;
      const text = options.json
        ? JSON.stringify(listing.rows(), null, 2)
        : forPeople(listing, context.stdout.columns || 100);
      context.stdout.write(`${text}\n`);
    });
}
