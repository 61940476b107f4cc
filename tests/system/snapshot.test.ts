/** Snapshots of a real Linux guest: a restored run equals the unbroken one, and what is not whole is refused. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import { difference } from '../../src/machine/differ.ts';
import { LinuxGuest } from '../../src/machine/linux.ts';
import { decodeSnapshot, encodeSnapshot, type MachineState } from '../../src/machine/snapshot.ts';
import { boot, hasKernel, partsOf, standStill, story } from '../support/kernels.ts';
import { coreModule } from '../support/machine.ts';

const has = hasKernel('built');
const ENVIRONMENTS = (['bare', 'nested', 'shadow'] as const).flatMap((strategy) =>
  (['interp', 'jit'] as const).map((engine) => ({ strategy, engine })),
);

const restored = (state: MachineState): Promise<LinuxGuest> =>
  LinuxGuest.restore(coreModule(), partsOf(state.config, 'virtio'), state);

describe.skipIf(!has)('a snapshot of a Linux guest', () => {
  it.each(ENVIRONMENTS)(
    'goes on as the unbroken guest does, in every counter: $strategy, $engine',
    async (patch) => {
      const { guest } = await boot('built', patch);
      await standStill(guest);
      const state = await decodeSnapshot(await encodeSnapshot(guest.save('core')));
      const other = await restored(state);
      const command = 'find / -xdev | wc -l; date; echo $((6 * 7)) > /tmp/x; cat /tmp/x';
      const unbroken = await story(guest, command);
      expect(await story(other, command)).toEqual(unbroken);
      expect(unbroken.out).toContain('42\n');
      // Again, from what both are now.
      const again = await restored(other.save('core'));
      expect(await story(again, command)).toEqual(await story(guest, command));
    },
    120_000,
  );

  it('is itself again after 100 cycles, each a little further', async () => {
    const { guest } = await boot('built');
    await standStill(guest);
    let current = guest;
    for (let i = 0; i < 100; i++) {
      current = await restored(current.save('core'));
      const running = current.run(50_000n);
      await running;
      await guest.run(50_000n);
      if (i % 20 === 0) expect(current.system.digest()).toBe(guest.system.digest());
    }
    expect(current.system.counters()).toEqual(guest.system.counters());
    expect((await story(current, 'echo still here')).out).toBe('still here\n');
  }, 120_000);

  it('makes clones that do not see each other', async () => {
    const { guest } = await boot('built');
    await standStill(guest);
    const state = guest.save('core');
    const clones = await Promise.all([restored(state), restored(state), restored(state)]);
    const outs = await Promise.all(clones.map((c, i) => story(c, `echo ${i} >> /tmp/n; cat /tmp/n`)));
    expect(outs.map((o) => o.out)).toEqual(['0\n', '1\n', '2\n']);
    const [a, b] = [clones[0]!.save('core'), clones[1]!.save('core')];
    expect(difference(a, a)).toEqual({ values: [], ranges: [], pages: 0 });
    const found = difference(a, b);
    expect(found.pages).toBeGreaterThan(0);
    expect(found.pages).toBeLessThan(200);
    expect(found.ranges.every((r) => r.end > r.start)).toBe(true);
  }, 60_000);
});

describe('the file of a snapshot', () => {
  let state: MachineState;
  let file: Uint8Array;
  beforeAll(async () => {
    state = {
      config: MACHINE_DEFAULT,
      coreSha256: 'c',
      about: { a: 1 },
      core: {
        flags: 5,
        size: 65536,
        pages: Uint32Array.of(4, 9),
        contents: Uint8Array.from({ length: 8192 }, (_, i) => i),
        slots: Uint32Array.of(3),
        bits: new Uint8Array(256).fill(7),
      },
      devices: [Uint8Array.of(1, 2), new Uint8Array()],
    };
    file = await encodeSnapshot(state);
  });

  it('is read as it was written', async () => {
    expect(await decodeSnapshot(file)).toEqual(state);
  });

  it('is refused when cut off at any place', async () => {
    for (let length = 0; length < file.length; length += Math.max(1, Math.floor(file.length / 200))) {
      await expect(decodeSnapshot(file.slice(0, length))).rejects.toThrow('cannot be used');
    }
    await expect(decodeSnapshot(Uint8Array.of(...file, 0))).rejects.toThrow('cut off');
  });

  it('is refused when altered in any place', async () => {
    for (let at = 0; at < file.length; at += Math.max(1, Math.floor(file.length / 200))) {
      const altered = file.slice();
      altered[at]! ^= 0x10;
      await expect(decodeSnapshot(altered), `byte ${at}`).rejects.toThrow('cannot be used');
    }
  });

  it('is refused when of a version to come', async () => {
    const later = file.slice();
    later[8] = 2;
    await expect(decodeSnapshot(later)).rejects.toThrow(/version 2.*\n.*newer Trapframe/);
  });
});
