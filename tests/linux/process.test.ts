/** Linux programs on the kernel of src/linux: what they print is what they print under QEMU's user mode. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  bootLinux,
  hasQemuUser,
  installFile,
  NO_QEMU_USER,
  type Ran,
  runLinux,
  runNative,
  runQemuUser,
} from '../support/linux.ts';
import { buildPrograms, hostTarget } from '../support/linux-programs.ts';

/** Each prints what the system calls of its field answer. */
const PROGRAMS = [
  'fifos',
  'files',
  'locks',
  'memory',
  'processes',
  'signals',
  'sigio',
  'hangups',
  'terminal',
  'threads',
  'waiting',
  'watching',
  'inotify',
  'timers',
  'tcp',
  'udp',
] as const;

/** What QEMU's user mode does not know, or not of its own: these are compared with this host's kernel, where that is Linux. */
const OF_A_KERNEL = [
  'opening',
  'ipc',
  'mq',
  'users',
  'clocks',
  'trace',
  'relations',
  'busy',
  'peers',
  'pi',
  'spawn',
  'listener',
  'sysctl',
] as const;
/** What those end with that need namespaces and may make none. */
const NO_NAMESPACES = 77 << 8;

let built: ReadonlyMap<string, string>;

beforeAll(async () => {
  built = await buildPrograms([...PROGRAMS, ...OF_A_KERNEL, 'netlink', 'robust', 'crash', 'forever', 'random']);
}, 600_000);

async function runHere(name: string, options: Parameters<typeof bootLinux>[0] = {}): Promise<Ran> {
  const host = await bootLinux(options);
  installFile(host, '/bin/program', readFileSync(built.get(name)!));
  return runLinux(host, { argv: ['/bin/program'] });
}

describe('a program without a guest kernel', () => {
  it.each(PROGRAMS)('prints what it prints under QEMU: %s', async (name) => {
    if (!hasQemuUser) {
      console.warn(NO_QEMU_USER);
      return;
    }
    const there = runQemuUser(built.get(name)!);
    const here = await runHere(name);
    expect(here.output).toBe(there.output);
    expect(here.output.split('\n').length).toBeGreaterThan(5);
    expect(here.status).toBe(there.status);
  });

  it('has networks of its own, set up as under QEMU, where the host lets QEMU make some', async () => {
    const here = await runHere('netlink');
    expect(here.status).toBe(0);
    expect(here.output.split('\n').length).toBeGreaterThan(45);
    const there = hasQemuUser ? runQemuUser(built.get('netlink')!) : null;
    if (there?.status === 0) expect(here.output).toBe(there.output);
    else console.warn(hasQemuUser ? `QEMU can make no network here: ${there?.errors}` : NO_QEMU_USER);
  });

  it.each(OF_A_KERNEL)('prints what it prints on a real kernel: %s', async (name) => {
    const here = await runHere(name);
    expect(here.status).toBe(0);
    if (!hostTarget) {
      console.warn('this host has no Linux to compare with');
      return;
    }
    const native = await buildPrograms([name], hostTarget);
    const there = runNative(native.get(name)!);
    if (there.status === NO_NAMESPACES) console.warn('this host lets us make no namespaces');
    else expect(here.output).toBe(there.output);
  });

  it.each([...PROGRAMS, ...OF_A_KERNEL])('prints the same interpreted, in counted time: %s', async (name) => {
    const translated = await runHere(name);
    const interpreted = await runHere(name, { engine: 'interp', time: 'counted' });
    expect(interpreted).toEqual(translated);
  });

  it('executes programs, and lets others have the robust mutex of a process that died', async () => {
    const { output } = await runHere('robust');
    expect(output.split('\n').slice(0, 7)).toEqual([
      'pthread_mutex_lock(m) == EOWNERDEAD = 1',
      'pthread_mutex_consistent(m) = 0',
      'pthread_mutex_unlock(m) = 0',
      'executed with 2 arguments, one two, a value',
      'exec 42',
      'orphan of 1',
      'read(p[0], &c, 1) = 0',
    ]);
  });

  it('leaves no frame, task or process behind', async () => {
    const host = await bootLinux();
    installFile(host, '/bin/program', readFileSync(built.get('memory')!));
    const { kernel } = host.system;
    await runLinux(host, { argv: ['/bin/program'] });
    kernel.caches.reclaim();
    const before = [
      kernel.frames.used,
      kernel.tasks.size,
      kernel.processes.size,
      kernel.pids.tasks.size,
      kernel.futexes.size,
    ];
    for (let i = 0; i < 5; i++) await runLinux(host, { argv: ['/bin/program'] });
    kernel.caches.reclaim();
    expect([
      kernel.frames.used,
      kernel.tasks.size,
      kernel.processes.size,
      kernel.pids.tasks.size,
      kernel.futexes.size,
    ]).toEqual(before);
  });

  it.each([
    ['null', 11],
    ['text', 11],
    ['jump', 11],
    ['illegal', 4],
    ['stack', 11],
    ['far', 11],
    ['kernel', 11],
    ['break', 5],
  ])('is killed by the signal of its fault: %s', async (what, signal) => {
    const host = await bootLinux();
    installFile(host, '/bin/program', readFileSync(built.get('crash')!));
    const { status } = await runLinux(host, { argv: ['/bin/program', what] });
    expect(status & 0x7f).toBe(signal);
  });

  it('runs out of memory alone: the kernel kills the largest and says so', async () => {
    const host = await bootLinux({ memory: 32 * 2 ** 20 });
    installFile(host, '/bin/program', readFileSync(built.get('forever')!));
    const { status } = await runLinux(host, { argv: ['/bin/program', 'memory'] });
    expect(status & 0x7f).toBe(9);
    expect(host.system.kernel.messages.at(-1)).toMatch(/Out of memory: Killed process 2 \(program\)/);
    expect((await runLinux(host, { argv: ['/bin/program', 'once'] })).output).toBe('once\n');
  });

  it.each([
    [3, 10, 400],
    [5, 10, 400],
    [9152, 30, 200],
  ])('makes calls with any arguments, and harms itself alone: %i', async (...numbers) => {
    const host = await bootLinux({ engine: 'interp', time: 'counted', memory: 64 * 2 ** 20 });
    installFile(host, '/bin/program', readFileSync(built.get('random')!));
    const { kernel } = host.system;
    const { output } = await runLinux(host, { argv: ['/bin/program', ...numbers.map(String)] });
    expect(output).toBe('survived\n');
    expect([kernel.tasks.size, kernel.processes.size]).toEqual([0, 1]);
  });

  it('gives way to others, and is killed however busy it is', async () => {
    const host = await bootLinux();
    installFile(host, '/bin/program', readFileSync(built.get('forever')!));
    const { system } = host;
    const { output } = await runLinux(host, { argv: ['/bin/program', 'pair'] });
    expect(output).toBe('killed 9\n');
    expect(system.kernel.tasks.size).toBe(0);
  });
});
