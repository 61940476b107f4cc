import { cpSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin, type PreviewServer, type ViteDevServer } from 'vite';
import { relayGdb } from './src/cli/linux/relay.ts';
import { serveLocalLinux } from './src/cli/linux/serve.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** With these a page gets a clock of 5 µs instead of 100 µs, and SharedArrayBuffer. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The machine and the guests, beside the built page where the development server has them too: below build/. */
function artefacts(): Plugin {
  let outDir = '';
  return {
    name: 'trapframe-artefacts',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      const manifest = 'build/guests/manifest.json';
      if (!existsSync(manifest)) throw new Error(`${manifest} is missing: run \`npm run setup\``);
      const guests = Object.keys((JSON.parse(readFileSync(manifest, 'utf8')) as { files: object }).files);
      for (const file of ['build/trapframe.wasm', manifest, ...guests.map((name) => `build/guests/${name}`)]) {
        cpSync(file, resolve(outDir, file));
      }
    },
  };
}

function serveLinux({ middlewares, httpServer }: ViteDevServer | PreviewServer): void {
  middlewares.use(serveLocalLinux);
  httpServer?.on('upgrade', relayGdb);
}

/** Kernels of the local cache, and a place for debuggers, for the page's Linux view; a page served otherwise has neither. */
const localLinux = (): Plugin => ({
  name: 'trapframe-local-linux',
  configureServer: serveLinux,
  configurePreviewServer: serveLinux,
});

export default defineConfig({
  base: './',
  define: { __VERSION__: JSON.stringify(version) },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [artefacts(), localLinux()],
  worker: { format: 'es' },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: { outDir: 'build/dashboard', target: 'es2023', emptyOutDir: true },
});
