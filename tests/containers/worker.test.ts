/** Container hosts in workers: several at once in Node, and the same in a browser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/image/source.ts';
import { type NewEntry, writeTar } from '../../src/image/tar-write.ts';
import type { RemoteContainers } from '../../src/machine/container/remote.ts';
import { Connection } from '../../src/rpc/connection.ts';
import { startNodeWorker } from '../../src/rpc/node.ts';
import { CHROMIUM } from '../support/browser.ts';
import { buildPrograms } from '../support/linux-programs.ts';
import { coreModule, projectRoot } from '../support/machine.ts';
import { WorkerPage } from '../support/page.ts';

const CALL_MS = 60_000;
const OPTIONS = {
  memory: 2 ** 27,
  engine: 'jit',
  counting: false,
  time: 'counted',
  seed: 1,
  hostName: 'worker',
} as const;

let root: Uint8Array;

beforeAll(async () => {
  const tool = readFileSync((await buildPrograms(['tool'])).get('tool')!);
  const own = { uid: 0, gid: 0, mtime: 0, link: '', device: [0, 0], xattrs: new Map() } as const;
  const entries: NewEntry[] = [
    { ...own, name: 'bin/', type: 'directory', mode: 0o755 },
    { ...own, name: 'bin/tool', type: 'file', mode: 0o755, content: bytesSource(tool) },
  ];
  root = new Uint8Array(Buffer.concat([...writeTar(entries)]));
}, 600_000);

describe('container hosts in workers of Node', () => {
  const workers: Connection<RemoteContainers>[] = [];
  afterAll(() => Promise.all(workers.map((w) => w.close())));

  it('run at the same time, and know nothing of each other', { timeout: CALL_MS }, async () => {
    const script = pathToFileURL(join(projectRoot(), 'dist/workers/container.js'));
    const outputs = await Promise.all(
      [1, 2].map(async (n) => {
        const worker = new Connection<RemoteContainers>(startNodeWorker(script));
        workers.push(worker);
        const call = <T>(what: (w: Parameters<Parameters<typeof worker.call>[2]>[0]) => T) =>
          worker.call('container', CALL_MS, what as never) as Promise<Awaited<T>>;
        await call((w) => w.open(coreModule(), OPTIONS));
        await call((w) => w.importRoot(root, 'small', ['/bin/tool', 'wait']));
        const id = await call((w) => w.create({ Image: 'small', Hostname: `box${n}` }, 'same'));
        await call((w) => w.start(id));
        const ran = await call((w) => w.exec(id, { Cmd: ['/bin/tool', 'host', 'ls', '/proc', 'exit', String(n)] }));
        const listed = await call((w) => w.list());
        await call((w) => w.kill(id, 'SIGKILL'));
        const { code } = await call((w) => w.wait(id));
        // A volume of its own outlives the container.
        for (const [i, cmd] of [
          ['put', '/v/x', 'kept'],
          ['cat', '/v/x'],
        ].entries()) {
          const HostConfig = { Binds: ['store:/v'] };
          const user = await call((w) => w.create({ Image: 'small', Cmd: ['/bin/tool', ...cmd], HostConfig }, null));
          await call((w) => w.start(user));
          await call((w) => w.wait(user));
          const { stdout } = await call((w) => w.output(user));
          expect(new TextDecoder().decode(stdout)).toBe(i ? 'kept' : '');
          await expect(call((w) => w.removeVolume('store'))).rejects.toThrow('the volume store is used by');
          await call((w) => w.remove(user, true));
        }
        expect(await call((w) => w.volumes())).toEqual(['store']);
        await call((w) => w.removeVolume('store'));
        await expect(call((w) => w.create({ Image: 'none' }, null))).rejects.toMatchObject({ name: 'InputError' });
        return [new TextDecoder().decode(ran.stdout).split('\n')[0], ran.code, listed.length, code];
      }),
    );
    expect(outputs).toEqual([
      ['box1', 1, 1, 137],
      ['box2', 2, 1, 137],
    ]);
  });
});

describe.skipIf(!CHROMIUM)('containers in a browser', () => {
  const page = new WorkerPage();
  beforeAll(() =>
    page.open('tests/support/container-worker.ts', {
      'core.wasm': new Uint8Array(readFileSync(join(projectRoot(), 'build/trapframe.wasm'))),
      'root.tar': root,
    }),
  );
  afterAll(() => page.close());

  it('run, are isolated and limited as in Node, with volumes in the browser’s own files', {
    timeout: CALL_MS,
  }, async () => {
    expect(await page.run()).toEqual({
      ending: { code: 0, signal: 0 },
      output: 'hello\npid 1 ppid 0\nbox\n',
      killed: { code: 137, signal: 9 },
      message: expect.stringMatching(/Memory cgroup out of memory: Killed process \d+ \(tool\)/),
      volume: {
        busy: 'the volume store is in use by another host of containers',
        read: 'file folder\nkept',
        names: ['store'],
        left: [],
      },
    });
  });
});
