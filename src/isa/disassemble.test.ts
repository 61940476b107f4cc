/** Text of instructions: aliases, immediates, targets, and what is no instruction. */
import { describe, expect, it } from 'vitest';
import { disassemble } from './disassemble.ts';
import { encode } from './encode.ts';

describe('disassemble', () => {
  it.each([
    [0x00008067, 'ret'],
    [0x00000013, 'nop'],
    [0x8082, 'ret'],
    [0x0001, 'nop'],
    [0x1141, 'addi sp,sp,-16'],
    [0xe406, 'sd ra,8(sp)'],
    [0x123452b7, 'lui t0,0x12345'],
    [0xfff00513, 'li a0,-1'],
    [0x06c5a52f, 'amoadd.w.aqrl a0,a2,(a1)'],
    [0x30529073, 'csrw mtvec,t0'],
    [0xc0002573, 'rdcycle a0'],
    [0x12000073, 'sfence.vma'],
    [0x0ff0000f, 'fence'],
    [0x8330000f, 'fence.tso'],
    [0x0100000f, 'pause'],
    [0x02208053, 'fadd.d ft0,ft1,ft2,rne'],
    [0x203170c3, 'fmadd.s ft1,ft2,ft3,ft4'],
    [0x22209053, 'fsgnjn.d ft0,ft1,ft2'],
    [0xd2050053, 'fcvt.d.w ft0,a0'],
  ] as const)('%i is %s', (word, text) => {
    expect(disassemble(word).text).toBe(text);
  });

  it('prints where transfers lead, in 64 bits', () => {
    expect(disassemble(encode('jal', { rd: 0, imm: -4 }), 0x8000_0000n)).toEqual({
      text: 'j 7ffffffc',
      length: 4,
      target: 0x7fff_fffcn,
    });
    expect(disassemble(encode('c.beqz', { rs1: 8, imm: 6 }), 0x1000n)).toEqual({
      text: 'beqz s0,1006',
      length: 2,
      target: 0x1006n,
    });
    expect(disassemble(encode('jal', { rd: 0, imm: -4 }), 0).target).toBe((1n << 64n) - 4n);
  });

  it('gives every instruction its own name on request', () => {
    expect(disassemble(0x00008067, 0, { aliases: false }).text).toBe('jalr zero,0(ra)');
    expect(disassemble(0x8082, 0, { aliases: false }).text).toBe('jalr zero,0(ra)');
  });

  it('prints what is no instruction as data', () => {
    expect(disassemble(0)).toEqual({ text: '.2byte 0x0', length: 2 });
    expect(disassemble(0xffff_ffff)).toEqual({ text: '.4byte 0xffffffff', length: 4 });
    // Rounding mode 5 does not exist.
    expect(disassemble(0x0220d053).text).toBe('.4byte 0x220d053');
  });
});
