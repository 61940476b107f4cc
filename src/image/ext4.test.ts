import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXT4_GROUP, emptyExt4 } from './ext4.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapframe-ext4-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const uuid = Uint8Array.from({ length: 16 }, (_, i) => 16 * i + 1);
const hasE2fsck = spawnSync('e2fsck', ['-V']).status === 0;
if (!hasE2fsck) console.warn('left out: e2fsck (e2fsprogs) is not installed');

function write(groups: number): string {
  const file = join(folder, 'disk');
  const handle = openSync(file, 'w');
  const size = groups * EXT4_GROUP;
  for (const { at, bytes } of emptyExt4({ size, uuid, time: 1_700_000_000 }))
    writeSync(handle, bytes, 0, bytes.length, at);
  ftruncateSync(handle, size);
  closeSync(handle);
  return file;
}

describe('an empty ext4 file system', () => {
  it.skipIf(!hasE2fsck)('is found without fault by e2fsck, of any number of groups', () => {
    for (const groups of [1, 2, 9, 128, 130]) {
      const { status, stdout, stderr } = spawnSync('e2fsck', ['-fn', write(groups)], { encoding: 'utf8' });
      expect(`${groups}: ${status}\n${status === 0 ? '' : stdout + stderr}`).toBe(`${groups}: 0\n`);
    }
  });

  it('takes little room', () => {
    expect(statSync(write(128)).blocks * 512).toBeLessThan(2 * 2 ** 20);
  });

  it('comes in whole groups', () => {
    for (const size of [0, 4096, EXT4_GROUP + 1, 5000 * EXT4_GROUP])
      expect(() => [...emptyExt4({ size, uuid, time: 0 })]).toThrow('multiple of 128 MiB');
  });
});
