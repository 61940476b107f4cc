import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTable } from '../../src/linux/syscalls/table.ts';
import { syscallsMarkdown } from '../support/syscalls.ts';

describe('the system-call table', () => {
  const rows = [...createTable(() => 0).values()];

  it('stands in docs/syscalls.md as it is', () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../docs/syscalls.md'), 'utf8');
    expect(text, 'run `npm run generate:docs`').toBe(syscallsMarkdown());
  });

  it('has each number and name once, and a note for what is partial', () => {
    expect(new Set(rows.map((r) => r.name)).size).toBe(rows.length);
    expect(rows.filter((r) => (r.state === 'partial') !== (r.note !== ''))).toEqual([]);
    expect(rows.filter((r) => (r.state === 'missing') !== (r.serve === null))).toEqual([]);
  });
});
