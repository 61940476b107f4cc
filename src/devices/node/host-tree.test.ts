import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostTree } from './host-tree.ts';

let root: string;
let tree: HostTree;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(tmpdir(), 'trapframe-tree-'));
  tree = new HostTree(root);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const put = (name: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  fs.writeFileSync(path.join(root, name), text);
};
const get = (name: string): string => tree.at(name.split('/'), (at) => fs.readFileSync(at, 'utf8'));
const handles = (): number => fs.readdirSync('/proc/self/fd').length;

describe.runIf(process.platform === 'linux')('a folder that was found before', () => {
  it('is the one of its name at once, whatever has become of that', () => {
    put('a/b/file', 'first');
    put('a/c/file', 'second');
    expect(get('a/b/file')).toBe('first');
    fs.renameSync(path.join(root, 'a/b'), path.join(root, 'a/old'));
    expect(() => get('a/b/file')).toThrow('ENOENT');
    fs.renameSync(path.join(root, 'a/c'), path.join(root, 'a/b'));
    expect(get('a/b/file')).toBe('second');
    fs.rmSync(path.join(root, 'a/b'), { recursive: true });
    put('a/b/file', 'third');
    expect(get('a/b/file')).toBe('third');
    fs.renameSync(path.join(root, 'a'), path.join(root, 'x'));
    fs.symlinkSync('x', path.join(root, 'a'));
    expect(() => get('a/b/file')).toThrow(/ENOTDIR|ELOOP/);
  });

  it('is not mistaken for one that was removed', () => {
    put('a/b/file', 'inside');
    put('a/b (deleted)/file', 'another');
    expect(get('a/b/file')).toBe('inside');
    expect(get('a/b (deleted)/file')).toBe('another');
    fs.renameSync(path.join(root, 'a/b (deleted)'), path.join(root, 'a/c'));
    put('a/b (deleted)/file', 'new');
    fs.rmSync(path.join(root, 'a/c'), { recursive: true });
    expect(get('a/b (deleted)/file')).toBe('new');
  });

  it('is one of few whose handles are kept, and for a moment', async () => {
    const before = handles();
    for (let i = 0; i < 200; i++) put(`a/${i}/file`, String(i));
    for (let i = 0; i < 200; i++) expect(get(`a/${i}/file`)).toBe(String(i));
    expect(handles() - before).toBeLessThanOrEqual(64);
    await expect.poll(handles, { timeout: 20_000 }).toBeLessThanOrEqual(before);
  });
});
