/** The host's side of files: what programs see of them at /host. */
import type { Folder } from '../../devices/9p/folder.ts';
import type { HostFiles } from '../../linux/vfs/host.ts';

/** A directory of the host that is there for one run, and gone with it. */
export interface HostFolder {
  /** For the kernel of src/linux. */
  readonly files: HostFiles;
  /** For a real kernel, by 9p. */
  readonly folder: Folder;
  remove(): void;
}

/** Makes one; null where the host has no files (a browser). */
export type MakeHostFolder = (() => HostFolder) | null;
