/** Files of the browser's origin-private file system. Only a worker can open one for synchronous access, and only one at a time. */
import type { SyncFile } from '../sync-file.ts';

/** Opens a file below the root of the origin, folders and file made where missing. Throws as the browser does, also when it is open already. */
export async function openOpfsFile(path: string): Promise<SyncFile> {
  const parts = path.split('/').filter((part) => part !== '');
  const name = parts.pop();
  if (name === undefined) throw new Error(`${JSON.stringify(path)} names no file`);
  let folder = await navigator.storage.getDirectory();
  for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
  const file = await folder.getFileHandle(name, { create: true });
  return file.createSyncAccessHandle();
}
