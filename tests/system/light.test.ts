/** The light VM in a worker, with everything in memory, as a browser has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import { cacheDirectory, findBusybox, findKernel } from '../../src/cli/linux/cache.ts';
import { MemoryFolder } from '../../src/devices/9p/memory-folder.ts';
import { Overlay } from '../../src/devices/block/overlay.ts';
import { EXT4_GROUP, emptyExt4 } from '../../src/image/ext4.ts';
import { buildInitramfs } from '../../src/machine/initramfs.ts';
import { scriptWords } from '../../src/machine/light/scripts.ts';
import { deviceOf, LightVm, type LightVmImages } from '../../src/machine/light/vm.ts';
import { Connection } from '../../src/rpc/connection.ts';
import { startNodeWorker } from '../../src/rpc/node.ts';
import type { Workers } from '../../src/rpc/protocol.ts';
import { hasKernel } from '../support/kernels.ts';
import { coreModule, projectRoot } from '../support/machine.ts';

const hasBuilt = hasKernel('built');
const CALL_MS = 60_000;
const MiB = 2 ** 20;
const config: MachineConfig = { ...MACHINE_DEFAULT, memory: 96 * MiB, codePages: 4096, engine: 'jit', counting: false };

function images(): LightVmImages {
  const read = (file: string): Uint8Array => new Uint8Array(readFileSync(file));
  const program = (name: string): Uint8Array => read(join(projectRoot(), 'build/guests/linux', name));
  const busybox = read(findBusybox(cacheDirectory())!);
  return {
    kernel: read(findKernel(cacheDirectory(), 'built')!.file),
    initrd: buildInitramfs({ busybox, agent: program('agent'), archive: program('archive') }),
    bootargs: '',
  };
}

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
    worker = new Connection(startNodeWorker(pathToFileURL(join(projectRoot(), 'dist/workers/wsl2.js'))));
    await worker.call('boot', CALL_MS, (w) => w.boot(coreModule(), { config, ...images(), diskSize: EXT4_GROUP }));
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

describe.skipIf(!hasBuilt)('the memory of the light VM', { timeout: 240_000 }, () => {
  it('goes back to the host when the guest needs it no more, and nothing in the guest notices', async () => {
    const clock = (): bigint => BigInt(Date.now()) * 1_000_000n;
    const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
    const share = new MemoryFolder({ clock });
    // Linux reports nothing while less than 128 MiB are free.
    const vm = await LightVm.boot(
      { module: coreModule(), config: { ...config, memory: 256 * MiB }, share, onConsole: () => {}, clock, random },
      images(),
    );
    const disk = new Overlay(EXT4_GROUP);
    for (const { at, bytes } of emptyExt4({ size: EXT4_GROUP, uuid: random(16), time: 0 })) disk.write(at, bytes);
    vm.attach(1, disk);
    expect((await vm.command(scriptWords('install', deviceOf(1), '/mnt/1'))).ending.code).toBe(0);
    await vm.start({ number: 1, hostname: 'box', share: true });
    const sh = async (script: string): Promise<string> =>
      (await vm.command(['sh', '-c', script], { distro: 1 })).stdout;
    await sh('(sleep 3210 >/dev/null 2>&1 &); echo kept >/root/kept');
    const pages = async (): Promise<number> => (await vm.save('', {})).core.pages.length;
    await sh('for i in $(seq 20); do cat /bin/busybox; done >/dev/shm/much');
    const full = await pages();
    const before = vm.released;
    await sh('rm /dev/shm/much');
    await expect.poll(() => vm.released - before, { timeout: 60_000 }).toBeGreaterThan(24 * MiB);
    expect(await pages()).toBeLessThan(full - 6000);
    expect(await vm.compact()).toBe(true);
    expect(await sh('hostname; cat /root/kept; ps | grep -c [3]210; echo more >/root/more; ls /root')).toBe(
      'box\nkept\n1\nkept\nmore\n',
    );
    const busy = vm.exec({ argv: ['sleep', '1000'], distro: 1 });
    expect(await vm.compact()).toBe(false);
    await vm.powerOff();
    expect((await vm.ended).reason).toBe('poweroff');
    await expect(busy.exit).resolves.toMatchObject({ signal: 15 });
  });
});
