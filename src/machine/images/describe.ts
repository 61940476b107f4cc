/** Images as JSON, in the Docker Engine API's shapes, and how they were made. */
import type { Digest } from '../../image/oci/digest.ts';
import type { ImageRecord } from './catalogue.ts';
import type { ImageStore } from './store.ts';

/** A step of an image's making, the latest first; null: it made no layer. */
export interface HistoryStep {
  readonly layer: Digest | null;
  readonly created: string | null;
  readonly createdBy: string;
  readonly size: number;
  readonly comment: string;
}

export async function historyOf(store: ImageStore, record: ImageRecord): Promise<HistoryStep[]> {
  const config = await store.config(record);
  const layers = [...record.layers] as Digest[];
  const steps: HistoryStep[] = [];
  for (const { created, created_by, comment, empty_layer } of config.history ?? []) {
    const layer = empty_layer ? undefined : layers.shift();
    const size = layer === undefined ? 0 : await store.layerSize(layer);
    steps.push({
      layer: layer ?? null,
      created: created ?? null,
      createdBy: created_by ?? '',
      size,
      comment: comment ?? '',
    });
  }
  // An image need not tell how it was made.
  for (const layer of layers)
    steps.push({ layer, created: null, createdBy: '', size: await store.layerSize(layer), comment: '' });
  return steps.reverse();
}

/** GET /images/NAME/json, and a manifest's digest beside. */
export async function imageInspection(store: ImageStore, record: ImageRecord): Promise<object> {
  const config = await store.config(record);
  return {
    Id: record.id,
    RepoTags: record.names,
    RepoDigests: record.digests,
    Created: config.created ?? null,
    Architecture: config.architecture,
    Os: config.os,
    Author: config.author ?? '',
    Size: record.size,
    Config: config.config ?? {},
    RootFS: { Type: 'layers', Layers: record.layers },
    Manifest: record.manifest,
    Metadata: { Added: record.added },
  };
}

/** A row of GET /images/json. */
export const imageSummary = (
  record: ImageRecord,
  containers: number,
  labels: Readonly<Record<string, string>> = {},
): object => ({
  Id: record.id,
  ParentId: '',
  RepoTags: record.names,
  RepoDigests: record.digests,
  Created: record.created ? Math.floor(Date.parse(record.created) / 1000) : 0,
  Size: record.size,
  SharedSize: -1,
  Containers: containers,
  Labels: labels,
});
