/** What a program may only try on a machine of its own: the kernel of src/linux answers as a real one does, in the lab's machine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onBoth } from '../support/kernel-peer.ts';
import { type Booted, boot, hasKernel } from '../support/kernels.ts';

describe.skipIf(!hasKernel('built'))('a program on a machine of its own', () => {
  let real: Booted;
  beforeAll(async () => {
    real = await boot('built', { engine: 'jit' });
  }, 60_000);
  afterAll(() => real?.off());

  it.each(['promises'])(
    'prints what it prints on the real kernel: %s',
    async (name) => {
      const { here, there } = await onBoth(real, name);
      expect(here.output).toBe(there);
      expect(here.output.split('\n').length).toBeGreaterThan(20);
      expect(here.status).toBe(0);
    },
    60_000,
  );
});
