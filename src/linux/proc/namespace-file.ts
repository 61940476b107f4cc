/** The files behind /proc/pid/ns: open or mounted, one keeps its namespace (nsfs; ioctl_ns(2)). */
import type { Namespace } from '../task/namespace.ts';
import { S } from '../uapi.ts';
import { FileKind, type SpecialFile } from '../vfs/file.ts';
import { FileSystem, Inode } from '../vfs/inode.ts';
import { Dentry } from '../vfs/mount.ts';

class NsFs extends FileSystem {
  readonly type = 'nsfs';
  readonly magic = 0x6e73_6673;
  get root(): Inode {
    throw new Error('nsfs has no root');
  }
}

const NSFS = new NsFs();

class NamespaceKind extends FileKind {}
const KIND = new NamespaceKind();

export class NamespaceFile extends Inode implements SpecialFile {
  readonly fs = NSFS;
  readonly ino: number;
  /** As setns(2) and /proc name it. */
  readonly kind: string;
  readonly namespace: Namespace;

  constructor(kind: string, namespace: Namespace) {
    super({ mode: S.IFREG | 0o444, uid: 0, gid: 0 }, 0);
    this.kind = kind;
    this.namespace = namespace;
    this.ino = namespace.id;
  }

  override acquire(): void {
    this.namespace.hold();
  }

  override release(): void {
    this.namespace.release();
  }

  kindOf(): FileKind {
    return KIND;
  }

  get name(): string {
    return `${this.kind}:[${this.namespace.id}]`;
  }

  /** An entry that is in no directory. */
  entry(): Dentry {
    return new Dentry(null, this.name, this);
  }
}
