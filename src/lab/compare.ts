/**
 * The comparison: first every cell is counted (several at a time), then gated workload by workload, then timed one
 * cell at a time in interleaved rounds. Every timed run is also counted, and must count what the first run did.
 */
import { InputError } from '../abi/errors.ts';
import { type Cell, type CellStatus, RESULT_SCHEMA, type Result } from '../abi/result.ts';
import type { CompareRequest, Control } from './api.ts';
import { cellOf } from './cell.ts';
import { environmentRecord } from './environments.ts';
import { gate } from './gate.ts';
import { resultHead } from './head.ts';
import { type PlannedCell, planGrid, type Settings, sampleOrder, settingsOf, wholeNumber } from './plan.ts';
import type { Platform } from './platform.ts';
import { difference, type RunRecord } from './record.ts';
import type { Phase, Runner } from './runner.ts';
import { sampleRound } from './sample.ts';

const DEFAULT_REPEAT = 5;
const DEFAULT_WARMUP = 1;

interface Progressing {
  readonly cell: PlannedCell;
  record: RunRecord | null;
  failure: { status: CellStatus; message: string } | null;
  readonly ms: number[];
  /** Milliseconds of each part of a start, a sample each. */
  readonly phases: Record<string, number[]>;
}

/** See `Lab.compare`. */
export async function compare(
  platform: Platform,
  runner: Runner,
  request: CompareRequest,
  control: Control,
): Promise<Result> {
  const settings = settingsOf(request, platform.host().cores);
  const repeat = wholeNumber('repeat', request.repeat ?? DEFAULT_REPEAT, 0, 10_000);
  const warmup = repeat === 0 ? 0 : wholeNumber('warmup', request.warmup ?? DEFAULT_WARMUP, 0, 10_000);
  const quick = request.quick ?? false;
  const grid = planGrid(request.workloads, request.environments, settings.config, quick);
  control.signal?.throwIfAborted();
  const head = await resultHead(platform, settings.seed, settings.profile);
  // Without timed runs a second counting run stands in for them: it shows that the counts repeat.
  const rounds = repeat === 0 ? 1 : warmup + repeat;
  const comparison = new Comparison(runner, settings, control, grid.cells, warmup, grid.cells.length * (1 + rounds));
  await comparison.count();
  if (repeat === 0) await comparison.check();
  else await comparison.time(rounds);
  return {
    schema: RESULT_SCHEMA,
    ...head,
    experiment: {
      workloads: [...grid.workloads],
      environments: grid.environments.map((environment) => environmentRecord(environment, settings.config)),
      repeat,
      warmup,
      quick,
      parallel: settings.parallel,
    },
    cells: comparison.cells(),
  };
}

class Comparison {
  readonly #runner: Runner;
  readonly #settings: Settings;
  readonly #control: Control;
  readonly #warmup: number;
  readonly #total: number;
  readonly #entries: readonly Progressing[];
  #done = 0;

  constructor(
    runner: Runner,
    settings: Settings,
    control: Control,
    cells: readonly PlannedCell[],
    warmup: number,
    total: number,
  ) {
    this.#runner = runner;
    this.#settings = settings;
    this.#control = control;
    this.#warmup = warmup;
    this.#total = total;
    this.#entries = cells.map((cell) => ({ cell, record: null, failure: null, ms: [], phases: {} }));
    control.onEvent?.({ kind: 'plan', total, unit: 'runs', cells: cells.length });
  }

  /** Runs every cell once and puts each workload through the gate as soon as its last cell is in. */
  async count(): Promise<void> {
    await this.#runner.each(this.#entries, this.#settings.parallel, async (entry, lane) => {
      entry.record = await this.#run(entry, lane, 'count');
      const peers = this.#entries.filter((other) => other.cell.workload === entry.cell.workload);
      if (peers.every((peer) => peer.record !== null)) this.#gate(peers);
    });
    this.#refuseIfNothingLoads();
  }

  /** Runs every good cell a second time. */
  async check(): Promise<void> {
    await this.#runner.each(this.#entries, this.#settings.parallel, async (entry, lane) => {
      if (this.#good(entry)) await this.#again(entry, lane, 'check');
      else this.#skip(entry, 1);
    });
  }

  /** Interleaved rounds, one run at a time on one lane, so that no sample disturbs another. */
  async time(rounds: number): Promise<void> {
    for (const entry of this.#entries) if (!this.#good(entry)) this.#skip(entry, rounds);
    const timed = this.#entries.filter((entry) => this.#good(entry));
    const orders = sampleOrder(timed, rounds, this.#settings.seed);
    for (const [round, order] of orders.entries()) {
      const phase: Phase = round < this.#warmup ? 'warm-up' : 'sample';
      const samples = await sampleRound(
        order,
        (entry) => entry.cell.key,
        async (entry) => {
          if (this.#good(entry)) return this.#again(entry, 0, phase);
          this.#skip(entry, 1);
          return null;
        },
      );
      if (phase === 'warm-up') continue;
      for (const entry of timed) {
        const ms = samples.get(entry.cell.key);
        if (ms !== undefined) entry.ms.push(ms);
      }
      for (const entry of order) this.#tell(entry);
    }
  }

  cells(): Cell[] {
    return this.#entries.map((entry) => this.#cell(entry));
  }

  async #run(entry: Progressing, lane: number, phase: Phase): Promise<RunRecord> {
    const what = entry.cell.key;
    this.#control.onEvent?.({ kind: 'start', what, phase });
    const record = await this.#runner.run(entry.cell, lane, this.#settings, this.#control);
    this.#skip(entry, 1);
    return record;
  }

  /** A further run of a good cell: its wall time, or null if it did not repeat the first. */
  async #again(entry: Progressing, lane: number, phase: Phase): Promise<number | null> {
    const record = await this.#run(entry, lane, phase);
    if (record.status !== 'ok') entry.failure = { status: record.status, message: record.message };
    else {
      const differs = difference(entry.record!, record);
      if (differs !== null) entry.failure = { status: 'nondeterministic', message: `a second run differs: ${differs}` };
    }
    if (entry.failure === null) {
      if (phase === 'sample') {
        for (const [name, ms] of Object.entries(record.phases)) {
          entry.phases[name] ??= [];
          entry.phases[name].push(ms);
        }
      }
      return record.wallMs;
    }
    this.#tell(entry);
    return null;
  }

  #gate(peers: readonly Progressing[]): void {
    const failures = gate(peers.map(({ cell, record }) => ({ cell, record: record! })));
    for (const peer of peers) {
      const message = failures.get(peer.cell.key);
      if (message !== undefined) peer.failure = { status: 'mismatch', message };
      this.#tell(peer);
    }
  }

  /** Where no machine could even be loaded, the request was wrong, not a guest. */
  #refuseIfNothingLoads(): void {
    const ran = this.#entries.filter(({ record }) => record!.status !== 'unavailable');
    const first = ran[0]?.record;
    if (first && ran.every(({ record }) => record!.status === 'error' && record!.message === first.message)) {
      throw new InputError(first.message);
    }
  }

  #good(entry: Progressing): boolean {
    return entry.failure === null && entry.record?.status === 'ok';
  }

  #skip(entry: Progressing, runs: number): void {
    this.#done += runs;
    this.#control.onEvent?.({ kind: 'done', what: entry.cell.key, done: this.#done, total: this.#total });
  }

  #cell(entry: Progressing): Cell {
    const samples = { ms: entry.ms, phases: entry.phases, warmup: this.#warmup, seed: this.#settings.seed };
    return cellOf(entry.cell, entry.record!, entry.failure, this.#settings.profile, samples);
  }

  #tell(entry: Progressing): void {
    this.#control.onEvent?.({ kind: 'cell', cell: this.#cell(entry) });
  }
}
