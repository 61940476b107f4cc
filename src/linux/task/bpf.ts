/** Classic BPF as seccomp filters use it: checked once, then run on struct seccomp_data (seccomp(2), filter.h). */
import { E, fail } from '../errno.ts';

/** struct sock_filter. */
export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7 } as const;
const MODE = { IMM: 0x00, ABS: 0x20, MEM: 0x60, LEN: 0x80 } as const;
const ALU = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  XOR: 0xa0,
} as const;
const JMP = { JA: 0x00, JEQ: 0x10, JGT: 0x20, JGE: 0x30, JSET: 0x40 } as const;
const X = 0x08;

/** What a profile is compiled to. */
export const BPF = {
  LOAD: CLASS.LD | MODE.ABS,
  JEQ: CLASS.JMP | JMP.JEQ,
  JGT: CLASS.JMP | JMP.JGT,
  JGE: CLASS.JMP | JMP.JGE,
  JA: CLASS.JMP | JMP.JA,
  AND: CLASS.ALU | ALU.AND,
  RET: CLASS.RET,
} as const;

export const MAX_INSTRUCTIONS = 4096;
const MEMORY = 16;
/** sizeof(struct seccomp_data). */
export const DATA_BYTES = 64;

/** Fails with EINVAL for a program that seccomp does not take: unknown codes, jumps or loads out of it, an open end. */
export function checkProgram(program: readonly Instruction[]): void {
  const n = program.length;
  if (n === 0 || n > MAX_INSTRUCTIONS) fail(E.INVAL);
  program.forEach(({ code, jt, jf, k }, at) => {
    const good = ((): boolean => {
      switch (code & 7) {
        case CLASS.LD:
          if (code === (CLASS.LD | MODE.ABS)) return k % 4 === 0 && k < DATA_BYTES;
          return code === CLASS.LD || code === (CLASS.LD | MODE.LEN) || (code === (CLASS.LD | MODE.MEM) && k < MEMORY);
        case CLASS.LDX:
          return (
            code === CLASS.LDX || code === (CLASS.LDX | MODE.LEN) || (code === (CLASS.LDX | MODE.MEM) && k < MEMORY)
          );
        case CLASS.ST:
        case CLASS.STX:
          return (code === CLASS.ST || code === CLASS.STX) && k < MEMORY;
        case CLASS.ALU: {
          const op = code & 0xf0;
          if (!(Object.values(ALU) as number[]).includes(op) || code & ~0xff) return false;
          const shift = op === ALU.LSH || op === ALU.RSH;
          return !!(code & X) || !((op === ALU.DIV && k === 0) || (shift && k > 31));
        }
        case CLASS.JMP:
          if (code === (CLASS.JMP | JMP.JA)) return k < n - at - 1;
          return (
            [JMP.JEQ, JMP.JGT, JMP.JGE, JMP.JSET].some((op) => (code & ~X) === (CLASS.JMP | op)) &&
            Math.max(jt, jf) < n - at - 1
          );
        case CLASS.RET:
          return code === CLASS.RET || code === (CLASS.RET | 0x10);
        default:
          return code === CLASS.MISC || code === (CLASS.MISC | 0x80);
      }
    })();
    if (!good) fail(E.INVAL);
  });
  if ((program[n - 1]!.code & 7) !== CLASS.RET) fail(E.INVAL);
}

export interface Verdict {
  readonly value: number;
  /** It looked at nothing but the number of the call and the architecture. */
  readonly byNumber: boolean;
}

const memory = new Uint32Array(MEMORY);

function alu(op: number, a: number, b: number): number {
  switch (op) {
    case ALU.ADD:
      return (a + b) >>> 0;
    case ALU.SUB:
      return (a - b) >>> 0;
    case ALU.MUL:
      return Math.imul(a, b) >>> 0;
    case ALU.DIV:
      return Math.floor(a / b);
    case ALU.OR:
      return (a | b) >>> 0;
    case ALU.AND:
      return (a & b) >>> 0;
    case ALU.LSH:
      return b > 31 ? 0 : (a << b) >>> 0;
    case ALU.RSH:
      return b > 31 ? 0 : a >>> b;
    case ALU.NEG:
      return -a >>> 0;
    default:
      return (a ^ b) >>> 0;
  }
}

/** Runs a checked program on the words of struct seccomp_data. All jumps go forward, so it ends. */
export function runProgram(program: readonly Instruction[], data: Uint32Array): Verdict {
  memory.fill(0);
  let [a, x] = [0, 0];
  let byNumber = true;
  for (let at = 0; ; at++) {
    const { code, jt, jf, k } = program[at]!;
    const operand = code & X ? x : k;
    switch (code & 7) {
      case CLASS.LD:
      case CLASS.LDX: {
        let value = k;
        const mode = code & 0xe0;
        if (mode === MODE.ABS) {
          value = data[k / 4]!;
          if (k >= 8) byNumber = false;
        } else if (mode === MODE.MEM) value = memory[k]!;
        else if (mode === MODE.LEN) value = DATA_BYTES;
        if ((code & 7) === CLASS.LD) a = value;
        else x = value;
        break;
      }
      case CLASS.ST:
        memory[k] = a;
        break;
      case CLASS.STX:
        memory[k] = x;
        break;
      case CLASS.ALU:
        // A division by X of zero ends the program with 0, as in the kernel.
        if ((code & 0xf0) === ALU.DIV && operand === 0) return { value: 0, byNumber };
        a = alu(code & 0xf0, a, operand);
        break;
      case CLASS.JMP: {
        const op = code & 0xf0;
        if (op === JMP.JA) at += k;
        else {
          const holds =
            op === JMP.JEQ
              ? a === operand
              : op === JMP.JGT
                ? a > operand
                : op === JMP.JGE
                  ? a >= operand
                  : (a & operand) !== 0;
          at += holds ? jt : jf;
        }
        break;
      }
      case CLASS.RET:
        return { value: code & 0x10 ? a : k, byNumber };
      default:
        if (code & 0x80) a = x;
        else x = a;
    }
  }
}
