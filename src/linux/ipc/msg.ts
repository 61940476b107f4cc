/** System V message queues (msgop(2)). */
import type { Credential } from '../task/credential.ts';
import { WaitQueue } from '../wait.ts';
import { IpcObject, IpcTable } from './objects.ts';

/** Bytes of a message, of a queue, and queues: /proc/sys/kernel/msgmax, msgmnb, msgmni. */
const LIMITS = { message: 8192, queue: 16_384, queues: 32_000 };

export interface Message {
  readonly type: number;
  readonly bytes: Uint8Array;
}

export class MsgQueue extends IpcObject {
  readonly messages: Message[] = [];
  readonly queue = new WaitQueue();
  bytes = 0;
  /** Bytes it may hold. */
  most: number;
  sentAt = 0;
  receivedAt = 0;
  lspid = 0;
  lrpid = 0;

  constructor(key: number, mode: number, most: number, who: Credential, now: number) {
    super(key, mode, who, now);
    this.most = most;
  }

  remove(): void {
    this.messages.length = 0;
    this.queue.wake();
  }

  /** Whether a message of so many bytes has room. */
  fits(length: number): boolean {
    return this.bytes + length <= this.most && this.messages.length + 1 <= this.most;
  }

  add(message: Message): void {
    this.messages.push(message);
    this.bytes += message.bytes.length;
    this.queue.wake();
  }

  /** The place of the message that is asked for, or −1: the first; of a type, or not of it; of the lowest type up to one. */
  find(type: number, except: boolean): number {
    const { messages } = this;
    if (type === 0) return messages.length ? 0 : -1;
    if (type > 0) return messages.findIndex((message) => (message.type === type) !== except);
    let best = -1;
    messages.forEach((message, i) => {
      if (message.type <= -type && (best < 0 || message.type < messages[best]!.type)) best = i;
    });
    return best;
  }

  take(place: number): void {
    const [message] = this.messages.splice(place, 1);
    this.bytes -= message!.bytes.length;
    this.queue.wake();
  }
}

export class MsgTable extends IpcTable<MsgQueue> {
  readonly limits = { ...LIMITS };
  constructor(space: IpcObject['space']) {
    super(() => this.limits.queues, space);
  }
}
