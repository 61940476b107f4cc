/** Debian's own programs, dynamic, on a real kernel, from an ext4 disk. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/linux/cache.ts';
import { findRoot } from '../../src/cli/linux/root.ts';
import { VirtioBlock } from '../../src/devices/block/block.ts';
import { FileDisk } from '../../src/devices/block/disk.ts';
import { Overlay } from '../../src/devices/block/overlay.ts';
import { openSyncFile } from '../../src/devices/node/sync-file.ts';
import { type Booted, boot, hasKernel } from '../support/kernels.ts';

const root = findRoot(cacheDirectory());
const usable = hasKernel('built') && spawnSync('mkfs.ext4', ['-V']).status === 0 && root !== null;
if (root === null) console.warn('left out: Debian on a disk; get it with `npx trapframe process --fetch-root`');

/** What programs print that compute something known. */
const PROGRAMS: readonly (readonly [name: string, command: string, prints: string])[] = [
  [
    'bash',
    `bash -c 'a=(3 1 2); printf "%s\\n" "\${a[@]}" | sort | paste -sd,; echo $((2**40)) \${BASH_VERSION%%.*}'`,
    '1,2,3\n1099511627776 5\n',
  ],
  [
    'python3',
    `python3 -IS -c 'import _sha2, math; print(_sha2.sha256(b"disk").hexdigest()); print(math.comb(40, 20), 2**100)'`,
    `${createHash('sha256').update('disk').digest('hex')}\n137846528820 1267650600228229401496703205376\n`,
  ],
  [
    'sqlite3',
    `sqlite3 /tmp/t.db 'create table t(n); with recursive c(n) as (select 1 union all select n+1 from c where n<1000) insert into t select n from c; select sum(n), count(*) from t where n%3=0; pragma integrity_check;'`,
    '166833|333\nok\n',
  ],
  [
    'lua',
    `lua5.4 -e 'local t = {} for i = 1, 10 do t[i] = i * i end print(table.concat(t, " "), 7 // 2, 2^0.5 > 1.41)'`,
    '1 4 9 16 25 36 49 64 81 100\t3\ttrue\n',
  ],
];

describe.skipIf(!usable)('Debian from an ext4 disk, on a real kernel', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'trapframe-debian-'));
  let guest: Booted;
  beforeAll(async () => {
    const image = path.join(folder, 'root.ext4');
    execFileSync('mkfs.ext4', ['-q', '-F', '-O', '^has_journal', '-d', root!, image, '1G']);
    const disk = new Overlay(new FileDisk(openSyncFile(image, { readOnly: true }), { readOnly: true }));
    const options = { models: [new VirtioBlock(disk)], bootargs: 'quiet trapframe.root=/dev/vda:ext4' };
    guest = await boot('built', { engine: 'jit', memory: 256 * 2 ** 20 }, options);
  }, 60_000);
  afterAll(async () => {
    await guest?.off();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(PROGRAMS)(
    'runs %s',
    async (_name, command, prints) => {
      const { code, stdout, stderr } = await guest.sh(command, { env: { PATH: '/usr/bin:/bin', HOME: '/' } });
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: prints, stderr: '' });
    },
    60_000,
  );

  // Five seconds of guest time: fifty million instructions.
  it.skipIf(!existsSync(path.join(root ?? '', 'usr/bin/stress-ng')))(
    'stands stress-ng for a moment',
    async () => {
      const stressors = ['cpu', 'vm', 'hdd', 'pipe', 'fork', 'switch'].map((name) => `--${name} 1`).join(' ');
      const command = `cd /tmp && stress-ng ${stressors} --cpu-method int64 --vm-bytes 4M --hdd-bytes 1M --timeout 5 2>&1`;
      const { code, stdout } = await guest.sh(command, { env: { PATH: '/usr/bin:/bin', HOME: '/' } });
      expect(code, stdout).toBe(0);
      expect(stdout).toMatch(/passed: 6/);
    },
    60_000,
  );
});
