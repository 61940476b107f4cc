/** The streams of one process of a container: a terminal, or three pipes to the host. */
import type { System } from '../../linux/system.ts';
import type { FileKind } from '../../linux/vfs/file.ts';
import { InputStream, OutputStream } from '../../linux/vfs/stream.ts';
import type { Terminal } from '../../linux/vfs/terminal.ts';
import { OutputLog, type StreamName } from './log.ts';

export interface IoRequest {
  readonly terminal: boolean;
  /** Whether somebody may type; if not, reading finds the end at once. */
  readonly openStdin: boolean;
  readonly rows?: number;
  readonly columns?: number;
}

export class ProcessIo {
  readonly log: OutputLog;
  readonly kinds: readonly [FileKind, FileKind, FileKind];
  readonly terminal: Terminal | null;
  private readonly stdin: InputStream | null;
  private readonly outputs: readonly OutputStream[];
  /** Listeners that can't take more for now. */
  private readonly slow = new Set<object>();

  /** Who sends hears when more is wanted. */
  private readonly senders = new Set<() => void>();

  constructor(system: System, { terminal, openStdin, rows, columns }: IoRequest, log = new OutputLog()) {
    this.log = log;
    const now = (): number => system.kernel.clock.coarse();
    const sink =
      (stream: StreamName) =>
      (bytes: Uint8Array): void =>
        this.log.write(stream, now(), bytes);
    if (terminal) {
      const tty = system.makeTerminal(sink('stdout'));
      if (rows && columns) tty.resize(rows, columns);
      this.terminal = tty;
      this.stdin = null;
      this.outputs = [];
      this.kinds = [tty, tty, tty];
      return;
    }
    this.terminal = null;
    this.stdin = new InputStream();
    if (!openStdin) this.stdin.end();
    this.stdin.onEmpty = () => {
      for (const wanted of this.senders) wanted();
    };
    this.outputs = [new OutputStream(sink('stdout')), new OutputStream(sink('stderr'))];
    this.kinds = [this.stdin, this.outputs[0]!, this.outputs[1]!];
  }

  /** Somebody typed, or sent. Returns whether more may be sent at once; if not, `onWanted` tells when. */
  write(bytes: Uint8Array): boolean {
    if (this.terminal) this.terminal.input(bytes);
    else this.stdin?.push(bytes);
    return this.terminal !== null;
  }

  /** Calls `wanted` when a program finds nothing to read. Returns how to stop that. */
  onWanted(wanted: () => void): () => void {
    this.senders.add(wanted);
    return () => this.senders.delete(wanted);
  }

  /** No more will be sent. */
  endInput(): void {
    if (this.terminal) this.terminal.endInput();
    else this.stdin?.end();
  }

  resize(rows: number, columns: number): void {
    this.terminal?.resize(rows, columns);
  }

  /** A listener can't take more for now (or can again): whoever writes waits for the slowest. */
  hold(who: object, full: boolean): void {
    const was = this.slow.size > 0;
    if (full) this.slow.add(who);
    else this.slow.delete(who);
    const is = this.slow.size > 0;
    if (was === is) return;
    this.terminal?.hold(is);
    for (const output of this.outputs) output.hold(is);
  }
}
