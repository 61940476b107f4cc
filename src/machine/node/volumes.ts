/**
 * Volumes of containers: folders of the host that outlive who uses them. The host's files belong to whoever runs this, so
 * owners and set-id and sticky bits as guests see them are written beside, in a list that only grows.
 */
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../abi/errors.ts';
import { E, fail } from '../../linux/errno.ts';
import { type HostFile, type HostFiles, HostFs } from '../../linux/vfs/host.ts';
import { rootDentry } from '../../linux/vfs/mount.ts';
import type { HostPlace } from '../container/mounts.ts';
import { demandVolumeName, isVolumeName } from '../container/names.ts';
import { hostFiles } from './host-files.ts';

const SPECIAL = 0o7000;
/** Beside its files. */
const ABOUT = 'about.json';

interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Set-id and sticky bits. */
  readonly special: number;
}
const ROOT: Owner = { uid: 0, gid: 0, special: 0 };

/** Owners by the identity of files; a file's last line counts. */
class Owners {
  private readonly file: string;
  private readonly all = new Map<string, Owner>();

  constructor(file: string) {
    this.file = file;
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    // A line that was cut off by a crash says nothing.
    for (const line of lines.slice(0, -1)) {
      const [id, ...numbers] = line.split(' ');
      const [uid, gid, special] = numbers.map(Number);
      if (id && numbers.length === 3 && numbers.every((n) => /^\d+$/.test(n)))
        this.all.set(id, { uid: uid!, gid: gid!, special: special! });
    }
    if (lines.length > 2 * this.all.size + 100) this.rewrite();
  }

  private line(id: string, { uid, gid, special }: Owner): string {
    return `${id} ${uid} ${gid} ${special}\n`;
  }

  private rewrite(): void {
    writeFileSync(`${this.file}.tmp`, [...this.all].map(([id, owner]) => this.line(id, owner)).join(''));
    renameSync(`${this.file}.tmp`, this.file);
  }

  of(id: string): Owner {
    return this.all.get(id) ?? ROOT;
  }

  set(id: string, change: Partial<Owner>): void {
    const before = this.of(id);
    const owner = { ...before, ...change };
    if (owner.uid === before.uid && owner.gid === before.gid && owner.special === before.special) return;
    this.all.set(id, owner);
    appendFileSync(this.file, this.line(id, owner));
  }
}

/** Files of the host with owners of their own; a new file has none of one that is gone and had its number. */
function ownedFiles(files: HostFiles, owners: Owners): HostFiles {
  const idOf = (at: HostFile): string => files.stat(at)?.id ?? fail(E.NOENT);
  return {
    ...files,
    stat(at) {
      const stat = files.stat(at);
      if (!stat) return null;
      const { uid, gid, special } = owners.of(stat.id);
      return { ...stat, uid, gid, mode: stat.mode | special };
    },
    create(path, mode) {
      const handle = files.create(path, mode);
      try {
        owners.set(idOf(handle), { ...ROOT, special: mode & SPECIAL });
      } catch (e) {
        files.close(handle);
        throw e;
      }
      return handle;
    },
    mkdir(path, mode) {
      files.mkdir(path, mode);
      owners.set(idOf(path), { ...ROOT, special: mode & SPECIAL });
    },
    symlink(path, target) {
      files.symlink(path, target);
      owners.set(idOf(path), ROOT);
    },
    chmod(at, mode) {
      files.chmod(at, mode);
      owners.set(idOf(at), { special: mode & SPECIAL });
    },
    chown(at, uid, gid) {
      owners.set(idOf(at), { uid, gid });
    },
  };
}

const aboutSchema = z.object({
  labels: z.record(z.string(), z.string()),
  /** Nobody named it: it goes with the container it was made for, where that is asked for. */
  anonymous: z.boolean(),
});
/** What is said of a volume when it is made. */
export type VolumeAbout = z.infer<typeof aboutSchema>;
const PLAIN: VolumeAbout = { labels: {}, anonymous: false };

export class Volumes {
  private readonly folder: string;
  /** Those that were opened: containers that share one see each other's writes at once. */
  private readonly opened = new Map<string, HostFs>();

  constructor(folder: string) {
    this.folder = folder;
  }

  private path(name: string, ...below: string[]): string {
    return join(this.folder, demandVolumeName(name), ...below);
  }

  has(name: string): boolean {
    return existsSync(this.path(name, 'files'));
  }

  list(): string[] {
    return existsSync(this.folder)
      ? readdirSync(this.folder)
          .filter((name) => isVolumeName(name) && this.has(name))
          .sort()
      : [];
  }

  /** Makes a volume; nothing happens where it is there. */
  create(name: string, about = PLAIN): void {
    if (this.has(name)) return;
    mkdirSync(this.path(name), { recursive: true, mode: 0o700 });
    writeFileSync(this.path(name, ABOUT), JSON.stringify(about));
    // Users of the container may look into it; other users of the host do not get this far.
    mkdirSync(this.path(name, 'files'), { mode: 0o755 });
  }

  /** Its folder of the host, when it was made (milliseconds since 1970), and what was said of it then. */
  about(name: string): VolumeAbout & { readonly folder: string; readonly created: number } {
    if (!this.has(name)) throw new InputError(`there is no volume ${name}`, this.others());
    const said = this.path(name, ABOUT);
    let about = PLAIN;
    try {
      if (existsSync(said)) about = aboutSchema.parse(JSON.parse(readFileSync(said, 'utf8')));
    } catch {
      throw new InputError(`${said} is damaged`, 'Remove this file: the volume has no labels then.');
    }
    return { ...about, folder: this.path(name, 'files'), created: statSync(this.path(name)).birthtimeMs };
  }

  /** Bytes its files take. */
  size(name: string): number {
    const sizeOf = (path: string): number => {
      const stat = lstatSync(path);
      if (!stat.isDirectory()) return stat.size;
      return readdirSync(path).reduce((sum, below) => sum + sizeOf(join(path, below)), 0);
    };
    return sizeOf(this.about(name).folder);
  }

  private others(): string {
    const names = this.list();
    return names.length
      ? `There are: ${names.join(', ')}.`
      : 'There is none yet: a container’s --volume NAME:/PATH makes one.';
  }

  /** The root of a volume, which is made where there is none. */
  open(name: string): HostPlace {
    this.create(name);
    let fs = this.opened.get(name);
    if (!fs) {
      fs = new HostFs(ownedFiles(hostFiles(this.path(name, 'files'), false), new Owners(this.path(name, 'owners'))));
      this.opened.set(name, fs);
    }
    return { fs, dentry: rootDentry(fs) };
  }

  /** Deletes a volume and all in it. */
  remove(name: string): void {
    this.about(name);
    this.opened.delete(name);
    rmSync(this.path(name), { recursive: true, force: true });
  }
}
