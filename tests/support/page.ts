/** A worker of ours in the system's Chromium, with files to fetch. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build, type Rollup } from 'vite';
import { CHROMIUM } from './browser.ts';
import { ROOT } from './cli.ts';

export class WorkerPage {
  private server: Server | null = null;
  private browser: Browser | null = null;

  /** Bundles the module at `entry` (from the repository's root) and starts a browser beside a server of it and of `files`, by name. */
  async open(entry: string, files: Readonly<Record<string, Uint8Array>> = {}): Promise<void> {
    const built = await build({
      configFile: false,
      logLevel: 'error',
      build: { write: false, minify: false, lib: { entry: join(ROOT, entry), formats: ['es'], fileName: 'worker' } },
    });
    const { code } = ([built].flat()[0] as Rollup.RollupOutput).output[0];
    this.server = createServer((request, response) => {
      const file = files[request.url!.slice(1)];
      const script = request.url === '/worker.js';
      response.setHeader('content-type', file ? 'application/octet-stream' : script ? 'text/javascript' : 'text/html');
      response.end(file ?? (script ? code : '<!doctype html><title>worker</title>'));
    });
    await new Promise<void>((done) => this.server!.listen(0, '127.0.0.1', done));
    this.browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
  }

  /** What a fresh worker posts first when it is sent `message`. */
  async run(message: unknown = null): Promise<unknown> {
    const page = await (await this.browser!.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${(this.server!.address() as AddressInfo).port}/`);
    return page.evaluate(`new Promise((done, fail) => {
      const worker = new Worker('/worker.js', { type: 'module' });
      worker.onmessage = (event) => done(event.data);
      worker.onerror = (event) => fail(new Error(event.message));
      worker.postMessage(${JSON.stringify(message)});
    })`);
  }

  async close(): Promise<void> {
    await this.browser?.close();
    this.server?.close();
  }
}
