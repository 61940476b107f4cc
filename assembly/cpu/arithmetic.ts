/** Integer operations WebAssembly has no operator for. The instruction table calls them by these names. */

/** High 64 bits of the unsigned 128-bit product, from four 32-bit ones. */
export function mulHighU(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const carried = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (carried >> 32);
}

/** High 64 bits of signed × signed: a negative factor has counted 2^64 times the other too much. */
export function mulHigh(a: u64, b: u64): u64 {
  return mulHighU(a, b) - (<u64>(<i64>a >> 63) & b) - (<u64>(<i64>b >> 63) & a);
}

/** High 64 bits of signed × unsigned. */
export function mulHighSU(a: u64, b: u64): u64 {
  return mulHighU(a, b) - (<u64>(<i64>a >> 63) & b);
}

/** Low 64 bits of the carry-less product. */
export function clmul(a: u64, b: u64): u64 {
  let product: u64 = 0;
  while (b != 0) {
    if (b & 1) product ^= a;
    a <<= 1;
    b >>= 1;
  }
  return product;
}

/** Bits 126…63 of the carry-less product: the low half of the product of the reversed operands, reversed. */
export function clmulReversed(a: u64, b: u64): u64 {
  let product: u64 = 0;
  for (let i: u64 = 0; i < 64; i++) {
    if ((b >> i) & 1) product ^= a >> (63 - i);
  }
  return product;
}

/** Bits 127…64 of the carry-less product. */
export function clmulHigh(a: u64, b: u64): u64 {
  return clmulReversed(a, b) >> 1;
}

/** Each byte of b replaced by the byte of a it names, 0 beyond the eighth. */
export function xperm8(a: u64, b: u64): u64 {
  let result: u64 = 0;
  for (let at: u64 = 0; at < 64; at += 8) {
    const index = (b >> at) & 0xff;
    if (index < 8) result |= ((a >> (index << 3)) & 0xff) << at;
  }
  return result;
}

/** Each nibble of b replaced by the nibble of a it names. */
export function xperm4(a: u64, b: u64): u64 {
  let result: u64 = 0;
  for (let at: u64 = 0; at < 64; at += 4) {
    const index = (b >> at) & 0xf;
    result |= ((a >> (index << 2)) & 0xf) << at;
  }
  return result;
}
