/** A run under a debugger, with breakpoints, watchpoints and steps at random, ends as the undisturbed run does, in every counter. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildGuests } from '../../bench/build.ts';
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import type { RunOutcome } from '../../src/abi/machine.ts';
import { WORKLOADS } from '../../src/abi/workloads.ts';
import { TUNING } from '../../src/engine/translate/translator.ts';
import type { Debugger, Stop } from '../../src/machine/gdb/debugger.ts';
import { createMachineHost } from '../../src/machine/host.ts';
import { Rng } from '../differential/rng.ts';
import { coreModule, projectRoot } from '../support/machine.ts';

const EAGER = { ...TUNING, burst: 2000, longestBurst: 100_000, threshold: 1, mostDoublings: 3, part: 0 };
const IDS = ['fork', 'preempt', 'pte-store-fence', 'null-syscall', 'sort'];
const CONFIGS: Readonly<Record<string, Partial<MachineConfig>>> = {
  bare: {},
  nested: { strategy: 'nested' },
  shadow: { strategy: 'shadow' },
  paravirt: { strategy: 'paravirt' },
  'few pages of code': { codePages: 4 },
  'three harts': { harts: 3 },
  lru: { mmu: { ...MACHINE_DEFAULT.mmu, l1d: { entries: 64, ways: 4, policy: 'lru' } } },
};

const facts = ({ status, message, console, result, counters, digest }: RunOutcome) => ({
  status,
  message,
  console,
  result,
  counters,
  digest,
});

function workload(id: string, strategy: string) {
  const { params, quick } = WORKLOADS.find((w) => w.id === id)!;
  const values = { ...Object.fromEntries(params.map((p) => [p.name, p.default])), ...quick };
  return {
    bootargs: [`workload=${id}`, ...Object.entries(values).map(([k, v]) => `${k}=${v}`)].join(' '),
    image: readFileSync(
      path.join(projectRoot(), `build/guests/${strategy === 'paravirt' ? 'kernel-paravirt' : 'kernel'}.elf`),
    ),
  };
}

/** Does something at each stop until it has had enough; returns how often the guest halted for each reason. */
function meddle(machine: Debugger, seed: number, stops: number): Map<Stop['why'], number> {
  const rng = new Rng(seed, 1);
  const seen = new Map<Stop['why'], number>();
  const visited: bigint[] = [];
  let left = stops;
  const act = (): void => {
    if (left-- <= 0) {
      machine.detach();
      return;
    }
    const { core } = machine;
    const pc = core.get('PC');
    visited.push(pc);
    if (visited.length > 40) visited.shift();
    const choice = rng.below(10);
    const address = visited[rng.below(visited.length)]!;
    const sp = core.view.getBigUint64(0x4010, true);
    if (choice < 2) machine.insertBreakpoint(address);
    else if (choice === 2) machine.removeBreakpoint(address);
    else if (choice === 3) machine.insertWatchpoint('access', sp, 8);
    else if (choice === 4) machine.removeWatchpoint('access', sp, 8);
    else if (choice === 5) machine.memory(0).read(sp, 64);
    else if (choice === 6) machine.core.readCsr(0, 0x300);
    const step = rng.below(3) > 0;
    machine.resume(step ? 0 : null);
    // What no breakpoint stops is stopped at the end of its slice.
    if (!step) setImmediate(() => machine.halt());
  };
  machine.listen({
    stopped: ({ why }) => {
      seen.set(why, (seen.get(why) ?? 0) + 1);
      act();
    },
    ended: () => {},
  });
  machine.halt();
  return seen;
}

describe('a run under a debugger', () => {
  beforeAll(async () => {
    await buildGuests();
  }, 600_000);

  for (const [name, patch] of Object.entries(CONFIGS)) {
    it(`counts as the undisturbed one: ${name}`, async () => {
      const id = IDS[Object.keys(CONFIGS).indexOf(name) % IDS.length]!;
      const { image, bootargs } = workload(id, patch.strategy ?? 'bare');
      const config = { ...MACHINE_DEFAULT, ...patch, bootargs };
      const plain = createMachineHost(coreModule());
      await plain.load(image, config);
      const undisturbed = facts(await plain.run({ budget: 400_000_000 }));
      expect(undisturbed.status).toBe('passed');
      for (const engine of ['interp', 'jit'] as const) {
        const host = createMachineHost(coreModule(), EAGER);
        await host.load(image, { ...config, engine });
        const seen = meddle(host.debug(), 7 + IDS.indexOf(id), 3000);
        const outcome = facts(await host.run({ budget: 400_000_000, slice: 100_000 }));
        expect(outcome, engine).toEqual(undisturbed);
        expect(seen.get('step')).toBeGreaterThan(100);
        expect(seen.get('breakpoint')).toBeGreaterThan(100);
      }
    });
  }
});
