/** What the calls on System V's three kinds of objects have in common (sysvipc(7)). */
import { E, fail } from '../errno.ts';
import { IPC, type IpcObject, type IpcTable } from '../ipc/objects.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut } from '../memory/user.ts';
import type { Task } from '../task/task.ts';

/** Seconds since 1970, as objects keep when something happened to them. */
export const seconds = (k: Kernel): number => Math.floor(k.clock.coarse() / 1000);
export const pidOf = (t: Task): number => t.process.pid.in(t.namespaces.pid);

/** The command of a ctl call without IPC_64, which asks for what every structure here is. */
export const commandOf = (wanted: number): number => wanted & ~0x100;

/** One kind, as its ctl call shows and changes it. */
export interface IpcKind<T extends IpcObject> {
  /** The commands that look at an object by its place, with leave and without. */
  readonly STAT: number;
  readonly STAT_ANY: number;
  /** Bytes of its structure. */
  readonly size: number;
  statBytes(t: Task, object: T): Uint8Array;
  /** What IPC_SET takes, where that is more than the owner and the mode. */
  set?(k: Kernel, t: Task, object: T, view: DataView): void;
  /** IPC_RMID, where it is more than to take it off its table. */
  remove?(t: Task, object: T): void;
}

/** Commands that all ctl calls have; EINVAL for any other. */
export function control<T extends IpcObject>(
  k: Kernel,
  t: Task,
  table: IpcTable<T>,
  kind: IpcKind<T>,
  id: number,
  command: number,
  va: number,
): number {
  const { credential, process } = t;
  switch (command) {
    case IPC.STAT:
    case kind.STAT:
    case kind.STAT_ANY: {
      const object = command === IPC.STAT ? table.at(id) : table.atPlace(id);
      if (command !== kind.STAT_ANY) object.demand(credential, 0o444);
      copyOut(process.space, va, kind.statBytes(t, object));
      return command === IPC.STAT ? 0 : object.id;
    }
    case IPC.SET: {
      const view = new DataView(copyIn(process.space, va, kind.size).buffer);
      const object = table.at(id);
      object.demandOwner(credential);
      if (kind.set) kind.set(k, t, object, view);
      else object.takePerm(view, credential, seconds(k));
      return 0;
    }
    case IPC.RMID: {
      const object = table.at(id);
      object.demandOwner(credential);
      if (kind.remove) kind.remove(t, object);
      else table.remove(object);
      return 0;
    }
    default:
      return fail(E.INVAL);
  }
}
