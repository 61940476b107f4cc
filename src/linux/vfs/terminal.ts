/** Terminals: line discipline, window size, foreground process group (termios(3), tty_ioctl(4)). */
import { u32 } from '../../abi/bytes.ts';
import { E, fail } from '../errno.ts';
import { POLL, SIG, TTY } from '../uapi.ts';
import { WaitQueue } from '../wait.ts';
import { FileKind, type IoctlArgument, type OpenFile } from './file.ts';

/** Bits of c_iflag, c_oflag and c_lflag that are acted on. */
const FLAG = {
  ICRNL: 0o400,
  OPOST: 1,
  ONLCR: 4,
  ISIG: 1,
  ICANON: 2,
  ECHO: 0o10,
  ECHOE: 0o20,
  ECHOK: 0o40,
  ECHONL: 0o100,
  IEXTEN: 0o100000,
} as const;
/** Indices of c_cc. */
const CC = { INTR: 0, QUIT: 1, ERASE: 2, KILL: 3, EOF: 4, TIME: 5, MIN: 6, SUSP: 10 } as const;
const LIMIT = 4096;
/** Bytes of struct termios and termios2, and the speed the latter says. */
const TERMIOS = 36;
const TERMIOS2 = 44;
const SPEED = 38_400;

export interface TerminalHost {
  /** What the terminal shows. */
  write(bytes: Uint8Array): void;
  /** A key like Ctrl-C was typed: the foreground group is to get a signal. */
  signal(group: object, signal: number): void;
  /** The number of a process group as the caller sees it, and back; for ioctls. */
  numberOf(group: object | null): number;
  groupOf(number: number): object | null;
}

export class Terminal extends FileKind {
  override readonly queue = new WaitQueue();
  foreground: object | null = null;
  session: object | null = null;
  rows = 24;
  columns = 80;
  private iflag: number = FLAG.ICRNL;
  private oflag: number = FLAG.OPOST | FLAG.ONLCR;
  private cflag = 0o277;
  private lflag: number = FLAG.ISIG | FLAG.ICANON | FLAG.ECHO | FLAG.ECHOE | FLAG.ECHOK | FLAG.IEXTEN;
  private readonly cc = Uint8Array.of(3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0);
  /** Lines, or in raw mode bytes, that can be read; an empty line is an end of file. */
  private ready: number[][] = [];
  private line: number[] = [];
  private hungUp = false;
  private full = false;
  private readonly host: TerminalHost;

  constructor(host: TerminalHost) {
    super();
    this.host = host;
  }

  /** Something was typed. */
  input(bytes: Uint8Array): void {
    for (const byte of bytes) this.key(byte);
    this.queue.wake(POLL.IN);
  }

  /** The other side is gone. */
  hangUp(): void {
    this.hungUp = true;
    if (this.foreground) this.host.signal(this.foreground, SIG.HUP);
    this.queue.wake();
  }

  /** No more input will come: reads get an end of file. */
  endInput(): void {
    this.flushLine();
    this.ready.push([]);
    this.queue.wake();
  }

  resize(rows: number, columns: number): void {
    if (rows === this.rows && columns === this.columns) return;
    this.rows = rows;
    this.columns = columns;
    if (this.foreground) this.host.signal(this.foreground, SIG.WINCH);
  }

  /** A session leader has ended. */
  leave(session: object): void {
    if (this.session !== session) return;
    if (this.foreground) this.host.signal(this.foreground, SIG.HUP);
    this.session = null;
    this.foreground = null;
  }

  private signalOf(byte: number): number {
    if (byte === this.cc[CC.INTR]) return SIG.INT;
    if (byte === this.cc[CC.QUIT]) return SIG.QUIT;
    return byte === this.cc[CC.SUSP] ? SIG.TSTP : 0;
  }

  private key(typed: number): void {
    const byte = typed === 13 && this.iflag & FLAG.ICRNL ? 10 : typed;
    if (this.lflag & FLAG.ISIG && byte !== 0) {
      const signal = this.signalOf(byte);
      if (signal) {
        this.echo(byte);
        this.line = [];
        if (this.foreground) this.host.signal(this.foreground, signal);
        return;
      }
    }
    if (!(this.lflag & FLAG.ICANON)) {
      this.echo(byte);
      const last = this.ready.at(-1);
      if (last && last.length < LIMIT) last.push(byte);
      else this.ready.push([byte]);
      return;
    }
    if (byte === this.cc[CC.ERASE]) {
      if (this.line.length && this.lflag & FLAG.ECHOE) this.show([8, 32, 8]);
      // One character, which in UTF-8 may be several bytes.
      while (this.line.length && (this.line.pop()! & 0xc0) === 0x80);
    } else if (byte === this.cc[CC.KILL]) {
      if (this.lflag & FLAG.ECHO) for (const _ of this.line) this.show([8, 32, 8]);
      this.line = [];
    } else if (byte === this.cc[CC.EOF]) {
      this.flushLine(true);
    } else {
      this.echo(byte);
      if (this.line.length < LIMIT) this.line.push(byte);
      if (byte === 10) this.flushLine();
    }
  }

  private flushLine(evenEmpty = false): void {
    if (this.line.length || evenEmpty) this.ready.push(this.line);
    this.line = [];
  }

  private echo(byte: number): void {
    if (!(this.lflag & FLAG.ECHO)) return;
    if (byte < 32 && byte !== 10 && byte !== 9) this.show([94, byte + 64]);
    else this.show([byte]);
  }

  private show(bytes: readonly number[]): void {
    this.output(Uint8Array.from(bytes));
  }

  private output(bytes: Uint8Array): void {
    const cooked = this.oflag & FLAG.OPOST && this.oflag & FLAG.ONLCR && bytes.includes(10);
    if (!cooked) this.host.write(bytes);
    else this.host.write(Uint8Array.from(Array.from(bytes).flatMap((b) => (b === 10 ? [13, 10] : [b]))));
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    const next = this.ready[0];
    if (!next) return this.hungUp ? 0 : fail(E.AGAIN);
    const n = Math.min(next.length, into.length);
    into.set(next.slice(0, n));
    if (n === next.length) this.ready.shift();
    else next.splice(0, n);
    return n;
  }

  /** The host can't show more for now: who writes has to wait. */
  hold(full: boolean): void {
    this.full = full;
    if (!full) this.queue.wake(POLL.OUT);
  }

  override write(_file: OpenFile, from: Uint8Array): number {
    if (this.hungUp) fail(E.IO);
    if (this.full) fail(E.AGAIN);
    this.output(from.slice());
    return from.length;
  }

  override poll(): number {
    return (this.ready.length || this.hungUp ? POLL.IN : 0) | (this.full ? 0 : POLL.OUT) | (this.hungUp ? POLL.HUP : 0);
  }

  override ioctl(_file: OpenFile, request: number, argument: IoctlArgument): number {
    switch (request) {
      case TTY.TCGETS:
        argument.out(this.termios(TERMIOS));
        return 0;
      case TTY.TCGETS2:
        argument.out(this.termios(TERMIOS2));
        return 0;
      case TTY.TCSETSF:
      case TTY.TCSETSW:
      case TTY.TCSETS:
      case TTY.TCSETS2:
      case TTY.TCSETSW2:
      case TTY.TCSETSF2:
        if (request === TTY.TCSETSF || request === TTY.TCSETSF2) {
          this.ready = [];
          this.line = [];
        }
        // The speeds behind them mean nothing here.
        this.setTermios(argument.in(TERMIOS));
        return 0;
      case TTY.TIOCGWINSZ:
        argument.out(new Uint8Array(Uint16Array.of(this.rows, this.columns, 0, 0).buffer));
        return 0;
      case TTY.TIOCSWINSZ: {
        const size = new Uint16Array(argument.in(8).buffer);
        this.resize(size[0]!, size[1]!);
        return 0;
      }
      case TTY.TIOCGPGRP:
        argument.out(u32(this.host.numberOf(this.foreground)));
        return 0;
      case TTY.TIOCGSID:
        argument.out(u32(this.host.numberOf(this.session)));
        return 0;
      case TTY.TIOCSPGRP:
        this.foreground = this.host.groupOf(new Int32Array(argument.in(4).buffer)[0]!) ?? fail(E.SRCH);
        return 0;
      case TTY.FIONREAD:
        argument.out(u32(this.ready[0]?.length ?? 0));
        return 0;
      case TTY.TCFLSH:
      case TTY.TCSBRK:
      case TTY.TCXONC:
      case TTY.TIOCSCTTY:
      case TTY.TIOCNOTTY:
        return 0;
      default:
        return fail(E.NOTTY);
    }
  }

  /** struct termios of the kernel: four words of flags, the line discipline, c_cc; termios2 has two speeds behind. */
  private termios(size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    for (const [i, flag] of [this.iflag, this.oflag, this.cflag, this.lflag].entries())
      view.setUint32(i * 4, flag, true);
    bytes.set(this.cc, 17);
    for (let at = TERMIOS; at < size; at += 4) view.setUint32(at, SPEED, true);
    return bytes;
  }

  private setTermios(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer);
    const wasCanonical = this.lflag & FLAG.ICANON;
    this.iflag = view.getUint32(0, true);
    this.oflag = view.getUint32(4, true);
    this.cflag = view.getUint32(8, true);
    this.lflag = view.getUint32(12, true);
    this.cc.set(bytes.subarray(17, 36));
    if (wasCanonical && !(this.lflag & FLAG.ICANON)) this.flushLine();
    this.queue.wake();
  }
}
