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
import { parseArgs } from 'node:util';
import { InputError } from '../src/abi/errors.ts';
import { nodePlatform } from '../src/lab/node/platform.ts';
import { wholeNumber } from '../src/lab/plan.ts';
import { terminalTable } from '../src/lab/report/terminal.ts';
import { runCommand, terminal } from './engines/command.ts';
import { about } from './engines/lab-host.ts';
import { allPass } from './engines/limits.ts';
import { measureOperation, measureProgram, prepare } from './process/measure.ts';
import { OPERATIONS, PROGRAMS } from './process/rows.ts';
import { type ProcessReport, type ProcessRow, processRow, processTable } from './process/summary.ts';
import { QEMU_USER, qemuUserAvailable } from './qemu.ts';

const SEED = 1;
const MODES = { full: { rounds: 7, scale: 1 }, quick: { rounds: 3, scale: 0.2 } } as const;

/** Throws an InputError for an option that does not exist or a value that cannot be. */
function optionsOf(args: readonly string[]) {
  const known = {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  } as const;
  try {
    const { rounds, quick, json, check } = parseArgs({ args: [...args], options: known }).values;
    const mode = quick ? MODES.quick : MODES.full;
    const chosen = rounds === undefined ? mode.rounds : wholeNumber('--rounds', Number(rounds), 1, 1000);
    return { ...mode, rounds: chosen, json, check };
  } catch (error) {
    throw new InputError((error as Error).message);
  }
}

async function report({ rounds, scale }: ReturnType<typeof optionsOf>, signal: AbortSignal): Promise<ProcessReport> {
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

await runCommand(async (signal) => {
  const options = optionsOf(process.argv.slice(2));
  if (!qemuUserAvailable())
    throw new InputError(`${QEMU_USER} is not installed`, 'On Debian: apt-get install qemu-user.');
  const made = await report(options, signal);
  process.stdout.write(
    `${options.json ? JSON.stringify(made, null, 2) : terminalTable(processTable(made), terminal())}\n`,
  );
  return made.failed.length > 0 || (options.check && !allPass(made.rows)) ? 1 : 0;
});
