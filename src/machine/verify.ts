/**
 * The translator held against the interpreter: two machines with the same guest go on in equal steps, and after each their state and
 * counters are compared. Where they differ the guest is run again in finer steps, down to the block after which they do.
 */
import type { MachineConfig } from '../abi/config.ts';
import { hex } from '../abi/hex.ts';
import type { RunOutcome } from '../abi/machine.ts';
import type { TranslatedRegion } from '../abi/translation.ts';
import type { TranslatorTuning } from '../engine/translate/translator.ts';
import { createMachineHost } from './host.ts';

/** What differs first. */
export interface Mismatch {
  /** Both machines are equal after so many instructions, at a pc, and differ after the other number. */
  readonly equalAt: number;
  readonly pc: string;
  readonly differsAt: number;
  /** Names of what differs: counters, `digest`, `status`, `result`, `exitCode`, `console`. */
  readonly what: readonly string[];
  /** Translated regions that hold the pc. */
  readonly regions: readonly TranslatedRegion[];
}

export interface Verified {
  readonly instructions: number;
  readonly outcome: RunOutcome;
  readonly mismatch: Mismatch | null;
}

export interface VerifyOptions {
  /** Instructions between two comparisons. */
  readonly step: number;
  readonly budget: number;
  readonly tuning?: TranslatorTuning;
  /** Told how many instructions have passed; false stops. */
  readonly onStep: (instructions: number) => boolean;
}

/** All of them: the one at fault need not be hot. */
const REGIONS = 100_000;
/** Parts a step is cut into when it is gone over again. */
const PARTS = 16;

function differences(a: RunOutcome, b: RunOutcome): string[] {
  const counters = Object.keys(a.counters).filter((name) => a.counters[name] !== b.counters[name]);
  const others = (['digest', 'status', 'result', 'exitCode', 'console'] as const).filter((name) => a[name] !== b[name]);
  return [...others, ...counters];
}

const retired = ({ counters }: RunOutcome): number => counters.instret ?? 0;

class Pair {
  private readonly hosts: readonly ReturnType<typeof createMachineHost>[];
  private readonly regions: number | undefined;
  private at = 0;
  pc = '';

  private constructor(hosts: readonly ReturnType<typeof createMachineHost>[], regions: number | undefined) {
    this.hosts = hosts;
    this.regions = regions;
  }

  static async start(
    module: WebAssembly.Module,
    image: Uint8Array,
    config: MachineConfig,
    { tuning }: VerifyOptions,
    regions?: number,
  ): Promise<Pair> {
    const hosts = (['interp', 'jit'] as const).map((engine) => ({ engine, host: createMachineHost(module, tuning) }));
    for (const { engine, host } of hosts) await host.load(image, { ...config, engine });
    return new Pair(
      hosts.map(({ host }) => host),
      regions,
    );
  }

  /** Runs both to a number of instructions from the start, or to the guest's end. */
  async to(instructions: number): Promise<readonly [interpreted: RunOutcome, translated: RunOutcome]> {
    const budget = Math.max(1, instructions - this.at);
    const options = { budget, ...(this.regions !== undefined && { regions: this.regions }) };
    const [a, b] = [await this.hosts[0]!.run(options), await this.hosts[1]!.run(options)];
    this.at = retired(a);
    return [a, b];
  }

  /** Where the interpreted one stands. */
  where(): string {
    return hex(this.hosts[0]!.debug().core.get('PC'));
  }
}

/** Compares in steps from one number of instructions to another. */
async function compare(
  pair: Pair,
  from: number,
  to: number,
  step: number,
  onStep: (instructions: number) => boolean,
): Promise<Verified> {
  let [equalAt, pc] = [from, pair.where()];
  for (;;) {
    const [a, b] = await pair.to(Math.min(to, equalAt + step));
    const differsAt = retired(a);
    const what = differences(a, b);
    if (what.length) {
      const holds = ({ listing }: TranslatedRegion): boolean => listing.some(({ address }) => address === pc);
      const regions = b.translation?.regions.filter(holds) ?? [];
      return { instructions: differsAt, outcome: b, mismatch: { equalAt, pc, differsAt, what, regions } };
    }
    [equalAt, pc] = [differsAt, pair.where()];
    if (a.status !== 'budget' || equalAt >= to || !onStep(equalAt))
      return { instructions: equalAt, outcome: b, mismatch: null };
  }
}

/** Verifies a guest. Throws an InputError for an image or configuration that cannot be. */
export async function verify(
  module: WebAssembly.Module,
  image: Uint8Array,
  config: MachineConfig,
  options: VerifyOptions,
): Promise<Verified> {
  let found = await compare(
    await Pair.start(module, image, config, options),
    0,
    options.budget,
    options.step,
    options.onStep,
  );
  for (;;) {
    const { mismatch } = found;
    if (!mismatch) return found;
    const { equalAt, differsAt } = mismatch;
    const pair = await Pair.start(module, image, config, options, REGIONS);
    if (equalAt) await pair.to(equalAt);
    const step = Math.max(1, Math.floor((differsAt - equalAt) / PARTS));
    const finer = await compare(pair, equalAt, differsAt, step, options.onStep);
    // What is translated depends on time: a difference need not come again.
    if (!finer.mismatch) return found;
    found = finer;
    if (finer.mismatch.equalAt === equalAt && finer.mismatch.differsAt === differsAt) return found;
    if (step === 1) return found;
  }
}
