/** A real Linux kernel in a real browser: it says and counts what it does in Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDirectory, findBusybox, findKernel } from '../../src/cli/linux/cache.ts';
import { readImages } from '../../src/cli/linux/images.ts';
import { buildInitramfs } from '../../src/machine/initramfs.ts';
import { CHROMIUM } from '../support/browser.ts';
import { boot, hasKernel, standStill, story } from '../support/kernels.ts';
import { projectRoot } from '../support/machine.ts';
import { WorkerPage } from '../support/page.ts';

const COMMAND =
  'nproc; for i in $(seq $(nproc)); do (seq 200 | sort -R | md5sum > /dev/null; cut -d" " -f39 /proc/self/stat) & done; wait';
const MS = 120_000;

describe.skipIf(!CHROMIUM || !hasKernel('built'))('Linux in Chromium', () => {
  const page = new WorkerPage();

  beforeAll(async () => {
    const root = projectRoot();
    const images = readImages({ cache: cacheDirectory(), root, kernel: 'built', initrd: null, firmware: null });
    await page.open('tests/support/linux-worker.ts', {
      core: readFileSync(join(root, 'build/trapframe.wasm')),
      kernel: images.kernel,
      initrd: images.initrd!,
    });
  }, MS);
  afterAll(() => page.close());

  it.each([
    { strategy: 'bare', engine: 'interp', harts: 1 },
    { strategy: 'shadow', engine: 'jit', harts: 4 },
    { strategy: 'nested', engine: 'interp', harts: 2 },
  ] as const)(
    'says and counts what it does in Node: $strategy, $engine, harts: $harts',
    async (machine) => {
      const { guest } = await boot('built', machine);
      await standStill(guest);
      const here = await story(guest, COMMAND);
      expect(here.out.split('\n')[0]).toBe(String(machine.harts));
      expect(await page.run({ machine, command: COMMAND })).toEqual(here);
    },
    MS,
  );
});

describe.skipIf(!CHROMIUM || !hasKernel('built'))('the light VM in Chromium', () => {
  it(
    'installs, runs, exports and imports in its worker',
    async () => {
      const page = new WorkerPage();
      const root = projectRoot();
      const read = (name: string): Uint8Array => readFileSync(join(root, 'build/guests/linux', name));
      const initrd = buildInitramfs({
        busybox: readFileSync(findBusybox(cacheDirectory())!),
        agent: read('agent'),
        archive: read('archive'),
      });
      const kernel = readFileSync(findKernel(cacheDirectory(), 'built')!.file);
      const core = readFileSync(join(root, 'build/trapframe.wasm'));
      try {
        await page.open('tests/support/wsl2-worker.ts', { core, kernel, initrd }, { 'wsl2.js': 'workers/wsl2.ts' });
        expect(await page.run()).toEqual({
          ran: { code: 4, out: 'in\nbox\n' },
          copied: { code: 0, out: 'kept\ncopy\nriscv64\n' },
          none: 'there is no distribution none',
        });
      } finally {
        await page.close();
      }
    },
    MS,
  );
});
