/** Bare-metal guests of a few instructions, for what the command line has to say about them. */
import { Assembler, R } from './asm.ts';
import { type Segment, writeElf } from './elf.ts';

const BASE = 0x8000_0000;
const UART = 0x1000_0000;
const TOHOST = BASE + 0x1000;

/** A guest at BASE whose `tohost` stands a page above it. */
function guest(write: (a: Assembler) => void, more: readonly Segment[] = []): Uint8Array {
  const a = new Assembler(BASE);
  write(a);
  const segments = [{ address: BASE, bytes: a.finish() }, { address: TOHOST, bytes: new Uint8Array(64) }, ...more];
  return writeElf({ entry: BASE, segments, symbols: { tohost: TOHOST, fromhost: TOHOST + 32 } });
}

/** Writes to `tohost` what ends a run, and waits there. */
function end(a: Assembler, value: number): void {
  a.li(R.t0, TOHOST);
  a.li(R.t1, value);
  a.sd(R.t1, 0, R.t0);
  a.label('ended');
  a.j('ended');
}

function print(a: Assembler, text: string): void {
  a.li(R.t0, UART);
  for (const char of text) {
    a.li(R.t1, char.charCodeAt(0));
    a.op('sb', { rs1: R.t0, rs2: R.t1, imm: 0 });
  }
}

function forEver(a: Assembler, body: () => void): void {
  a.label('again');
  body();
  a.j('again');
}

export const GUESTS = {
  pass: () => guest((a) => end(a, 1)),
  fail7: () => guest((a) => end(a, (7 << 1) | 1)),
  hello: () =>
    guest((a) => {
      print(a, 'hello\n');
      end(a, 1);
    }),
  spin: () => guest((a) => forEver(a, () => {})),
  /** Jumps to where nothing is; its trap handler is address 0, where nothing is either. */
  nowhere: () =>
    guest((a) => {
      a.li(R.t0, 0x4000_0000);
      a.op('jalr', { rd: 0, rs1: R.t0, imm: 0 });
    }),
  /** A trap whose handler is an illegal instruction. */
  tripleFault: () =>
    guest((a) => {
      a.la(R.t0, 'handler');
      a.csrw(0x305, R.t0);
      a.word(0);
      a.align(4);
      a.label('handler');
      a.word(0);
    }),
  /** Every access to the device is an exit of a guest under a VMM. */
  flood: () =>
    guest((a) => {
      a.li(R.t0, UART);
      forEver(a, () => a.op('lbu', { rd: R.a0, rs1: R.t0, imm: 5 }));
    }),
  outside: () => guest((a) => end(a, 1), [{ address: 0x4000_0000, bytes: new Uint8Array(16) }]),
  large: () => guest((a) => end(a, 1), [{ address: BASE + 0x2000, bytes: new Uint8Array(16), size: 16 * 2 ** 20 }]),
} satisfies Record<string, () => Uint8Array>;
