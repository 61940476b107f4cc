/** An image as others give it, in an archive or a registry, and which one of several it is. */
import { InputError } from '../../abi/errors.ts';
import type { Source } from '../source.ts';
import type { Digest } from './digest.ts';
import type { ImageLimits } from './limits.ts';
import { printable } from './printable.ts';
import { config, type Descriptor, type ImageConfig, type Platform, parseDocument, platformName } from './schema.ts';

export interface GivenLayer {
  /** Begins messages. */
  readonly what: string;
  /** As it was given, packed or not; its digest has been looked at. */
  readonly content: Source;
  /** What it has to be once it is unpacked. */
  readonly diffId: Digest;
}

export interface GivenImage {
  readonly names: readonly string[];
  readonly config: ImageConfig;
  /** As it was given: its digest is the image's. */
  readonly configBytes: Uint8Array;
  readonly layers: readonly GivenLayer[];
}

/** Platforms that can be run, the preferred first. */
export const PLATFORMS: readonly Platform[] = [
  { os: 'linux', architecture: 'riscv64' },
  { os: 'wasi', architecture: 'wasm' },
];

/** Indexes in indexes. */
export const NESTED = 4;

/** Builders put attestations beside images, for a platform that is none. */
export const isImage = ({ platform, annotations }: Descriptor): boolean =>
  platform?.os !== 'unknown' && annotations?.['vnd.docker.reference.type'] === undefined;

/** Whether something is for a platform; one that names no variant takes any. */
export const isFor = (wanted: Platform, { os, architecture, variant }: Platform): boolean =>
  wanted.os === os && wanted.architecture === architecture && (!wanted.variant || wanted.variant === variant);

/**
 * The entry of an index for the first platform there is one for.
 * @throws InputError that lists what platforms there are
 */
export function forPlatform(all: readonly Descriptor[], wanted: readonly Platform[], what: string): Descriptor {
  for (const one of wanted) {
    const found = all.find(({ platform }) => platform && isFor(one, platform));
    if (found) return found;
  }
  const [only, more] = all;
  // It says itself what it is for.
  if (only && !more) return only;
  const there = all.map(({ platform }) => (platform ? platformName(platform) : 'unknown')).join(', ');
  throw new InputError(
    `${what}: there is no image for ${wanted.map(platformName).join(' or ')} in it`,
    `It has: ${printable(there) || 'none'}.`,
  );
}

/**
 * The configuration of an image that has so many layers.
 * @throws InputError where it is malformed, or names another number of them
 */
export function configOf(bytes: Uint8Array, layers: number, limits: ImageLimits, what: string): ImageConfig {
  const parsed = parseDocument(config, bytes, `${what}: the configuration`);
  const { length } = parsed.rootfs.diff_ids;
  if (length !== layers)
    throw new InputError(`${what}: the configuration names ${length} layers where there are ${layers}`);
  if (layers > limits.layers) throw new InputError(`${what}: ${layers} layers are more than ${limits.layers}`);
  return parsed;
}
