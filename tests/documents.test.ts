/** What the documents point at exists: files by their path, links, npm scripts and commands of the command line. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const TOP = 'src|tests|bench|docs|assembly|workers|\\.ci';
const SCRIPTS = Object.keys(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).scripts);
const COMMANDS = readdirSync(path.join(ROOT, 'src/cli/commands')).map((name) => name.replace(/\.ts$/, ''));

describe.each(DOCUMENTS)('%s', (name) => {
  // The table of import rules also has areas that are to come; tests/imports.test.ts holds it.
  const text = readFileSync(path.join(ROOT, name), 'utf8').replace(
    /<!-- import rules[\s\S]*<!-- end of import rules/,
    '',
  );
  const all = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1]!);

  it('names files that exist', () => {
    const paths = all(new RegExp(`\`((?:${TOP})/[\\w./-]*)\``, 'g'));
    expect(paths.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('links to what exists', () => {
    const links = all(/\]\(([^)#]+)(?:#[^)]*)?\)/g).filter((link) => !/^https?:/.test(link));
    expect(links.filter((link) => !existsSync(path.resolve(ROOT, path.dirname(name), link)))).toEqual([]);
  });

  it('tells commands that exist', () => {
    expect(all(/npm run ([\w:]+)/g).filter((script) => !SCRIPTS.includes(script))).toEqual([]);
    expect(all(/npx trapframe ([a-z]+)/g).filter((command) => !COMMANDS.includes(command))).toEqual([]);
  });
});
