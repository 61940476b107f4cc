import { describe, expect, it } from 'vitest';
import { editDistance, nearest, pick } from './suggest.ts';

describe('did you mean', () => {
  it('counts edits, a swap of neighbours as one', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('shadow', 'shaodw')).toBe(1);
    expect(editDistance('same', 'same')).toBe(0);
  });

  it('offers near names and prefixes, and nothing far', () => {
    const known = ['bare', 'shadow', 'shadow-sync', 'nested', 'paravirt'];
    expect(nearest('nestd', known)).toEqual(['nested']);
    expect(nearest('para', known)).toEqual(['paravirt']);
    expect(nearest('Shaodw', known)[0]).toBe('shadow');
    expect(nearest('quantum', known)).toEqual([]);
  });

  it('lists all known ids in the error', () => {
    expect(() => pick([{ id: 'bare' }, { id: 'nested' }], 'nestde', 'environment')).toThrow(
      /unknown environment "nestde"[\s\S]*did you mean nested\?[\s\S]*known: bare, nested/,
    );
  });
});
