/** The machine's counters against the model's, access by access, for any geometry, policy and guest. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MachineConfig, MmuConfig, TlbGeometry } from '../../src/abi/config.ts';
import { MmuModel } from './model.ts';
import { configOf, ENTRY, Rig } from './rig.ts';
import { traceGuest } from './trace-guest.ts';

const COUNTED = /^(tlb|flush|walk|pwc|ntlb|data|fetch)\./;

const power = (least: number, most: number) => fc.integer({ min: least, max: most }).map((n) => 2 ** n);
const tlb = (mayBeOff: boolean): fc.Arbitrary<TlbGeometry> =>
  fc
    .tuple(fc.constantFrom('direct', 'fifo', 'random', 'lru'), power(0, 6), power(0, 3), fc.boolean())
    .map(([policy, entries, ways, off]) =>
      off && mayBeOff
        ? { entries: 0, ways: 0, policy: 'fifo' as const }
        : ({ policy, entries, ways: policy === 'direct' ? 1 : Math.min(ways, entries) } as TlbGeometry),
    );
const lines = fc
  .tuple(power(0, 6), power(0, 2), fc.boolean())
  .map(([n, ways, off]) => ({ lines: off ? 0 : n, ways: Math.min(ways, n) }));
const geometry: fc.Arbitrary<MmuConfig> = fc.record({
  l1i: fc.option(tlb(false), { nil: null }),
  l1d: tlb(false),
  l2: tlb(true),
  walkCache: fc.constantFrom(0, 1, 2, 4, 8, 16, 64),
  nestedTlb: fc.constantFrom(0, 1, 4, 16, 64),
  caches: fc.record({ l1: lines, l2: lines, llc: lines }),
  tagged: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1000 }),
});

const differing = (rig: Rig, model: MmuModel): string[] => {
  const counted = rig.counters();
  const wanted = model.counts;
  const ids = new Set([...Object.keys(counted).filter((id) => COUNTED.test(id)), ...wanted.keys()]);
  return [...ids]
    .filter((id) => (counted[id] ?? 0) !== (wanted.get(id) ?? 0))
    .map((id) => `${id}: counted ${counted[id] ?? 0}, model ${wanted.get(id) ?? 0}`);
};

/** Runs both side by side; stops and tells at the first difference. */
async function compare(config: MachineConfig, seed: number, operations: number): Promise<void> {
  const guest = traceGuest(seed, operations, config.adUpdate === 'fault');
  const rig = await Rig.boot(guest.image, config);
  const places = {
    linear: (gpa: number) => rig.linear(gpa),
    hostRoot: Number(rig.core.get('VMM_ROOT')),
    hostNext: Number(rig.core.get('POOL_NEXT')),
  };
  const model = new MmuModel(config, places, guest.memory);
  let pc = ENTRY;
  // A stop behind a CSR instruction or a return comes before the next instruction is fetched.
  let fetchDue = true;
  /** The model takes the instruction at pc; where it goes on. */
  const take = (): number => {
    const step = guest.steps.get(pc) ?? { kind: 'plain' };
    if (fetchDue) model.fetch(BigInt(pc));
    fetchDue = false;
    const next = pc + 4;
    if (step.kind === 'plain') {
      // Straight on, or to the next block: a look-up where the page ends.
      if (next >> 12 !== pc >> 12) model.fetch(BigInt(next));
      return next;
    }
    if (step.kind === 'data') {
      if (model.data(step.va, step.write ? 'write' : 'read', step.size)) {
        if (step.entry) model.store(...step.entry);
        if (next >> 12 !== pc >> 12) model.fetch(BigInt(next));
        return next;
      }
      // The handler: each CSR instruction is followed by a look at the fetch unit's page, SRET by the page it returns to, when that is fetched.
      for (const at of [0, 4, 12]) model.fetch(BigInt(guest.handler + at));
      fetchDue = true;
      return next;
    }
    if (step.kind === 'satp') model.writeSatp(step.value);
    else if (step.kind === 'sum') model.setSum(step.on);
    else model.fence(step.va, step.asid);
    fetchDue = true;
    return next;
  };
  while (pc < guest.end) {
    rig.advance(1);
    // A fault stops the machine in the handler; it is run to its end.
    while (Number(rig.pc) >= guest.handler) rig.advance(1);
    const until = Math.min(Number(rig.pc), guest.end);
    let at = '';
    while (pc < until) {
      at = `0x${pc.toString(16)} ${JSON.stringify(guest.steps.get(pc) ?? {}, (_k, v) => (typeof v === 'bigint' ? `0x${v.toString(16)}` : v))}`;
      pc = take();
    }
    const differences = differing(rig, model);
    if (differences.length) expect(`${at}: ${differences.join('; ')}`).toBe('');
  }
  for (const [gpa, value] of guest.memory)
    if (rig.read(gpa) !== value) expect(`0x${gpa.toString(16)}: ${rig.read(gpa)}`).toBe(`${value}`);
}

const strategies: readonly (readonly [string, Partial<MachineConfig>])[] = [
  ['bare', {}],
  ['bare, A and D by fault', { adUpdate: 'fault' }],
  ['nested', { strategy: 'nested' }],
  ['nested, Sv48x4', { strategy: 'nested', hostLevels: 4 }],
  ['nested, 2 MiB host pages', { strategy: 'nested', hostPages: '2m' }],
];

describe.each(strategies)('%s', (_name, patch) => {
  it('counts what the model counts', async () => {
    await fc.assert(
      fc.asyncProperty(geometry, fc.nat(2 ** 30), fc.integer({ min: 1, max: 120 }), async (mmu, seed, operations) => {
        await compare(configOf({ ...patch, mmu }), seed, operations);
      }),
      { numRuns: 60, seed: 390 },
    );
  });
});
