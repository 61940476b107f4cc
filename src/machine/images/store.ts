/**
 * Images and their layers, by content: `blobs/sha256/` has configurations, manifests and unpacked layers, `images.json`
 * says what is called how. A layer is there once, however many images and containers stand on it.
 */
import { InputError } from '../../abi/errors.ts';
import { archivedImages } from '../../image/oci/archive.ts';
import { type Digest, Digester, demandDigest, digestOf, hexOf } from '../../image/oci/digest.ts';
import type { GivenImage } from '../../image/oci/image.ts';
import { layerChanges } from '../../image/oci/layer.ts';
import { IMAGE_LIMITS, type ImageLimits } from '../../image/oci/limits.ts';
import { demandName, demandReference, parseReference, referenceName } from '../../image/oci/reference.ts';
import { config, documentOf, type ImageConfig, MEDIA, parseDocument, platformName } from '../../image/oci/schema.ts';
import { compressionOf, demandKnown, unpacked } from '../../image/oci/unpack.ts';
import { type Source, wholeOf } from '../../image/source.ts';
import { type NewEntry, writeTar } from '../../image/tar-write.ts';
import {
  type Catalogue,
  demandImage,
  EMPTY,
  holdersOf,
  type ImageRecord,
  isNamed,
  lookUp,
  parseCatalogue,
  untag,
} from './catalogue.ts';
import type { Draft, Folder, OpenedFile, Scratch } from './folder.ts';
import { LayerFs } from './layer-fs.ts';
import { saveEntries } from './save.ts';

/** A long job's means to be followed and stopped. */
export interface Job {
  readonly signal?: AbortSignal;
  /** Told what is going on, and how many bytes of it are done. */
  readonly progress?: (what: string, bytes: number) => void;
}

export interface StoredLayer {
  readonly diffId: Digest;
  /** Bytes of its archive. */
  readonly size: number;
}

/** An image that is ready to be run. */
export interface OpenImage {
  readonly record: ImageRecord;
  readonly config: ImageConfig;
  /** The topmost first, as `makeRoot` takes them; shared by all who open them. */
  readonly layers: readonly LayerFs[];
}

export interface Removed {
  readonly untagged: readonly string[];
  readonly deleted: readonly Digest[];
}

const CATALOGUE = 'images.json';
const BLOBS = 'blobs/sha256';
const blobPath = (digest: Digest): string => `${BLOBS}/${hexOf(digest)}`;

export class ImageStore {
  private readonly folder: Folder;
  readonly limits: ImageLimits;
  private readonly now: () => number;
  private readonly layers = new Map<Digest, { fs: LayerFs; file: OpenedFile }>();

  /** `now`: milliseconds since 1970. */
  constructor(folder: Folder, now: () => number, limits: Partial<ImageLimits> = {}) {
    this.folder = folder;
    this.now = now;
    this.limits = { ...IMAGE_LIMITS, ...limits };
  }

  async catalogue(): Promise<Catalogue> {
    const file = await this.folder.open(CATALOGUE);
    if (!file) return EMPTY;
    try {
      return parseCatalogue(wholeOf(file));
    } finally {
      file.close();
    }
  }

  async list(): Promise<readonly ImageRecord[]> {
    return (await this.catalogue()).images;
  }

  /** An image by name, identifier or the beginning of one. @throws InputError where there is none */
  async find(ref: string): Promise<ImageRecord> {
    return demandImage(await this.catalogue(), ref);
  }

  /** A configuration or manifest. */
  async document(digest: Digest): Promise<Uint8Array> {
    const file = await this.folder.open(blobPath(digest));
    if (!file) throw new InputError(`the store has lost ${digest}`, 'Load the image again.');
    try {
      const bytes = wholeOf(file);
      demandDigest(`the store’s ${digest.slice(0, 19)}`, digestOf(bytes), digest);
      return bytes;
    } finally {
      file.close();
    }
  }

  async config(record: ImageRecord): Promise<ImageConfig> {
    return parseDocument(config, await this.document(record.id), `the configuration of ${record.id.slice(0, 19)}`);
  }

  /** Bytes of a layer's archive. */
  async layerSize(diffId: Digest): Promise<number> {
    const file = await this.folder.open(blobPath(diffId));
    file?.close();
    return file?.size ?? 0;
  }

  /** An image's configuration and layers. A layer is read once, and stays open until `close`. */
  async open(ref: string): Promise<OpenImage> {
    const record = await this.find(ref);
    const layers: LayerFs[] = [];
    for (const diffId of [...record.layers].reverse()) layers.push(await this.layer(diffId));
    return { record, config: await this.config(record), layers };
  }

  /** A layer as a file system, the same each time. */
  async layer(diffId: Digest): Promise<LayerFs> {
    const known = this.layers.get(diffId);
    if (known) return known.fs;
    const file = await this.folder.open(blobPath(diffId));
    if (!file) throw new InputError(`the store has lost the layer ${diffId}`, 'Load the image again.');
    try {
      const fs = new LayerFs(file, layerChanges(file, this.limits, `layer ${diffId.slice(0, 19)}`));
      this.layers.set(diffId, { fs, file });
      return fs;
    } catch (e) {
      file.close();
      throw e;
    }
  }

  /** Lets go of all layers; file systems made of them are void then. */
  close(): void {
    for (const { file } of this.layers.values()) file.close();
    this.layers.clear();
  }

  /** Takes the images of an archive, packed or not. Nothing of it stays where one is refused. */
  load(source: Source, what: string, job: Job = {}): Promise<ImageRecord[]> {
    return this.change(async (all) => {
      const plain = await this.plain(source, what, job);
      try {
        const images = archivedImages(plain, this.limits, what);
        const records: ImageRecord[] = [];
        for (const image of images) records.push(await this.take(all, image, job));
        return [...new Map(records.map((r) => [r.id, r])).values()].map(({ id }) => lookUp(all, id)!);
      } finally {
        await plain.drop?.();
      }
    });
  }

  /** A root file system as an image of one layer. */
  importRoot(source: Source, about: ImportOptions, job: Job = {}): Promise<ImageRecord> {
    return this.change(async (all) => {
      about.names.forEach(demandName);
      const layer = await this.unpackLayer(source, about.what, null, job);
      return this.register(all, newImage(about, [layer.diffId]), about.names);
    });
  }

  /** The same, of files that are made here. */
  build(entries: Iterable<NewEntry>, about: ImportOptions): Promise<ImageRecord> {
    return this.change(async (all) => {
      const layer = await this.writeLayer(entries, about.what);
      return this.register(all, newImage(about, [layer.diffId]), about.names);
    });
  }

  /**
   * An image with one more layer than another: what a container changed (`treeEntries` of its upper layer). `edit`
   * changes what it runs; `createdBy` is shown by `history`.
   */
  commit(
    base: string,
    entries: Iterable<NewEntry>,
    { names, createdBy, comment, author, edit }: CommitOptions,
  ): Promise<ImageRecord> {
    return this.change(async (all) => {
      const record = demandImage(all, base);
      const old = await this.config(record);
      const layer = await this.writeLayer(entries, 'the container’s changes');
      const created = new Date(this.now()).toISOString();
      const step = { created, created_by: createdBy, ...(comment && { comment }) };
      const made: ImageConfig = {
        ...old,
        created,
        ...(author && { author }),
        ...(edit && { config: edit(old.config ?? {}) }),
        rootfs: { type: 'layers', diff_ids: [...old.rootfs.diff_ids, layer.diffId] },
        history: [...(old.history ?? []), step],
      };
      return this.register(all, made, names);
    });
  }

  /**
   * An image that is made in steps: one more layer than another (null: than nothing), or only another configuration. Without names it
   * stays for as long as `holder` holds it, in place of what that held before.
   */
  compose(
    base: string | null,
    { entries, config: runs, steps, names, holder, platform }: Composition,
  ): Promise<ImageRecord> {
    return this.change(async (all) => {
      const record = base === null ? null : demandImage(all, base);
      const old: ImageConfig = record
        ? await this.config(record)
        : { ...platform, rootfs: { type: 'layers', diff_ids: [] }, history: [] };
      const layer = entries && (await this.writeLayer(entries, 'what a step changed'));
      const created = new Date(this.now()).toISOString();
      const made: ImageConfig = {
        ...old,
        created,
        config: runs,
        rootfs: { type: 'layers', diff_ids: [...old.rootfs.diff_ids, ...(layer ? [layer.diffId] : [])] },
        history: [...(old.history ?? []), ...steps.map((step) => ({ created, ...step }))],
      };
      const result = await this.register(all, made, names, holder);
      if (holder) all.holds[holder] = result.id;
      return result;
    });
  }

  /** Gives an image one more name; another that had it loses it. */
  async tag(ref: string, name: string): Promise<ImageRecord> {
    return this.name(ref, demandName(name));
  }

  /** The same, also for what it is called by digest at a registry. */
  name(ref: string, name: string): Promise<ImageRecord> {
    return this.change(async (all) => {
      const record = demandImage(all, ref);
      rename(all, record, [name]);
      return record;
    });
  }

  /**
   * Takes a name away, or, by its identifier, an image; an image without a name that nobody uses goes with all that
   * only it had.
   * @throws InputError where a container uses it and `force` is not given
   */
  remove(ref: string, force = false): Promise<Removed> {
    return this.change(async (all) => {
      const record = demandImage(all, ref);
      const reference = parseReference(ref);
      const name = reference && referenceName(reference);
      const byName = name !== null && [...record.names, ...record.digests].includes(name);
      if (!byName && record.names.length > 1 && !force)
        throw new InputError(
          `${ref} has ${record.names.length} names: ${record.names.join(', ')}`,
          'Remove them one by one, or use --force.',
        );
      const untagged = byName ? [name] : [...record.names, ...record.digests];
      untag(record, untagged);
      const holders = isNamed(record) ? [] : holdersOf(all, record.id);
      if (holders.length && !force)
        throw new InputError(
          `${ref} is used by ${holders.length === 1 ? 'the container' : 'the containers'} ${holders.map((h) => h.slice(0, 12)).join(', ')}`,
          'Remove what uses it first, or use --force: the image stays then, without a name.',
        );
      const before = all.images.map(({ id }) => id);
      await this.collect(all);
      const after = new Set(all.images.map(({ id }) => id));
      return { untagged, deleted: before.filter((id) => !after.has(id)) };
    });
  }

  /** A container begins to use an image, which stays until `letGo`. */
  hold(holder: string, ref: string): Promise<ImageRecord> {
    return this.change(async (all) => {
      const record = demandImage(all, ref);
      all.holds[holder] = record.id;
      return record;
    });
  }

  letGo(holder: string): Promise<void> {
    return this.change(async (all) => {
      delete all.holds[holder];
    });
  }

  /** An archive of images that both tools of OCI and `docker load` read; equal images give equal bytes. */
  async *save(refs: readonly string[]): AsyncGenerator<Uint8Array> {
    const all = await this.catalogue();
    const records = refs.map((ref) => demandImage(all, ref));
    const blobs = await this.openBlobs(records.flatMap((r) => [r.id, r.manifest, ...r.layers]));
    try {
      yield* writeTar(saveEntries([...new Set(records)], blobs));
    } finally {
      for (const file of blobs.values()) file.close();
    }
  }

  /** Opens what the store has by its content; whoever does so closes it. It can be read although it is removed. */
  async openBlobs(digests: readonly Digest[]): Promise<Map<Digest, OpenedFile>> {
    const files = new Map<Digest, OpenedFile>();
    try {
      for (const digest of new Set(digests)) {
        const file = await this.folder.open(blobPath(digest));
        if (!file) throw new InputError(`the store has lost ${digest}`, 'Load the image again.');
        files.set(digest, file);
      }
      return files;
    } catch (e) {
      for (const file of files.values()) file.close();
      throw e;
    }
  }

  async has(digest: Digest): Promise<boolean> {
    const file = await this.folder.open(blobPath(digest));
    file?.close();
    return file !== null;
  }

  /** A file for something on its way. */
  scratch(): Promise<Scratch> {
    return this.folder.scratch();
  }

  /** Takes an image; one of its names may be by digest. Nothing of it stays where it is refused. */
  add(image: GivenImage, job: Job = {}): Promise<ImageRecord> {
    return this.change((all) => this.take(all, image, job));
  }

  /** Does something to the catalogue, which is written when it is done; else nothing of it stays. */
  private change<T>(work: (all: Catalogue) => Promise<T>): Promise<T> {
    return this.folder.exclusively(async () => {
      const before = await this.catalogue();
      const all = structuredClone(before);
      try {
        const result = await work(all);
        await this.collect(all);
        await this.write(CATALOGUE, documentOf(all));
        return result;
      } catch (e) {
        await this.collect(before);
        throw e;
      }
    });
  }

  /** Takes away images that have no name and no user, and what no image has any more. */
  private async collect(all: Catalogue): Promise<void> {
    const held = new Set(Object.values(all.holds));
    all.images = all.images.filter((image) => isNamed(image) || held.has(image.id));
    const used = new Set(all.images.flatMap(({ id, manifest, layers }) => [id, manifest, ...layers].map(hexOf)));
    for (const name of await this.folder.list(BLOBS)) {
      if (used.has(name)) continue;
      const digest = `sha256:${name}`;
      this.layers.get(digest)?.file.close();
      this.layers.delete(digest);
      await this.folder.remove(`${BLOBS}/${name}`);
    }
  }

  private async write(path: string, bytes: Uint8Array): Promise<void> {
    const draft = await this.folder.draft();
    draft.append(bytes);
    await draft.keep(path);
  }

  private async writeBlob(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    await this.write(blobPath(digest), bytes);
    return digest;
  }

  /** An archive that is not packed: itself, or a draft to be dropped. */
  private async plain(source: Source, what: string, job: Job): Promise<Source & { drop?: Draft['drop'] }> {
    demandKnown(source, what);
    if (compressionOf(source) === 'none') return source;
    return this.fill(unpacked(source, { ...this.limits, layerBytes: this.limits.layerBytes * 4 }, what), what, job);
  }

  /** A draft of all that comes; dropped where that fails. */
  private async fill(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    what: string,
    { signal, progress }: Job,
    digester?: Digester,
  ): Promise<Draft> {
    const draft = await this.folder.draft();
    try {
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        draft.append(chunk);
        digester?.update(chunk);
        progress?.(what, draft.size);
      }
      return draft;
    } catch (e) {
      await draft.drop();
      throw e;
    }
  }

  private unpackLayer(source: Source, what: string, diffId: Digest | null, job: Job): Promise<StoredLayer> {
    return this.addLayer(unpacked(source, this.limits, what), what, diffId, job);
  }

  private writeLayer(entries: Iterable<NewEntry>, what: string): Promise<StoredLayer> {
    return this.addLayer(writeTar(entries), what, null, {});
  }

  private async addLayer(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    what: string,
    diffId: Digest | null,
    job: Job,
  ): Promise<StoredLayer> {
    const digester = new Digester();
    const draft = await this.fill(chunks, what, job, digester);
    try {
      const digest = digester.digest();
      if (diffId) demandDigest(what, digest, diffId);
      // It is looked at whole before it has a name.
      for (const _ of layerChanges(draft, this.limits, what)) job.signal?.throwIfAborted();
      const { size } = draft;
      if (!this.layers.has(digest)) await draft.keep(blobPath(digest));
      else await draft.drop();
      return { diffId: digest, size };
    } catch (e) {
      await draft.drop();
      throw e;
    }
  }

  private async take(all: Catalogue, image: GivenImage, job: Job): Promise<ImageRecord> {
    for (const { what, content, diffId } of image.layers) {
      if (!(await this.has(diffId))) await this.unpackLayer(content, what, diffId, job);
    }
    return this.enter(all, image.config, image.configBytes, image.names);
  }

  private register(all: Catalogue, made: ImageConfig, names: readonly string[], holder?: string): Promise<ImageRecord> {
    return this.enter(all, made, documentOf(made), names, holder);
  }

  /** Writes an image's documents and lists it. The manifest is of its layers as they are kept here, unpacked. */
  private async enter(
    all: Catalogue,
    made: ImageConfig,
    configBytes: Uint8Array,
    names: readonly string[],
    holder?: string,
  ): Promise<ImageRecord> {
    const id = await this.writeBlob(configBytes);
    const layers = [...made.rootfs.diff_ids];
    const sizes: number[] = [];
    for (const layer of layers) sizes.push(await this.layerSize(layer));
    const manifest = await this.writeBlob(
      documentOf({
        schemaVersion: 2,
        mediaType: MEDIA.manifest[0],
        config: { mediaType: MEDIA.config[0], digest: id, size: configBytes.length },
        layers: layers.map((digest, i) => ({ mediaType: MEDIA.layer[0], digest, size: sizes[i] })),
      }),
    );
    let record = all.images.find((image) => image.id === id);
    if (!record) {
      record = {
        id,
        manifest,
        names: [],
        digests: [],
        platform: platformName(made),
        created: made.created ?? null,
        added: new Date(this.now()).toISOString(),
        size: sizes.reduce((sum, size) => sum + size, 0),
        layers,
      };
      all.images.push(record);
    }
    // Without a name nothing would keep it.
    const kept = isNamed(record) || holder !== undefined;
    const wanted = names.map((name) => referenceName(demandReference(name)));
    rename(all, record, wanted.length ? wanted : kept ? [] : [`untitled:${hexOf(id).slice(0, 12)}`]);
    return record;
  }
}

/** Gives names to an image, and takes them from those that had them. */
function rename(all: Catalogue, record: ImageRecord, names: readonly string[]): void {
  for (const image of all.images) if (image !== record) untag(image, names);
  const more = (old: readonly string[], byDigest: boolean): string[] =>
    [...new Set([...old, ...names.filter((name) => name.includes('@') === byDigest)])].sort();
  record.names = more(record.names, false);
  record.digests = more(record.digests, true);
}

export interface ImportOptions {
  /** Begins messages: the archive's name. */
  readonly what: string;
  readonly names: readonly string[];
  readonly platform: { readonly os: string; readonly architecture: string };
  /** What it runs. */
  readonly config: NonNullable<ImageConfig['config']>;
  /** When it was made (ISO 8601). */
  readonly created: string;
  readonly createdBy: string;
  readonly comment?: string;
  readonly author?: string;
}

export interface Composition {
  /** Of its one more layer; null: it has none. */
  readonly entries: Iterable<NewEntry> | null;
  readonly config: NonNullable<ImageConfig['config']>;
  /** What `history` shows more, the one with the layer last. */
  readonly steps: readonly { readonly created_by: string; readonly empty_layer?: boolean }[];
  readonly names: readonly string[];
  readonly holder?: string;
  readonly platform: { readonly os: string; readonly architecture: string };
}

export interface CommitOptions {
  readonly names: readonly string[];
  readonly createdBy: string;
  readonly comment?: string;
  readonly author?: string;
  readonly edit?: (config: NonNullable<ImageConfig['config']>) => NonNullable<ImageConfig['config']>;
}

const newImage = (
  { platform, config: runs, created, createdBy, comment, author }: ImportOptions,
  layers: readonly Digest[],
): ImageConfig => ({
  created,
  ...(author && { author }),
  ...platform,
  config: runs,
  rootfs: { type: 'layers', diff_ids: [...layers] },
  history: [{ created, created_by: createdBy, ...(comment && { comment }) }],
});
