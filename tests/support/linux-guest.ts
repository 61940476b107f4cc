/** Linux guests for tests: with the kernel and userland of the cache, where they have been obtained. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import { cacheDirectory, findBusybox, findKernel } from '../../src/cli/linux/cache.ts';
import type { VirtioModel } from '../../src/devices/virtio/model.ts';
import { buildInitramfs } from '../../src/machine/initramfs.ts';
import { LinuxGuest } from '../../src/machine/linux.ts';
import { coreModule } from './machine.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const kernel = findKernel(cacheDirectory(), 'built');
const busybox = findBusybox(cacheDirectory());

/** Whether a kernel with all drivers built in is at hand. */
export const HAVE_LINUX = kernel !== null && busybox !== null;

/** Said once by a suite that is left out. */
export const WITHOUT_LINUX = 'left out: there is no built kernel (`npx trapframe linux --build` makes one)';

export interface Shell {
  readonly guest: LinuxGuest;
  /** Runs a command in the guest's shell: its output (both streams), and its exit status. */
  run(command: string, onOutput?: (text: string) => void): Promise<{ code: number; output: string }>;
  powerOff(): Promise<void>;
}

/** Boots a guest with further virtio devices, up to its shell. */
export async function bootShell(
  models: readonly VirtioModel[],
  options: { readonly config?: Partial<MachineConfig>; readonly realtime?: boolean; readonly seed?: number } = {},
): Promise<Shell> {
  const initrd = buildInitramfs({
    busybox: readFileSync(busybox!),
    agent: readFileSync(path.join(ROOT, 'build/guests/linux/agent')),
  });
  let said = '';
  const guest = await LinuxGuest.create(coreModule(), {
    config: { ...MACHINE_DEFAULT, engine: 'jit', memory: 64 * 2 ** 20, codePages: 4096, ...options.config },
    kernel: readFileSync(kernel!.file),
    initrd,
    agent: 'virtio',
    time: 1_700_000_000_000_000_000n,
    seed: options.seed ?? 1,
    realtime: options.realtime ?? false,
    bootargs: 'quiet',
    onConsole: (bytes) => {
      said += new TextDecoder().decode(bytes);
    },
    models,
  });
  const ended = guest.run();
  await Promise.race([
    guest.agent!.ready,
    ended.then((ending) => Promise.reject(new Error(`the guest did not come up: ${ending.message}\n${said}`))),
  ]);
  return {
    guest,
    run: async (command, onOutput) => {
      let output = '';
      const take = (bytes: Uint8Array): void => {
        const text = new TextDecoder().decode(bytes);
        output += text;
        onOutput?.(text);
      };
      const session = guest.agent!.exec({ argv: ['sh', '-c', command], onStdout: take, onStderr: take });
      session.end();
      return { code: (await session.exit).code, output };
    },
    powerOff: async () => {
      guest.agent!.powerOff();
      await ended;
    },
  };
}
