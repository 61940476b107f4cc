/** The committed files of assembly/generated are what the tables print now. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GENERATED } from './files.ts';

describe('generated files', () => {
  it.each(GENERATED.map(({ path, print }) => [path, print] as const))('%s is up to date', (path, print) => {
    expect(readFileSync(path, 'utf8') === print(), 'run `npm run generate`').toBe(true);
  });

  it.each(GENERATED.map(({ path, print }) => [path, print] as const))('%s prints the same twice', (_path, print) => {
    expect(print()).toBe(print());
  });
});
