/**
 * The workloads that compute: each is deterministic, finds its own result right, and notices when its data are
 * damaged between the run and the check. Needs the builds below build/guests (`npm run setup`).
 */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT, STRATEGIES, type Strategy } from '../src/abi/config.ts';
import { WORKLOADS, type Workload } from '../src/abi/workloads.ts';
import { loadNative, type NativeProgram } from '../src/engine/native.ts';
import { createMachineHost } from '../src/machine/host.ts';

const NATIVE = WORKLOADS.filter((w) => w.native);

const built = async (file: string) => new Uint8Array(await readFile(new URL(`../build/${file}`, import.meta.url)));

const quickParams = (w: Workload) => w.params.map((p) => BigInt(w.quick[p.name] ?? p.default));

const bootargsOf = (w: Workload) =>
  [`workload=${w.id}`, ...w.params.map((p) => `${p.name}=${w.quick[p.name] ?? p.default}`)].join(' ');

/** The checksum of the RISC-V build, run by the lab's kernel on the lab's machine at quick size. */
async function checksumOnMachine(w: Workload, strategy: Strategy): Promise<bigint> {
  const host = createMachineHost(await WebAssembly.compile(await built('trapframe.wasm')));
  const image = strategy === 'paravirt' ? 'kernel-paravirt.elf' : 'kernel.elf';
  await host.load(await built(`guests/${image}`), { ...MACHINE_DEFAULT, strategy, bootargs: bootargsOf(w) });
  const outcome = await host.run({ budget: 1e9 });
  if (outcome.status !== 'passed')
    throw new Error(`${w.id}: ${outcome.status}: ${outcome.message}\n${outcome.console}`);
  return BigInt(`0x${outcome.result}`);
}

const QEMU = 'qemu-system-riscv64';
const haveQemu = spawnSync(QEMU, ['--version']).status === 0;

/** The checksum of the RISC-V build, run by the lab's kernel on QEMU at quick size. */
function checksumOnQemu(w: Workload): bigint {
  const kernel = fileURLToPath(new URL('../build/guests/kernel.elf', import.meta.url));
  const args = ['-M', 'virt', '-m', '64M', '-nographic', '-kernel', kernel, '-append', bootargsOf(w)];
  const { stdout } = spawnSync(QEMU, args, { encoding: 'utf8', timeout: 30_000, stdio: ['ignore', 'pipe', 'ignore'] });
  const verdict = /^PASS \S+ ([0-9a-f]+)\s*$/m.exec(stdout);
  if (!verdict) throw new Error(`no PASS from ${w.id}:\n${stdout.slice(-500)}`);
  return BigInt(`0x${verdict[1]}`);
}

interface RawExports {
  readonly memory: WebAssembly.Memory;
  readonly params: WebAssembly.Global;
  heap_alloc(bytes: bigint): number;
  prepare(params: number): void;
  bench(params: number): bigint;
  verify(params: number): number;
}

/** A part of a program's data, as fractions of the whole. */
type Stretch = readonly [from: number, to: number];

/** Runs prepare and bench, damages a stretch of the program's data, and returns what verify says of it. */
function verifyDamaged(module: WebAssembly.Module, params: bigint[], [from, to]: Stretch): boolean {
  const program = new WebAssembly.Instance(module).exports as unknown as RawExports;
  const at = program.params.value as number;
  new BigUint64Array(program.memory.buffer, at, 16).set(params);
  const start = program.heap_alloc(0n);
  program.prepare(at);
  program.bench(at);
  const size = program.heap_alloc(0n) - start;
  const bytes = new Uint8Array(program.memory.buffer, start, size);
  for (let i = Math.floor(from * size); i < Math.floor(to * size); i++) bytes[i]! ^= 0x41;
  try {
    return program.verify(at) !== 0;
  } catch (error) {
    // A wild address trapped: noticed as well.
    if (error instanceof WebAssembly.RuntimeError) return false;
    throw error;
  }
}

describe.each(NATIVE)('workload $id', (workload) => {
  const params = quickParams(workload);
  let bytes: Uint8Array<ArrayBuffer>;
  let program: NativeProgram;

  beforeAll(async () => {
    bytes = await built(`guests/wasm/${workload.id}.wasm`);
    program = await loadNative(bytes);
  });

  it('finds its result right, twice the same', () => {
    const first = program.run(params).checksum;
    expect(first).not.toBe(0n);
    expect(program.run(params).checksum).toBe(first);
  });

  it('gives another checksum at another size', () => {
    const larger = params.map((p, i) => (workload.params[i]!.name === workload.operations ? p + p / 2n : p));
    if (workload.operations === undefined) larger[larger.length - 1]! += 100n;
    const { checksum } = program.run(larger);
    expect(checksum).not.toBe(0n);
    expect(checksum).not.toBe(program.run(params).checksum);
  });

  it.each(workload.params.map((p) => p.name))('works with the least %s', (name) => {
    const least = workload.params.map((p, i) => (p.name === name ? BigInt(p.least ?? 0) : params[i]!));
    expect(program.run(least).checksum).not.toBe(0n);
  });

  it.each(STRATEGIES.map((s) => s.id))('gives the checksum of its RISC-V build under %s', async (strategy) => {
    expect(program.run(params).checksum).toBe(await checksumOnMachine(workload, strategy));
  });

  it.skipIf(!haveQemu)('gives the checksum of its RISC-V build on QEMU', () => {
    expect(program.run(params).checksum).toBe(checksumOnQemu(workload));
  });

  it('notices damaged data', async () => {
    const module = await WebAssembly.compile(bytes);
    expect(verifyDamaged(module, params, [0, 0])).toBe(true);
    const stretches = Array.from({ length: 16 }, (_, i): Stretch => [i / 16, (i + 0.25) / 16]);
    const noticed = stretches.filter((stretch) => !verifyDamaged(module, params, stretch));
    // Not all: some data are room to spare, or have been used up by the time of the check.
    expect(noticed.length).toBeGreaterThan(0);
  });
});
