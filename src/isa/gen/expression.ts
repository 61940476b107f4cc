/** Prints semantics trees as AssemblyScript. An i64 is a u64 there and an i32 a u32; signed operators cast. */
import { children } from '../traits.ts';
import type { Expr, ValueType } from '../types.ts';

/** How the printed code reaches the operands of the instruction. */
export interface Reader {
  /** The leaf as an expression of type u64 (i64) or u32 (i32). */
  leaf(expr: Expr): string;
}

const SIGNED: Record<string, string> = { div_s: '/', rem_s: '%', shr_s: '>>' };
const PLAIN: Record<string, string> = {
  add: '+',
  sub: '-',
  mul: '*',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr_u: '>>',
  div_u: '/',
  rem_u: '%',
};
const COMPARE: Record<string, string> = {
  eq: '==',
  ne: '!=',
  lt_u: '<',
  gt_u: '>',
  ge_u: '>=',
  lt_s: '<',
  gt_s: '>',
  ge_s: '>=',
};

const unsigned = (type: ValueType): string => (type === 'i64' ? 'u64' : 'u32');

/** Prints trees that are evaluated together: statements that name what is used more than once, then the values. */
export function printTrees(exprs: readonly Expr[], reader: Reader): { lets: string[]; values: string[] } {
  const uses = new Map<Expr, number>();
  const count = (e: Expr): void => {
    const n = uses.get(e) ?? 0;
    uses.set(e, n + 1);
    if (n === 0) children(e).forEach(count);
  };
  exprs.forEach(count);

  const names = new Map<Expr, string>();
  const lets: string[] = [];
  const print = (e: Expr): string => {
    const known = names.get(e);
    if (known) return known;
    const text = node(e);
    if (uses.get(e)! < 2 || e.kind === 'const' || e.kind === 'imm' || e.kind === 'rm' || e.kind === 'old') return text;
    const name = `t${names.size}`;
    names.set(e, name);
    lets.push(`const ${name}: ${unsigned(e.type)} = ${text};`);
    return name;
  };
  const node = (e: Expr): string => {
    if (e.kind === 'const') return e.type === 'i64' ? `<u64>${hex(e.value)}` : `<u32>${hex(e.value)}`;
    if (e.kind === 'call') return `${e.name}(${e.args.map(print).join(', ')})`;
    if (e.kind === 'op') return operator(e);
    return reader.leaf(e);
  };
  /** A comparison as an AssemblyScript bool, or undefined where the operator is none. */
  const comparison = (e: Extract<Expr, { kind: 'op' }>): string | undefined => {
    const [prefix, name] = e.op.split('.') as [ValueType, string];
    if (name === 'eqz') return `${print(e.args[0]!)} == 0`;
    const infix = COMPARE[name];
    if (!infix) return undefined;
    const [a, b] = e.args.map(print);
    return name.endsWith('_s') ? `<${prefix}>${a} ${infix} <${prefix}>${b}` : `${a} ${infix} ${b}`;
  };
  const condition = (e: Expr): string =>
    (e.kind === 'op' && uses.get(e)! < 2 ? comparison(e) : undefined) ?? `${print(e)} != 0`;
  const operator = (e: Extract<Expr, { kind: 'op' }>): string => {
    const [prefix, name] = e.op.split('.') as [ValueType, string];
    const type = unsigned(prefix);
    if (name === 'select')
      return `select<${type}>(${print(e.args[0]!)}, ${print(e.args[1]!)}, ${condition(e.args[2]!)})`;
    const compared = comparison(e);
    if (compared) return `<u32>(${compared})`;
    const args = e.args.map(print);
    if (PLAIN[name]) return `(${args[0]} ${PLAIN[name]} ${args[1]})`;
    if (SIGNED[name]) return `<${type}>(<${prefix}>${args[0]} ${SIGNED[name]} <${prefix}>${args[1]})`;
    switch (name) {
      case 'clz':
      case 'ctz':
      case 'popcnt':
        return `${name}<${type}>(${args[0]})`;
      case 'rotl':
      case 'rotr':
        return `${name}<${type}>(${args[0]}, ${args[1]})`;
      case 'extend8_s':
        return `<u64><i64><i8>${args[0]}`;
      case 'extend16_s':
        return `<u64><i64><i16>${args[0]}`;
      case 'extend_i32_s':
        return `<u64><i64><i32>${args[0]}`;
      case 'extend_i32_u':
        return `<u64>${args[0]}`;
      case 'wrap_i64':
        return `<u32>${args[0]}`;
      default:
        throw new Error(`no AssemblyScript for ${e.op}`);
    }
  };
  return { lets, values: exprs.map(print) };
}

const hex = (value: bigint): string => (value < 10n ? String(value) : `0x${value.toString(16)}`);
