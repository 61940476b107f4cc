/** The dashboard as it is served, and a Chromium to open it in. Nothing is downloaded: the system's browser is used. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { ROOT } from './cli.ts';

const CANDIDATES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the system's Chromium, or null. */
export const CHROMIUM = CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null;

export class Dashboard {
  readonly #outDir = mkdtempSync(join(tmpdir(), 'trapframe-dashboard-'));
  readonly #servers: PreviewServer[] = [];
  #browser: Browser | null = null;

  /** Builds the page and starts the browser. */
  async start(): Promise<void> {
    await build({ root: ROOT, logLevel: 'error', build: { outDir: this.#outDir, emptyOutDir: true } });
    // As root, and in containers, Chromium's own sandbox cannot start.
    this.#browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
  }

  /** Serves the page on a free port. `isolated`: with the headers that give SharedArrayBuffer. */
  async serve(isolated: boolean): Promise<string> {
    const headers = isolated
      ? {}
      : { 'Cross-Origin-Opener-Policy': 'unsafe-none', 'Cross-Origin-Embedder-Policy': 'unsafe-none' };
    const server = await preview({
      root: ROOT,
      logLevel: 'error',
      build: { outDir: this.#outDir },
      preview: { port: 0, host: '127.0.0.1', headers },
    });
    this.#servers.push(server);
    return server.resolvedUrls!.local[0]!;
  }

  /** A page of its own; what goes wrong inside it is kept in `errors`. */
  async open(url: string): Promise<{ page: Page; errors: string[] }> {
    const page = await (await this.#browser!.newContext({ acceptDownloads: true })).newPage();
    const errors: string[] = [];
    page.on('pageerror', (e) => errors.push(e.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(url);
    await page.getByRole('heading', { name: 'Trapframe' }).waitFor();
    return { page, errors };
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await Promise.all(this.#servers.map((server) => server.close()));
    rmSync(this.#outDir, { recursive: true, force: true });
  }
}
