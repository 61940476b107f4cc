/** Runs a bare-metal ELF on qemu-system-riscv64, where it is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BINARY = 'qemu-system-riscv64';

/** Extensions of src/isa that QEMU 7.2 lacks: programs for it leave them out. */
export const NOT_IN_QEMU: ReadonlySet<string> = new Set(['Zacas', 'Zicond', 'Zawrs', 'Zicbom', 'Zicboz', 'Zacas']);

/** CPU properties that make QEMU's rv64 the machine of src/isa; zba, zbb, zbc, zbs and sstc are on by default. */
const CPU = ['rv64', 'h=off', 'Zfh=on', 'svinval=on', 'svnapot=on', 'zbkb=on', 'zbkx=on', 'zbkc=on'].join(',');

const version = spawnSync(BINARY, ['--version'], { encoding: 'utf8' });

/** The installed version, such as "7.2.22", or null. */
export const qemuVersion: string | null =
  version.status === 0 ? (/version ([\d.]+)/.exec(version.stdout)?.[1] ?? null) : null;

/** What a test says when it does not run. */
export const NO_QEMU = `${BINARY} is not installed`;

export interface QemuResult {
  /** 0: the finisher said good; else its code. Null: it did not end in time and was stopped. */
  readonly exitCode: number | null;
  readonly console: string;
  readonly errors: string;
}

/** Runs an image entered in M-mode; `timeout` in milliseconds. */
export async function runQemu(elf: Uint8Array, timeout = 20_000, harts = 1): Promise<QemuResult> {
  const directory = mkdtempSync(join(tmpdir(), 'trapframe-qemu-'));
  const image = join(directory, 'program.elf');
  // A file takes every character at once; a pipe nobody reads in time would lose some.
  const serial = join(directory, 'serial');
  writeFileSync(image, elf);
  writeFileSync(serial, '');
  const machine = ['-M', 'virt', '-cpu', CPU, '-m', '128M', '-smp', String(harts), '-bios', 'none', '-kernel', image];
  const consoles = ['-display', 'none', '-monitor', 'none', '-serial', `file:${serial}`];
  try {
    return await new Promise<QemuResult>((resolve, reject) => {
      const child = spawn(BINARY, [...machine, ...consoles], { stdio: ['ignore', 'ignore', 'pipe'] });
      const errors: Buffer[] = [];
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        child.kill('SIGKILL');
      }, timeout);
      child.stderr.on('data', (data: Buffer) => errors.push(data));
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({
          exitCode: late ? null : code,
          console: readFileSync(serial, 'latin1'),
          errors: Buffer.concat(errors).toString('utf8'),
        });
      });
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
