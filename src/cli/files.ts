/** Files that options name, and the machine's own build. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../abi/errors.ts';

/** Reads a file; an InputError says which one cannot be read and why. `option`: what named it. */
export function readInput(file: string, option?: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (e) {
    const named = option === undefined ? file : `${option}: ${file}`;
    throw new InputError(`${named} cannot be read: ${e instanceof Error ? e.message : String(e)}`);
  }
}

/** The core as it was built in the checkout at `root`. */
export const coreBytes = (root: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(root, 'build/trapframe.wasm')));

/** The core, compiled. */
export const compiledCore = (root: string): Promise<WebAssembly.Module> => WebAssembly.compile(coreBytes(root));
