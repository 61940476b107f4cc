/** The documents of an image (image-spec: config.md, manifest.md, image-index.md, annotations.md) and of `docker save`. */
import * as z from 'zod';
import { InputError } from '../../abi/errors.ts';
import { type Source, wholeOf } from '../source.ts';
import { isDigest } from './digest.ts';
import type { ImageLimits } from './limits.ts';
import { printable } from './printable.ts';

/** Media types by what they are; the first is the one that is written here. */
export const MEDIA = {
  index: ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'],
  manifest: ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'],
  config: ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'],
  layer: [
    'application/vnd.oci.image.layer.v1.tar',
    'application/vnd.oci.image.layer.v1.tar+gzip',
    'application/vnd.oci.image.layer.v1.tar+zstd',
    'application/vnd.oci.image.layer.nondistributable.v1.tar',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    'application/vnd.docker.image.rootfs.diff.tar',
    'application/vnd.docker.image.rootfs.diff.tar.gzip',
    'application/vnd.docker.image.rootfs.diff.tar.zstd',
  ],
} as const;

export const isOf = (kind: keyof typeof MEDIA, type: string): boolean =>
  (MEDIA[kind] as readonly string[]).includes(type);

/** Annotations that name an image in an index: what tools of OCI write, and what Docker does. */
export const NAME_ANNOTATIONS = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'] as const;

const digest = z.string().refine(isDigest, 'is no digest: sha256: and 64 hex digits');
const strings = z.array(z.string());

/** A word: it is shown as it is. */
const word = z.string().regex(/^[\w.+-]*$/);
const platform = z.looseObject({ os: word, architecture: word, variant: word.optional() });
export type Platform = z.infer<typeof platform>;

export const descriptor = z.looseObject({
  mediaType: z.string(),
  digest,
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).nullish(),
  /** Other places that have it. */
  urls: strings.nullish(),
  platform: platform.nullish(),
});
export type Descriptor = z.infer<typeof descriptor>;

export const index = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptor),
});
export const manifest = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptor,
  layers: z.array(descriptor),
  annotations: z.record(z.string(), z.string()).nullish(),
});

const execution = z.looseObject({
  User: z.string().nullish(),
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Env: strings.nullish(),
  Entrypoint: strings.nullish(),
  Cmd: strings.nullish(),
  Volumes: z.record(z.string(), z.unknown()).nullish(),
  WorkingDir: z.string().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  StopSignal: z.string().nullish(),
});

const step = z.looseObject({
  created: z.string().nullish(),
  created_by: z.string().nullish(),
  author: z.string().nullish(),
  comment: z.string().nullish(),
  empty_layer: z.boolean().nullish(),
});

export const config = z.looseObject({
  architecture: word,
  os: word,
  variant: word.optional(),
  created: z.string().nullish(),
  author: z.string().nullish(),
  config: execution.nullish(),
  rootfs: z.looseObject({ type: z.literal('layers'), diff_ids: z.array(digest) }),
  history: z.array(step).nullish(),
});
/** An image's configuration: what it runs, for which platform, on which layers. Unknown members are kept. */
export type ImageConfig = z.infer<typeof config>;

/** oci-layout. */
export const layout = z.looseObject({ imageLayoutVersion: z.string() });
/** manifest.json of `docker save`. */
export const dockerManifest = z.array(
  z.looseObject({ Config: z.string(), RepoTags: strings.nullish(), Layers: strings }),
);

/**
 * Reads a JSON document.
 * @throws InputError where it is too long, no JSON, or not of the shape it has to be
 */
export function parseDocument<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (e) {
    throw new InputError(`${what} is no JSON: ${printable(e instanceof Error ? e.message : String(e))}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 3).map((i) => `${i.path.join('.') || 'it'}: ${i.message}`);
  throw new InputError(`${what} is malformed: ${printable(issues.join('; '))}`);
}

/** All of a document's bytes, unless it is longer than allowed. */
export function documentBytes(source: Source, limits: ImageLimits, what: string): Uint8Array {
  if (source.size > limits.json) throw new InputError(`${what} has ${source.size} bytes; ${limits.json} are allowed`);
  return wholeOf(source);
}

/** JSON as it is stored: equal values give equal bytes, and so equal digests. */
export const documentOf = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));

export const platformName = ({ os, architecture, variant }: Platform): string =>
  `${os}/${architecture}${variant ? `/${variant}` : ''}`;

/** `OS/ARCHITECTURE[/VARIANT]`. @throws InputError where it is none */
export function parsePlatform(option: string, text: string): Platform {
  const [os = '', architecture = '', variant, more] = text.split('/');
  if (![os, architecture, variant ?? 'x'].every((part) => /^[a-z0-9_.-]+$/.test(part)) || more !== undefined)
    throw new InputError(
      `${option}: ${JSON.stringify(text)} is no platform`,
      'It is like linux/riscv64 or linux/arm/v7.',
    );
  return { os, architecture, ...(variant && { variant }) };
}
