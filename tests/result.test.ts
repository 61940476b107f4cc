import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultSchemaText } from './support/result-schema.ts';

describe('docs/result.schema.json', () => {
  it('is the schema of the results', () => {
    const file = resolve(import.meta.dirname, '../docs/result.schema.json');
    expect(readFileSync(file, 'utf8'), 'run `node dist/tests/support/print-result-schema.js`').toBe(resultSchemaText());
  });
});
