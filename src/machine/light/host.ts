/** A light VM with its distributions in memory: what a worker exposes, in Node and in browsers. */

import { joined } from '../../abi/bytes.ts';
import type { MachineConfig } from '../../abi/config.ts';
import { InputError } from '../../abi/errors.ts';
import { MemoryFolder } from '../../devices/9p/memory-folder.ts';
import { Overlay } from '../../devices/block/overlay.ts';
import { emptyExt4 } from '../../image/ext4.ts';
import type { ExecEnding, ExecOptions } from '../agent.ts';
import { PARTLY, scriptWords } from './scripts.ts';
import { deviceOf, LightVm, type LightVmImages, MOST_DISTROS } from './vm.ts';

export interface LightVmHostOptions extends LightVmImages {
  readonly config: MachineConfig;
  /** Bytes of each distribution's disk, of which only what is written takes memory. */
  readonly diskSize: number;
}

export interface Ran extends ExecEnding {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export type Command = Pick<ExecOptions, 'argv' | 'env' | 'directory' | 'user' | 'group'>;

export interface LightVmHost {
  /** Boots; comes first. Rejects with an InputError. */
  boot(core: WebAssembly.Module, options: LightVmHostOptions): Promise<void>;
  /** Makes a distribution: of a tar archive, or, for null, of the VM's own userland. */
  install(name: string, archive: Uint8Array | null): Promise<void>;
  /** Runs a command in a distribution, with all of its input; what it says comes at its end. */
  run(name: string, command: Command, input: Uint8Array): Promise<Ran>;
  /** The root file system as a tar archive. */
  export(name: string): Promise<Uint8Array>;
  /** Ends what runs in a distribution. */
  terminate(name: string): Promise<void>;
  powerOff(): Promise<void>;
}

const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

/** A disk in memory with an empty file system. */
export function emptyDisk(size: number, uuid: Uint8Array, time: number): Overlay {
  const disk = new Overlay(size);
  for (const { at, bytes } of emptyExt4({ size, uuid, time })) disk.write(at, bytes);
  return disk;
}

/** Example: `await host.boot(module, …); await host.install('box', null); await host.run('box', { argv: ['ls'] }, new Uint8Array())`. */
export function createLightVmHost(): LightVmHost {
  let vm: LightVm | null = null;
  let size = 0;
  const numbers = new Map<string, number>();

  const booted = (): LightVm => {
    if (!vm) throw new Error('boot() comes first');
    return vm;
  };
  const numberOf = (name: string): number => {
    const number = numbers.get(name);
    if (number === undefined) throw new InputError(`there is no distribution ${name}`);
    return number;
  };

  async function pass(options: ExecOptions, input: Uint8Array): Promise<Ran> {
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    const session = booted().exec({
      ...options,
      onStdout: (bytes) => out.push(bytes.slice()),
      onStderr: (bytes) => err.push(bytes.slice()),
    });
    session.write(input);
    session.end();
    return { ...(await session.exit), stdout: joined(out), stderr: joined(err) };
  }

  /** Packs or unpacks the disk of a distribution that does not run. */
  async function archive(
    script: 'install' | 'import' | 'export',
    number: number,
    input: Uint8Array,
  ): Promise<Uint8Array> {
    await booted().stop(number);
    const argv = scriptWords(script, deviceOf(number), `/mnt/${number}`);
    const { code, stdout, stderr } = await pass({ argv, env: { PATH: '/bin' } }, input);
    if (code !== 0 && code !== PARTLY) throw new InputError(new TextDecoder().decode(stderr).trim());
    return stdout;
  }

  return {
    async boot(module, { config, diskSize, ...images }) {
      size = diskSize;
      const clock = (): bigint => BigInt(Date.now()) * 1_000_000n;
      vm = await LightVm.boot(
        { module, config, share: new MemoryFolder({ clock }), onConsole: () => {}, clock, random },
        images,
      );
    },

    async install(name, tar) {
      if (numbers.has(name)) throw new InputError(`there is a distribution ${name} already`);
      const number = numbers.size + 1;
      if (number > MOST_DISTROS) throw new InputError(`there are ${MOST_DISTROS} distributions already`);
      booted().attach(number, emptyDisk(size, random(16), Math.floor(Date.now() / 1000)));
      await archive(tar ? 'import' : 'install', number, tar ?? new Uint8Array());
      numbers.set(name, number);
    },

    async run(name, command, input) {
      const number = numberOf(name);
      if (!booted().runs(number)) await booted().start({ number, hostname: name, share: true });
      return pass({ ...command, distro: number }, input);
    },

    export: (name) => archive('export', numberOf(name), new Uint8Array()),
    terminate: (name) => booted().stop(numberOf(name)),
    powerOff: () => booted().powerOff(),
  };
}
