/** Writes docs/result.schema.json. */
import { writeFileSync } from 'node:fs';
import { resultSchemaText } from './result-schema.ts';

writeFileSync('docs/result.schema.json', resultSchemaText());
