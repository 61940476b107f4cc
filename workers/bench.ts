/** A worker that runs workloads' own WebAssembly builds: no machine, no translation. Holds no logic. */
import { loadNative, type NativeProgram } from '../src/engine/native.ts';
import type { BenchWorker } from '../src/rpc/protocol.ts';
import { serve } from '../src/rpc/serve.ts';

const programs = new Map<string, NativeProgram>();

const api: BenchWorker = {
  async load(id, wasm) {
    programs.set(id, await loadNative(wasm as Uint8Array<ArrayBuffer>));
  },
  async run(id, params) {
    const program = programs.get(id);
    if (!program) throw new Error(`${id} is not loaded`);
    const { checksum, ms } = program.run(params.map(BigInt));
    return { checksum: BigInt.asUintN(64, checksum).toString(16).padStart(16, '0'), wallMs: ms };
  },
};

serve(api);
