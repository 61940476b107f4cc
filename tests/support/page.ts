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

  /**
   * Bundles the module at `entry` (from the repository's root) and others by the names of their scripts, and starts a browser beside a server
   * of them and of `files`, by name.
   */
  async open(
    entry: string,
    files: Readonly<Record<string, Uint8Array>> = {},
    others: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const bundled = async ([name, module]: readonly [string, string]): Promise<[string, string]> => {
      const built = await build({
        configFile: false,
        logLevel: 'error',
        build: { write: false, minify: false, lib: { entry: join(ROOT, module), formats: ['es'], fileName: 'worker' } },
      });
      return [name, ([built].flat()[0] as Rollup.RollupOutput).output[0].code];
    };
    const scripts = new Map(await Promise.all([['worker.js', entry] as const, ...Object.entries(others)].map(bundled)));
    this.server = createServer((request, response) => {
      const name = request.url!.slice(1);
      const [file, script] = [files[name], scripts.get(name)];
      response.setHeader('content-type', file ? 'application/octet-stream' : script ? 'text/javascript' : 'text/html');
      response.end(file ?? script ?? '<!doctype html><title>worker</title>');
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
