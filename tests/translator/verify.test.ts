/** `--verify`: both engines side by side. */
import { afterEach, describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import { PLACES } from '../../src/abi/layout.ts';
import type { Core } from '../../src/engine/core.ts';
import { Translator } from '../../src/engine/translate/translator.ts';
import { verify } from '../../src/machine/verify.ts';
import { R } from '../support/asm.ts';
import { coreModule } from '../support/machine.ts';
import { EAGER } from './engines.ts';
import { machineGuest } from './guest.ts';

const loop = machineGuest(
  (a) =>
    a.repeat(R.a1, 50_000, () => {
      a.addi(R.a0, R.a0, 7);
      a.jal('function');
    }),
  (a) => {
    a.label('function');
    a.op('xori', { rd: R.a0, rs1: R.a0, imm: 0x55 });
    a.ret();
  },
);

const run = () =>
  verify(coreModule(), loop, MACHINE_DEFAULT, { step: 50_000, budget: 10_000_000, tuning: EAGER, onStep: () => true });

describe('verifying', () => {
  const { sample } = Translator.prototype;
  afterEach(() => {
    Translator.prototype.sample = sample;
  });

  it('finds nothing where nothing differs', async () => {
    const { mismatch, instructions, outcome } = await run();
    expect(mismatch).toBeNull();
    expect(outcome.status).toBe('passed');
    expect(instructions).toBe(outcome.counters.instret);
  });

  it('finds where a translated machine goes wrong, and in which region', async () => {
    const WRONG = 123_456;
    Translator.prototype.sample = function (this: Translator) {
      const { core } = this as unknown as { core: Core };
      if (core.get('BURST_NOW') > WRONG) core.view.setBigUint64(PLACES.X + 8 * R.a0, 1n, true);
      sample.call(this);
    };
    const { mismatch } = await run();
    const { equalAt, differsAt, what, regions } = mismatch!;
    expect(what).toEqual(['digest']);
    expect(differsAt).toBeGreaterThan(WRONG);
    expect(differsAt).toBeLessThan(WRONG + EAGER.longestBurst);
    expect(differsAt - equalAt).toBeLessThan(200);
    // The loop and the function it calls: the one in which it stood when all was equal.
    const texts = regions.flatMap(({ listing }) => listing.map(({ text }) => text));
    expect(['xori a0,a0,85', 'addi a0,a0,7'].filter((text) => texts.includes(text))).not.toEqual([]);
  });
});
