/** The engine: requests of the Docker Engine API, roots of shared layers, what a container changed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { inspectionOf, statsOf, statusText, summaryOf } from '../../src/machine/container/describe.ts';
import { ContainerEngine } from '../../src/machine/container/engine.ts';
import type { Entry } from '../../src/machine/container/entry.ts';
import type { ContainerHost } from '../../src/machine/container/host.ts';
import { type Base, NO_DEFAULTS } from '../../src/machine/container/roots.ts';
import type { Sources } from '../../src/machine/container/sources.ts';
import { changesOf } from '../../src/machine/images/tree.ts';
import { buildTool, openHost, smallRoot, textOf } from '../support/containers.ts';

let host: ContainerHost;
let engine: ContainerEngine;
let layer: Tmpfs;

beforeAll(async () => {
  await buildTool();
  host = await openHost({ time: 'wall' });
  layer = smallRoot(host).root.fs as Tmpfs;
  layer.hold();
  const base: Base = {
    lowers: [layer],
    name: 'small:latest',
    imageId: 'sha256:1234',
    defaults: {
      ...NO_DEFAULTS,
      entrypoint: ['/bin/tool'],
      cmd: ['say', 'default'],
      env: ['COLOUR=red'],
      user: 'ann',
      cwd: '/tmp',
    },
    release() {},
  };
  const sources: Sources = {
    openFolder: () => base,
    openPlace: () => {
      throw new Error('no files of the host');
    },
    openImage: async () => base,
  };
  engine = new ContainerEngine(host, sources);
}, 600_000);
afterAll(() => host.close());

async function finished(body: object, name: string | null = null): Promise<{ entry: Entry; output: string }> {
  const entry = await engine.create({ Image: 'small', ...body }, name);
  engine.start(entry);
  await entry.container.wait();
  return { entry, output: textOf(entry.container.log.kept) };
}

/** The numbers of a JSON value, with their paths. */
const numbersOf = (value: unknown, path = ''): [string, number][] =>
  typeof value === 'number'
    ? [[path, value]]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, part]) => numbersOf(part, `${path}.${key}`))
      : [];

it('tells its counters in whole numbers, which is all that clients take', async () => {
  const { entry } = await finished({ Cmd: ['say', 'x'], HostConfig: { NanoCpus: 300_000_001, Memory: 2 ** 25 + 1 } });
  const look = (before: object | null) =>
    statsOf(entry, 1.5, { memory: 2 ** 30, processors: 2, time: 33_081_799_632.000004 }, before);
  const told = numbersOf(look(look(null)));
  expect(told.length).toBeGreaterThan(15);
  expect(told.filter(([, number]) => !Number.isSafeInteger(number) || number < 0)).toEqual([]);
  expect(
    numbersOf(JSON.parse(JSON.stringify(inspectionOf(entry)))).filter(([, n]) => !Number.isSafeInteger(n)),
  ).toEqual([]);
  engine.remove(entry, false);
});

describe('a request', () => {
  it('takes from the image what it does not say itself', async () => {
    const plain = await finished({});
    expect(plain.output).toBe('default\n');
    const ids = await finished({
      Cmd: ['id', 'env', 'COLOUR', 'env', 'HOME', 'cwd', 'env', 'HOSTNAME', 'host'],
      Hostname: 'named',
    });
    expect(ids.output).toBe('uid 1000 gid 1000 groups 50\nred\n/home/ann\n/tmp\nnamed\nnamed\n');
    const own = await finished({
      Cmd: ['id', 'env', 'COLOUR', 'cwd'],
      User: '0:staff',
      Env: ['COLOUR=blue'],
      WorkingDir: '/',
    });
    expect(own.output).toBe('uid 0 gid 50 groups\nblue\n/\n');
    for (const { entry } of [plain, ids, own]) engine.remove(entry, false);
  });

  it('may hold what it does not ask for, as clients send all they know', async () => {
    const { entry, output } = await finished({
      Volumes: {},
      OnBuild: null,
      HostConfig: {
        CpusetCpus: '',
        Devices: [],
        MemorySwappiness: -1,
        BlkioWeight: 0,
        LogConfig: { Type: '', Config: {} },
      },
    });
    expect(output).toBe('default\n');
    engine.remove(entry, false);
  });

  it('chooses the directory it begins in, groups, names, the resolver, and processor time', async () => {
    const { entry, output } = await finished({
      Cmd: ['cwd', 'id', 'host', 'cat', '/proc/sys/kernel/domainname', 'cat', '/etc/resolv.conf', 'cat', '/etc/hosts'],
      WorkingDir: '/made/for/it',
      Hostname: 'box',
      Domainname: 'example.org',
      HostConfig: {
        GroupAdd: ['7', 'staff'],
        Dns: ['9.9.9.9'],
        DnsSearch: ['one.org', 'two.org'],
        DnsOptions: ['ndots:2', 'rotate'],
        ExtraHosts: ['other:10.0.0.9', 'six:fe80::1'],
        CpuPeriod: 50_000,
        CpuQuota: 10_000,
      },
    });
    expect(output).toBe(
      `${[
        '/made/for/it',
        'uid 1000 gid 1000 groups 50 7',
        'box',
        'example.org',
        'nameserver 9.9.9.9',
        'search one.org',
        'search two.org',
        'options ndots:2 rotate',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        '10.0.0.9\tother',
        'fe80::1\tsix',
        '127.0.1.1\tbox.example.org box',
      ].join('\n')}\n`,
    );
    expect(entry.container.cgroup.cpu.max).toEqual({ quota: 10_000, period: 50_000 });
    engine.remove(entry, false);
  });

  it.each([
    [{ HostConfig: { Memory: -1 } }, /HostConfig\.Memory/],
    [{ Cmd: [''], Entrypoint: [] }, /there is nothing to run/],
    [{ User: 'nobody' }, /there is no user “nobody”/],
    [{ User: 'ann:wheel' }, /there is no group “wheel”/],
    [{ Env: ['=x'] }, /“=x” is not NAME=VALUE/],
    [{ HostConfig: { CapAdd: ['fly'] } }, /there is no capability “fly”/],
    [{ HostConfig: { Binds: ['/x:relative'] } }, /is not HOST:CONTAINER/],
    [{ HostConfig: { SecurityOpt: ['magic'] } }, /there is no “magic”/],
    [{ HostConfig: { Ulimits: [{ Name: 'x', Soft: 1, Hard: 1 }] } }, /process\.rlimits\[0\]\.type/],
    [{ HostConfig: { Sysctls: { 'net.ipv4.magic': '1' } } }, /linux\.sysctl: net\.ipv4\.magic is none/],
    [{ HostConfig: { Sysctls: { 'vm.overcommit_memory': '1' } } }, /linux\.sysctl: vm\.overcommit_memory is none/],
    [{ HostConfig: { Sysctls: { 'net.ipv4.tcp_fin_timeout': '1' } } }, /tcp_fin_timeout is none/],
    [
      { HostConfig: { NetworkMode: 'host', Sysctls: { 'net.core.somaxconn': '9' } } },
      /net\.core\.somaxconn would change the net namespace of others/,
    ],
    [{ HostConfig: { BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1 }] } }, /BlkioDeviceReadBps: there is no block/],
    [{ StopSignal: 'SIGNOT' }, /there is no signal “SIGNOT”/],
    [{ Rootfs: '/x' }, /an image or a root folder, not both/],
    [{ HostConfig: { RestartPolicy: { Name: 'often' } } }, /RestartPolicy\.Name: has to be no, always/],
    [
      { HostConfig: { RestartPolicy: { Name: 'always', MaximumRetryCount: 3 } } },
      /a number of times is for on-failure/,
    ],
    [{ HostConfig: { RestartPolicy: { Name: 'always' }, AutoRemove: true } }, /AutoRemove and RestartPolicy exclude/],
    [{ HostConfig: { CpusetCpus: '0' } }, /HostConfig\.CpusetCpus: is not offered/],
    [{ HostConfig: { Devices: [{ PathOnHost: '/dev/fuse' }] } }, /HostConfig\.Devices: is not offered/],
    [{ HostConfig: { LogConfig: { Type: 'syslog' } } }, /HostConfig\.LogConfig\.Type: can only be “memory”/],
    [{ HostConfig: { PidMode: 'both' } }, /HostConfig\.PidMode: has to be private, shareable, host or container:NAME/],
    [{ HostConfig: { NetworkMode: 'container:nobody' } }, /there is no container nobody/],
    [{ HostConfig: { NanoCpus: 1e9, CpuQuota: 1000 } }, /--cpus says the same as --cpu-period and --cpu-quota/],
    [{ HostConfig: { Dns: ['name'] } }, /HostConfig\.Dns\[0\]: has to be an address/],
    [{ HostConfig: { ExtraHosts: ['name:host-gateway'] } }, /“name:host-gateway” is not NAME:ADDRESS/],
    [{ HostConfig: { GroupAdd: ['wheel'] } }, /there is no group “wheel”/],
    [
      { NetworkingConfig: { EndpointsConfig: { bridge: { IPAMConfig: { IPv4Address: '172.17.0.9' } } } } },
      /EndpointsConfig\.bridge\.IPAMConfig: is not offered/,
    ],
  ])('%j is refused, and nothing is left of it', async (body, message) => {
    const groups = host.system.kernel.cgroups.descendants;
    // Its name, as a whole container is too much to print.
    await expect(engine.create({ Image: 'small', ...body }, null).then((entry) => entry.name)).rejects.toThrow(message);
    expect([engine.entries.size, host.containers.size, host.system.kernel.cgroups.descendants]).toEqual([0, 0, groups]);
  });
});

describe('names', () => {
  it('are given once, and found with numbers and their beginnings', async () => {
    const entry = await engine.create({ Image: 'small' }, 'one');
    await expect(engine.create({ Image: 'small' }, 'one')).rejects.toThrow('the name one is that of container');
    await expect(engine.create({ Image: 'small' }, '-x')).rejects.toThrow('is no name for a container');
    for (const text of ['one', '/one', entry.container.id, entry.container.id.slice(0, 12)])
      expect(engine.find(text)).toBe(entry);
    engine.rename(entry, 'two');
    expect(() => engine.find('one')).toThrow('there is no container one');
    expect(summaryOf(entry, Date.now())).toMatchObject({
      Names: ['/two'],
      State: 'created',
      Status: 'Created',
      Image: 'small:latest',
    });
    engine.remove(entry, false);
  });
});

describe('entries of /proc/sys', () => {
  const KEYS = ['net/core/somaxconn', 'kernel/shmmni', 'kernel/sem', 'net/ipv4/ip_unprivileged_port_start'];
  const Cmd = KEYS.flatMap((key) => ['cat', `/proc/sys/${key}`]);

  it('are a container’s own, as asked for, at each start', async () => {
    const Sysctls = {
      'net.core.somaxconn': '77',
      'kernel.shmmni': '12',
      'kernel/sem': '250 32000 100 128',
      'net.ipv4.ip_unprivileged_port_start': '80',
    };
    const { entry, output } = await finished({ Cmd, HostConfig: { Sysctls } });
    expect(output).toBe('77\n12\n250\t32000\t100\t128\n80\n');
    engine.start(entry);
    await entry.container.wait();
    expect(textOf(entry.container.log.kept)).toBe(output.repeat(2));
    const plain = await finished({ Cmd });
    expect(plain.output).not.toContain('77');
    expect(plain.output).toMatch(/\n1024\n$/);
    for (const each of [entry, plain.entry]) engine.remove(each, false);
  });

  it('say which value they do not take, and nothing has started', async () => {
    const Sysctls = { 'net.core.somaxconn': 'many' };
    const entry = await engine.create({ Image: 'small', Cmd, HostConfig: { Sysctls } }, null);
    expect(() => engine.start(entry)).toThrow('linux.sysctl: net.core.somaxconn: “many” is not for it');
    expect(entry.container.isUp).toBe(false);
    engine.remove(entry, false);
  });
});

describe('shared layers', () => {
  it('a second container adds only what it writes', async () => {
    const first = await finished({ User: '0', Cmd: ['put', '/etc/motd', 'hello', 'put', '/bin/new', 'x'] });
    const caches = host.system.kernel.caches.size;
    const second = await finished({ User: '0', Cmd: ['ls', '/etc', 'cat', '/etc/motd'] });
    expect(second.output).toBe('group hostname hosts passwd resolv.conf\n/etc/motd: No such file or directory\n');
    // No page of the program that was not there.
    expect(second.entry.opened.used()).toBe(0);
    expect(host.system.kernel.caches.size).toBe(caches);
    const changes = ({ opened }: Entry) =>
      [...changesOf(opened.upper, opened.lowers)].map((c) => `${c.kind} ${c.path}`);
    expect(changes(first.entry)).toEqual(['C /bin', 'A /bin/new', 'C /etc', 'A /etc/motd']);
    expect(changes(second.entry)).toEqual([]);
    for (const { entry } of [first, second]) engine.remove(entry, false);
  });
});

describe('a container’s life', () => {
  it('is told by its state, starts again, and is stopped', async () => {
    const entry = await engine.create(
      { Image: 'small', Cmd: ['on', '12', 'say', 'up', 'pause', 'exit', '5'], StopSignal: 'USR2' },
      null,
    );
    engine.start(entry);
    expect(() => engine.start(entry)).toThrow('runs already');
    expect(statusText(entry, Date.now())).toMatch(/^Up 0 seconds$/);
    expect(() => engine.remove(entry, false)).toThrow('stop it, or remove it with --force');
    while (!textOf(entry.container.log.kept).includes('up')) await new Promise((r) => setTimeout(r, 5));
    await engine.stop(entry);
    expect(statusText(entry, Date.now())).toMatch(/^Exited \(5\) /);
    engine.start(entry);
    await engine.stop(entry, 0);
    expect(inspectionOf(entry)).toMatchObject({
      State: { Status: 'exited', Running: false },
      Config: { StopSignal: 'SIGUSR2' },
    });
    engine.remove(entry, false);
  });

  it('has other programs run in it, as others if asked', async () => {
    const entry = await engine.create({ Image: 'small', Cmd: ['wait'] }, null);
    expect(() => engine.execs.create(entry, { Cmd: ['/bin/tool'] })).toThrow('does not run');
    engine.start(entry);
    const exec = async (body: object) => {
      const running = engine.execs.start(engine.execs.create(entry, body));
      const { code } = await running.ended;
      return `${textOf(running.io.log.kept)}${code}`;
    };
    expect(await exec({ Cmd: ['/bin/tool', 'id', 'pid', 'env', 'COLOUR'] })).toMatch(
      /^uid 1000 gid 1000 groups 50\npid [2-9] ppid 0\nred\n0$/,
    );
    expect(await exec({ Cmd: ['/bin/tool', 'id', 'exit', '9'], User: 'root' })).toBe('uid 0 gid 0 groups\n9');
    expect(() => engine.execs.start(engine.execs.create(entry, { Cmd: ['/none'] }))).toThrow('/none can’t be started');
    engine.remove(entry, true);
    expect(host.system.kernel.tasks.size).toBe(0);
  });

  it('ends by itself with AutoRemove', async () => {
    const entry = await engine.create({ Image: 'small', HostConfig: { AutoRemove: true } }, null);
    engine.start(entry);
    await entry.container.wait();
    await new Promise((r) => setTimeout(r, 20));
    expect(engine.entries.size).toBe(0);
  });
});

describe('restart policies', () => {
  /** Resolves when it has ended so many times. */
  const ends = (entry: Entry, times: number): Promise<void> =>
    new Promise((settle) => {
      let left = times;
      const stop = engine.events.listen(({ id, action }) => {
        if (id !== entry.container.id || action !== 'die' || --left > 0) return;
        stop();
        settle();
      });
    });
  const begin = (policy: object, cmd: readonly string[]): Promise<Entry> =>
    engine.create({ Image: 'small', Cmd: cmd, HostConfig: { RestartPolicy: policy } }, null);
  const state = (entry: Entry): object => {
    const { State, RestartCount } = inspectionOf(entry) as { State: object; RestartCount: number };
    return { ...State, RestartCount };
  };

  it('start who fails again, so many times and no more', async () => {
    const entry = await begin({ Name: 'on-failure', MaximumRetryCount: 2 }, ['say', 'run', 'exit', '3']);
    const ended = ends(entry, 3);
    await engine.run(entry);
    await entry.container.wait();
    expect(state(entry)).toMatchObject({ Status: 'restarting', Running: true, Restarting: true, ExitCode: 3 });
    expect(statusText(entry, Date.now())).toMatch(/^Restarting \(3\) /);
    expect(() => engine.remove(entry, false)).toThrow('stop it, or remove it with --force');
    await ended;
    expect(state(entry)).toMatchObject({ Status: 'exited', Restarting: false, RestartCount: 2 });
    expect(textOf(entry.container.log.kept)).toBe('run\nrun\nrun\n');
    engine.remove(entry, false);
  });

  it.each([
    ['on-failure', ['exit', '0']],
    ['no', ['exit', '1']],
  ])('%s leaves one alone that ends with %j', async (Name, cmd) => {
    const entry = await begin({ Name }, cmd);
    await engine.run(entry);
    await entry.container.wait();
    expect(state(entry)).toMatchObject({ Status: 'exited', Restarting: false });
    engine.remove(entry, false);
  });

  it.each(['stop', 'kill'] as const)('end where somebody ends it: %s', async (how) => {
    const entry = await begin({ Name: 'always' }, ['exit', '0']);
    const twice = ends(entry, 2);
    await engine.run(entry);
    await twice;
    // It is about to be started again.
    if (how === 'stop') await engine.stop(entry);
    else engine.kill(entry, 9);
    expect(state(entry)).toMatchObject({ Status: 'exited', Restarting: false, RestartCount: 1 });
    engine.remove(entry, false);
    const waiting = await begin({ Name: 'unless-stopped' }, ['wait']);
    await engine.run(waiting);
    if (how === 'stop') await engine.stop(waiting, 0);
    else {
      const ended = ends(waiting, 1);
      engine.kill(waiting, 9);
      await ended;
    }
    expect(state(waiting)).toMatchObject({ Status: 'exited', Restarting: false });
    engine.update(waiting, { RestartPolicy: { Name: 'no' } });
    engine.remove(waiting, false);
  });
});

describe('health checks', () => {
  const MS = 1e6;
  const CHECK = { Interval: 10 * MS, Timeout: 1000 * MS, Retries: 2 };
  const healthOf = (entry: Entry) =>
    (
      inspectionOf(entry) as {
        State: { Health?: { Status: string; FailingStreak: number; Log: { Output: string }[] } };
      }
    ).State.Health;
  /** A container that waits, its state after so many changes of its health, and what was told of that. */
  async function watched(check: object, changes: number) {
    const told: string[] = [];
    const entry = await engine.create({ Image: 'small', Cmd: ['wait'], Healthcheck: check }, null);
    const seen = new Promise<void>((settle) => {
      const stop = engine.events.listen(({ id, action }) => {
        if (id !== entry.container.id || !action.startsWith('health_status')) return;
        if (told.push(action) < changes) return;
        stop();
        settle();
      });
    });
    await engine.run(entry);
    expect(healthOf(entry)?.Status).toBe('starting');
    expect(statusText(entry, Date.now())).toMatch(/ \(health: starting\)$/);
    await seen;
    const health = healthOf(entry)!;
    const status = statusText(entry, Date.now());
    engine.remove(entry, true);
    return { told, health, status };
  }

  it('say that a container is well', async () => {
    const { told, health, status } = await watched({ ...CHECK, Test: ['CMD', '/bin/tool', 'say', 'well'] }, 1);
    expect(told).toEqual(['health_status: healthy']);
    expect(health).toMatchObject({ Status: 'healthy', FailingStreak: 0, Log: [{ ExitCode: 0, Output: 'well\n' }] });
    expect(status).toMatch(/ \(healthy\)$/);
  });

  it.each([
    [['CMD', '/bin/tool', 'say', 'ill', 'exit', '7'], { ExitCode: 7, Output: 'ill\n' }],
    [['CMD', '/none'], { ExitCode: 126, Output: expect.stringContaining('/none can’t be started') }],
    [
      ['CMD', '/bin/tool', 'say', 'so', 'wait'],
      { ExitCode: -1, Output: expect.stringMatching(/exceeded timeout \(0\.05s\)/) },
    ],
  ])('%j makes it unhealthy at the second time', async (Test, last) => {
    const { health, status } = await watched({ ...CHECK, Timeout: 50 * MS, Test }, 1);
    expect(health).toMatchObject({ Status: 'unhealthy', FailingStreak: 2, Log: [last, last] });
    expect(status).toMatch(/ \(unhealthy\)$/);
  });

  it('do not count failures while it starts, nor look where nobody asks', async () => {
    const entry = await engine.create(
      {
        Image: 'small',
        Cmd: ['wait'],
        Healthcheck: {
          ...CHECK,
          StartPeriod: 60_000 * MS,
          StartInterval: 5 * MS,
          Test: ['CMD', '/bin/tool', 'exit', '1'],
        },
      },
      null,
    );
    await engine.run(entry);
    while ((healthOf(entry)?.Log.length ?? 0) < 4) await new Promise((r) => setTimeout(r, 5));
    expect(healthOf(entry)).toMatchObject({ Status: 'starting', FailingStreak: 0 });
    engine.remove(entry, true);
    for (const Healthcheck of [undefined, { Test: ['NONE'] }]) {
      const plain = await engine.create({ Image: 'small', Healthcheck }, null);
      expect(healthOf(plain)).toBeUndefined();
      engine.remove(plain, true);
    }
  });
});
