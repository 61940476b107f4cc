/** Prints the table of deviations into docs/conformance.md, below the sentence that announces it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviationsMarkdown } from '../differential/deviations.ts';
import { projectRoot } from './machine.ts';

const path = join(projectRoot(), 'docs/conformance.md');
const ANNOUNCED = 'Programs avoid exactly them.\n';
const text = readFileSync(path, 'utf8');
const at = text.indexOf(ANNOUNCED);
if (at < 0) throw new Error(`${path} does not announce the table`);
writeFileSync(path, `${text.slice(0, at + ANNOUNCED.length)}\n${deviationsMarkdown()}\n`);
