// A 16550 as QEMU's virt has it (0x1000_0000, byte registers, source 10 of the PLIC). Output goes to a buffer the host empties,
// input comes from a ring the host fills: the ring is the wire, so resetting the FIFOs loses nothing of it.
import {
  EVENT, EVENT_CONSOLE, EVENT_NONE, UART_DLL, UART_DLM, UART_FCR, UART_IER, UART_IN, UART_IN_HEAD, UART_IN_SIZE, UART_IN_TAIL, UART_LCR,
  UART_LOOPED, UART_MCR, UART_OUT, UART_OUT_LEN, UART_OUT_SIZE, UART_SCR, UART_THRE,
} from '../generated/layout';
import { pause } from '../cpu/raise';
import { plicLine } from './plic';

/** Its source of the PLIC. */
const SOURCE: u32 = 10;
const LCR_DLAB: u64 = 0x80;
const LSR_EMPTY: u64 = 0x60;
const LSR_READY: u64 = 1;
const IER_RECEIVED: u64 = 1;
const IER_SENT: u64 = 2;
const IIR_NONE: u64 = 1;
const IIR_SENT: u64 = 2;
const IIR_RECEIVED: u64 = 4;
const IIR_FIFOS: u64 = 0xc0;
const MCR_LOOP: u64 = 0x10;
/** UART_LOOPED holds a character that came back. */
const LOOPED: u32 = 0x100;

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

@inline function looping(): bool {
  return (load<u64>(UART_MCR) & MCR_LOOP) != 0;
}

@inline function ready(): bool {
  if (looping()) return load<u32>(UART_LOOPED) != 0;
  return load<u32>(UART_IN_HEAD) != load<u32>(UART_IN_TAIL);
}

/** Brings the interrupt line up to date; the host calls it after it has put input into the ring. */
export function uartUpdate(): void {
  const enabled = load<u64>(UART_IER);
  plicLine(SOURCE, (enabled & IER_RECEIVED && ready()) || (enabled & IER_SENT && load<u32>(UART_THRE)));
}

/** The interrupt of highest priority; reading that the transmitter is empty acknowledges it. */
function identify(): u64 {
  const enabled = load<u64>(UART_IER);
  const fifos = load<u64>(UART_FCR) & 1 ? IIR_FIFOS : 0;
  if (enabled & IER_RECEIVED && ready()) return fifos | IIR_RECEIVED;
  if (!(enabled & IER_SENT) || !load<u32>(UART_THRE)) return fifos | IIR_NONE;
  store<u32>(UART_THRE, 0);
  uartUpdate();
  return fifos | IIR_SENT;
}

function receive(): u64 {
  if (looping()) {
    const looped = load<u32>(UART_LOOPED);
    store<u32>(UART_LOOPED, 0);
    uartUpdate();
    return looped & 0xff;
  }
  const c = consoleIn();
  uartUpdate();
  return c < 0 ? 0 : c;
}

function send(char: u32): void {
  if (looping()) store<u32>(UART_LOOPED, LOOPED | char);
  else consoleOut(char);
  // It is sent at once, so the transmitter is empty again.
  store<u32>(UART_THRE, 1);
  uartUpdate();
}

/** The modem's lines: carrier, data set ready and clear to send, or in a loop the UART's own outputs. */
function modemStatus(): u64 {
  if (!looping()) return 0xb0;
  const mcr = load<u64>(UART_MCR);
  return ((mcr & 1) << 5) | ((mcr & 2) << 3) | ((mcr & 4) << 4) | ((mcr & 8) << 4);
}

/** Reads a register by its number; an empty receiver gives 0. */
export function uartRead(register: u32): u64 {
  switch (register) {
    case 0: return dlab() ? load<u64>(UART_DLL) : receive();
    case 1: return load<u64>(dlab() ? UART_DLM : UART_IER);
    case 2: return identify();
    case 3: return load<u64>(UART_LCR);
    case 4: return load<u64>(UART_MCR);
    case 5: return LSR_EMPTY | (ready() ? LSR_READY : 0);
    case 6: return modemStatus();
    default: return load<u64>(UART_SCR);
  }
}

function enable(value: u64): void {
  // An interrupt that is enabled while the transmitter is empty comes at once.
  if (value & IER_SENT && !(load<u64>(UART_IER) & IER_SENT)) store<u32>(UART_THRE, 1);
  store<u64>(UART_IER, value);
  uartUpdate();
}

/** Writes a register; register 0 sends a character, or sets the divisor, which changes nothing here. */
export function uartWrite(register: u32, value: u64): void {
  const byte = value & 0xff;
  switch (register) {
    case 0: {
      if (dlab()) store<u64>(UART_DLL, byte);
      else send(<u32>byte);
      break;
    }
    case 1: {
      if (dlab()) store<u64>(UART_DLM, byte);
      else enable(byte & 15);
      break;
    }
    case 2: { store<u64>(UART_FCR, byte); break; }
    case 3: { store<u64>(UART_LCR, byte); break; }
    case 4: { store<u64>(UART_MCR, byte & 31); uartUpdate(); break; }
    case 7: { store<u64>(UART_SCR, byte); break; }
    default: break;
  }
}
