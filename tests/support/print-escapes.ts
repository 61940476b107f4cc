/** Writes docs/escapes.md. */
import { writeFileSync } from 'node:fs';
import { escapesMarkdown } from './escapes.ts';

writeFileSync('docs/escapes.md', escapesMarkdown());
