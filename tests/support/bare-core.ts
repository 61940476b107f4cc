/** Compiles the generated interpreter over the bare core (assembly/testing) and runs single instructions on it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { CELL_OFFSETS, type Cell, PLACES, SIZES } from '../../src/abi/layout.ts';

const ROOT = process.cwd();
const ENTRY = 'assembly/testing/interpreter.ts';

/** Of assembly/testing/core/ram.ts. */
export const RAM_BYTES = 0x10000;
const RAM = 0x80_0000;
const RECORDS = 0x90_0000;
const PAGE_RECORDS = 2048 * 16 + 64;
const CALLS = 0xb0_0000;
const MEMORY_PAGES = 192;

/** Functions of the hart, by the number the bare core notes. */
export const CALL_NAMES = [
  '',
  'ecall',
  'ebreak',
  'mret',
  'sret',
  'wfi',
  'sfence',
  'sfenceOrder',
  'fenceI',
  'cbo',
  'hint',
] as const;

/** A file of cpu/ has its stand-in in testing/core where there is one. */
function overlay(path: string): string {
  const standIn = path.replace(/assembly\/cpu\//, 'assembly/testing/core/');
  return existsSync(standIn) ? standIn : path;
}

const FOLDERS = ['assembly/testing', 'assembly/testing/core', 'assembly/fpu', 'assembly/generated'];

function sourceHash(): string {
  const hash = createHash('sha256');
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .map((name) => join(ROOT, folder, name)),
  );
  for (const file of [...files, ...['arithmetic', 'pairs'].map((name) => join(ROOT, `assembly/cpu/${name}.ts`))])
    hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

async function compile(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const flags = ['-O2', '--runtime', 'stub', '--noAssert', '--importMemory', '--initialMemory', String(MEMORY_PAGES)];
  const { error, stderr } = await asc.main([ENTRY, '--outFile', 'core.wasm', '--memoryBase', '1024', ...flags], {
    readFile: (name, base) => {
      if (name === 'asconfig.json') return null;
      const path = overlay(join(base, name));
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
  });
  if (error || !binary) throw new Error(`asc: ${error?.message}\n${stderr.toString()}`);
  return binary;
}

/** A hart that executes what the test puts into its RAM at address 0. */
export class BareCore {
  readonly ram: Uint8Array;
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly run: {
    interpret(n: bigint): bigint;
    interpretPlain(n: bigint): bigint;
    prepare(pc: bigint): void;
  };

  constructor(module: WebAssembly.Module) {
    const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    this.run = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as BareCore['run'];
    this.view = new DataView(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.ram = this.bytes.subarray(RAM, RAM + RAM_BYTES);
    this.forgetTranslations();
  }

  get(cell: Cell): bigint {
    return this.view.getBigUint64(CELL_OFFSETS[cell], true);
  }

  set(cell: Cell, value: bigint): void {
    this.view.setBigUint64(CELL_OFFSETS[cell], value, true);
  }

  getRegister(file: 'X' | 'F', i: number): bigint {
    return this.view.getBigUint64(PLACES[file] + 8 * i, true);
  }

  setRegister(file: 'X' | 'F', i: number, value: bigint): void {
    this.view.setBigUint64(PLACES[file] + 8 * i, value, true);
  }

  /** Writes an instruction and forgets what was decoded there. */
  place(pc: number, word: number): void {
    const length = (word & 3) === 3 ? 4 : 2;
    for (let i = 0; i < length; i++) this.ram[pc + i] = word >>> (8 * i);
    // What is in front may have been paired with it.
    for (const at of [pc - 4, pc - 2, pc, pc + 2]) {
      if (at >= 0) this.view.setUint16(RECORDS + (at >> 12) * PAGE_RECORDS + (at & 0xfff) * 8, 0, true);
    }
  }

  /** Decodes the instruction at pc before it is executed: the one in front then does both, where they are a pair. */
  prepare(pc: number): void {
    this.run.prepare(BigInt(pc));
  }

  /** Drops the fast TLBs, so that the next accesses take the slow path. */
  forgetTranslations(): void {
    // An entry is never asked for the page of its neighbour, so that page's tag is one that can't match.
    for (const tlb of [PLACES.TLB_READ, PLACES.TLB_WRITE]) {
      for (let i = 0; i < SIZES.TLB_ENTRIES; i++) this.view.setBigUint64(tlb + 32 * i, BigInt(i ^ 1) << 12n, true);
    }
  }

  /** Runs until n instructions have retired or something stops it; returns how many did. */
  execute(n: number, counting = true): number {
    this.set('STOP', 0n);
    const left = counting ? this.run.interpret(BigInt(n)) : this.run.interpretPlain(BigInt(n));
    return n - Number(left);
  }

  /** The last call of a function of the hart. */
  lastCall(): { name: string; args: bigint[] } {
    const at = (i: number): bigint => this.view.getBigUint64(CALLS + 8 * i, true);
    return { name: CALL_NAMES[Number(at(0))] ?? '', args: [at(1), at(2), at(3), at(4)] };
  }
}

/** The core, compiled anew only when its sources have changed. */
export async function loadBareCore(): Promise<BareCore> {
  const path = join(ROOT, `build/bare-core-${sourceHash()}.wasm`);
  if (!existsSync(path)) {
    mkdirSync(join(ROOT, 'build'), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, await compile());
    renameSync(`${path}.${process.pid}`, path);
  }
  return new BareCore(new WebAssembly.Module(readFileSync(path)));
}
