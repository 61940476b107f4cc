/** Images from a registry into the store, and from there to one. */
import { InputError } from '../../abi/errors.ts';
import { type Digest, Digester } from '../../image/oci/digest.ts';
import type { GivenLayer } from '../../image/oci/image.ts';
import { type Reference, referenceName } from '../../image/oci/reference.ts';
import { getBlob, putBlob } from '../../image/oci/registry/blobs.ts';
import type { Connection } from '../../image/oci/registry/connection.ts';
import { findImage, putManifest } from '../../image/oci/registry/manifests.ts';
import { documentOf, MEDIA, type Platform } from '../../image/oci/schema.ts';
import { packed } from '../../image/oci/unpack.ts';
import type { Source } from '../../image/source.ts';
import type { ImageRecord } from './catalogue.ts';
import type { Scratch } from './folder.ts';
import type { ImageStore } from './store.ts';

/** How far a layer is; `there` is one that needs no transfer. */
export type Stage = 'waiting' | 'there' | 'packing' | 'moving' | 'moved' | 'unpacking' | 'done';

export interface Step {
  readonly stage: Stage;
  /** The layer: as the registry has it, or where that is not known as the store does. */
  readonly layer: Digest;
  /** Which of how many it is, from 1. */
  readonly number: number;
  readonly count: number;
  /** Bytes; of 0 nobody knows how many they will be. */
  readonly done: number;
  readonly total: number;
}

export type Told = (step: Step) => void;

/** What messages call an image. */
const named = ({ host, path }: Connection, { tag, digest }: Reference): string =>
  `${host}/${path}${digest ? `@${digest.slice(0, 19)}` : `:${tag}`}`;

/** In place of a layer that the store has. */
const lost = (what: string): Source => ({
  size: 1,
  read() {
    throw new InputError(`${what} was removed meanwhile`, 'Pull the image again.');
  },
});

export interface Pulled {
  readonly record: ImageRecord;
  /** Of what the name means at the registry. */
  readonly digest: Digest;
  /** Whether the store had it under this name. */
  readonly old: boolean;
}

/**
 * Gets an image; layers that the store has are not fetched again, and nothing stays of one that is refused.
 * @param platform null: the first that can be run
 */
export async function pullImage(
  store: ImageStore,
  connection: Connection,
  reference: Reference,
  platform: Platform | null,
  told: Told,
): Promise<Pulled> {
  const what = named(connection, reference);
  const { config, configBytes, id, digest, layers } = await findImage(
    connection,
    reference,
    platform,
    store.limits,
    what,
  );
  const tell = (i: number, stage: Stage, done = 0, total = 0): void =>
    told({ stage, layer: layers[i]!.digest, number: i + 1, count: layers.length, done, total });
  const given: GivenLayer[] = [];
  const fetched = new Map<Digest, Scratch>();
  const moved: number[] = [];
  for (const i of layers.keys()) tell(i, 'waiting');
  try {
    for (const [i, diffId] of config.rootfs.diff_ids.entries()) {
      const layer = layers[i]!;
      const about = `${what}: layer ${i + 1} of ${layers.length}`;
      if (!fetched.has(diffId) && !(await store.has(diffId))) {
        const scratch = await store.scratch();
        fetched.set(diffId, scratch);
        await getBlob(connection, layer, scratch, about, (done) => tell(i, 'moving', done, layer.size));
        tell(i, 'moved', layer.size, layer.size);
        moved.push(i);
      } else tell(i, 'there');
      given.push({ what: about, content: fetched.get(diffId) ?? lost(about), diffId });
    }
    const name = referenceName(reference);
    const old = (await store.list()).some(
      (image) => image.id === id && [...image.names, ...image.digests].includes(name),
    );
    const at = new Map(given.map((layer, i) => [layer.what, i]));
    const record = await store.add(
      { names: [...new Set([name, referenceName({ ...reference, digest })])], config, configBytes, layers: given },
      {
        ...(connection.signal && { signal: connection.signal }),
        progress: (about, done) => tell(at.get(about)!, 'unpacking', done),
      },
    );
    for (const i of moved) tell(i, 'done');
    return { record, digest, old };
  } finally {
    for (const scratch of fetched.values()) await scratch.drop();
  }
}

export interface Pushed {
  readonly digest: Digest;
  /** Bytes of the manifest. */
  readonly size: number;
}

/** Sends an image, its layers packed; those that the registry has are not sent again. */
export async function pushImage(
  store: ImageStore,
  connection: Connection,
  reference: Reference,
  told: Told,
): Promise<Pushed> {
  if (reference.digest)
    throw new InputError(
      `${referenceName(reference)}: an image is sent by a name with a tag`,
      'Name it so first: trapframe image tag.',
    );
  const what = named(connection, reference);
  const record = await store.find(referenceName(reference));
  const blobs = await store.openBlobs([record.id, ...record.layers]);
  connection.willPush();
  try {
    // It is small: whoever may not send anything hears of it soon.
    const config = blobs.get(record.id)!;
    const described = { mediaType: MEDIA.config[0], digest: record.id, size: config.size };
    await putBlob(connection, described, config, `${what}: the configuration`);
    const { layers } = record;
    const descriptors = new Map<Digest, object>();
    for (const [i, layer] of layers.entries())
      told({ stage: 'waiting', layer, number: i + 1, count: layers.length, done: 0, total: 0 });
    for (const [i, layer] of layers.entries()) {
      if (descriptors.has(layer)) continue;
      const tell = (stage: Stage, done = 0, total = 0): void =>
        told({ stage, layer, number: i + 1, count: layers.length, done, total });
      const scratch = await store.scratch();
      try {
        const digester = new Digester();
        for await (const part of packed(blobs.get(layer)!)) {
          connection.signal?.throwIfAborted();
          scratch.append(part);
          digester.update(part);
          tell('packing', scratch.size);
        }
        const { size } = scratch;
        const one = { mediaType: LAYER, digest: digester.digest(), size };
        const about = `${what}: layer ${i + 1} of ${layers.length}`;
        const sent = await putBlob(connection, one, scratch, about, (done) => tell('moving', done, size));
        tell(sent ? 'done' : 'there');
        descriptors.set(layer, one);
      } finally {
        await scratch.drop();
      }
    }
    const bytes = documentOf({
      schemaVersion: 2,
      mediaType: MEDIA.manifest[0],
      config: described,
      layers: layers.map((layer) => descriptors.get(layer)),
    });
    const digest = await putManifest(connection, reference, bytes, what);
    await store.name(record.id, referenceName({ ...reference, digest }));
    return { digest, size: bytes.length };
  } finally {
    for (const file of blobs.values()) file.close();
  }
}

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip' satisfies (typeof MEDIA.layer)[number];
