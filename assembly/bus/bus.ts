// The physical address map below RAM, as QEMU's virt machine has it. An access nobody answers is an access fault.
//
//   0x0010_0000  sifive_test finisher (4 KiB)
//   0x0200_0000  CLINT (64 KiB): msip, mtimecmp, mtime
//   0x0c00_0000  PLIC (6 MiB)
//   0x1000_0000  16550 UART (256 bytes)
//   windows of the host's devices (devices.ts)
import {
  EVENT, EVENT_CODE, FINISHER, HARTS, MSIP, MTIMECMP, TRAP_LOAD_ACCESS, TRAP_STORE_ACCESS, PLIC_EIP, EVENT_EXIT, EVENT_RESET,
} from '../generated/layout';
import { pause, raise } from '../cpu/raise';
import { timeNow } from '../cpu/time';
import { hartAt } from '../harts/block';
import { hostLoad, hostStore, isHostDevice } from './devices';
import { plicRead, plicWrite } from './plic';
import { uartRead, uartWrite } from './uart';

const FINISHER_AT: u64 = 0x10_0000;
const CLINT_AT: u64 = 0x200_0000;
const CLINT_MTIMECMP: u32 = 0x4000;
const CLINT_MTIME: u32 = 0xbff8;
const PLIC_AT: u64 = 0xc00_0000;
const PLIC_SIZE: u64 = 0x60_0000;
const UART_AT: u64 = 0x1000_0000;

/** A load of 2^lg bytes from a device, naturally aligned; an access fault at `va` where there is none. */
export function deviceRead(pa: u64, lg: u32, va: u64): u64 {
  if (pa - UART_AT < 0x100 && lg == 0) return (<u32>pa & 0xff) > 7 ? 0 : uartRead(<u32>pa & 7);
  if (pa - CLINT_AT < 0x1_0000) return part(clintRead(<u32>pa & 0xfff8), <u32>pa & 7, lg);
  if (pa - FINISHER_AT < 0x1000) return part(load<u64>(FINISHER), <u32>pa & 7, lg);
  if (pa - PLIC_AT < PLIC_SIZE && lg == 2) return plicRead(<u32>(pa - PLIC_AT));
  if (isHostDevice(pa, lg)) {
    const value = hostLoad(<u32>pa, lg);
    pause();
    return value & widthMask(lg);
  }
  raise(TRAP_LOAD_ACCESS, va);
  return 0;
}

/** A store of 2^lg bytes to a device; may raise an event or an interrupt, for which the interpreter leaves. */
export function deviceWrite(pa: u64, value: u64, lg: u32, va: u64): void {
  if (pa - UART_AT < 0x100 && lg == 0) {
    if ((<u32>pa & 0xff) <= 7) uartWrite(<u32>pa & 7, value);
    if (load<u32>(PLIC_EIP)) pause();
    return;
  }
  if (pa - CLINT_AT < 0x1_0000) {
    const register = <u32>pa & 0xfff8;
    clintWrite(register, merge(clintRead(register), value, <u32>pa & 7, lg));
    pause();
    return;
  }
  if (pa - FINISHER_AT < 0x1000) {
    if (pa == FINISHER_AT) finish(<u32>(value & widthMask(lg)));
    return;
  }
  if (pa - PLIC_AT < PLIC_SIZE && lg == 2) {
    plicWrite(<u32>(pa - PLIC_AT), <u32>value);
    pause();
    return;
  }
  if (isHostDevice(pa, lg)) {
    hostStore(<u32>pa, lg, value & widthMask(lg));
    pause();
    return;
  }
  raise(TRAP_STORE_ACCESS, va);
}

@inline function widthMask(lg: u32): u64 {
  return lg == 3 ? u64.MAX_VALUE : ((<u64>1) << (8 << lg)) - 1;
}

@inline function part(value: u64, offset: u32, lg: u32): u64 {
  return (value >> (offset << 3)) & widthMask(lg);
}

@inline function merge(old: u64, value: u64, offset: u32, lg: u32): u64 {
  const mask = widthMask(lg) << (offset << 3);
  return (old & ~mask) | ((value << (offset << 3)) & mask);
}

function msip(hart: u32): u64 {
  return hart < load<u32>(HARTS) ? load<u64>(hartAt(hart) + MSIP) : 0;
}

function setMsip(hart: u32, value: u64): void {
  if (hart < load<u32>(HARTS)) store<u64>(hartAt(hart) + MSIP, value & 1);
}

/** A doubleword: msip of two harts, mtimecmp of one, or mtime. */
function clintRead(register: u32): u64 {
  if (register < CLINT_MTIMECMP) return msip(register >> 2) | (msip((register >> 2) + 1) << 32);
  if (register == CLINT_MTIME) return timeNow();
  const hart = (register - CLINT_MTIMECMP) >> 3;
  return hart < load<u32>(HARTS) ? load<u64>(hartAt(hart) + MTIMECMP) : 0;
}

function clintWrite(register: u32, value: u64): void {
  if (register < CLINT_MTIMECMP) {
    setMsip(register >> 2, value);
    setMsip((register >> 2) + 1, value >> 32);
    return;
  }
  // mtime is read-only here: time is counted in instructions, and a guest that set it would break that.
  const hart = (register - CLINT_MTIMECMP) >> 3;
  if (hart < load<u32>(HARTS)) store<u64>(hartAt(hart) + MTIMECMP, value);
}

function finish(value: u32): void {
  store<u64>(FINISHER, value);
  const status = value & 0xffff;
  if (status == 0x5555) exit(0);
  else if (status == 0x3333) exit(value >> 16 ? value >> 16 : 1);
  else if (status == 0x7777) {
    store<u32>(EVENT, EVENT_RESET);
    pause();
  }
}

@inline function exit(code: u64): void {
  store<u32>(EVENT, EVENT_EXIT);
  store<u64>(EVENT_CODE, code);
  pause();
}
