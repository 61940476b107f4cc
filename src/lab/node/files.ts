/** Files that are there whole or not at all. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

async function writeNew(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes files under temporary names beside them and renames them only once all are written: where one cannot be, none
 * of the others changes. Makes missing directories.
 */
export async function writeFiles(files: readonly { readonly path: string; readonly text: string }[]): Promise<void> {
  const suffix = `.${randomBytes(6).toString('hex')}.tmp`;
  try {
    for (const file of files) {
      await mkdir(path.dirname(path.resolve(file.path)), { recursive: true });
      await writeNew(file.path + suffix, file.text);
    }
    for (const file of files) await rename(file.path + suffix, file.path);
  } finally {
    // Some may never have been made, or have no directory to be in.
    await Promise.allSettled(files.map((file) => rm(file.path + suffix, { force: true })));
  }
}
