/** A real Linux kernel on several harts: it finds them, uses them, and counts the same every time. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rawEvent } from '../../src/abi/pmu.ts';
import { hartCounters } from '../../src/engine/state.ts';
import { difference } from '../../src/machine/differ.ts';
import { LinuxGuest } from '../../src/machine/linux.ts';
import { type Booted, boot, hasKernel, openSbi, partsOf, standStill, story } from '../support/kernels.ts';
import { buildPrograms } from '../support/linux-programs.ts';
import { coreModule, projectRoot } from '../support/machine.ts';

const has = hasKernel('built');
const MS = 120_000;

/** One busy process a hart, at the same time; each says where it ended. */
const BUSY =
  'for i in $(seq $(nproc)); do (n=0; while [ $n -lt 1500 ]; do n=$((n+1)); done; cut -d" " -f39 /proc/self/stat) & done; wait';

describe.skipIf(!has)('Linux on several harts', () => {
  it.each([2, 4, 8])(
    'finds %i and runs on all of them, the same under every strategy and engine',
    async (harts) => {
      const seen: Awaited<ReturnType<typeof story>>[] = [];
      for (const [strategy, engine] of [
        ['bare', 'interp'],
        ['bare', 'jit'],
        ['nested', 'interp'],
        ['shadow', 'interp'],
      ] as const) {
        const { guest } = await boot('built', { strategy, engine, harts });
        await standStill(guest);
        const before = Array.from({ length: harts }, (_, hart) => hartCounters(guest.system.core, hart).instret!);
        seen.push(await story(guest, `nproc; grep -c ^processor /proc/cpuinfo; ${BUSY}`));
        const spent = before.map((was, hart) => hartCounters(guest.system.core, hart).instret! - was);
        expect(Math.max(...spent) / Math.min(...spent)).toBeLessThan(3);
      }
      const [bare, bareJit, nested, shadow] = seen;
      const lines = bare!.out.trim().split('\n').map(Number);
      expect(lines.slice(0, 2)).toEqual([harts, harts]);
      expect(new Set(lines.slice(2)).size).toBeGreaterThan(harts / 2);
      expect(bareJit).toEqual(bare);
      for (const other of [nested!, shadow!]) {
        expect(other.digest).toBe(bare!.digest);
        expect(other.out).toBe(bare!.out);
      }
      expect(bare!.counters['exit.total']).toBe(0);
      expect(shadow!.counters['exit.total']).toBeGreaterThan(nested!.counters['exit.total']!);
    },
    MS,
  );

  it(
    'goes on from a snapshot as the unbroken guest does, in every counter',
    async () => {
      const { guest } = await boot('built', { strategy: 'shadow', harts: 3 });
      await standStill(guest);
      const state = guest.save('core');
      const other = await LinuxGuest.restore(coreModule(), partsOf(state.config, 'virtio'), state);
      expect(await story(other, BUSY)).toEqual(await story(guest, BUSY));
      // What differs is told of each hart, whichever runs; counters are sums.
      const later = guest.save('core');
      expect(difference(later, other.save('core')).values).toEqual([]);
      const { values } = difference(state, later);
      const names = values.map(({ name }) => name);
      for (const hart of [0, 1, 2]) expect(names).toContain(`hart ${hart} RETIRED`);
      expect(names).toContain('INSTRET');
      const calls = values.find(({ name }) => name === 'sbi.calls')!;
      expect(calls.after).toBe(BigInt(guest.system.counters()['sbi.calls']!));
    },
    MS,
  );

  it.skipIf(!openSbi())(
    'boots beneath OpenSBI in M-mode, which starts the harts',
    async () => {
      const { sh, off } = await boot('built', { harts: 4 }, { firmware: openSbi() });
      expect((await sh('nproc; dmesg | grep -c "SBI implementation ID=0x1 "')).stdout).toBe('4\n1\n');
      await off();
    },
    MS,
  );

  it(
    'tells the counters of each hart',
    () => {
      const args = ['linux', '--harts', '2', '--exec', 'nproc', '--counters', 'json', '--quiet'];
      const cli = join(projectRoot(), 'src/cli/trapframe.mjs');
      const { stdout, stderr, status } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', timeout: MS });
      expect([status, stdout]).toEqual([0, '2\n']);
      const { harts, instret } = JSON.parse(stderr.trim().split('\n').at(-1)!) as {
        instret: number;
        harts: { instret: number }[];
      };
      expect(harts.map((hart) => hart.instret > 100_000)).toEqual([true, true]);
      expect(harts[0]!.instret + harts[1]!.instret).toBe(instret);
    },
    MS,
  );
});

describe.skipIf(!hasKernel('debian'))('Debian’s kernel on two harts', () => {
  let booted: Booted;
  beforeAll(async () => {
    booted = await boot('debian', { harts: 2 });
  }, MS);

  it(
    'counts by perf_event_open what the lab counts, on whichever hart the program runs',
    async () => {
      const { guest, sh } = booted;
      const program = readFileSync((await buildPrograms(['perf'])).get('perf')!);
      const before = guest.system.counters();
      await sh('cat > /tmp/perf; chmod +x /tmp/perf', { input: program });
      for (const mask of [1, 2]) {
        const { stdout } = await sh(`taskset ${mask} /tmp/perf ${rawEvent('tlb.l1d.misses')}`);
        const [instructions, cycles, misses, raw] = stdout.trim().split('\n').map(Number);
        expect(instructions).toBeGreaterThan(10 * 400 * 3);
        expect(cycles! / instructions!).toBeGreaterThan(0.5);
        // Each of 400 pages misses a first level of 64 entries every time; two counters of one thing are an ioctl apart.
        expect(misses).toBeGreaterThanOrEqual(10 * 400);
        expect(misses).toBeLessThan(10 * 400 + 1000);
        expect(Math.abs(raw! - misses!)).toBeLessThan(50);
      }
      expect(guest.system.counters()['tlb.l1d.misses']! - before['tlb.l1d.misses']!).toBeGreaterThan(2 * 10 * 400);
    },
    MS,
  );

  it(
    'samples by overflows of counters, with the SBI’s snapshots',
    async () => {
      const { guest, sh } = booted;
      const program = readFileSync((await buildPrograms(['profile'])).get('profile')!);
      await sh('cat > /tmp/profile; chmod +x /tmp/profile', { input: program });
      expect((await sh('dmesg | grep -c "SBI PMU snapshot detected"')).stdout).toBe('1\n');
      const before = guest.system.counters()['interrupt.lcofi']!;
      for (const kind of ['cycles', 'instructions', 'dtlb']) {
        for (const mask of [1, 2]) {
          const { stdout } = await sh(`taskset ${mask} /tmp/profile ${kind} user`);
          const [value, samples] = stdout.trim().split(' ').map(Number);
          // With snapshots the kernel starts a counter that overflowed late (docs/linux.md), so some is missing.
          expect(samples).toBeGreaterThan(0);
          expect(value).toBeGreaterThanOrEqual(20_000 * samples!);
          expect(value).toBeLessThan(kind === 'dtlb' ? 200_000 + 100 : 3 * 200_000 + 3000);
        }
      }
      expect(guest.system.counters()['interrupt.lcofi']! - before).toBeGreaterThanOrEqual(6);
    },
    MS,
  );

  it(
    'takes one away and brings it back',
    async () => {
      const { sh, off } = booted;
      const { stdout } = await sh('cd /sys/devices/system/cpu/cpu1; for on in 0 1; do echo $on > online; nproc; done');
      expect(stdout).toBe('1\n2\n');
      expect((await sh('taskset 2 cut -d" " -f39 /proc/self/stat')).stdout).toBe('1\n');
      await off();
    },
    MS,
  );
});
