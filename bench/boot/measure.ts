/** Boots the same kernel to the prompt of a shell here and on QEMU, by turns; each boot is a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { LINUX_MACHINE } from '../../src/abi/config.ts';
import { cacheDirectory } from '../../src/cli/linux/cache.ts';
import { readImages } from '../../src/cli/linux/images.ts';
import { QEMU } from '../qemu.ts';
import { findRoot } from '../toolchain/jobs.ts';

/** Who boots. */
export const BOOTERS = ['qemu', 'interp', 'jit'] as const;
export type Booter = (typeof BOOTERS)[number];

const DEADLINE_MS = 60_000;
/** The shell's, as process 1. */
const PROMPT = '# ';
const WORDS = 'rdinit=/bin/sh quiet';

export interface Images {
  readonly kernel: string;
  readonly initrd: string;
}

/** The built kernel and our userland as files below `folder`. Throws an InputError where they are not at hand. */
export function prepare(folder: string): Images {
  const choice = { cache: cacheDirectory(), root: findRoot(), kernel: 'built', initrd: null, firmware: null };
  const { kernel, initrd } = readImages(choice);
  const images = { kernel: path.join(folder, 'Image'), initrd: path.join(folder, 'initrd') };
  writeFileSync(images.kernel, kernel);
  writeFileSync(images.initrd, initrd);
  return images;
}

/** Program and arguments. */
export function commandOf(booter: Booter, { kernel, initrd }: Images): [program: string, args: string[]] {
  const memory = `${LINUX_MACHINE.memory / 2 ** 20}M`;
  const boots = (kernelOption: string, initrdOption: string) => [kernelOption, kernel, initrdOption, initrd];
  if (booter === 'qemu') {
    const machine = ['-M', 'virt', '-m', memory, '-nographic', '-nic', 'none', '-no-reboot'];
    return [QEMU, [...machine, ...boots('-kernel', '-initrd'), '-append', `console=ttyS0 ${WORDS}`]];
  }
  const script = path.join(findRoot(), 'src/cli/trapframe.mjs');
  const machine = ['linux', '--engine', booter, '--memory', memory];
  return [process.execPath, [script, ...machine, ...boots('--kernel', '--initrd'), '--append', WORDS]];
}

/** Milliseconds from the start of a process to the prompt. */
export function bootMs(booter: Booter, images: Images, signal: AbortSignal): Promise<number> {
  const [program, args] = commandOf(booter, images);
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let said = '';
    let ms: number | null = null;
    const child: ChildProcess = spawn(program, args, {
      env: { ...process.env, TRAPFRAME_NO_SETUP: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });
    const hear = (bytes: Buffer): void => {
      said += bytes.toString('latin1');
      if (ms !== null || !said.includes(PROMPT)) return;
      ms = performance.now() - started;
      child.kill('SIGKILL');
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    child.on('error', reject);
    child.on('close', (code, end) => {
      if (ms !== null) resolve(ms);
      else reject(new Error(`${booter}: no prompt, it ended with ${end ?? code}: ${said.slice(-500)}`));
    });
  });
}

/** Milliseconds of each, in the order taken; a round is one boot of each, in an order that turns. */
export async function measureBoots(
  folder: string,
  rounds: number,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Record<Booter, number[]>> {
  const images = prepare(folder);
  const ms: Record<Booter, number[]> = { qemu: [], interp: [], jit: [] };
  // Files are in the host's cache from the second boot on.
  for (const booter of BOOTERS) await bootMs(booter, images, signal);
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    for (let i = 0; i < BOOTERS.length; i++) {
      const booter = BOOTERS[(round + i) % BOOTERS.length]!;
      ms[booter].push(await bootMs(booter, images, signal));
    }
  }
  return ms;
}
