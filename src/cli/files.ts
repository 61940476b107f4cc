/** Files that options name, and the machine's own build. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../machine/node/file-error.ts';

/** Reads a file; an InputError says which one cannot be read and why. `option`: what named it. */
export function readInput(file: string, option?: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (e) {
    throw fileError(e, option === undefined ? file : `${option}: ${file}`, 'read');
  }
}

/** Where the core is in the checkout at `root`. */
export const coreFile = (root: string): string => join(root, 'build/trapframe.wasm');

/** The core as it was built there. */
export const coreBytes = (root: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(coreFile(root)));

export interface CompiledCore {
  readonly module: WebAssembly.Module;
  /** Milliseconds until it could be run: V8 compiles its functions when they are called. */
  readonly ms: number;
}

const compiled = new Map<string, CompiledCore>();

/** The core of the checkout at `root`, compiled once in this process. */
export function compiledCore(root: string): CompiledCore {
  const known = compiled.get(root);
  if (known) return known;
  const started = performance.now();
  const core = { module: new WebAssembly.Module(coreBytes(root)), ms: performance.now() - started };
  compiled.set(root, core);
  return core;
}
