/** npm's esbuild for riscv64, a static Go program: threads, signals for preemption, epoll, and much memory that is only reserved. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QEMU_USER } from '../../bench/qemu.ts';
import { findEsbuild } from '../../bench/toolchain/esbuild.ts';
import { bootLinux, hasQemuUser, installFile, NO_QEMU_USER, runLinux } from '../support/linux.ts';

const ESBUILD = findEsbuild();
if (ESBUILD === null) console.warn('esbuild for riscv64 is not here: `npm run fetch:esbuild`; its test is skipped');
if (!hasQemuUser) console.warn(NO_QEMU_USER);

const PROJECT: Readonly<Record<string, string>> = {
  'main.tsx':
    "import { area } from './shapes';\nimport data from './data.json';\nexport const view = <p title={String(area(data.r))}>{data.name}</p>;\n",
  'shapes.ts':
    'enum Kind { Round }\nexport function area(r: number, kind: Kind = Kind.Round): number { return kind === Kind.Round ? Math.PI * r ** 2 : 0; }\nexport const unused = 1;\n',
  'data.json': '{"r": 2, "name": "circle"}\n',
};

describe.skipIf(ESBUILD === null || !hasQemuUser)('esbuild', () => {
  it.each([['--minify'], ['--sourcemap=inline', '--format=esm'], ['--nothing']])(
    'prints what it prints under QEMU: %s',
    async (...options) => {
      const folder = mkdtempSync(join(tmpdir(), 'trapframe-esbuild-'));
      try {
        const args = ['--bundle', 'main.tsx', '--jsx=transform', '--log-limit=0', '--color=false', ...options];
        for (const [name, text] of Object.entries(PROJECT)) writeFileSync(join(folder, name), text);
        const there = spawnSync(QEMU_USER, [ESBUILD!, ...args], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
        const host = await bootLinux({ memory: 256 * 2 ** 20 });
        installFile(host, '/bin/esbuild', readFileSync(ESBUILD!));
        for (const [name, text] of Object.entries(PROJECT))
          installFile(host, `/tmp/${name}`, new TextEncoder().encode(text), 0o644);
        const here = await runLinux(host, { argv: ['/bin/esbuild', ...args] });
        expect(here).toEqual({ output: there.stdout, errors: there.stderr, status: there.status! << 8 });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
