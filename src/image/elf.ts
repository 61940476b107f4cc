/** ELF64 executables for RISC-V, little-endian (System V ABI, gABI chapter 4 and 5; RISC-V ELF psABI). */
import { InputError } from '../abi/errors.ts';
import { hexBytes } from '../abi/hex.ts';

export interface Segment {
  /** Physical address it is loaded at. */
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes in memory; what the file does not fill is zero. */
  readonly size: number;
  readonly executable: boolean;
}

export interface ElfImage {
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly symbols: ReadonlyMap<string, number>;
}

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
const SYMBOL = 24;
const PT_LOAD = 1;
const PF_X = 1;
const SHT_SYMTAB = 2;
const EM_RISCV = 243;
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  40: 'ARM',
  62: 'x86-64',
  183: 'AArch64',
  8: 'MIPS',
  21: 'PowerPC 64',
};

const BUILD_ADVICE =
  'Build it for riscv64 and link it at 0x80000000 (bare metal) or 0x80200000 (a supervisor with SBI).';

/** Reads an image. Throws InputError for anything that is not a loadable 64-bit RISC-V ELF file. */
export function readElf(file: Uint8Array): ElfImage {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 4 || view.getUint32(0) !== 0x7f454c46) {
    throw new InputError(`not an ELF file: it begins with ${firstBytes(file)}, not 7f 45 4c 46`, BUILD_ADVICE);
  }
  if (file.length < HEADER)
    throw new InputError(`a truncated ELF file: ${file.length} bytes, the header alone has ${HEADER}`);
  if (view.getUint8(4) !== 2) throw new InputError('a 32-bit ELF file; the machine is RV64', BUILD_ADVICE);
  if (view.getUint8(5) !== 1) throw new InputError('a big-endian ELF file; the machine is little-endian', BUILD_ADVICE);
  const machine = view.getUint16(18, true);
  if (machine !== EM_RISCV) {
    throw new InputError(
      `an ELF file for ${MACHINES[machine] ?? `machine ${machine}`}, not for RISC-V (243)`,
      BUILD_ADVICE,
    );
  }
  const type = view.getUint16(16, true);
  if (type !== 2) {
    throw new InputError(
      `an ELF file of type ${type}, not an executable (2)`,
      'Link it statically, without -pie or -shared.',
    );
  }
  const segments = programHeaders(view, file);
  if (segments.length === 0) throw new InputError('an ELF file without a segment to load', BUILD_ADVICE);
  return { entry: word(view, 24, 'the entry point'), segments, symbols: symbolTable(view, file) };
}

const firstBytes = (file: Uint8Array): string =>
  file.length === 0 ? 'nothing (an empty file)' : hexBytes(file.subarray(0, 4), ' ');

/** A 64-bit field that has to be a number JavaScript holds exactly. */
function word(view: DataView, at: number, what: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new InputError(`${what} is 0x${value.toString(16)}, beyond any RAM`);
  return Number(value);
}

function programHeaders(view: DataView, file: Uint8Array): Segment[] {
  const at = word(view, 32, 'the offset of the program headers');
  const count = view.getUint16(56, true);
  if (at + count * PROGRAM_HEADER > file.length) {
    throw new InputError(
      `a truncated ELF file: ${count} program headers at ${at} reach beyond its ${file.length} bytes`,
    );
  }
  const segments: Segment[] = [];
  for (let i = 0; i < count; i++) {
    const header = at + i * PROGRAM_HEADER;
    if (view.getUint32(header, true) !== PT_LOAD) continue;
    const what = `segment ${i}`;
    const offset = word(view, header + 8, `${what}: the file offset`);
    const address = word(view, header + 24, `${what}: the physical address`);
    const filled = word(view, header + 32, `${what}: the size in the file`);
    const size = word(view, header + 40, `${what}: the size in memory`);
    if (offset + filled > file.length) {
      throw new InputError(
        `a truncated ELF file: ${what} takes bytes ${offset} to ${offset + filled} of ${file.length}`,
        'Copy it again, or rebuild it.',
      );
    }
    if (filled > size) throw new InputError(`${what} has ${filled} bytes in the file and ${size} in memory`);
    if (size === 0) continue;
    const executable = (view.getUint32(header + 4, true) & PF_X) !== 0;
    segments.push({ address, bytes: file.subarray(offset, offset + filled), size, executable });
  }
  return segments;
}

/** The symbol table, empty if the file was stripped. What does not make sense in it is left out: it is not needed to run. */
function symbolTable(view: DataView, file: Uint8Array): Map<string, number> {
  const symbols = new Map<string, number>();
  const at = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  if (at === 0 || at + count * SECTION_HEADER > file.length) return symbols;
  for (let i = 0; i < count; i++) {
    const section = at + i * SECTION_HEADER;
    if (view.getUint32(section + 4, true) !== SHT_SYMTAB) continue;
    const strings = at + view.getUint32(section + 40, true) * SECTION_HEADER;
    if (strings + SECTION_HEADER > at + count * SECTION_HEADER) continue;
    const names = Number(view.getBigUint64(strings + 24, true));
    const first = Number(view.getBigUint64(section + 24, true));
    const last = Math.min(first + Number(view.getBigUint64(section + 32, true)), file.length - SYMBOL + 1);
    for (let s = first; s < last; s += SYMBOL) {
      const name = stringAt(file, names + view.getUint32(s, true));
      if (name) symbols.set(name, Number(view.getBigUint64(s + 8, true)));
    }
  }
  return symbols;
}

function stringAt(file: Uint8Array, at: number): string {
  const end = file.indexOf(0, at);
  return at < file.length && end > at ? new TextDecoder().decode(file.subarray(at, end)) : '';
}
