// Compiles TypeScript, as a step of set-up: every module into dist/ by itself, for workers, benchmarks and importers; and the command line
// into few files below dist/cli, because finding and reading a hundred modules takes Node longer than some commands do.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'vite';

// Types are checked by `npm run typecheck`; here only JavaScript is wanted, as fast as can be.
const TSC = ['node_modules/typescript/bin/tsc', '-p', '.', '--noCheck', '--incremental', 'false'];

/** What is started: the command line, the process that holds the light VM, and the short way to that, one file alone. */
const COMMAND_LINE = [
  { main: 'src/cli/main.ts', 'wsl-server': 'src/cli/wsl/server.ts' },
  { fast: 'src/cli/wsl/fast.ts' },
];

const modules = () =>
  new Promise((resolve, reject) => {
    const compiler = spawn(process.execPath, TSC, { stdio: 'inherit' });
    compiler.on('error', reject);
    compiler.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`tsc ended with ${code}`))));
  });

const bundled = (input) =>
  build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      target: 'node20',
      outDir: 'dist/cli',
      emptyOutDir: false,
      minify: false,
      rolldownOptions: { input },
    },
    // Packages too, but one: the disassembler of WebAssembly is large, may be missing, and is seldom asked for.
    ssr: { noExternal: true, external: ['wabt'] },
  });

rmSync('dist/cli', { recursive: true, force: true });
// Whichever fails, its message goes to stderr and the others are waited for.
const ends = await Promise.allSettled([modules(), ...COMMAND_LINE.map(bundled)]);
for (const { reason } of ends.filter(({ status }) => status === 'rejected')) {
  console.error(reason instanceof Error ? reason.message : String(reason));
  process.exitCode = 1;
}
