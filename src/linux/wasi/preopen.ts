import type { FileSystem } from '../vfs/inode.ts';
import { Mount, PLAIN, rootDentry } from '../vfs/mount.ts';
import type { WasiOptions } from './process.ts';

/** A whole file system as a directory that a program may reach, by the name `to`. */
export function preopened(
  fs: FileSystem,
  source: string,
  to: string,
  readOnly: boolean,
): WasiOptions['preopens'][number] {
  const mount = new Mount(fs, rootDentry(fs), source, { ...PLAIN, readOnly });
  return { name: to, path: { mount, dentry: mount.root } };
}
