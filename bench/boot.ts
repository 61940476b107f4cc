/**
 * `npm run bench:boot`: how long the built Linux kernel takes to the prompt of a shell, beside the same on qemu-system-riscv64 in the
 * same run.
 *
 *     npm run bench:boot -- [--rounds N] [--quick] [--json] [--check]
 *
 * Needs the kernel of `npx trapframe linux --build`. Exit code 0; 1 when a boot failed, or with --check a limit does not hold; 2 for bad
 * input; 130 when stopped.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { InputError } from '../src/abi/errors.ts';
import { nodePlatform } from '../src/lab/node/platform.ts';
import { terminalTable } from '../src/lab/report/terminal.ts';
import { measureBoots } from './boot/measure.ts';
import { type BootReport, bootRows, bootTable } from './boot/summary.ts';
import { runBenchmark, terminal } from './engines/command.ts';
import { about } from './engines/lab-host.ts';
import { allPass } from './engines/limits.ts';
import { QEMU, qemuAvailable } from './qemu.ts';

const SEED = 1;
const ROUNDS = { full: 15, quick: 5 } as const;

const BENCHMARK = {
  command: 'bench:boot',
  summary: 'The built Linux kernel to the prompt of a shell, beside qemu-system-riscv64.',
  promises: true,
};

await runBenchmark(BENCHMARK, async (options, signal) => {
  const { json, check } = options;
  const rounds = options.rounds ?? (options.quick ? ROUNDS.quick : ROUNDS.full);
  if (!qemuAvailable())
    throw new InputError(`${QEMU} is not installed`, 'On Debian: apt-get install qemu-system-misc opensbi.');
  const folder = mkdtempSync(path.join(tmpdir(), 'trapframe-boot-'));
  try {
    const samples = await measureBoots(folder, rounds, signal, (line) => void process.stderr.write(`${line}\n`));
    const rows = bootRows(samples, SEED);
    const made: BootReport = { schema: 'trapframe.boot/1', ...(await about(nodePlatform())), rows };
    process.stdout.write(`${json ? JSON.stringify(made, null, 2) : terminalTable(bootTable(made), terminal())}\n`);
    return check && !allPass(rows) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
