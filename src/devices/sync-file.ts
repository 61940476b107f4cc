/** A file that is read and written at once, as the browser's `FileSystemSyncAccessHandle` is; Node's files are given the same shape. */
export interface SyncFile {
  /** Reads at an offset; returns how many bytes there were. */
  read(into: Uint8Array, place: { readonly at: number }): number;
  /** Writes at an offset; returns how many bytes were written. Throws where the host cannot. */
  write(from: Uint8Array, place: { readonly at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  /** What was written survives the host from here on. */
  flush(): void;
  close(): void;
}
