/** Where containers of Node find files: folders of the host, and the store of images. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { InputError } from '../../abi/errors.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { rootDentry } from '../../linux/vfs/mount.ts';
import { child } from '../../linux/vfs/walk.ts';
import { imageBase } from '../container/images.ts';
import { type Base, NO_DEFAULTS } from '../container/roots.ts';
import type { Sources } from '../container/sources.ts';
import type { ImageStore } from '../images/store.ts';
import { hostFiles } from './host-files.ts';
import { publish } from './publish.ts';
import type { Volumes } from './volumes.ts';

/** `onError` hears of what could not be given back to the store. */
export function hostSources(store: ImageStore, volumes: Volumes, onError: (e: unknown) => void): Sources {
  /** Folders that are roots now: containers share what was read of one, and its translations. */
  const folders = new Map<string, { fs: HostFs; users: number }>();
  return {
    openFolder(path): Base {
      if (!existsSync(path)) throw new InputError(`--rootfs: ${path} does not exist`);
      if (!statSync(path).isDirectory()) throw new InputError(`--rootfs: ${path} is no directory`);
      const key = realpathSync(path);
      const shared = folders.get(key) ?? { fs: new HostFs(hostFiles(key, true)), users: 0 };
      folders.set(key, shared);
      shared.users++;
      return {
        lowers: [shared.fs],
        defaults: NO_DEFAULTS,
        name: path,
        imageId: '',
        release() {
          if (--shared.users === 0) folders.delete(key);
        },
      };
    },
    openPlace(path, readOnly) {
      if (!path.startsWith('/')) return volumes.open(path);
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
    anonymous: {
      make: (name) => volumes.create(name, { labels: {}, anonymous: true }),
      isOne: (name) => volumes.has(name) && volumes.about(name).anonymous,
      remove: (name) => volumes.remove(name),
    },
    openImage: (name, holder, ref) => imageBase(store, name, holder, ref, onError),
    publish,
  };
}
