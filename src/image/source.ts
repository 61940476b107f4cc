/** Bytes that are read where they lie: a file, memory, a part of either. */

export interface Source {
  readonly size: number;
  /** Reads at `position`; fewer bytes than there is room for only at the end. */
  read(position: number, into: Uint8Array): number;
}

export const bytesSource = (bytes: Uint8Array): Source => ({
  size: bytes.length,
  read(position, into) {
    const part = bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  },
});

/** A part of another source. */
export const partOf = (source: Source, offset: number, size: number): Source => ({
  size,
  read(position, into) {
    const length = Math.max(0, Math.min(into.length, size - position));
    return source.read(offset + position, into.subarray(0, length));
  },
});

/** All of it at once. */
export function wholeOf(source: Source): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(source.size);
  return bytes.subarray(0, source.read(0, bytes));
}

const CHUNK = 65_536;

/** All of it, piece by piece; each piece is the reader's to keep. */
export function* chunksOf(source: Source, size = CHUNK): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < source.size; ) {
    const bytes = new Uint8Array(Math.min(size, source.size - at));
    const n = source.read(at, bytes);
    if (n === 0) return;
    yield bytes.subarray(0, n);
    at += n;
  }
}
