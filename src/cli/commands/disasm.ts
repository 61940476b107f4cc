import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import { type Code, type CodeSymbol, readCode } from '../../image/sections.ts';
import { disassemble } from '../../isa/disassemble.ts';
import { suggest } from '../../lab/nearest.ts';
import type { Context } from '../context.ts';
import { readInput } from '../files.ts';
import type { Options } from '../options/common.ts';

/** One instruction of a listing, as `disasm --json` prints it. */
interface Line {
  readonly address: string;
  /** The instruction as one number, in as many hex digits as it has. */
  readonly code: string;
  readonly text: string;
  /** The symbol that stands at this address. */
  readonly symbol?: string;
  /** Where a direct branch leads, as symbol and offset. */
  readonly target?: string;
}

/** The last symbol at or below an address, by bisection. */
function symbolOf(symbols: readonly CodeSymbol[], address: bigint): CodeSymbol | undefined {
  let [low, high] = [0, symbols.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (symbols[middle]!.address <= address) low = middle + 1;
    else high = middle;
  }
  return symbols[low - 1];
}

function nameOf(symbols: readonly CodeSymbol[], address: bigint): string | undefined {
  const symbol = symbolOf(symbols, address);
  if (!symbol) return undefined;
  return symbol.address === address ? symbol.name : `${symbol.name}+0x${(address - symbol.address).toString(16)}`;
}

interface Stretch {
  readonly bytes: Uint8Array;
  readonly from: bigint;
  /** Address to stop before. */
  readonly stop: bigint | undefined;
  readonly aliases: boolean;
  readonly symbols: readonly CodeSymbol[];
}

/** The instructions of a stretch of memory. */
function listing({ bytes, from, stop, aliases, symbols }: Stretch): Line[] {
  const starts = new Map(symbols.toReversed().map((s) => [s.address, s.name]));
  const half = (at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const lines: Line[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const address = from + BigInt(at);
    if (stop !== undefined && address >= stop) break;
    const word = (half(at) | (half(at + 2) << 16)) >>> 0;
    const { text, length, target } = disassemble(word, address, { aliases });
    const code = (length === 2 ? word & 0xffff : word).toString(16).padStart(2 * length, '0');
    const symbol = starts.get(address);
    const led = target === undefined ? undefined : nameOf(symbols, target);
    lines.push({
      address: `0x${address.toString(16)}`,
      code,
      text,
      ...(symbol !== undefined && { symbol }),
      ...(led !== undefined && { target: led }),
    });
    at += length;
  }
  return lines;
}

function address(option: string, value: unknown, code: Code): bigint | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return BigInt(text);
  const symbol = code.symbols.find((s) => s.name === text);
  if (symbol) return symbol.address;
  const names = [...new Set(code.symbols.map((s) => s.name))];
  throw new InputError(
    `${option}: “${text}” is neither an address nor a symbol`,
    names.length > 0 && names.length <= 100 ? suggest(text, names) : `${names.length} symbols are known`,
  );
}

/** Instructions given on the command line: hex words of 16 or 32 bits. */
function fromWords(words: readonly string[]): Code {
  const bytes = words.flatMap((text) => {
    const match = /^(?:0x)?([0-9a-f]{4}|[0-9a-f]{8})$/i.exec(text);
    if (!match)
      throw new InputError(`“${text}” is no instruction`, 'Write 4 or 8 hex digits, such as 8082 or 00000013.');
    const value = Number.parseInt(match[1]!, 16);
    return Array.from({ length: match[1]!.length / 2 }, (_, i) => (value >>> (8 * i)) & 255);
  });
  return { sections: [{ name: '', address: 0n, bytes: Uint8Array.from(bytes) }], symbols: [] };
}

function fromFile(path: string): Code {
  const code = readCode(readInput(path), path);
  if (code.sections.length === 0) throw new InputError(`${path}: no code in this file`);
  return code;
}

/** `trapframe disasm`: the instruction set's own syntax, from the one description of it. */
export function addDisasm(program: Command, context: Context): void {
  program
    .command('disasm')
    .argument('<what...>', 'an ELF file, or with --hex instructions as hex digits')
    .summary('disassemble a RISC-V ELF, or single instructions')
    .description('Disassembles the code of a 64-bit RISC-V ELF, or instructions given as hex digits.')
    .option('--hex', 'the arguments are instructions: 4 or 8 hex digits each')
    .option('--start <WHERE>', 'first address, as a number or a symbol')
    .option('--stop <WHERE>', 'address to stop before, as a number or a symbol')
    .option('--no-aliases', 'every instruction under its own name: addi x0,x0,0 for nop')
    .option('--json', 'print a JSON array of {address, code, text, symbol, target}')
    .action((what: string[], options: Options) => {
      if (!options.hex && what.length > 1)
        throw new InputError('disasm takes one file', 'For instructions as hex digits give --hex.');
      const code = options.hex ? fromWords(what) : fromFile(what[0]!);
      const [start, stop] = [address('--start', options.start, code), address('--stop', options.stop, code)];
      const lines = code.sections.flatMap(({ bytes, address: from }) => {
        const skip = start !== undefined && start > from ? start - from : 0n;
        if (skip >= BigInt(bytes.length)) return [];
        const rest = { bytes: bytes.subarray(Number(skip)), from: from + skip };
        return listing({ ...rest, stop, aliases: options.aliases !== false, symbols: code.symbols });
      });
      context.stdout.write(options.json ? `${JSON.stringify(lines, null, 2)}\n` : forPeople(lines));
    });
}

function forPeople(lines: readonly Line[]): string {
  return lines
    .map(({ address: at, code, text, symbol, target }) => {
      const [name, ...operands] = text.split(' ');
      const shown = `${name!.padEnd(10)} ${operands.join(' ')}`.trimEnd();
      const head = symbol === undefined ? '' : `\n${at.slice(2).padStart(16, '0')} <${symbol}>:\n`;
      return `${head}${at.slice(2).padStart(12)}:  ${code.padEnd(8)}  ${shown}${target ? ` <${target}>` : ''}\n`;
    })
    .join('');
}
