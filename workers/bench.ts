/** A worker that runs a workload's own WebAssembly build: no machine, no translation. Holds no logic. */
import { loadNative } from '../src/engine/native.ts';
import type { BenchWorker } from '../src/rpc/protocol.ts';
import { serve } from '../src/rpc/serve.ts';

const api: BenchWorker = {
  async run(wasm, params) {
    // A program of its own for every run: memory starts zeroed, as a fresh machine's does.
    const program = await loadNative(wasm);
    const { checksum, ms } = program.run(params.map(BigInt));
    return { checksum: BigInt.asUintN(64, checksum).toString(16).padStart(16, '0'), wallMs: ms };
  },
};

serve(api);
