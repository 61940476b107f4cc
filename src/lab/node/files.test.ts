import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFiles } from './files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trapframe-files-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('files', () => {
  it('are written whole, over old ones, in new directories', async () => {
    writeFileSync(join(dir, 'a.txt'), 'old');
    await writeFiles([
      { path: join(dir, 'a.txt'), text: 'new' },
      { path: join(dir, 'sub/b.txt'), text: 'b' },
    ]);
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('new');
    expect(readFileSync(join(dir, 'sub/b.txt'), 'utf8')).toBe('b');
    expect(readdirSync(dir).sort()).toEqual(['a.txt', 'sub']);
  });

  it('stay as they were when one of them cannot be written', async () => {
    writeFileSync(join(dir, 'a.txt'), 'old');
    // A directory that cannot be made, because a file stands in its place.
    const files = [
      { path: join(dir, 'a.txt'), text: 'new' },
      { path: join(dir, 'a.txt/b.txt'), text: 'b' },
    ];
    await expect(writeFiles(files)).rejects.toThrow();
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('old');
    expect(readdirSync(dir)).toEqual(['a.txt']);
  });
});
