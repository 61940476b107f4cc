/** Programs of WASI, built by zig, and Node's own host for them to compare with. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runJobs } from '../../bench/toolchain/jobs.ts';
import { Stamps } from '../../bench/toolchain/stamps.ts';
import { projectRoot } from './machine.ts';

/** Compiles tests/wasi/program.c where it is out of date. */
export async function buildWasiProgram(): Promise<Uint8Array> {
  const root = projectRoot();
  const target = 'build/tests/wasi/program.wasm';
  const job = {
    target,
    flags: ['-target', 'wasm32-wasi', '-O1', '-w', '-s'],
    sources: ['tests/wasi/program.c'],
    reads: [],
  };
  await runJobs(root, [job], new Stamps(join(root, 'build/tests/wasi/stamps.json')), () => {});
  return new Uint8Array(readFileSync(join(root, target)));
}

const HOST = `
import { WASI } from 'node:wasi';
import { readFileSync } from 'node:fs';
const [file, root, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args: ['program', ...args], env: { A: 'b c' }, preopens: { '/': root } });
const module = await WebAssembly.compile(readFileSync(file));
process.exit(wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject())));
`;

/** What the program prints and ends with in Node's host, in an empty directory. */
export function runNodeWasi(program: Uint8Array, args: readonly string[]): { code: number; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'trapframe-wasi-'));
  try {
    mkdirSync(join(folder, 'root'));
    writeFileSync(join(folder, 'program.wasm'), program);
    writeFileSync(join(folder, 'host.mjs'), HOST);
    const files = ['host.mjs', 'program.wasm', 'root'].map((name) => join(folder, name));
    const { status, stdout } = spawnSync(process.execPath, ['--no-warnings', ...files, ...args], {
      encoding: 'utf8',
      input: '',
      timeout: 60_000,
    });
    return { code: status ?? -1, output: stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
