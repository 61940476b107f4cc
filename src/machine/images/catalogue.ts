/** The list of the images a store has, and who uses them. */
import * as z from 'zod';
import { InputError } from '../../abi/errors.ts';
import { type Digest, hexOf, isDigest } from '../../image/oci/digest.ts';
import { parseReference, referenceName } from '../../image/oci/reference.ts';
import { parseDocument } from '../../image/oci/schema.ts';

const digest = z.string().refine(isDigest);

const record = z.object({
  /** The digest of its configuration. */
  id: digest,
  manifest: digest,
  /** All it is called, each with a tag. */
  names: z.array(z.string()),
  /** What it is called at registries, always the same image: NAME@DIGEST. */
  digests: z.array(z.string()).default([]),
  platform: z.string(),
  /** When it was made, as its configuration says, and when it came here. */
  created: z.string().nullable(),
  added: z.string(),
  /** Bytes of its layers, unpacked. */
  size: z.number(),
  layers: z.array(digest),
});
export type ImageRecord = z.infer<typeof record>;

const catalogue = z.object({
  version: z.literal(1),
  images: z.array(record),
  /** Images that containers use, by the container. */
  holds: z.record(z.string(), digest),
});
export type Catalogue = z.infer<typeof catalogue>;

export const EMPTY: Catalogue = { version: 1, images: [], holds: {} };

export const parseCatalogue = (bytes: Uint8Array): Catalogue =>
  parseDocument(catalogue, bytes, 'the list of images of the store');

/** The image a name, an identifier or the beginning of one means; null: there is none. */
export function lookUp({ images }: Catalogue, text: string): ImageRecord | null {
  const reference = parseReference(text);
  const name = reference && referenceName(reference);
  const named = name === null ? undefined : images.find(({ names, digests }) => [...names, ...digests].includes(name));
  if (named) return named;
  const prefix = text.replace(/^sha256:/, '');
  if (!/^[0-9a-f]{4,64}$/.test(prefix)) return null;
  const found = images.filter(({ id }) => hexOf(id).startsWith(prefix));
  if (found.length > 1)
    throw new InputError(`${text} is the beginning of ${found.length} images’ identifiers`, 'Give more of it.');
  return found[0] ?? null;
}

/** The same; an InputError where there is none. */
export function demandImage(all: Catalogue, text: string): ImageRecord {
  const found = lookUp(all, text);
  if (found) return found;
  const names = all.images.flatMap((image) => image.names);
  throw new InputError(
    `there is no image ${text} here`,
    names.length
      ? `There are: ${names.join(', ')}.`
      : 'There is none at all yet: `trapframe image build-base` makes a small one, `trapframe image load` reads an archive.',
  );
}

/** Whether something still calls for an image. */
export const isNamed = ({ names, digests }: ImageRecord): boolean => names.length + digests.length > 0;

/** Takes names away; with the last one of a repository goes what the image is called by digest there. */
export function untag(record: ImageRecord, names: readonly string[]): void {
  const nameOf = (text: string): string => parseReference(text)!.name;
  const gone = new Set(record.names.filter((name) => names.includes(name)).map(nameOf));
  record.names = record.names.filter((name) => !names.includes(name));
  for (const name of record.names) gone.delete(nameOf(name));
  record.digests = record.digests.filter((name) => !names.includes(name) && !gone.has(nameOf(name)));
}

/** Who uses an image. */
export const holdersOf = ({ holds }: Catalogue, id: Digest): string[] =>
  Object.keys(holds).filter((holder) => holds[holder] === id);
