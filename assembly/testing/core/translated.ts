// Nothing is translated on the bare core: no record ever holds OP_TRANSLATED.
export const LEFT_WITHIN: u32 = 0;
export const LEFT_OFF: u32 = 2;

/** Never reached. */
export function callTranslated(ip: u32, pc: u64, n: i64): i64 {
  return unreachable();
}
