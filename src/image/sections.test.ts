import { describe, expect, it } from 'vitest';
import { isInputError } from '../abi/errors.ts';
import { readCode } from './sections.ts';

/** A small ELF file: one section of code at 0x80000000, two symbols. */
function sample(): Uint8Array {
  const code = [0x13, 0, 0, 0, 0x82, 0x80];
  const strings = [...'\0.text\0start\0.hidden\0'].map((c) => c.charCodeAt(0));
  const [codeAt, symbolsAt, stringsAt] = [64, 72, 72 + 48];
  const headersAt = 176;
  const file = new Uint8Array(headersAt + 4 * 64);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, 243, true);
  view.setBigUint64(40, BigInt(headersAt), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 4, true);
  view.setUint16(62, 3, true);
  file.set(code, codeAt);
  file.set(strings, stringsAt);
  const symbol = (i: number, name: number, value: bigint) => {
    const at = symbolsAt + i * 24;
    view.setUint32(at, name, true);
    view.setUint8(at + 4, 2);
    view.setUint16(at + 6, 1, true);
    view.setBigUint64(at + 8, value, true);
  };
  symbol(0, 13, 0x8000_0000n);
  symbol(1, 7, 0x8000_0004n);
  const header = (i: number, fields: [number, number, bigint, bigint, number, number, number]) => {
    const [name, type, flags, address, offset, size, link] = fields;
    const at = headersAt + i * 64;
    view.setUint32(at, name, true);
    view.setUint32(at + 4, type, true);
    view.setBigUint64(at + 8, flags, true);
    view.setBigUint64(at + 16, address, true);
    view.setBigUint64(at + 24, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(size), true);
    view.setUint32(at + 40, link, true);
  };
  header(1, [1, 1, 6n, 0x8000_0000n, codeAt, code.length, 0]);
  header(2, [0, 2, 0n, 0n, symbolsAt, 48, 3]);
  header(3, [0, 3, 0n, 0n, stringsAt, strings.length, 0]);
  return file;
}

const refusal = (file: Uint8Array): string => {
  try {
    readCode(file, 'x.elf');
    return 'accepted';
  } catch (e) {
    if (isInputError(e)) return e.message;
    throw e;
  }
};

describe('code of an ELF file', () => {
  it('is its executable sections and its named symbols', () => {
    const { sections, symbols } = readCode(sample(), 'x.elf');
    expect(sections.map((s) => [s.name, s.address, [...s.bytes]])).toEqual([
      ['.text', 0x8000_0000n, [0x13, 0, 0, 0, 0x82, 0x80]],
    ]);
    expect(symbols).toEqual([{ name: 'start', address: 0x8000_0004n }]);
  });

  it('is refused with the reason', () => {
    const changed = (at: number, value: number) => {
      const file = sample();
      file[at] = value;
      return file;
    };
    expect(refusal(new Uint8Array())).toBe('x.elf: not an ELF file');
    expect(refusal(changed(0, 0x7e))).toBe('x.elf: not an ELF file');
    expect(refusal(changed(4, 1))).toMatch(/32-bit/);
    expect(refusal(changed(5, 2))).toMatch(/big-endian/);
    expect(refusal(changed(18, 62))).toMatch(/machine 62/);
  });

  it('never fails otherwise, wherever the file is cut or damaged', () => {
    const whole = sample();
    for (let length = 0; length < whole.length; length++) {
      expect(refusal(whole.slice(0, length))).toMatch(/not an ELF|cut short/);
    }
    for (let at = 0; at < whole.length; at++) {
      const file = sample();
      file[at]! ^= 0xff;
      expect(refusal(file)).toMatch(/^accepted$|^x\.elf: /);
    }
  });
});
