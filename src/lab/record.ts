/** What one run of one cell yielded, whichever engine ran it. */
import type { Counters } from '../abi/counters.ts';
import type { LinuxFiles, ProgramOutcome } from '../abi/program.ts';
import type { CellStatus } from '../abi/result.ts';
import type { NativeOutcome } from '../rpc/protocol.ts';

export interface RunRecord {
  readonly status: CellStatus;
  readonly message: string;
  readonly imageSha256: string | null;
  readonly iterations: number;
  readonly checksum: string | null;
  readonly digest: string | null;
  /** Of the measured region, or of the whole run where the guest marked none. */
  readonly counters: Counters | null;
  readonly wallMs: number;
  /** The real Linux kernel that ran it, for a person. */
  readonly kernel: string | null;
  /**
   * Whether the same guest must end in the same state under other strategies. A kernel that ages its pages need not: it clears A bits
   * and fences later, and whether they are set again meanwhile is up to what a TLB still holds.
   */
  readonly repeatable: boolean;
  /** What the program wrote, where that is the same wherever it runs. */
  readonly output: string | null;
  /** Milliseconds of the parts of a start. */
  readonly phases: Readonly<Record<string, number>>;
}

const NOTHING = {
  imageSha256: null,
  kernel: null,
  repeatable: true,
  iterations: 0,
  checksum: null,
  digest: null,
  counters: null,
  wallMs: 0,
  output: null,
  phases: {},
};

/** A run that gave no figures. */
export const emptyRecord = (status: CellStatus, message: string): RunRecord => ({ ...NOTHING, status, message });

const sortedCounters = (counters: Counters): Counters =>
  Object.fromEntries(Object.entries(counters).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The guest's own last word on its failure: what its kernel printed behind FAIL or panic. */
function lastWord(console: string): string | null {
  const lines = console.split('\n').filter((line) => /^FAIL |panic/i.test(line));
  return lines.at(-1)?.trim() ?? null;
}

/** A guest that says it passed but published no checksum did not do its work. */
export function guestRecord(outcome: Omit<ProgramOutcome, 'phases'>, imageSha256: string): RunRecord {
  const passed = outcome.status === 'passed';
  const silent = passed && outcome.result === null;
  const said = passed ? null : lastWord(outcome.console);
  return {
    status: outcome.status === 'passed' ? (silent ? 'failed' : 'ok') : outcome.status,
    message: silent
      ? 'the guest published no checksum'
      : passed
        ? ''
        : outcome.message + (said === null ? '' : `; it said: ${said}`),
    imageSha256,
    iterations: outcome.region?.iterations ?? 0,
    checksum: outcome.result,
    digest: outcome.digest,
    counters: sortedCounters(outcome.region?.counters ?? outcome.counters),
    wallMs: outcome.region?.wallMs ?? outcome.wallMs,
    kernel: null,
    repeatable: true,
    output: null,
    phases: {},
  };
}

/** Whether a kernel is of our configuration: with drivers of virtio and without what pages would be aged for. */
export const isOurs = ({ agent }: LinuxFiles): boolean => agent === 'virtio';

/** The same of a program of Linux or WASI, which writes the same wherever it runs. */
export const programRecord = (outcome: ProgramOutcome, imageSha256: string, linux: LinuxFiles | null): RunRecord => ({
  ...guestRecord(outcome, imageSha256),
  kernel: linux?.about ?? null,
  repeatable: linux === null || isOurs(linux),
  output: outcome.console,
  phases: outcome.phases,
});

/** Zero is the checksum of a result the workload itself found wrong. */
export function nativeRecord(outcome: NativeOutcome, imageSha256: string, iterations: number): RunRecord {
  const wrong = /^0*$/.test(outcome.checksum);
  return {
    ...NOTHING,
    status: wrong ? 'failed' : 'ok',
    message: wrong ? 'the workload found its own result wrong' : '',
    imageSha256,
    iterations,
    checksum: outcome.checksum,
    wallMs: outcome.wallMs,
  };
}

/** What two runs of one cell must have in common, but do not; null when all is equal. */
export function difference(a: RunRecord, b: RunRecord): string | null {
  if (a.checksum !== b.checksum) return `checksum ${a.checksum} then ${b.checksum}`;
  if (a.digest !== b.digest) return `digest ${a.digest} then ${b.digest}`;
  if (a.output !== b.output) return `output ${JSON.stringify(a.output)} then ${JSON.stringify(b.output)}`;
  if (a.iterations !== b.iterations) return `iterations ${a.iterations} then ${b.iterations}`;
  const ids = new Set([...Object.keys(a.counters ?? {}), ...Object.keys(b.counters ?? {})]);
  for (const id of ids) {
    const [x, y] = [a.counters?.[id] ?? 0, b.counters?.[id] ?? 0];
    if (x !== y) return `counter ${id} ${x} then ${y}`;
  }
  return null;
}
