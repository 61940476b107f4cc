/** Volumes: folders of the host with the owners that guests gave. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { S } from '../../src/linux/uapi.ts';
import type { Inode } from '../../src/linux/vfs/inode.ts';
import { Volumes } from '../../src/machine/node/volumes.ts';
import { compare, Model, operations, paths } from '../support/vfs-model.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapframe-volumes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const root = (volumes: Volumes, name = 'data'): Inode => volumes.open(name).fs.root;

describe('a volume', () => {
  it('keeps files, owners and modes for whoever opens it next', () => {
    const first = root(new Volumes(folder));
    const file = first.create('f', { uid: 5, gid: 6, mode: S.IFREG | 0o640 });
    file.write(0, new TextEncoder().encode('kept'));
    file.change({ mode: 0o4755, uid: 7 }, 0);
    first.create('tmp', { uid: 0, gid: 0, mode: S.IFDIR | 0o755 }).change({ mode: 0o1777 }, 0);
    first.symlink('l', 'f', { uid: 1, gid: 1, mode: S.IFLNK | 0o777 });
    const again = root(new Volumes(folder));
    const see = (name: string) => {
      const { mode, uid, gid } = again.lookup(name)!;
      return [mode.toString(8), uid, gid];
    };
    expect([see('f'), see('tmp'), see('l')]).toEqual([
      ['104755', 7, 6],
      ['41777', 0, 0],
      ['120777', 1, 1],
    ]);
    const bytes = new Uint8Array(4);
    again.lookup('f')!.read(0, bytes);
    expect(new TextDecoder().decode(bytes)).toBe('kept');
    // No set-id program of a guest's is one of the host's.
    expect(statSync(join(folder, 'data/files/f')).mode & 0o7000).toBe(0);
  });

  it('is one file system for all who have it open', () => {
    const volumes = new Volumes(folder);
    expect(volumes.open('data').fs).toBe(volumes.open('data').fs);
    root(volumes).create('f', { uid: 0, gid: 0, mode: S.IFREG | 0o644 });
    expect(
      root(volumes)
        .entries()
        .map(({ name }) => name),
    ).toEqual(['f']);
  });

  it('gives a new file no owner of one that is gone', () => {
    const volumes = new Volumes(folder);
    for (let i = 0; i < 20; i++) {
      const owner = i % 3;
      const file = root(volumes).create('f', { uid: owner, gid: owner, mode: S.IFREG | 0o644 });
      expect([file.uid, file.gid]).toEqual([owner, owner]);
      root(volumes).unlink('f');
    }
  });

  it('outlives a list of owners that was cut off', () => {
    const file = root(new Volumes(folder)).create('f', { uid: 5, gid: 6, mode: S.IFREG | 0o644 });
    expect(file.uid).toBe(5);
    writeFileSync(join(folder, 'data/owners'), '12:34 5', { flag: 'a' });
    expect(root(new Volumes(folder)).lookup('f')!.uid).toBe(5);
  });

  it('does what the model does', () => {
    let last = 0;
    const volumes = new Volumes(folder);
    fc.assert(
      fc.property(fc.array(operations(paths(['a', 'b'], 3)), { maxLength: 30 }), (ops) => {
        // Hard links to links are not made on hosts that would follow them.
        const usual = ops.filter(({ kind }) => kind !== 'link' && kind !== 'symlink');
        compare(volumes.open(`v${++last}`).fs, new Model(), usual);
      }),
      { numRuns: 40 },
    );
  });

  it('has a name that is no path, and is deleted with all in it', () => {
    const volumes = new Volumes(folder);
    for (const name of ['..', '.', 'a/b', '', '-x']) expect(() => volumes.open(name)).toThrow(/no name for a volume/);
    root(volumes).create('f', { uid: 0, gid: 0, mode: S.IFREG | 0o644 });
    volumes.remove('data');
    expect(volumes.list()).toEqual([]);
    expect(() => volumes.remove('data')).toThrow(/there is no volume data/);
    expect(root(volumes).entries()).toEqual([]);
  });
});
