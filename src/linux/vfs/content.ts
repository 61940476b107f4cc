/** The bytes of a file in memory: in chunks, with holes, or those of a layer until the first write. */

const CHUNK = 65536;
const SMALLEST = 256;

export class Content {
  size = 0;
  /** Bytes of memory it takes of its own. */
  allocated = 0;
  private readonly chunks: (Uint8Array | undefined)[] = [];
  /** Bytes that belong to somebody else: read, never written. */
  private base: Uint8Array | null = null;

  /** The content of an image layer: `bytes` are not copied before they change. */
  static of(bytes: Uint8Array): Content {
    const content = new Content();
    content.base = bytes;
    content.size = bytes.length;
    return content;
  }

  read(position: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.size - position));
    if (this.base) {
      into.set(this.base.subarray(position, position + length));
      return length;
    }
    for (let done = 0; done < length; ) {
      const at = position + done;
      const offset = at % CHUNK;
      const n = Math.min(CHUNK - offset, length - done);
      const chunk = this.chunks[Math.floor(at / CHUNK)];
      const have = chunk ? Math.max(0, Math.min(n, chunk.length - offset)) : 0;
      if (have) into.set(chunk!.subarray(offset, offset + have), done);
      if (have < n) into.fill(0, done + have, done + n);
      done += n;
    }
    return length;
  }

  write(position: number, from: Uint8Array): void {
    this.own();
    for (let done = 0; done < from.length; ) {
      const at = position + done;
      const offset = at % CHUNK;
      const n = Math.min(CHUNK - offset, from.length - done);
      this.chunk(Math.floor(at / CHUNK), offset + n).set(from.subarray(done, done + n), offset);
      done += n;
    }
    this.size = Math.max(this.size, position + from.length);
  }

  truncate(size: number): void {
    if (size < this.size) {
      this.own();
      for (const gone of this.chunks.splice(Math.ceil(size / CHUNK))) this.allocated -= gone?.length ?? 0;
      // What is beyond the end reads as zero when the file grows again.
      if (size % CHUNK) this.chunks[Math.floor(size / CHUNK)]?.fill(0, size % CHUNK);
    } else if (size > this.size) this.own();
    this.size = size;
  }

  /** A chunk with room for its first `bytes` bytes. */
  private chunk(index: number, bytes: number): Uint8Array {
    const have = this.chunks[index];
    if (have && have.length >= bytes) return have;
    let length = SMALLEST;
    while (length < bytes) length *= 2;
    const chunk = new Uint8Array(length);
    if (have) chunk.set(have);
    this.chunks[index] = chunk;
    this.allocated += length - (have?.length ?? 0);
    return chunk;
  }

  private own(): void {
    if (!this.base) return;
    const { base } = this;
    this.base = null;
    this.size = 0;
    this.write(0, base);
  }
}
