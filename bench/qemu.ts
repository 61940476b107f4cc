/** Runs a guest image on QEMU's `virt` machine: the independent machine that the guests are tested against. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export const QEMU = 'qemu-system-riscv64';
/** QEMU's user mode. */
export const QEMU_USER = 'qemu-riscv64';

const starts = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

export interface QemuOptions {
  /** Path of the ELF image. */
  readonly image: string;
  readonly bootargs: string;
  /** RAM in MiB. */
  readonly memory?: number;
  readonly timeoutMs?: number;
  /** Further arguments of QEMU. */
  readonly extra?: readonly string[];
  /** Ends QEMU. */
  readonly signal?: AbortSignal;
}

/** Whether QEMU for RISC-V is installed. */
export const qemuAvailable = (): boolean => starts(QEMU);

/** Whether its user mode is. */
export const qemuUserAvailable = (): boolean => starts(QEMU_USER);

/** Boots the image until it shuts down; resolves to what it printed. Rejects when QEMU fails or the time is up. */
export async function runOnQemu(options: QemuOptions): Promise<string> {
  const { image, bootargs, memory = 64, timeoutMs = 30_000, extra = [], signal } = options;
  const dir = mkdtempSync(path.join(tmpdir(), 'trapframe-qemu-'));
  /* Through a file: QEMU drops characters when a pipe is slow to take them. */
  const serial = path.join(dir, 'console');
  const machine = [
    '-M',
    'virt',
    '-nodefaults',
    '-m',
    `${memory}M`,
    '-display',
    'none',
    '-monitor',
    'none',
    '-serial',
    `file:${serial}`,
  ];
  const args = [...machine, '-no-reboot', '-kernel', image, '-append', bootargs, ...extra];
  try {
    await promisify(execFile)(QEMU, args, { timeout: timeoutMs, killSignal: 'SIGKILL', ...(signal && { signal }) });
    return readFileSync(serial, 'utf8').replaceAll('\r', '');
  } catch (error) {
    throw new Error(`${QEMU} with "${bootargs}": ${(error as Error).message}`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
