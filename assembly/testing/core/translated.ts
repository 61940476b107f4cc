// Nothing is translated on the bare core: no record ever holds OP_TRANSLATED.
export const LEFT_FOR: u32 = 1;
export const LEFT_OFF: u32 = 2;
export const LEFT_MASK: u32 = 3;

/** Never reached. */
export function callTranslated(ip: u32, pc: u64, n: i64): i64 {
  return unreachable();
}

/** Never reached. */
export function recordHere(): u32 {
  return unreachable();
}

/** Never reached. */
export function release(ip: u32, n: i64): i64 {
  return unreachable();
}

/** Nothing is released. */
export function rearm(): void {}
