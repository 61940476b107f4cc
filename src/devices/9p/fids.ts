/** The files a client holds on to: its numbers (fids) for paths of the share, some of them open. */
import type { StateReader, StateWriter } from '../state.ts';
import {
  checkedName,
  type Entry,
  FileError,
  type Folder,
  isFolder,
  type OpenFile,
  type OpenHow,
  type Path,
} from './folder.ts';

/** Bounds on what a client may hold. */
const MOST_FIDS = 1 << 14;
const MOST_OPEN = 1 << 10;

type Opened =
  | { readonly kind: 'file'; readonly how: OpenHow; readonly file: OpenFile }
  /** `fresh`: its entries were listed when it was opened, and nobody has read them yet. */
  | { readonly kind: 'folder'; entries: readonly Entry[]; fresh: boolean }
  /** Was open when the state was saved, and could not be opened again. */
  | { readonly kind: 'stale' };

export interface Fid {
  path: Path;
  opened: Opened | null;
}

/** How an open file is saved. */
const SAVED = { no: 0, folder: 1, file: 2, stale: 3 } as const;

export class Fids {
  readonly #fids = new Map<number, Fid>();
  #open = 0;

  get(number: number): Fid {
    const fid = this.#fids.get(number);
    if (!fid) throw new FileError('EBADF');
    return fid;
  }

  /** A number for a path; the number must be free. */
  set(number: number, path: Path): void {
    if (this.#fids.has(number)) throw new FileError('EBADF');
    if (this.#fids.size >= MOST_FIDS) throw new FileError('ENFILE');
    this.#fids.set(number, { path, opened: null });
  }

  /** Whether one more file may be opened; opens it and keeps it with the fid. */
  open<T extends Opened>(fid: Fid, open: () => T): T {
    if (fid.opened) throw new FileError('EINVAL');
    if (this.#open >= MOST_OPEN) throw new FileError('EMFILE');
    const opened = open();
    fid.opened = opened;
    this.#open++;
    return opened;
  }

  drop(number: number): Fid {
    const fid = this.get(number);
    this.#fids.delete(number);
    this.#close(fid);
    return fid;
  }

  #close(fid: Fid): void {
    if (!fid.opened) return;
    this.#open--;
    if (fid.opened.kind === 'file') fid.opened.file.close();
    fid.opened = null;
  }

  /** Everything below `from` is below `to` now. */
  moved(from: Path, to: Path): void {
    for (const fid of this.#fids.values())
      if (from.every((name, i) => fid.path[i] === name)) fid.path = [...to, ...fid.path.slice(from.length)];
  }

  clear(): void {
    for (const fid of this.#fids.values()) this.#close(fid);
    this.#fids.clear();
  }

  save(into: StateWriter): void {
    into.u32(this.#fids.size);
    for (const [number, { path, opened }] of this.#fids) {
      into.u32(number).u32(path.length);
      for (const name of path) into.text(name);
      into.u32(SAVED[opened?.kind ?? 'no']);
      if (opened?.kind === 'file') into.flag(opened.how.read).flag(opened.how.write);
    }
  }

  /** Takes up saved fids and opens what was open; what is gone meanwhile is stale. */
  restore(from: StateReader, folder: Folder): void {
    this.clear();
    for (let count = from.u32(); count > 0; count--) {
      const number = from.u32();
      const path = Array.from({ length: from.u32() }, () => checkedName(from.text()));
      this.set(number, path);
      const kind = from.u32();
      if (kind === SAVED.no) continue;
      const how = kind === SAVED.file ? { read: from.flag(), write: from.flag(), truncate: false } : null;
      this.open(this.get(number), () => {
        try {
          if (how) return { kind: 'file', how, file: folder.open(path, how) };
          if (kind === SAVED.folder && isFolder(folder.stat(path).mode))
            return { kind: 'folder', entries: folder.list(path), fresh: false };
        } catch (error) {
          if (!(error instanceof FileError)) throw error;
        }
        return { kind: 'stale' };
      });
    }
  }
}
