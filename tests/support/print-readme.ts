/**
 * Puts real output into README.md: runs what `npm start` runs, and pastes three of its tables and its last lines between
 * the marks. Run from the root, on a machine that does nothing else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { trapframe } from './cli.ts';

const BEGIN = '<!-- printed by `npm run generate:readme` -->';
const END = '<!-- end of output -->';
const SHOWN = ['fork', 'gups', 'integer-mix'];

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
const args = scripts.start.split(' ').slice(2);
const { code, stdout, stderr } = await trapframe(args, { deadline: 10 * 60_000 });
if (code !== 0) throw new Error(`npm start ended with ${code}\n${stderr}`);
const blocks = stdout.trimEnd().split('\n\n');
const tables = blocks.filter((block) => SHOWN.some((id) => block.startsWith(`${id} (`)));
if (tables.length !== SHOWN.length) throw new Error(`expected tables of ${SHOWN.join(', ')} in\n${stdout}`);

const readme = readFileSync('README.md', 'utf8');
const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
if (from < 0 || to < from) throw new Error(`README.md lacks ${BEGIN} or ${END}`);
const output = `${BEGIN}\n\`\`\`\n${[...tables, blocks.at(-1)].join('\n\n')}\n\`\`\`\n${END}`;
writeFileSync('README.md', readme.slice(0, from) + output + readme.slice(to + END.length));
