import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDirectory, exclusively, findBusybox, findKernel, keyOf, storeBusybox, storeKernel } from './cache.ts';
import { readImages } from './images.ts';
import { escapes } from './session.ts';
import { need } from './tools.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapframe-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the cache', () => {
  it('lies where the environment says', () => {
    expect(cacheDirectory({ TRAPFRAME_CACHE: '/x' })).toBe('/x');
    expect(cacheDirectory({ XDG_CACHE_HOME: '/c' })).toBe('/c/trapframe');
    expect(cacheDirectory({})).toMatch(/\.cache\/trapframe$/);
  });

  it('finds the newest kernel of a kind, or the one with a key', () => {
    expect(findKernel(folder, 'built')).toBeNull();
    const old = storeKernel(folder, 'built', 'aa', Uint8Array.of(1), 'the old one');
    storeKernel(folder, 'built', 'bb', Uint8Array.of(2), 'the new one');
    utimesSync(old, 1, 1);
    expect(findKernel(folder, 'built')?.about).toBe('the new one');
    expect(findKernel(folder, 'built', 'aa')?.about).toBe('the old one');
    expect(findKernel(folder, 'debian')).toBeNull();
    expect(existsSync(join(dirname(old), 'about.txt'))).toBe(true);
    expect(findBusybox(folder)).toBeNull();
    storeBusybox(folder, 'cc', Uint8Array.of(3));
    expect([...readFileSync(findBusybox(folder)!)]).toEqual([3]);
  });

  it('tells parts apart, not only their concatenation', () => {
    expect(keyOf('ab', 'c')).not.toBe(keyOf('a', 'bc'));
    expect(keyOf('ab', 'c')).toMatch(/^[0-9a-f]{16}$/);
  });

  it('lets one process work at a time, and takes over from one that died', async () => {
    let inside = 0;
    const work = exclusively(folder, async () => {
      inside++;
      await expect(exclusively(folder, async () => inside++)).rejects.toThrow(`process ${process.pid}`);
    });
    await work;
    expect(inside).toBe(1);
    writeFileSync(join(folder, '.lock'), '999999999');
    await exclusively(folder, async () => inside++);
    expect(inside).toBe(2);
    expect(existsSync(join(folder, '.lock'))).toBe(false);
  });
});

describe('what a run takes', () => {
  const choice = { root: '.', kernel: null, initrd: null, firmware: null };

  it('says how to get a kernel, and a userland', () => {
    expect(() => readImages({ ...choice, cache: folder })).toThrow(/no kernel yet(.|\n)*--build(.|\n)*--fetch/);
    expect(() => readImages({ ...choice, cache: folder, kernel: 'debian' })).toThrow('no debian kernel yet');
    storeKernel(folder, 'built', 'aa', Uint8Array.of(1), 'x');
    expect(() => readImages({ ...choice, cache: folder })).toThrow('no userland yet');
    expect(() => readImages({ ...choice, cache: folder, kernel: join(folder, 'none') })).toThrow('--kernel');
  });

  it('takes a RAM disk of one’s own as it is, without our agent', () => {
    storeKernel(folder, 'built', 'aa', Uint8Array.of(1), 'x');
    const initrd = join(folder, 'initrd');
    writeFileSync(initrd, 'abc');
    const images = readImages({ ...choice, cache: folder, initrd });
    expect(images.agent).toBeNull();
    expect(new TextDecoder().decode(images.initrd)).toBe('abc');
  });

  it('names the packages that bring what is missing', () => {
    expect(() => need({ sh: 'dash', 'no-such-program-here': 'some-package' }, 'this', 'Else that.')).toThrow(
      /this needs no-such-program-here\n.*install.*some-package\. Else that\./,
    );
  });
});

describe('keys at the terminal', () => {
  it('leave with Ctrl-A x, and pass all else on', () => {
    let left = 0;
    const typed = escapes(() => left++);
    expect([...typed(Uint8Array.of(0x61, 1))]).toEqual([0x61]);
    expect([...typed(Uint8Array.of(1, 0x62, 1, 0x63))]).toEqual([1, 0x62, 1, 0x63]);
    expect(left).toBe(0);
    expect([...typed(Uint8Array.of(0x78, 1, 0x78, 0x78))]).toEqual([0x78, 0x78]);
    expect(left).toBe(1);
  });
});
