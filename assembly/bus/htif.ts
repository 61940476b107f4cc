// HTIF, the host interface of Spike and of the ISA tests: a doubleword `tohost` in RAM that the test writes.
// Bits 63–56 name the device, 55–48 the command, the others are its payload.
//   device 0: bit 0 set ends the program, the bits above are its exit code (an ISA test: 0, or the number of the failing
//             test); else the address of {call, arguments…}, of which write(2) is served
//   device 1, command 1: a character to print
import { EVENT, EVENT_CODE, FROMHOST, TOHOST, EVENT_EXIT } from '../generated/layout';
import { guestPage } from '../vmm/frames';
import { pause } from '../cpu/raise';
import { consoleOut } from './uart';

const SYS_WRITE: u64 = 64;
const DEVICE_SYSTEM: u64 = 0;
const DEVICE_CONSOLE: u64 = 1;
const CONSOLE_WRITE: u64 = 1;
const PAYLOAD: u64 = 0x0000_ffff_ffff_ffff;

@inline function at(gpa: u64): u32 {
  const page = guestPage(gpa);
  return page ? page + (<u32>gpa & 0xfff) : 0;
}

/** A store touched a watched frame; acts if it was `tohost`. */
export function watchedWrite(linear: u32, size: u32): void {
  const tohost = at(load<u64>(TOHOST));
  if (linear + size <= tohost || linear >= tohost + 8) return;
  const value = load<u64>(tohost);
  if (!value) return;
  const device = value >> 56;
  const command = (value >> 48) & 0xff;
  if (device == DEVICE_CONSOLE) {
    if (command == CONSOLE_WRITE) consoleOut(<u32>value & 0xff);
  } else if (device == DEVICE_SYSTEM) {
    if (value & 1) {
      store<u32>(EVENT, EVENT_EXIT);
      store<u64>(EVENT_CODE, (value & PAYLOAD) >> 1);
      pause();
      return;
    }
    const block = value & PAYLOAD;
    // Nothing is served that is not aligned, or leaves its page.
    const call = block & 7 || (block & 0xfff) > 4096 - 32 ? 0 : at(block);
    if (call && load<u64>(call) == SYS_WRITE) {
      const length = load<u64>(call, 24);
      for (let i: u64 = 0; i < length && i < 65536; i++) {
        const byte = at(load<u64>(call, 16) + i);
        if (byte) consoleOut(load<u8>(byte));
      }
      store<u64>(call, length);
    }
  }
  store<u64>(tohost, 0);
  const fromhost = load<u64>(FROMHOST);
  if (fromhost && !(fromhost & 7) && at(fromhost)) store<u64>(at(fromhost), 1);
}
