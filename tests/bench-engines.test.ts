/** The benchmarks' command lines: what they print, and that they leave nothing running. Nothing is timed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EngineReport } from '../bench/engines/summary.ts';
import { qemuAvailable } from '../bench/qemu.ts';
import { ROOT } from './support/cli.ts';

const running = new Set<ChildProcess>();

/** Starts a benchmark as the leader of a process group of its own. */
function start(script: string, args: readonly string[]) {
  const child = spawn(process.execPath, [join(ROOT, 'dist/bench', script), ...args], { cwd: ROOT, detached: true });
  running.add(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (said.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said.err += text.toString()));
  const ended = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      running.delete(child);
      resolve(code);
    }),
  );
  return { child, said, ended };
}

afterEach(() => {
  for (const child of running) process.kill(-child.pid!, 'SIGKILL');
});

/** Commands of the processes of a group, from /proc. */
function commandsOf(group: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [, command, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat)!;
        return Number(rest!.split(' ')[2]) === group ? [command!] : [];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('bench:engines', () => {
  it('prints a row for each engine, and progress apart from it', async () => {
    const { said, ended } = start('engines.js', ['--quick', '--rounds', '1', '--workload', 'sha256,sort', '--json']);
    expect(await ended, said.err).toBe(0);
    expect(said.err).toContain('round 1 of 1: sort (2 of 2)');
    const { schema, rows, limits, rounds } = JSON.parse(said.out) as EngineReport;
    expect([schema, rounds]).toEqual(['trapframe.engines/2', 1]);
    const engines = new Set(rows.map((row) => row.engine));
    expect([...engines]).toEqual(expect.arrayContaining(['native', 'interp', 'jit']));
    expect(engines.has('qemu-system')).toBe(qemuAvailable());
    expect(rows).toHaveLength(2 * engines.size);
    for (const row of rows) {
      expect(row.ms).toBeGreaterThan(0);
      expect(row.instructions).toBeGreaterThan(1_000_000);
      const native = rows.find((other) => other.workload === row.workload && other.engine === 'native')!;
      expect(row.vsNative).toBeCloseTo(row.ms / native.ms, 9);
      const qemu = rows.find((other) => other.workload === row.workload && other.engine === 'qemu-system');
      if (qemu) expect(row.vsQemuSystem).toBeCloseTo(qemu.ms / row.ms, 9);
      else expect(row.vsQemuSystem).toBeNull();
    }
    expect(limits.find(({ id }) => id === 'interp-sha256')!.value).toBeGreaterThan(1);
    expect(limits.find(({ id }) => id === 'interp-integer-mix')!.pass).toBeNull();
  }, 120_000);

  it.each([
    [['--workload', 'sha265'], 'did you mean'],
    [['--workload', 'fork'], 'no webassembly build'],
    [['--rounds', '0'], '--rounds'],
    [['--fast'], '--fast'],
  ])('refuses %j', async (args, why) => {
    const { said, ended } = start('engines.js', args);
    expect(await ended).toBe(2);
    expect(said.err.toLowerCase()).toContain(why);
    expect(said.out).toBe('');
  });

  it.skipIf(process.platform !== 'linux' || !qemuAvailable())(
    'ends what it started when it is stopped',
    async () => {
      const { child, said, ended } = start('engines.js', ['--workload', 'memory-latency', '--rounds', '50']);
      const emulating = (): boolean => commandsOf(child.pid!).some((command) => command.startsWith('qemu-'));
      // Each emulation is over soon: that there was one is what counts.
      let seen = emulating();
      for (let i = 0; i < 600 && !seen; i++) {
        await pause(50);
        seen = emulating();
      }
      expect(seen, said.err).toBe(true);
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(said.err).toContain('stopped');
      await pause(100);
      expect(commandsOf(child.pid!)).toEqual([]);
    },
    120_000,
  );
});

describe.each(['engines', 'scale', 'process', 'boot', 'wsl'])('bench:%s', (name) => {
  it('refuses what it does not know', async () => {
    const { said, ended } = start(`${name}.js`, ['--speed', 'high']);
    expect(await ended).toBe(2);
    expect(said.err).toContain('--speed');
    expect(said.err).toContain(`npm run bench:${name} -- --help`);
  });

  it('says what it does', async () => {
    const { said, ended } = start(`${name}.js`, ['--help']);
    expect(await ended).toBe(0);
    expect(said.out).toMatch(/^Usage: npm run bench:/);
    expect(said.out).toContain('--rounds N');
  });
});
