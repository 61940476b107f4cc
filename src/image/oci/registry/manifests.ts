/** What a name means at a registry: an index, a manifest, a configuration; and a manifest of one’s own. */
import * as z from 'zod';
import { joined } from '../../../abi/bytes.ts';
import { InputError } from '../../../abi/errors.ts';
import { type Digest, demandDigest, digestOf, isDigest } from '../digest.ts';
import { configOf, forPlatform, isFor, isImage, NESTED, PLATFORMS } from '../image.ts';
import type { ImageLimits } from '../limits.ts';
import { printable, quoted } from '../printable.ts';
import type { Reference } from '../reference.ts';
import {
  type Descriptor,
  type ImageConfig,
  index,
  isOf,
  MEDIA,
  manifest,
  type Platform,
  parseDocument,
  platformName,
} from '../schema.ts';
import { getBlob } from './blobs.ts';
import type { Connection } from './connection.ts';
import { bytesOf } from './exchange.ts';

/** An image as a registry has it; its layers have not been fetched. */
export interface RemoteImage {
  /** Of what the name means: an index where there are several platforms. */
  readonly digest: Digest;
  readonly id: Digest;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
  /** One for each that the configuration names. */
  readonly layers: readonly Descriptor[];
}

/** Docker’s formats from before content had a digest. */
const OLD = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(json|prettyjws)$/;
const FOREIGN = /foreign|nondistributable/;
const ACCEPT = [...MEDIA.manifest, ...MEDIA.index].join(', ');

interface Found {
  readonly kind: 'manifest' | 'index';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly digest: Digest;
}

class Search {
  private readonly connection: Connection;
  private readonly limits: ImageLimits;
  private readonly what: string;

  constructor(connection: Connection, limits: ImageLimits, what: string) {
    this.connection = connection;
    this.limits = limits;
    this.what = what;
  }

  /** A manifest or an index, by a tag or a digest. */
  async document(reference: string, promised: Descriptor | null): Promise<Found> {
    const what = promised ? `${this.what}: the manifest ${promised.digest.slice(0, 19)}` : this.what;
    const answer = await this.connection.request(`manifests/${reference}`, {
      method: 'GET',
      headers: { accept: ACCEPT },
      what,
      good: [200],
    });
    const type = (answer.headers.get('content-type') ?? '').split(';')[0]!.trim();
    const told = answer.headers.get('docker-content-digest');
    const bytes = await bytesOf(answer, this.limits.json, `${what}: the manifest`);
    const digest = digestOf(bytes);
    if (promised && promised.size !== bytes.length)
      throw new InputError(`${what} has ${bytes.length} bytes where ${promised.size} were promised`);
    for (const wanted of [isDigest(reference) ? reference : null, isDigest(told) ? told : null])
      if (wanted) demandDigest(what, digest, wanted);
    return { kind: this.kindOf(bytes, type, promised, what), bytes, digest };
  }

  /** All who say what it is have to agree: else one reader would see another image than the next. */
  private kindOf(bytes: Uint8Array, type: string, promised: Descriptor | null, what: string): Found['kind'] {
    const { schemaVersion, mediaType, manifests, layers } = parseDocument(anyDocument, bytes, what);
    if (schemaVersion === 1 || OLD.test(type))
      throw new InputError(
        `${what} is a manifest of schema 1, which does not say what its layers have to be`,
        'Push the image again with a newer tool; registries and tools dropped this format.',
      );
    const said = [
      ...new Set([promised?.mediaType, mediaType, type === 'application/json' ? '' : type].filter(Boolean)),
    ];
    const kinds = said.map((name) => (['manifest', 'index'] as const).find((kind) => isOf(kind, name!)));
    const [kind = manifests ? 'index' : 'manifest'] = kinds;
    if (kinds.includes(undefined))
      throw new InputError(
        `${what} is of the media type ${said.map((t) => quoted(t!)).join(' and ')}, which is not known`,
      );
    if (
      kinds.some((other) => other !== kind) ||
      (manifests && layers) ||
      (kind === 'index') !== (manifests !== undefined)
    )
      throw new InputError(`${what}: it is said to be ${said.join(' and ') || kind}, and is not`);
    return kind;
  }

  /** The manifest for a platform: the document, or what the indexes in it lead to. */
  async manifest(found: Found, wanted: readonly Platform[], depth = 0): Promise<Found> {
    if (found.kind === 'manifest') return found;
    if (depth >= NESTED) throw new InputError(`${this.what}: indexes lie in each other more than ${NESTED} deep`);
    const { manifests } = parseDocument(index, found.bytes, `${this.what}: the index`);
    const one = forPlatform(manifests.filter(isImage), wanted, this.what);
    this.demandHere(one, 'the manifest');
    return this.manifest(await this.document(one.digest, one), wanted, depth + 1);
  }

  /** Only the registry is asked for content. */
  demandHere({ urls, mediaType, size }: Descriptor, about: string): void {
    if (urls?.length || FOREIGN.test(mediaType))
      throw new InputError(
        `${this.what}: ${about} is kept elsewhere, at ${printable(urls?.join(', ') ?? '') || 'a place that is not named'}`,
        'Content of other places is not fetched; have an image without such layers.',
      );
    if (size > this.limits.layerBytes)
      throw new InputError(`${this.what}: ${about} has ${size} bytes; ${this.limits.layerBytes} are allowed`);
  }
}

/** Enough of a document to tell which it is. */
const anyDocument = z.looseObject({
  schemaVersion: z.union([z.literal(1), z.literal(2)]),
  mediaType: z.string().optional(),
  manifests: z.unknown().optional(),
  layers: z.unknown().optional(),
});

/**
 * Looks an image up; its layers are not fetched.
 * @param platform null: the first that can be run
 * @throws InputError where there is none for the platform, with those there are, or something of it is not as it has to be
 */
export async function findImage(
  connection: Connection,
  { tag, digest }: Reference,
  platform: Platform | null,
  limits: ImageLimits,
  what: string,
): Promise<RemoteImage> {
  const search = new Search(connection, limits, what);
  const wanted = platform ? [platform] : PLATFORMS;
  const named = await search.document(digest ?? tag, null);
  const { bytes } = await search.manifest(named, wanted);
  const found = parseDocument(manifest, bytes, `${what}: the manifest`);
  if (!isOf('config', found.config.mediaType))
    throw new InputError(
      `${what} is no image: its configuration is of the media type ${quoted(found.config.mediaType)}`,
      'Registries keep other things too, such as charts and signatures.',
    );
  search.demandHere(found.config, 'the configuration');
  if (found.config.size > limits.json)
    throw new InputError(`${what}: the configuration has ${found.config.size} bytes; ${limits.json} are allowed`);
  const parts: Uint8Array[] = [];
  const sink = { append: (part: Uint8Array) => void parts.push(part) };
  await getBlob(connection, found.config, sink, `${what}: the configuration`);
  const configBytes = joined(parts);
  const parsed = configOf(configBytes, found.layers.length, limits, what);
  if (!wanted.some((one) => isFor(one, parsed)))
    throw new InputError(
      `${what}: there is no image for ${wanted.map(platformName).join(' or ')} in it`,
      `It has: ${platformName(parsed)}.`,
    );
  for (const [i, layer] of found.layers.entries()) {
    const about = `layer ${i + 1} of ${found.layers.length}`;
    search.demandHere(layer, about);
    if (!isOf('layer', layer.mediaType))
      throw new InputError(`${what}: ${about} is of the media type ${quoted(layer.mediaType)}, which is not known`);
  }
  return { digest: named.digest, id: found.config.digest, config: parsed, configBytes, layers: found.layers };
}

/** Gives a manifest a tag. Resolves to its digest. */
export async function putManifest(
  connection: Connection,
  { tag }: Reference,
  bytes: Uint8Array<ArrayBuffer>,
  what: string,
): Promise<Digest> {
  const digest = digestOf(bytes);
  const answer = await connection.request(`manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': MEDIA.manifest[0] },
    body: bytes,
    what: `${what}: the manifest`,
    good: [201],
  });
  answer.close();
  const told = answer.headers.get('docker-content-digest');
  if (isDigest(told)) demandDigest(`${what}: the manifest as the registry kept it`, told, digest);
  return digest;
}
