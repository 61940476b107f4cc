import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { S } from '../../linux/uapi.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { hostFiles } from './host-files.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'trapframe-host-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

it('asks and changes what is open by its handle, whatever its name means by now', () => {
  const { root } = new HostFs(hostFiles(folder, false));
  const file = root.create('file', { mode: S.IFREG | 0o600, uid: 0, gid: 0 });
  file.acquire();
  file.write(0, Uint8Array.of(1, 2, 3));
  root.unlink('file');
  fs.writeFileSync(path.join(folder, 'file'), 'another', { mode: 0o644 });
  file.change({ mode: 0o400, mtime: 5000 }, 0);
  file.refresh();
  expect([file.mode, file.nlink, file.size, file.mtime]).toEqual([S.IFREG | 0o400, 0, 3, 5000]);
  const { mode, mtimeMs } = fs.statSync(path.join(folder, 'file'));
  expect([mode, mtimeMs === 5000]).toEqual([S.IFREG | 0o644, false]);
  file.release();
});
