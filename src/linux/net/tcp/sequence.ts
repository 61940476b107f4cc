/** Sequence numbers: 32 bits that wrap (RFC 9293, 3.4). */

export const add = (sequence: number, n: number): number => (sequence + n) >>> 0;
/** How far `a` is after `b`; negative: before it. */
export const after = (a: number, b: number): number => (a - b) | 0;
export const later = (a: number, b: number): number => (after(a, b) > 0 ? a : b);
