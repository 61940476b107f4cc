import { InputError } from '../abi/errors.ts';

/** Edits (insert, delete, replace, swap of neighbours) between two words: the optimal-string-alignment distance. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The known names nearest to `word`, best first, at most three, none too far away to be meant. */
export function nearest(word: string, known: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(word.length / 3));
  return known
    .map((name) => ({ name, far: name.startsWith(word) ? 0 : editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
}

/**
 * Finds a row by id.
 * @throws InputError that names the nearest ids and lists all of them
 */
export function pick<T extends { readonly id: string }>(rows: readonly T[], id: string, what: string): T {
  const row = rows.find((r) => r.id === id);
  if (row) return row;
  throw unknown(
    id,
    rows.map((r) => r.id),
    what,
  );
}

/** The error for a name that is not among `known`. */
export function unknown(word: string, known: readonly string[], what: string): InputError {
  const near = nearest(word, known);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?\n  ` : '';
  return new InputError(`unknown ${what} "${word}"`, `${hint}known: ${known.join(', ')}`);
}
