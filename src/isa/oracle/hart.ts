/**
 * The reference hart: registers as BigInts, one instruction a step, by folding the semantics trees. It knows nothing of
 * privilege, translation or interrupts; what only the machine can decide is handed back as an outcome.
 */
import { decode, type Expanded, expand } from '../decode.ts';
import { hasRounding, isFloat, raisesFlags, writesFloat } from '../traits.ts';
import type { Effect, Expr, SystemCall, Width } from '../types.ts';
import { applyOperator } from './operators.ts';
import { callPrimitive } from './primitives.ts';

/** Memory as the hart sees it. Either function may throw a `Trap`. Values are unsigned, little-endian, any alignment. */
export interface OracleMemory {
  load(address: bigint, bytes: Width): bigint;
  store(address: bigint, bytes: Width, value: bigint): void;
  /** Throws what a store there would: atomics need a writable place before they read it, or even if they will not write. */
  probeStore(address: bigint, bytes: Width): void;
}

/** An exception the memory raises. */
export class Trap extends Error {
  readonly code: number;
  readonly tval: bigint;

  constructor(code: number, tval: bigint) {
    super(`trap ${code}, tval 0x${tval.toString(16)}`);
    this.code = code;
    this.tval = tval;
  }
}

/** CSRs beyond fflags, frm and fcsr, where the caller models them. Undefined from `read` makes the access illegal. */
export interface OracleCsrs {
  read(number: number): bigint | undefined;
  /** false: the write is illegal. */
  write(number: number, value: bigint): boolean;
}

/** What became of an instruction. */
export type StepOutcome =
  | { readonly kind: 'retired' }
  /** Nothing has changed but what a partly done store changed; pc is still at the instruction. */
  | { readonly kind: 'trap'; readonly cause: number; readonly tval: bigint }
  /** The caller's to do; pc is still at the instruction. */
  | { readonly kind: 'system'; readonly call: SystemCall; readonly instruction: Expanded };

const CAUSE = { illegal: 2, loadMisaligned: 4, storeMisaligned: 6 } as const;
const CSR = { fflags: 1, frm: 2, fcsr: 3 } as const;

const u64 = (a: bigint): bigint => BigInt.asUintN(64, a);

interface Context {
  readonly instruction: Expanded;
  readonly rm: bigint;
  old: bigint;
}

/** A hart without privileged state that folds the rows of the instruction table on BigInts, one instruction a step. */
export class OracleHart {
  /** x0 … x31; x0 stays 0. */
  readonly x: bigint[] = Array.from({ length: 32 }, () => 0n);
  readonly f: bigint[] = Array.from({ length: 32 }, () => 0n);
  pc = 0n;
  fflags = 0;
  frm = 0;
  /** mstatus.FS is Off. */
  floatOff = false;
  /** mstatus.FS has to become Dirty. */
  floatDirty = false;
  /** Instructions retired. */
  retired = 0;
  private reservation: { address: bigint; bytes: Width } | undefined;
  private readonly memory: OracleMemory;
  private readonly csrs: OracleCsrs | undefined;

  constructor(memory: OracleMemory, csrs?: OracleCsrs) {
    this.memory = memory;
    this.csrs = csrs;
  }

  /** Executes the instruction at pc, fetched through the memory as two half-words. */
  step(): StepOutcome {
    try {
      const low = Number(this.memory.load(this.pc, 2));
      const word = (low & 3) === 3 ? low + Number(this.memory.load(u64(this.pc + 2n), 2)) * 65536 : low;
      return this.execute(word);
    } catch (error) {
      if (error instanceof Trap) return { kind: 'trap', cause: error.code, tval: error.tval };
      throw error;
    }
  }

  /** Executes a given instruction as if it stood at pc. Traps of the memory are thrown. */
  execute(word: number): StepOutcome {
    const decoded = decode(word);
    const illegal: StepOutcome = {
      kind: 'trap',
      cause: CAUSE.illegal,
      tval: BigInt((word & 3) === 3 ? word >>> 0 : word & 0xffff),
    };
    if (!decoded) return illegal;
    const instruction = expand(decoded);
    const { row, operands } = instruction;
    if (isFloat(row) && this.floatOff) return illegal;
    const rm = operands.rm === 7 ? this.frm : (operands.rm ?? 0);
    if (hasRounding(row) && rm > 4) return illegal;
    if (row.effect.kind === 'system') return { kind: 'system', call: row.effect.call, instruction };
    const before = this.fflags;
    if (!this.perform(row.effect, { instruction, rm: BigInt(rm), old: 0n })) return illegal;
    if (writesFloat(row.effect) || (raisesFlags(row.effect) && this.fflags !== before)) this.floatDirty = true;
    this.retired++;
    return { kind: 'retired' };
  }

  private setX(register: number, value: bigint): void {
    if (register !== 0) this.x[register] = u64(value);
  }

  /** false: illegal after all. */
  private perform(effect: Exclude<Effect, { kind: 'system' }>, context: Context): boolean {
    const { operands, length } = context.instruction;
    const next = u64(this.pc + BigInt(length));
    let target = next;
    switch (effect.kind) {
      case 'none':
        break;
      case 'write': {
        const value = this.fold(effect.value, context);
        if (effect.file === 'f') this.f[operands.rd!] = value;
        else this.setX(operands.rd!, value);
        break;
      }
      case 'store':
        this.memory.store(
          this.fold(effect.address, context),
          effect.bytes,
          BigInt.asUintN(8 * effect.bytes, this.fold(effect.value, context)),
        );
        break;
      case 'branch':
        if (this.fold(effect.condition, context) !== 0n) target = u64(this.pc + BigInt(operands.imm!));
        break;
      case 'jump':
        target = this.fold(effect.target, context) & ~1n;
        this.setX(operands.rd!, next);
        break;
      case 'amo':
        this.amo(effect, context);
        break;
      case 'casPair':
        this.casPair(context);
        break;
      case 'loadReserved':
        this.loadReserved(effect.bytes, context);
        break;
      case 'storeConditional':
        this.storeConditional(effect.bytes, context);
        break;
      case 'csr':
        if (!this.csr(effect, context)) return false;
        break;
    }
    this.pc = target;
    return true;
  }

  /** Atomics want natural alignment. */
  private atomicAddress(bytes: Width, context: Context, cause: number): bigint {
    const address = this.x[context.instruction.operands.rs1!]!;
    if (address % BigInt(bytes) !== 0n) throw new Trap(cause, address);
    return address;
  }

  private casPair(context: Context): void {
    const { rd, rs2 } = context.instruction.operands;
    const address = this.x[context.instruction.operands.rs1!]!;
    if (address % 16n !== 0n) throw new Trap(CAUSE.storeMisaligned, address);
    this.memory.probeStore(address, 8);
    const places = [address, address + 8n];
    const held = places.map((place) => this.memory.load(place, 8));
    const pairOf = (register: number): bigint[] =>
      register === 0 ? [0n, 0n] : [this.x[register]!, this.x[register + 1]!];
    const wanted = pairOf(rd!);
    if (held.every((value, i) => value === wanted[i])) {
      pairOf(rs2!).forEach((value, i) => {
        this.memory.store(places[i]!, 8, value);
      });
    }
    if (rd === 0) return;
    this.setX(rd!, held[0]!);
    this.setX(rd! + 1, held[1]!);
  }

  private amo(effect: Extract<Effect, { kind: 'amo' }>, context: Context): void {
    const address = this.atomicAddress(effect.bytes, context, CAUSE.storeMisaligned);
    this.memory.probeStore(address, effect.bytes);
    context.old = this.memory.load(address, effect.bytes);
    this.memory.store(address, effect.bytes, BigInt.asUintN(8 * effect.bytes, this.fold(effect.value, context)));
    this.setX(context.instruction.operands.rd!, BigInt.asIntN(8 * effect.bytes, context.old));
  }

  private loadReserved(bytes: Width, context: Context): void {
    const address = this.atomicAddress(bytes, context, CAUSE.loadMisaligned);
    const value = this.memory.load(address, bytes);
    this.reservation = { address, bytes };
    this.setX(context.instruction.operands.rd!, BigInt.asIntN(8 * bytes, value));
  }

  private storeConditional(bytes: Width, context: Context): void {
    const { rd, rs2 } = context.instruction.operands;
    const address = this.atomicAddress(bytes, context, CAUSE.storeMisaligned);
    this.memory.probeStore(address, bytes);
    const held = this.reservation;
    const succeeds = held?.address === address && held.bytes === bytes;
    if (succeeds) this.memory.store(address, bytes, BigInt.asUintN(8 * bytes, this.x[rs2!]!));
    this.reservation = undefined;
    this.setX(rd!, succeeds ? 0n : 1n);
  }

  private csr(effect: Extract<Effect, { kind: 'csr' }>, context: Context): boolean {
    const { rd, rs1, imm, csr } = context.instruction.operands;
    const named = effect.source === 'imm' ? imm! : rs1!;
    const source = effect.source === 'imm' ? BigInt(imm!) : this.x[rs1!]!;
    const old = this.readCsr(csr!);
    if (old === undefined) return false;
    if (effect.op === 'write' || named !== 0) {
      const value = { write: source, set: old | source, clear: old & ~source }[effect.op];
      if (!this.writeCsr(csr!, value)) return false;
    }
    this.setX(rd!, old);
    return true;
  }

  private readCsr(number: number): bigint | undefined {
    if (number > CSR.fcsr || number < CSR.fflags) return this.csrs?.read(number);
    if (this.floatOff) return undefined;
    const fcsr = BigInt((this.frm << 5) | this.fflags);
    return { [CSR.fflags]: fcsr & 31n, [CSR.frm]: fcsr >> 5n, [CSR.fcsr]: fcsr }[number];
  }

  private writeCsr(number: number, value: bigint): boolean {
    if (number > CSR.fcsr || number < CSR.fflags) return this.csrs?.write(number, value) ?? false;
    const low = Number(value & 255n);
    if (number !== CSR.frm) this.fflags = low & 31;
    if (number === CSR.frm) this.frm = low & 7;
    if (number === CSR.fcsr) this.frm = low >> 5;
    this.floatDirty = true;
    return true;
  }

  private fold(expr: Expr, context: Context): bigint {
    const { operands } = context.instruction;
    switch (expr.kind) {
      case 'const':
        return expr.value;
      case 'reg':
        return (expr.file === 'x' ? this.x : this.f)[operands[expr.operand]!]!;
      case 'imm':
        return u64(BigInt(operands.imm!));
      case 'pc':
        return this.pc;
      case 'rm':
        return context.rm;
      case 'old':
        return context.old;
      case 'load': {
        const value = this.memory.load(this.fold(expr.address, context), expr.bytes);
        return expr.signed ? u64(BigInt.asIntN(8 * expr.bytes, value)) : value;
      }
      case 'op':
        return applyOperator(
          expr.op,
          expr.args.map((arg) => this.fold(arg, context)),
        );
      case 'call': {
        const { value, flags } = callPrimitive(
          expr.name,
          expr.args.map((arg) => this.fold(arg, context)),
        );
        this.fflags |= flags;
        return value;
      }
    }
  }
}
