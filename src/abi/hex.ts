/** A number as messages show addresses: `0x` and hex digits. */
export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** Bytes as two hex digits each, with nothing between them unless said. */
export const hexBytes = (bytes: Uint8Array, between = ''): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(between);
