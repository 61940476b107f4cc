import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joined } from '../abi/bytes.ts';
import { InputError } from '../abi/errors.ts';
import { bytesSource, wholeOf } from './source.ts';
import { entrySource, tarEntries } from './tar.ts';
import type { TarEntry } from './tar-format.ts';
import { type NewEntry, writeTar } from './tar-write.ts';

const utf8 = new TextEncoder();
const archive = (entries: readonly NewEntry[]): Uint8Array => joined([...writeTar(entries)]);
const read = (bytes: Uint8Array): TarEntry[] => [...tarEntries(bytesSource(bytes), 'test.tar')];
const content = (bytes: Uint8Array, entry: TarEntry): Uint8Array => wholeOf(entrySource(bytesSource(bytes), entry));
const hasTar = spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout?.includes('GNU') === true;

const PLAIN = { mode: 0o644, uid: 0, gid: 0, mtime: 0, link: '', device: [0, 0], xattrs: new Map() } as const;
const NAME = fc.oneof(
  fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}$/),
  fc.stringMatching(/^[a-z]{90,300}$/),
  fc.constantFrom('größe', '日本/語', '💾'),
);
const ENTRY: fc.Arbitrary<NewEntry> = fc
  .record({
    name: NAME,
    type: fc.constantFrom('file', 'symlink', 'hardlink', 'character', 'fifo', 'directory'),
    mode: fc.nat(0o7777),
    uid: fc.oneof(fc.nat(2000), fc.nat(2 ** 32 - 1)),
    gid: fc.oneof(fc.nat(2000), fc.nat(2 ** 32 - 1)),
    mtime: fc.oneof(fc.nat(2 ** 40), fc.integer({ min: -100_000, max: 0 })),
    bytes: fc.uint8Array({ maxLength: 1500 }),
    to: NAME,
    device: fc.tuple(fc.nat(255), fc.nat(255)),
    xattrs: fc.array(fc.tuple(fc.stringMatching(/^user\.[a-z]{1,8}$/), fc.uint8Array({ maxLength: 20 })), {
      maxLength: 2,
    }),
  })
  .map(({ bytes, to, device, xattrs, ...rest }) => ({
    ...rest,
    type: rest.type as NewEntry['type'],
    link: rest.type.endsWith('link') ? to : '',
    device: rest.type === 'character' ? device : ([0, 0] as const),
    xattrs: new Map(xattrs),
    ...(rest.type === 'file' && { content: bytesSource(bytes) }),
  }));

describe('tar archives', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(ENTRY, { maxLength: 5 }), (entries) => {
        const bytes = archive(entries);
        const back = read(bytes).map((entry) => {
          const { extents, size, ...rest } = entry;
          return { ...rest, bytes: entry.type === 'file' ? [...content(bytes, entry)] : [] };
        });
        const wanted = entries.map(({ content: source, ...rest }) => ({
          ...rest,
          bytes: source ? [...wholeOf(source)] : [],
        }));
        expect(back).toEqual(wanted);
      }),
    );
  });

  it('are refused or read, whatever is changed in them, and always end', () => {
    fc.assert(
      fc.property(
        fc.array(ENTRY, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        fc.boolean(),
        fc.nat(),
        (entries, changes, mend, cut) => {
          const bytes = archive(entries);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          if (mend) repair(bytes);
          const short = cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
          try {
            for (const entry of read(short)) expect(content(short, entry).length).toBeLessThanOrEqual(entry.size);
          } catch (e) {
            expect(e).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are refused where they end too soon', () => {
    const bytes = archive([{ ...PLAIN, name: 'a', type: 'file', content: bytesSource(new Uint8Array(2000)) }]);
    for (const length of [0, 100, 512, 1024, 2500, bytes.length - 1024])
      expect(() => read(bytes.subarray(0, length)), `${length}`).toThrow(/ends too soon/);
    expect(read(bytes)).toHaveLength(1);
  });
});

/** Makes the sums of all headers right, so that what they say is looked at. */
function repair(bytes: Uint8Array): void {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (String.fromCharCode(...bytes.subarray(at + 257, at + 262)) !== 'ustar') continue;
    bytes.fill(0x20, at + 148, at + 156);
    const sum = bytes.subarray(at, at + 512).reduce((n, b) => n + b, 0);
    bytes.set(utf8.encode(`${sum.toString(8).padStart(6, '0')}\0 `), at + 148);
  }
}

describe.skipIf(!hasTar)('GNU tar', () => {
  const within = <T>(work: (dir: string) => T): T => {
    const dir = mkdtempSync(join(tmpdir(), 'trapframe-tar-'));
    try {
      return work(dir);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };

  it.each(['v7', 'ustar', 'gnu', 'pax'])('writes what is read here: %s', (format) =>
    within((dir) => {
      const long = format === 'v7' ? 'd' : 'x'.repeat(80);
      const deep = format === 'gnu' || format === 'pax' ? 'y'.repeat(200) : 'y';
      mkdirSync(join(dir, 'in', long), { recursive: true });
      writeFileSync(join(dir, 'in', long, deep), 'content');
      symlinkSync('/etc/passwd', join(dir, 'in', 'link'));
      execFileSync('tar', [
        '-C',
        join(dir, 'in'),
        `--format=${format}`,
        '--owner=7',
        '--group=8',
        '-cf',
        join(dir, 'a.tar'),
        '.',
      ]);
      const bytes = new Uint8Array(readFileSync(join(dir, 'a.tar')));
      const entries = new Map(read(bytes).map((e) => [e.name, e]));
      const file = entries.get(`./${long}/${deep}`)!;
      expect([file.type, file.uid, file.gid]).toEqual(['file', 7, 8]);
      expect(new TextDecoder().decode(content(bytes, file))).toBe('content');
      expect(entries.get('./link')).toMatchObject({ type: 'symlink', link: '/etc/passwd' });
      expect(entries.get(`./${long}/`)?.type).toBe('directory');
    }),
  );

  it.each(['gnu', 'pax'])('writes sparse files that are read here: %s', (format) =>
    within((dir) => {
      const bytes = new Uint8Array(1_000_000);
      for (const [i, at] of [0, 100_000, 300_000, 500_000, 700_000, 900_000].entries())
        bytes.fill(i + 1, at, at + 5000);
      writeFileSync(join(dir, 'holes'), '');
      execFileSync('python3', [
        '-c',
        `
f = open(${JSON.stringify(join(dir, 'holes'))}, 'wb')
for i, at in enumerate([0, 100000, 300000, 500000, 700000, 900000]):
    f.seek(at); f.write(bytes([i + 1]) * 5000)
f.truncate(1000000)`,
      ]);
      execFileSync('tar', ['-C', dir, `--format=${format}`, '-Scf', join(dir, 'a.tar'), 'holes']);
      const packed = new Uint8Array(readFileSync(join(dir, 'a.tar')));
      expect(packed.length).toBeLessThan(200_000);
      const [entry] = read(packed);
      expect([entry!.name, entry!.size]).toEqual(['holes', bytes.length]);
      expect(Buffer.compare(content(packed, entry!), bytes)).toBe(0);
    }),
  );

  it('reads what is written here', () =>
    within((dir) => {
      const entries: NewEntry[] = [
        { ...PLAIN, name: 'd/', type: 'directory', mode: 0o750, mtime: 1_500_000_000_000 },
        {
          ...PLAIN,
          name: `d/${'n'.repeat(150)}`,
          type: 'file',
          content: bytesSource(utf8.encode('hello')),
          uid: 3_000_000,
        },
        { ...PLAIN, name: 'größe', type: 'symlink', link: 'd' },
      ];
      writeFileSync(join(dir, 'a.tar'), archive(entries));
      const list = execFileSync('tar', ['-tvf', join(dir, 'a.tar'), '--numeric-owner', '--quoting-style=literal'], {
        encoding: 'utf8',
        env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
      });
      expect(list.split('\n')).toEqual([
        'drwxr-x--- 0/0               0 2017-07-14 02:40 d/',
        `-rw-r--r-- 3000000/0         5 1970-01-01 00:00 d/${'n'.repeat(150)}`,
        'lrw-r--r-- 0/0               0 1970-01-01 00:00 größe -> d',
        '',
      ]);
    }));
});
