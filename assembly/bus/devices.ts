// Devices that the host serves: their MMIO windows, their interrupt lines, and their way to the guest's memory.
import { DEVICES, DEVICE_WINDOWS, STRATEGY, STRATEGY_PARAVIRT, STRATEGY_SHADOW } from '../generated/layout';
import { refreshContext } from '../mmu/context';
import { frameOf, guestPage } from '../vmm/frames';
import { isProtected } from '../vmm/shadow';
import { shadowUnshadow } from '../vmm/shadow-sync';
import { takeRootsDropped } from '../vmm/shadow-pages';
import { isPageTable } from '../vmm/paravirt';
import { codeWritten } from '../cpu/fetch';
import { plicLine } from './plic';

/** A load of 2^lg bytes from a window of the host's. */
// @ts-ignore: decorator
@external('env', 'deviceLoad')
export declare function hostLoad(address: u32, lg: u32): u64;

/** A store of 2^lg bytes to a window of the host's. */
// @ts-ignore: decorator
@external('env', 'deviceStore')
export declare function hostStore(address: u32, lg: u32, value: u64): void;

/** Whether an access of 2^lg bytes lies inside a window of the host's. */
export function isHostDevice(pa: u64, lg: u32): bool {
  const end = <usize>DEVICE_WINDOWS + (load<u32>(DEVICES) << 3);
  for (let at: usize = DEVICE_WINDOWS; at < end; at += 8) {
    const offset = pa - <u64>load<u32>(at);
    if (offset + ((<u64>1) << lg) <= <u64>load<u32>(at, 4) && offset < 0x1_0000_0000) return true;
  }
  return false;
}

/** The host sets the level of an interrupt line. */
export function interruptLine(source: u32, high: u32): void {
  plicLine(source, high != 0);
}

/**
 * Linear address of a guest-physical address for a device that reads, or (`write`) writes, up to `size` bytes there, within one page;
 * 0: no RAM, or memory that a device may not change (a paravirtual guest's page tables). What has to follow a store is done here:
 * the device writes before the guest runs on.
 */
export function deviceMemory(address: f64, size: u32, write: u32): u32 {
  // A number, not an i64: those cost the host an allocation each.
  const gpa = <u64>address;
  const page = guestPage(gpa);
  if (!page) return 0;
  const linear = (page & ~0xfff) + (<u32>gpa & 0xfff);
  if (!write) return linear;
  const frame = frameOf(page & ~0xfff);
  const strategy = load<u32>(STRATEGY);
  if (strategy == STRATEGY_PARAVIRT && isPageTable(frame)) return 0;
  if (load<u16>(frame)) codeWritten(linear, size);
  if (strategy == STRATEGY_SHADOW && isProtected(frame)) {
    shadowUnshadow(linear);
    if (takeRootsDropped()) refreshContext();
  }
  return linear;
}
