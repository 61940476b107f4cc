/** What stands behind a block device: bytes in sectors. Memory, files and layers over them all have this one shape. */
import type { StateReader, StateWriter } from '../state.ts';
import type { SyncFile } from '../sync-file.ts';

export const SECTOR = 512;

/** Callers keep `at` and lengths within `size`. What the host cannot do throws; the guest then sees an I/O error. */
export interface Disk {
  /** Bytes, a multiple of `SECTOR`. */
  readonly size: number;
  readonly readOnly: boolean;
  read(at: number, into: Uint8Array): void;
  write(at: number, from: Uint8Array): void;
  /** Makes bytes zero. */
  zero(at: number, length: number): void;
  /** The guest does without these bytes; what they read as then is open. */
  discard(at: number, length: number): void;
  /** What was written survives the host from here on. */
  flush(): void;
  /** Contents that live in memory alone belong into a snapshot. */
  save?(into: StateWriter): void;
  restore?(from: StateReader): void;
}

const ZEROES = new Uint8Array(1 << 16);

/** A disk in a file of the host or of the browser; a file's rest beyond its last whole sector is left alone. */
export class FileDisk implements Disk {
  readonly size: number;
  readonly readOnly: boolean;
  readonly #file: SyncFile;

  constructor(file: SyncFile, { readOnly = false } = {}) {
    this.#file = file;
    this.readOnly = readOnly;
    this.size = Math.floor(file.getSize() / SECTOR) * SECTOR;
  }

  read(at: number, into: Uint8Array): void {
    let done = 0;
    while (done < into.length) {
      const count = this.#file.read(into.subarray(done), { at: at + done });
      if (count <= 0) break;
      done += count;
    }
    // Somebody may have cut the file.
    into.fill(0, done);
  }

  write(at: number, from: Uint8Array): void {
    for (let done = 0; done < from.length; ) {
      const count = this.#file.write(from.subarray(done), { at: at + done });
      if (count <= 0) throw new Error('the file takes no more');
      done += count;
    }
  }

  zero(at: number, length: number): void {
    for (let done = 0; done < length; done += ZEROES.length)
      this.write(at + done, ZEROES.subarray(0, Math.min(ZEROES.length, length - done)));
  }

  /** Files have no holes here: what is discarded stays. */
  discard(_at: number, _length: number): void {}

  flush(): void {
    this.#file.flush();
  }
}

/** A disk image that is in memory already and never changes. */
export class ImageDisk implements Disk {
  readonly size: number;
  readonly readOnly = true;
  readonly #bytes: Uint8Array;

  /** Keeps `bytes`, does not copy them; an incomplete last sector is filled with zeroes. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = Math.ceil(bytes.length / SECTOR) * SECTOR;
  }

  read(at: number, into: Uint8Array): void {
    const part = this.#bytes.subarray(at, at + into.length);
    into.set(part);
    into.fill(0, part.length);
  }

  write(): void {
    throw new Error('the image is read-only');
  }

  zero(): void {
    this.write();
  }

  discard(): void {}

  flush(): void {}
}
