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

/** Where the core is in the checkout at `root`. */
export const coreFile = (root: string): string => join(root, 'build/trapframe.wasm');

/** The core as it was built there. */
export const coreBytes = (root: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(coreFile(root)));

let compiling: { readonly root: string; readonly module: Promise<WebAssembly.Module> } | null = null;

/** The core, compiled; begun early, that goes on beside the loading of a command. */
export function compiledCore(root: string): Promise<WebAssembly.Module> {
  if (compiling?.root !== root) compiling = { root, module: WebAssembly.compile(coreBytes(root)) };
  return compiling.module;
}
