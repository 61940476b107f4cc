/** The same guest under both engines, the translator set to translate at once, so that short guests run translated too. */
import { afterEach, beforeEach, expect } from 'vitest';
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import type { RunOutcome } from '../../src/abi/machine.ts';
import { Translator, type TranslatorTuning, TUNING } from '../../src/engine/translate/translator.ts';
import { createMachineHost } from '../../src/machine/host.ts';
import { coreModule } from '../support/machine.ts';

export const EAGER: TranslatorTuning = {
  ...TUNING,
  burst: 300,
  longestBurst: 5000,
  threshold: 300,
  mostDoublings: 3,
  part: 0,
  // What is translated shall not depend on how fast the computer is.
  freeMs: Number.POSITIVE_INFINITY,
};

const BUDGET = 400_000_000;

async function run(
  image: Uint8Array,
  config: Partial<MachineConfig>,
  tuning: TranslatorTuning,
  budget: number,
): Promise<RunOutcome> {
  const host = createMachineHost(coreModule(), tuning);
  await host.load(image, { ...MACHINE_DEFAULT, ...config });
  return host.run({ budget });
}

/** The translator of the running test is looked at: what was not translated proves nothing. */
let latest: Translator | null = null;
const { sample } = Translator.prototype;
Translator.prototype.sample = function (this: Translator) {
  latest = this;
  sample.call(this);
};

/** The translator that worked last in this test. */
export function translator(): Translator {
  if (!latest) throw new Error('nothing was sampled');
  return latest;
}

/** Every test of the file has to translate something. */
export function expectTranslation(): void {
  beforeEach(() => {
    latest = null;
  });
  afterEach(() => {
    expect(latest?.stats.units).toBeGreaterThan(0);
    expect(latest?.stats.refused).toBe(0);
  });
}

/** What no engine may change. */
const facts = ({ status, exitCode, message, console, result, counters, region, digest }: RunOutcome) => ({
  status,
  exitCode,
  message,
  console,
  result,
  counters,
  region: region && { ...region, wallMs: 0 },
  digest,
});

/** Runs a guest under both engines and expects the same of them; returns the translated outcome. */
export async function expectEqual(
  image: Uint8Array,
  config: Partial<MachineConfig> = {},
  tuning = EAGER,
  budget = BUDGET,
): Promise<RunOutcome> {
  const interpreted = await run(image, { ...config, engine: 'interp' }, tuning, budget);
  const translated = await run(image, { ...config, engine: 'jit' }, tuning, budget);
  expect(facts(translated)).toEqual(facts(interpreted));
  return translated;
}
