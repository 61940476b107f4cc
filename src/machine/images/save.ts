/** What is in an archive of images: an OCI image layout with the manifest.json of `docker save` beside it. */
import { type Digest, hexOf } from '../../image/oci/digest.ts';
import { hostOf } from '../../image/oci/reference.ts';
import { documentOf, MEDIA } from '../../image/oci/schema.ts';
import { bytesSource, type Source } from '../../image/source.ts';
import { type NewEntry, plainFile } from '../../image/tar-write.ts';
import type { ImageRecord } from './catalogue.ts';

/** A name as other tools write it: with the registry it is of. */
function fullName(name: string): string {
  if (hostOf(name) !== null) return name;
  return `docker.io/${name.includes('/') ? '' : 'library/'}${name}`;
}

/** Members of the archive, in order. */
export function saveEntries(records: readonly ImageRecord[], blobs: ReadonlyMap<Digest, Source>): NewEntry[] {
  const path = (digest: Digest): string => `blobs/sha256/${hexOf(digest)}`;
  const text = (name: string, value: unknown): NewEntry => plainFile(name, bytesSource(documentOf(value)));
  const describe = ({ manifest, platform }: ImageRecord, name: string | null) => {
    const [os, architecture, variant] = platform.split('/');
    return {
      mediaType: MEDIA.manifest[0],
      digest: manifest,
      size: blobs.get(manifest)!.size,
      ...(name !== null && {
        annotations: {
          'io.containerd.image.name': fullName(name),
          'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
        },
      }),
      platform: { os, architecture, ...(variant && { variant }) },
    };
  };
  return [
    ...[...blobs.keys()].sort().map((digest) => plainFile(path(digest), blobs.get(digest)!)),
    text('index.json', {
      schemaVersion: 2,
      mediaType: MEDIA.index[0],
      manifests: records.flatMap((r) =>
        r.names.length ? r.names.map((name) => describe(r, name)) : [describe(r, null)],
      ),
    }),
    text(
      'manifest.json',
      records.map(({ id, names, layers }) => ({ Config: path(id), RepoTags: names, Layers: layers.map(path) })),
    ),
    text('oci-layout', { imageLayoutVersion: '1.0.0' }),
  ];
}
