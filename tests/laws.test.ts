/** Every law the lab knows, on the real machine and the real guests: the same check as `trapframe laws`. */
import { afterAll, describe, expect, it } from 'vitest';
import { cachedLinux } from '../src/cli/linux/images.ts';
import { createLab } from '../src/index.ts';
import { isLawFailure } from '../src/lab/laws/law.ts';
import { LAWS } from '../src/lab/laws/table.ts';

const lab = createLab({ findLinux: cachedLinux });
afterAll(() => lab.close());

describe.each(['exact', 'shape'] as const)('%s laws', (kind) => {
  it.each(LAWS.filter((law) => law.kind === kind).map(({ id, statement }) => ({ id, statement })))(
    '$id: $statement',
    async ({ id }) => {
      const { laws, leftOut } = await lab.laws({ only: [id] });
      expect(laws.length + leftOut.length).toBeGreaterThan(0);
      for (const line of leftOut) console.warn(`left out: ${line}`);
      const failed = laws.filter(isLawFailure);
      expect(
        failed.map((row) => `${row.case}: expected ${row.expected}, counted ${row.counted} (${row.detail})`),
      ).toEqual([]);
    },
    120_000,
  );
});

describe('the table of laws', () => {
  it('holds every law of this kind of machine once', () => {
    const ids = LAWS.map(({ id }) => id);
    expect(ids).toEqual(
      'E1 E2 E3 E6 E7 E8 E9 E11 E12 E13 E14 E15 E16 E17 S1 S2 S4 S5 S6 S8 S10 S11 S12 S15 S16 S17 S18'.split(' '),
    );
  });
});
