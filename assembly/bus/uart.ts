// A 16550 as QEMU's virt has it (0x1000_0000, byte registers), without interrupts: no interrupt controller is modelled.
// Output goes to a buffer the host empties, input comes from a ring the host fills.
import {
  EVENT, UART_DLL, UART_DLM, UART_FCR, UART_IER, UART_IN, UART_IN_HEAD, UART_IN_SIZE, UART_IN_TAIL, UART_LCR, UART_MCR, UART_OUT,
  UART_OUT_LEN, UART_OUT_SIZE, UART_SCR, EVENT_CONSOLE, EVENT_NONE,
} from '../generated/layout';
import { pause } from '../cpu/raise';

const LCR_DLAB: u64 = 0x80;
const LSR_EMPTY: u64 = 0x60;
const LSR_READY: u64 = 1;

/** Appends a character to the console; a full buffer asks the host to empty it. */
export function consoleOut(char: u32): void {
  let length = load<u32>(UART_OUT_LEN);
  // The buffer is emptied at every event, so this is the last one that fits.
  if (length < UART_OUT_SIZE) {
    store<u8>(UART_OUT + length, <u8>char);
    store<u32>(UART_OUT_LEN, ++length);
  }
  if (length >= UART_OUT_SIZE - 64 && load<u32>(EVENT) == EVENT_NONE) {
    store<u32>(EVENT, EVENT_CONSOLE);
    pause();
  }
}

/** The next character of the input, or -1. */
export function consoleIn(): i32 {
  const head = load<u32>(UART_IN_HEAD);
  if (head == load<u32>(UART_IN_TAIL)) return -1;
  store<u32>(UART_IN_HEAD, (head + 1) & (UART_IN_SIZE - 1));
  return load<u8>(UART_IN + head);
}

@inline function dlab(): bool {
  return (load<u64>(UART_LCR) & LCR_DLAB) != 0;
}

/** Reads a register by its number; an empty receiver gives 0. */
export function uartRead(register: u32): u64 {
  switch (register) {
    case 0: {
      if (dlab()) return load<u64>(UART_DLL);
      const c = consoleIn();
      return c < 0 ? 0 : c;
    }
    case 1: return load<u64>(dlab() ? UART_DLM : UART_IER);
    case 2: return load<u64>(UART_FCR) & 1 ? 0xc1 : 1; // no interrupt pending
    case 3: return load<u64>(UART_LCR);
    case 4: return load<u64>(UART_MCR);
    case 5: return LSR_EMPTY | (load<u32>(UART_IN_HEAD) != load<u32>(UART_IN_TAIL) ? LSR_READY : 0);
    case 6: return 0xb0; // carrier, data set ready, clear to send
    default: return load<u64>(UART_SCR);
  }
}

/** Writes a register; register 0 sends a character, or sets the divisor, which changes nothing here. */
export function uartWrite(register: u32, value: u64): void {
  const byte = value & 0xff;
  switch (register) {
    case 0: {
      if (dlab()) store<u64>(UART_DLL, byte);
      else consoleOut(<u32>byte);
      break;
    }
    case 1: {
      if (dlab()) store<u64>(UART_DLM, byte);
      else store<u64>(UART_IER, byte & 15);
      break;
    }
    case 2: { store<u64>(UART_FCR, byte); break; }
    case 3: { store<u64>(UART_LCR, byte); break; }
    case 4: { store<u64>(UART_MCR, byte & 31); break; }
    case 7: { store<u64>(UART_SCR, byte); break; }
    default: break;
  }
}
