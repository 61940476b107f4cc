import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  circles,
  IMPORT_RULES,
  importRulesMarkdown,
  reader,
  ruleOf,
  sourceFiles,
  violations,
} from './support/import-rules.ts';

const root = resolve(import.meta.dirname, '..');

describe('who may import whom', () => {
  it('is kept by every file', () => {
    expect(violations(sourceFiles(root), reader(root))).toEqual([]);
  });

  it('has no circles', () => {
    const files = sourceFiles(root).filter((file) => !file.endsWith('.test.ts'));
    expect(circles(files, reader(root))).toEqual([]);
  });

  it('stands in docs/ARCHITECTURE.md as it is', () => {
    expect(readFileSync(resolve(root, 'docs/ARCHITECTURE.md'), 'utf8'), 'run `npm run generate:docs`').toContain(
      importRulesMarkdown(),
    );
  });

  it('names only areas that exist in the table', () => {
    const areas = new Set(['*', ...IMPORT_RULES.map((r) => r.area)]);
    for (const rule of IMPORT_RULES) for (const area of rule.may) expect(areas).toContain(area);
  });
});

describe('the checker', () => {
  const check = (file: string, text: string) => violations([file], () => text);

  it('finds a forbidden import, static, dynamic, of types and of assets', () => {
    expect(check('src/abi/x.ts', "import { a } from '../lab/a.ts';")).toHaveLength(1);
    expect(check('src/lab/x.ts', "const a = await import('../machine/host.ts');")).toHaveLength(1);
    expect(check('src/isa/x.ts', "import type { A } from '../engine/a.ts';")).toHaveLength(1);
    expect(check('src/dashboard/x.tsx', "import W from '../machine/w.ts?worker';")).toHaveLength(1);
  });

  it('finds what a browser lacks and packages of others', () => {
    expect(check('src/engine/x.ts', "import { readFileSync } from 'node:fs';")).toHaveLength(1);
    expect(check('src/abi/x.ts', "import { Command } from 'commander';")).toHaveLength(1);
  });

  it('lets the allowed ones pass', () => {
    expect(check('src/cli/x.ts', "import { a } from '../lab/a.ts'; import 'node:fs'; import 'commander';")).toEqual([]);
    expect(check('src/machine/x.ts', "import { a } from '../engine/a.ts'; import { b } from './b.ts';")).toEqual([]);
  });

  it('keeps what only Node has out of code that runs in a browser too', () => {
    expect(check('src/lab/x.ts', "import { a } from './node/platform.ts';")).toHaveLength(1);
    expect(check('src/dashboard/x.ts', "import { a } from '../lab/node/platform.ts';")).toHaveLength(1);
    expect(check('src/cli/x.ts', "import { a } from '../lab/node/platform.ts';")).toEqual([]);
  });

  it('lets the most specific area decide', () => {
    expect(ruleOf('src/lab/plan.ts')?.area).toBe('src/lab');
    expect(ruleOf('elsewhere/x.ts')).toBeUndefined();
  });

  it('finds circles', () => {
    const texts: Record<string, string> = {
      'src/abi/a.ts': "import './b.ts';",
      'src/abi/b.ts': "import './c.ts';",
      'src/abi/c.ts': "import './a.ts';",
      'src/abi/d.ts': "import './a.ts';",
    };
    expect(circles(Object.keys(texts), (file) => texts[file]!)).toEqual([
      'src/abi/a.ts → src/abi/b.ts → src/abi/c.ts → src/abi/a.ts',
    ]);
  });
});
