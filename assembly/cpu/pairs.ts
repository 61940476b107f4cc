// Records that are gone through together with the one behind them (src/isa/gen/pairs.ts). Whoever changes a record, so that it has to be
// met for itself, takes it out of its pairs first.
import { OP_HALT, pairOf, plainOp } from '../generated/decode';

/** Pairs the record at `ip`, of an instruction of `length` bytes, with the one behind it, where that is decoded and there is such a pair. */
@inline function join(ip: u32, length: u32): void {
  const op = pairOf(load<u16>(ip), length, plainOp(load<u16>(ip + (length << 3))));
  if (op) store<u16>(ip, <u16>op);
}

/** The record at `ip` has been decoded, that of the instruction at offset `off` of its page. */
export function joinAround(ip: u32, off: u32): void {
  join(ip, 2);
  join(ip, 4);
  if (off >= 2) join(ip - 16, 2);
  if (off >= 4) join(ip - 32, 4);
}

/** The record is to be met for its own instruction alone. */
export function split(record: u32): void {
  const op: u32 = load<u16>(record);
  store<u16>(record, <u16>(plainOp(op & ~OP_HALT) | (op & OP_HALT)));
}

/** What goes through the record at `ip` together with their own is to do so no more. */
export function splitBefore(ip: u32, off: u32): void {
  if (off >= 2) split(ip - 16);
  if (off >= 4) split(ip - 32);
}
