/** A real Linux kernel in a page: the same counts as in Node (tests/system/page.test.ts: under every strategy), and a terminal a person can use. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINUX_MACHINE, type MachineEngine, type Strategy } from '../src/abi/config.ts';
import { cacheDirectory } from '../src/cli/linux/cache.ts';
import { cachedLinux, readImages } from '../src/cli/linux/images.ts';
import { createLab } from '../src/index.ts';
import { createHostedLinux, type HostedEnding } from '../src/machine/hosted.ts';
import { CHROMIUM, compare, Dashboard } from './support/browser.ts';
import { hasKernel } from './support/kernels.ts';
import { coreModule, projectRoot } from './support/machine.ts';

if (CHROMIUM === null) console.warn('left out: Linux in a page; no Chromium found (set CHROMIUM to its path)');

const COMMAND = 'uname -srm; cat /proc/uptime';
const BOOT_MS = 60_000;

/** The same boot in Node. */
async function inNode(strategy: Strategy, engine: MachineEngine): Promise<HostedEnding & { said: string }> {
  const { kernel, initrd, agent } = readImages({
    cache: cacheDirectory(),
    root: projectRoot(),
    kernel: 'built',
    initrd: null,
    firmware: null,
  });
  let said = '';
  const host = createHostedLinux(coreModule(), {
    console: () => {},
    output: (bytes) => {
      said += new TextDecoder().decode(bytes);
    },
    ready: () => {},
  });
  const config = { ...LINUX_MACHINE, strategy, engine };
  return {
    ...(await host.boot({ config, kernel, initrd, agent, command: COMMAND, rows: 24, columns: 80, gdb: null })),
    said,
  };
}

/** A port nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Attaches to a guest as a debugger does, asks why it stands still, and detaches; what the guest's side said. */
async function lookedAt(port: number): Promise<string> {
  const socket = await reached(port);
  let said = '';
  socket.on('data', (bytes) => {
    said += bytes.toString('latin1');
  });
  socket.write('+$?#3f');
  await expect.poll(() => said, { timeout: BOOT_MS }).toContain('$T02thread:1;');
  socket.end('+$D#44');
  await once(socket, 'close');
  return said;
}

/** A connection to who is about to listen. */
async function reached(port: number): Promise<Socket> {
  for (const end = Date.now() + BOOT_MS; ; ) {
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').catch(() => null);
    if (connected) return socket;
    if (Date.now() > end) throw new Error(`nobody listens at ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const status = (page: Page) => page.getByRole('tabpanel').getByRole('status');
/** What the terminal shows, by its text for screen readers. */
const shows = (page: Page, text: string | RegExp) =>
  page.locator('.xterm-accessibility').getByText(text).first().waitFor({ timeout: BOOT_MS });

describe.skipIf(CHROMIUM === null || !hasKernel('built'))('Linux in Chromium', () => {
  const dashboard = new Dashboard();
  let url = '';
  beforeAll(async () => {
    await dashboard.start();
    url = await dashboard.serve(true);
  });
  afterAll(() => dashboard.close());

  async function opened(): Promise<{ page: Page; errors: string[] }> {
    const { page, errors } = await dashboard.open(url);
    await page.getByRole('tab', { name: 'Linux' }).click();
    await status(page).filter({ hasText: 'Ready to boot' }).waitFor();
    return { page, errors };
  }

  it('compares a light VM with containers, with the counters of Node', async () => {
    const lab = createLab({ findLinux: cachedLinux });
    const [workloads, environments] = [
      ['startup', 'untar'],
      ['container', 'wsl2'],
    ];
    const node = await lab.compare({ workloads, environments, repeat: 0, quick: true });
    await lab.close();
    const { page, errors } = await dashboard.open(`${url}#w=${workloads}&e=${environments}&repeat=0&size=quick`);
    const { cells } = await compare(page);
    const counted = (list: typeof cells) =>
      list.map(({ workload, environment, counters }) => [workload, environment, counters]);
    expect(cells.every(({ status }) => status === 'ok')).toBe(true);
    expect(counted(cells)).toEqual(counted(node.cells));
    expect(errors).toEqual([]);
  });

  it('boots with the counters of Node', async () => {
    const { page, errors } = await opened();
    const node = await inNode('bare', 'interp');
    expect(node.status).toBe(0);
    await page.getByLabel('Strategy').selectOption('bare');
    await page.getByLabel('Engine').selectOption('jit');
    await page.getByLabel('Command').fill(COMMAND);
    // A debugger that looks and goes: the guest has waited for it, and counts as if it had not.
    const port = await freePort();
    await page.getByLabel('GDB port').fill(String(port));
    await page.getByRole('button', { name: 'Boot' }).click();
    expect(await lookedAt(port)).toContain('#d4');
    await status(page).filter({ hasText: 'Ended with status 0' }).waitFor({ timeout: BOOT_MS });
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Counters' }).click(),
    ]);
    expect(JSON.parse(readFileSync(await file.path(), 'utf8'))).toEqual(node.counters);
    await shows(page, node.said.split('\n')[0]!);
    expect(errors).toEqual([]);
  }, 120_000);

  it('gives a shell to the keyboard, while the page answers, and can be stopped and booted again', async () => {
    const { page, errors } = await opened();
    await page.getByRole('button', { name: 'Boot' }).click();
    await status(page).filter({ hasText: 'the shell was there' }).waitFor({ timeout: BOOT_MS });
    await page.keyboard.type('echo $((6 * 7))-$(uname -m); stty size\n');
    await shows(page, '42-riscv64');
    // The guest is busy, the page is not.
    await page.keyboard.type('while :; do :; done\n');
    const late = await page.evaluate(async () => {
      let worst = 0;
      for (let i = 0, last = performance.now(); i < 30; i++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        worst = Math.max(worst, performance.now() - last - 10);
        last = performance.now();
      }
      return worst;
    });
    expect(late).toBeLessThan(500);
    await page.keyboard.press('Control+c');
    await page.keyboard.type('echo alive-$?\n');
    await shows(page, 'alive-130');
    // Out of the terminal by keyboard, and to the button that stops.
    await page.keyboard.press('Control+Alt+ArrowUp');
    await page.keyboard.press('Enter');
    await status(page).filter({ hasText: 'stopped after' }).waitFor();
    await page.getByRole('button', { name: 'Boot' }).click();
    await status(page).filter({ hasText: 'the shell was there' }).waitFor({ timeout: BOOT_MS });
    await page.keyboard.type('exit 3\n');
    await status(page).filter({ hasText: 'Ended with status 3' }).waitFor({ timeout: BOOT_MS });
    expect(errors).toEqual([]);
  }, 120_000);

  it('says what is wrong with a file', async () => {
    const { page } = await opened();
    await page.getByLabel('Kernel').selectOption('own');
    await status(page).filter({ hasText: 'Choose a kernel' }).waitFor();
    expect(await page.getByRole('button', { name: 'Boot' }).isDisabled()).toBe(true);
    await page.getByLabel('Choose a kernel…').setInputFiles({
      name: 'not-a-kernel',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from('hello'),
    });
    await page.getByRole('button', { name: 'Boot' }).click();
    await page.getByRole('alert').filter({ hasText: /Image/ }).waitFor();
  });
});
