/**
 * The gate before any figure is shown (law E17): cells of one workload must agree on what the guest did. All of them on
 * the checksum, programs of Linux and WASI on every byte they wrote; those that run the same image on the same architecture also on retired instructions and final state.
 */
import { countedShare } from './environments.ts';
import type { PlannedCell } from './plan.ts';
import type { RunRecord } from './record.ts';

export interface GateEntry {
  readonly cell: PlannedCell;
  readonly record: RunRecord;
}

/**
 * What the guest can see of its machine, apart from what a strategy must hide: equal keys must end in equal states.
 * Of programs on the lab's own kernel only their own instructions are counted, so all of them are one.
 */
function architectureOf({ environment, config }: PlannedCell): string | null {
  if (config === null) return null;
  const kernel = countedShare(environment) === 'all' ? environment.hosting : 'the lab’s own';
  return [environment.image, kernel, config.memory, config.adUpdate, config.bootargs].join(' ');
}

interface Vote {
  readonly name: string;
  readonly value: string;
}

const describe = (votes: readonly Vote[], value: string): string =>
  votes
    .filter((vote) => vote.value === value)
    .map((vote) => vote.name)
    .join(', ');

/**
 * Names of voters whose value cannot be trusted, with the reason: those outvoted, or all of them where no value has a
 * majority.
 */
export function dissent(what: string, votes: readonly Vote[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const { value } of votes) counts.set(value, (counts.get(value) ?? 0) + 1);
  const out = new Map<string, string>();
  if (counts.size <= 1) return out;
  const most = Math.max(...counts.values());
  const leaders = [...counts].filter(([, n]) => n === most).map(([value]) => value);
  const majority = leaders.length === 1 ? leaders[0]! : null;
  for (const { name, value } of votes) {
    if (value === majority) continue;
    const others = [...counts.keys()]
      .filter((other) => other !== value)
      .map((other) => `${other} under ${describe(votes, other)}`)
      .join('; ');
    out.set(name, `${what} ${value}, but ${others}`);
  }
  return out;
}

/**
 * Checks the cells of one workload that ran well.
 * @returns key of each cell that fails the gate → why
 */
export function gate(entries: readonly GateEntry[]): Map<string, string> {
  const ran = entries.filter(({ record }) => record.status === 'ok');
  const name = ({ cell }: GateEntry): string => cell.environment.id;
  const failures = new Map<string, string>();
  const note = (found: Map<string, string>): void => {
    for (const { cell } of ran) {
      const why = found.get(cell.environment.id);
      if (why !== undefined && !failures.has(cell.key)) failures.set(cell.key, why);
    }
  };
  note(
    dissent(
      'output',
      ran.flatMap((entry) =>
        entry.record.output === null ? [] : { name: name(entry), value: JSON.stringify(entry.record.output) },
      ),
    ),
  );
  note(
    dissent(
      'checksum',
      ran.map((entry) => ({ name: name(entry), value: String(entry.record.checksum) })),
    ),
  );
  for (const group of byArchitecture(ran).values()) {
    const votes = (value: (record: RunRecord) => unknown): Vote[] =>
      group.map((entry) => ({ name: name(entry), value: String(value(entry.record)) }));
    note(
      dissent(
        'instructions retired',
        votes((record) => record.counters?.instret),
      ),
    );
    note(
      dissent(
        'state digest',
        votes((record) => record.digest),
      ),
    );
  }
  return failures;
}

function byArchitecture(entries: readonly GateEntry[]): Map<string, GateEntry[]> {
  const groups = new Map<string, GateEntry[]>();
  for (const entry of entries) {
    const key = entry.record.repeatable ? architectureOf(entry.cell) : null;
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return groups;
}
