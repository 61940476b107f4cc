/** Builders of semantics trees. Types are checked while the table is built, so a wrong tree never leaves its file. */
import { OPERATORS, type OperatorName } from './operators.ts';
import { PRIMITIVES, type PrimitiveName } from './primitives.ts';
import type { Expr, ValueType, Width } from './types.ts';

function checkArgs(name: string, params: readonly ValueType[], args: readonly Expr[]): void {
  if (params.length !== args.length) throw new Error(`${name} takes ${params.length} arguments, got ${args.length}`);
  params.forEach((type, i) => {
    const arg = args[i]!;
    if (arg.type !== type) throw new Error(`${name}: argument ${i} is ${arg.type}, not ${type}`);
  });
}

function op(name: OperatorName, ...args: Expr[]): Expr {
  const signature = OPERATORS[name];
  checkArgs(name, signature.params, args);
  return { kind: 'op', type: signature.result, op: name, args };
}

/** A call of a primitive. */
export function call(name: PrimitiveName, ...args: Expr[]): Expr {
  const primitive = PRIMITIVES[name];
  checkArgs(name, primitive.params, args);
  return { kind: 'call', type: primitive.result, name, args };
}

export const rs1: Expr = { kind: 'reg', type: 'i64', file: 'x', operand: 'rs1' };
export const rs2: Expr = { kind: 'reg', type: 'i64', file: 'x', operand: 'rs2' };
/** rd as a source. */
export const rdOld: Expr = { kind: 'reg', type: 'i64', file: 'x', operand: 'rd' };
export const fs1: Expr = { kind: 'reg', type: 'i64', file: 'f', operand: 'rs1' };
export const fs2: Expr = { kind: 'reg', type: 'i64', file: 'f', operand: 'rs2' };
export const fs3: Expr = { kind: 'reg', type: 'i64', file: 'f', operand: 'rs3' };
export const imm: Expr = { kind: 'imm', type: 'i64' };
export const pc: Expr = { kind: 'pc', type: 'i64' };
export const rm: Expr = { kind: 'rm', type: 'i32' };
export const old = (type: ValueType): Expr => ({ kind: 'old', type });

/** A 64-bit constant; negative values are taken modulo 2^64. */
export const c64 = (value: bigint | number): Expr => ({
  kind: 'const',
  type: 'i64',
  value: BigInt.asUintN(64, BigInt(value)),
});
export const c32 = (value: bigint | number): Expr => ({
  kind: 'const',
  type: 'i32',
  value: BigInt.asUintN(32, BigInt(value)),
});

export const load = (bytes: Width, signed: boolean, address: Expr): Expr => ({
  kind: 'load',
  type: 'i64',
  bytes,
  signed,
  address,
});

type Unary = (a: Expr) => Expr;
type Binary = (a: Expr, b: Expr) => Expr;
type Suffix<T extends string> = OperatorName extends infer N ? (N extends `${T}.${infer S}` ? S : never) : never;
const UNARY = [
  'clz',
  'ctz',
  'popcnt',
  'eqz',
  'extend8_s',
  'extend16_s',
  'extend_i32_s',
  'extend_i32_u',
  'wrap_i64',
] as const;
type Builders<T extends string> = {
  readonly [S in Suffix<T>]: S extends 'select'
    ? (a: Expr, b: Expr, c: Expr) => Expr
    : S extends (typeof UNARY)[number]
      ? Unary
      : Binary;
};

function builders<T extends 'i32' | 'i64'>(type: T): Builders<T> {
  const names = (Object.keys(OPERATORS) as OperatorName[]).filter((name) => name.startsWith(`${type}.`));
  return Object.fromEntries(
    names.map((name) => [name.slice(4), (...args: Expr[]) => op(name, ...args)]),
  ) as Builders<T>;
}

/** i64.add(a, b), i64.eqz(a), i64.select(ifTrue, ifFalse, condition), … */
export const i64 = builders('i64');
export const i32 = builders('i32');

/** The low 32 bits. */
export const low = (a: Expr): Expr => i32.wrap_i64(a);
/** A 32-bit result as the instructions ending in W write it: sign-extended. */
export const word = (a: Expr): Expr => i64.extend_i32_s(a);
/** A condition as a register value, 0 or 1. */
export const flag = (a: Expr): Expr => i64.extend_i32_u(a);
/** All bits inverted. */
export const not = (a: Expr): Expr => i64.xor(a, c64(-1));
