/** /proc/sysvipc: the System V objects of a task's namespace, a line each (proc(5)). */
import type { IpcObject } from '../ipc/objects.ts';
import type { IpcNamespace } from '../task/namespaces.ts';
import { directory, type Node, text } from './nodes.ts';

const cells = (...all: readonly (readonly [number | string, number])[]): string =>
  all.map(([value, width]) => String(value).padStart(width)).join(' ');

const head = (object: IpcObject): string =>
  `${cells([object.key, 10], [object.id, 10])}  ${cells([object.mode.toString(8), 4])}`;
const owners = ({ uid, gid, cuid, cgid }: IpcObject): string => cells([uid, 5], [gid, 5], [cuid, 5], [cgid, 5]);

export function sysvIpc(namespace: () => IpcNamespace): Node {
  const table = (title: string, rows: () => readonly string[]): Node =>
    text(() => `${[title, ...rows()].join('\n')}\n`);
  return directory({
    msg: () =>
      table(
        '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime',
        () =>
          namespace()
            .msg.all()
            .map(
              (q) =>
                `${head(q)}  ${cells([q.bytes, 10], [q.messages.length, 10], [q.lspid, 5], [q.lrpid, 5])} ${owners(q)} ${cells([q.sentAt, 10], [q.receivedAt, 10], [q.changed, 10])}`,
            ),
      ),
    sem: () =>
      table('       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime', () =>
        namespace()
          .sem.all()
          .map(
            (s) =>
              `${head(s)} ${cells([s.values.length, 10])} ${owners(s)} ${cells([s.operatedAt, 10], [s.changed, 10])}`,
          ),
      ),
    shm: () =>
      table(
        '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap',
        () =>
          namespace()
            .shm.all()
            .map(
              (s) =>
                `${head(s)} ${cells([s.size, 21], [s.cpid, 5], [s.lpid, 5])}  ${cells([s.attached, 5])} ${owners(s)} ${cells([s.attachedAt, 10], [s.detachedAt, 10], [s.changed, 10], [s.resident * 4096, 21], [0, 21])}`,
            ),
      ),
  });
}
