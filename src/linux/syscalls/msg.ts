/** Calls on System V message queues (msgget(2), msgop(2), msgctl(2)). */
import { E, fail } from '../errno.ts';
import { MsgQueue, type MsgTable } from '../ipc/msg.ts';
import { IPC, PERM_SIZE } from '../ipc/objects.ts';
import { copyIn, copyOut, wordIn, wordOut } from '../memory/user.ts';
import type { Task } from '../task/task.ts';
import type { Call } from './call.ts';
import { commandOf, control, type IpcKind, pidOf, seconds } from './ipc.ts';

const MSG = { NOERROR: 0o10000, EXCEPT: 0o20000, COPY: 0o40000, STAT: 11, INFO: 12, STAT_ANY: 13 } as const;
const SIZE = 120;

export const msgget: Call = (k, t, key, flags) =>
  t.namespaces.ipc.msg.get(
    key | 0,
    flags,
    t.credential,
    () => new MsgQueue(key | 0, flags, t.namespaces.ipc.msg.limits.queue, t.credential, seconds(k)),
    () => {},
  );

/** The queue of a call, also while it waits; fails with EIDRM where that was removed meanwhile. */
function queueOf(t: Task, id: number): MsgQueue {
  const waited = t.progress instanceof MsgQueue ? t.progress : null;
  if (waited?.removed) fail(E.IDRM);
  return waited ?? t.namespaces.ipc.msg.at(id | 0);
}

export const msgsnd: Call = (k, t, id, va, length, flags) => {
  const { space } = t.process;
  const type = wordIn(space, va);
  if (length < 0 || length > t.namespaces.ipc.msg.limits.message || type < 1 || (id | 0) < 0) fail(E.INVAL);
  const queue = queueOf(t, id);
  queue.demand(t.credential, 0o222);
  if (!queue.fits(length)) {
    if (flags & IPC.NOWAIT) fail(E.AGAIN);
    t.progress = queue;
    return k.sleep(t, [queue.queue]);
  }
  queue.add({ type, bytes: copyIn(space, va + 8, length) });
  queue.lspid = pidOf(t);
  queue.sentAt = seconds(k);
  return 0;
};

export const msgrcv: Call = (k, t, id, va, length, type, flags) => {
  const { space } = t.process;
  if (length < 0 || (id | 0) < 0) fail(E.INVAL);
  const copies = (flags & MSG.COPY) !== 0;
  if (copies && (flags & MSG.EXCEPT || !(flags & IPC.NOWAIT))) fail(E.INVAL);
  const queue = queueOf(t, id);
  queue.demand(t.credential, 0o444);
  const place = copies ? (type < queue.messages.length ? type : -1) : queue.find(type, (flags & MSG.EXCEPT) !== 0);
  const message = queue.messages[place];
  if (!message) {
    if (flags & IPC.NOWAIT) fail(E.NOMSG);
    t.progress = queue;
    return k.sleep(t, [queue.queue]);
  }
  if (message.bytes.length > length && !(flags & MSG.NOERROR)) fail(E.TOOBIG);
  const bytes = message.bytes.subarray(0, length);
  wordOut(space, va, message.type);
  copyOut(space, va + 8, bytes);
  if (copies) return bytes.length;
  queue.take(place);
  queue.lrpid = pidOf(t);
  queue.receivedAt = seconds(k);
  return bytes.length;
};

/** struct msqid64_ds. */
function statBytes(t: Task, queue: MsgQueue): Uint8Array {
  const view = new DataView(new ArrayBuffer(SIZE));
  queue.permBytes(view, t.credential);
  const { sentAt, receivedAt, changed, bytes, messages, most } = queue;
  [sentAt, receivedAt, changed, bytes, messages.length, most].forEach((value, i) => {
    view.setBigUint64(PERM_SIZE + i * 8, BigInt(value), true);
  });
  view.setInt32(96, queue.lspid, true);
  view.setInt32(100, queue.lrpid, true);
  return new Uint8Array(view.buffer);
}

/** struct msginfo; MSG_INFO tells of queues, messages and bytes in three of its fields. */
function infoBytes({ limits }: MsgTable, pool: number, map: number, table: number): Uint8Array {
  const { message, queue, queues } = limits;
  const bytes = new Uint8Array(32);
  bytes.set(new Uint8Array(Int32Array.of(pool, map, message, queue, queues, 16, table).buffer));
  new DataView(bytes.buffer).setUint16(28, 0xffff, true);
  return bytes;
}

const KIND: IpcKind<MsgQueue> = {
  STAT: MSG.STAT,
  STAT_ANY: MSG.STAT_ANY,
  size: SIZE,
  statBytes,
  set(k, t, queue, view) {
    const { limits } = t.namespaces.ipc.msg;
    const most = Number(view.getBigUint64(88, true));
    if (most > limits.queue && !t.credential.can('sys_resource')) fail(E.PERM);
    queue.takePerm(view, t.credential, seconds(k));
    queue.most = Math.min(most, limits.queue * 64);
    queue.queue.wake();
  },
};

export const msgctl: Call = (k, t, id, wanted, va) => {
  const { msg } = t.namespaces.ipc;
  const { space } = t.process;
  const command = commandOf(wanted);
  switch (command) {
    case IPC.INFO: {
      const { queue, queues } = msg.limits;
      copyOut(space, va, infoBytes(msg, (queues * queue) / 1024, queue, queue));
      return msg.highestPlace;
    }
    case MSG.INFO: {
      const all = msg.all();
      const messages = all.reduce((sum, queue) => sum + queue.messages.length, 0);
      copyOut(
        space,
        va,
        infoBytes(
          msg,
          all.length,
          messages,
          all.reduce((sum, queue) => sum + queue.bytes, 0),
        ),
      );
      return msg.highestPlace;
    }
    default:
      return control(k, t, msg, KIND, id | 0, command, va);
  }
};
