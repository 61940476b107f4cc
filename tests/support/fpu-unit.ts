/** Compiles the floating-point unit on its own (assembly/fpu/test-entry.ts) and gives its functions to a test. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
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
  return hash
    .update(readFileSync(join(ROOT, 'assembly/generated/layout.ts')))
    .digest('hex')
    .slice(0, 16);
}

async function compile(output: string): Promise<void> {
  const flags = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--initialMemory', '64'];
  const { error, stderr } = await asc.main([ENTRY, '--outFile', 'fpu.wasm', '--memoryBase', '1024', ...flags], {
    // The project's own configuration would add the machine's entry file.
    readFile: (name, base) => {
      const path = join(base, name);
      return name === 'asconfig.json' || !existsSync(path) ? null : readFileSync(path, 'utf8');
    },
    writeFile: (_name, contents) => {
      mkdirSync(join(ROOT, 'build'), { recursive: true });
      // Written aside and renamed, for two test processes may compile at once.
      writeFileSync(`${output}.${process.pid}`, contents);
      renameSync(`${output}.${process.pid}`, output);
    },
  });
  if (error) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
}

/** The unit, compiled anew only when its sources have changed. */
export async function loadFpu(): Promise<FpuUnit> {
  const path = join(ROOT, `build/fpu-${sourceHash()}.wasm`);
  if (!existsSync(path)) await compile(path);
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const module = new WebAssembly.Module(readFileSync(path));
  const { getFlags, setFlags, ...rest } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  return {
    primitives: rest as Record<string, Primitive>,
    getFlags: getFlags as () => number,
    setFlags: setFlags as (flags: number) => void,
  };
}
