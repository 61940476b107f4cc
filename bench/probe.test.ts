/** The law probe: every event happens as often as asked for, on QEMU and under every strategy of the lab's own machine. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT } from '../src/abi/config.ts';
import { createLab } from '../src/index.ts';
import { qemuAvailable, runOnQemu } from './qemu.ts';

const image = resolve(import.meta.dirname, '../build/guests/probe.elf');
const source = readFileSync(resolve(import.meta.dirname, 'laws/probe.c'), 'utf8');
/** The events are listed in one place, the probe's own table. */
const EVENTS = [...source.matchAll(/\{"([a-z-]+)", event_/g)].map((match) => match[1]!);
const VARIANTS = ['load levels=0', 'load levels=4', 'load leaf=1', 'load leaf=2'];
const N = 20;

/** `privileged` tries each thing once; every other event counts itself. */
const happened = (console: string): number => Number.parseInt(/PASS \S+ ([0-9a-f]+)/.exec(console)?.[1] ?? 'NaN', 16);

const lab = createLab();
afterAll(() => lab.close());

it('has events', () => {
  expect(EVENTS.length).toBeGreaterThan(5);
});

describe.each([...EVENTS, ...VARIANTS])('%s', (event) => {
  const bootargs = `event=${event} n=${N}`;
  const elf = readFileSync(image);

  it.skipIf(!qemuAvailable())('happens on QEMU', async () => {
    const count = happened(await runOnQemu({ image, bootargs }));
    if (event === 'privileged') expect(count).toBeGreaterThan(6000);
    else expect(count).toBe(N);
  });

  it('happens alike under every strategy, in the same final state', async () => {
    const states = new Set<string>();
    for (const strategy of ['bare', 'nested', 'shadow'] as const) {
      const { outcome } = await lab.run(elf, { ...MACHINE_DEFAULT, strategy, bootargs }, { budget: 1e8 });
      expect(outcome.status, `${strategy}: ${outcome.message}`).toBe('passed');
      if (event !== 'privileged') expect(happened(outcome.console)).toBe(N);
      states.add(`${outcome.result} ${outcome.counters.instret} ${outcome.digest}`);
    }
    expect([...states]).toHaveLength(1);
  });
});
