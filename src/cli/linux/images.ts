/** Which kernel and which initial RAM disk a run takes: the user's own, or what the cache holds. */
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../../abi/errors.ts';
import type { LinuxFiles } from '../../abi/program.ts';
import { readElf } from '../../image/elf.ts';
import { buildInitramfs } from '../../machine/initramfs.ts';
import { readInput } from '../files.ts';
import { cacheDirectory, findBusybox, findKernel, KERNELS, type KernelKind } from './cache.ts';

export interface ImageChoice {
  readonly cache: string;
  readonly root: string;
  /** A file, one of KERNELS, or null for the first there is. */
  readonly kernel: string | null;
  /** A file, or null for our own userland. */
  readonly initrd: string | null;
  readonly firmware: string | null;
}

export interface Images {
  readonly kernel: Uint8Array;
  /** `built` and `debian` for those of the cache. */
  readonly kind: KernelKind | 'own';
  readonly about: string;
  readonly initrd: Uint8Array;
  readonly firmware: Uint8Array | null;
  /** How our agent is reached, where it is process 1: only our own kernel surely has virtio built in. */
  readonly agent: 'virtio' | 'serial' | null;
}

const OBTAIN =
  'Get one once: `npx trapframe linux --build` (about 8 minutes of processor time) or `npx trapframe linux --fetch` (about 11 MB).';

/** A gzip file's content (Debian's older kernels, Image.gz); any other file as it is. */
const unpacked = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;

function kernelOf({ cache, kernel }: Pick<ImageChoice, 'cache' | 'kernel'>): Pick<Images, 'kernel' | 'kind' | 'about'> {
  const kinds: readonly KernelKind[] = kernel === null ? KERNELS : KERNELS.filter((kind) => kind === kernel);
  if (kernel !== null && kinds.length === 0) {
    return { kernel: unpacked(readInput(kernel, '--kernel')), kind: 'own', about: kernel };
  }
  for (const kind of kinds) {
    const found = findKernel(cache, kind);
    if (found) return { kernel: unpacked(readInput(found.file, '--kernel')), kind, about: found.about };
  }
  throw new InputError(`there is no ${kernel ?? ''} kernel yet`.replace('  ', ' '), OBTAIN);
}

/** Only our own kernel surely has virtio built in. */
const agentOf = (kind: Images['kind']): 'virtio' | 'serial' => (kind === 'built' ? 'virtio' : 'serial');

const agentFile = (root: string): Uint8Array => readInput(join(root, 'build/guests/linux/agent'), 'the agent');

/** Where our process 1 begins: a virtual address. */
export const agentEntry = (root: string): bigint => BigInt(readElf(agentFile(root)).entry);

/** Reads everything; throws an InputError that says how to get what is missing. */
export function readImages(choice: ImageChoice): Images {
  const chosen = kernelOf(choice);
  const firmware = choice.firmware === null ? null : readInput(choice.firmware, '--firmware');
  if (choice.initrd !== null) return { ...chosen, firmware, initrd: readInput(choice.initrd, '--initrd'), agent: null };
  const busybox = findBusybox(choice.cache);
  if (!busybox) throw new InputError('there is no userland yet', `${OBTAIN} Or give your own: --initrd.`);
  const initrd = buildInitramfs({
    busybox: readInput(busybox, 'the userland'),
    agent: agentFile(choice.root),
  });
  return { ...chosen, firmware, initrd, agent: agentOf(chosen.kind) };
}

/** The kernel of the cache that is looked for first, with a userland; null where there is none. For the lab. */
export function cachedLinux(): LinuxFiles | null {
  const cache = cacheDirectory();
  const busybox = findBusybox(cache);
  if (!busybox || !KERNELS.some((kind) => findKernel(cache, kind))) return null;
  const { kernel, kind, about } = kernelOf({ cache, kernel: null });
  return { kernel, about, agent: agentOf(kind), busybox: readInput(busybox, 'the userland') };
}
