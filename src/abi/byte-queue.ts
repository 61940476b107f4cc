/** Bytes on their way: taken at the front, added at the end, without copying what is long. */

/** Shorter pieces are gathered, so that a peer of single bytes costs no object for each. */
const SHORT = 1024;
const GATHERED = 8192;

export class ByteQueue {
  private chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that are gone. */
  private skip = 0;
  /** Of the last chunk, where it was allocated here: how many bytes of its buffer are used. */
  private room: { readonly buffer: Uint8Array; used: number } | null = null;
  length = 0;

  /** Adds bytes; long ones are kept as they are, so they must not change any more. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.length += bytes.length;
    if (bytes.length >= SHORT) {
      this.chunks.push(bytes);
      this.room = null;
      return;
    }
    if (!this.room || this.room.used + bytes.length > GATHERED) {
      this.room = { buffer: new Uint8Array(GATHERED), used: 0 };
      this.chunks.push(this.room.buffer.subarray(0, 0));
    }
    const { room } = this;
    room.buffer.set(bytes, room.used);
    const last = this.chunks.at(-1)!;
    room.used += bytes.length;
    this.chunks[this.chunks.length - 1] = room.buffer.subarray(last.byteOffset, room.used);
  }

  /** Copies bytes from `offset` on; returns how many. */
  copy(into: Uint8Array, offset = 0): number {
    let at = offset + this.skip;
    let done = 0;
    for (const chunk of this.chunks) {
      if (done === into.length) break;
      if (at >= chunk.length) {
        at -= chunk.length;
        continue;
      }
      const part = chunk.subarray(at, at + into.length - done);
      into.set(part, done);
      done += part.length;
      at = 0;
    }
    return done;
  }

  /** Bytes from `offset` on, at most `length`: the queue's own where they lie together, else a copy. */
  slice(offset: number, length: number): Uint8Array {
    let at = offset + this.skip;
    for (const chunk of this.chunks) {
      if (at < chunk.length) {
        if (at + length <= chunk.length) return chunk.subarray(at, at + length);
        break;
      }
      at -= chunk.length;
    }
    const out = new Uint8Array(Math.max(0, Math.min(length, this.length - offset)));
    this.copy(out, offset);
    return out;
  }

  drop(count: number): void {
    this.length -= count;
    let left = count + this.skip;
    let whole = 0;
    while (whole < this.chunks.length && left >= this.chunks[whole]!.length) left -= this.chunks[whole++]!.length;
    if (whole) this.chunks.splice(0, whole);
    this.skip = left;
    if (this.chunks.length === 0) this.room = null;
  }

  clear(): void {
    this.chunks = [];
    this.skip = 0;
    this.length = 0;
    this.room = null;
  }
}
