/** Runs a bare-metal ELF on this machine, for tests. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import type { RunOutcome } from '../../src/abi/machine.ts';
import { createMachineHost } from '../../src/machine/host.ts';

/** The folder of package.json, from sources and from their compiled copies alike. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

let compiled: WebAssembly.Module | undefined;

/** The core, compiled once. Throws when the build is missing. */
export function coreModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(join(projectRoot(), 'build/trapframe.wasm')));
  return compiled;
}

/** Loads and runs an image; `budget`, and `slice` between two looks of the host, in instructions. */
export async function runMachine(
  elf: Uint8Array,
  options: { readonly budget?: number; readonly slice?: number; readonly config?: Partial<MachineConfig> } = {},
): Promise<RunOutcome> {
  const host = createMachineHost(coreModule());
  await host.load(elf, { ...MACHINE_DEFAULT, ...options.config });
  const { budget = 50_000_000, slice } = options;
  return host.run({ budget, ...(slice && { slice }) });
}
