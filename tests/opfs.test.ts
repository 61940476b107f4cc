/** Disks in the browser's origin-private file system, in a real Chromium. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build, type Rollup } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from './support/browser.ts';
import { ROOT } from './support/cli.ts';

describe.skipIf(!CHROMIUM)('disks in the origin-private file system', () => {
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    const entry = join(ROOT, 'tests/support/opfs-worker.ts');
    const built = await build({
      configFile: false,
      logLevel: 'error',
      build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'worker' } },
    });
    const { code } = ([built].flat()[0] as Rollup.RollupOutput).output[0];
    server = createServer((request, response) => {
      const script = request.url === '/worker.js';
      response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
      response.end(script ? code : '<!doctype html><title>disk</title>');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it('hold what was written and flushed, are opened by one at a time, and are there again', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const result = await page.evaluate(`new Promise((done, fail) => {
      const worker = new Worker('/worker.js', { type: 'module' });
      worker.onmessage = (event) => done(event.data);
      worker.onerror = (event) => fail(new Error(event.message));
    })`);
    const bytes = Array.from({ length: 6000 }, (_, i) => (i < 5000 ? i % 251 : 0));
    bytes.fill(0, 1024, 1536);
    expect(result).toEqual({ busy: 'NoModificationAllowedError', size: 1 << 20, bytes });
  });
});
