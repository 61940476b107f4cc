/** Puts a guest into a machine: segments, device tree, HTIF symbols, entry. */
import type { MachineConfig } from '../abi/config.ts';
import { InputError } from '../abi/errors.ts';
import { hex } from '../abi/hex.ts';
import { RAM_START } from '../abi/layout.ts';
import type { Core } from '../engine/core.ts';
import { readElf } from '../image/elf.ts';
import { deviceTree } from './tree.ts';

const PAGE = 4096;
/** Images whose entry is here or above are supervisors and get the machine's SBI; below, machine-mode programs. */
const SUPERVISOR_ENTRY = 0x8020_0000;

/** Copies bytes to guest-physical memory. */
export function writeGuest(core: Core, address: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const at = address + done;
    const offset = at % PAGE;
    const length = Math.min(PAGE - offset, bytes.length - done);
    const page = core.pageFor(BigInt(at)) >>> 0;
    core.bytes.set(bytes.subarray(done, done + length), page + offset);
    done += length;
  }
}

/** Loads an ELF image; throws InputError if it is not one or does not fit. The guest is ready to run then. */
export function loadImage(core: Core, image: Uint8Array, config: MachineConfig): void {
  const elf = readElf(image);
  const end = RAM_START + config.memory;
  const tree = deviceTree(config, config.bootargs);
  // The same place under every strategy; a paravirtual guest's first tables lie behind it.
  const tables = core.initialTables(BigInt(config.memory)) * PAGE;
  const treeAt = Math.floor((end - tables - tree.length) / PAGE) * PAGE;
  for (const { address, size } of elf.segments) {
    if (address < RAM_START || address + size > end) {
      throw new InputError(
        `a segment at ${hex(address)} to ${hex(address + size)} is outside RAM (${hex(RAM_START)} to ${hex(end)})`,
        address >= RAM_START
          ? `Give the guest more memory: --memory ${Math.ceil((address + size - RAM_START) / 2 ** 21) * 2 + 2}M.`
          : 'Link it at 0x80000000.',
      );
    }
    if (address + size > treeAt) {
      throw new InputError(
        `too little memory: the image ends at ${hex(address + size)}, the device tree has to lie at ${hex(treeAt)}`,
        'Give the guest more: --memory.',
      );
    }
  }
  if (elf.entry < RAM_START || elf.entry >= end || elf.entry % 2 !== 0) {
    throw new InputError(`the entry point ${hex(elf.entry)} is not in RAM (${hex(RAM_START)} to ${hex(end)})`);
  }
  for (const { address, bytes } of elf.segments) writeGuest(core, address, bytes);
  writeGuest(core, treeAt, tree);
  const tohost = elf.symbols.get('tohost');
  if (tohost !== undefined && tohost % 8 === 0 && tohost >= RAM_START && tohost + 8 <= end) {
    core.set('TOHOST', tohost);
    core.set('FROMHOST', elf.symbols.get('fromhost') ?? 0);
    core.watch(BigInt(tohost));
  }
  core.set('SBI', elf.entry >= SUPERVISOR_ENTRY ? 1 : 0);
  if (config.strategy === 'paravirt' && elf.entry < SUPERVISOR_ENTRY) {
    throw new InputError(
      'a machine-mode program can not be paravirtual',
      'Choose bare, nested or shadow, or a supervisor linked at 0x80200000.',
    );
  }
  core.start(BigInt(elf.entry), BigInt(treeAt));
}
