/** The images in an archive: an OCI image layout, what `docker save` writes, or both at once; in a tar file, packed or not. */
import { InputError } from '../../abi/errors.ts';
import { chunksOf, partOf, type Source } from '../source.ts';
import { entrySource, tarEntries } from '../tar.ts';
import type { TarEntry } from '../tar-format.ts';
import { Digester, demandDigest, digestOf, hexOf } from './digest.ts';
import { configOf, forPlatform, type GivenImage, isImage, NESTED, PLATFORMS } from './image.ts';
import type { ImageLimits } from './limits.ts';
import { normalName } from './reference.ts';
import {
  type Descriptor,
  dockerManifest,
  documentBytes,
  index,
  isOf,
  layout,
  manifest,
  NAME_ANNOTATIONS,
  parseDocument,
} from './schema.ts';

const LINKS = 8;

class Archive {
  private readonly source: Source;
  private readonly limits: ImageLimits;
  private readonly what: string;
  private readonly files = new Map<string, TarEntry>();

  constructor(source: Source, limits: ImageLimits, what: string) {
    this.source = source;
    this.limits = limits;
    this.what = what;
    let count = 0;
    for (const entry of tarEntries(source, what)) {
      if (++count > limits.entries) throw new InputError(`${what}: it has more than ${limits.entries} members`);
      this.files.set(this.plain(entry.name, []), entry);
    }
  }

  /** A name in the archive without `.` and `..`. */
  private plain(name: string, base: readonly string[]): string {
    const out = name.startsWith('/') ? this.outside(name) : [...base];
    for (const part of name.split('/')) {
      if (part === '..') out.pop() ?? this.outside(name);
      else if (part !== '' && part !== '.') out.push(part);
    }
    return out.join('/');
  }

  private outside(name: string): never {
    throw new InputError(`${this.what}: ${JSON.stringify(name)} leads out of the archive`);
  }

  has(name: string): boolean {
    return this.files.has(name);
  }

  /** A file of the archive; links in it are followed. */
  file(name: string, about: string): Source {
    let at = this.plain(name, []);
    for (let links = 0; links <= LINKS; links++) {
      const entry = this.files.get(at);
      if (!entry) break;
      if (entry.type === 'file') return entrySource(this.source, entry);
      if (entry.type === 'symlink') at = this.plain(entry.link, at.split('/').slice(0, -1));
      else if (entry.type === 'hardlink') at = this.plain(entry.link, []);
      else break;
    }
    throw new InputError(`${this.what}: ${about}: there is no file ${JSON.stringify(name)} in the archive`);
  }

  document(name: string): Uint8Array {
    return documentBytes(this.file(name, name), this.limits, `${this.what}: ${name}`);
  }

  /** What a descriptor speaks of, of the size and with the content it says. */
  blob({ digest, size }: Descriptor, about: string): Source {
    const content = this.file(`blobs/sha256/${hexOf(digest)}`, about);
    const what = `${this.what}: ${about}`;
    if (content.size !== size) throw new InputError(`${what} has ${content.size} bytes where ${size} were promised`);
    const digester = new Digester();
    for (const chunk of chunksOf(content)) digester.update(chunk);
    demandDigest(what, digester.digest(), digest);
    return partOf(content, 0, size);
  }

  private described(one: Descriptor, kind: 'config' | 'manifest' | 'index'): Uint8Array {
    const about = `the ${kind} ${one.digest.slice(0, 19)}`;
    if (!isOf(kind, one.mediaType)) this.unknown(one, about);
    return documentBytes(this.blob(one, about), this.limits, `${this.what}: ${about}`);
  }

  private unknown({ mediaType }: Descriptor, about: string): never {
    throw new InputError(
      `${this.what}: ${about} is of the media type ${JSON.stringify(mediaType)}, which is not known`,
    );
  }

  /** Images of an OCI layout: of each entry of its index one, for a platform that can be run where there are several. */
  oci(): GivenImage[] {
    const { imageLayoutVersion } = parseDocument(layout, this.document('oci-layout'), `${this.what}: oci-layout`);
    if (imageLayoutVersion !== '1.0.0')
      throw new InputError(`${this.what}: image layouts of version ${imageLayoutVersion} are not known`);
    const { manifests } = parseDocument(index, this.document('index.json'), `${this.what}: index.json`);
    return this.chosen(manifests.filter(isImage)).flatMap((one) => {
      const names = NAME_ANNOTATIONS.flatMap((key) => named(one.annotations?.[key]));
      return [{ ...this.manifest(this.leaf(one, 0)), names: [...new Set(names)].slice(0, 1) }];
    });
  }

  /** Entries with names are different images; those without are one for several platforms. */
  private chosen(all: readonly Descriptor[]): readonly Descriptor[] {
    if (
      all.length < 2 ||
      all.some(({ annotations }) => NAME_ANNOTATIONS.some((key) => named(annotations?.[key]).length))
    )
      return all;
    return [forPlatform(all, PLATFORMS, this.what)];
  }

  private leaf(one: Descriptor, depth: number): Descriptor {
    if (!isOf('index', one.mediaType)) return one;
    if (depth >= NESTED) throw new InputError(`${this.what}: indexes lie in each other more than ${NESTED} deep`);
    const { manifests } = parseDocument(index, this.described(one, 'index'), `${this.what}: an index`);
    return this.leaf(forPlatform(manifests.filter(isImage), PLATFORMS, this.what), depth + 1);
  }

  private manifest(one: Descriptor): Omit<GivenImage, 'names'> {
    const what = `${this.what}: the manifest ${one.digest.slice(0, 19)}`;
    const found = parseDocument(manifest, this.described(one, 'manifest'), what);
    const layer = (i: number): Source => {
      const one = found.layers[i]!;
      const about = `layer ${i + 1} of ${found.layers.length}`;
      if (!isOf('layer', one.mediaType)) this.unknown(one, about);
      return this.blob(one, about);
    };
    return this.image(this.described(found.config, 'config'), found.layers.length, layer);
  }

  private image(configBytes: Uint8Array, count: number, layer: (i: number) => Source): Omit<GivenImage, 'names'> {
    const config = configOf(configBytes, count, this.limits, this.what);
    const layers = config.rootfs.diff_ids.map((diffId, i) => ({
      what: `${this.what}: layer ${i + 1} of ${count}`,
      content: layer(i),
      diffId,
    }));
    return { config, configBytes, layers };
  }

  /** Images of `docker save`. */
  docker(): GivenImage[] {
    const rows = parseDocument(dockerManifest, this.document('manifest.json'), `${this.what}: manifest.json`);
    return rows.map(({ Config, RepoTags, Layers }) => {
      const configBytes = this.document(Config);
      // Docker names the file by its digest; where it does so, it has to be.
      const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(Config)?.[1];
      if (hex) demandDigest(`${this.what}: ${Config}`, digestOf(configBytes), `sha256:${hex}`);
      const names = (RepoTags ?? []).flatMap(named);
      const layer = (i: number): Source => this.file(Layers[i]!, `layer ${i + 1}`);
      return { ...this.image(configBytes, Layers.length, layer), names };
    });
  }
}

const named = (text: string | undefined): string[] => {
  // A tag alone says nothing of which image it is.
  const name = text === undefined || !/[:/]/.test(text) ? null : normalName(text);
  return name === null ? [] : [name];
};

/**
 * The images of an archive that is not packed; layers are checked against their descriptors, and not unpacked.
 * @throws InputError where it is no archive of images, or damaged
 */
export function archivedImages(source: Source, limits: ImageLimits, what: string): GivenImage[] {
  const archive = new Archive(source, limits, what);
  // Both in one archive are the same images, and this one has all of their names.
  if (archive.has('manifest.json')) return archive.docker();
  if (archive.has('index.json')) return archive.oci();
  throw new InputError(
    `${what} is no archive of images: it has neither manifest.json nor index.json`,
    'A root file system becomes an image by `trapframe image import`.',
  );
}
