/** Files whose other side is the host: standard input and output of a program that has no terminal. */
import { E, fail } from '../errno.ts';
import { POLL } from '../uapi.ts';
import { WaitQueue } from '../wait.ts';
import { FileKind, type OpenFile } from './file.ts';

/** What the host reads comes out of it. */
export class InputStream extends FileKind {
  override readonly queue = new WaitQueue();
  private chunks: Uint8Array[] = [];
  private ended = false;
  /** Asks the host for more; called when a program finds it empty. */
  onEmpty: () => void = () => {};

  push(bytes: Uint8Array): void {
    if (bytes.length) this.chunks.push(bytes);
    this.queue.wake();
  }

  end(): void {
    this.ended = true;
    this.queue.wake();
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    const chunk = this.chunks[0];
    if (!chunk) {
      if (this.ended) return 0;
      this.onEmpty();
      return fail(E.AGAIN);
    }
    const n = Math.min(chunk.length, into.length);
    into.set(chunk.subarray(0, n));
    if (n === chunk.length) this.chunks.shift();
    else this.chunks[0] = chunk.subarray(n);
    return n;
  }

  override poll(): number {
    if (this.chunks.length || this.ended) return POLL.IN | (this.ended ? POLL.HUP : 0);
    this.onEmpty();
    return 0;
  }
}

/** What programs write goes to the host. */
export class OutputStream extends FileKind {
  override readonly queue = new WaitQueue();
  private full = false;
  private readonly sink: (bytes: Uint8Array) => void;

  constructor(sink: (bytes: Uint8Array) => void) {
    super();
    this.sink = sink;
  }

  /** The host can't take more for now: who writes has to wait. */
  hold(full: boolean): void {
    this.full = full;
    if (!full) this.queue.wake();
  }

  override write(_file: OpenFile, from: Uint8Array): number {
    if (this.full) fail(E.AGAIN);
    if (from.length) this.sink(from.slice());
    return from.length;
  }

  override poll(): number {
    return this.full ? 0 : POLL.OUT;
  }
}
