/** The image store: archives of others go in, what is wrong with them stays out, and what comes out is what went in. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joined } from '../../src/abi/bytes.ts';
import { InputError } from '../../src/abi/errors.ts';
import { bytesSource } from '../../src/image/source.ts';
import { S } from '../../src/linux/uapi.ts';
import type { Inode } from '../../src/linux/vfs/inode.ts';
import { memoryFolder } from '../../src/machine/images/folder.ts';
import { ImageStore } from '../../src/machine/images/store.ts';
import { changesOf, makeRoot, treeEntries } from '../../src/machine/images/tree.ts';
import { nodeFolder } from '../../src/machine/node/folder.ts';
import { dockerArchive, ociArchive, type RawLayer, type RawMember, rawTar, rawZstd, sha } from '../support/images.ts';

const now = (): number => 0;
let files: Map<string, Uint8Array>;
let store: ImageStore;

beforeEach(() => {
  files = new Map();
  store = new ImageStore(memoryFolder(files), now);
});
afterEach(() => store.close());

const load = (bytes: Uint8Array) => store.load(bytesSource(bytes), 'image.tar');

async function saved(...refs: string[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of store.save(refs)) parts.push(part);
  return joined(parts);
}

/** All an image shows, as text. */
function shown(inode: Inode, path = ''): Record<string, string> {
  return Object.assign(
    {},
    ...inode.entries().map(({ name }) => {
      const child = inode.lookup(name)!;
      const at = `${path}/${name}`;
      if ((child.mode & S.IFMT) === S.IFDIR) return { [`${at}/`]: '', ...shown(child, at) };
      if ((child.mode & S.IFMT) === S.IFLNK) return { [at]: `-> ${child.readlink()}` };
      const bytes = new Uint8Array(child.size);
      child.read(0, bytes);
      return { [at]: new TextDecoder().decode(bytes) };
    }),
  );
}

async function rootOf(ref: string): Promise<Record<string, string>> {
  return shown(makeRoot((await store.open(ref)).layers, { now }).fs.root);
}

const LOWER: RawMember[] = [
  { name: 'etc/', type: '5', mode: 0o755 },
  { name: 'etc/a', content: 'a' },
  { name: 'etc/b', content: 'b' },
  { name: 'var/lib/x', content: 'x' },
  { name: 'var/lib/y', content: 'y' },
  { name: 'bin/sh', type: '2', link: '/etc/a' },
  { name: 'etc/c', type: '1', link: 'etc/a' },
];
const UPPER: RawMember[] = [
  { name: './etc/.wh.b' },
  { name: './etc/a', content: 'new' },
  { name: './var/lib/z', content: 'z' },
  { name: './var/lib/.wh..wh..opq' },
];
const MERGED = {
  '/bin/': '',
  '/bin/sh': '-> /etc/a',
  '/etc/': '',
  '/etc/a': 'new',
  '/etc/c': 'a',
  '/var/': '',
  '/var/lib/': '',
  '/var/lib/z': 'z',
};

describe('an image', () => {
  it.each([
    ['plain', (tar: Buffer): RawLayer => ({ bytes: tar })],
    [
      'gzip',
      (tar: Buffer): RawLayer => ({ bytes: gzipSync(tar), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }),
    ],
    [
      'gzip of two parts',
      (tar: Buffer): RawLayer => ({
        bytes: Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]),
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      }),
    ],
    [
      'zstd',
      (tar: Buffer): RawLayer => ({ bytes: rawZstd(tar), mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' }),
    ],
  ])('of an OCI layout is merged from its layers, whiteouts and opaque directories: %s', async (_, pack) => {
    const layers = [LOWER, UPPER].map((members) => ({
      ...pack(rawTar(members)),
      diffId: `sha256:${sha(rawTar(members))}`,
    }));
    const [record] = await load(ociArchive(layers));
    expect(record!.names).toEqual(['test:1']);
    expect(await rootOf('test:1')).toEqual(MERGED);
  });

  it('of docker save, put together by tar and sha256sum, is read, packed or not', async () => {
    const archive = dockerArchive(
      [
        { 'etc/a': '1', 'etc/b': '2' },
        { 'etc/.wh.a': '', 'new/file': '3' },
      ],
      ['tools/x:2', 'y:latest'],
    );
    for (const bytes of [archive, gzipSync(archive)]) {
      const [record] = await load(bytes);
      expect(record!.names).toEqual(['tools/x:2', 'y:latest']);
    }
    expect(await rootOf('y')).toEqual({ '/etc/': '', '/etc/b': '2', '/new/': '', '/new/file': '3' });
    expect((await store.list()).length).toBe(1);
  });

  it('is the same when it is saved and loaded: digests, and every byte of the archive', async () => {
    await load(ociArchive([LOWER, UPPER].map((m) => ({ bytes: rawTar(m) }))));
    await load(dockerArchive([{ a: '1' }], ['x:1']));
    const before = await store.list();
    const archive = await saved('test:1', 'x:1');
    const mine = store;
    store = new ImageStore(memoryFolder(), now);
    await load(archive);
    expect(await store.list()).toEqual(before);
    expect(Buffer.compare(await saved('test:1', 'x:1'), archive)).toBe(0);
    mine.close();
  });

  it('is read the same from its OCI side as from its Docker side', async () => {
    await load(ociArchive([{ bytes: rawTar(LOWER) }]));
    const archive = Buffer.from(await saved('test:1'));
    const before = await store.list();
    // Without the name the layout alone is left.
    const at = archive.indexOf('manifest.json');
    const header = archive.subarray(at, at + 512);
    header.write('manifest.jsox', 0);
    header.write('        ', 148);
    header.write(
      `${header
        .reduce((n, b) => n + b, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    store = new ImageStore(memoryFolder(), now);
    await load(archive);
    expect(await store.list()).toEqual(before);
  });

  it('shares its layers: a second one adds only what is new', async () => {
    const base = rawTar([{ name: 'big', content: new Uint8Array(100_000) }]);
    await load(ociArchive([{ bytes: base }]));
    const size = (): number => [...files.values()].reduce((n, b) => n + b.length, 0);
    const before = size();
    await load(dockerArchiveOf([base, rawTar([{ name: 'small', content: '1' }])], 'second:1'));
    expect(size() - before).toBeLessThan(6000);
    const [one, two] = [await store.open('test:1'), await store.open('second:1')];
    expect(two.layers[1]).toBe(one.layers[0]);
  });

  it('is committed from what a container changed, and shows the same then', async () => {
    await load(ociArchive([LOWER, UPPER].map((m) => ({ bytes: rawTar(m) }))));
    const image = await store.open('test:1');
    const { fs, upper } = makeRoot(image.layers, { now });
    const own = { uid: 0, gid: 0 };
    fs.root.lookup('etc')!.unlink('a');
    fs.root.lookup('var')!.lookup('lib')!.unlink('z');
    fs.root.lookup('var')!.rmdir('lib');
    const lib = fs.root.lookup('var')!.create('lib', { ...own, mode: S.IFDIR | 0o700 });
    const file = lib.create('w', { ...own, mode: S.IFREG | 0o600 });
    file.write(0, new TextEncoder().encode('w'));
    lib.link('v', file);
    expect([...changesOf(upper, image.layers)].map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'C /etc',
      'D /etc/a',
      'C /var',
      'C /var/lib',
      'A /var/lib/v',
      'A /var/lib/w',
    ]);
    await store.commit('test:1', treeEntries(upper), { names: ['mine'], createdBy: 'test' });
    expect(await rootOf('mine')).toEqual(shown(fs.root));
    const opened = await store.open('mine');
    expect(makeRoot(opened.layers, { now }).fs.root.lookup('var')!.lookup('lib')!.lookup('v')!.nlink).toBe(2);
    expect(opened.config.history?.at(-1)?.created_by).toBe('test');
    // The upper layer of a stopped container comes back from its own archive.
    const again = makeRoot(image.layers, { now }, opened.layers[0]!);
    expect(shown(again.fs.root)).toEqual(shown(fs.root));
  });
});

function dockerArchiveOf(layers: readonly Uint8Array[], tag: string): Buffer {
  const config = JSON.stringify({
    architecture: 'riscv64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map((l) => `sha256:${sha(l)}`) },
  });
  return rawTar([
    ...layers.map((content, i) => ({ name: `${i}.tar`, content })),
    { name: `${sha(config)}.json`, content: config },
    {
      name: 'manifest.json',
      content: JSON.stringify([
        { Config: `${sha(config)}.json`, RepoTags: [tag], Layers: layers.map((_, i) => `${i}.tar`) },
      ]),
    },
  ]);
}

const layer = (...members: RawMember[]): Buffer => ociArchive([{ bytes: rawTar(members) }]);
const packed = (bytes: Uint8Array, tar: Uint8Array = bytes): Buffer =>
  ociArchive([{ bytes, diffId: `sha256:${sha(tar)}` }]);
const zeros = (n: number): Buffer => rawTar([{ name: 'zero', content: new Uint8Array(n) }]);
const good = rawTar(LOWER);

/** Each archive is refused, and with which words. */
const REFUSED: readonly (readonly [name: string, archive: () => Uint8Array, reason: RegExp])[] = [
  ['a name with ..', () => layer({ name: 'a/../../etc/passwd' }), /"\.\."/],
  ['an absolute name', () => layer({ name: '/etc/passwd' }), /absolute name/],
  ['an absolute hard link', () => layer({ name: 'a', type: '1', link: '/etc/passwd' }), /absolute hard link/],
  [
    'a hard link with ..',
    () => layer({ name: 'a', type: '1', link: '../etc/passwd' }),
    /hard link’s target with "\.\."/,
  ],
  ['a hard link to nothing', () => layer({ name: 'a', type: '1', link: 'b' }), /does not stand before it/],
  [
    'a file behind a link',
    () => layer({ name: 'a', type: '2', link: '/etc' }, { name: 'a/passwd' }),
    /lies below a, which is no directory but a symlink/,
  ],
  ['a file in a file', () => layer({ name: 'a' }, { name: 'a/b' }), /no directory but a file/],
  ['a member of an unknown type', () => layer({ name: 'a', type: 'Z' }), /type "Z"/],
  ['a whiteout of ..', () => layer({ name: '.wh...' }), /whiteout of nothing/],
  ['too deep a path', () => layer({ name: `${'a/'.repeat(49)}b` }), /directories deep/],
  ['a layer that ends too soon', () => ociArchive([{ bytes: good.subarray(0, 1500) }]), /ends too soon/],
  ['a layer without an end', () => ociArchive([{ bytes: rawTar(LOWER, false) }]), /ends too soon/],
  ['a cut gzip layer', () => packed(gzipSync(good).subarray(0, 100), good), /damaged or cut off/],
  [
    'a gzip layer that is damaged',
    () => {
      const b = gzipSync(good);
      b[b.length - 6]! ^= 1;
      return packed(b, good);
    },
    /damaged or cut off/,
  ],
  ['a cut zstd layer', () => packed(rawZstd(good).subarray(0, 800), good), /ends too soon/],
  [
    'a zstd frame that asks for gigabytes',
    () => packed(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0])),
    /asks for a window/,
  ],
  ['a bomb', () => packed(gzipSync(zeros(3_000_000)), zeros(3_000_000)), /grows to more than 250 times/],
  [
    'a layer that is too large',
    () => packed(gzipSync(zeros(6_000_000), { level: 0 }), zeros(6_000_000)),
    /unpacks to more than 5000000 bytes/,
  ],
  ['too many files', () => layer(...Array.from({ length: 101 }, (_, i) => ({ name: `f${i}` }))), /more than 100/],
  ['another layer than was promised', () => packed(gzipSync(good), Buffer.from('other')), /not what its digest says/],
  [
    'an unknown media type',
    () => ociArchive([{ bytes: good, mediaType: 'application/vnd.oci.image.layer.v1.tar+encrypted' }]),
    /media type .*encrypted/,
  ],
  ['a blob of another content', () => spoiled(good, 'etc/a', 'etc/A'), /not what its digest says/],
  [
    'a blob of another size',
    () =>
      ociArchive([{ bytes: good }], ({ manifest }) => {
        (manifest.layers as { size: number }[])[0]!.size++;
      }),
    /bytes where/,
  ],
  [
    'more layers than the configuration names',
    () =>
      ociArchive([{ bytes: good }], ({ manifest }) => {
        (manifest.layers as unknown[]).push((manifest.layers as unknown[])[0]);
      }),
    /names 1 layers where there are 2/,
  ],
  [
    'an image for other platforms only',
    () =>
      ociArchive([{ bytes: good }], ({ index }) => {
        index.manifests = ['amd64', 'arm64'].map((architecture) => ({
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: `sha256:${'0'.repeat(64)}`,
          size: 2,
          platform: { os: 'linux', architecture },
        }));
      }),
    /linux\/amd64, linux\/arm64/,
  ],
  [
    'a missing blob',
    () =>
      ociArchive([{ bytes: good }], ({ index }) => {
        index.manifests = [
          { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 2 },
        ];
      }),
    /there is no file/,
  ],
  [
    'a digest that leads out',
    () =>
      ociArchive([{ bytes: good }], ({ index }) => {
        index.manifests = [
          {
            mediaType: 'application/vnd.oci.image.manifest.v1+json',
            digest: `sha256:../../${'0'.repeat(58)}`,
            size: 2,
          },
        ];
      }),
    /is no digest/,
  ],
  ['no JSON', () => rawTar([{ name: 'manifest.json', content: '[' }]), /no JSON/],
  [
    'JSON of another shape',
    () => rawTar([{ name: 'manifest.json', content: '[{"Config":1}]' }]),
    /malformed: 0\.Config/,
  ],
  [
    'links in a circle',
    () => rawTar([{ name: 'manifest.json', type: '2', link: 'manifest.json' }]),
    /no file "manifest.json"/,
  ],
  [
    'a link that leads out',
    () => rawTar([{ name: 'manifest.json', type: '2', link: '../../x' }]),
    /leads out of the archive/,
  ],
  ['an archive of something else', () => good, /neither manifest.json nor index.json/],
  ['no archive', () => Buffer.from('hello'.repeat(300)), /no tar header|is no number/],
  ['what is packed with xz', () => Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0]), /packed with xz.*\n.*unxz/],
  ['nothing', () => Buffer.alloc(0), /ends too soon/],
];

function spoiled(tar: Buffer, from: string, to: string): Buffer {
  const archive = ociArchive([{ bytes: tar }]);
  archive.write(to, archive.indexOf(from));
  return archive;
}

describe('an archive', () => {
  const LIMITS = { layerBytes: 5_000_000, ratioFrom: 1_000_000, entries: 100, depth: 40 };

  it.each(REFUSED)('is refused with %s, and leaves nothing', async (_, archive, reason) => {
    const folder = mkdtempSync(join(tmpdir(), 'trapframe-store-'));
    try {
      const strict = new ImageStore(nodeFolder(folder), now, LIMITS);
      const failure = await strict.load(bytesSource(archive()), 'image.tar').catch((e: unknown) => e);
      expect(failure).toBeInstanceOf(InputError);
      expect((failure as Error).message).toMatch(reason);
      const left = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
      expect(left.map(({ name }) => name)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is read or refused, whatever is changed in it, and what was there stays', async () => {
    await load(dockerArchiveOf([rawTar([{ name: 'kept' }])], 'kept:1'));
    const before = new Set(files.keys());
    const archives = [
      ociArchive([{ bytes: gzipSync(good), diffId: `sha256:${sha(good)}` }]),
      ociArchive([{ bytes: rawZstd(good), diffId: `sha256:${sha(good)}` }]),
      dockerArchiveOf([good], 'x:1'),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...archives),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (archive, changes) => {
          const bytes = Buffer.from(archive);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            for (const { id } of await load(bytes)) await store.remove(id, true);
          } catch (e) {
            expect(e).toBeInstanceOf(InputError);
          }
          expect(new Set(files.keys())).toEqual(before);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('names and users', () => {
  beforeEach(async () => {
    await load(dockerArchiveOf([rawTar([{ name: 'a' }]), rawTar([{ name: 'b' }])], 'ab:1'));
    await load(dockerArchiveOf([rawTar([{ name: 'a' }])], 'a:latest'));
  });

  it('find an image: by name, without its tag, by the beginning of its digest', async () => {
    const { id } = await store.find('a');
    for (const ref of ['a:latest', 'docker.io/library/a', id, id.slice(7), id.slice(7, 19)])
      expect((await store.find(ref)).id).toBe(id);
    await expect(store.find('ab')).rejects.toThrow(/there is no image ab here\n {2}There are: ab:1, a:latest/);
    await expect(store.tag('a', 'Bad Name')).rejects.toThrow(/no name of an image/);
  });

  it('keep what they name; the last one takes all along that nobody else has', async () => {
    await store.tag('a', 'second');
    expect(await store.remove('a')).toEqual({ untagged: ['a:latest'], deleted: [] });
    const blobs = files.size;
    const { id } = await store.find('second');
    expect(await store.remove('second')).toEqual({ untagged: ['second:latest'], deleted: [id] });
    // Its configuration and manifest; the layer is another image's, too.
    expect(files.size).toBe(blobs - 2);
    await store.remove('ab:1');
    expect([...files.keys()]).toEqual(['images.json']);
  });

  it('keep an image that a container uses', async () => {
    const { id } = await store.hold('container1', 'a');
    await expect(store.remove('a')).rejects.toThrow(/used by the container container1/);
    expect(await store.remove('a', true)).toEqual({ untagged: ['a:latest'], deleted: [] });
    expect((await store.open(id)).layers).toHaveLength(1);
    await store.letGo('container1');
    await expect(store.find(id)).rejects.toThrow(/there is no image/);
  });
});
