/**
 * Containers in a folder, where they outlive the process that has them: what they are as a document, what they changed as the archive of
 * a layer. The document is replaced last and names the archive, so whatever ends the process, one of the two states is there whole.
 */

import { z } from 'zod';
import { InputError, isInputError } from '../../abi/errors.ts';
import { layerChanges } from '../../image/oci/layer.ts';
import { IMAGE_LIMITS } from '../../image/oci/limits.ts';
import { writeTar } from '../../image/tar-write.ts';
import type { Ending } from '../../linux/task/ending.ts';
import type { Folder, OpenedFile } from '../images/folder.ts';
import { LayerFs } from '../images/layer-fs.ts';
import { treeEntries } from '../images/tree.ts';
import type { Entry } from './entry.ts';
import { NAME } from './names.ts';
import type { KeptNetwork } from './networks.ts';
import type { Keeper, KeptContainer } from './sources.ts';
import { issuesOf } from './spec.ts';

/** Of the process that was killed with the container in it. */
const KILLED: Ending = { code: 137, signal: 9 };

const document = z.object({
  version: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
  request: z.unknown(),
  imageId: z.string(),
  created: z.number(),
  started: z.number(),
  finished: z.number(),
  state: z.enum(['created', 'running', 'paused', 'exited']),
  ending: z.object({ code: z.number().int(), signal: z.number().int() }),
  oomKilled: z.boolean(),
  restarts: z.object({ count: z.number().int(), byHand: z.boolean() }).default({ count: 0, byHand: false }),
  /** The archive of its layer; null: it changed nothing. */
  layer: z.string().nullable(),
  log: z.array(z.tuple([z.enum(['stdout', 'stderr']), z.number(), z.base64()])),
});
type Document = z.infer<typeof document>;

const networkList = z.object({
  version: z.literal(1),
  networks: z.array(
    z.object({
      id: z.string().regex(/^[0-9a-f]{64}$/),
      name: z.string().regex(NAME),
      created: z.number(),
      labels: z.record(z.string(), z.string()),
      number: z.number().int().nonnegative(),
    }),
  ),
});
const NETWORKS = 'networks.json';

/** Below the folder; who only wants to know whether there are some looks there for documents. */
const FOLDER = 'kept';
const base64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
};
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

export class KeptContainers implements Keeper {
  private readonly folder: Folder;
  private readonly onError: (what: string) => void;
  private pending: Promise<void> = Promise.resolve();
  /** The archive of each; null: it changed nothing. */
  private readonly layers = new Map<string, string | null>();
  /** What its layer's changes were when it was written. */
  private readonly versions = new Map<string, number>();
  private readonly waiting = new Map<string, Entry>();
  private made = 0;

  /** `onError` hears of what could not be kept. */
  constructor(folder: Folder, onError: (what: string) => void) {
    this.folder = folder;
    this.onError = onError;
  }

  keep(entry: Entry): void {
    const { id } = entry.container;
    // Of several states only the last is of interest.
    const known = this.waiting.has(id);
    this.waiting.set(id, entry);
    if (known) return;
    this.after(`container ${id.slice(0, 12)}`, async () => {
      const latest = this.waiting.get(id);
      this.waiting.delete(id);
      if (latest) await this.write(latest);
    });
  }

  forget(id: string): void {
    this.waiting.delete(id);
    this.after(`container ${id.slice(0, 12)}`, async () => {
      await this.folder.remove(`${FOLDER}/${id}.json`);
      await this.dropLayer(this.layers.get(id) ?? null);
      this.layers.delete(id);
      this.versions.delete(id);
    });
  }

  keepNetworks(networks: readonly KeptNetwork[]): void {
    this.after('networks', async () => {
      const draft = await this.folder.draft();
      draft.append(new TextEncoder().encode(JSON.stringify({ version: 1, networks })));
      await draft.keep(NETWORKS);
    });
  }

  settled(): Promise<void> {
    return this.pending;
  }

  private after(what: string, work: () => Promise<void>): void {
    this.pending = this.pending
      .then(() => this.folder.exclusively(work))
      .catch((e: unknown) => this.onError(`${what} could not be kept: ${String(e)}`));
  }

  private async dropLayer(layer: string | null): Promise<void> {
    if (layer) await this.folder.remove(`${FOLDER}/${layer}`);
  }

  private async write(entry: Entry): Promise<void> {
    const { container, opened, request, name, restarts } = entry;
    const { id, created, started, finished, state, ending, oomKilled } = container;
    const before = this.layers.get(id) ?? null;
    const version = opened.changes();
    const same = this.layers.has(id) && this.versions.get(id) === version;
    const layer = same ? before : await this.writeLayer(entry);
    const text: Document = {
      version: 1,
      ...{ id, name, request, created, started, finished, state, ending, oomKilled, layer },
      imageId: opened.base.imageId,
      restarts: restarts.kept,
      log: container.log.kept.map(({ stream, time, bytes }) => [stream, time, base64(bytes)]),
    };
    const draft = await this.folder.draft();
    draft.append(new TextEncoder().encode(JSON.stringify(text)));
    await draft.keep(`${FOLDER}/${id}.json`);
    this.layers.set(id, layer);
    this.versions.set(id, version);
    if (before !== layer) await this.dropLayer(before);
  }

  private async writeLayer({ container, opened }: Entry): Promise<string | null> {
    if (opened.upper.entries().length === 0) return null;
    const layer = `${container.id}-${Date.now().toString(36)}${this.made++}.tar`;
    const draft = await this.folder.draft();
    // In one go: nothing can change it meanwhile.
    for (const chunk of writeTar(treeEntries(opened.upper))) draft.append(chunk);
    await draft.keep(`${FOLDER}/${layer}`);
    return layer;
  }

  /** The networks that are kept; none where they are damaged, and `onError` hears of it. */
  async networks(): Promise<readonly KeptNetwork[]> {
    try {
      const there = await this.folder.open(NETWORKS);
      if (!there) return [];
      there.close();
      return (await this.read(NETWORKS, networkList)).networks;
    } catch (e) {
      if (!isInputError(e)) throw e;
      this.onError(e.message);
      return [];
    }
  }

  /**
   * Gives all that are kept to `restore`, in the order of their making; what belongs to none is removed. One that can’t be had stays
   * where it is, and `onError` hears why.
   */
  async load(restore: (kept: KeptContainer, before: LayerFs | null) => Promise<unknown>): Promise<void> {
    await this.folder.exclusively(async () => {
      const files = await this.folder.list(FOLDER);
      const documents: Document[] = [];
      const named = new Set<string>();
      for (const file of files.filter((f) => f.endsWith('.json'))) {
        try {
          const read = await this.read(`${FOLDER}/${file}`, document);
          documents.push(read);
          if (read.layer) named.add(read.layer);
        } catch (e) {
          if (!isInputError(e)) throw e;
          this.onError(e.message);
          // Its archive may be wanted yet.
          for (const f of files) if (f.startsWith(file.replace('.json', '-'))) named.add(f);
        }
      }
      for (const file of files) if (file.endsWith('.tar') && !named.has(file)) await this.dropLayer(file);
      for (const one of documents.sort((a, b) => a.created - b.created)) await this.restoreOne(one, restore);
    });
  }

  private async restoreOne(
    one: Document,
    restore: (kept: KeptContainer, before: LayerFs | null) => Promise<unknown>,
  ): Promise<void> {
    const { state, ending, layer, log, finished, started, ...rest } = one;
    let file: OpenedFile | null = null;
    try {
      if (layer) {
        file = await this.folder.open(`${FOLDER}/${layer}`);
        if (!file) throw new InputError(`its layer ${layer} is missing`);
      }
      const before = file && new LayerFs(file, layerChanges(file, IMAGE_LIMITS, layer!));
      const wasUp = state === 'running' || state === 'paused';
      await restore(
        {
          ...rest,
          started,
          finished: wasUp ? started : finished,
          ending: state === 'created' ? null : wasUp ? KILLED : ending,
          log: log.map(([stream, time, bytes]) => ({ stream, time, bytes: fromBase64(bytes) })),
        },
        before,
      );
      this.layers.set(one.id, layer);
    } catch (e) {
      if (!isInputError(e)) throw e;
      this.onError(`container ${one.name} is kept, but can’t be had again: ${e.message}`);
    } finally {
      file?.close();
    }
  }

  private async read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const file = await this.folder.open(path);
    if (!file) throw new InputError(`${path} is gone`);
    try {
      const bytes = new Uint8Array(file.size);
      file.read(0, bytes);
      let value: unknown;
      try {
        value = JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        throw new InputError(`${path} is no JSON`);
      }
      const found = schema.safeParse(value);
      if (!found.success) throw new InputError(`${path}: ${issuesOf(found.error)}`);
      return found.data;
    } finally {
      file.close();
    }
  }
}
