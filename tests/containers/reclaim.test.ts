/** Memory of page caches is charged, taken back where a limit is met, and protected by memory.low and memory.min. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { E } from '../../src/linux/errno.ts';
import { readControl, writeControl } from '../../src/linux/proc/cgroup.ts';
import { ControlGroup } from '../../src/linux/task/cgroup.ts';
import { protection, reclaim } from '../../src/linux/task/reclaim.ts';
import { S } from '../../src/linux/uapi.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import type { LinuxHost } from '../../src/machine/programs.ts';
import { bootLinux } from '../support/linux.ts';

const PAGE = 4096;
const OWN = { uid: 0, gid: 0, mode: S.IFREG | 0o644 };
const MEMORY = 16 * 2 ** 20;

let host: LinuxHost;
let files: Tmpfs;
let made = 0;

beforeEach(async () => {
  host = await bootLinux({ memory: MEMORY });
  files = new Tmpfs({ now: () => 0 });
  files.hold();
  host.system.kernel.cgroups.enableAll();
});

/** Has a group read so many pages of a file of its own, which nobody maps then. */
function cache(group: ControlGroup, pages: number): void {
  const inode = files.root.create(`f${made++}`, OWN);
  inode.write(0, new Uint8Array(pages * PAGE).fill(7));
  const cached = host.system.kernel.caches.of(inode);
  cached.hold();
  for (let i = 0; i < pages; i++) expect(cached.page(i, group)).toBeGreaterThan(0);
  cached.release();
}

const group = (parent: ControlGroup, name: string, settings: Record<string, number> = {}): ControlGroup => {
  const child = parent.makeChild(name);
  child.enableAll();
  for (const [file, pages] of Object.entries(settings))
    writeControl(host.system.kernel, child, `memory.${file}`, String(pages * PAGE));
  return child;
};

const events = (of: ControlGroup): Record<string, number> =>
  Object.fromEntries(
    readControl(host.system.kernel, of, 'memory.events')
      .trim()
      .split('\n')
      .map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]),
  );

describe('pages of files', () => {
  it('are charged to who needs them first, and given back', () => {
    const { kernel } = host.system;
    const one = group(kernel.cgroups, 'one');
    cache(one, 10);
    expect(one.pages).toBe(10);
    expect(readControl(kernel, one, 'memory.stat')).toMatch(/^anon 0\nfile 40960\nshmem 0\ninactive_file 40960\n/);
    kernel.caches.reclaim();
    expect([one.pages, kernel.cgroups.kinds.file]).toEqual([0, 0]);
  });

  it('make room where memory.max is met, before anybody is killed', () => {
    const { kernel } = host.system;
    const small = group(kernel.cgroups, 'small', { max: 20 });
    cache(small, 50);
    expect(small.pages).toBeLessThanOrEqual(20);
    expect(kernel.frames.alloc(small)).toBeGreaterThan(0);
    expect(kernel.counts.oomKills).toBe(0);
    writeControl(kernel, small, 'memory.max', String(5 * PAGE));
    expect(small.pages).toBeLessThanOrEqual(5);
    expect(kernel.counts.oomKills).toBe(0);
  });

  it('are taken back from what is above memory.high, and by memory.reclaim', () => {
    const { kernel } = host.system;
    const one = group(kernel.cgroups, 'one');
    cache(one, 30);
    writeControl(kernel, one, 'memory.high', String(12 * PAGE));
    expect(one.pages).toBe(12);
    writeControl(kernel, one, 'memory.reclaim', String(2 * PAGE));
    expect(one.pages).toBe(10);
    expect(() => writeControl(kernel, one, 'memory.reclaim', '1M')).toThrow(expect.objectContaining({ code: E.AGAIN }));
    expect(one.pages).toBe(0);
  });
});

describe('protection', () => {
  it('of memory.low yields when nothing else is left, and says so; that of memory.min never does', () => {
    const { kernel } = host.system;
    const top = group(kernel.cgroups, 'top');
    const open = group(top, 'open');
    const low = group(top, 'low', { low: 16 });
    const min = group(top, 'min', { min: 16 });
    for (const each of [open, low, min]) cache(each, 20);
    expect(reclaim(kernel, top, 10)).toBe(10);
    // Whoever is above what is protected gives, and no more than that.
    expect(reclaim(kernel, top, 18)).toBe(18);
    expect([open.pages, low.pages, min.pages]).toEqual([0, 16, 16]);
    expect([events(low).low, events(top).low]).toEqual([0, 0]);
    expect(reclaim(kernel, top, 6)).toBe(6);
    expect([low.pages, min.pages]).toEqual([10, 16]);
    expect([events(low).low, events(top).low, events(min).low]).toEqual([1, 1, 0]);
    expect(reclaim(kernel, top, 100)).toBe(10);
    expect(min.pages).toBe(16);
  });

  it('holds against neighbours that use all memory', () => {
    const { kernel } = host.system;
    const kept = group(kernel.cgroups, 'kept', { low: 64 });
    const greedy = group(kernel.cgroups, 'greedy');
    cache(kept, 64);
    cache(greedy, 64);
    const taken: number[] = [];
    while (kernel.frames.available > 0) taken.push(kernel.frames.alloc(greedy));
    const more = Array.from({ length: 40 }, () => kernel.frames.alloc(greedy));
    expect(more).not.toContain(0);
    expect([kept.pages, events(kept).low]).toEqual([64, 0]);
    for (let i = 0; i < 60; i++) more.push(kernel.frames.alloc(greedy));
    expect(kept.pages).toBeLessThan(64);
    expect(events(kept).low).toBeGreaterThan(0);
    writeControl(kernel, kept, 'memory.min', String(kept.pages * PAGE));
    const last = kept.pages;
    while (kernel.frames.alloc(greedy) !== 0) taken.push(1);
    expect(kept.pages).toBe(last);
  });

  it('is at most what is set and used, and siblings share what is above them', () => {
    const sizes = fc.record({ used: fc.nat(50), low: fc.nat(60) });
    const shape = fc.record({
      own: sizes,
      below: fc.array(fc.record({ own: sizes, below: fc.array(sizes, { maxLength: 3 }) }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(shape, ({ own, below }) => {
        let number = 0;
        const root = new ControlGroup(null, '');
        const add = (parent: ControlGroup, { used, low }: { used: number; low: number }): ControlGroup => {
          const child = parent.makeChild(`g${number++}`);
          child.charge(used);
          child.memoryLow = low * PAGE;
          return child;
        };
        const top = add(root, own);
        for (const { own: mine, below: leaves } of below) {
          const middle = add(top, mine);
          for (const leaf of leaves) add(middle, leaf);
        }
        const effective = (g: ControlGroup): number => protection(g, root, 'memoryLow');
        expect(effective(top)).toBe(top.memoryLow);
        for (const g of top.down()) {
          if (g !== top) expect(effective(g)).toBeLessThanOrEqual(Math.min(g.memoryLow, g.bytes));
          const children = [...g.children.values()];
          const asked = children.reduce((sum, c) => sum + Math.min(c.memoryLow, c.bytes), 0);
          const given = children.reduce((sum, c) => sum + effective(c), 0);
          expect(given).toBeCloseTo(Math.min(asked, effective(g)), 3);
        }
        // What reclaim begins at protects nothing of itself.
        expect(protection(top, top, 'memoryLow')).toBe(0);
      }),
    );
  });
});
