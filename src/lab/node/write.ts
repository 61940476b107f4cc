/** Files that are there whole or not at all. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

async function writeNew(file: string, content: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes files (path → content) under temporary names beside them and renames them only once all are written: where one
 * cannot be, none of the others changes. Makes missing directories.
 */
export async function writeWhole(files: ReadonlyMap<string, string>): Promise<void> {
  const suffix = `.${randomBytes(6).toString('hex')}.tmp`;
  const temporaries = [...files.keys()].map((file) => file + suffix);
  try {
    for (const [file, content] of files) {
      await mkdir(path.dirname(path.resolve(file)), { recursive: true });
      await writeNew(file + suffix, content);
    }
    for (const file of files.keys()) await rename(file + suffix, file);
  } finally {
    await Promise.all(temporaries.map((file) => rm(file, { force: true })));
  }
}
