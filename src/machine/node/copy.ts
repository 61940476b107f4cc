/** Files of the host as an archive, and an archive as files of the host. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { InputError } from '../../abi/errors.ts';
import { bytesSource } from '../../image/source.ts';
import { writeTar } from '../../image/tar-write.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { extract } from '../container/extract.ts';
import { treeEntries } from '../images/tree.ts';
import { hostFiles } from './host-files.ts';

/** A file or folder as the one member, under `name`, of an archive. */
export function packHost(path: string, name: string): Uint8Array {
  if (!existsSync(path)) throw new InputError(`${path} does not exist`);
  const full = resolve(path);
  if (statSync(full).isDirectory())
    return Buffer.concat([...writeTar(treeEntries(new HostFs(hostFiles(full, true)).root, name))]);
  const inode = new HostFs(hostFiles(dirname(full), true)).root.lookup(basename(full));
  if (!inode) throw new InputError(`${path} can’t be read`);
  return Buffer.concat([...writeTar(treeEntries(inode, name))]);
}

/** Puts the members of an archive below a folder, which has to be there. Nothing gets out of it, whatever they say. */
export function unpackHost(bytes: Uint8Array, folder: string): void {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new InputError(`${folder} is no folder`);
  extract(bytesSource(bytes), 'what is copied', new HostFs(hostFiles(folder, false)).root, Date.now());
}
