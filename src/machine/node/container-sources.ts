/** Where containers of Node find files: folders of the host. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { InputError } from '../../abi/errors.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { rootDentry } from '../../linux/vfs/mount.ts';
import { child } from '../../linux/vfs/walk.ts';
import type { Sources } from '../container/engine.ts';
import { hostFiles } from './host-files.ts';

export function hostSources(): Sources {
  return {
    openFolder(path) {
      if (!existsSync(path)) throw new InputError(`--rootfs: ${path} does not exist`);
      if (!statSync(path).isDirectory()) throw new InputError(`--rootfs: ${path} is no directory`);
      return { fs: new HostFs(hostFiles(path, false)), source: path };
    },
    openPlace(path, readOnly) {
      if (!existsSync(path)) throw new InputError(`--volume: ${path} does not exist`);
      if (statSync(path).isDirectory()) {
        const fs = new HostFs(hostFiles(path, readOnly));
        return { fs, dentry: rootDentry(fs) };
      }
      const fs = new HostFs(hostFiles(dirname(path), readOnly));
      const dentry = child(rootDentry(fs), basename(path));
      if (!dentry) throw new InputError(`--volume: ${path} can’t be opened`);
      return { fs, dentry };
    },
    openImage(name) {
      throw new InputError(`there is no image ${name}`, 'Give a folder that is the root of its files: --rootfs DIR');
    },
  };
}
