// HTIF, the host interface of Spike and of the ISA tests: a doubleword `tohost` in RAM that the test writes.
//   bit 0 set: the program ends, its exit code in the bits above (an ISA test: 0, or the number of the failing test)
//   device 1, command 1 (bits 63–56, 55–48): a character; else an address of {call, arguments…}: write(2) is served
import { EVENT, EVENT_CODE, FROMHOST, TOHOST } from '../generated/layout';
import { guestPage } from '../vmm/frames';
import { pause } from '../cpu/raise';
import { consoleOut } from './uart';
import { EVENT_EXIT } from './events';

const SYS_WRITE: u64 = 64;

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
  if (value & 1) {
    store<u32>(EVENT, EVENT_EXIT);
    store<u64>(EVENT_CODE, value >> 1);
    pause();
    return;
  }
  if (value >> 56 == 1 && ((value >> 48) & 0xff) == 1) {
    consoleOut(<u32>value & 0xff);
  } else {
    const call = at(value);
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
  if (fromhost && at(fromhost)) store<u64>(at(fromhost), 1);
}
