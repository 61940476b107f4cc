/** Random programs on this machine and on QEMU: a small part of what `npm run test:differential` runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../support/machine.ts';
import { NO_QEMU, NOT_IN_QEMU, qemuVersion } from '../support/qemu.ts';
import { compare } from './compare.ts';
import { deviationsMarkdown } from './deviations.ts';
import { generate } from './generate.ts';
import { templates, usable } from './instructions.ts';

const SEED = 7;
const SIZE = 20_000;
const PROGRAMS = 40;

describe('the generator', () => {
  it('makes the same program of the same seed, and another of another', () => {
    const options = { seed: 1, number: 3, instructions: 500, leaveOut: NOT_IN_QEMU };
    const elf = Buffer.from(generate(options).elf);
    expect(elf.equals(generate(options).elf)).toBe(true);
    expect(elf.equals(generate({ ...options, number: 4 }).elf)).toBe(false);
  });

  it('draws from every kind of instruction', () => {
    for (const [use, rows] of templates(new Set())) expect(rows.some(usable), use).toBe(true);
  });
});

describe('the known deviations of QEMU', () => {
  it('stand in docs/conformance.md as they are', () => {
    expect(readFileSync(join(projectRoot(), 'docs/conformance.md'), 'utf8'), 'run `npm run generate:docs`').toContain(
      deviationsMarkdown(),
    );
  });
});

describe.skipIf(qemuVersion === null)(
  `random programs${qemuVersion === null ? ` (${NO_QEMU})` : ` on QEMU ${qemuVersion}`}`,
  () => {
    it.each(Array.from({ length: PROGRAMS }, (_, i) => i))('leave the same signature: program %i', async (number) => {
      const { program, traps, difference } = await compare(SEED, number, SIZE);
      expect(difference).toBeNull();
      expect(program.instructions).toBeGreaterThanOrEqual(SIZE);
      expect(traps).toBeGreaterThan(100);
    });
  },
);
