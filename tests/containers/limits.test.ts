/** Limits of control groups bite, with the kernel's own messages and counters, and harm nobody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readControl, writeControl } from '../../src/linux/proc/cgroup.ts';
import type { ControlGroup } from '../../src/linux/task/cgroup.ts';
import type { ContainerHost } from '../../src/machine/container/host.ts';
import { buildTool, make, openHost, run, smallRoot } from '../support/containers.ts';

let host: ContainerHost;

beforeAll(buildTool, 600_000);
beforeEach(async () => {
  host = await openHost();
});
afterAll(() => host.close());

const values = (group: ControlGroup, file: string): Record<string, number> =>
  Object.fromEntries(
    readControl(host.system.kernel, group, file)
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([key, value]) => [key, Number(value)]),
  );

const messages = (): string[] => host.system.kernel.messages.map((line) => line.replace(/^\[.*?\] /, ''));

describe('memory', () => {
  it('kills who is over memory.max, and says so', async () => {
    const container = make(host, ['eat', '2', 'child', 'eat', '40'], { memory: 16 * 2 ** 20 });
    container.start();
    const { code } = await container.wait();
    expect(code).toBe(137);
    expect(container.oomKilled).toBe(true);
    expect(values(container.cgroup, 'memory.events')).toMatchObject({ oom: 1, oom_kill: 1 });
    expect(messages()).toEqual([
      'tool invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
      expect.stringMatching(/^memory: usage 16384kB, limit 16384kB, failcnt [1-9]/),
      expect.stringMatching(
        /^oom-kill:constraint=CONSTRAINT_MEMCG,.*oom_memcg=\/trapframe\/c\d+,task_memcg=.*,task=tool,pid=\d+,uid=0$/,
      ),
      expect.stringMatching(/^Memory cgroup out of memory: Killed process \d+ \(tool\) total-vm:\d+kB, anon-rss:\d+kB/),
    ]);
    host.remove(container);
  });

  it('spares who is not to be killed, and others of the same kernel', async () => {
    const other = make(host, ['eat', '10', 'wait']);
    other.start();
    const { code } = await run(host, ['eat', '40'], { memory: 2 ** 23 });
    expect(code).toBe(137);
    expect(other.state).toBe('running');
    host.remove(other);
  });

  it('slows who is over memory.high down', async () => {
    const container = make(host, ['eat', '6'], { unified: { 'memory.high': '4M' } });
    container.start();
    expect((await container.wait()).code).toBe(0);
    expect(values(container.cgroup, 'memory.events').high).toBeGreaterThan(0);
    expect(values(container.cgroup, 'memory.stat').pgfault).toBeGreaterThan(1000);
    host.remove(container);
  });

  it('counts files in memory too', async () => {
    const { output } = await run(host, ['fill', '/dev/shm/x'], { memory: 2 ** 23 });
    expect(output).toMatch(/^filled \d+ KiB, then Out of memory\n$/);
    expect(Number(/\d+/.exec(output)![0])).toBeLessThan(8192);
    const small = await run(host, ['fill', '/dev/shm/x'], { shmSize: 2 ** 20 });
    expect(small.output).toBe('filled 1024 KiB, then No space left on device\n');
  });
});

describe('pids', () => {
  it('refuses a fork beyond pids.max', async () => {
    const container = make(host, ['forks'], { pids: 6 });
    const other = make(host, ['child', 'say', 'fine']);
    container.start();
    other.start();
    await container.wait();
    expect((await other.wait()).code).toBe(0);
    expect(readControl(host.system.kernel, container.cgroup, 'pids.peak')).toBe('6\n');
    expect(values(container.cgroup, 'pids.events')).toEqual({ max: 1 });
    expect(messages()).toEqual([`cgroup: fork rejected by pids controller in ${container.cgroup.path}`]);
    host.remove(container);
    host.remove(other);
  });
});

describe('cpu', () => {
  it('holds back who has used its quota, in counted time', async () => {
    const container = make(host, ['work', '600000'], { cpu: { quota: 25_000, period: 100_000 } });
    const from = host.system.kernel.now();
    container.start();
    await container.wait();
    const wall = host.system.kernel.now() - from;
    const { usage } = container.cgroup.cpu;
    // A quarter of the time, but for the last period, which it need not fill.
    expect(usage / wall).toBeGreaterThan(0.2);
    expect(usage / wall).toBeLessThan(0.36);
    const stat = values(container.cgroup, 'cpu.stat');
    expect(stat.nr_throttled).toBeGreaterThan(1);
    expect(stat.throttled_usec).toBeGreaterThan((wall - usage) / 1000 / 2);
    host.remove(container);
  });

  it('shares the processor by weight', async () => {
    const [light, heavy] = [100, 300].map((weight) =>
      make(host, ['spin'], { unified: { 'cpu.weight': String(weight) } }),
    );
    light!.start();
    heavy!.start();
    while (heavy!.cgroup.cpu.usage < 15e9) await new Promise((r) => setTimeout(r, 2));
    const ratio = heavy!.cgroup.cpu.usage / light!.cgroup.cpu.usage;
    expect(ratio).toBeGreaterThan(2.8);
    expect(ratio).toBeLessThan(3.2);
    host.remove(light!);
    host.remove(heavy!);
  });
});

describe('io', () => {
  it('slows a container down to io.max of a device', async () => {
    const files = smallRoot(host);
    const device = `0:${files.root.fs.device}`;
    const slow = make(host, ['put', '/x', 'a'.repeat(2048), 'put', '/y', 'b'.repeat(2048)], {
      files,
      unified: { 'io.max': `${device} wbps=1024` },
    });
    const from = host.system.kernel.now();
    slow.start();
    await slow.wait();
    // 2 KiB take two seconds before the next write; nobody waits for the last one.
    expect((host.system.kernel.now() - from) / 1e9).toBeGreaterThan(1.9);
    expect(readControl(host.system.kernel, slow.cgroup, 'io.stat')).toContain(
      `${device} rbytes=0 wbytes=4096 rios=0 wios=2`,
    );
    host.remove(slow);
  });
});

describe('the tree of groups', () => {
  it('is a file system inside, with the kernel’s rules', async () => {
    const { output } = await run(
      host,
      [
        ...['cat', '/sys/fs/cgroup/cgroup.procs', 'mkdir', '/sys/fs/cgroup/a', 'ls', '/sys/fs/cgroup/a'],
        // Processes and controllers for groups below exclude each other.
        ...['put', '/sys/fs/cgroup/cgroup.subtree_control', '+pids'],
        ...[
          'put',
          '/sys/fs/cgroup/a/cgroup.procs',
          '1',
          'put',
          '/sys/fs/cgroup/cgroup.subtree_control',
          '+pids +memory',
        ],
        ...['put', '/sys/fs/cgroup/a/pids.max', '1', 'child', 'say', 'never'],
      ],
      { privileged: true },
    );
    expect(output).toBe(
      '1\nmkdir ok\ncgroup.controllers cgroup.events cgroup.freeze cgroup.kill cgroup.max.depth cgroup.max.descendants cgroup.procs cgroup.stat cgroup.subtree_control cgroup.threads cgroup.type cpu.stat\n' +
        '/sys/fs/cgroup/cgroup.subtree_control: Resource busy\nfork: Resource temporarily unavailable\n',
    );
  });

  it('freezes a group and lets it go on', async () => {
    const container = make(host, ['work', '3000000', 'say', 'done']);
    container.start();
    container.pause();
    expect(values(container.cgroup, 'cgroup.events')).toEqual({ populated: 1, frozen: 1 });
    await new Promise((r) => setTimeout(r, 30));
    expect(container.cgroup.cpu.usage).toBe(0);
    container.resume();
    expect((await container.wait()).code).toBe(0);
    host.remove(container);
  });

  it('kills a group, frozen or not', async () => {
    const container = make(host, ['background', 'wait']);
    container.start();
    container.pause();
    writeControl(host.system.kernel, container.cgroup, 'cgroup.kill', '1');
    expect(await container.wait()).toEqual({ code: 137, signal: 9 });
    expect(values(container.cgroup, 'cgroup.events').populated).toBe(0);
    host.remove(container);
  });
});

describe('a hostile container', () => {
  it.each([
    ['spins', ['spin']],
    ['forks without end', ['forks', 'wait']],
    ['crashes', ['crash']],
    ['writes without end', ['fill', '/tmp/x']],
    ['eats memory', ['eat', '4000']],
  ])('that %s harms no other', async (_, args) => {
    const bad = make(host, args, { pids: 50, memory: 2 ** 25, tmpfs: { '/tmp': '' } });
    bad.start();
    const good = await run(host, ['child', 'say', 'fine', 'eat', '3']);
    expect(good.output).toBe('fine\nate 3\n');
    expect(good.code).toBe(0);
    host.remove(bad);
    expect(host.system.kernel.tasks.size).toBe(0);
  });
});
