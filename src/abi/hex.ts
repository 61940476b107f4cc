/** A number as messages show addresses: `0x` and hex digits. */
export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;
