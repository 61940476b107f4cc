/** A real Linux kernel boots, under every strategy and engine, and runs commands for the host. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { onBoth } from '../support/kernel-peer.ts';
import { type Booted, boot, hasKernel, openSbi, standStill, story } from '../support/kernels.ts';
import { buildPrograms } from '../support/linux-programs.ts';
import { projectRoot } from '../support/machine.ts';

const hasBuilt = hasKernel('built');
const hasDebian = hasKernel('debian');
const BOOT_MS = 60_000;

const trapframe = (args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(projectRoot(), 'src/cli/trapframe.mjs'), 'linux', ...args], {
    encoding: 'utf8',
    input,
    timeout: BOOT_MS,
  });

describe.skipIf(!hasBuilt)('the built kernel', () => {
  it('boots to its agent after the same instructions under every strategy and engine, with their own exits', async () => {
    const seen: Record<string, number>[] = [];
    for (const strategy of ['bare', 'nested', 'shadow'] as const) {
      for (const engine of ['interp', 'jit'] as const) {
        const booted = await boot('built', { strategy, engine });
        const counters = booted.guest.system.counters();
        seen.push(counters);
        expect((await booted.sh('uname -srm')).stdout).toMatch(/^Linux \d+\.\d+\.\d+ riscv64\n$/);
        await booted.off();
      }
    }
    expect(new Set(seen.map((c) => c.instret)).size).toBe(1);
    const [bare, bareJit, nested, nestedJit, shadow, shadowJit] = seen;
    expect(bareJit).toEqual(bare);
    expect(nestedJit).toEqual(nested);
    expect(shadowJit).toEqual(shadow);
    // Law S12: booting costs shadow paging ten times the exits of nested paging and more.
    expect(shadow!['exit.total']! / nested!['exit.total']!).toBeGreaterThanOrEqual(10);
    expect(bare!['exit.total']).toBe(0);
  }, 240_000);

  it(
    'passes streams, status, signals, directory, environment and arguments',
    async () => {
      const { sh, guest, off } = await boot('built');
      expect(await sh('cat; echo to-err >&2; exit 3', { input: 'from the host\n' })).toEqual({
        code: 3,
        signal: null,
        stdout: 'from the host\n',
        stderr: 'to-err\n',
      });
      expect((await sh('pwd; echo $WORD', { directory: '/tmp', env: { WORD: 'a b', PATH: '/bin' } })).stdout).toBe(
        '/tmp\na b\n',
      );
      expect(await sh('kill -9 $$')).toMatchObject({ code: 137, signal: 9 });
      const long = 'x'.repeat(100_000);
      expect((await sh('cat', { input: long })).stdout).toBe(long);
      expect((await sh('head -c 300000 /dev/zero | wc -c')).stdout.trim()).toBe('300000');
      await expect(guest.agent!.exec({ argv: ['/no/such'] }).exit).rejects.toThrow('no such file');
      const asleep = guest.agent!.exec({ argv: ['sleep', '1000000'] });
      asleep.signal(15);
      expect((await asleep.exit).signal).toBe(15);
      expect((await sh('tty; stty size', { terminal: { rows: 30, columns: 99 } })).stdout).toBe(
        '/dev/pts/0\r\n30 99\r\n',
      );
      const many = await Promise.all(Array.from({ length: 20 }, (_, i) => sh(`sleep 0.${i}; echo ${i}`)));
      expect(many.map((m) => m.stdout)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}\n`));
      await off();
    },
    BOOT_MS,
  );

  it(
    'boots and runs the same where the VMM uses superpages, and tables come and go beneath them',
    async () => {
      const seen = [];
      for (const patch of [
        {},
        { strategy: 'nested', hostPages: '2m' },
        { strategy: 'shadow', hostPages: '2m' },
      ] as const) {
        const { guest } = await boot('built', patch);
        await standStill(guest);
        const { out, digest } = await story(guest, 'for i in 1 2 3 4; do ls -R /proc/self | wc -c & done; wait');
        seen.push({ out, digest });
      }
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[2]).toEqual(seen[0]);
    },
    BOOT_MS,
  );

  it(
    'counts the same in every run',
    async () => {
      const once = async () => {
        const { sh, guest, off } = await boot('built', { strategy: 'nested' });
        await sh('find / -xdev | wc -l; date');
        await off();
        return guest.system.counters();
      };
      expect(await once()).toEqual(await once());
    },
    BOOT_MS,
  );

  it(
    'knows the time, has random numbers, and sleeps without the host’s time',
    async () => {
      const { sh, off } = await boot('built');
      expect((await sh('date -u +%Y-%m-%d')).stdout).toBe('2023-11-14\n');
      expect((await sh('head -c 8 /dev/hwrng | wc -c')).stdout.trim()).toBe('8');
      const started = performance.now();
      expect((await sh('a=$(date +%s); sleep 1000; b=$(date +%s); echo $((b - a))')).stdout).toBe('1000\n');
      expect(performance.now() - started).toBeLessThan(10_000);
      await off();
    },
    BOOT_MS,
  );

  it.skipIf(!openSbi())(
    'boots beneath OpenSBI in M-mode',
    async () => {
      const { sh, off } = await boot('built', {}, { firmware: openSbi() });
      expect((await sh('dmesg | grep -c "SBI implementation ID=0x1 "')).stdout).toBe('1\n');
      await off();
    },
    BOOT_MS,
  );

  it.skipIf(!openSbi('dynamic'))(
    'boots beneath OpenSBI that is told where things lie',
    async () => {
      for (const kind of ['built', 'debian'] as const) {
        if (!hasKernel(kind)) continue;
        const { sh, off } = await boot(kind, { engine: 'jit', harts: 2 }, { firmware: openSbi('dynamic') });
        expect((await sh('nproc; dmesg | grep -c "SBI implementation ID=0x1 "')).stdout).toBe('2\n1\n');
        await off();
      }
    },
    BOOT_MS,
  );

  it.skipIf(!openSbi('dynamic') || !hasDebian)(
    'samples beneath OpenSBI by overflows of counters, without missing one',
    async () => {
      const { sh, off } = await boot('debian', { engine: 'jit', harts: 2 }, { firmware: openSbi('dynamic') });
      const program = readFileSync((await buildPrograms(['profile'])).get('profile')!);
      await sh('cat > /tmp/profile; chmod +x /tmp/profile', { input: program });
      const values = new Map<string, number>();
      for (const kind of ['cycles', 'instructions', 'dtlb']) {
        const { stdout } = await sh(`/tmp/profile ${kind} user`);
        const [value, samples] = stdout.trim().split(' ').map(Number);
        values.set(kind, value!);
        expect([kind, samples]).toEqual([kind, Math.floor(value! / 20_000)]);
      }
      expect(values.get('cycles')).toBe(values.get('instructions'));
      // It reads 400 pages 500 times, three instructions each.
      expect(values.get('instructions')).toBeGreaterThan(3 * 200_000);
      expect(values.get('dtlb')! - 200_000).toBeLessThan(100);
      await off();
    },
    BOOT_MS,
  );

  it(
    'serves `trapframe linux --exec` with its output and status',
    () => {
      const done = trapframe(['--kernel', 'built', '--exec', 'cat; echo no >&2; exit 7'], 'yes\n');
      expect(done).toMatchObject({ status: 7, stdout: 'yes\n', stderr: 'no\n' });
    },
    BOOT_MS,
  );
});

describe.skipIf(!hasDebian)('Debian’s kernel', () => {
  let booted: Booted;
  beforeAll(async () => {
    booted = await boot('debian', { counting: false, engine: 'jit' });
  }, 120_000);

  // Ours has none of its own configuration.
  it('has restartable sequences as the kernel of src/linux has them', async () => {
    const { here, there } = await onBoth(booted, 'rseq');
    expect(here.output).toBe(there);
    expect(here.output.split('\n').length).toBeGreaterThan(20);
  }, 60_000);

  it('boots and runs commands', async () => {
    const { sh, off } = booted;
    expect((await sh('uname -v')).stdout).toContain('Debian');
    expect(await sh('cat >&2; exit 5', { input: 'x' })).toMatchObject({ code: 5, stderr: 'x' });
    await off();
  }, 120_000);
});
