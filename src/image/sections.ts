/**
 * What a disassembler wants of a 64-bit RISC-V ELF file: its code and its symbols (System V ABI, chapter 4). A file
 * without section headers (stripped to what is loaded) gives its executable segments instead.
 */
import { InputError } from '../abi/errors.ts';

export interface CodeSection {
  readonly name: string;
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

export interface CodeSymbol {
  readonly name: string;
  readonly address: bigint;
}

export interface Code {
  /** In the order of the file. */
  readonly sections: readonly CodeSection[];
  /** By address; of several at one address the first in the file comes first. */
  readonly symbols: readonly CodeSymbol[];
}

const MAGIC = 0x7f45_4c46;
const CLASS_64 = 2;
const LITTLE = 1;
const MACHINE_RISCV = 243;

const TYPE = { PROGBITS: 1, SYMTAB: 2 } as const;
const FLAG_EXECUTE = 4n;
const SEGMENT_LOAD = 1;
const SEGMENT_EXECUTE = 1;
/** Symbols that name code or nothing in particular; files and sections are left out. */
const SYMBOL_TYPES: readonly number[] = [0, 2];

/**
 * Reads code and symbols.
 * @param where names the file in errors
 * @throws InputError for what is no such file, or is cut short
 */
export function readCode(file: Uint8Array, where: string): Code {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const wrong = (what: string, advice?: string) => new InputError(`${where}: ${what}`, advice);
  if (file.length < 64 || view.getUint32(0) !== MAGIC) throw wrong('not an ELF file');
  if (view.getUint8(4) !== CLASS_64) throw wrong('a 32-bit ELF file', 'Only 64-bit files are read.');
  if (view.getUint8(5) !== LITTLE) throw wrong('a big-endian ELF file', 'RISC-V code is little-endian.');
  const machine = view.getUint16(18, true);
  if (machine !== MACHINE_RISCV) throw wrong(`made for machine ${machine}, not RISC-V (${MACHINE_RISCV})`);

  /** A slice of the file; offsets and sizes come from the file itself and are not to be believed. */
  const slice = (offset: bigint, size: bigint, what: string): Uint8Array => {
    if (offset + size > BigInt(file.length))
      throw wrong(`cut short: ${what} ends at byte ${offset + size} of ${file.length}`);
    return file.subarray(Number(offset), Number(offset + size));
  };
  const table = (offsetAt: number, sizeAt: number, countAt: number, what: string): DataView[] => {
    const [offset, size, count] = [
      view.getBigUint64(offsetAt, true),
      view.getUint16(sizeAt, true),
      view.getUint16(countAt, true),
    ];
    return Array.from({ length: offset === 0n ? 0 : count }, (_, i) => {
      const row = slice(offset + BigInt(i * size), BigInt(size), what);
      return new DataView(row.buffer, row.byteOffset, row.byteLength);
    });
  };
  const word = (row: DataView, at: number) => row.getBigUint64(at, true);

  const headers = table(40, 58, 60, 'the section table');
  const contents = (header: DataView, what: string) => slice(word(header, 24), word(header, 32), what);
  const names = headers[view.getUint16(62, true)];
  const nameTable = names ? contents(names, 'the section names') : new Uint8Array();
  const sections = headers
    .filter((h) => h.getUint32(4, true) === TYPE.PROGBITS && (word(h, 8) & FLAG_EXECUTE) !== 0n)
    .map((h) => {
      const name = text(nameTable, h.getUint32(0, true));
      return { name, address: word(h, 16), bytes: contents(h, `section ${name}`) };
    });
  if (sections.length > 0) return { sections, symbols: symbols(headers, contents) };

  const segments = table(32, 54, 56, 'the program table').filter(
    (p) => p.getUint32(0, true) === SEGMENT_LOAD && (p.getUint32(4, true) & SEGMENT_EXECUTE) !== 0,
  );
  return {
    sections: segments.map((p, i) => ({
      name: `segment ${i}`,
      address: word(p, 16),
      bytes: slice(word(p, 8), word(p, 32), `segment ${i}`),
    })),
    symbols: symbols(headers, contents),
  };
}

function symbols(headers: readonly DataView[], contents: (header: DataView, what: string) => Uint8Array): CodeSymbol[] {
  const found = headers
    .filter((h) => h.getUint32(4, true) === TYPE.SYMTAB)
    .flatMap((h) => {
      const rows = contents(h, 'the symbol table');
      const strings = headers[h.getUint32(40, true)];
      const names = strings ? contents(strings, 'the symbol names') : new Uint8Array();
      const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
      return Array.from({ length: Math.floor(rows.length / 24) }, (_, i) => ({
        name: text(names, view.getUint32(i * 24, true)),
        type: view.getUint8(i * 24 + 4) & 15,
        section: view.getUint16(i * 24 + 6, true),
        address: view.getBigUint64(i * 24 + 8, true),
      }));
    });
  return found
    .filter((s) => s.section !== 0 && SYMBOL_TYPES.includes(s.type) && s.name !== '' && !/^[.$]/.test(s.name))
    .map(({ name, address }) => ({ name, address }))
    .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

/** The zero-ended string at an offset of a string table. */
function text(strings: Uint8Array, offset: number): string {
  const end = strings.indexOf(0, offset);
  return new TextDecoder().decode(strings.subarray(offset, end < 0 ? strings.length : end));
}
