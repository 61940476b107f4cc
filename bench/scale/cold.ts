/**
 * One cold run, in a process of its own: nothing is compiled, cached or warmed up before.
 *
 *     node dist/bench/scale/cold.js '{"image": FILE, "core": FILE, "config": {…}, "budget": N}'
 *
 * Prints {"ms": wall time of the run, "instructions": …, "checksum": …} or fails with what went wrong.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { MachineConfig } from '../../src/abi/config.ts';
import { createMachineHost } from '../../src/machine/host.ts';

export interface ColdRequest {
  readonly core: string;
  readonly image: string;
  readonly config: MachineConfig;
  readonly budget: number;
}

export interface ColdRun {
  /** From the first instruction to the last, booting and preparing included. */
  readonly ms: number;
  readonly instructions: number;
  readonly checksum: string;
}

const { core, image, config, budget } = JSON.parse(process.argv[2]!) as ColdRequest;
const host = createMachineHost(await WebAssembly.compile(readFileSync(core)));
await host.load(readFileSync(image), config);
const { status, message, wallMs, counters, result } = await host.run({ budget });
if (status !== 'passed' || result === null) throw new Error(message);
const run: ColdRun = { ms: wallMs, instructions: counters.instret!, checksum: result };
process.stdout.write(JSON.stringify(run));
