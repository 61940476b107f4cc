/** Where images and volumes are kept: a folder whose files are there whole or not at all. Node, OPFS and memory have one. */
import type { Source } from '../../image/source.ts';

export interface OpenedFile extends Source {
  close(): void;
}

/** A file that never has a name, and is gone with who made it. */
export interface Scratch extends Source {
  readonly size: number;
  append(bytes: Uint8Array): void;
  drop(): Promise<void>;
}

/** A file that is being written; nobody sees it before it is kept. */
export interface Draft extends Scratch {
  /** Gives it its name, in place of what had it. */
  keep(path: string): Promise<void>;
}

/** Paths are names with slashes between them, without dots. */
export interface Folder {
  /** Names in a folder; none where there is no such. */
  list(path: string): Promise<string[]>;
  open(path: string): Promise<OpenedFile | null>;
  draft(): Promise<Draft>;
  /** For what takes longer than others should wait: it needs no turn of `exclusively`. */
  scratch(): Promise<Scratch>;
  remove(path: string): Promise<void>;
  /** Does something that only one may do at a time, in all processes; drafts that nobody is left to keep are gone then. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** Lets callers in one after another. */
export function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };
}

/** A folder in memory. */
export function memoryFolder(files = new Map<string, Uint8Array>()): Folder {
  const turn = queue();
  const reader = (bytes: () => Uint8Array) => ({
    get size() {
      return bytes().length;
    },
    read(position: number, into: Uint8Array): number {
      const part = bytes().subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
  });
  return {
    async list(path) {
      const names = [...files.keys()].filter((f) => f.startsWith(`${path}/`)).map((f) => f.slice(path.length + 1));
      return [...new Set(names.map((name) => name.split('/')[0]!))].sort();
    },
    async open(path) {
      const bytes = files.get(path);
      return bytes
        ? Object.assign(
            reader(() => bytes),
            { close() {} },
          )
        : null;
    },
    draft,
    scratch: draft,
    async remove(path) {
      for (const file of [...files.keys()]) if (file === path || file.startsWith(`${path}/`)) files.delete(file);
    },
    exclusively: turn,
  };

  async function draft(): Promise<Draft> {
    let room = new Uint8Array(65_536);
    let size = 0;
    const bytes = (): Uint8Array => room.subarray(0, size);
    const draft = {
      append(more: Uint8Array) {
        if (size + more.length > room.length) {
          const grown = new Uint8Array(Math.max(room.length * 2, size + more.length));
          grown.set(bytes());
          room = grown;
        }
        room.set(more, size);
        size += more.length;
      },
      async keep(path: string) {
        files.set(path, bytes().slice());
      },
      async drop() {
        size = 0;
      },
    };
    return Object.defineProperties(draft, Object.getOwnPropertyDescriptors(reader(bytes))) as Draft;
  }
}
