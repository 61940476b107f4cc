/** Writes 64-bit little-endian RISC-V executables: enough of ELF for a loader that reads segments and symbols. */

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
const SYMBOL = 24;

const EM_RISCV = 243;
const ET_EXEC = 2;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHT_STRTAB = 3;
/** Global, no type; defined at an absolute address. */
const GLOBAL = 0x10;
const SHN_ABS = 0xfff1;

export interface Segment {
  /** Physical and virtual address of the first byte. */
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes in memory; what the file does not hold is zero. Default: the file's. */
  readonly size?: number;
}

export interface Executable {
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly symbols?: Readonly<Record<string, number>>;
}

function stringTable(names: readonly string[]): { bytes: Uint8Array; offsets: number[] } {
  const offsets: number[] = [];
  let text = '\0';
  for (const name of names) {
    offsets.push(text.length);
    text += `${name}\0`;
  }
  return { bytes: new TextEncoder().encode(text), offsets };
}

/** The file's bytes: header, program headers, segments, symbol table, strings, section headers. */
export function writeElf(executable: Executable): Uint8Array {
  const { entry, segments, symbols = {} } = executable;
  const names = Object.keys(symbols);
  const strings = stringTable(names);
  const segmentOffsets: number[] = [];
  let at = HEADER + segments.length * PROGRAM_HEADER;
  for (const segment of segments) {
    at = (at + 15) & ~15;
    segmentOffsets.push(at);
    at += segment.bytes.length;
  }
  const symbolsAt = (at + 7) & ~7;
  const stringsAt = symbolsAt + SYMBOL * (names.length + 1);
  const sectionsAt = (stringsAt + strings.bytes.length + 7) & ~7;
  const file = new Uint8Array(sectionsAt + 3 * SECTION_HEADER);
  const view = new DataView(file.buffer);
  const u16 = (offset: number, value: number) => view.setUint16(offset, value, true);
  const u32 = (offset: number, value: number) => view.setUint32(offset, value, true);
  const u64 = (offset: number, value: number) => view.setBigUint64(offset, BigInt(value), true);

  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  u16(16, ET_EXEC);
  u16(18, EM_RISCV);
  u32(20, 1);
  u64(24, entry);
  u64(32, HEADER);
  u64(40, sectionsAt);
  u16(52, HEADER);
  u16(54, PROGRAM_HEADER);
  u16(56, segments.length);
  u16(58, SECTION_HEADER);
  u16(60, 3);
  u16(62, 2);

  segments.forEach((segment, i) => {
    const p = HEADER + i * PROGRAM_HEADER;
    u32(p, PT_LOAD);
    u32(p + 4, 7);
    u64(p + 8, segmentOffsets[i]!);
    u64(p + 16, segment.address);
    u64(p + 24, segment.address);
    u64(p + 32, segment.bytes.length);
    u64(p + 40, segment.size ?? segment.bytes.length);
    u64(p + 48, 1);
    file.set(segment.bytes, segmentOffsets[i]!);
  });

  names.forEach((name, i) => {
    const s = symbolsAt + SYMBOL * (i + 1);
    u32(s, strings.offsets[i]!);
    file[s + 4] = GLOBAL;
    u16(s + 6, SHN_ABS);
    u64(s + 8, symbols[name]!);
  });
  file.set(strings.bytes, stringsAt);

  const section = (
    i: number,
    type: number,
    offset: number,
    size: number,
    link: number,
    info: number,
    entry: number,
  ) => {
    const s = sectionsAt + i * SECTION_HEADER;
    u32(s + 4, type);
    u64(s + 24, offset);
    u64(s + 32, size);
    u32(s + 40, link);
    u32(s + 44, info);
    u64(s + 48, 1);
    u64(s + 56, entry);
  };
  section(1, SHT_SYMTAB, symbolsAt, SYMBOL * (names.length + 1), 2, 1, SYMBOL);
  section(2, SHT_STRTAB, stringsAt, strings.bytes.length, 0, 0, 0);
  return file;
}
