import { cpSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const outDir = 'build/dashboard';

/** With these a page gets a clock of 5 µs instead of 100 µs, and SharedArrayBuffer. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The machine and the guests, beside the built page where the development server has them too: below build/. */
const artefacts = (): Plugin => ({
  name: 'trapframe-artefacts',
  apply: 'build',
  closeBundle() {
    for (const file of ['trapframe.wasm', 'guests']) {
      const from = resolve('build', file);
      if (!existsSync(from)) throw new Error(`${from} is missing: run \`npm run setup\``);
      // Of the guests only what is loaded; the build keeps its intermediate files there too.
      const wanted = (path: string) => !/\.(o|S|h|d|stamp)$/.test(path);
      cpSync(from, resolve(outDir, 'build', file), { recursive: true, filter: wanted });
    }
  },
});

export default defineConfig({
  base: './',
  define: { __VERSION__: JSON.stringify(version) },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [artefacts()],
  worker: { format: 'es' },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: { outDir, target: 'es2023', emptyOutDir: true },
});
