/**
 * The vocabulary of the instruction-set description: what a row of the table may say. Everything else in this folder
 * (encoder, decoder, disassembler, oracle, the generators) reads rows and adds nothing to them.
 */
import type { OperatorName } from './operators.ts';
import type { PrimitiveName } from './primitives.ts';
import type { ValueType } from './value-type.ts';

export type { ValueType } from './value-type.ts';

/** Extensions whose rows exist. The hypervisor extension takes its place here: `H`, with rows/hypervisor.ts. */
export const EXTENSIONS = [
  { id: 'I', summary: 'base integer instructions, RV64' },
  { id: 'M', summary: 'multiplication and division' },
  { id: 'A', summary: 'atomic instructions' },
  { id: 'Zacas', summary: 'atomic compare-and-swap' },
  { id: 'F', summary: 'single-precision floating point' },
  { id: 'D', summary: 'double-precision floating point' },
  { id: 'Zfh', summary: 'half-precision floating point' },
  { id: 'C', summary: 'compressed instructions' },
  { id: 'Zicsr', summary: 'control and status register instructions' },
  { id: 'Zifencei', summary: 'instruction-fetch fence' },
  { id: 'Zihintpause', summary: 'pause hint' },
  { id: 'Zicond', summary: 'integer conditional operations' },
  { id: 'Zawrs', summary: 'wait on reservation set' },
  { id: 'Zba', summary: 'address generation' },
  { id: 'Zbb', summary: 'basic bit manipulation' },
  { id: 'Zbc', summary: 'carry-less multiplication' },
  { id: 'Zbs', summary: 'single-bit instructions' },
  { id: 'Zbkb', summary: 'bit manipulation for cryptography' },
  { id: 'Zbkx', summary: 'crossbar permutations' },
  { id: 'Zicbom', summary: 'cache-block management' },
  { id: 'Zicboz', summary: 'cache-block zero' },
  { id: 'Zicbop', summary: 'cache-block prefetch' },
  { id: 'Svinval', summary: 'fine-grained address-translation cache invalidation' },
  { id: 'Priv', summary: 'privileged instructions of M and S mode' },
] as const;
export type Extension = (typeof EXTENSIONS)[number]['id'];

export type RegisterFile = 'x' | 'f';
/** Compare-and-swap reads rd before it writes it. */
export type SourceOperand = 'rs1' | 'rs2' | 'rs3' | 'rd';

/** Bytes of one memory access. */
export type Width = 1 | 2 | 4 | 8;

/** A typed tree of WebAssembly operators over the operands of an instruction. Evaluation order is free: only `load` and flags of `call` have effects. */
export type Expr =
  | { readonly kind: 'const'; readonly type: ValueType; readonly value: bigint }
  | { readonly kind: 'reg'; readonly type: 'i64'; readonly file: RegisterFile; readonly operand: SourceOperand }
  /** The immediate, sign- or zero-extended by its encoding. */
  | { readonly kind: 'imm'; readonly type: 'i64' }
  | { readonly kind: 'pc'; readonly type: 'i64' }
  /** The effective rounding mode, 0…4: an instruction with an invalid one is illegal before its tree is evaluated. */
  | { readonly kind: 'rm'; readonly type: 'i32' }
  /** Inside an `amo`: what memory held. */
  | { readonly kind: 'old'; readonly type: ValueType }
  | { readonly kind: 'op'; readonly type: ValueType; readonly op: OperatorName; readonly args: readonly Expr[] }
  | { readonly kind: 'call'; readonly type: ValueType; readonly name: PrimitiveName; readonly args: readonly Expr[] }
  | {
      readonly kind: 'load';
      readonly type: 'i64';
      readonly bytes: Width;
      readonly signed: boolean;
      readonly address: Expr;
    };

/** Privileged and other rare operations, done by the hart itself. */
export type SystemCall =
  | 'ecall'
  | 'ebreak'
  | 'mret'
  | 'sret'
  | 'wfi'
  | 'sfence'
  | 'sfenceOrder'
  | 'fenceI'
  | 'cboInval'
  | 'cboClean'
  | 'cboFlush'
  | 'cboZero'
  | 'hint';

export const CSR_OPS = ['write', 'set', 'clear'] as const;
export type CsrOp = (typeof CSR_OPS)[number];

/** What an instruction does: exactly one of these, then pc moves on (or to the target). */
export type Effect =
  | { readonly kind: 'none' }
  /** rd receives the value. */
  | { readonly kind: 'write'; readonly file: RegisterFile; readonly value: Expr }
  | { readonly kind: 'store'; readonly bytes: Width; readonly address: Expr; readonly value: Expr }
  /** pc + imm if the condition (i32) is not zero. */
  | { readonly kind: 'branch'; readonly condition: Expr }
  /** rd receives the address of the next instruction (where linked); pc becomes the target with bit 0 cleared. */
  | { readonly kind: 'jump'; readonly target: Expr; readonly link: boolean }
  /** rd receives what memory at rs1 held (sign-extended), memory the value, in one step. */
  | { readonly kind: 'amo'; readonly bytes: 4 | 8; readonly value: Expr }
  /** Compare-and-swap of 16 bytes: registers rd and rd + 1 with those of rs2, the even one being the low half. */
  | { readonly kind: 'casPair' }
  | { readonly kind: 'loadReserved'; readonly bytes: 4 | 8 }
  | { readonly kind: 'storeConditional'; readonly bytes: 4 | 8 }
  | { readonly kind: 'csr'; readonly op: CsrOp; readonly source: 'rs1' | 'imm' }
  | { readonly kind: 'system'; readonly call: SystemCall };

/** Operands an encoding can carry. `imm` stands for every immediate, shift amounts included. */
export const OPERANDS = ['rd', 'rs1', 'rs2', 'rs3', 'imm', 'csr', 'rm', 'aq', 'rl', 'fm', 'pred', 'succ'] as const;
export type Operand = (typeof OPERANDS)[number];
export type Operands = Partial<Record<Operand, number>>;

interface Common {
  /** As the assembler writes it, without `.aq`, `.rl`. */
  readonly name: string;
  readonly extension: Extension;
  /** The encoding, most significant bit first, in the manual's notation; see encoding.ts. */
  readonly layout: string;
  /** Assembler operands: `rd rs1 rs2 fd fs1 … imm target upper csr rm` and punctuation. */
  readonly syntax: string;
}

/** An instruction with a meaning of its own. */
export interface BaseRow extends Common {
  readonly effect: Effect;
  /** Lowest privilege mode that may execute it. */
  readonly privilege?: 'S' | 'M';
}

/** A compressed instruction: another encoding of a base row. */
export interface CompressedRow extends Common {
  readonly extension: 'C';
  /** Name of the base row. Operands go over by name. */
  readonly expands: string;
  /** Operands of the base row this encoding fixes. */
  readonly fixed?: Operands;
  /** Operand values with which the encoding is reserved or another row's. */
  readonly forbid?: Partial<Record<Operand, readonly number[]>>;
}

export type Row = BaseRow | CompressedRow;
