/** The light VM in a worker, with everything in memory, as a browser has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import { cacheDirectory, findBusybox, findKernel } from '../../src/cli/linux/cache.ts';
import { EXT4_GROUP } from '../../src/image/ext4.ts';
import { buildInitramfs } from '../../src/machine/initramfs.ts';
import { Connection } from '../../src/rpc/connection.ts';
import { startNodeWorker } from '../../src/rpc/node.ts';
import type { Workers } from '../../src/rpc/protocol.ts';
import { hasKernel } from '../support/kernels.ts';
import { coreModule, projectRoot } from '../support/machine.ts';

const hasBuilt = hasKernel('built');
const CALL_MS = 60_000;
const MiB = 2 ** 20;

describe.skipIf(!hasBuilt)('the light VM in a worker', { timeout: 240_000 }, () => {
  let worker: Connection<Workers['wsl2']>;
  const run = async (name: string, script: string, input = '') => {
    const ran = await worker.call('run', CALL_MS, (w) =>
      w.run(name, { argv: ['sh', '-c', script], env: { PATH: '/bin' } }, new TextEncoder().encode(input)),
    );
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    return { code: ran.code, stdout: text(ran.stdout), stderr: text(ran.stderr) };
  };

  beforeAll(async () => {
    const root = projectRoot();
    const read = (file: string): Uint8Array => new Uint8Array(readFileSync(file));
    const program = (name: string): Uint8Array => read(join(root, 'build/guests/linux', name));
    worker = new Connection(startNodeWorker(pathToFileURL(join(root, 'dist/workers/wsl2.js'))));
    await worker.call('boot', CALL_MS, (w) =>
      w.boot(coreModule(), {
        config: { ...MACHINE_DEFAULT, memory: 96 * MiB, codePages: 4096, engine: 'jit', counting: false },
        kernel: read(findKernel(cacheDirectory(), 'built')!.file),
        initrd: buildInitramfs({
          busybox: read(findBusybox(cacheDirectory())!),
          agent: program('agent'),
          archive: program('archive'),
        }),
        bootargs: '',
        diskSize: EXT4_GROUP,
      }),
    );
  });
  afterAll(() => worker?.close());

  it('installs, runs, exports and imports', async () => {
    await worker.call('install', CALL_MS, (w) => w.install('box', null));
    expect(await run('box', 'cat; hostname; echo x >/root/x; exit 4', 'in\n')).toEqual({
      code: 4,
      stdout: 'in\nbox\n',
      stderr: '',
    });
    const tar = await worker.call('export', CALL_MS, (w) => w.export('box'));
    await worker.call('install', CALL_MS, (w) => w.install('copy', tar));
    expect((await run('copy', 'cat /root/x; hostname')).stdout).toBe('x\ncopy\n');
    expect(await worker.call('export', CALL_MS, (w) => w.export('copy'))).toEqual(tar);
    await expect(
      worker.call('install', CALL_MS, (w) => w.install('bad', new TextEncoder().encode('x'.repeat(600)))),
    ).rejects.toThrow('no tar archive');
    await expect(worker.call('run', CALL_MS, (w) => w.terminate('none'))).rejects.toThrow('no distribution none');
    await worker.call('powerOff', CALL_MS, (w) => w.powerOff());
  });
});
