/**
 * `npm run bench:process`: what Linux programs cost on the kernel of src/linux, beside the same under QEMU's user mode in the same run.
 *
 *     npm run bench:process -- [--rounds N] [--quick] [--json] [--check]
 *
 * Exit code 0; 1 when a run failed, or with --check a limit does not hold; 2 for bad input; 130 when stopped.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { InputError } from '../src/abi/errors.ts';
import { nodePlatform } from '../src/lab/node/platform.ts';
import { terminalTable } from '../src/lab/report/terminal.ts';
import { runBenchmark, terminal } from './engines/command.ts';
import { about } from './engines/lab-host.ts';
import { allPass } from './engines/limits.ts';
import type { BenchOptions } from './engines/options.ts';
import { measureOperation, measureProgram, prepare } from './process/measure.ts';
import { OPERATIONS, PROGRAMS } from './process/rows.ts';
import { type ProcessReport, type ProcessRow, processRow, processTable } from './process/summary.ts';
import { QEMU_USER, qemuUserAvailable } from './qemu.ts';

const SEED = 1;
const MODES = { full: { rounds: 7, scale: 1 }, quick: { rounds: 3, scale: 0.2 } } as const;

const modeOf = ({ quick, rounds }: BenchOptions<never>) => {
  const mode = quick ? MODES.quick : MODES.full;
  return { ...mode, rounds: rounds ?? mode.rounds };
};

async function report({ rounds, scale }: ReturnType<typeof modeOf>, signal: AbortSignal): Promise<ProcessReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'trapframe-process-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const rows: ProcessRow[] = [];
  const leftOut: string[] = [];
  const failed: string[] = [];
  try {
    const bench = await prepare(folder, signal, say);
    for (const operation of OPERATIONS)
      rows.push(processRow(operation, 'ns', await measureOperation(bench, operation, rounds, scale), SEED));
    for (const program of PROGRAMS) {
      try {
        const samples = await measureProgram(bench, program, rounds);
        if (samples) rows.push(processRow(program, 'ms', samples, SEED));
        else leftOut.push(program.id);
      } catch (error) {
        signal.throwIfAborted();
        failed.push(`${program.id}: ${(error as Error).message}`);
      }
    }
    return { schema: 'trapframe.process/1', ...(await about(nodePlatform())), rows, leftOut, failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runBenchmark(
  { command: 'bench:process', summary: 'Linux programs without a guest kernel, beside qemu-riscv64.', promises: true },
  async (options, signal) => {
    if (!qemuUserAvailable())
      throw new InputError(`${QEMU_USER} is not installed`, 'On Debian: apt-get install qemu-user.');
    const made = await report(modeOf(options), signal);
    process.stdout.write(
      `${options.json ? JSON.stringify(made, null, 2) : terminalTable(processTable(made), terminal())}\n`,
    );
    return made.failed.length > 0 || (options.check && !allPass(made.rows)) ? 1 : 0;
  },
);
