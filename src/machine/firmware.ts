/**
 * M-mode firmware in place of the machine's own SBI: OpenSBI's dynamic one is told where the kernel lies, the jumping one knows
 * (OpenSBI, docs/firmware).
 */
import { InputError } from '../abi/errors.ts';
import { hex } from '../abi/hex.ts';
import { PLACES, RAM_START } from '../abi/layout.ts';
import type { Core } from '../engine/core.ts';
import { writeGuest } from './load.ts';

const MiB = 2 ** 20;
/** What firmware has for itself, from the start of RAM on. */
const FIRMWARE_BYTES = 2 * MiB;
/** Where fw_jump of OpenSBI's generic platform goes on to, and where it moves the device tree first. */
const JUMP = { kernel: RAM_START + 2 * MiB, tree: RAM_START + 34 * MiB, treeBytes: 64 * 1024 } as const;
/** struct fw_dynamic_info: magic number, version, address and mode of what comes next, options, boot hart (any). */
const INFO_MAGIC = 0x4942_534f;
const INFO_VERSION = 2;
const MODE_S = 1;
const ANY_HART = 2n ** 64n - 1n;
const A2 = 12;
const ELF = [0x7f, 0x45, 0x4c, 0x46];

const MRET = 0x3020_0073;

/** Whether some instruction is in it, or what reads as one. */
function has(firmware: Uint8Array, wanted: (word: number) => boolean): boolean {
  const view = new DataView(firmware.buffer, firmware.byteOffset, firmware.byteLength);
  for (let at = 0; at + 4 <= firmware.length; at += 2) if (wanted(view.getUint32(at, true))) return true;
  return false;
}

/** `lui` of the upper part of the magic number, in any register: dynamic firmware has to compare it. */
const isMagic = (word: number): boolean => (word & ~0xf80) === ((INFO_MAGIC & ~0xfff) | 0x37);

/** Throws InputError where firmware would not find the kernel or overwrite it. `top` is where what lies above free memory begins. */
export function checkFirmware(
  firmware: Uint8Array,
  kernel: { readonly start: number; readonly end: number; readonly top: number },
): void {
  const dynamic = 'Give OpenSBI’s fw_dynamic.bin, which is told where things lie.';
  if (ELF.every((byte, i) => firmware[i] === byte)) {
    throw new InputError('the firmware is an ELF file', 'Give its flat image, which OpenSBI calls .bin.');
  }
  if (firmware.length > FIRMWARE_BYTES) {
    throw new InputError(`the firmware is larger than ${FIRMWARE_BYTES / MiB} MiB`, 'Give OpenSBI’s fw_dynamic.bin.');
  }
  if (!has(firmware, (word) => word === MRET)) {
    throw new InputError('the firmware has no mret, which alone leads from M-mode to a kernel: it is none', dynamic);
  }
  if (kernel.start < RAM_START + FIRMWARE_BYTES) {
    throw new InputError(
      `the kernel wants to lie at ${hex(kernel.start)}, where the firmware is`,
      'Use another kernel.',
    );
  }
  if (has(firmware, isMagic)) return;
  if (kernel.start !== JUMP.kernel) {
    throw new InputError(
      `the kernel wants to lie at ${hex(kernel.start)}, and firmware that jumps goes to ${hex(JUMP.kernel)}`,
      dynamic,
    );
  }
  if (kernel.end > JUMP.tree || kernel.top < JUMP.tree + JUMP.treeBytes) {
    const what = kernel.end > JUMP.tree ? 'the kernel' : 'the RAM disk or the end of memory';
    throw new InputError(`firmware that jumps moves the device tree to ${hex(JUMP.tree)}, where ${what} is`, dynamic);
  }
}

/** Loads the firmware and starts the hart in it; it goes on to the kernel. `info` has room for what it is told. */
export function startFirmware(
  core: Core,
  firmware: Uint8Array,
  at: { readonly kernel: number; readonly tree: number; readonly info: number },
): void {
  const info = [INFO_MAGIC, INFO_VERSION, at.kernel, MODE_S, 0, ANY_HART].map(BigInt);
  writeGuest(core, RAM_START, firmware);
  writeGuest(core, at.info, new Uint8Array(BigUint64Array.from(info).buffer));
  core.view.setBigUint64(PLACES.X + 8 * A2, BigInt(at.info), true);
  core.start(BigInt(RAM_START), BigInt(at.tree));
}
