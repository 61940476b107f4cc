import { beforeAll, describe, expect, it } from 'vitest';
import loadWabt from 'wabt';
import { isInputError } from '../abi/errors.ts';
import { loadNative } from './native.ts';

/** A workload in the text format: parameters at 64, the limit at 256; bench adds the first two parameters. */
const workload = (bench: string, verify = '(i32.const 1)') => `(module
  (memory (export "memory") 1)
  (global (export "params") i32 (i32.const 64))
  (global (export "heap_limit") i32 (i32.const 256))
  (func (export "prepare") (param i32)
    (i64.store (i32.const 512) (i64.add (i64.load (i32.const 512)) (i64.const 1))))
  (func (export "bench") (param i32) (result i64) ${bench})
  (func (export "verify") (param i32) (result i32) ${verify}))`;

const SUM = '(i64.add (i64.load (local.get 0)) (i64.load offset=8 (local.get 0)))';

let toWasm: (text: string) => Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  const wabt = await loadWabt();
  toWasm = (text) => {
    const module = wabt.parseWat('test.wat', text);
    const { buffer } = module.toBinary({});
    module.destroy();
    return new Uint8Array(buffer);
  };
});

const load = (text: string, memoryLimit?: number) =>
  loadNative(toWasm(text), memoryLimit === undefined ? {} : { memoryLimit });

/** What a call throws, or undefined. */
function thrown(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a native program', () => {
  it('gets its parameters and returns its checksum', async () => {
    const program = await load(workload(SUM));
    const { checksum, ms } = program.run([40n, 2n]);
    expect(checksum).toBe(42n);
    expect(ms).toBeGreaterThanOrEqual(0);
  });

  it('returns checksums as unsigned numbers', async () => {
    const program = await load(workload(SUM));
    expect(program.run([2n ** 64n - 1n]).checksum).toBe(2n ** 64n - 1n);
  });

  it('starts each run in a fresh memory', async () => {
    const program = await load(workload('(i64.load (i32.const 512))'));
    expect([program.run([]).checksum, program.run([]).checksum]).toEqual([1n, 1n]);
  });

  it('returns 0 when the workload finds its result wrong', async () => {
    const program = await load(workload(SUM, '(i32.const 0)'));
    expect(program.run([1n, 1n]).checksum).toBe(0n);
  });

  it('is told how much memory it may use', async () => {
    const program = await load(workload('(i64.load (i32.const 256))'), 3 * 2 ** 20);
    expect(program.run([]).checksum).toBe(BigInt(3 * 2 ** 20));
  });

  it('tells refused memory from other traps', async () => {
    const refused = await load(workload('(i64.store (i32.const 256) (i64.const 0)) (unreachable)'), 2 ** 20);
    const trapped = await load(workload('(unreachable)'));
    const memory = thrown(() => refused.run([]));
    const trap = thrown(() => trapped.run([]));
    expect(isInputError(memory) && memory.message).toContain('more than 1 MiB');
    expect(isInputError(trap)).toBe(false);
    expect(trap).toBeInstanceOf(Error);
  });

  it('refuses parameters that are no unsigned integers, or too many', async () => {
    const program = await load(workload(SUM));
    for (const params of [[-1n], [2n ** 64n], Array<bigint>(17).fill(1n)]) {
      expect(isInputError(thrown(() => program.run(params)))).toBe(true);
    }
  });
});

describe('loadNative', () => {
  const refusal = async (bytes: Uint8Array<ArrayBuffer>) => {
    const error: unknown = await loadNative(bytes).then(
      () => undefined,
      (e: unknown) => e,
    );
    return isInputError(error) ? error.message : undefined;
  };

  it('refuses bytes that are no module', async () => {
    expect(await refusal(new Uint8Array([1, 2, 3]))).toContain('not a WebAssembly module');
  });

  it('refuses a module that lacks an export, or has it as another kind', async () => {
    const lacking = workload(SUM).replace('(export "verify")', '');
    const mistaken = workload(SUM).replace('(export "verify")', '(export "params2")').replace('"memory"', '"verify"');
    expect(await refusal(toWasm(lacking))).toContain("function 'verify'");
    expect(await refusal(toWasm(mistaken))).toContain("memory 'memory'");
  });

  it('refuses a module that wants imports', async () => {
    const text = workload(SUM).replace('(module', '(module (import "env" "f" (func))');
    expect(await refusal(toWasm(text))).toContain('imports');
  });
});
