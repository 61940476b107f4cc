/** A folder of the host where images and volumes are kept. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../abi/errors.ts';
import { type Draft, type Folder, type OpenedFile, queue, type Scratch } from '../images/folder.ts';
import { fileError, isFileError } from './file-error.ts';

/** Another process may be loading an image meanwhile; how long it is waited for. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 25;
/** To make a file in a folder that others take away. */
const ATTEMPTS = 10;

const codeOf = (e: unknown): string | undefined => (e as NodeJS.ErrnoException).code;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return codeOf(e) === 'EPERM';
  }
}

const explained = (e: unknown, path: string): unknown => (isFileError(e) ? fileError(e, path, 'written') : e);

function reader(handle: number, path: string): { read: OpenedFile['read'] } {
  return {
    read(position, into) {
      let done = 0;
      while (done < into.length) {
        const n = readSync(handle, into, done, into.length - done, position + done);
        if (n === 0) break;
        done += n;
      }
      if (done === 0 && into.length && position < fstatSync(handle).size) throw new Error(`${path} cannot be read`);
      return done;
    },
  };
}

/** A file of the host, to be read where it lies. @throws InputError where it can't be */
export function openHostFile(path: string): OpenedFile {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (e) {
    throw fileError(e, path, 'read');
  }
  const stat = fstatSync(handle);
  if (!stat.isFile()) {
    closeSync(handle);
    throw new InputError(`${path} is no file`);
  }
  return { size: stat.size, ...reader(handle, path), close: () => closeSync(handle) };
}

class HostScratch implements Scratch {
  readonly read: OpenedFile['read'];
  protected readonly root: string;
  protected readonly file: string;
  protected handle: number | null;
  private written = 0;

  constructor(root: string, file: string, handle: number) {
    this.root = root;
    this.file = file;
    this.handle = handle;
    this.read = reader(handle, file).read;
  }

  get size(): number {
    return this.written;
  }

  append(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.handle!, bytes, done, bytes.length - done);
    } catch (e) {
      throw explained(e, this.root);
    }
    this.written += bytes.length;
  }

  async drop(): Promise<void> {
    this.shut();
    rmSync(this.file, { force: true });
  }

  protected shut(): void {
    if (this.handle !== null) closeSync(this.handle);
    this.handle = null;
  }
}

class HostDraft extends HostScratch implements Draft {
  async keep(path: string): Promise<void> {
    fsyncSync(this.handle!);
    this.shut();
    const to = join(this.root, path);
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    renameSync(this.file, to);
  }
}

/** A folder at `root`, which is made when something is first written. Only its owner may look into it. */
export function nodeFolder(root: string): Folder {
  const drafts = join(root, 'drafts');
  const lock = join(root, '.lock');
  const turn = queue();

  async function take(): Promise<void> {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
        return;
      } catch (e) {
        if (codeOf(e) !== 'EEXIST') throw explained(e, root);
      }
      const holder = holderOf();
      if (holder !== null && !isAlive(holder)) rmSync(lock, { force: true });
      else if (Date.now() > end)
        throw new InputError(
          `${root} is in use by process ${holder ?? 'unknown'}, which has been at work for ${PATIENCE_MS / 1000} s`,
          `Wait for it, or end it; if there is no such process, delete ${lock}.`,
        );
      else await sleep(PAUSE_MS);
    }
  }

  /** Who has the lock; null: nobody any more, or somebody who has not said so yet. */
  function holderOf(): number | null {
    try {
      return Number(readFileSync(lock, 'utf8')) || null;
    } catch {
      return null;
    }
  }

  function created(): [file: string, handle: number] {
    const file = join(drafts, randomBytes(8).toString('hex'));
    for (let left = ATTEMPTS; ; left--) {
      try {
        mkdirSync(drafts, { recursive: true, mode: 0o700 });
        return [file, openSync(file, 'wx+', 0o600)];
      } catch (e) {
        // Whoever has the lock may have taken the folder away in between.
        if (codeOf(e) !== 'ENOENT' || left === 0) throw explained(e, root);
      }
    }
  }

  return {
    async list(path) {
      try {
        return readdirSync(join(root, path)).sort();
      } catch (e) {
        if (codeOf(e) === 'ENOENT') return [];
        throw e;
      }
    },

    async open(path) {
      const file = join(root, path);
      let handle: number;
      try {
        handle = openSync(file, 'r');
      } catch (e) {
        if (codeOf(e) === 'ENOENT') return null;
        throw e;
      }
      return { size: fstatSync(handle).size, ...reader(handle, file), close: () => closeSync(handle) };
    },

    draft: async () => new HostDraft(root, ...created()),

    async scratch() {
      const [file, handle] = created();
      // What has no name is nobody's to clean up.
      rmSync(file, { force: true });
      return new HostScratch(root, file, handle);
    },

    async remove(path) {
      rmSync(join(root, path), { recursive: true, force: true });
    },

    exclusively: (work) =>
      turn(async () => {
        await take();
        try {
          // Whoever made them is gone: drafts are only made under the lock.
          rmSync(drafts, { recursive: true, force: true });
          return await work();
        } finally {
          rmSync(drafts, { recursive: true, force: true });
          rmSync(lock, { force: true });
        }
      }),
  };
}
