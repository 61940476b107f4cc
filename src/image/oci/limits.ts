/** How much an image of a stranger may ask for before it is refused. */
export interface ImageLimits {
  /** Bytes of one layer, unpacked. */
  readonly layerBytes: number;
  /** Times a layer may grow when it is unpacked, once it is larger than `ratioFrom` bytes. */
  readonly ratio: number;
  readonly ratioFrom: number;
  /** Members of one archive. */
  readonly entries: number;
  /** Directories that lie in each other. */
  readonly depth: number;
  readonly layers: number;
  /** Bytes of a manifest or configuration. */
  readonly json: number;
}

export const IMAGE_LIMITS: ImageLimits = {
  layerBytes: 8 * 2 ** 30,
  ratio: 250,
  ratioFrom: 64 * 2 ** 20,
  entries: 1_000_000,
  depth: 256,
  layers: 127,
  json: 4 * 2 ** 20,
};
