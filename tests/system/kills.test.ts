/**
 * Machines that end at any instant, while their guests write and flush: the process is killed, or the guest is saved and goes on elsewhere. A
 * check of the file system finds no fault, and all that the guest was told is safe is there. More cycles by KILLS, such as KILLS=100.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cacheDirectory, findBusybox } from '../../src/cli/linux/cache.ts';
import { VirtioBlock } from '../../src/devices/block/block.ts';
import { FileDisk } from '../../src/devices/block/disk.ts';
import { openSyncFile } from '../../src/devices/node/sync-file.ts';
import { seededRandom } from '../../src/lab/random.ts';
import { LinuxGuest } from '../../src/machine/linux.ts';
import { decodeSnapshot, encodeSnapshot } from '../../src/machine/snapshot.ts';
import { ROOT } from '../support/cli.ts';
import { boot, hasKernel, partsOf, standStill, story } from '../support/kernels.ts';
import { coreModule } from '../support/machine.ts';

const CYCLES = Number(process.env.KILLS ?? 2);
const DISK = '64M';
const folder = mkdtempSync(path.join(tmpdir(), 'trapframe-kills-'));
/** What a test that ran out of time leaves behind. */
let running: ChildProcess | null = null;
afterAll(() => {
  running?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const EXT4 = spawnSync('mkfs.ext4', ['-V']).status === 0 && spawnSync('e2fsck', ['-V']).status === 0;
const usable = hasKernel('built') && EXT4;

/** A disk whose root has busybox and a directory for records. */
function newRoot(name: string): string {
  const tree = path.join(folder, 'tree');
  for (const each of ['bin', 'dev', 'proc', 'sys', 'tmp', 'mnt', 'run', 'root', 'etc', 'records'])
    mkdirSync(path.join(tree, each), { recursive: true });
  copyFileSync(findBusybox(cacheDirectory())!, path.join(tree, 'bin/busybox'));
  chmodSync(path.join(tree, 'bin/busybox'), 0o755);
  execFileSync('ln', ['-sf', 'busybox', path.join(tree, 'bin/sh')]);
  const disk = path.join(folder, name);
  execFileSync('mkfs.ext4', ['-q', '-F', '-d', tree, disk, DISK]);
  return disk;
}

/**
 * Writes records from number `first` on, each a file of its own that is flushed before its number is said, and much that nobody waits for.
 * A record is its number on some 1 to 500 lines.
 */
const writing = (first: number): string =>
  `b=/bin/busybox; cd /records; (while true; do $b head -c 300000 /bin/busybox >../junk; $b cp ../junk ../junk2; done) & i=${first}; ` +
  'while true; do $b yes record-$i | $b head -n $((i * 37 % 500 + 1)) | $b dd of=$i bs=64k conv=fsync 2>/dev/null && ' +
  'echo said $i; i=$((i + 1)); done';

/** Whether a check finds nothing, once the journal has been replayed; what it says otherwise. */
function faults(disk: string): string {
  const replayed = spawnSync('e2fsck', ['-p', disk], { encoding: 'utf8' });
  const checked = spawnSync('e2fsck', ['-fn', disk], { encoding: 'utf8' });
  return (replayed.status ?? 9) <= 1 && checked.status === 0 ? '' : `${replayed.stdout}${checked.stdout}`;
}

/** Those of the records up to a number that are not on a disk, or not whole. */
function lostFrom(disk: string, last: number): number[] {
  const out = mkdtempSync(path.join(folder, 'out-'));
  execFileSync('debugfs', ['-R', `rdump /records ${out}`, disk], { stdio: 'ignore' });
  const isWhole = (i: number): boolean => {
    const file = path.join(out, 'records', String(i));
    return existsSync(file) && readFileSync(file, 'utf8') === `record-${i}\n`.repeat(((i * 37) % 500) + 1);
  };
  const lost = Array.from({ length: last + 1 }, (_, i) => i).filter((i) => !isWhole(i));
  rmSync(out, { recursive: true });
  return lost;
}

/** Runs a guest that writes, kills its process so many milliseconds after the first record, and tells the last number it said. */
function killed(disk: string, first: number, after: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const bin = path.join(ROOT, 'src/cli/trapframe.mjs');
    const args = ['linux', '--kernel', 'built', '--disk', disk, '--engine', 'jit', '--exec', writing(first)];
    const child = spawn(process.execPath, [bin, ...args], {
      env: { ...process.env, TRAPFRAME_NO_SETUP: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    running = child;
    let said = '';
    let errors = '';
    child.stdout.on('data', (bytes: Buffer) => {
      if (!said) setTimeout(() => child.kill('SIGKILL'), after);
      said += bytes.toString();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      errors += bytes.toString();
    });
    child.on('error', reject);
    child.on('close', () => {
      running = null;
      const last = [...said.matchAll(/^said (\d+)\n/gm)].at(-1)?.[1];
      if (last === undefined) reject(new Error(`nothing was written: ${said}${errors}`));
      else resolve(Number(last));
    });
  });
}

describe.skipIf(!usable)('a guest that writes and flushes', () => {
  it(
    'loses nothing it was told is safe when its process is killed at random instants',
    async () => {
      const random = seededRandom(Number(process.env.SEED ?? 1));
      const disk = newRoot('killed.ext4');
      let last = -1;
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        last = await killed(disk, last + 1, random() * 400);
        expect(faults(disk), `cycle ${cycle}`).toBe('');
        expect(lostFrom(disk, last), `cycle ${cycle}`).toEqual([]);
      }
      console.info(`killed ${CYCLES} times: ${last + 1} records`);
    },
    20_000 + CYCLES * 20_000,
  );

  it(
    'goes on writing, and loses nothing, when it is saved and restored at random instants',
    async () => {
      const random = seededRandom(Number(process.env.SEED ?? 1), 1);
      const disk = newRoot('restored.ext4');
      const models = () => [new VirtioBlock(new FileDisk(openSyncFile(disk)))];
      const { guest } = await boot(
        'built',
        { engine: 'jit' },
        { models: models(), bootargs: 'quiet trapframe.root=/dev/vda:ext4' },
      );
      const session = guest.agent!.exec({ argv: ['/bin/sh', '-c', `${writing(0)} >/dev/null`] });
      session.end();
      await standStill(guest);
      let current = guest;
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        await current.run(BigInt(500_000 + Math.floor(random() * 3_000_000)));
        const state = await decodeSnapshot(await encodeSnapshot(current.save('core'), { compress: false }));
        const parts = { ...partsOf(state.config, 'virtio'), models: models() };
        current = await LinuxGuest.restore(coreModule(), parts, state);
      }
      // It still writes; all that it has written is flushed, and the machine is then left as it is.
      const { out } = await story(
        current,
        'b=/bin/busybox; cd /records; a=$($b ls | $b wc -l); $b sleep 1; $b sync; $b ls | $b sort -n | $b tail -n 1; echo $a',
      );
      const [last, before] = out.trim().split('\n').map(Number) as [number, number];
      expect(last).toBeGreaterThan(before);
      expect(faults(disk)).toBe('');
      // Who began the last one had flushed the one before.
      expect(lostFrom(disk, last - 1)).toEqual([]);
      console.info(`restored ${CYCLES} times: ${last} records`);
    },
    20_000 + CYCLES * 5_000,
  );
});
