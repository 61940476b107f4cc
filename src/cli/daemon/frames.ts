/**
 * Several streams on one connection, as the Docker Engine API frames them: a byte that names the stream, three zero
 * bytes, the length (big-endian), the bytes.
 */

export const STREAM = { stdin: 0, stdout: 1, stderr: 2 } as const;

const HEADER = 8;
/** A longer frame is no frame of ours. */
const LONGEST = 1 << 24;

export function frame(stream: number, bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(HEADER + bytes.length);
  out[0] = stream;
  out.writeUInt32BE(bytes.length, 4);
  out.set(bytes, HEADER);
  return out;
}

/** Takes a connection apart again, however its bytes are cut. */
export class FrameReader {
  private rest = Buffer.alloc(0);
  private readonly onFrame: (stream: number, bytes: Buffer) => void;

  constructor(onFrame: (stream: number, bytes: Buffer) => void) {
    this.onFrame = onFrame;
  }

  /** @throws Error for what is no frame */
  push(bytes: Uint8Array): void {
    this.rest = this.rest.length ? Buffer.concat([this.rest, bytes]) : Buffer.from(bytes);
    let at = 0;
    while (this.rest.length - at >= HEADER) {
      const length = this.rest.readUInt32BE(at + 4);
      if (length > LONGEST) throw new Error(`a frame of ${length} bytes: this is no framed stream`);
      if (this.rest.length - at - HEADER < length) break;
      this.onFrame(this.rest[at]!, this.rest.subarray(at + HEADER, at + HEADER + length));
      at += HEADER + length;
    }
    this.rest = this.rest.subarray(at);
  }

  /** Whether the connection ended in the middle of a frame. */
  get torn(): boolean {
    return this.rest.length > 0;
  }
}
