/** Files of Node as devices want them. */
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { SyncFile } from '../sync-file.ts';

/** An open file, by its handle; `close` closes that. */
export function syncFileOf(handle: number): SyncFile {
  return {
    read: (into, { at }) => readSync(handle, into, 0, into.length, at),
    write: (from, { at }) => writeSync(handle, from, 0, from.length, at),
    truncate: (size) => ftruncateSync(handle, size),
    getSize: () => fstatSync(handle).size,
    flush: () => fsyncSync(handle),
    close: () => closeSync(handle),
  };
}

/** Opens a file; without `readOnly` it is made where it does not exist. Throws as Node does. */
export function openSyncFile(path: string, { readOnly = false } = {}): SyncFile {
  return syncFileOf(openSync(path, readOnly ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT, 0o666));
}
