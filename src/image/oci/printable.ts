/** What strangers say, for a terminal: on one line, not too long, and without what would move its cursor. */

const MOST = 300;

export function printable(text: string): string {
  const plain = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return plain.length > MOST ? `${plain.slice(0, MOST)}…` : plain;
}

/** The same in quotation marks. */
export const quoted = (text: string): string => JSON.stringify(printable(text));
