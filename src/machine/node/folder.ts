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
import { type Draft, type Folder, type OpenedFile, queue } from '../images/folder.ts';
import { fileError, isFileError } from './file-error.ts';

/** Another process may be loading an image meanwhile; how long it is waited for. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 25;

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

    async draft(): Promise<Draft> {
      const file = join(drafts, randomBytes(8).toString('hex'));
      let handle: number | null;
      try {
        mkdirSync(drafts, { recursive: true, mode: 0o700 });
        handle = openSync(file, 'wx+', 0o600);
      } catch (e) {
        throw explained(e, root);
      }
      const open = handle;
      let size = 0;
      const shut = (): void => {
        if (handle !== null) closeSync(handle);
        handle = null;
      };
      return {
        get size() {
          return size;
        },
        ...reader(open, file),
        append(bytes) {
          try {
            for (let done = 0; done < bytes.length; ) done += writeSync(open, bytes, done, bytes.length - done);
          } catch (e) {
            throw explained(e, root);
          }
          size += bytes.length;
        },
        async keep(path) {
          fsyncSync(open);
          shut();
          const to = join(root, path);
          mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
          renameSync(file, to);
        },
        async drop() {
          shut();
          rmSync(file, { force: true });
        },
      };
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
