/** What sockets ask of the task that uses them: who it is, what it may, and where unix names lead. */
import { E, fail, SysError } from '../errno.ts';
import { type Caller, type Peer, Socket } from '../net/socket.ts';
import { viewOf } from '../task/exec.ts';
import { NetNamespace } from '../task/namespaces.ts';
import type { Task } from '../task/task.ts';
import { S } from '../uapi.ts';
import { make } from '../vfs/change.ts';
import { demand, MAY, resolve, resolveParent } from '../vfs/walk.ts';

/** A task as its sockets remember it. */
function peerOf(t: Task): Peer {
  const { pid } = t.process;
  const { euid: uid, egid: gid } = t.credential;
  return {
    pid: pid.in(t.namespaces.pid),
    uid,
    gid,
    seenBy: (who) => {
      const { namespaces, credential } = who as Task;
      return { pid: pid.in(namespaces.pid), uid: credential.user.shownUid(uid), gid: credential.user.shownGid(gid) };
    },
  };
}

export const callerOf = (t: Task): Caller => ({
  get owner() {
    return peerOf(t);
  },
  self: t,
  can: (capability) => t.credential.canIn(t.namespaces.net.owner, capability),
  lookUp: (name) => lookUp(t, name),
  claim: (name, socket) => claim(t, name, socket),
  network: (by, number) => {
    const found =
      by === 'pid'
        ? (t.namespaces.pid.tasks.get(number) ?? fail(E.SRCH)).namespaces.net
        : t.process.files.get(number).inode.attached;
    return found instanceof NetNamespace ? found.stack : fail(E.INVAL);
  },
});

function claim(t: Task, name: string, socket: Socket): () => void {
  if (name.startsWith('\0')) {
    const { abstract } = t.namespaces.net;
    if (abstract.has(name)) fail(E.ADDRINUSE);
    abstract.set(name, socket);
    return () => abstract.delete(name);
  }
  const { dir, name: last } = resolveParent(viewOf(t), t.process.place.cwd, name);
  const who = t.credential.forFiles;
  const mode = S.IFSOCK | (0o777 & ~t.process.place.umask);
  try {
    const path = make(dir, last, { mode, uid: who.uid, gid: who.gid }, who);
    path.dentry.inode.attached = socket;
  } catch (e) {
    if (e instanceof SysError && e.code === E.EXIST) fail(E.ADDRINUSE);
    throw e;
  }
  return () => {};
}

function lookUp(t: Task, name: string): Socket {
  if (name.startsWith('\0')) {
    const found = t.namespaces.net.abstract.get(name);
    return found instanceof Socket ? found : fail(E.CONNREFUSED);
  }
  const { inode } = resolve(viewOf(t), t.process.place.cwd, name).dentry;
  demand(inode, t.credential.forFiles, MAY.write);
  return inode.attached instanceof Socket ? inode.attached : fail(E.CONNREFUSED);
}
