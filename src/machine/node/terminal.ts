/** Node's standard streams as a program's: a terminal where there is one, plain streams where not. */
import type { Readable, Writable } from 'node:stream';
import type { System } from '../../linux/system.ts';
import type { FileKind } from '../../linux/vfs/file.ts';
import { InputStream, OutputStream } from '../../linux/vfs/stream.ts';
import type { Terminal } from '../../linux/vfs/terminal.ts';

export interface Input extends Readable {
  isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}
export interface Output extends Writable {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface Stdio {
  readonly kinds: readonly [FileKind, FileKind, FileKind];
  readonly terminal: Terminal | null;
  /** Gives the host's terminal back as it was. */
  restore(): void;
}

/** Connects a program to the host's streams. With `terminal` stdin and stdout have to be one. */
export function connectStdio(system: System, input: Input, output: Output, errors: Output, terminal: boolean): Stdio {
  return terminal ? terminalStdio(system, input, output) : streamStdio(input, output, errors);
}

/** Writes to the host; while that can't take more, `hold` keeps the program from writing. */
function paced(output: Output, hold: (on: boolean) => void): (bytes: Uint8Array) => void {
  let held = false;
  return (bytes) => {
    if (output.write(bytes) || held) return;
    held = true;
    hold(true);
    output.once('drain', () => {
      held = false;
      hold(false);
    });
  };
}

const outputStream = (output: Output): OutputStream => {
  const stream: OutputStream = new OutputStream(paced(output, (on) => stream.hold(on)));
  return stream;
};

function terminalStdio(system: System, input: Input, output: Output): Stdio {
  const tty: Terminal = system.makeTerminal(paced(output, (on) => tty.hold(on)));
  const resize = (): void => tty.resize(output.rows ?? 24, output.columns ?? 80);
  const onData = (bytes: Buffer): void => tty.input(bytes);
  resize();
  input.setRawMode?.(true);
  input.on('data', onData);
  input.on('end', () => tty.endInput());
  input.resume();
  output.on('resize', resize);
  return {
    kinds: [tty, tty, tty],
    terminal: tty,
    restore() {
      input.off('data', onData);
      output.off('resize', resize);
      input.setRawMode?.(false);
      input.pause();
    },
  };
}

function streamStdio(input: Input, output: Output, errors: Output): Stdio {
  const stdin = new InputStream();
  let listening = false;
  const onData = (bytes: Buffer): void => {
    // One piece at a time: what the program does not read stays the host's.
    input.pause();
    stdin.push(bytes);
  };
  const onEnd = (): void => stdin.end();
  stdin.onEmpty = () => {
    if (!listening) {
      listening = true;
      input.on('data', onData);
      input.on('end', onEnd);
      input.on('error', onEnd);
    }
    input.resume();
  };
  return {
    kinds: [stdin, outputStream(output), outputStream(errors)],
    terminal: null,
    restore() {
      input.off('data', onData);
      input.off('end', onEnd);
      input.off('error', onEnd);
      input.pause();
    },
  };
}
