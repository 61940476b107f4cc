/** The tree of files against a simple model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { E } from '../../src/linux/errno.ts';
import { S } from '../../src/linux/uapi.ts';
import { Content } from '../../src/linux/vfs/content.ts';
import type { Inode } from '../../src/linux/vfs/inode.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { compare, Model, OP, RUNS, summary, Tree } from '../support/vfs-model.ts';

describe('tmpfs', () => {
  it('does what the model does', () => {
    fc.assert(
      fc.property(fc.array(OP, { maxLength: 60 }), (ops) => compare(new Tmpfs({ now: () => 0 }), new Model(), ops)),
      { numRuns: RUNS },
    );
  });

  it('gives back what its files took', () => {
    fc.assert(
      fc.property(fc.array(OP, { maxLength: 60 }), (ops) => {
        let pages = 0;
        const owner = {
          charge(n: number) {
            pages += n;
            return true;
          },
        };
        const fs = new Tmpfs({ now: () => 0, owner });
        const tree = new Tree(fs);
        for (const op of ops) tree.apply(op);
        const clear = (path: string, inode: Inode): void => {
          for (const { name, type } of inode.entries()) {
            if (type === S.IFDIR) clear(`${path}/${name}`, inode.lookup(name)!);
            expect(tree.apply({ kind: type === S.IFDIR ? 'rmdir' : 'unlink', path: `${path}/${name}` })).toBe('ok');
          }
        };
        clear('', fs.root);
        expect([fs.used, pages]).toEqual([0, 0]);
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });

  it('refuses what goes beyond its limit with ENOSPC and stays as it was', () => {
    const fs = new Tmpfs({ now: () => 0, limit: 100_000 });
    const tree = new Tree(fs);
    tree.apply({ kind: 'create', path: '/a' });
    expect(tree.apply({ kind: 'write', path: '/a', offset: 0, length: 90_000, byte: 1 })).toBe('90000');
    expect(tree.apply({ kind: 'write', path: '/a', offset: 90_000, length: 90_000, byte: 1 })).toBe(`error ${E.NOSPC}`);
    expect(tree.dump()).toEqual([`/a 1 ${summary(new Uint8Array(90_000).fill(1))}`]);
  });
});

describe('the bytes of a layer', () => {
  it('are not changed by who writes to a file of it', () => {
    const layer = Uint8Array.of(1, 2, 3);
    const content = Content.of(layer);
    content.write(1, Uint8Array.of(9));
    const out = new Uint8Array(3);
    content.read(0, out, 0, 3);
    expect([...out, ...layer]).toEqual([1, 9, 3, 1, 2, 3]);
  });
});
