/**
 * The engine `native`: a workload's own WebAssembly build (bench/workloads/wasm.c says what it exports), run without
 * any translation. It is the yardstick beside which translated and interpreted runs stand.
 */
import { InputError } from '../abi/errors.ts';

/** What one run gave. */
export interface NativeResult {
  /** The workload's checksum (unsigned 64 bits); 0 says that its result was wrong. */
  readonly checksum: bigint;
  /** Wall time of the measured region in milliseconds, preparation and verification left out. */
  readonly ms: number;
}

/** A compiled workload; it keeps no state from one run to the next. */
export interface NativeProgram {
  /**
   * Runs the workload once, in a fresh memory. `params` are unsigned integers in the order of the workload's row.
   * Throws an `InputError` for parameters that cannot be, or that need more memory than the limit, and an `Error`
   * when the program traps.
   */
  run(params: readonly bigint[]): NativeResult;
}

/** Limits of a native program. */
export interface NativeOptions {
  /** Bytes of linear memory that a run may use (1 GiB when left out). */
  readonly memoryLimit?: number;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  /** Addresses of the block of parameters and of the heap's limit. */
  readonly params: WebAssembly.Global;
  readonly heap_limit: WebAssembly.Global;
  prepare(params: number): void;
  bench(params: number): bigint;
  verify(params: number): number;
}

const MEMORY_LIMIT = 2 ** 30;
const MAX_PARAMS = 16;
const U64_MAX = 2n ** 64n - 1n;

const EXPORTS: Readonly<Record<keyof Exports, WebAssembly.ImportExportKind>> = {
  memory: 'memory',
  params: 'global',
  heap_limit: 'global',
  prepare: 'function',
  bench: 'function',
  verify: 'function',
};

function checkModule(module: WebAssembly.Module): void {
  if (WebAssembly.Module.imports(module).length > 0) {
    throw new InputError(
      'not a workload: it imports something',
      'A workload’s WebAssembly build needs nothing of its host.',
    );
  }
  const kinds = new Map(WebAssembly.Module.exports(module).map((e) => [e.name, e.kind]));
  for (const [name, kind] of Object.entries(EXPORTS)) {
    if (kinds.get(name) !== kind) throw new InputError(`not a workload: it exports no ${kind} '${name}'`);
  }
}

function checkParams(params: readonly bigint[]): void {
  if (params.length > MAX_PARAMS)
    throw new InputError(`${params.length} parameters, at most ${MAX_PARAMS} are possible`);
  const wrong = params.find((p) => p < 0n || p > U64_MAX);
  if (wrong !== undefined) throw new InputError(`parameter ${wrong} is not an unsigned 64-bit integer`);
}

function runOnce(module: WebAssembly.Module, params: readonly bigint[], memoryLimit: number): NativeResult {
  const program = new WebAssembly.Instance(module).exports as unknown as Exports;
  const at = program.params.value as number;
  const limitAt = program.heap_limit.value as number;
  new BigUint64Array(program.memory.buffer, at, MAX_PARAMS).set(params);
  new BigUint64Array(program.memory.buffer, limitAt, 1)[0] = BigInt(memoryLimit);
  try {
    program.prepare(at);
    const begin = performance.now();
    const checksum = program.bench(at);
    const ms = performance.now() - begin;
    return { checksum: program.verify(at) ? BigInt.asUintN(64, checksum) : 0n, ms };
  } catch (error) {
    // The runtime sets its limit to 0 when it refuses memory, so that this trap is told from others.
    if (new BigUint64Array(program.memory.buffer, limitAt, 1)[0] === 0n) {
      throw new InputError(
        `with these parameters the workload needs more than ${memoryLimit / 2 ** 20} MiB of memory`,
        'Choose smaller sizes or a higher limit.',
      );
    }
    throw new Error(`the workload’s WebAssembly build trapped: ${(error as Error).message}`, { cause: error });
  }
}

/** Compiles a workload's WebAssembly build. Rejects with an `InputError` when the bytes are no such thing. */
export async function loadNative(wasmBytes: BufferSource, options: NativeOptions = {}): Promise<NativeProgram> {
  const memoryLimit = options.memoryLimit ?? MEMORY_LIMIT;
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(wasmBytes);
  } catch (error) {
    throw new InputError(`not a WebAssembly module: ${(error as Error).message}`);
  }
  checkModule(module);
  return {
    run(params) {
      checkParams(params);
      return runOnce(module, params, memoryLimit);
    },
  };
}
