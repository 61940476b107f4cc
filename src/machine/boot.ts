/** Puts a kernel, its initial RAM disk and the device tree where a boot loader would, and starts the hart there. */
import type { MachineConfig } from '../abi/config.ts';
import type { TreeNode } from '../abi/device-tree.ts';
import { InputError } from '../abi/errors.ts';
import { RAM_START } from '../abi/layout.ts';
import type { Core } from '../engine/core.ts';
import { checkFirmware, startFirmware } from './firmware.ts';
import { writeGuest } from './load.ts';
import { deviceTree } from './tree.ts';

/** What a system boots. */
export interface BootImages {
  /** A RISC-V Linux Image (Documentation/riscv/boot-image-header), uncompressed. */
  readonly kernel: Uint8Array;
  /** A cpio archive, or several one after another, possibly compressed: the kernel unpacks it. */
  readonly initrd: Uint8Array | null;
  readonly bootargs: string;
  /** M-mode firmware (a flat image: OpenSBI's fw_dynamic.bin or fw_jump.bin) in place of the machine's own SBI. */
  readonly firmware: Uint8Array | null;
}

const MiB = 2 ** 20;
const PAGE = 4096;
const MAGIC_AT = 0x38;
const MAGIC = 0x0543_5352; // "RSC\x05"

const mebibytes = (n: number): number => Math.ceil(n / MiB);
const down = (n: number, to: number): number => Math.floor(n / to) * to;

/** Offset in RAM and size in memory of a kernel Image; throws InputError where it is none. */
export function readImageHeader(image: Uint8Array): { readonly offset: number; readonly size: number } {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (image.length < 64 || view.getUint32(MAGIC_AT, true) !== MAGIC) {
    const gzip = image[0] === 0x1f && image[1] === 0x8b;
    throw new InputError(
      `this is no RISC-V Linux Image${gzip ? ', but a compressed file' : ''}`,
      'Give arch/riscv/boot/Image (not vmlinux), uncompressed.',
    );
  }
  const offset = Number(view.getBigUint64(8, true));
  const size = Math.max(Number(view.getBigUint64(16, true)), image.length);
  return { offset, size };
}

/** Loads everything and starts the hart: in S-mode at the kernel, or in M-mode at the firmware. */
export function bootLinux(
  core: Core,
  config: MachineConfig,
  images: BootImages,
  devices: readonly TreeNode[],
  seed: Uint8Array,
): void {
  if (config.strategy === 'paravirt') {
    throw new InputError(
      'this kernel does not know the paravirtual interface of the machine',
      'Choose bare, nested or shadow.',
    );
  }
  const { offset, size } = readImageHeader(images.kernel);
  const start = RAM_START + offset;
  const end = RAM_START + config.memory;
  const initrd = images.initrd;
  // The tree lies in the last 64 KiB, the RAM disk below it. Its own place does not depend on its length.
  const treeAt = down(end - 64 * 1024, PAGE);
  const initrdAt = down(treeAt - (initrd?.length ?? 0), PAGE);
  const wanted = start + size + (initrd?.length ?? 0) - RAM_START;
  if (start + size > initrdAt) {
    throw new InputError(
      `too little memory: kernel and RAM disk take ${mebibytes(wanted)} MiB of ${mebibytes(config.memory)}`,
      `Give the guest more: --memory ${mebibytes(wanted * 1.5) + 16}M.`,
    );
  }
  if (images.firmware) checkFirmware(images.firmware, { start, end: start + size, top: initrdAt });
  const tree = deviceTree(config, images.bootargs, {
    initrd: initrd && { start: initrdAt, end: initrdAt + initrd.length },
    devices,
    seed,
    firmware: images.firmware !== null,
  });
  if (tree.length > end - treeAt - PAGE)
    throw new InputError('the device tree is too large', 'Shorten the boot arguments.');
  writeGuest(core, start, images.kernel);
  if (initrd) writeGuest(core, initrdAt, initrd);
  writeGuest(core, treeAt, tree);
  core.set('SBI', images.firmware ? 0 : 1);
  if (images.firmware) startFirmware(core, images.firmware, { kernel: start, tree: treeAt, info: end - PAGE });
  else core.start(BigInt(start), BigInt(treeAt));
}
