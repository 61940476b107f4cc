/** Prints the table of import rules into docs/ARCHITECTURE.md. Run from the root. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withImportRules } from './import-rules.ts';

const file = 'docs/ARCHITECTURE.md';
writeFileSync(file, withImportRules(readFileSync(file, 'utf8')));
