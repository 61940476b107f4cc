/** Inodes of files that have no name: pipes, sockets, eventfds. */
import { S } from '../uapi.ts';
import { FileSystem, Inode } from './inode.ts';

class AnonymousFs extends FileSystem {
  readonly type: string;
  readonly magic = 0x09041934;
  private last = 0;
  constructor(type: string) {
    super();
    this.type = type;
  }
  get root(): Inode {
    return new AnonymousInode(this, ++this.last, S.IFREG, 0);
  }
  make(mode: number, now: number): Inode {
    return new AnonymousInode(this, ++this.last, mode, now);
  }
}

class AnonymousInode extends Inode {
  readonly fs: FileSystem;
  readonly ino: number;
  constructor(fs: FileSystem, ino: number, mode: number, now: number) {
    super({ mode, uid: 0, gid: 0 }, now);
    this.fs = fs;
    this.ino = ino;
  }
}

const SYSTEMS = {
  pipe: new AnonymousFs('pipefs'),
  socket: new AnonymousFs('sockfs'),
  anon: new AnonymousFs('anon_inodefs'),
};

/** What /proc/pid/fd shows of it is `pipe:[ino]`, `socket:[ino]`, `anon_inode:[ino]`. */
export function anonymousInode(kind: keyof typeof SYSTEMS, now: number): Inode {
  const mode = kind === 'pipe' ? S.IFIFO | 0o600 : kind === 'socket' ? S.IFSOCK | 0o777 : 0o600;
  return SYSTEMS[kind].make(mode, now);
}
