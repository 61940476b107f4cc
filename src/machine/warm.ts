/** Gets a machine's code optimised before there is a guest to run. */
import { MACHINE_DEFAULT } from '../abi/config.ts';
import { RAM_START } from '../abi/layout.ts';
import { createCore } from '../engine/core.ts';

const SMALLEST = 2 * 2 ** 20;
/** jal x0, 0. */
const LOOP = 0x0000_006f;
/** Well above what compilers ask for, and done in a millisecond. */
const INSTRUCTIONS = 50_000n;

/**
 * Runs an endless loop for a moment. The host's compiler sees that the interpreter, one large function that takes it a tenth of a second,
 * is hot, and begins with it in the background, while this thread reads what else it needs: else a guest's first tenth of a second would
 * run as the baseline compiler left it.
 */
export async function warm(module: WebAssembly.Module): Promise<void> {
  const core = await createCore(module, { ...MACHINE_DEFAULT, engine: 'interp', memory: SMALLEST });
  core.view.setUint32(core.pageFor(BigInt(RAM_START)) >>> 0, LOOP, true);
  core.start(BigInt(RAM_START), 0n);
  core.run(INSTRUCTIONS);
}
