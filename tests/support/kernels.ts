/** Kernels for tests that boot a real Linux: whatever the cache holds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineConfig } from '../../src/abi/config.ts';
import { cacheDirectory, findBusybox, findKernel, type KernelKind } from '../../src/cli/linux/cache.ts';
import { readImages } from '../../src/cli/linux/images.ts';
import type { ExecEnding, ExecOptions } from '../../src/machine/agent.ts';
import { LinuxGuest, type LinuxOptions } from '../../src/machine/linux.ts';
import { coreModule, projectRoot } from './machine.ts';
import { configOf, partsOf } from './story.ts';

export { partsOf, story } from './story.ts';

/** Whether a kernel of this kind and a userland are at hand; says once what is left out where they are not. */
export function hasKernel(kind: KernelKind): boolean {
  const cache = cacheDirectory();
  if (findKernel(cache, kind) && findBusybox(cache)) return true;
  const how = kind === 'built' ? '--build' : '--fetch';
  console.warn(`left out: tests on the ${kind} Linux kernel; get it with \`npx trapframe linux ${how}\``);
  return false;
}

/** Stops a guest that runs. */
export async function standStill(guest: LinuxGuest): Promise<void> {
  guest.system.stop();
  await new Promise((resolve) => setTimeout(resolve, 0));
  while (guest.system.running) await new Promise((resolve) => setTimeout(resolve, 1));
}

export interface Booted {
  readonly guest: LinuxGuest;
  /** What the kernel said. */
  readonly said: () => string;
  /** Runs a command by the guest's shell. */
  readonly sh: (
    command: string,
    options?: Partial<ExecOptions> & { input?: string | Uint8Array },
  ) => Promise<ExecEnding & { stdout: string; stderr: string }>;
  readonly off: () => Promise<void>;
}

/** Boots to where the agent is ready. `before` is called when nothing has run yet. */
export async function boot(
  kind: KernelKind,
  patch: Partial<MachineConfig> = {},
  options: Partial<LinuxOptions> = {},
  before?: (guest: LinuxGuest) => Promise<void>,
): Promise<Booted> {
  const images = readImages({
    cache: cacheDirectory(),
    root: projectRoot(),
    kernel: kind,
    initrd: null,
    firmware: null,
  });
  const text = new TextDecoder();
  let said = '';
  const guest = await LinuxGuest.create(coreModule(), {
    ...partsOf(configOf(patch), images.agent),
    kernel: images.kernel,
    initrd: images.initrd,
    bootargs: 'quiet',
    onConsole: (bytes) => {
      said += text.decode(bytes, { stream: true });
    },
    ...options,
  });
  await before?.(guest);
  const running = guest.run(20_000_000_000n);
  await Promise.race([guest.agent!.ready, running.then((e) => Promise.reject(new Error(`${e.message}\n${said}`)))]);
  return {
    guest,
    said: () => said,
    sh: async (command, { input, ...more } = {}) => {
      const out = { stdout: '', stderr: '' };
      const session = guest.agent!.exec({
        argv: ['sh', '-c', command],
        onStdout: (bytes) => {
          out.stdout += new TextDecoder().decode(bytes);
        },
        onStderr: (bytes) => {
          out.stderr += new TextDecoder().decode(bytes);
        },
        ...more,
      });
      if (input !== undefined) session.write(typeof input === 'string' ? new TextEncoder().encode(input) : input);
      session.end();
      return { ...(await session.exit), ...out };
    },
    off: async () => {
      guest.agent!.powerOff();
      const ending = await running;
      if (ending.reason !== 'poweroff') throw new Error(ending.message);
    },
  };
}

/** OpenSBI's firmware, where the host has it. */
export function openSbi(kind: 'jump' | 'dynamic' = 'jump'): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(join('/usr/lib/riscv64-linux-gnu/opensbi/generic', `fw_${kind}.bin`)));
  } catch {
    return null;
  }
}
