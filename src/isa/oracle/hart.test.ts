/** The reference hart on results known from the manual: edge cases it spells out, and examples worked by hand. */
import { describe, expect, it } from 'vitest';
import { encode } from '../encode.ts';
import type { Operands } from '../types.ts';
import { OracleHart, type OracleMemory, Trap } from './hart.ts';

const MIN = 1n << 63n;
const ALL = (1n << 64n) - 1n;
const MIN32 = 0xffff_ffff_8000_0000n;
const ONE = 0x3ff0_0000_0000_0000n;
const box = (n: bigint): bigint => 0xffff_ffff_0000_0000n | n;

class Memory implements OracleMemory {
  readonly bytes = new Map<bigint, bigint>();

  load(address: bigint, count: number): bigint {
    if (address >= MIN) throw new Trap(5, address);
    let value = 0n;
    for (let i = 0n; i < count; i++) value |= (this.bytes.get(address + i) ?? 0n) << (8n * i);
    return value;
  }

  probeStore(address: bigint): void {
    if (address >= MIN) throw new Trap(7, address);
  }

  store(address: bigint, count: number, value: bigint): void {
    this.probeStore(address);
    for (let i = 0n; i < count; i++) this.bytes.set(address + i, (value >> (8n * i)) & 255n);
  }
}

function hart(): { hart: OracleHart; memory: Memory } {
  const memory = new Memory();
  const made = new OracleHart(memory);
  made.pc = 0x1000n;
  return { hart: made, memory };
}

/** rd of an instruction with x11 = a, x12 = b. */
function binary(name: string, a: bigint, b: bigint, operands: Operands = {}): bigint {
  const { hart: h } = hart();
  h.x[11] = a;
  h.x[12] = b;
  const registers: Operands = 'imm' in operands ? { rd: 10, rs1: 11 } : { rd: 10, rs1: 11, rs2: 12 };
  expect(h.execute(encode(name, { ...registers, ...operands }))).toEqual({ kind: 'retired' });
  expect(h.pc).toBe(0x1004n);
  return h.x[10]!;
}

function unary(name: string, a: bigint): bigint {
  const { hart: h } = hart();
  h.x[11] = a;
  h.execute(encode(name, { rd: 10, rs1: 11 }));
  return h.x[10]!;
}

describe('integer instructions', () => {
  it.each([
    // Division by zero and overflow (manual, table of chapter 13).
    ['div', 7n, 0n, ALL],
    ['divu', 7n, 0n, ALL],
    ['rem', 7n, 0n, 7n],
    ['remu', 7n, 0n, 7n],
    ['div', MIN, ALL, MIN],
    ['rem', MIN, ALL, 0n],
    ['div', ALL - 6n, 2n, ALL - 2n],
    ['rem', ALL - 6n, 2n, ALL],
    ['divw', 0x8000_0000n, ALL, MIN32],
    ['remw', 0x8000_0000n, ALL, 0n],
    ['divuw', 0xffff_ffffn, 0n, ALL],
    ['remuw', 0x8000_0000n, 0n, MIN32],
    ['mulh', MIN, MIN, 1n << 62n],
    ['mulhu', ALL, ALL, ALL - 1n],
    ['mulhsu', ALL, ALL, ALL],
    ['mulhsu', MIN, ALL, MIN],
    ['mul', ALL, ALL, 1n],
    ['mulw', 0x1_0000_0003n, 0x7fff_ffffn, 0x7fff_fffdn],
    // W instructions look at 32 bits and sign-extend; shifts take 6 bits or 5.
    ['addw', 0x7fff_ffffn, 1n, MIN32],
    ['subw', 0n, 0x8000_0000n, MIN32],
    ['sll', 1n, 64n + 3n, 8n],
    ['sllw', 1n, 32n + 31n, MIN32],
    ['srlw', 0xffff_ffff_ffff_ffffn, 4n, 0x0fff_ffffn],
    ['sraw', 0x8000_0000n, 31n, ALL],
    ['sra', MIN, 63n, ALL],
    ['slt', ALL, 0n, 1n],
    ['sltu', ALL, 0n, 0n],
    // Zba: the unsigned word is the low half.
    ['add.uw', 0xffff_ffff_0000_0001n, 5n, 6n],
    ['sh3add', 3n, 4n, 28n],
    ['sh2add.uw', 0xffff_ffff_4000_0000n, 0n, 0x1_0000_0000n],
    // Zbb
    ['andn', 0xffn, 0x0fn, 0xf0n],
    ['orn', 0n, ALL, 0n],
    ['xnor', 0n, 0n, ALL],
    ['min', ALL, 1n, ALL],
    ['minu', ALL, 1n, 1n],
    ['max', ALL, 1n, 1n],
    ['maxu', ALL, 1n, ALL],
    ['rol', 0x8000_0000_0000_0001n, 4n, 0x18n],
    ['ror', 1n, 1n, MIN],
    ['rolw', 0x8000_0000n, 1n, 1n],
    ['rorw', 1n, 1n, MIN32],
    // Zbc: 0b101 · 0b11 = 0b1111 without carries; squares spread bits.
    ['clmul', 5n, 3n, 15n],
    ['clmul', 0xffn, 0xffn, 0x5555n],
    ['clmulh', MIN, 2n, 1n],
    ['clmulh', ALL, ALL, 0x5555_5555_5555_5555n],
    ['clmulr', MIN, 1n, 1n],
    ['clmulr', MIN, MIN, MIN],
    // Zbs
    ['bset', 0n, 63n, MIN],
    ['bclr', ALL, 64n, ALL - 1n],
    ['binv', 1n, 0n, 0n],
    ['bext', 8n, 3n, 1n],
    // Zbkb, Zbkx
    ['pack', 0x1111_2222_3333_4444n, 0x5555_6666_7777_8888n, 0x7777_8888_3333_4444n],
    ['packh', 0x1234n, 0x5678n, 0x7834n],
    ['packw', 0x1_2345n, 0xffff_8001n, 0xffff_ffff_8001_2345n],
    ['xperm4', 0xfedc_ba98_7654_3210n, 0x0123_4567_89ab_cdefn, 0x0123_4567_89ab_cdefn],
    ['xperm4', 0xfedc_ba98_7654_3210n, 0xffn, 0xffn],
    ['xperm8', 0x8877_6655_4433_2211n, 0x0001_0207_0809_ff03n, 0x1122_3388_0000_0044n],
    // Zicond
    ['czero.eqz', 7n, 0n, 0n],
    ['czero.eqz', 7n, 1n, 7n],
    ['czero.nez', 7n, 0n, 7n],
    ['czero.nez', 7n, 9n, 0n],
  ] as const)('%s of 0x%s and 0x%s', (name, a, b, result) => {
    expect(binary(name, a, b)).toBe(result);
  });

  it.each([
    ['clz', 1n, 63n],
    ['clz', 0n, 64n],
    ['ctz', 0n, 64n],
    ['ctz', MIN, 63n],
    ['cpop', ALL, 64n],
    ['clzw', 0xffff_ffff_0000_0000n, 32n],
    ['ctzw', 0x1_0000_0000n, 32n],
    ['cpopw', 0xffff_ffff_ffff_ffffn, 32n],
    ['sext.b', 0x80n, 0xffff_ffff_ffff_ff80n],
    ['sext.h', 0x8000n, 0xffff_ffff_ffff_8000n],
    ['zext.h', ALL, 0xffffn],
    ['orc.b', 0x0100_8000_0000_0010n, 0xff00_ff00_0000_00ffn],
    ['rev8', 0x0102_0304_0506_0708n, 0x0807_0605_0403_0201n],
    ['brev8', 0x0180_0000_0000_000fn, 0x8001_0000_0000_00f0n],
  ] as const)('%s of 0x%s', (name, a, result) => {
    expect(unary(name, a)).toBe(result);
  });

  it.each([
    ['addi', 1n, -2, ALL],
    ['addiw', 0x7fff_ffffn, 1, MIN32],
    ['sltiu', 5n, -1, 1n],
    ['xori', 0n, -1, ALL],
    ['srai', MIN, 63, ALL],
    ['srliw', 0xffff_ffff_8000_0000n, 31, 1n],
    ['slli.uw', 0xffff_ffff_8000_0000n, 1, 0x1_0000_0000n],
    ['rori', 1n, 63, 2n],
    ['roriw', 1n, 31, 2n],
    ['bexti', MIN, 63, 1n],
  ] as const)('%s of 0x%s and %i', (name, a, imm, result) => {
    expect(binary(name, a, 0n, { imm })).toBe(result);
  });

  it('never writes x0', () => {
    const { hart: h } = hart();
    h.execute(encode('addi', { rd: 0, rs1: 0, imm: 5 }));
    expect(h.x[0]).toBe(0n);
  });
});

describe('transfers', () => {
  it('links, clears bit 0, and reads its base before it writes the link', () => {
    const { hart: h } = hart();
    h.x[1] = 0x2001n;
    h.execute(encode('jalr', { rd: 1, rs1: 1, imm: 4 }));
    expect([h.pc, h.x[1]]).toEqual([0x2004n, 0x1004n]);
    h.execute(encode('c.jalr', { rs1: 1 }));
    expect([h.pc, h.x[1]]).toEqual([0x1004n, 0x2006n]);
  });

  it('branches forward and back, and wraps around 2^64', () => {
    const { hart: h } = hart();
    h.execute(encode('beq', { rs1: 0, rs2: 0, imm: -4096 }));
    expect(h.pc).toBe(0n);
    h.execute(encode('bge', { rs1: 0, rs2: 0, imm: -2 }));
    expect(h.pc).toBe(ALL - 1n);
    h.execute(encode('bne', { rs1: 0, rs2: 0, imm: 8 }));
    expect(h.pc).toBe(2n);
  });

  it('adds upper immediates', () => {
    const { hart: h } = hart();
    h.execute(encode('lui', { rd: 5, imm: -0x8000_0000 }));
    h.execute(encode('auipc', { rd: 6, imm: -4096 }));
    expect([h.x[5], h.x[6]]).toEqual([MIN32, 4n]);
  });
});

describe('memory', () => {
  it('extends what it loads', () => {
    const { hart: h, memory } = hart();
    memory.store(0x20n, 8, 0xffff_eeee_8765_8483n);
    h.x[2] = 0x18n;
    const loaded = ['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'].map((name) => {
      h.execute(encode(name, { rd: 10, rs1: 2, imm: 8 }));
      return h.x[10]!;
    });
    expect(loaded).toEqual([
      0xffff_ffff_ffff_ff83n,
      0x83n,
      0xffff_ffff_ffff_8483n,
      0x8483n,
      0xffff_ffff_8765_8483n,
      0x8765_8483n,
      0xffff_eeee_8765_8483n,
    ]);
  });

  it('traps without a change, at the instruction', () => {
    const { hart: h, memory } = hart();
    memory.store(0x1000n, 4, BigInt(encode('ld', { rd: 10, rs1: 11, imm: 0 })));
    h.x[11] = MIN;
    h.x[10] = 3n;
    expect(h.step()).toEqual({ kind: 'trap', cause: 5, tval: MIN });
    expect([h.pc, h.x[10], h.retired]).toEqual([0x1000n, 3n, 0]);
  });

  it('swaps atomically and wants alignment', () => {
    const { hart: h, memory } = hart();
    memory.store(0x40n, 8, 0xffff_ffff_8000_0000n);
    h.x[11] = 0x40n;
    h.x[12] = 1n;
    h.execute(encode('amomax.w', { rd: 10, rs1: 11, rs2: 12 }));
    expect([h.x[10], memory.load(0x40n, 8)]).toEqual([MIN32, 0xffff_ffff_0000_0001n]);
    h.execute(encode('amominu.d', { rd: 10, rs1: 11, rs2: 12 }));
    expect([h.x[10], memory.load(0x40n, 8)]).toEqual([0xffff_ffff_0000_0001n, 1n]);
    h.x[11] = 0x42n;
    expect(() => h.execute(encode('amoadd.w', { rd: 10, rs1: 11, rs2: 12 }))).toThrow(Trap);
  });

  it('stores conditionally only on its own reservation, and once', () => {
    const { hart: h, memory } = hart();
    h.x[11] = 0x40n;
    h.x[12] = 9n;
    const lr = encode('lr.d', { rd: 10, rs1: 11 });
    const sc = encode('sc.d', { rd: 10, rs1: 11, rs2: 12 });
    h.execute(sc);
    expect([h.x[10], memory.load(0x40n, 8)]).toEqual([1n, 0n]);
    h.execute(lr);
    h.execute(sc);
    expect([h.x[10], memory.load(0x40n, 8)]).toEqual([0n, 9n]);
    h.execute(sc);
    expect(h.x[10]).toBe(1n);
  });
});

describe('floating point', () => {
  it('boxes singles and reads unboxed ones as NaN', () => {
    const { hart: h } = hart();
    h.f[1] = box(0x3f80_0000n);
    h.f[2] = 0x3f80_0000n;
    h.execute(encode('fadd.s', { rd: 3, rs1: 1, rs2: 1 }));
    expect(h.f[3]).toBe(box(0x4000_0000n));
    h.execute(encode('fadd.s', { rd: 3, rs1: 1, rs2: 2 }));
    expect([h.f[3], h.fflags]).toEqual([box(0x7fc0_0000n), 0]);
    h.execute(encode('fmv.x.w', { rd: 10, rs1: 2 }));
    expect(h.x[10]).toBe(0x3f80_0000n);
  });

  it('takes the rounding mode from the instruction or frm, and none that does not exist', () => {
    const { hart: h } = hart();
    h.f[1] = ONE;
    h.f[2] = 0x4008_0000_0000_0000n;
    h.execute(encode('fdiv.d', { rd: 3, rs1: 1, rs2: 2, rm: 1 }));
    h.frm = 3;
    h.execute(encode('fdiv.d', { rd: 4, rs1: 1, rs2: 2 }));
    expect([h.f[3], h.f[4], h.fflags, h.floatDirty]).toEqual([0x3fd5_5555_5555_5555n, 0x3fd5_5555_5555_5556n, 1, true]);
    h.frm = 5;
    const word = encode('fdiv.d', { rd: 4, rs1: 1, rs2: 2 });
    expect(h.execute(word)).toEqual({ kind: 'trap', cause: 2, tval: BigInt(word) });
  });

  it('is illegal while it is off', () => {
    const { hart: h } = hart();
    h.floatOff = true;
    for (const word of [encode('fadd.d'), encode('fld', { rs1: 2 }), encode('c.fsdsp'), encode('csrrs', { csr: 3 })]) {
      expect(h.execute(word)).toMatchObject({ kind: 'trap', cause: 2 });
    }
  });

  it('negates in fused forms what the name says', () => {
    const { hart: h } = hart();
    h.f[1] = 0x4000_0000_0000_0000n;
    h.f[2] = 0x4008_0000_0000_0000n;
    h.f[3] = ONE;
    const results = ['fmadd.d', 'fmsub.d', 'fnmsub.d', 'fnmadd.d'].map((name) => {
      h.execute(encode(name, { rd: 4, rs1: 1, rs2: 2, rs3: 3 }));
      return h.f[4]!;
    });
    expect(results).toEqual([
      0x401c_0000_0000_0000n,
      0x4014_0000_0000_0000n,
      0xc014_0000_0000_0000n,
      0xc01c_0000_0000_0000n,
    ]);
  });

  it('injects signs', () => {
    const { hart: h } = hart();
    h.f[1] = ONE;
    h.f[2] = MIN;
    const results = ['fsgnj.d', 'fsgnjn.d', 'fsgnjx.d'].map((name) => {
      h.execute(encode(name, { rd: 4, rs1: 1, rs2: 2 }));
      return h.f[4]!;
    });
    expect(results).toEqual([ONE | MIN, ONE, ONE | MIN]);
  });

  it('keeps flags and mode in one register', () => {
    const { hart: h } = hart();
    h.x[11] = 0xffn;
    h.execute(encode('csrrw', { rd: 10, rs1: 11, csr: 3 }));
    expect([h.frm, h.fflags, h.x[10]]).toEqual([7, 31, 0n]);
    h.execute(encode('csrrci', { rd: 10, csr: 1, imm: 3 }));
    expect([h.frm, h.fflags, h.x[10]]).toEqual([7, 28, 31n]);
    h.execute(encode('csrrs', { rd: 10, rs1: 0, csr: 2 }));
    expect(h.x[10]).toBe(7n);
  });
});

describe('what only the machine can do', () => {
  it.each(['ecall', 'ebreak', 'mret', 'sret', 'wfi', 'fence.i', 'sfence.vma'])('%s is handed back', (name) => {
    const { hart: h } = hart();
    expect(h.execute(encode(name))).toMatchObject({ kind: 'system' });
    expect([h.pc, h.retired]).toEqual([0x1000n, 0]);
  });

  it('asks the caller for other CSRs, and is illegal without an answer', () => {
    const written: bigint[] = [];
    const h = new OracleHart(new Memory(), {
      read: (number) => (number === 0x340 ? 6n : undefined),
      write: (_number, value) => {
        written.push(value);
        return true;
      },
    });
    h.execute(encode('csrrsi', { rd: 10, csr: 0x340, imm: 9 }));
    expect([h.x[10], written]).toEqual([6n, [15n]]);
    h.execute(encode('csrrs', { rd: 10, rs1: 0, csr: 0x340 }));
    expect(written.length).toBe(1);
    expect(h.execute(encode('csrrs', { rd: 10, rs1: 0, csr: 0x341 }))).toMatchObject({ kind: 'trap', cause: 2 });
  });
});
