/** The bytes of a file in memory: in chunks, with holes, or those of a layer until the first write. */

const CHUNK = 65536;
const SMALLEST = 256;
const PAGE = 4096;

const pageUp = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;

export class Content {
  size = 0;
  /** Bytes of the pages it has of its own. */
  allocated = 0;
  private readonly chunks: (Uint8Array | undefined)[] = [];
  /** How far each chunk has pages. */
  private readonly extents: number[] = [];
  /** Bytes that belong to somebody else: read, never written. */
  private base: Uint8Array | null = null;

  /** The content of an image layer: `bytes` are not copied before they change. */
  static of(bytes: Uint8Array): Content {
    const content = new Content();
    content.base = bytes;
    content.size = bytes.length;
    return content;
  }

  /** Reads up to `most` bytes to `into` from its index `to` on. */
  read(position: number, into: Uint8Array, to: number, most: number): number {
    const length = Math.max(0, Math.min(most, this.size - position));
    if (this.base) {
      into.set(this.base.subarray(position, position + length), to);
      return length;
    }
    for (let done = 0; done < length; ) {
      const at = position + done;
      const offset = at % CHUNK;
      const n = Math.min(CHUNK - offset, length - done);
      const chunk = this.chunks[Math.floor(at / CHUNK)];
      const have = chunk ? Math.max(0, Math.min(n, chunk.length - offset)) : 0;
      if (have) into.set(chunk!.subarray(offset, offset + have), to + done);
      if (have < n) into.fill(0, to + done + have, to + done + n);
      done += n;
    }
    return length;
  }

  /** Bytes of the pages that a write would add. */
  growth(position: number, length: number): number {
    const end = position + length;
    let sum = this.base ? pageUp(this.base.length) : 0;
    for (let index = Math.floor(position / CHUNK); index * CHUNK < end; index++) {
      const more = pageUp(Math.min(CHUNK, end - index * CHUNK)) - (this.extents[index] ?? 0);
      if (more > 0) sum += more;
    }
    return sum;
  }

  write(position: number, from: Uint8Array): void {
    this.own();
    for (let done = 0; done < from.length; ) {
      const at = position + done;
      const offset = at % CHUNK;
      const n = Math.min(CHUNK - offset, from.length - done);
      const part = n === from.length ? from : from.subarray(done, done + n);
      this.chunk(Math.floor(at / CHUNK), offset + n).set(part, offset);
      done += n;
    }
    this.size = Math.max(this.size, position + from.length);
  }

  truncate(size: number): void {
    if (size < this.size) {
      this.own();
      const kept = Math.ceil(size / CHUNK);
      this.chunks.splice(kept);
      for (const gone of this.extents.splice(kept)) this.allocated -= gone;
      // What is beyond the end reads as zero when the file grows again.
      if (size % CHUNK) {
        this.chunks[kept - 1]?.fill(0, size % CHUNK);
        this.extend(kept - 1, Math.min(this.extents[kept - 1] ?? 0, pageUp(size % CHUNK)));
      }
    } else if (size > this.size) this.own();
    this.size = size;
  }

  /** A chunk with room for its first `bytes` bytes. */
  private chunk(index: number, bytes: number): Uint8Array {
    const reach = pageUp(bytes);
    if (reach > (this.extents[index] ?? 0)) this.extend(index, reach);
    const have = this.chunks[index];
    if (have && have.length >= bytes) return have;
    let length = SMALLEST;
    while (length < bytes) length *= 2;
    const chunk = new Uint8Array(length);
    if (have) chunk.set(have);
    this.chunks[index] = chunk;
    return chunk;
  }

  private extend(index: number, bytes: number): void {
    while (this.extents.length <= index) this.extents.push(0);
    this.allocated += bytes - this.extents[index]!;
    this.extents[index] = bytes;
  }

  private own(): void {
    if (!this.base) return;
    const { base } = this;
    this.base = null;
    this.size = 0;
    this.write(0, base);
  }
}
