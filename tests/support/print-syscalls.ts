/** Writes docs/syscalls.md. */
import { writeFileSync } from 'node:fs';
import { syscallsMarkdown } from './syscalls.ts';

writeFileSync('docs/syscalls.md', syscallsMarkdown());
