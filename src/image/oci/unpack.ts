/** Layers as they come and go: plain, gzip (RFC 1952) or Zstandard (RFC 8878), told by their first bytes; never more than is allowed. */
import { Decompress } from 'fzstd';
import { InputError } from '../../abi/errors.ts';
import { chunksOf, type Source } from '../source.ts';
import type { ImageLimits } from './limits.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

const ZSTD_MAGIC = 0xfd2f_b528;
/** What decoders of Zstandard have to offer is 8 MiB, what its own tool takes is 128 (RFC 8878, 3.1.1.1.2). */
const ZSTD_WINDOW = 128 * 2 ** 20;
/** So little packed can't grow to more than 32 MiB before it is looked at: a block of 4 bytes holds 128 KiB. */
const ZSTD_PIECE = 1024;

/** How something is packed. */
export function compressionOf(source: Source): Compression {
  const head = new Uint8Array(4);
  source.read(0, head);
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const magic = new DataView(head.buffer).getUint32(0, true);
  return magic === ZSTD_MAGIC || (magic & 0xffff_fff0) >>> 0 === 0x184d_2a50 ? 'zstd' : 'none';
}

/** What others pack with, and the tool that undoes it. */
const UNKNOWN = [
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], tool: 'unxz' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], tool: 'bunzip2' },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18], tool: 'unlz4' },
] as const;

/** @throws InputError for what can't be unpacked here */
export function demandKnown(source: Source, what: string): void {
  const head = new Uint8Array(5);
  source.read(0, head);
  const found = UNKNOWN.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (found)
    throw new InputError(
      `${what}: it is packed with ${found.name}, which is not read here`,
      `Unpack it first (${found.tool}), or pack it with gzip or zstd.`,
    );
}

const message = (e: unknown): string => (e instanceof Error ? e.message : String(e));

/** A source by way of one of the platform’s streams. */
async function* through(
  source: Source,
  stream: ReadableWritablePair<Uint8Array, BufferSource>,
): AsyncGenerator<Uint8Array> {
  const chunks = chunksOf(source);
  const before = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const { value, done } = chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = before.pipeThrough(stream).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

const gunzip = (source: Source): AsyncGenerator<Uint8Array> => through(source, new DecompressionStream('gzip'));

/** A layer as it is sent: packed by gzip. */
export const packed = (source: Source): AsyncGenerator<Uint8Array> => through(source, new CompressionStream('gzip'));

/** Walks over the frames and looks at the memory each asks for; their contents are not unpacked. */
function demandZstdFrames(source: Source, what: string): void {
  const refuse = (why: string): never => {
    throw new InputError(`${what}: ${why}`);
  };
  const number = (at: number, length: number): number => {
    const bytes = new Uint8Array(length);
    if (source.read(at, bytes) < length) refuse('the compressed data ends too soon');
    return bytes.reduceRight((n, byte) => n * 256 + byte, 0);
  };
  for (let at = 0; at < source.size; ) {
    const magic = number(at, 4);
    if (magic >>> 4 === 0x184d2a5) {
      at += 8 + number(at + 4, 4);
      continue;
    }
    if (magic !== ZSTD_MAGIC) refuse('what follows a Zstandard frame is none');
    const descriptor = number(at + 4, 1);
    const single = (descriptor & 0x20) !== 0;
    at += 5;
    let window = 0;
    if (!single) {
      const byte = number(at++, 1);
      const base = 2 ** (10 + (byte >> 3));
      window = base + (base / 8) * (byte & 7);
    }
    at += [0, 1, 2, 4][descriptor & 3]!;
    const sizeLength = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    if (single) window = number(at, sizeLength) + (sizeLength === 2 ? 256 : 0);
    at += sizeLength;
    if (window > ZSTD_WINDOW)
      refuse(`a Zstandard frame asks for a window of ${window} bytes, more than ${ZSTD_WINDOW}`);
    for (let last = false; !last; ) {
      const block = number(at, 3);
      last = (block & 1) !== 0;
      const type = (block >> 1) & 3;
      if (type === 3) refuse('a Zstandard block is malformed');
      at += 3 + (type === 1 ? 1 : block >> 3);
    }
    if (descriptor & 4) at += 4;
    if (at > source.size) refuse('the compressed data ends too soon');
  }
}

async function* unzstd(source: Source, what: string): AsyncGenerator<Uint8Array> {
  demandZstdFrames(source, what);
  const out: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => out.push(chunk));
  let done = 0;
  for (const piece of chunksOf(source, ZSTD_PIECE)) {
    done += piece.length;
    decoder.push(piece, done === source.size);
    yield* out.splice(0);
  }
}

async function* asIs(source: Source): AsyncGenerator<Uint8Array> {
  yield* chunksOf(source);
}

const openers = { none: asIs, gzip: gunzip, zstd: unzstd } as const;

/**
 * The unpacked bytes, piece by piece.
 * @throws InputError where they are damaged, cut off, or more than the limits allow
 */
export async function* unpacked(source: Source, limits: ImageLimits, what: string): AsyncGenerator<Uint8Array> {
  const compression = compressionOf(source);
  demandKnown(source, what);
  const iterator = openers[compression](source, what);
  let total = 0;
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await iterator.next();
      } catch (e) {
        if (e instanceof InputError) throw e;
        throw new InputError(`${what}: its ${compression} data is damaged or cut off: ${message(e)}`);
      }
      if (next.done) return;
      total += next.value.length;
      if (total > limits.layerBytes)
        throw new InputError(
          `${what}: it unpacks to more than ${limits.layerBytes} bytes`,
          'Raise --max-size if it is meant to.',
        );
      if (total > limits.ratioFrom && total > source.size * limits.ratio)
        throw new InputError(
          `${what}: it grows to more than ${limits.ratio} times its size when it is unpacked`,
          'This is what a bomb does; unpack it yourself if it is none.',
        );
      yield next.value;
    }
  } finally {
    await iterator.return(undefined);
  }
}
