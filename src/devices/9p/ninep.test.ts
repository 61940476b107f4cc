import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { data, message, NinepClient, Refused, s, u8, u16, u32, u64 } from '../../../tests/support/ninep-client.ts';
import { Driver } from '../../../tests/support/virtio-driver.ts';
import { fuzz } from '../../../tests/support/virtio-fuzz.ts';
import { HostFolder } from '../node/host-folder.ts';
import { StateReader, StateWriter } from '../state.ts';
import { ERRNO, type Folder } from './folder.ts';
import { MemoryFolder } from './memory-folder.ts';
import { VirtioNinep } from './ninep.ts';
import type { ServerOptions } from './server.ts';

const scratch = fs.mkdtempSync(path.join(tmpdir(), 'trapframe-9p-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

function mounted(folder: Folder, options: ServerOptions = {}) {
  const driver = new Driver(new VirtioNinep(folder, { tag: 'share', ...options }), { ram: 1 << 22 });
  driver.start();
  const client = new NinepClient((request) => {
    const mark = driver.mark();
    const { data: bytes, length } = driver.request(0, [request, 66_000]);
    driver.release(mark);
    return bytes.slice(0, length);
  });
  client.start();
  return { driver, client };
}

const errno = (run: () => unknown): number => {
  try {
    run();
  } catch (error) {
    if (error instanceof Refused) return error.errno;
    throw error;
  }
  return 0;
};

let count = 0;
const hostFolder = (handles: boolean) => () => {
  const name = path.join(scratch, `share-${count++}`);
  fs.mkdirSync(name);
  return new HostFolder(name, { handles });
};

describe.each([
  ['in memory', () => new MemoryFolder()],
  ['of the host', hostFolder(true)],
  ['of a host without handles', hostFolder(false)],
] as [string, () => Folder][])('a shared folder %s', (_name, make) => {
  let client: NinepClient;
  let driver: Driver<VirtioNinep>;
  beforeEach(() => {
    ({ client, driver } = mounted(make()));
  });

  const put = (name: string, content: string, fid = 50) => {
    client.walk(0, fid);
    client.create(fid, name);
    client.write(fid, 0, content);
    client.clunk(fid);
  };

  it('says its tag and agrees on a version', () => {
    expect(driver.device.read(0x100, 2)).toBe(5);
    expect([0, 1, 2, 3, 4].map((i) => Number(driver.device.read(0x102 + i, 1)))).toEqual([...Buffer.from('share')]);
    expect(client.start()).toBe(65_536);
    expect(client.call(100, u32(1 << 30), s('9P2000.L')).getUint32(0, true)).toBe(512 * 1024);
    expect(client.call(100, u32(8192), s('9P2000.u')).getUint16(4, true)).toBe('unknown'.length);
    expect(errno(() => client.call(100, u32(100), s('9P2000.L')))).toBe(ERRNO.EINVAL);
  });

  it('makes, writes and reads files', () => {
    client.walk(0, 1);
    client.create(1, 'hello.txt', 2, 0o4640);
    expect(client.write(1, 0, 'hello world')).toBe(11);
    expect(client.write(1, 6, 'there')).toBe(5);
    expect(new TextDecoder().decode(client.read(1, 0, 100))).toBe('hello there');
    expect(client.read(1, 11, 100)).toHaveLength(0);
    // No set-user-ID for files of a guest.
    expect(client.attributes(1)).toMatchObject({ mode: 0o100640, uid: 0, size: 11, links: 1 });
    client.call(50, u32(1), u32(0));
    client.clunk(1);
    expect(client.content('hello.txt')).toBe('hello there');
    expect(driver.device.counters()).toMatchObject({ '9p.bytes-written': 16, '9p.errors': 0 });
  });

  it('reads and writes as much as a message holds', () => {
    client.walk(0, 1);
    client.create(1, 'long');
    const long = Uint8Array.from({ length: 60_000 }, (_, i) => i % 253);
    expect(client.write(1, 5, long)).toBe(60_000);
    expect(client.read(1, 5, 60_000)).toEqual(long);
    expect(client.read(1, 0, 0x7fff_ffff)).toHaveLength(60_005);
  });

  it('keeps access to what a file was opened for', () => {
    put('f', 'x');
    client.find(1, 'f');
    expect(errno(() => client.read(1, 0, 1))).toBe(ERRNO.EBADF);
    client.open(1, 0);
    expect(errno(() => client.write(1, 0, 'y'))).toBe(ERRNO.EBADF);
    expect(errno(() => client.open(1, 0))).toBe(ERRNO.EINVAL);
    client.find(2, 'f');
    client.open(2, 1);
    expect(errno(() => client.read(2, 0, 1))).toBe(ERRNO.EBADF);
    client.find(3, 'f');
    client.open(3, 0o1002);
    expect(client.attributes(3).size).toBe(0);
  });

  it('creates exclusively when asked', () => {
    put('f', 'x');
    client.walk(0, 1);
    expect(errno(() => client.create(1, 'f', 0o202))).toBe(ERRNO.EEXIST);
    client.create(1, 'f', 2);
    expect(new TextDecoder().decode(client.read(1, 0, 9))).toBe('x');
  });

  it('walks, as far as it gets', () => {
    client.call(72, u32(0), s('a'), u32(0o755), u32(0));
    client.find(1, 'a');
    client.call(72, u32(1), s('b'), u32(0o755), u32(0));
    put('file', '');
    expect(client.walk(0, 2, 'a', 'b')).toBe(2);
    expect(client.walk(2, 3, '..', '..', '..', '..', 'a')).toBe(5);
    expect(client.attributes(3).id).toBe(client.attributes(1).id);
    expect(client.walk(0, 4, 'a', 'nothing', 'b')).toBe(1);
    expect(errno(() => client.attributes(4))).toBe(ERRNO.EBADF);
    expect(errno(() => client.walk(0, 4, 'nothing'))).toBe(ERRNO.ENOENT);
    expect(client.walk(0, 4, 'file', 'x')).toBe(1);
    expect(errno(() => client.walk(0, 2))).toBe(ERRNO.EBADF);
    expect(errno(() => client.call(110, u32(0), u32(9), u16(17), ...Array.from({ length: 17 }, () => s('a'))))).toBe(
      ERRNO.EINVAL,
    );
  });

  it('lists folders, in pieces, with types', () => {
    const names = Array.from({ length: 40 }, (_, i) => `file-${i}`);
    for (const name of names) put(name, '');
    client.call(72, u32(0), s('folder'), u32(0o755), u32(0));
    client.call(16, u32(0), s('link'), s('folder'), u32(0));
    client.walk(0, 1);
    client.open(1, 0);
    const list = client.list(1, 200);
    expect(list.map((entry) => entry.name).sort()).toEqual(['.', '..', 'folder', 'link', ...names].sort());
    const types = Object.fromEntries(list.map((entry) => [entry.name, entry.type]));
    expect([types['.'], types.folder, types.link, types['file-0']]).toEqual([4, 4, 10, 8]);
    expect(client.list(1)).toEqual(list);
  });

  it('removes files and empty folders', () => {
    client.call(72, u32(0), s('d'), u32(0o755), u32(0));
    put('f', 'x');
    client.find(1, 'd');
    client.walk(1, 2);
    client.create(2, 'inner');
    expect(errno(() => client.call(76, u32(0), s('d'), u32(0x200)))).toBe(ERRNO.ENOTEMPTY);
    expect(errno(() => client.call(76, u32(0), s('d'), u32(0)))).toBe(ERRNO.EISDIR);
    expect(errno(() => client.call(76, u32(0), s('f'), u32(0x200)))).toBe(ERRNO.ENOTDIR);
    client.call(76, u32(1), s('inner'), u32(0));
    client.call(76, u32(0), s('d'), u32(0x200));
    client.find(3, 'f');
    client.call(122, u32(3));
    expect(errno(() => client.attributes(3))).toBe(ERRNO.EBADF);
    expect(errno(() => client.find(4, 'f'))).toBe(ERRNO.ENOENT);
    client.walk(0, 5);
    expect(errno(() => client.call(122, u32(5)))).toBe(ERRNO.EBUSY);
  });

  it('keeps a file that is open when its name goes', () => {
    put('f', 'still here');
    client.find(1, 'f');
    client.open(1, 2);
    client.call(76, u32(0), s('f'), u32(0));
    expect(new TextDecoder().decode(client.read(1, 0, 99))).toBe('still here');
    expect(client.attributes(1)).toMatchObject({ size: 10, links: 0 });
    client.setAttributes(1, { size: 5 });
    expect(client.attributes(1).size).toBe(5);
  });

  it('renames, over files and for those who hold them', () => {
    client.call(72, u32(0), s('a'), u32(0o755), u32(0));
    client.call(72, u32(0), s('b'), u32(0o755), u32(0));
    client.find(1, 'a');
    client.find(2, 'b');
    client.walk(1, 3);
    client.create(3, 'f');
    client.write(3, 0, 'moved');
    client.find(4, 'a/f');
    client.call(74, u32(1), s('f'), u32(2), s('g'));
    expect(client.attributes(4).size).toBe(5);
    expect(client.content('b/g')).toBe('moved');
    client.call(74, u32(0), s('b'), u32(1), s('c'));
    expect(client.content('a/c/g')).toBe('moved');
    expect(client.attributes(4).size).toBe(5);
    expect(errno(() => client.call(74, u32(0), s('a'), u32(2), s('inside')))).toBe(ERRNO.EINVAL);
    put('other', 'replaced');
    client.find(5, 'other');
    client.call(20, u32(4), u32(0), s('other'));
    expect(client.content('other')).toBe('moved');
    expect(errno(() => client.call(74, u32(0), s('other'), u32(0), s('a')))).toBe(ERRNO.EISDIR);
  });

  it('links, both ways, and never follows', () => {
    put('f', 'linked');
    client.find(1, 'f');
    client.call(70, u32(0), u32(1), s('hard'));
    expect(client.attributes(1).links).toBe(2);
    expect(client.content('hard')).toBe('linked');
    client.call(16, u32(0), s('soft'), s('f'), u32(0));
    client.find(2, 'soft');
    expect(client.attributes(2).mode & 0o170000).toBe(0o120000);
    const view = client.call(22, u32(2));
    expect(new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + 2, view.getUint16(0, true)))).toBe(
      'f',
    );
    expect(errno(() => client.open(2, 0))).toBe(ERRNO.ELOOP);
    expect(errno(() => client.setAttributes(2, { size: 1 }))).toBe(ERRNO.ELOOP);
    expect(errno(() => client.setAttributes(2, { mode: 0o777 }))).not.toBe(0);
    client.call(72, u32(0), s('d'), u32(0o755), u32(0));
    client.call(16, u32(0), s('way'), s('d'), u32(0));
    expect(client.walk(0, 7, 'way', '..')).toBe(1);
  });

  it('sets permissions, sizes and times', () => {
    put('f', '0123456789');
    client.find(1, 'f');
    client.setAttributes(1, { mode: 0o4700, size: 4, mtime: 1_234_567_890 });
    expect(client.attributes(1)).toMatchObject({ mode: 0o100700, size: 4, mtime: 1_234_567_890_000_000_000n });
    client.setAttributes(1, { size: 20 });
    expect(client.content('f')).toBe(`0123${'\0'.repeat(16)}`);
    client.setAttributes(1, { mtime: 'now' });
    expect(client.attributes(1).mtime).not.toBe(1_234_567_890_000_000_000n);
    expect(errno(() => client.setAttributes(1, { size: 2n ** 60n }))).toBe(ERRNO.EFBIG);
    expect(errno(() => client.read(1, 2n ** 63n, 1))).not.toBe(0);
  });

  it('knows no device nodes, attributes of attributes or other owners; locks are granted', () => {
    put('f', '');
    client.find(1, 'f');
    expect(errno(() => client.call(18, u32(0), s('null'), u32(0o20666), u32(1), u32(3), u32(0)))).toBe(ERRNO.EPERM);
    expect(errno(() => client.call(30, u32(1), u32(2), s('user.x')))).toBe(ERRNO.EOPNOTSUPP);
    client.open(1, 2);
    expect(client.call(52, u32(1), ...lock, s('me')).getUint8(0)).toBe(0);
    expect(client.call(54, u32(1), ...lock.slice(0, 1), ...lock.slice(2), s('me')).getUint8(0)).toBe(2);
    expect(client.call(8, u32(1)).getUint32(0, true)).toBe(0x0102_1997);
    client.call(108, u16(7));
  });

  it('changes nothing when read-only', () => {
    const folder = make();
    const first = mounted(folder).client;
    first.walk(0, 1);
    first.create(1, 'f');
    first.write(1, 0, 'kept');
    const { client: second } = mounted(folder, { readOnly: true });
    second.find(3, 'f');
    const calls: (() => unknown)[] = [
      () => second.create(0, 'g'),
      () => second.call(72, u32(0), s('d'), u32(0o755), u32(0)),
      () => second.call(76, u32(0), s('f'), u32(0)),
      () => second.call(16, u32(0), s('l'), s('f'), u32(0)),
      () => second.call(74, u32(0), s('f'), u32(0), s('g')),
      () => second.setAttributes(0, { mode: 0 }),
      () => second.open(3, 1),
    ];
    expect(calls.map(errno)).toEqual(calls.map(() => ERRNO.EROFS));
    expect(second.content('f')).toBe('kept');
  });

  it('refuses names that are no names', () => {
    for (const name of ['', '.', '..', 'a/b', '../x', '/etc', 'a\0b']) {
      expect(errno(() => client.create(0, name))).toBe(ERRNO.EINVAL);
      expect(errno(() => client.call(72, u32(0), s(name), u32(0o755), u32(0)))).toBe(ERRNO.EINVAL);
      if (name !== '..') expect(errno(() => client.walk(0, 9, name))).toBe(ERRNO.EINVAL);
    }
    expect(errno(() => client.create(0, 'x'.repeat(300)))).toBe(ERRNO.ENAMETOOLONG);
    expect(errno(() => client.call(72, u32(0), u16(2), data(Uint8Array.of(0xff, 0xfe)), u32(0), u32(0)))).toBe(
      ERRNO.EILSEQ,
    );
  });

  it('bounds what a client holds', () => {
    put('f', '');
    let opened = 0;
    expect(
      errno(() => {
        for (;;) {
          client.find(1000 + opened, 'f');
          client.open(1000 + opened, 0);
          opened++;
        }
      }),
    ).toBe(ERRNO.EMFILE);
    expect(opened).toBe(1024);
    client.start();
    let fids = 1;
    expect(
      errno(() => {
        for (; fids <= 20_000; fids++) client.walk(0, fids);
      }),
    ).toBe(ERRNO.ENFILE);
    expect(fids).toBe(1 << 14);
  });

  it('goes on where it was saved, with files that are open', () => {
    const folder = make();
    const one = mounted(folder);
    one.client.walk(0, 1);
    one.client.create(1, 'f');
    one.client.write(1, 0, 'before');
    one.client.walk(0, 2);
    one.client.open(2, 0);
    one.client.walk(0, 3);
    one.client.create(3, 'gone');
    one.client.call(76, u32(0), s('gone'), u32(0));
    const state = one.driver.device.save();
    const other = new Driver(new VirtioNinep(folder, { tag: 'share' }), {}, one.driver.host);
    other.device.restore(state);
    const client = new NinepClient((request) => {
      one.driver.prepare(0, [request, 60_000]);
      other.notify(0);
      const [done] = one.driver.collect(0);
      return done!.data.slice(0, done!.length);
    });
    expect(client.write(1, 6, ' and after')).toBe(10);
    expect(client.content('f')).toBe('before and after');
    expect(client.list(2).map((entry) => entry.name)).toContain('f');
    expect(errno(() => client.read(3, 0, 1))).toBe(ERRNO.ESTALE);
    client.clunk(3);
  });
});

const lock = [u8(1), u32(0), u64(0), u64(0), u32(1)];

describe.each([
  ['', true],
  [' without handles', false],
])('a folder of the host%s', (_name, handles) => {
  let outside: string;
  let share: string;
  let client: NinepClient;

  beforeAll(() => {
    outside = path.join(scratch, `outside-${handles}`);
    fs.mkdirSync(path.join(outside, 'folder'), { recursive: true });
    fs.writeFileSync(path.join(outside, 'secret'), 'host only');
    fs.writeFileSync(path.join(outside, 'folder', 'secret'), 'host only');
  });

  beforeEach(() => {
    share = path.join(scratch, `jail-${count++}`);
    fs.mkdirSync(share);
    ({ client } = mounted(new HostFolder(share, { handles })));
  });

  it('shows the host what the guest did', () => {
    client.walk(0, 1);
    client.create(1, 'f', 2, 0o751);
    client.write(1, 0, 'from the guest');
    expect(fs.readFileSync(path.join(share, 'f'), 'utf8')).toBe('from the guest');
    expect(fs.statSync(path.join(share, 'f')).mode & 0o7777).toBe(0o751);
  });

  it.each(['relative', 'absolute'])('lets nobody out through a link to a folder (%s)', (kind) => {
    fs.symlinkSync(kind === 'absolute' ? outside : `../outside-${handles}`, path.join(share, 'out'));
    expect(client.walk(0, 1, 'out', 'secret')).toBe(1);
    client.find(2, 'out');
    for (const call of [
      () => client.open(2, 0),
      () => client.create(2, 'new'),
      () => client.call(72, u32(2), s('new'), u32(0o755), u32(0)),
      () => client.call(76, u32(2), s('secret'), u32(0)),
      () => client.call(76, u32(2), s('folder'), u32(0x200)),
      () => client.call(74, u32(2), s('secret'), u32(0), s('mine')),
      () => client.call(16, u32(2), s('new'), s('x'), u32(0)),
      () => client.setAttributes(2, { mode: 0 }),
    ])
      expect([ERRNO.ELOOP, ERRNO.ENOTDIR]).toContain(errno(call));
    expect(fs.readdirSync(outside).sort()).toEqual(['folder', 'secret']);
    expect(fs.readFileSync(path.join(outside, 'secret'), 'utf8')).toBe('host only');
  });

  it('lets nobody out through a link to a file', () => {
    const secret = path.join(outside, 'secret');
    const before = fs.statSync(secret, { bigint: true });
    fs.symlinkSync(secret, path.join(share, 'out'));
    client.find(1, 'out');
    for (const flags of [0, 1, 2, 0o1001]) expect(errno(() => client.open(1, flags))).toBe(ERRNO.ELOOP);
    client.walk(0, 2);
    expect(errno(() => client.create(2, 'out', 0o1002))).toBe(ERRNO.ELOOP);
    expect(errno(() => client.setAttributes(1, { size: 0 }))).toBe(ERRNO.ELOOP);
    expect(errno(() => client.setAttributes(1, { mode: 0o777 }))).toBe(ERRNO.ELOOP);
    client.setAttributes(1, { mtime: 5 });
    client.call(70, u32(0), u32(1), s('hard'));
    client.find(3, 'hard');
    expect(errno(() => client.open(3, 0))).toBe(ERRNO.ELOOP);
    const after = fs.statSync(secret, { bigint: true });
    expect([after.size, after.mode, after.mtimeNs, after.nlink]).toEqual([
      before.size,
      before.mode,
      before.mtimeNs,
      before.nlink,
    ]);
  });

  it('lets nobody out when a folder becomes a link between two requests', () => {
    fs.mkdirSync(path.join(share, 'd'));
    fs.writeFileSync(path.join(share, 'd', 'secret'), 'inside');
    client.find(1, 'd/secret');
    client.find(2, 'd');
    fs.rmSync(path.join(share, 'd'), { recursive: true });
    fs.symlinkSync(outside, path.join(share, 'd'));
    for (const call of [() => client.open(1, 0), () => client.attributes(1), () => client.create(2, 'x')])
      expect([ERRNO.ELOOP, ERRNO.ENOTDIR]).toContain(errno(call));
    expect(fs.readdirSync(outside).sort()).toEqual(['folder', 'secret']);
  });

  it.runIf(handles && process.platform === 'linux').each([[''], ['deep/']])(
    'lets nobody out while a folder is swapped for a link: %s',
    async (below) => {
      const at = path.join(share, below);
      fs.mkdirSync(path.join(at, 'd'), { recursive: true });
      fs.writeFileSync(path.join(at, 'd', 'secret'), 'inside');
      fs.symlinkSync(outside, path.join(at, 'link'));
      const swap = `const { renameSync } = require('node:fs');
      const [d, link, folder] = require('node:worker_threads').workerData;
      for (;;) {
        renameSync(d, folder); renameSync(link, d);
        renameSync(d, link); renameSync(folder, d);
      }`;
      const workerData = ['d', 'link', 'folder'].map((name) => path.join(at, name));
      const swapper = new Worker(swap, { eval: true, workerData });
      await new Promise((started) => swapper.once('online', started));
      const seen = { inside: 0, refused: 0 };
      const end = Date.now() + 700;
      while (Date.now() < end) {
        try {
          expect(client.content(`${below}d/secret`)).toBe('inside');
          seen.inside++;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          seen.refused++;
        }
      }
      await swapper.terminate();
      expect(seen.inside).toBeGreaterThan(0);
      expect(seen.refused).toBeGreaterThan(0);
    },
  );

  it('opens neither pipes nor devices of the host', () => {
    const pipe = path.join(share, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status !== 0) return;
    client.find(1, 'pipe');
    for (const flags of [0, 1, 2]) expect(errno(() => client.open(1, flags))).toBe(ERRNO.EACCES);
  });

  it('leaks no handles', async () => {
    if (!fs.existsSync('/proc/self/fd')) return;
    const handles = () => fs.readdirSync('/proc/self/fd').length;
    // Those of folders are kept for a moment, those of other tests as well.
    const isFolder = (handle: string) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${handle}`).startsWith(tmpdir()) && fs.fstatSync(+handle).isDirectory();
      } catch {
        return false;
      }
    };
    const kept = () => fs.readdirSync('/proc/self/fd').filter(isFolder).length;
    const settled = () => expect.poll(kept, { timeout: 20_000 }).toBe(0);
    fs.mkdirSync(path.join(share, 'a/b'), { recursive: true });
    await settled();
    const before = handles();
    for (let i = 0; i < 20; i++) {
      client.find(1, 'a/b');
      errno(() => client.find(2, 'a/x/y'));
      client.walk(1, 3);
      client.create(3, `f${i}`);
      errno(() => client.walk(3, 4, 'nothing'));
      client.clunk(1);
      client.clunk(3);
    }
    await settled();
    expect(handles()).toBe(before);
    client.find(1, 'a/b/f0');
    client.open(1, 0);
    client.start();
    await settled();
    expect(handles()).toBe(before);
  });

  it('must exist, and be a folder', () => {
    expect(() => new HostFolder(path.join(share, 'nothing'))).toThrow('ENOENT');
    expect(() => new HostFolder(path.join(outside, 'secret'))).toThrow('ENOTDIR');
  });
});

describe('a folder in memory', () => {
  it('holds no more than its limit, removed files that are open included', () => {
    const { client } = mounted(new MemoryFolder({ limit: 100_000 }));
    client.walk(0, 1);
    client.create(1, 'f');
    expect(client.write(1, 0, new Uint8Array(60_000))).toBe(60_000);
    client.call(76, u32(0), s('f'), u32(0));
    client.walk(0, 2);
    client.create(2, 'g');
    expect(errno(() => client.write(2, 0, new Uint8Array(60_000)))).toBe(ERRNO.ENOSPC);
    expect(errno(() => client.write(2, 2 ** 40, 'far'))).toBe(ERRNO.ENOSPC);
    client.clunk(1);
    expect(client.write(2, 0, new Uint8Array(60_000))).toBe(60_000);
    let links = 0;
    expect(
      errno(() => {
        for (; links < 1_000; links++) client.call(16, u32(0), s(`l${links}`), s('x'.repeat(1_000)), u32(0));
      }),
    ).toBe(ERRNO.ENOSPC);
    expect(links).toBeGreaterThan(10);
  });

  it('can be saved however deep it is, and refuses paths no kernel can name', () => {
    const { client, driver } = mounted(new MemoryFolder());
    client.walk(0, 1);
    expect(
      errno(() => {
        for (let depth = 0; depth < 5_000; depth++) {
          client.call(72, u32(1), s('d'), u32(0o755), u32(0));
          client.walk(1, 1, 'd');
        }
      }),
    ).toBe(ERRNO.ENAMETOOLONG);
    // Each moved into a new one: deeper than any path.
    const folder = new MemoryFolder();
    for (let i = 0; i < 20_000; i++) {
      folder.makeFolder(['row'], 0o755);
      if (i > 0) folder.rename(['last'], ['row', 'last']);
      folder.rename(['row'], ['last']);
    }
    const into = new StateWriter('folder', 1);
    folder.save(into);
    const other = new MemoryFolder();
    other.restore(new StateReader(into.done(), 'folder', 1));
    expect(other.space()).toEqual(folder.space());
    expect(driver.status & 64).toBe(0);
  });

  it('is the same again after save and restore, hard links included', () => {
    const folder = new MemoryFolder({ clock: () => 42n });
    const { client, driver } = mounted(folder);
    client.call(72, u32(0), s('d'), u32(0o750), u32(0));
    client.find(1, 'd');
    client.walk(1, 2);
    client.create(2, 'f', 2, 0o600);
    client.write(2, 0, 'content');
    client.call(70, u32(0), u32(2), s('hard'));
    client.call(16, u32(0), s('soft'), s('d/f'), u32(0));
    const other = new MemoryFolder();
    const second = new Driver(new VirtioNinep(other, { tag: 'share' }));
    second.device.restore(driver.device.save());
    expect(second.device.save()).toEqual(driver.device.save());
    expect(other.stat(['hard'])).toEqual(folder.stat(['d', 'f']));
    expect(other.readLink(['soft'])).toBe('d/f');
    expect(other.stat([])).toEqual(folder.stat([]));
    expect(other.space()).toEqual(folder.space());
  });
});

describe('a hostile 9p client', () => {
  const name = fc.constantFrom('f', 'd', 'l', '..', '.', '', 'a/b', '../../etc', 'x'.repeat(300));
  const fid = fc.constantFrom(0, 1, 2, 0xffff_ffff);
  const number = fc.oneof(fc.constantFrom(0, 1, 2, 7, 16, 0o1002, 0xffff_ffff), fc.nat(5000));
  const field = fc.oneof(
    fid.map(u32),
    number.map(u32),
    name.map(s),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(u64),
    fc.nat(20).map(u16),
    fc.uint8Array({ maxLength: 20 }).map(data),
  );
  const types = [
    8, 12, 14, 16, 18, 20, 22, 24, 26, 30, 32, 40, 50, 52, 54, 70, 72, 74, 76, 100, 102, 104, 108, 110, 116,
  ];
  const shaped = fc.oneof(
    fc.constant(message(100, [u32(8192), s('9P2000.L')])),
    fc.constant(message(104, [u32(0), u32(0xffff_ffff), s(''), s(''), u32(0)])),
    fc
      .tuple(fid, fid, fc.array(name, { maxLength: 4 }))
      .map(([a, b, names]) => message(110, [u32(a), u32(b), u16(names.length), ...names.map(s)])),
    fc.tuple(fid, name, number).map(([a, b, flags]) => message(14, [u32(a), s(b), u32(flags), u32(flags), u32(0)])),
    fc.tuple(fid, number).map(([a, flags]) => message(12, [u32(a), u32(flags)])),
    fc
      .tuple(fid, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uint8Array({ maxLength: 9 }))
      .map(([a, at, bytes]) => message(118, [u32(a), u64(at), u32(bytes.length), data(bytes)])),
    fc
      .tuple(fc.constantFrom(...types, 118, 120, 122, 0, 255), fc.array(field, { maxLength: 9 }))
      .map(([type, fields]) => message(type, fields)),
    fc.uint8Array({ maxLength: 30 }),
  );

  it('of the rings is stood', () => {
    fuzz({
      make: () => new VirtioNinep(new MemoryFolder({ limit: 1 << 20 }), { tag: 'share' }),
      header: shaped,
      works: (driver) => {
        const done = driver.request(0, [message(100, [u32(8192), s('9P2000.L')]), 200]);
        expect(done.length).toBe(21);
      },
    });
  });

  it('of the protocol gets answers, and nothing outside the folder', () => {
    const base = path.join(scratch, 'fuzz');
    fs.mkdirSync(base);
    const secret = path.join(base, 'secret');
    fs.writeFileSync(secret, 'TOP-SECRET');
    fc.assert(
      fc.property(fc.array(shaped, { minLength: 1, maxLength: 40, size: 'max' }), (requests) => {
        const share = path.join(base, 'share');
        fs.rmSync(share, { recursive: true, force: true });
        fs.mkdirSync(path.join(share, 'd'), { recursive: true });
        fs.symlinkSync('../../secret', path.join(share, 'd', 'l'));
        fs.symlinkSync('..', path.join(share, 'l'));
        const { driver, client } = mounted(new HostFolder(share));
        for (const request of requests) {
          const mark = driver.mark();
          const { data: answer, length } = driver.request(0, [request, 9_000]);
          driver.release(mark);
          expect(length).toBeGreaterThanOrEqual(7);
          expect(Buffer.from(answer).includes('TOP-SECRET')).toBe(false);
        }
        expect(client.start()).toBe(65_536);
        expect(fs.readdirSync(base).sort()).toEqual(['secret', 'share']);
        expect(fs.readFileSync(secret, 'utf8')).toBe('TOP-SECRET');
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
    );
  });
});
