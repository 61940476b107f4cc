/**
 * Volumes in a folder of archives: in memory while a container has one, written back whole as they change and when a container that has
 * one ends. What Node has in folders of the host (src/machine/node/volumes.ts), for hosts without such.
 */
import { InputError } from '../../abi/errors.ts';
import { layerChanges } from '../../image/oci/layer.ts';
import { IMAGE_LIMITS } from '../../image/oci/limits.ts';
import { writeTar } from '../../image/tar-write.ts';
import { rootDentry } from '../../linux/vfs/mount.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import type { Folder } from '../images/folder.ts';
import { LayerFs } from '../images/layer-fs.ts';
import { copyTree, treeEntries } from '../images/tree.ts';
import type { HostPlace } from './mounts.ts';
import { demandVolumeName } from './names.ts';

const FOLDER = 'volumes';
/** Bytes a volume may have. */
const LIMIT = 512 * 2 ** 20;

export interface VolumeOptions {
  readonly folder: Folder;
  now(): number;
  /** Takes a volume for this host alone; null: another has it. Not given: there is no other. */
  claim?(name: string): Promise<(() => void) | null>;
}

/** Volumes that change are written so often, and so many times as long is waited as that took. */
const SAVE_MS = 500;
const SAVE_PAUSE = 20;

interface Opened {
  readonly fs: Tmpfs;
  /** What its changes were when it was written; null: it never was. */
  saved: number | null;
  readonly letGo: () => void;
}

export class KeptVolumes {
  private readonly options: VolumeOptions;
  private readonly opened = new Map<string, Opened>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: VolumeOptions) {
    this.options = options;
  }

  /** Looks whether some have changed, for as long as some are open. */
  private watch(): void {
    if (this.timer !== null || this.opened.size === 0) return;
    const look = async (): Promise<void> => {
      const from = performance.now();
      // What can't be written now is tried again.
      for (const name of [...this.opened.keys()]) await this.save(name).catch(() => {});
      this.timer = this.opened.size
        ? setTimeout(() => void look(), Math.max(SAVE_MS, SAVE_PAUSE * (performance.now() - from)))
        : null;
    };
    this.timer = setTimeout(() => void look(), SAVE_MS);
  }

  private path(name: string): string {
    return `${FOLDER}/${demandVolumeName(name)}.tar`;
  }

  async list(): Promise<string[]> {
    const files = await this.options.folder.list(FOLDER);
    const kept = files.filter((f) => f.endsWith('.tar')).map((f) => f.slice(0, -4));
    return [...new Set([...kept, ...this.opened.keys()])].sort();
  }

  /** Reads a volume, which is empty where there was none; `open` has it then. Throws InputError where another host has it. */
  async load(name: string): Promise<void> {
    const path = this.path(name);
    if (this.opened.has(name)) return;
    const { folder, claim, now } = this.options;
    const letGo = claim ? await claim(`volume ${name}`) : () => {};
    if (!letGo) throw new InputError(`the volume ${name} is in use by another host of containers`);
    try {
      const fs = new Tmpfs({ now, limit: LIMIT });
      fs.hold();
      const file = await folder.open(path);
      try {
        if (file)
          copyTree(new LayerFs(file, layerChanges(file, IMAGE_LIMITS, `the volume ${name}`)).root, fs.root, now);
        else fs.root.change({ mode: 0o755 }, now());
      } finally {
        file?.close();
      }
      this.opened.set(name, { fs, saved: file ? fs.changes : null, letGo });
      this.watch();
    } catch (e) {
      letGo();
      throw e;
    }
  }

  /** The root of one that was read. */
  open(name: string): HostPlace {
    const found = this.opened.get(name);
    if (!found) throw new Error(`the volume ${name} was not read`);
    return { fs: found.fs, dentry: rootDentry(found.fs) };
  }

  /** Writes one back as it is now, unless it is written so already. */
  async save(name: string): Promise<void> {
    const found = this.opened.get(name);
    if (!found || found.saved === found.fs.changes) return;
    const { folder } = this.options;
    await folder.exclusively(async () => {
      if (this.opened.get(name) !== found) return;
      const draft = await folder.draft();
      const { changes } = found.fs;
      // In one go: nothing can change it meanwhile.
      for (const chunk of writeTar(treeEntries(found.fs.root))) draft.append(chunk);
      await draft.keep(this.path(name));
      found.saved = changes;
    });
  }

  /** Deletes one with all in it; that nobody has it is the caller's to know. */
  async remove(name: string): Promise<void> {
    if (!(await this.list()).includes(name)) throw new InputError(`there is no volume ${name}`);
    const found = this.opened.get(name);
    this.opened.delete(name);
    found?.fs.release();
    const { folder } = this.options;
    await folder.exclusively(() => folder.remove(this.path(name)));
    found?.letGo();
  }

  /** Lets go of all; what was not saved is lost. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    for (const { fs, letGo } of this.opened.values()) {
      fs.release();
      letGo();
    }
    this.opened.clear();
  }
}
