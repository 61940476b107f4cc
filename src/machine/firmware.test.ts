/** What firmware can't do is refused before anything runs. */
import { describe, expect, it } from 'vitest';
import { RAM_START } from '../abi/layout.ts';
import { checkFirmware } from './firmware.ts';

const MiB = 2 ** 20;
const START = RAM_START + 2 * MiB;
const kernel = { start: START, end: START + 6 * MiB, top: RAM_START + 60 * MiB };
const mret = [0x73, 0, 0x20, 0x30];
/** `lui a4, 0x49425` at an odd half-word, as compressed code has it. */
const dynamic = Uint8Array.of(1, 0, 0x37, 0x57, 0x42, 0x49, ...mret);
const jump = Uint8Array.of(...new Uint8Array(62), ...mret);

describe('firmware', () => {
  it.each([
    ['an ELF file', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46), kernel, 'ELF'],
    ['one that is too large', new Uint8Array(2 * MiB + 1), kernel, 'larger than 2 MiB'],
    ['a text', new TextEncoder().encode('no firmware at all\n'.repeat(100)), kernel, 'no mret'],
    ['an empty file', new Uint8Array(0), kernel, 'no mret'],
    ['one that ends in the midst of mret', jump.subarray(0, 65), kernel, 'no mret'],
    ['beneath a kernel in its place', dynamic, { ...kernel, start: RAM_START }, 'where the firmware is'],
    ['that jumps elsewhere', jump, { ...kernel, start: START + 2 * MiB }, 'goes to 0x80200000'],
    [
      'that jumps beneath a large kernel',
      jump,
      { ...kernel, end: START + 32 * MiB + 1 },
      '0x82200000, where the kernel',
    ],
    [
      'that jumps in too little memory',
      jump,
      { ...kernel, top: RAM_START + 34 * MiB },
      '0x82200000, where the RAM disk',
    ],
  ])('%s is refused', (_, firmware, where, message) => {
    expect(() => checkFirmware(firmware, where)).toThrow(message);
  });

  it('that is told where things lie takes any kernel above it', () => {
    checkFirmware(dynamic, { start: START + 4 * MiB, end: START + 40 * MiB, top: START + 40 * MiB });
    checkFirmware(jump, kernel);
  });
});
