/** M: multiplication and division (unprivileged specification, chapter 13). */
import { c32, c64, call, i32, i64, low, rs1, rs2, word } from '../expr.ts';
import type { BaseRow, Expr } from '../types.ts';

const row = (name: string, funct3: string, value: Expr, opcode = '0110011'): BaseRow => ({
  name,
  extension: 'M',
  layout: `0000001 rs2 rs1 ${funct3} rd ${opcode}`,
  syntax: 'rd,rs1,rs2',
  effect: { kind: 'write', file: 'x', value },
});
const rowW = (name: string, funct3: string, value: Expr): BaseRow => row(name, funct3, word(value), '0111011');

// WebAssembly traps where RISC-V defines a result. Where the divisor is 0, or the quotient would overflow (the least
// number by −1, whose quotient is the dividend), the division is made by 1 instead.
const zero = i64.eqz(rs2);
const overflow = i32.and(i64.eq(rs1, c64(1n << 63n)), i64.eq(rs2, c64(-1)));
const safe = i64.select(c64(1), rs2, i32.or(zero, overflow));
const nonzero = i64.select(c64(1), rs2, zero);

const a = low(rs1);
const b = low(rs2);
const zeroW = i32.eqz(b);
const overflowW = i32.and(i32.eq(a, c32(1n << 31n)), i32.eq(b, c32(-1)));
const safeW = i32.select(c32(1), b, i32.or(zeroW, overflowW));
const nonzeroW = i32.select(c32(1), b, zeroW);

export const MULTIPLY_ROWS: readonly BaseRow[] = [
  row('mul', '000', i64.mul(rs1, rs2)),
  row('mulh', '001', call('mulHigh', rs1, rs2)),
  row('mulhsu', '010', call('mulHighSU', rs1, rs2)),
  row('mulhu', '011', call('mulHighU', rs1, rs2)),
  row('div', '100', i64.select(c64(-1), i64.div_s(rs1, safe), zero)),
  row('divu', '101', i64.select(c64(-1), i64.div_u(rs1, nonzero), zero)),
  row('rem', '110', i64.select(rs1, i64.rem_s(rs1, nonzero), zero)),
  row('remu', '111', i64.select(rs1, i64.rem_u(rs1, nonzero), zero)),
  rowW('mulw', '000', i32.mul(a, b)),
  rowW('divw', '100', i32.select(c32(-1), i32.div_s(a, safeW), zeroW)),
  rowW('divuw', '101', i32.select(c32(-1), i32.div_u(a, nonzeroW), zeroW)),
  rowW('remw', '110', i32.select(a, i32.rem_s(a, nonzeroW), zeroW)),
  rowW('remuw', '111', i32.select(a, i32.rem_u(a, nonzeroW), zeroW)),
];
