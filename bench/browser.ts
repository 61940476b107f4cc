/** Pages of this project as they are served, in the system's Chromium. Nothing is downloaded. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';

const CANDIDATES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the system's Chromium, or null. */
export const CHROMIUM = CANDIDATES.find((file) => file !== undefined && existsSync(file)) ?? null;

/** A built site, its servers, and a browser. */
export class Site {
  readonly #root: string;
  readonly #outDir = mkdtempSync(path.join(tmpdir(), 'trapframe-site-'));
  readonly #servers: PreviewServer[] = [];
  #browser: Browser | null = null;

  /** @param root the folder of package.json */
  constructor(root: string) {
    this.#root = root;
  }

  /** Builds a page (that of the dashboard when left out; else its file below the root) and starts the browser. */
  async start(page?: string): Promise<void> {
    const input = page === undefined ? {} : { rollupOptions: { input: path.join(this.#root, page) } };
    await build({
      root: this.#root,
      logLevel: 'error',
      build: { outDir: this.#outDir, emptyOutDir: true, ...input },
    });
    // As root, and in containers, Chromium's own sandbox cannot start.
    this.#browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'], handleSIGINT: false });
  }

  /** Serves what was built on a free port. `isolated`: with the headers that give SharedArrayBuffer. */
  async serve(isolated: boolean): Promise<string> {
    const headers = isolated
      ? {}
      : { 'Cross-Origin-Opener-Policy': 'unsafe-none', 'Cross-Origin-Embedder-Policy': 'unsafe-none' };
    const server = await preview({
      root: this.#root,
      logLevel: 'error',
      build: { outDir: this.#outDir },
      preview: { port: 0, host: '127.0.0.1', headers },
    });
    this.#servers.push(server);
    return server.resolvedUrls!.local[0]!;
  }

  /** A page of its own at `url`; what goes wrong inside it is kept in `errors`. */
  async open(url: string): Promise<{ page: Page; errors: string[] }> {
    const page = await (await this.#browser!.newContext({ acceptDownloads: true })).newPage();
    const errors: string[] = [];
    page.on('pageerror', (e) => errors.push(e.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(url);
    return { page, errors };
  }

  /** Ends the browser and the servers and removes what was built. */
  async close(): Promise<void> {
    await this.#browser?.close();
    await Promise.all(this.#servers.map((server) => server.close()));
    rmSync(this.#outDir, { recursive: true, force: true });
  }
}
