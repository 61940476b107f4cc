/** What the translator tells of itself: `--stats jit`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import loadWabt from 'wabt';
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import { functionText } from '../../src/cli/translation.ts';
import { createMachineHost } from '../../src/machine/host.ts';
import { R } from '../support/asm.ts';
import { trapframe } from '../support/cli.ts';
import { coreModule } from '../support/machine.ts';
import { EAGER } from './engines.ts';
import { machineGuest } from './guest.ts';
import { recursion } from './guests-passing.ts';

/** A loop of three instructions at a known place, run often. */
const loop = machineGuest((a) => {
  a.li(R.a1, 2_000_000);
  a.label('loop');
  a.addi(R.a1, R.a1, -1);
  a.op('xor', { rd: R.a0, rs1: R.a0, rs2: R.a1 });
  a.bne(R.a1, 0, 'loop');
});

async function reportOf(image: Uint8Array, engine: 'interp' | 'jit' = 'jit') {
  const host = createMachineHost(coreModule(), EAGER);
  await host.load(image, { ...MACHINE_DEFAULT, engine });
  return host.run({ budget: 100_000_000, regions: 3 });
}

describe('a report', () => {
  it('names the hottest region, with its instructions and its function', async () => {
    const { translation, counters } = await reportOf(loop);
    const { counted, measured, regions } = translation!;
    const hottest = regions[0]!;
    expect(hottest.sampled).toBeGreaterThan(0.9 * counters.instret!);
    expect(hottest.listing.map(({ text }) => text.replace(/8\w{7}$/, 'loop'))).toEqual(
      expect.arrayContaining(['addi a1,a1,-1', 'xor a0,a0,a1', 'bnez a1,loop']),
    );
    expect(counted.translated + counted.interpreted).toBeLessThanOrEqual(counters.instret!);
    expect(counted.bytes).toBeGreaterThanOrEqual(hottest.bytes);
    expect(measured.ms).toBeGreaterThan(0);
    const wabt = await loadWabt();
    const text = functionText(wabt.readWasm(hottest.module, {}).toText({}), hottest.name);
    expect(text).toMatch(/^ {2}\(func .*\n[\s\S]*loop[\s\S]*i64\.xor[\s\S]*\)\n$/);
    expect(text.match(/\(func/g)).toHaveLength(1);
  });

  it('counts every exit by its cause', async () => {
    const { translation } = await reportOf(recursion(1000, 12));
    const { exits, regions } = translation!;
    expect(exits.find(({ id }) => id === 'deep')!.count).toBeGreaterThan(0);
    for (const { id, count } of exits) {
      const ofRegions = regions.flatMap((region) => region.exits.filter((exit) => exit.id === id));
      expect(ofRegions.reduce((sum, exit) => sum + exit.count, 0)).toBeLessThanOrEqual(count);
    }
  });

  it('changes nothing of the outcome, and is not there where nothing is translated', async () => {
    const told = await reportOf(loop);
    const interpreted = await reportOf(loop, 'interp');
    expect(interpreted).not.toHaveProperty('translation');
    expect(told.counters).toEqual(interpreted.counters);
    expect(told.digest).toBe(interpreted.digest);
  });
});

describe('--stats', () => {
  const dir = mkdtempSync(join(tmpdir(), 'trapframe-stats-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const elf = join(dir, 'loop.elf');
  writeFileSync(elf, loop);

  it('tells counted and measured apart on stderr, with disassembly and WebAssembly', async () => {
    const { code, stdout, stderr } = await trapframe(['run', elf, '--engine', 'jit', '--stats', 'jit-wat']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/Translated code, counted[\s\S]*modules +\d[\s\S]*Measured\n +translating +[\d.]+ ms\n/);
    expect(stderr).toMatch(/Exits, counted\n +budget +\d+ /);
    expect(stderr).toMatch(/Region 0x800000\w\w: \d+ instructions[\s\S]*xor +a0,a0,a1\n[\s\S]*\(func [\s\S]*i64\.xor/);
  });

  it('says so where nothing is translated', async () => {
    const { code, stderr } = await trapframe(['run', elf, '--stats', 'jit']);
    expect(code).toBe(2);
    expect(stderr).toContain('--stats jit: nothing is translated');
    expect(stderr).toContain('--engine jit');
  });
});
