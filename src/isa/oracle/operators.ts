/** The meaning of each WebAssembly operator on unsigned BigInts of its type. */
import { OPERATORS, type OperatorName } from '../operators.ts';
import type { ValueType } from '../types.ts';

type Fold = (...args: bigint[]) => bigint;

const WIDTH: Record<ValueType, number> = { i32: 32, i64: 64 };

/** Operators both types have, given the number of bits. Arguments are unsigned; results are wrapped by the caller. */
function shared(bits: number): Record<string, Fold> {
  const signed = (a: bigint): bigint => BigInt.asIntN(bits, a);
  const amount = (b: bigint): bigint => b % BigInt(bits);
  const rotate = (a: bigint, by: bigint): bigint => (a << by) | (a >> (BigInt(bits) - by));
  const divisor = (b: bigint): bigint => {
    if (b === 0n) throw new RangeError('a tree divides by zero');
    return b;
  };
  return {
    add: (a, b) => a! + b!,
    sub: (a, b) => a! - b!,
    mul: (a, b) => a! * b!,
    div_s: (a, b) => {
      const quotient = signed(a!) / divisor(signed(b!));
      if (quotient === 1n << BigInt(bits - 1)) throw new RangeError('a quotient overflows');
      return quotient;
    },
    div_u: (a, b) => a! / divisor(b!),
    rem_s: (a, b) => signed(a!) % divisor(signed(b!)),
    rem_u: (a, b) => a! % divisor(b!),
    and: (a, b) => a! & b!,
    or: (a, b) => a! | b!,
    xor: (a, b) => a! ^ b!,
    shl: (a, b) => a! << amount(b!),
    shr_s: (a, b) => signed(a!) >> amount(b!),
    shr_u: (a, b) => a! >> amount(b!),
    rotl: (a, b) => rotate(a!, amount(b!)),
    rotr: (a, b) => rotate(a!, amount(BigInt(bits) - amount(b!))),
    eq: (a, b) => BigInt(a === b),
    ne: (a, b) => BigInt(a !== b),
    lt_s: (a, b) => BigInt(signed(a!) < signed(b!)),
    lt_u: (a, b) => BigInt(a! < b!),
    gt_s: (a, b) => BigInt(signed(a!) > signed(b!)),
    gt_u: (a, b) => BigInt(a! > b!),
    ge_s: (a, b) => BigInt(signed(a!) >= signed(b!)),
    ge_u: (a, b) => BigInt(a! >= b!),
    eqz: (a) => BigInt(a === 0n),
    clz: (a) => BigInt(bits - (a === 0n ? 0 : a!.toString(2).length)),
    ctz: (a) => BigInt(a === 0n ? bits : a!.toString(2).length - a!.toString(2).lastIndexOf('1') - 1),
    popcnt: (a) => BigInt(a!.toString(2).replaceAll('0', '').length),
    extend8_s: (a) => BigInt.asIntN(8, a!),
    extend16_s: (a) => BigInt.asIntN(16, a!),
    extend_i32_s: (a) => BigInt.asIntN(32, a!),
    extend_i32_u: (a) => a!,
    wrap_i64: (a) => a!,
    select: (a, b, c) => (c !== 0n ? a! : b!),
  };
}

const FOLDS = { i32: shared(32), i64: shared(64) };

/** Applies an operator to unsigned arguments of its parameter types. */
export function applyOperator(name: OperatorName, args: readonly bigint[]): bigint {
  const [prefix, op] = name.split('.') as [ValueType, string];
  return BigInt.asUintN(WIDTH[OPERATORS[name].result], FOLDS[prefix][op]!(...args));
}
