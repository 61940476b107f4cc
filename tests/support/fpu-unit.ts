/** Compiles the floating-point unit on its own (assembly/fpu/test-entry.ts) and gives its functions to a test. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

/** The checkout: tests and benches are run from there. */
const ROOT = process.cwd();
const ENTRY = 'assembly/fpu/test-entry.ts';

/** A 64-bit argument is a bigint, a narrower one a number; so is the result. */
export type Primitive = (...args: (bigint | number)[]) => bigint | number;

export interface FpuUnit {
  readonly primitives: Readonly<Record<string, Primitive>>;
  getFlags(): number;
  setFlags(flags: number): void;
}

function sourceHash(): string {
  const hash = createHash('sha256');
  const folder = join(ROOT, 'assembly/fpu');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  const layout = readFileSync(join(ROOT, 'assembly/generated/layout.ts'));
  return hash.update(layout).digest('hex').slice(0, 16);
}

/**
 * Compiles the unit behind its test entry, or behind a source file that exists only here. Throws with asc's messages.
 */
export async function compileFpu(virtual?: { name: string; source: string }): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const flags = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--initialMemory', '64'];
  const entry = virtual?.name ?? ENTRY;
  const { error, stderr } = await asc.main([entry, '--outFile', 'fpu.wasm', '--memoryBase', '1024', ...flags], {
    readFile: (name, base) => {
      if (name === virtual?.name) return virtual.source;
      // The project's own configuration would add the machine's entry file.
      const path = join(base, name);
      return name === 'asconfig.json' || !existsSync(path) ? null : readFileSync(path, 'utf8');
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
  });
  if (error || !binary) throw new Error(`asc: ${error?.message}\n${stderr.toString()}`);
  return binary;
}

/** The unit, compiled anew only when its sources have changed. */
export async function loadFpu(): Promise<FpuUnit> {
  const path = join(ROOT, `build/fpu-${sourceHash()}.wasm`);
  if (!existsSync(path)) {
    mkdirSync(join(ROOT, 'build'), { recursive: true });
    // Written aside and renamed, for two test processes may compile at once.
    writeFileSync(`${path}.${process.pid}`, await compileFpu());
    renameSync(`${path}.${process.pid}`, path);
  }
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const module = new WebAssembly.Module(readFileSync(path));
  const { getFlags, setFlags, ...rest } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  return {
    primitives: rest as Record<string, Primitive>,
    getFlags: getFlags as () => number,
    setFlags: setFlags as (flags: number) => void,
  };
}
