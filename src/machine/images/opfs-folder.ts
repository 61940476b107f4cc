/** A folder of the browser's own files (the origin-private file system), for what outlives a page. */
import type { Draft, Folder, OpenedFile } from './folder.ts';
import { memoryFolder } from './folder.ts';

/** What TypeScript's library leaves out. */
type Names = { keys(): AsyncIterable<string> };

const isMissing = (e: unknown): boolean => e instanceof DOMException && e.name === 'NotFoundError';

async function folderAt(parts: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
  let at = await navigator.storage.getDirectory();
  for (const name of parts) at = await at.getDirectoryHandle(name, { create });
  return at;
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

/** A folder below the origin's root; made when something is first kept in it. Files are read whole, as only one may have one open. */
export function opfsFolder(root: string): Folder {
  const split = (path: string): { folder: string[]; name: string } => {
    const parts = partsOf(`${root}/${path}`);
    return { name: parts.pop() ?? '', folder: parts };
  };

  async function keep(draft: Draft, path: string): Promise<void> {
    const { folder, name } = split(path);
    const bytes = new Uint8Array(draft.size);
    draft.read(0, bytes);
    const file = await (await folderAt(folder, true)).getFileHandle(name, { create: true });
    // It takes the place of what was there when it is closed, and not before.
    const writable = await file.createWritable();
    await writable.write(bytes);
    await writable.close();
  }

  return {
    async list(path) {
      try {
        const names: string[] = [];
        const folder = await folderAt(partsOf(`${root}/${path}`), false);
        for await (const name of (folder as unknown as Names).keys()) names.push(name);
        return names.sort();
      } catch (e) {
        if (isMissing(e)) return [];
        throw e;
      }
    },

    async open(path): Promise<OpenedFile | null> {
      const { folder, name } = split(path);
      try {
        const file = await (await folderAt(folder, false)).getFileHandle(name);
        const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
        return {
          size: bytes.length,
          read(position, into) {
            const part = bytes.subarray(position, position + into.length);
            into.set(part);
            return part.length;
          },
          close() {},
        };
      } catch (e) {
        if (isMissing(e)) return null;
        throw e;
      }
    },

    async draft() {
      const draft = await memoryFolder().draft();
      return Object.assign(draft, { keep: (path: string) => keep(draft, path) });
    },

    scratch: () => memoryFolder().scratch(),

    async remove(path) {
      const { folder, name } = split(path);
      try {
        await (await folderAt(folder, false)).removeEntry(name, { recursive: true });
      } catch (e) {
        if (!isMissing(e)) throw e;
      }
    },

    exclusively: (work) =>
      navigator.locks.request(`trapframe:${root}`, work) as Promise<Awaited<ReturnType<typeof work>>>,
  };
}

/** Takes something of the origin for this thread, until the function is called that it resolves to; null: another has it. */
export function claimOfOrigin(name: string): Promise<(() => void) | null> {
  return new Promise((settle, reject) => {
    navigator.locks
      .request(`trapframe:${name}`, { ifAvailable: true }, (lock) => {
        if (!lock) return settle(null);
        return new Promise<void>((release) => settle(release));
      })
      .catch(reject);
  });
}
