/** Containers on one kernel: what each sees of the system is its own, and nothing of it is left when it is gone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerHost } from '../../src/machine/container/host.ts';
import { parseSpec } from '../../src/machine/container/spec.ts';
import { buildTool, make, openHost, run, smallRoot, textOf } from '../support/containers.ts';

let host: ContainerHost;

beforeAll(async () => {
  await buildTool();
  host = await openHost();
}, 600_000);
afterAll(() => host.close());

const NEW = { NS: '20000', UTS: '4000000', IPC: '8000000', PID: '20000000' } as const;

describe('namespaces', () => {
  it('pid: a container’s first process is 1, and it sees nobody else', async () => {
    const other = make(host, ['wait']);
    other.start();
    const { output } = await run(host, ['pid', 'ls', '/proc', 'kill', '2', '9', 'cat', '/proc/2/comm']);
    host.remove(other);
    expect(output).toMatch(/^pid 1 ppid 0\n1 cmdline /);
    expect(output).toContain('kill No such process\n/proc/2/comm: No such file or directory\n');
  });

  it('mnt: what one mounts, no other sees, nor the same container anew', async () => {
    const files = smallRoot(host);
    files.root.fs.hold();
    const mount = ['mkdir', '/here', 'mount', 'tmpfs', '/here', 'put', '/here/x', 'mine', 'cat', '/here/x'];
    const first = await run(host, mount, { files, capAdd: ['sys_admin'] });
    expect(first.output).toBe('mkdir ok\nmount ok\nmine');
    const second = await run(host, ['ls', '/here', 'ls', '/'], { files });
    expect(second.output).toBe('\nbin dev etc here proc sys tmp\n');
    files.root.fs.release();
    expect((await run(host, ['ls', '/'])).output).toBe('bin dev etc proc sys tmp\n');
  });

  it('uts: each has its host name', async () => {
    const { output } = await run(host, ['host', 'sethost', 'other', 'host'], {
      hostname: 'one',
      capAdd: ['sys_admin'],
    });
    expect(output).toBe('one\nsethostname ok\nother\n');
    expect((await run(host, ['host'], { hostname: 'two' })).output).toBe('two\n');
    expect(host.system.initTask.namespaces.uts.host).toBe('host');
  });

  it('ipc: segments, semaphores and queues are seen by no other, and gone with the last container', async () => {
    const ok = 'shm ok\nsem ok\nmsg ok\nmq ok\n';
    const gone = ['shm', 'sem', 'msg', 'mq'].map((kind) => `${kind} No such file or directory\n`).join('');
    const other = make(host, ['ipc', 'make', 'wait']);
    other.start();
    const { output } = await run(
      host,
      ['ipc', 'look', 'ipc', 'make', 'ipc', 'look', 'unshare', NEW.IPC, 'ipc', 'look'],
      {
        capAdd: ['sys_admin'],
      },
    );
    expect(output).toBe(`${gone}${ok}${ok}unshare ok\n${gone}`);
    const { shm, sem, msg } = other.init!.process.leader.namespaces.ipc;
    expect([shm.count, sem.count, msg.count]).toEqual([1, 1, 1]);
    host.remove(other);
    expect([shm.count, sem.count, msg.count]).toEqual([0, 0, 0]);
  });

  it('user: ids are those of the bundle’s maps, and root inside is nobody outside', async () => {
    const files = smallRoot(host);
    files.root.fs.hold();
    const map = [{ containerID: 0, hostID: 100_000, size: 1000 }];
    const args = [
      'put',
      '/tmp/made',
      'x',
      'cat',
      '/proc/self/uid_map',
      'mknod',
      '/tmp/null',
      'put',
      '/etc/passwd',
      'x',
    ];
    const { output } = await run(host, [...args, 'mount', 'tmpfs', '/tmp', 'sethost', 'mine', 'setuid', '1000'], {
      files,
      capAdd: ['mknod', 'sys_admin'],
      edit: (spec) => {
        spec.linux!.namespaces!.push({ type: 'user' });
        Object.assign(spec.linux!, { uidMappings: map, gidMappings: map });
      },
    });
    expect(output).toBe(
      '         0     100000       1000\nmknod Operation not permitted\n/etc/passwd: Permission denied\n' +
        'mount ok\nsethostname ok\nsetuid Invalid argument\n',
    );
    expect(files.root.fs.root.lookup('tmp')!.lookup('made')!.uid).toBe(100_000);
    files.root.fs.release();
  });

  it('cgroup: a container is at the root of its own tree, and can’t change it', async () => {
    const { output } = await run(host, ['cat', '/proc/self/cgroup', 'put', '/sys/fs/cgroup/pids.max', '9'], {
      pids: 5,
    });
    expect(output).toBe('0::/\n/sys/fs/cgroup/pids.max: Read-only file system\n');
  });

  it('root of a user namespace made inside lifts no limit, and undoes no mount', async () => {
    const { output } = await run(
      host,
      [
        ...['unshare', '12020000', 'mount', 'cgroup2', '/tmp', 'put', '/tmp/pids.max', '9', 'umount', '/sys/fs/cgroup'],
        ...['mount', 'proc', '/tmp', 'mount', 'devtmpfs', '/tmp', 'sethost', 'other', 'mount', 'tmpfs', '/tmp'],
      ],
      { pids: 5 },
    );
    expect(output).toBe(
      'unshare ok\nmount ok\n/tmp/pids.max: Read-only file system\numount Invalid argument\n' +
        'mount Operation not permitted\nmount Operation not permitted\nsethostname Operation not permitted\nmount ok\n',
    );
  });

  it('unshare, setns, chroot and pivot_root work inside', async () => {
    const { output } = await run(
      host,
      [
        ...['unshare', NEW.UTS, 'sethost', 'inner', 'host', 'setns', '/proc/1/ns/uts', 'host'],
        ...['unshare', NEW.PID, 'child', 'pid'],
        ...['unshare', NEW.NS, 'mkdir', '/new', 'bind', '/new', 'pivot', '/new', 'ls', '/'],
      ],
      { capAdd: ['sys_admin'] },
    );
    expect(output).toBe(
      'unshare ok\nsethostname ok\ninner\nsetns ok\ninner\nunshare ok\npid 1 ppid 0\nunshare ok\nmkdir ok\nbind ok\npivot_root ok\n\n',
    );
    const root = await run(host, ['mkdir', '/jail', 'chroot', '/jail', 'ls', '/', 'ls', '/../..', 'cwd']);
    expect(root.output).toBe('mkdir ok\nchroot ok\n\n\n/\n');
  });

  it('are new where the bundle asks for it, shared where not, and joined by path', () => {
    const spaces = (c: ReturnType<typeof make>) => c.init!.process.leader.namespaces;
    const [one, two] = [make(host, ['wait']), make(host, ['wait'])];
    one.start();
    two.start();
    const first = host.system.initTask.namespaces;
    for (const kind of ['mnt', 'pid', 'uts', 'ipc', 'net', 'cgroup'] as const)
      expect(new Set([first[kind].id, spaces(one)[kind].id, spaces(two)[kind].id]).size).toBe(3);
    for (const kind of ['user', 'time'] as const) expect(spaces(one)[kind]).toBe(first[kind]);
    const path = `/proc/${one.pid}/ns/net`;
    const guest = make(host, ['wait'], {
      edit: (spec) => Object.assign(spec.linux!.namespaces!.find((n) => n.type === 'network')!, { path }),
    });
    guest.start();
    expect(spaces(guest).net).toBe(spaces(one).net);
    expect(spaces(guest).uts).not.toBe(spaces(one).uts);
    for (const c of [one, two, guest]) host.remove(c);
  });

  it('are not made or entered without CAP_SYS_ADMIN', async () => {
    const { output } = await run(host, [
      'unshare',
      NEW.UTS,
      'unshare',
      NEW.NS,
      'setns',
      '/proc/1/ns/uts',
      'mount',
      'tmpfs',
      '/tmp',
    ]);
    expect(output).toBe(
      ['unshare', 'unshare', 'setns', 'mount'].map((what) => `${what} Operation not permitted\n`).join(''),
    );
  });
});

describe('the first process', () => {
  it('inherits orphans and reaps them', async () => {
    const { output } = await run(host, ['orphan', 'reap']);
    expect(output).toBe('orphan of 1\nreaped with 7\n');
  });

  it('gets only signals it handles from inside, and any from outside', async () => {
    expect((await run(host, ['kill', '1', '15', 'kill', '1', '9', 'say', 'alive'])).output).toBe(
      'kill ok\nkill ok\nalive\n',
    );
    const container = make(host, ['on', '15', 'say', 'ready', 'pause', 'wait']);
    container.start();
    const seen = (text: string): Promise<void> =>
      new Promise((settle) => {
        const look = () => textOf(container.log.kept).includes(text) && settle();
        container.log.listen(look);
        look();
      });
    await seen('ready');
    container.signal(15);
    await seen('got 15');
    container.signal(9);
    expect(await container.wait()).toEqual({ code: 137, signal: 9 });
    host.remove(container);
  });

  it('takes everybody along when it ends', async () => {
    const before = host.system.kernel.tasks.size;
    const { output } = await run(host, ['background', 'background', 'exit', '3']);
    expect(output).toBe('fork ok\nfork ok\n');
    expect(host.system.kernel.tasks.size).toBe(before);
  });
});

describe('the tree of files', () => {
  it('can be read-only, but for what is mounted', async () => {
    const { output } = await run(
      host,
      ['put', '/x', '1', 'put', '/bin/tool', '1', 'put', '/dev/shm/x', '1', 'cat', '/dev/shm/x'],
      {
        readOnly: true,
      },
    );
    expect(output).toBe('/x: Read-only file system\n/bin/tool: Read-only file system\n1');
  });

  it('hides masked paths and keeps read-only ones', async () => {
    const { output } = await run(host, ['cat', '/etc/passwd', 'ls', '/tmp', 'put', '/proc/sys/kernel/hostname', 'x'], {
      edit: (spec) => spec.linux!.maskedPaths!.push('/etc/passwd', '/proc/sys', '/nothing'),
    });
    expect(output).toBe('\n/proc/sys/kernel/hostname: No such file or directory\n');
    const { output: kept } = await run(host, ['put', '/proc/sys/kernel/hostname', 'x']);
    expect(kept).toBe('/proc/sys/kernel/hostname: Read-only file system\n');
  });

  it('has a terminal of its own', async () => {
    const { output } = await run(host, ['tty', 'ls', '/dev/pts', 'termios2'], { terminal: true });
    expect(output).toBe('/dev/pts/0\r\n0 ptmx\r\ntermios2 ok\r\n');
  });
});

describe('who a process is', () => {
  it('has the ids, directory and environment it was given', async () => {
    const { output } = await run(host, ['id', 'cwd', 'env', 'COLOUR'], {
      user: { uid: 1000, gid: 50, additionalGids: [7, 8] },
      cwd: '/tmp',
      env: ['COLOUR=blue'],
    });
    expect(output).toBe('uid 1000 gid 50 groups 7 8\n/tmp\nblue\n');
  });

  it('has the capabilities it was given, and no more after exec', async () => {
    const set = (list: readonly string[]) =>
      run(host, ['child', 'bounding', '21', 'bounding', '13', 'mknod', '/n'], { capDrop: [...list] });
    expect((await set([])).output).toBe('0\n1\nmknod ok\n');
    expect((await set(['NET_RAW', 'CAP_MKNOD'])).output).toBe('0\n0\nmknod Operation not permitted\n');
    expect((await set(['ALL'])).output).toBe('0\n0\nmknod Operation not permitted\n');
  });
});

describe('a bundle', () => {
  it('is refused with every field that is wrong', () => {
    expect(() =>
      parseSpec({ ociVersion: '2.0', process: { args: [], cwd: 'x' }, root: {}, mounts: [{ destination: 'y' }] }),
    ).toThrow(
      /ociVersion: has to be 1\.x\.y.*process\.args: has to name a program.*process\.cwd: has to be an absolute path.*root\.path.*mounts\[0\]\.destination: has to be an absolute path/,
    );
    expect(() =>
      make(host, [], { edit: (spec) => Object.assign(spec, { hooks: { prestart: [{ path: '/x' }] } }) }),
    ).toThrow('hooks are programs of the host');
  });

  it('that can’t be built leaves nothing behind', async () => {
    const { kernel } = host.system;
    const before = [kernel.frames.used, kernel.tasks.size, kernel.processes.size, kernel.cgroups.descendants];
    const bad = make(host, [], { edit: (spec) => void spec.mounts!.push({ destination: '/x', type: 'nfs' }) });
    expect(() => bad.start()).toThrow('mounts[6] (/x): nfs: ENODEV');
    host.remove(bad);
    const missing = make(host, [], { edit: (spec) => Object.assign(spec.process, { args: ['/bin/none'] }) });
    expect(() => missing.start()).toThrow('/bin/none can’t be started: no such file or directory in the container');
    host.remove(missing);
    expect([kernel.frames.used, kernel.tasks.size, kernel.processes.size, kernel.cgroups.descendants]).toEqual(before);
  });
});

it('leaves no frame, task, process, number, mount, group or timer behind', { timeout: 60_000 }, async () => {
  const { kernel } = host.system;
  const counts = () => ({
    frames: kernel.frames.used,
    tasks: kernel.tasks.size,
    processes: kernel.processes.size,
    numbers: kernel.pids.tasks.size,
    groups: kernel.cgroups.descendants,
    pages: kernel.cgroups.pages,
    futexes: kernel.futexes.size,
    timers: kernel.timers.next,
    caches: kernel.caches.size,
  });
  const one = () => run(host, ['background', 'mkdir', '/tmp/a', 'put', '/dev/shm/x', 'y', 'eat', '1', 'exit', '0']);
  await one();
  const before = counts();
  for (let i = 0; i < 40; i++) await one();
  expect(counts()).toEqual(before);
});
