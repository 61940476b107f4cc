/** A program of WASI preview 1, or why it is none, in words. */
import { InputError } from '../abi/errors.ts';
import { E, SysError } from '../linux/errno.ts';
import { WasiProgram } from '../linux/wasi/run.ts';

/** `name` begins messages; `memory`: bytes it may have at most. @throws InputError where it cannot be run */
export function loadWasi(name: string, bytes: Uint8Array, memory: number): WasiProgram {
  try {
    return new WasiProgram(bytes, memory);
  } catch (e) {
    if (!(e instanceof SysError)) throw e;
    throw e.code === E.NOMEM
      ? new InputError(`${name} needs more memory than it may have`, 'Raise --memory.')
      : new InputError(
          `${name} is no program of WASI preview 1`,
          'Build it for wasm32-wasip1, as a command with _start.',
        );
  }
}
