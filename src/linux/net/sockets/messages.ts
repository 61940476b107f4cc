/** Sockets that take whole messages: what waits, what is told of it, and errors that the network reports later. */
import { E, fail } from '../../errno.ts';
import { POLL } from '../../uapi.ts';
import { type Control, MSG, NO_BYTES, type Received } from '../socket.ts';
import { InetSocket } from './inet.ts';

interface Waiting {
  readonly data: Uint8Array;
  readonly from: Uint8Array;
  readonly control: readonly Control[];
}

/** What a message takes of the buffer beside its bytes. */
const OVERHEAD = 768;

export abstract class MessageSocket extends InetSocket {
  private inbox: Waiting[] = [];
  private waiting = 0;
  private error = 0;
  protected receiveShut = false;
  protected sendShut = false;
  /** Messages that found no room. */
  dropped = 0;

  protected enqueue(data: Uint8Array, from: Uint8Array, control: () => Control[]): void {
    if (this.receiveShut) return;
    if (
      this.waiting + OVERHEAD > this.receiveBuffer ||
      (this.waiting > 0 && this.waiting + data.length + OVERHEAD > this.receiveBuffer)
    ) {
      this.dropped++;
      return;
    }
    this.inbox.push({ data: data.slice(), from, control: control() });
    this.waiting += data.length + OVERHEAD;
    this.queue.wake();
  }

  /** A message that was sent did not arrive. */
  unreachable(code: number): void {
    this.error = code;
    this.queue.wake();
  }

  override takeError(): number {
    const { error } = this;
    this.error = 0;
    return error;
  }

  protected failPending(): void {
    const error = this.takeError();
    if (error) fail(error);
  }

  override receive(length: number, flags: number): Received {
    if (flags & MSG.OOB) fail(E.OPNOTSUPP);
    if (flags & MSG.ERRQUEUE) fail(E.AGAIN);
    this.failPending();
    const first = this.inbox[0];
    if (!first) {
      if (this.receiveShut) return { data: NO_BYTES, whole: 0, from: null, files: [], control: [] };
      return fail(E.AGAIN);
    }
    if (!(flags & MSG.PEEK)) {
      this.inbox.shift();
      this.waiting -= first.data.length + OVERHEAD;
    }
    return {
      data: first.data.subarray(0, length),
      whole: first.data.length,
      from: first.from,
      files: [],
      control: first.control,
    };
  }

  override shutdown(how: number): void {
    if (how < 0 || how > 2) fail(E.INVAL);
    // It is shut also where that is an error: who waits for it wakes.
    if (how !== 1) this.receiveShut = true;
    if (how !== 0) this.sendShut = true;
    this.queue.wake();
    if (!this.remote) fail(E.NOTCONN);
  }

  override poll(): number {
    let events = this.error ? POLL.ERR : 0;
    if (this.inbox.length || this.receiveShut) events |= POLL.IN;
    if (this.receiveShut) events |= POLL.RDHUP;
    if (this.receiveShut && this.sendShut) events |= POLL.HUP;
    return events | POLL.OUT;
  }

  protected override readable(): number {
    return this.inbox[0]?.data.length ?? 0;
  }

  protected override unsent(): number {
    return 0;
  }

  override close(): void {
    this.inbox = [];
    super.close();
  }
}
