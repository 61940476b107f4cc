import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { RAM } from '../../../tests/support/device-host.ts';
import { Driver, type DriverOptions } from '../../../tests/support/virtio-driver.ts';
import { fuzz } from '../../../tests/support/virtio-fuzz.ts';
import { openSyncFile } from '../node/sync-file.ts';
import { StateReader, StateWriter } from '../state.ts';
import { VirtioBlock } from './block.ts';
import { type Disk, FileDisk, ImageDisk } from './disk.ts';
import { Overlay } from './overlay.ts';

const SECTORS = 64;
const SIZE = SECTORS * 512;
const folder = mkdtempSync(path.join(tmpdir(), 'trapframe-disk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pattern = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed * 31 + (i >> 8)) & 255);

function header(type: number, sector: number | bigint = 0): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setUint32(0, type, true);
  bytes.setBigUint64(8, BigInt(sector), true);
  return new Uint8Array(bytes.buffer);
}

function range(sector: number | bigint, sectors: number, flags = 0): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setBigUint64(0, BigInt(sector), true);
  bytes.setUint32(8, sectors, true);
  bytes.setUint32(12, flags, true);
  return new Uint8Array(bytes.buffer);
}

/** A disk that notes the flushes and discards it is asked for. */
class Noting extends Overlay {
  readonly log: string[] = [];

  constructor() {
    super(SIZE);
  }

  override flush(): void {
    this.log.push('flush');
  }

  override discard(at: number, length: number): void {
    this.log.push(`discard ${at}+${length}`);
  }
}

function started(disk: Disk = new Overlay(SIZE), options: DriverOptions = {}) {
  const driver = new Driver(new VirtioBlock(disk, { serial: 'disk-1' }), options);
  driver.start();
  const status = (parts: (Uint8Array | number)[]) => driver.request(0, [...parts, 1]).data.at(-1);
  return {
    driver,
    write: (sector: number, bytes: Uint8Array) => status([header(1, sector), bytes]),
    read: (sector: number, length: number) => driver.request(0, [header(0, sector), length, 1]),
    status,
  };
}

describe.each([
  ['in memory', () => new Overlay(SIZE)],
  ['over an image', () => new Overlay(new ImageDisk(new Uint8Array(SIZE)))],
  [
    'in a file',
    () => {
      const name = path.join(folder, `${Math.random()}`);
      writeFileSync(name, new Uint8Array(SIZE));
      return new FileDisk(openSyncFile(name));
    },
  ],
])('virtio-blk with a disk %s', (_name, make) => {
  it('reads what was written', () => {
    const { read, write } = started(make());
    expect(write(3, pattern(1024, 1))).toBe(0);
    expect(write(4, pattern(512, 2))).toBe(0);
    const { data, length } = read(2, 2048);
    expect(length).toBe(2049);
    expect(data.at(-1)).toBe(0);
    expect(data.subarray(0, 512)).toEqual(new Uint8Array(512));
    expect(data.subarray(512, 1024)).toEqual(pattern(1024, 1).subarray(0, 512));
    expect(data.subarray(1024, 1536)).toEqual(pattern(512, 2));
  });

  it('takes requests cut anywhere, header and status included', () => {
    const { driver, read } = started(make(), { scattered: true });
    const all = pattern(1536, 5);
    const head = header(1, 1);
    const parts = [
      head.subarray(0, 5),
      head.subarray(5),
      all.subarray(0, 100),
      all.subarray(100, 1111),
      all.subarray(1111),
    ];
    expect(driver.request(0, [...parts, 1], true).data).toEqual(Uint8Array.of(0));
    const joined = driver.request(0, [header(0, 1), 100, 900, 536 + 1], true).data;
    expect(joined).toEqual(Uint8Array.of(...all, 0));
    expect(read(1, 1536).data.subarray(0, 1536)).toEqual(all);
  });

  it('makes ranges zero, a few at once', () => {
    const { read, status, write } = started(make());
    write(0, pattern(SIZE, 1));
    expect(status([header(13), range(1, 2), range(SECTORS - 9, 9, 1)])).toBe(0);
    const expected = pattern(SIZE, 1);
    expected.fill(0, 512, 1536);
    expected.fill(0, SIZE - 9 * 512);
    expect(read(0, SIZE).data.subarray(0, SIZE)).toEqual(expected);
  });

  it('is what a plain array of bytes is, whatever is done', () => {
    const place = fc.tuple(fc.nat(SECTORS - 1), fc.integer({ min: 1, max: 20 }));
    const step = fc.tuple(fc.constantFrom('write', 'zero', 'read'), place, fc.nat(255));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (script) => {
        const model = new Uint8Array(SIZE);
        const { driver, read, status, write } = started(make());
        for (const [what, [sector, wanted], seed] of script) {
          const mark = driver.mark();
          const sectors = Math.min(wanted, SECTORS - sector);
          const [from, to] = [sector * 512, (sector + sectors) * 512];
          if (what === 'write') {
            expect(write(sector, pattern(to - from, seed))).toBe(0);
            model.set(pattern(to - from, seed), from);
          } else if (what === 'zero') {
            expect(status([header(13), range(sector, sectors)])).toBe(0);
            model.fill(0, from, to);
          } else expect(read(sector, to - from).data.subarray(0, to - from)).toEqual(model.subarray(from, to));
          driver.release(mark);
        }
        expect(read(0, SIZE).data.subarray(0, SIZE)).toEqual(model);
      }),
      { numRuns: 25 },
    );
  });
});

describe('virtio-blk', () => {
  it('says what it is', () => {
    const { driver, status } = started();
    expect(driver.device.read(0x100, 8)).toBe(BigInt(SECTORS));
    expect(driver.device.read(0x114, 4)).toBe(512);
    expect(driver.device.read(0x122, 2)).toBe(1);
    expect(driver.offeredFeatures() & 0xffff_ffn).toBe(0b110_1110_0100_0110n);
    expect(new TextDecoder().decode(driver.request(0, [header(8), 20, 1]).data)).toBe(`disk-1${'\0'.repeat(15)}`);
    expect(status([header(99)])).toBe(2);
  });

  it('refuses what is not on the disk', () => {
    const { driver, read, status, write } = started();
    for (const sector of [SECTORS, SECTORS - 1, 2 ** 40, 2 ** 55 - 1]) {
      expect(write(sector, pattern(1024, 1))).toBe(1);
      const { data, length } = read(sector, 1024);
      expect([data.at(-1), length]).toEqual([1, 0]);
    }
    expect(status([header(0, 0xffff_ffff_ffff_ffffn), 512])).toBe(1);
    expect(write(0, pattern(100, 1))).toBe(1);
    expect(read(0, 511).data.at(-1)).toBe(1);
    expect(driver.device.counters()['block.errors']).toBe(11);
    expect(read(0, SIZE).data.every((byte) => byte === 0)).toBe(true);
  });

  it('refuses ranges that are too many, too long or beyond the disk, and then touches none', () => {
    const { read, status, write } = started();
    write(0, pattern(SIZE, 1));
    expect(status([header(13)])).toBe(1);
    expect(status([header(13), range(0, 1).subarray(0, 15)])).toBe(1);
    expect(status([header(13), ...Array.from({ length: 17 }, () => range(0, 1))])).toBe(1);
    expect(status([header(13), range(0, 1), range(SECTORS, 1)])).toBe(1);
    expect(status([header(13), range(2n ** 63n, 1)])).toBe(1);
    expect(status([header(13), range(0, 0xffff_ffff)])).toBe(1);
    expect(status([header(13), range(0, 1, 2)])).toBe(2);
    expect(status([header(11), range(0, 1, 1)])).toBe(2);
    expect(read(0, SIZE).data.subarray(0, SIZE)).toEqual(pattern(SIZE, 1));
  });

  it('needs room for its status', () => {
    const { driver } = started();
    expect(driver.request(0, [header(1), pattern(512, 1)]).length).toBe(0);
    expect(driver.request(0, [header(0).subarray(0, 9), 1]).data).toEqual(Uint8Array.of(1));
    expect(driver.device.counters()['block.errors']).toBe(2);
  });

  it('flushes when told to, after each write where the driver wants that', () => {
    const disk = new Noting();
    const { log } = disk;
    const { driver, status, write } = started(disk);
    expect(write(0, pattern(512, 1))).toBe(0);
    expect(log).toEqual([]);
    expect(status([header(4)])).toBe(0);
    expect(log).toEqual(['flush']);
    driver.device.write(0x120, 1, 0);
    write(0, pattern(512, 2));
    expect(log).toEqual(['flush', 'flush']);
    const plain = new Noting();
    started(plain, { without: 1n << 9n }).write(0, pattern(512, 1));
    expect(plain.log).toEqual(['flush']);
  });

  it('hands discards on', () => {
    const disk = new Noting();
    const { log } = disk;
    const { driver, status } = started(disk);
    expect(status([header(11), range(8, 8), range(24, 16)])).toBe(0);
    expect(log).toEqual(['discard 4096+4096', 'discard 12288+8192']);
    expect(driver.device.counters()['block.discards']).toBe(2);
  });

  it('keeps a read-only disk as it is', () => {
    const { driver, read, status, write } = started(new ImageDisk(pattern(SIZE, 3)));
    expect(driver.offeredFeatures() & (1n << 5n)).toBe(1n << 5n);
    expect([write(0, pattern(512, 1)), status([header(13), range(0, 1)]), status([header(11), range(0, 1)])]).toEqual([
      1, 1, 1,
    ]);
    expect(status([header(4)])).toBe(0);
    expect(read(0, SIZE).data.subarray(0, SIZE)).toEqual(pattern(SIZE, 3));
  });

  it('tells the guest of a host that fails', () => {
    const failing: Disk = Object.assign(new Overlay(SIZE), {
      write: () => {
        throw new Error('ENOSPC');
      },
      read: () => {
        throw new Error('EIO');
      },
    });
    const { driver, read, write } = started(failing, { scattered: true });
    expect(write(0, pattern(9_000 - (9_000 % 512), 1))).toBe(1);
    expect(read(0, 8192).data.at(-1)).toBe(1);
    expect(driver.status & 64).toBe(0);
  });

  it('goes on where it was saved, content in memory included', () => {
    const { driver, read, write } = started();
    write(5, pattern(2048, 9));
    driver.device.write(0x120, 1, 0);
    const other = new Driver(new VirtioBlock(new Overlay(SIZE)), {}, driver.host);
    other.device.restore(driver.device.save());
    expect(other.device.save()).toEqual(driver.device.save());
    expect(other.device.read(0x120, 1)).toBe(0);
    const before = read(5, 2048).data;
    other.device.restore(driver.device.save());
    driver.host.memory.bytes.fill(0, (driver.mark() & ~0xfff) - RAM - 4096, driver.mark() - RAM);
    driver.prepare(0, [header(0, 5), 2048, 1]);
    other.notify(0);
    expect(driver.collect(0)[0]!.data).toEqual(before);
    const small = new Driver(new VirtioBlock(new Overlay(512)));
    expect(() => small.device.restore(driver.device.save())).toThrow('another size');
  });

  it('stands a hostile driver', () => {
    const sector = fc.oneof(
      fc.integer({ min: 0, max: SECTORS + 1 }),
      fc.constantFrom(2 ** 40, Number.MAX_SAFE_INTEGER),
    );
    const head = fc.tuple(fc.constantFrom(0, 1, 4, 8, 11, 13, 14), sector).map(([type, at]) => header(type, at));
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constant(new Uint8Array(512)),
      fc.tuple(sector, fc.nat(SECTORS), fc.nat(2)).map(([at, count, flags]) => range(at, count, flags)),
    );
    fuzz({
      make: () => new VirtioBlock(new Overlay(SIZE)),
      header: fc.tuple(head, body).map(([a, b]) => Uint8Array.of(...a, ...b)),
      works: (driver) => {
        expect(driver.request(0, [header(1, 1), pattern(512, 4), 1]).data).toEqual(Uint8Array.of(0));
        expect(driver.request(0, [header(0, 1), 512, 1]).data).toEqual(Uint8Array.of(...pattern(512, 4), 0));
      },
    });
  });
});

describe('copy on write', () => {
  it('leaves what it stands on alone', () => {
    const image = pattern(SIZE, 6);
    const overlay = new Overlay(new ImageDisk(image));
    overlay.write(700, pattern(5000, 7));
    overlay.zero(8192, 4096);
    expect(image).toEqual(pattern(SIZE, 6));
    const expected = pattern(SIZE, 6);
    expected.set(pattern(5000, 7), 700);
    expected.fill(0, 8192, 12288);
    const now = new Uint8Array(SIZE);
    overlay.read(0, now);
    expect(now).toEqual(expected);
    expect(overlay.kept).toBe(2 * 4096);
  });

  it('forks into disks that go on apart', () => {
    const one = new Overlay(SIZE);
    one.write(0, pattern(8192, 1));
    const two = one.fork();
    one.write(0, pattern(512, 2));
    two.write(4096, pattern(512, 3));
    two.zero(512, 512);
    const [a, b] = [new Uint8Array(8192), new Uint8Array(8192)];
    one.read(0, a);
    two.read(0, b);
    const [x, y] = [pattern(8192, 1), pattern(8192, 1)];
    x.set(pattern(512, 2));
    y.set(pattern(512, 3), 4096);
    y.fill(0, 512, 1024);
    expect(a).toEqual(x);
    expect(b).toEqual(y);
  });

  it('takes up a saved layer, and refuses a damaged one', () => {
    const overlay = new Overlay(new ImageDisk(pattern(SIZE, 6)));
    overlay.write(0, pattern(4096, 1));
    overlay.zero(4096, 4096);
    const save = (disk: Overlay) => {
      const into = new StateWriter('disk', 1);
      disk.save(into);
      return into.done();
    };
    const other = new Overlay(new ImageDisk(pattern(SIZE, 6)));
    other.restore(new StateReader(save(overlay), 'disk', 1));
    expect(save(other)).toEqual(save(overlay));
    const damaged = new StateWriter('disk', 1).u64(SIZE).u32(1).u64(SIZE).bytes(new Uint8Array(4096)).done();
    expect(() => other.restore(new StateReader(damaged, 'disk', 1))).toThrow('damaged');
  });

  it('discards give memory back', () => {
    const overlay = new Overlay(SIZE);
    overlay.write(0, pattern(SIZE, 1));
    overlay.discard(0, SIZE);
    expect(overlay.kept).toBe(0);
  });
});

describe('files', () => {
  it('hold what was written, for the next who opens them', () => {
    const name = path.join(folder, 'disk.img');
    writeFileSync(name, new Uint8Array(SIZE + 100));
    const file = openSyncFile(name);
    const disk = new FileDisk(file);
    expect(disk.size).toBe(SIZE);
    disk.write(512, pattern(512, 1));
    disk.flush();
    file.close();
    expect(new Uint8Array(readFileSync(name)).subarray(512, 1024)).toEqual(pattern(512, 1));
    const again = openSyncFile(name, { readOnly: true });
    const into = new Uint8Array(512);
    new FileDisk(again, { readOnly: true }).read(512, into);
    expect(into).toEqual(pattern(512, 1));
    expect(() => again.write(into, { at: 0 })).toThrow();
    again.close();
  });

  it('that were cut read as zeroes beyond their end', () => {
    const file = openSyncFile(path.join(folder, 'cut.img'));
    file.truncate(SIZE);
    const disk = new FileDisk(file);
    disk.write(0, pattern(SIZE, 1));
    file.truncate(1000);
    const into = new Uint8Array(1024).fill(1);
    disk.read(512, into);
    expect(into.subarray(0, 488)).toEqual(pattern(SIZE, 1).subarray(512, 1000));
    expect(into.subarray(488)).toEqual(new Uint8Array(536));
    file.close();
  });
});
