/** Containers outlive the process that has them: whole, with what they changed, whatever ended it. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { ContainerEngine } from '../../src/machine/container/engine.ts';
import type { Entry } from '../../src/machine/container/entry.ts';
import type { ContainerHost } from '../../src/machine/container/host.ts';
import { KeptContainers } from '../../src/machine/container/kept.ts';
import type { Network } from '../../src/machine/container/networks.ts';
import { type Base, NO_DEFAULTS } from '../../src/machine/container/roots.ts';
import { type Folder, memoryFolder } from '../../src/machine/images/folder.ts';
import { changesOf } from '../../src/machine/images/tree.ts';
import { trapframe } from '../support/cli.ts';
import { buildTool, openHost, smallRoot, textOf } from '../support/containers.ts';
import { buildPrograms } from '../support/linux-programs.ts';

const TEST_MS = 60_000;
let host: ContainerHost;
let base: Base;

beforeAll(async () => {
  await buildTool();
  host = await openHost({ time: 'wall' });
  const layer = smallRoot(host).root.fs as Tmpfs;
  layer.hold();
  base = { lowers: [layer], name: 'small', imageId: 'sha256:1', defaults: NO_DEFAULTS, release() {} };
}, 600_000);
afterAll(() => host.close());

const none = (): never => {
  throw new Error('no files of the host');
};

/** An engine as a process of its own would have it, on what a folder holds. */
async function open(folder: Folder): Promise<{ engine: ContainerEngine; errors: string[] }> {
  const errors: string[] = [];
  const keeper = new KeptContainers(folder, (what) => errors.push(what));
  const engine = new ContainerEngine(host, { openFolder: none, openPlace: none, openImage: async () => base, keeper });
  for (const network of await keeper.networks()) engine.networks.restore(network);
  await keeper.load((kept, before) => engine.restore(kept, before));
  return { engine, errors };
}

/** The process is gone, and its containers with it; what is kept stays. */
async function leave(engine: ContainerEngine): Promise<void> {
  await engine.settled();
  for (const entry of engine.entries.values()) host.remove(entry.container);
}

async function run(engine: ContainerEngine, cmd: readonly string[], name: string): Promise<Entry> {
  const entry = await engine.create({ Image: 'small', Cmd: ['/bin/tool', ...cmd] }, name);
  engine.start(entry);
  await entry.container.wait();
  return entry;
}

const changes = ({ opened }: Entry): string[] =>
  [...changesOf(opened.upper, opened.lowers)].map(({ kind, path }) => `${kind} ${path}`);

describe('a container that is kept', { timeout: TEST_MS }, () => {
  it('is what it was: name, end, log, files, in the order of their making; and goes on', async () => {
    const folder = memoryFolder();
    const first = await open(folder);
    const entry = await run(
      first.engine,
      ['say', 'once', 'put', '/etc/new', 'mine', 'mkdir', '/tmp/d', 'exit', '3'],
      'one',
    );
    entry.container.withFiles(({ dentry }) => dentry.inode.lookup('etc')!.unlink('group'));
    first.engine.changed(entry);
    const made = await first.engine.create({ Image: 'small', Cmd: ['/bin/tool', 'say', 'never'] }, 'two');
    first.engine.rename(made, 'second');
    const before = changes(entry);
    const { created, started, finished } = entry.container;
    await leave(first.engine);

    const { engine, errors } = await open(folder);
    expect(errors).toEqual([]);
    expect([...engine.entries.values()].map((e) => [e.name, e.container.state, e.container.ending.code])).toEqual([
      ['one', 'exited', 3],
      ['second', 'created', 0],
    ]);
    const again = engine.find('one');
    expect(again.container).toMatchObject({ id: entry.container.id, created, started, finished });
    expect(textOf(again.container.log.kept)).toBe('once\nmkdir ok\n');
    expect(changes(again)).toEqual(before);
    expect(before).toEqual(expect.arrayContaining(['A /etc/new', 'D /etc/group', 'A /tmp/d']));
    expect(again.container.readText('/etc/new')).toBe('mine');
    engine.start(again);
    await again.container.wait();
    expect(textOf(again.container.log.kept)).toBe('once\nmkdir ok\nonce\nmkdir File exists\n');
    for (const e of [...engine.entries.values()]) engine.remove(e, true);
    await engine.settled();
    expect(await folder.list('kept')).toEqual([]);
    expect((await open(folder)).engine.entries.size).toBe(0);
  });

  it.each([
    ['always', 0, false, true],
    ['always', 0, true, true],
    ['unless-stopped', 0, false, true],
    ['unless-stopped', 0, true, false],
    ['on-failure', 0, false, false],
    ['on-failure', 3, false, true],
    ['on-failure', 3, true, false],
    ['no', 3, false, false],
  ] as const)(
    'with the policy %s, ended with %i (by hand: %s), is started by the next process: %s',
    async (Name, code, byHand, starts) => {
      const folder = memoryFolder();
      const { engine } = await open(folder);
      const entry = await engine.create(
        {
          Image: 'small',
          Cmd: ['/bin/tool', 'on', '15', 'say', 'up', 'pause', 'exit', String(code)],
          HostConfig: { RestartPolicy: { Name } },
        },
        null,
      );
      await engine.run(entry);
      while (!textOf(entry.container.log.kept)) await sleep(5);
      if (byHand) await engine.stop(entry);
      await engine.shutDown(5);
      expect(entry.container.ending.code).toBe(code);
      await leave(engine);
      const next = await open(folder);
      next.engine.revive();
      await sleep(0);
      const [found] = [...next.engine.entries.values()];
      expect(found!.container.state).toBe(starts ? 'running' : 'exited');
      expect(found!.restarts.kept).toEqual({ count: 0, byHand: byHand && !starts });
      await next.engine.shutDown(0);
      await leave(next.engine);
    },
  );

  it('that ran is found as killed, with what it changed and said up to then; one that removes itself is not', async () => {
    const files = new Map<string, Uint8Array>();
    const folder = memoryFolder(files);
    const { engine } = await open(folder);
    const entry = await run(engine, ['put', '/kept', 'x'], 'runs');
    entry.container.spec.process.args.splice(1, 9, 'sleep', '30', 'put', '/late', 'y', 'say', 'up', 'wait');
    await engine.run(entry);
    // The process is killed at this moment.
    const layers = (): string =>
      [...files]
        .flatMap(([path, bytes]) => (path.endsWith('.tar') ? [new TextDecoder('latin1').decode(bytes)] : []))
        .join('');
    for (let i = 0; i < 200 && !layers().includes('late'); i++) await sleep(20);
    await engine.settled();
    expect(entry.container.isUp).toBe(true);
    await engine.create({ Image: 'small', Cmd: ['/bin/tool'], HostConfig: { AutoRemove: true } }, 'brief');
    await leave(engine);
    const second = await open(folder);
    const again = second.engine.find('runs');
    expect(again.container).toMatchObject({ state: 'exited', ending: { code: 137, signal: 9 } });
    expect(changes(again)).toEqual(expect.arrayContaining(['A /kept', 'A /late']));
    expect(again.container.readText('/late')).toBe('y');
    expect(textOf(again.container.log.kept)).toBe('up\n');
    // What has not changed is not written again.
    const before = await folder.list('kept');
    second.engine.rename(again, 'renamed');
    await second.engine.settled();
    second.engine.rename(again, 'runs');
    await second.engine.settled();
    expect((await folder.list('kept')).filter((file) => file.endsWith('.tar'))).toHaveLength(
      before.filter((file) => file.endsWith('.tar')).length,
    );
    expect(second.engine.entries.size).toBe(1);
    await leave(second.engine);
  });

  it('finds the networks people made as they were: number, labels, addresses', async () => {
    const files = new Map<string, Uint8Array>();
    const { engine } = await open(memoryFolder(files));
    const made = ['one', 'two', 'three'].map((name) => engine.createNetwork(name, { of: name }));
    engine.removeNetwork(made[1]!);
    const on = await engine.create({ Image: 'small', Cmd: ['/bin/tool'], HostConfig: { NetworkMode: 'three' } }, 'on');
    await leave(engine);
    const second = await open(memoryFolder(files));
    const own = second.engine.networks.list().filter((network) => network.own);
    const about = ({ id, name, labels, created, subnet }: Network) => ({ id, name, labels, created, subnet });
    expect(own.map(about)).toEqual([made[0]!, made[2]!].map(about));
    expect(second.engine.networks.find('three').subnet).toBe('172.18.2.0/24');
    expect(second.engine.find('on').network).toBe(second.engine.networks.find('three'));
    expect(second.engine.createNetwork('four', {}).subnet).toBe('172.18.3.0/24');
    expect(on.network.name).toBe('three');
    await leave(second.engine);
    files.set('networks.json', new TextEncoder().encode('{"version":1,"networks":[{"id":"x"}]}'));
    const third = await open(memoryFolder(files));
    expect(third.errors.join()).toMatch(/networks.json: .*id/);
    // What a container is on comes again even so.
    expect(third.engine.networks.has('three')).toBe(true);
    await leave(third.engine);
  });

  it('is in one of its states, whole, wherever its process ends', async () => {
    // Counts changes of the folder, and stops taking them after so many.
    const files = new Map<string, Uint8Array>();
    const until = (most: number, files: Map<string, Uint8Array>): Folder => {
      const real = memoryFolder(files);
      let left = most;
      const dead = (): never => {
        throw new Error('the process has ended');
      };
      return {
        ...real,
        remove: (path) => (left-- > 0 ? real.remove(path) : dead()),
        async draft() {
          const draft = await real.draft();
          const { keep } = draft;
          return Object.assign(draft, { keep: (path: string) => (left-- > 0 ? keep(path) : dead()) });
        },
      };
    };
    const { engine } = await open(until(1e9, files));
    await run(engine, ['put', '/file', 'old'], 'it');
    await leave(engine);
    const found = new Set<string>();
    for (let most = 0; most < 8; most++) {
      const copy = new Map(files);
      const crashing = await open(until(most, copy));
      const entry = crashing.engine.find('it');
      entry.container.withFiles(({ dentry }) => {
        dentry.inode.lookup('file')!.write(0, new TextEncoder().encode('new'));
      });
      crashing.engine.changed(entry);
      await leave(crashing.engine);
      const { engine, errors } = await open(memoryFolder(copy));
      expect(errors, `after ${most} changes`).toEqual([]);
      found.add(engine.find('it').container.readText('/file'));
      // Nothing is left that belongs to no container.
      expect((await memoryFolder(copy).list('kept')).length).toBe(2);
      await leave(engine);
    }
    expect([...found]).toEqual(['old', 'new']);
  });

  it('that is damaged is told of, and left where it is; others come', async () => {
    const files = new Map<string, Uint8Array>();
    const { engine } = await open(memoryFolder(files));
    await run(engine, ['put', '/a', 'a'], 'good');
    const bad = await run(engine, ['put', '/b', 'b'], 'bad');
    const worse = await run(engine, ['put', '/c', 'c'], 'worse');
    await leave(engine);
    const layer = [...files.keys()].find((f) => f.startsWith(`kept/${bad.container.id}-`))!;
    files.delete(layer);
    files.set(`kept/${worse.container.id}.json`, new TextEncoder().encode('{"version": 2}'));
    files.set('kept/stray-1.tar', new Uint8Array(9));
    const second = await open(memoryFolder(files));
    expect([...second.engine.entries.values()].map((e) => e.name)).toEqual(['good']);
    expect(second.errors.join('\n')).toMatch(
      /version: .*\n?.*bad is kept, but can’t be had again: its layer .* is missing/s,
    );
    expect([...files.keys()].filter((f) => f.includes('stray'))).toEqual([]);
    expect([...files.keys()].some((f) => f.startsWith(`kept/${worse.container.id}-`))).toBe(true);
    await leave(second.engine);
  });
});

describe('trapframe container', { timeout: TEST_MS }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trapframe-kept-'));
    mkdirSync(join(folder, 'rootfs/bin'), { recursive: true });
    copyFileSync((await buildPrograms(['tool'])).get('tool')!, join(folder, 'rootfs/bin/tool'));
  }, 600_000);
  const env = () => ({ TRAPFRAME_STATE: join(folder, 'state') });
  const cli = async (...args: string[]) => {
    const { stdout, stderr } = await trapframe(['container', ...args], { env: env() });
    return (stdout + stderr).trim();
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const pid = Number(readFileSync(join(folder, 'state/container.pid'), 'utf8'));
    process.kill(pid, signal);
    for (let i = 0; i < 500; i++) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await sleep(10);
    }
  };
  afterAll(async () => {
    await end('SIGTERM').catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds containers again when the background process was killed, or ended', async () => {
    const root = ['--rootfs', join(folder, 'rootfs'), '/bin/tool'];
    await cli('run', '--name', 'box', ...root, 'put', '/x', 'kept', 'exit', '4');
    await end('SIGKILL');
    expect(await cli('ps', '-a')).toMatch(/Exited \(4\).* box$/);
    await cli('run', '-d', '--name', 'hit', ...root, 'put', '/z', 'before', 'say', 'up', 'wait');
    // As it is kept within a second or two.
    const kept = join(folder, 'state/containers/kept');
    const text = (file: string): string => readFileSync(join(kept, file), 'latin1');
    const files = (end: string): string[] => readdirSync(kept).filter((f) => f.endsWith(end));
    /** Whether a container's document names a layer with what it wrote: the layer stands there first. */
    const isKept = (): boolean => {
      const layers = files('.tar').filter((f) => text(f).includes('before'));
      return files('.json').some((f) => layers.some((layer) => text(f).includes(layer)));
    };
    for (let i = 0; i < 200 && !isKept(); i++) await sleep(20);
    await end('SIGKILL');
    expect(await cli('ps', '-a')).toMatch(/Exited \(137\).* hit$/m);
    expect(await cli('diff', 'hit')).toContain('A /z');
    await cli('rm', 'hit');
    expect(await cli('cp', 'box:/x', join(folder, 'x'))).toBe('');
    expect(readFileSync(join(folder, 'x'), 'utf8')).toBe('kept');
    await cli('run', '-d', '--name', 'runs', ...root, 'put', '/y', 'too', 'on', '15', 'say', 'up', 'pause');
    while (!(await cli('logs', 'runs')).includes('up')) await sleep(20);
    await end('SIGTERM');
    expect(await cli('ps', '-a')).toMatch(/Exited \(0\).* runs\n.*Exited \(4\).* box$/);
    expect(await cli('diff', 'runs')).toContain('A /y');
    expect(await cli('rm', 'runs', 'box')).toBe('runs\nbox');
    expect(readdirSync(join(folder, 'state/containers/kept'))).toEqual([]);
    writeFileSync(join(folder, 'state/containers/kept/x.json'), '{');
    expect(await cli('ps', '-aq')).toBe('');
  });
});
