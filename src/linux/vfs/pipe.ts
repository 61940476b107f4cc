/** Pipes and FIFOs (pipe(7)). */
import { u32 } from '../../abi/bytes.ts';
import { E, fail } from '../errno.ts';
import { O, POLL, TTY } from '../uapi.ts';
import { WaitQueue } from '../wait.ts';
import { AGAIN, FileKind, type IoctlArgument, OpenFile } from './file.ts';
import type { Inode } from './inode.ts';

/** Writes of so many bytes are not torn apart. */
const PIPE_BUF = 4096;
const CAPACITY = 65536;

export class Pipe extends FileKind {
  override readonly queue = new WaitQueue();
  override readonly copies = true;
  private readonly chunks: Uint8Array[] = [];
  private length = 0;
  capacity = CAPACITY;
  readers = 0;
  writers = 0;
  /** How often each end was opened: who waits for the other end goes on though it was closed again. */
  readerOpens = 0;
  writerOpens = 0;
  /** A FIFO, whose opening waits for its other end. One that has no name is opened by /proc/self/fd, and waits for nobody. */
  readonly named: boolean;

  constructor(named: boolean) {
    super();
    this.named = named;
  }

  /** An end of the pipe is opened. */
  open(inode: Inode, flags: number): OpenFile {
    const file = new OpenFile(this, inode, null, flags);
    if (file.readable) {
      this.readers++;
      this.readerOpens++;
    }
    if (file.writable) {
      this.writers++;
      this.writerOpens++;
    }
    this.queue.wake(0);
    return file;
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    if (this.length === 0) return this.writers === 0 || into.length === 0 ? 0 : AGAIN;
    let done = 0;
    while (done < into.length && this.chunks.length) {
      const chunk = this.chunks[0]!;
      const n = Math.min(chunk.length, into.length - done);
      into.set(n === chunk.length ? chunk : chunk.subarray(0, n), done);
      if (n === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(n);
      done += n;
    }
    this.length -= done;
    this.queue.wake(POLL.OUT);
    return done;
  }

  override write(_file: OpenFile, from: Uint8Array): number {
    if (this.readers === 0) fail(E.PIPE);
    const room = this.capacity - this.length;
    if (from.length === 0) return 0;
    if (room === 0 || (from.length <= PIPE_BUF && room < from.length)) fail(E.AGAIN);
    const n = Math.min(room, from.length);
    this.chunks.push(from.slice(0, n));
    this.length += n;
    this.queue.wake(POLL.IN);
    return n;
  }

  override poll(file: OpenFile): number {
    let events = 0;
    if (file.readable) events |= (this.length ? POLL.IN : 0) | (this.writers ? 0 : POLL.HUP);
    if (file.writable)
      events |= (this.capacity - this.length >= PIPE_BUF ? POLL.OUT : 0) | (this.readers ? 0 : POLL.ERR);
    return events;
  }

  override ioctl(_file: OpenFile, request: number, argument: IoctlArgument): number {
    if (request !== TTY.FIONREAD) fail(E.NOTTY);
    argument.out(u32(this.length));
    return 0;
  }

  override close(file: OpenFile): void {
    if ((file.flags & O.ACCMODE) !== O.WRONLY) this.readers--;
    if ((file.flags & O.ACCMODE) !== O.RDONLY) this.writers--;
    this.queue.wake(0);
  }
}
