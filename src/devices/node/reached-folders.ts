/**
 * Folders of the host that were reached of late, as open handles by their names: what is done to many files in one place need not find it
 * each time. Whether a handle still is the folder of its name is asked before each use, so nobody is led astray by a folder that was moved,
 * replaced or removed since, nor by a link.
 */
import fs from 'node:fs';

export const PROC = '/proc/self/fd';

/** Handles kept at most, and how long one is that nobody asks for, as the host can't unmount what holds one. */
const MOST = 64;
const IDLE_MS = 1000;
/** What the kernel ends the name of a removed folder with: one that is really called so is not known. */
const REMOVED = ' (deleted)';

/** Whether a handle is the folder of this name, without a link on the way to it. */
function is(handle: number, name: string): boolean {
  try {
    return !name.endsWith(REMOVED) && fs.readlinkSync(`${PROC}/${handle}`) === name;
  } catch {
    // Where it is now, no name is long enough for.
    return false;
  }
}

export class ReachedFolders {
  /** The longest unused first. */
  readonly #handles = new Map<string, number>();
  #used = false;
  #timer: NodeJS.Timeout | null = null;

  /** The folder's handle, which stays this object's; null: it is not known. */
  find(name: string): number | null {
    const handle = this.#handles.get(name);
    if (handle === undefined) return null;
    this.#handles.delete(name);
    return this.keep(name, handle);
  }

  /** Takes a handle that was opened by this name, and gives it back; or closes it, and null: it is not the folder of this name. */
  keep(name: string, handle: number): number | null {
    if (!is(handle, name)) {
      fs.closeSync(handle);
      return null;
    }
    this.#handles.set(name, handle);
    const [oldest] = this.#handles;
    if (this.#handles.size > MOST) this.#drop(...oldest!);
    this.#used = true;
    this.#timer ??= setInterval(() => this.#look(), IDLE_MS).unref();
    return handle;
  }

  #look(): void {
    if (!this.#used) for (const [name, handle] of this.#handles) this.#drop(name, handle);
    this.#used = false;
    if (this.#handles.size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #drop(name: string, handle: number): void {
    this.#handles.delete(name);
    fs.closeSync(handle);
  }
}
