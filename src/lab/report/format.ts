/** Numbers as people read them. */

/** A count or quotient of counts: four significant digits, but every digit before the point up to 10 million. */
export function formatCount(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if ((Number.isInteger(value) || size >= 1e6) && size < 1e7) return grouped(value.toFixed(0));
  if (size >= 1e15) return value.toExponential(2);
  for (const [limit, letter] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
  ] as const) {
    if (size >= limit) return `${significant(value / limit)} ${letter}`;
  }
  return grouped(significant(value));
}

/** Milliseconds, four significant digits. */
export const formatMs = (ms: number): string => grouped(significant(ms));

/** A ratio: `6.10×`; near 1 a digit more. */
export function formatRatio(ratio: number): string {
  if (ratio >= 1000) return `${formatCount(Math.round(ratio))}×`;
  return `${Math.abs(ratio - 1) < 0.1 ? ratio.toFixed(3) : ratio.toPrecision(3)}×`;
}

/** A share of 1 as a percentage with one decimal. */
export const formatShare = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Four significant digits, no exponent, no trailing zeros behind the point. */
function significant(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-5) return value.toExponential(1);
  const digits = size === 0 ? 0 : Math.max(0, 3 - Math.floor(Math.log10(size)));
  const text = value.toFixed(Math.min(digits, 6));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function grouped(text: string): string {
  const [whole, fraction] = text.split('.');
  const spaced = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}
