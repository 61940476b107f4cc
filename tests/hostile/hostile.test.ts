/** Whatever a guest does, the host keeps its head: an outcome with a message, in bounded time, and nothing else touched. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MachineConfig, MMU_DEFAULT, STRATEGIES } from '../../src/abi/config.ts';
import { InputError } from '../../src/abi/errors.ts';
import { dynamicLayout } from '../../src/engine/core.ts';
import { createMachineHost } from '../../src/machine/host.ts';
import { Rng } from '../differential/rng.ts';
import { configOf, ENTRY, Rig, supervisor } from '../mmu/rig.ts';
import { RAM } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';
import { writeElf } from '../support/elf.ts';
import { coreModule } from '../support/machine.ts';
import { HOSTILES } from './guests.ts';

const BUDGET = 60_000;
/** Bytes of linear memory no guest and no VMM has business with: filled before a run, looked at after it. */
const CANARY = 0xa5;

async function outcomeOf(image: Uint8Array, config: MachineConfig, budget = BUDGET) {
  const host = createMachineHost(coreModule());
  await host.load(image, config);
  return host.run({ budget, slice: 50_000 });
}

const machines: readonly (readonly [string, MachineConfig])[] = [
  ...STRATEGIES.map(({ id }) => [id, configOf({ strategy: id, mmu: MMU_DEFAULT })] as const),
  ['nested, type 2', configOf({ strategy: 'nested', hosting: 'type2', hostLevels: 4, hostPages: '2m' })],
  [
    'shadow, sync, type 2',
    configOf({ strategy: 'shadow', hosting: 'type2', shadow: { policy: 'sync', flood: 3, cachedRoots: false } }),
  ],
  ['bare, not counting', configOf({ counting: false })],
];

let unhandled: unknown[] = [];
const note = (error: unknown): void => {
  unhandled.push(error);
};
beforeAll(() => {
  process.on('unhandledRejection', note);
});
afterAll(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  unhandled = [];
});

describe.each(machines)('%s', (_name, config) => {
  it.each(HOSTILES.map((h) => ({ ...h, toString: () => h.id })))('a guest that $id', async ({ image, ends }) => {
    const outcome = await outcomeOf(image, config);
    expect(outcome.message).not.toContain('internal');
    expect(config.strategy === 'paravirt' ? [...ends, 'crashed', 'passed', 'budget'] : ends).toContain(outcome.status);
    expect(outcome.message.length).toBeGreaterThan(0);
    expect(outcome.console.length).toBeLessThan(2 << 20);
  });

  it('random words as a program', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const outcome = await outcomeOf(randomProgram(seed), config, 20_000);
      expect(`${seed}: ${outcome.message}`).not.toContain('internal');
    }
  });
});

/** Instructions that mean something, with random operands; addresses near what there is. */
function randomProgram(seed: number): Uint8Array {
  const rng = new Rng(seed, 5);
  const a = new Assembler(ENTRY);
  a.la(R.t0, 'handler');
  a.csrw(0x105, R.t0);
  for (let i = 1; i < 32; i++) {
    const near = rng.pick([RAM, ENTRY, ENTRY + 0x1000, RAM + 8 * 2 ** 20 - 16, 0x1000_0000, 0x200_0000, 0]);
    a.li(i, rng.chance(0.8) ? BigInt(near + rng.below(64) * 4) : rng.u64());
  }
  const opcodes = [
    0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x53, 0x63, 0x67, 0x6f, 0x73, 0x73,
  ];
  for (let i = 0; i < 400; i++) {
    const word = rng.chance(0.1) ? rng.u32() : (rng.u32() & ~0x7f) | rng.pick(opcodes);
    a.word(word >>> 0);
  }
  a.align(4);
  a.label('handler');
  a.csrr(R.t5, 0x141);
  a.addi(R.t5, R.t5, 4);
  a.csrw(0x141, R.t5);
  a.op('sret');
  return supervisor(a);
}

describe('memory outside the guest', () => {
  it.each(machines)('%s', async (_name, config) => {
    for (const { image } of HOSTILES) {
      const rig = await Rig.boot(image, config);
      const { end } = dynamicLayout(config);
      const { bytes } = rig.core;
      const ram = Number(rig.core.get('RAM_BASE'));
      // Below the static data of the core, and between its tables and RAM.
      const gaps = [
        [0, 0x400],
        [Number(rig.core.get('CODE_BASE')) + config.codePages * (2048 * 16 + 64) + 64, ram],
        [end, bytes.length],
      ] as const;
      for (const [from, to] of gaps) bytes.fill(CANARY, from, to);
      rig.advance(50_000);
      for (const [from, to] of gaps) {
        expect(bytes.subarray(from, to).every((byte) => byte === CANARY)).toBe(true);
      }
    }
  });
});

describe('HTIF', () => {
  const TOHOST = RAM + 0x1000;
  const LAST = RAM + 8 * 2 ** 20;
  /** A machine-mode program that writes a value to tohost, its block of arguments in place, and then ends. */
  const htif = (value: bigint, block: { at: number; words: readonly bigint[] } | null = null): Uint8Array => {
    const a = new Assembler(RAM);
    if (block) {
      block.words.forEach((word, i) => {
        a.li(R.t0, block.at + i * 8);
        a.li(R.t1, word);
        a.sd(R.t1, 0, R.t0);
      });
    }
    a.li(R.t0, TOHOST);
    for (const word of [value, 1n]) {
      a.li(R.t1, word);
      a.sd(R.t1, 0, R.t0);
    }
    a.label('end');
    a.j('end');
    return writeElf({
      entry: RAM,
      segments: [
        { address: RAM, bytes: a.finish() },
        { address: TOHOST, bytes: new Uint8Array(64) },
      ],
      symbols: { tohost: TOHOST, fromhost: TOHOST + 8 },
    });
  };
  const block = RAM + 0x2000;
  it.each([
    ['a write of everything', htif(BigInt(block), { at: block, words: [64n, 1n, BigInt(RAM), 2n ** 64n - 1n] })],
    ['a write from nowhere', htif(BigInt(block), { at: block, words: [64n, 1n, 2n ** 63n, 1000n] })],
    ['a block that ends behind RAM', htif(BigInt(LAST - 8), { at: LAST - 8, words: [64n] })],
    ['a block behind RAM', htif(BigInt(LAST))],
    ['an unaligned block', htif(BigInt(block + 4))],
    ['a block in a device', htif(0x1000_0000n)],
    ['an unknown device', htif(0xff00_0000_0000_0000n)],
    ['an unknown command of the console', htif(0x01ff_0000_0000_0000n)],
  ])('%s', async (_name, image) => {
    for (const strategy of ['bare', 'nested', 'shadow'] as const) {
      const outcome = await outcomeOf(image, configOf({ strategy }));
      expect(outcome.message).not.toContain('internal');
      expect(outcome.status).toBe('passed');
    }
  });
});

describe('damaged images', () => {
  it('are refused with a message, or run', async () => {
    const good = HOSTILES.find((h) => h.id === 'waits for nothing')!.image;
    const rng = new Rng(4, 9);
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      let image = good.slice();
      for (let n = rng.between(1, 4); n > 0; n--) image[rng.below(Math.min(image.length, 200))] = rng.u32();
      if (rng.chance(0.2)) image = image.slice(0, rng.below(image.length));
      try {
        const outcome = await outcomeOf(image, configOf({ memory: 4 * 2 ** 20 }), 2_000);
        expect(outcome.message).not.toContain('internal');
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(50);
  });
});
