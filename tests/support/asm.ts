/** An assembler for tests: instructions by `encode`, labels with fix-ups, constants, data. One flat image. */
import { encode } from '../../src/isa/encode.ts';
import type { Operands } from '../../src/isa/types.ts';

/** Register numbers by ABI name. */
export const R = {
  zero: 0, ra: 1, sp: 2, gp: 3, tp: 4, t0: 5, t1: 6, t2: 7, s0: 8, s1: 9,
  a0: 10, a1: 11, a2: 12, a3: 13, a4: 14, a5: 15, a6: 16, a7: 17,
  s2: 18, s3: 19, s4: 20, s5: 21, s6: 22, s7: 23, s8: 24, s9: 25, s10: 26, s11: 27,
  t3: 28, t4: 29, t5: 30, t6: 31,
} as const; // biome-ignore format: a table of the ABI's names

interface Fixup {
  readonly at: number;
  readonly label: string;
  readonly name: string;
  readonly operands: Operands;
}

/** Splits a value into the upper 20 bits that lui or auipc takes and the signed 12 that follow. */
export function split(value: number): { upper: number; lower: number } {
  const lower = (value << 20) >> 20;
  return { upper: (value - lower) | 0, lower };
}

const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

export class Assembler {
  readonly base: number;
  readonly labels = new Map<string, number>();
  /** Names of the instructions emitted. */
  readonly used = new Set<string>();
  /** Address of the instruction emitted last. */
  last = 0;
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  private length = 0;
  private readonly fixups: Fixup[] = [];
  private unique = 0;

  constructor(base: number) {
    this.base = base;
  }

  /** Address of what comes next. */
  get here(): number {
    return this.base + this.length;
  }

  private reserve(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  half(bits: number): void {
    const at = this.reserve(2);
    this.view.setUint16(at, bits, true);
  }

  word(bits: number): void {
    const at = this.reserve(4);
    this.view.setUint32(at, bits, true);
  }

  dword(value: bigint): void {
    const at = this.reserve(8);
    this.view.setBigUint64(at, BigInt.asUintN(64, value), true);
  }

  text(string: string): void {
    const encoded = new TextEncoder().encode(string);
    const at = this.reserve(encoded.length);
    this.bytes.set(encoded, at);
  }

  /** Zero bytes up to a multiple of `to`. */
  align(to: number): void {
    const rest = this.here % to;
    if (rest) this.reserve(to - rest);
  }

  /** Zero bytes. */
  space(count: number): void {
    this.reserve(count);
  }

  /** Emits an instruction by its raw bits; its length follows from them. */
  raw(bits: number): void {
    this.last = this.here;
    if ((bits & 3) === 3) this.word(bits);
    else this.half(bits);
  }

  op(name: string, operands: Operands = {}): void {
    this.used.add(name);
    this.raw(encode(name, operands));
  }

  label(name: string): void {
    if (this.labels.has(name)) throw new Error(`label ${name} stands twice`);
    this.labels.set(name, this.here);
  }

  /** A label nobody else uses. */
  fresh(stem = 'L'): string {
    return `.${stem}${this.unique++}`;
  }

  /** An instruction whose immediate is the distance to a label, which may still come. */
  to(label: string, name: string, operands: Operands = {}): void {
    this.used.add(name);
    this.fixups.push({ at: this.length, label, name, operands });
    const bits = encode(name, { ...operands, imm: 0 });
    this.raw(bits);
  }

  j(label: string): void {
    this.to(label, 'jal', { rd: 0 });
  }

  jal(label: string): void {
    this.to(label, 'jal', { rd: 1 });
  }

  beq(rs1: number, rs2: number, label: string): void {
    this.to(label, 'beq', { rs1, rs2 });
  }

  bne(rs1: number, rs2: number, label: string): void {
    this.to(label, 'bne', { rs1, rs2 });
  }

  nop(): void {
    this.op('addi');
  }

  mv(rd: number, rs1: number): void {
    this.op('addi', { rd, rs1 });
  }

  addi(rd: number, rs1: number, imm: number): void {
    this.op('addi', { rd, rs1, imm });
  }

  ld(rd: number, imm: number, rs1: number): void {
    this.op('ld', { rd, imm, rs1 });
  }

  sd(rs2: number, imm: number, rs1: number): void {
    this.op('sd', { rs2, imm, rs1 });
  }

  csrr(rd: number, csr: number): void {
    this.op('csrrs', { rd, csr, rs1: 0 });
  }

  csrw(csr: number, rs1: number): void {
    this.op('csrrw', { rd: 0, csr, rs1 });
  }

  /** Any 64-bit constant, in one to eight instructions. */
  li(rd: number, constant: bigint | number): void {
    const value = signed(BigInt(constant));
    if (value >= -2048n && value < 2048n) {
      this.addi(rd, 0, Number(value));
      return;
    }
    if (value === BigInt.asIntN(32, value)) {
      const { upper, lower } = split(Number(value));
      this.op('lui', { rd, imm: upper });
      if (lower) this.op('addiw', { rd, rs1: rd, imm: lower });
      return;
    }
    const lower = BigInt.asIntN(12, value);
    let rest = signed(value - lower) >> 12n;
    let shift = 12;
    while (!(rest & 1n)) {
      rest >>= 1n;
      shift++;
    }
    this.li(rd, BigInt.asIntN(64 - shift, rest));
    this.op('slli', { rd, rs1: rd, imm: shift });
    if (lower) this.addi(rd, rd, Number(lower));
  }

  /** The address of a label within 2 GiB, relative to pc. */
  la(rd: number, label: string): void {
    this.fixups.push({ at: this.length, label, name: 'la', operands: { rd } });
    this.reserve(8);
  }

  /** The image with every distance filled in. Throws when a label is missing or out of reach. */
  finish(): Uint8Array {
    for (const { at, label, name, operands } of this.fixups) {
      const target = this.labels.get(label);
      if (target === undefined) throw new Error(`no label ${label}`);
      const distance = target - (this.base + at);
      if (name === 'la') {
        const { upper, lower } = split(distance);
        this.view.setUint32(at, encode('auipc', { rd: operands.rd!, imm: upper }), true);
        this.view.setUint32(at + 4, encode('addi', { rd: operands.rd!, rs1: operands.rd!, imm: lower }), true);
        continue;
      }
      const bits = encode(name, { ...operands, imm: distance });
      if ((bits & 3) === 3) this.view.setUint32(at, bits, true);
      else this.view.setUint16(at, bits, true);
    }
    return this.bytes.slice(0, this.length);
  }
}
