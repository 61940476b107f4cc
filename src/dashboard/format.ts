/** Figures as text. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 });

/** A count with separators: 1,234,567. */
export const count = (n: number): string => whole.format(n);

/** A figure to about four digits: 1.235M. */
export const compact = (n: number): string => (Math.abs(n) < 10_000 ? whole.format(n) : short.format(n));

/** Milliseconds, with the digits that matter. */
export const ms = (n: number): string => (n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2));

/** A ratio: 1.00×, 12.3×, 412×. */
export const ratio = (n: number): string => `${n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2)}×`;

/** A change with its sign. */
export const signed = (n: number): string => (n > 0 ? `+${whole.format(n)}` : n < 0 ? `−${whole.format(-n)}` : '0');
