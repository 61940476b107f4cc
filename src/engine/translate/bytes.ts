/** Bytes of WebAssembly as they are written (core specification 2.0, 5.2). */

/** Bytes of an opcode and two numbers. */
const LONGEST_INSTRUCTION = 24;

/** Bytes that grow: a plain array of numbers costs the collector more than the translation itself. */
export class Bytes {
  private buffer = new Uint8Array(1024);
  length = 0;

  byte(value: number): void {
    if (this.length + LONGEST_INSTRUCTION > this.buffer.length) this.grow(LONGEST_INSTRUCTION);
    this.buffer[this.length++] = value;
  }

  /** An opcode and a number below 2^32, in LEB128. */
  pair(opcode: number, value: number): void {
    if (this.length + LONGEST_INSTRUCTION > this.buffer.length) this.grow(LONGEST_INSTRUCTION);
    const { buffer } = this;
    buffer[this.length++] = opcode;
    if (value < 0x80) buffer[this.length++] = value;
    else this.unsigned(value);
  }

  private grow(by: number): void {
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + by));
    larger.set(this.buffer);
    this.buffer = larger;
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.buffer.length) this.grow(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** LEB128 of an unsigned number below 2^32. */
  unsigned(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** LEB128 of a signed number of 32 bits. */
  signed(value: number): void {
    let rest = value;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** LEB128 of a signed number of 64 bits. */
  signedBig(value: bigint): void {
    let rest = value;
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  text(value: string): void {
    this.unsigned(value.length);
    for (let i = 0; i < value.length; i++) this.byte(value.charCodeAt(i));
  }

  view(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  copy(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }
}
