/** Makes the VM: from a snapshot of one that had just booted, or by booting it and keeping the snapshot. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MACHINE_DEFAULT, type MachineConfig } from '../../abi/config.ts';
import { InputError, isInputError } from '../../abi/errors.ts';
import { HostFolder } from '../../devices/node/host-folder.ts';
import { buildInitramfs } from '../../machine/initramfs.ts';
import { LightVm, type LightVmParts } from '../../machine/light/vm.ts';
import { decodeSnapshot, encodeSnapshot } from '../../machine/snapshot.ts';
import { compiledCore, coreBytes, readInput } from '../files.ts';
import { cacheDirectory, findBusybox, findKernel, keyOf, writeWhole } from '../linux/cache.ts';
import type { VmSettings } from './settings.ts';

/** A kernel and a program touch far more code than a workload of the lab. */
const CODE_PAGES = 4096;
const OBTAIN = 'Get one once: npx trapframe linux --build (about 8 minutes of processor time).';

export interface StartedVm {
  readonly vm: LightVm;
  /** What kernel it runs, for a person. */
  readonly kernel: string;
}

const configOf = ({ memory, processors }: VmSettings): MachineConfig => ({
  ...MACHINE_DEFAULT,
  memory,
  harts: processors,
  codePages: CODE_PAGES,
  engine: 'jit',
  counting: false,
});

/** Names a file's content without reading it. */
const identity = (file: string): string => {
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${mtimeMs}`;
};

/** Starts the VM of a checkout at `root` with its files below `state`. Rejects with an InputError. */
export async function startVm(
  root: string,
  state: string,
  settings: VmSettings,
  onConsole: (bytes: Uint8Array) => void,
): Promise<StartedVm> {
  const cache = cacheDirectory();
  const kernel = settings.kernel ?? findKernel(cache, 'built')?.file;
  const busybox = findBusybox(cache);
  if (!kernel || !busybox) throw new InputError('there is no kernel yet', OBTAIN);
  if (!existsSync(kernel)) throw new InputError(`.wslconfig: kernel: there is no file ${kernel}`);
  const config = configOf(settings);
  const core = coreBytes(root);
  const program = (name: string): Uint8Array => readInput(join(root, 'build/guests/linux', name));
  const agent = program('agent');
  const archive = program('archive');
  const coreSha256 = keyOf(core);
  const parts = [
    identity(kernel),
    identity(busybox),
    agent,
    archive,
    JSON.stringify(config),
    settings.kernelCommandLine,
  ];
  const directory = join(state, 'boot');
  const file = join(directory, `${keyOf(coreSha256, ...parts)}.snap`);
  mkdirSync(settings.share, { recursive: true });
  const vmParts: LightVmParts = {
    module: compiledCore(root).module,
    config,
    share: new HostFolder(settings.share),
    onConsole,
    clock: () => BigInt(Date.now()) * 1_000_000n,
    random: (count) => new Uint8Array(randomBytes(count)),
  };
  const restored = existsSync(file) ? await restore(vmParts, file) : null;
  if (restored) return { vm: restored, kernel };
  const initrd = buildInitramfs({ busybox: readInput(busybox), agent, archive });
  const images = { kernel: readInput(kernel), initrd, bootargs: settings.kernelCommandLine };
  const vm = await LightVm.boot(vmParts, images);
  for (const old of existsSync(directory) ? readdirSync(directory) : []) rmSync(join(directory, old));
  writeWhole(file, await encodeSnapshot(await vm.save(coreSha256, {}), { compress: false }));
  return { vm, kernel };
}

/** A snapshot that cannot be used is no harm: another is made. */
async function restore(parts: LightVmParts, file: string): Promise<LightVm | null> {
  try {
    return await LightVm.restore(parts, await decodeSnapshot(readFileSync(file)));
  } catch (error) {
    if (!isInputError(error)) throw error;
    console.error(`${file}: ${error.message}`);
    return null;
  }
}
