/** The VM's end of one connection: frames in and out, and what happens when either side is slow or goes away. */
import type { Socket } from 'node:net';
import { type Answer, Frames, frame, message, type Request, type Size, TYPE } from './wire.ts';

/** Output that may wait for the client, in bytes, before the program is held up. */
const WAITING_MOST = 1 << 20;

/** What a program does with what comes from the client. */
export interface Program {
  readonly stdin: (bytes: Uint8Array) => void;
  readonly stdinEnd: () => void;
  readonly signal: (number: number) => void;
  readonly size: (size: Size) => void;
  /** The client cannot take more for now, or can again. */
  readonly hold: (on: boolean) => void;
  /** The client is gone. */
  readonly closed: () => void;
}

export class Connection {
  private readonly socket: Socket;
  private program: Program | null = null;
  /** What came before there was a program. */
  private early: ((program: Program) => void)[] = [];
  private held = false;
  private readonly urged = new AbortController();
  /** The client is gone, or has sent a signal. */
  readonly hurry = this.urged.signal;
  closed = false;

  /** `serve` is called once, with the first frame; what it throws is the caller's to catch. */
  constructor(socket: Socket, serve: (request: Request, connection: Connection) => void) {
    this.socket = socket;
    let served = false;
    const frames = new Frames((type, payload) => {
      if (!served) {
        if (type !== TYPE.request) throw new Error('a request comes first');
        served = true;
        serve(JSON.parse(payload.toString()) as Request, this);
      } else this.take(type, payload);
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('drain', () => {
      if (!this.held) return;
      this.held = false;
      this.program?.hold(false);
    });
    socket.once('close', () => {
      this.closed = true;
      this.urged.abort();
      this.program?.closed();
    });
  }

  private take(type: number, payload: Buffer): void {
    if (type === TYPE.stdin) {
      const bytes = new Uint8Array(payload);
      this.tell((program) => program.stdin(bytes));
    } else if (type === TYPE.stdinEnd) this.tell((program) => program.stdinEnd());
    else if (type === TYPE.signal) {
      this.tell((program) => program.signal(Number(JSON.parse(payload.toString())) | 0));
      this.urged.abort();
    } else if (type === TYPE.size) this.tell((program) => program.size(JSON.parse(payload.toString()) as Size));
  }

  private tell(what: (program: Program) => void): void {
    if (this.program) what(this.program);
    else {
      this.early.push(what);
      // A client may send a whole archive at once; it waits in the socket.
      this.socket.pause();
    }
  }

  /** Connects a program; it hears what came before it. */
  attach(program: Program): void {
    this.program = program;
    for (const what of this.early.splice(0)) what(program);
    if (this.closed) program.closed();
    else this.socket.resume();
  }

  /** The program has ended: what still comes for it goes nowhere. */
  detach(): void {
    this.program = null;
  }

  pauseInput(): void {
    this.socket.pause();
  }

  resumeInput(): void {
    this.socket.resume();
  }

  private write(bytes: Buffer): void {
    if (this.closed) return;
    this.socket.write(bytes);
    if (this.held || this.socket.writableLength < WAITING_MOST) return;
    this.held = true;
    this.program?.hold(true);
  }

  stdout(bytes: Uint8Array): void {
    this.write(frame(TYPE.stdout, bytes));
  }

  stderr(bytes: Uint8Array): void {
    this.write(frame(TYPE.stderr, bytes));
  }

  /** Goes without a word. */
  leave(): void {
    this.socket.destroy();
  }

  accepted(): void {
    this.write(frame(TYPE.accepted));
  }

  /** Resolves when the client has it. */
  answer(answer: Answer | Error): Promise<void> {
    const last = answer instanceof Error ? message(TYPE.error, answer.message) : message(TYPE.exit, answer);
    return new Promise((resolve) => {
      if (this.closed) resolve();
      else {
        this.socket.resume();
        this.socket.end(last, () => resolve());
      }
    });
  }
}
