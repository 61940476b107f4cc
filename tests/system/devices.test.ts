/** The devices under a real Linux kernel: its drivers, an ext4 disk, a shared folder, a network, the balloon. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryFolder } from '../../src/devices/9p/memory-folder.ts';
import { VirtioNinep } from '../../src/devices/9p/ninep.ts';
import { VirtioBalloon } from '../../src/devices/balloon/balloon.ts';
import { VirtioBlock } from '../../src/devices/block/block.ts';
import { type Disk, FileDisk, ImageDisk } from '../../src/devices/block/disk.ts';
import { Overlay } from '../../src/devices/block/overlay.ts';
import { labMac, VirtioNet } from '../../src/devices/net/net.ts';
import { LabSwitch } from '../../src/devices/net/switch.ts';
import { HostFolder } from '../../src/devices/node/host-folder.ts';
import { openSyncFile } from '../../src/devices/node/sync-file.ts';
import { seededRandom } from '../../src/lab/random.ts';
import { LinuxGuest } from '../../src/machine/linux.ts';
import { boot, hasKernel, partsOf, standStill, story } from '../support/kernels.ts';
import { coreModule } from '../support/machine.ts';

const MiB = 2 ** 20;
const folder = mkdtempSync(path.join(tmpdir(), 'trapframe-linux-devices-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EXT4 = spawnSync('mkfs.ext4', ['-V']).status === 0 && spawnSync('e2fsck', ['-V']).status === 0;

/** A new ext4 file system in a file. */
function newDisk(name: string, size: number): string {
  const file = path.join(folder, name);
  const handle = openSync(file, 'w');
  ftruncateSync(handle, size);
  closeSync(handle);
  execFileSync('mkfs.ext4', ['-q', '-F', file]);
  return file;
}

/** Whether a check of the file system finds nothing, once its journal has been replayed. */
function isSound(file: string): boolean {
  const replayed = spawnSync('e2fsck', ['-p', file]).status;
  return (replayed === 0 || replayed === 1) && spawnSync('e2fsck', ['-fn', file]).status === 0;
}

/**
 * A disk whose power fails: what was flushed is there, of what was written since anything may be missing. Its state at an instant is
 * `crashed()`.
 */
class FailingDisk implements Disk {
  readonly size: number;
  readonly readOnly = false;
  readonly #now: Overlay;
  #durable: Overlay;
  #since: [at: number, bytes: Uint8Array][] = [];
  /** Called after every write and flush. */
  after: () => void = () => {};

  constructor(base: Disk) {
    this.#now = new Overlay(base);
    this.#durable = this.#now.fork();
    this.size = base.size;
  }

  read(at: number, into: Uint8Array): void {
    this.#now.read(at, into);
  }

  write(at: number, from: Uint8Array): void {
    this.#now.write(at, from);
    this.#since.push([at, from.slice()]);
    this.after();
  }

  zero(at: number, length: number): void {
    this.write(at, new Uint8Array(length));
  }

  discard(): void {}

  flush(): void {
    this.#durable = this.#now.fork();
    this.#since = [];
    this.after();
  }

  crashed(random: () => number): Overlay {
    const left = this.#durable.fork();
    for (const [at, bytes] of this.#since) if (random() < 0.5) left.write(at, bytes);
    return left;
  }
}

function dump(disk: Disk, name: string): string {
  const bytes = new Uint8Array(disk.size);
  disk.read(0, bytes);
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const has = hasKernel('built');

describe.skipIf(!has || !EXT4)('an ext4 disk', () => {
  it.each(['bare', 'nested', 'shadow'] as const)('holds what a guest wrote, under %s', async (strategy) => {
    const image = newDisk(`${strategy}.ext4`, 32 * MiB);
    const file = openSyncFile(image);
    const { sh, off } = await boot(
      'built',
      { strategy, engine: 'jit' },
      { models: [new VirtioBlock(new FileDisk(file))] },
    );
    const made = await sh(
      'mount -t ext4 /dev/vda /mnt && dd if=/dev/urandom of=/mnt/a bs=64k count=64 2>/dev/null && cp /mnt/a /mnt/b && mkdir /mnt/d &&' +
        'echo hello > /mnt/d/hello && sync && echo 3 > /proc/sys/vm/drop_caches && cmp /mnt/a /mnt/b && md5sum < /mnt/a && umount /mnt',
    );
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{32} {2}-\n$/) });
    await off();
    file.close();
    expect(isSound(image)).toBe(true);
    const show = (name: string) =>
      execFileSync('debugfs', ['-R', `cat ${name}`, image], {
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 32 * MiB,
      });
    expect(show('d/hello').toString()).toBe('hello\n');
    const digest = execFileSync('md5sum', { input: show('b') }).toString();
    expect(digest).toBe(made.stdout);
  });

  it('loses nothing that was flushed, whenever the power fails', async () => {
    const image = newDisk('fails.ext4', 12 * MiB);
    const file = openSyncFile(image, { readOnly: true });
    const disk = new FailingDisk(new FileDisk(file, { readOnly: true }));
    const random = seededRandom(1);
    let synced = -1;
    let next = 1;
    const crashes: { disk: Overlay; synced: number }[] = [];
    disk.after = () => {
      if (--next > 0 || crashes.length === 100) return;
      next = 1 + Math.floor(random() * 6);
      crashes.push({ disk: disk.crashed(random), synced });
    };
    const { sh, off } = await boot('built', { engine: 'jit' }, { models: [new VirtioBlock(disk)] });
    const loop =
      'mount -t ext4 /dev/vda /mnt; i=0; while [ $i -lt 60 ]; do echo data-$i > /mnt/file-$i; [ $i -lt 5 ] || rm /mnt/file-$((i-5)); ' +
      'mv /mnt/file-$i /mnt/kept-$i; sync; echo synced $i; cp /mnt/kept-$i /mnt/file-$i; i=$((i+1)); done';
    const onStdout = (bytes: Uint8Array): void => {
      for (const [, number] of new TextDecoder().decode(bytes).matchAll(/synced (\d+)/g)) synced = Number(number);
    };
    await sh(loop, { onStdout });
    await off();
    expect(synced).toBe(59);
    expect(crashes).toHaveLength(100);
    const content = readFileSync(image);
    for (const [i, crash] of crashes.entries()) {
      const left = dump(crash.disk, 'crashed.ext4');
      expect(isSound(left), `crash ${i}`).toBe(true);
      const names = Array.from({ length: crash.synced + 1 }, (_, n) => `cat kept-${n}`);
      const commands = path.join(folder, 'commands');
      writeFileSync(commands, `${names.join('\n')}\n`);
      const shown = spawnSync('debugfs', ['-f', commands, left]).stdout.toString();
      const found = [...shown.matchAll(/^data-(\d+)$/gm)].map((match) => Number(match[1]));
      expect(found, `crash ${i}`).toEqual(names.map((_, n) => n));
    }
    // What lies below the layers is as it was.
    expect(readFileSync(image).equals(content)).toBe(true);
    file.close();
  });
});

describe.skipIf(!has)('a shared folder', () => {
  it('is one folder for host and guest, under 9p', async () => {
    const share = path.join(folder, 'share');
    mkdirSync(share);
    writeFileSync(path.join(share, 'from-host'), 'written by the host\n');
    const models = [new VirtioNinep(new HostFolder(share), { tag: 'share' })];
    const { sh, off } = await boot('built', { engine: 'jit' }, { models });
    const { code, stdout } = await sh(
      'mkdir /h && mount -t 9p -o trans=virtio,version=9p2000.L,msize=131072 share /h && cat /h/from-host && ' +
        'mkdir /h/d && dd if=/dev/urandom of=/h/d/big bs=100k count=30 2>/dev/null && md5sum < /h/d/big && echo 3 > /proc/sys/vm/drop_caches && ' +
        'md5sum < /h/d/big && mv /h/d/big /h/moved && rmdir /h/d && ln -s /etc/passwd /h/link && head -c 4 /h/link && ' +
        'chmod 750 /h/moved && stat -c "%a %s" /h/moved && ls /h',
    );
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('written by the host');
    expect(lines[1]).toBe(lines[2]);
    // The guest follows the link in its own file system; the server would not.
    expect(lines.slice(3, -1)).toEqual(['root750 3072000', 'from-host', 'link', 'moved']);
    await off();
    expect(execFileSync('md5sum', { input: readFileSync(path.join(share, 'moved')) }).toString()).toBe(`${lines[1]}\n`);
  });
});

describe.skipIf(!has)('the lab network', () => {
  const plugged = (network: LabSwitch, number: number) =>
    boot(
      'built',
      { engine: 'jit' },
      {
        models: [new VirtioNet({ mac: labMac(number), plug: (receive) => network.plug(receive) })],
        seed: number + 1,
      },
    );
  const up = (number: number) =>
    `ip link set eth0 up && udhcpc -i eth0 -n -q -f -x hostname:guest${number} -s /bin/true 2>&1 | grep obtained && ` +
    `ip addr add 10.0.2.${15 + number}/24 dev eth0 && echo nameserver 10.0.2.3 > /etc/resolv.conf`;

  it('gives a guest its address, names and an answer to ping', async () => {
    const { sh, off } = await plugged(new LabSwitch(), 0);
    const { code, stdout } = await sh(
      `${up(0)} && ping -c 3 gateway.lab && nslookup guest0.lab && ! nslookup nobody.lab`,
    );
    expect(stdout).toContain('lease of 10.0.2.15 obtained from 10.0.2.2');
    expect(stdout).toContain('3 packets received, 0% packet loss');
    expect(stdout).toMatch(/guest0\.lab\s+Address: 10\.0\.2\.15/);
    expect(code).toBe(0);
    await off();
  });

  it('lets two guests talk, and the same way every time', async () => {
    const talk = async () => {
      const network = new LabSwitch();
      const guests = [await plugged(network, 0), await plugged(network, 1)] as const;
      const [one, two] = guests;
      for (const [number, { sh }] of guests.entries()) expect((await sh(up(number))).code).toBe(0);
      // The listener's own input stays open, so that it does not end first.
      const listening = two.sh(
        'mkfifo /tmp/open && exec 3<> /tmp/open && nc -l -p 5000 < /tmp/open > /tmp/got; md5sum < /tmp/got',
      );
      const sent = await one.sh(
        'sleep 0.2; ping -c 2 -q guest1.lab && head -c 300000 /dev/urandom > /tmp/data && md5sum < /tmp/data && nc guest1.lab 5000 < /tmp/data',
      );
      expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('0% packet loss') });
      const got = await listening;
      expect(sent.stdout.split('\n')).toContain(got.stdout.trim());
      await Promise.all([one.off(), two.off()]);
      const counters = guests.map(({ guest }) => ({
        machine: guest.system.counters(),
        devices: guest.system.devices.map((device) => device.counters()),
      }));
      return { stdout: sent.stdout, counters, network: network.counters() };
    };
    expect(await talk()).toEqual(await talk());
  });
});

describe.skipIf(!has)('the balloon', () => {
  it('takes memory, gives it back, and hears what is free', async () => {
    const balloon = new VirtioBalloon();
    const { sh, off } = await boot('built', { engine: 'jit', memory: 256 * MiB }, { models: [balloon] });
    const free = async () => Number((await sh('sleep 3; grep MemFree /proc/meminfo')).stdout.match(/\d+/)![0]);
    const before = await free();
    balloon.setTarget(8192);
    const during = await free();
    expect(balloon.actual).toBe(8192);
    expect(before - during).toBeGreaterThan(30_000);
    balloon.askStatistics();
    await sh('true');
    expect(Number(balloon.statistics.total)).toBeGreaterThan(200 * MiB);
    balloon.setTarget(0);
    expect(await free()).toBeGreaterThan(before - 2_000);
    expect(balloon.counters()).toMatchObject({ 'balloon.inflated': 8192, 'balloon.deflated': 8192 });
    expect(balloon.counters()['balloon.reported']).toBeGreaterThan(100 * MiB);
    // What it gets again it can use.
    const used = await sh('head -c 30m /dev/urandom > /tmp/x && cp /tmp/x /tmp/y && cmp /tmp/x /tmp/y');
    expect(used).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await off();
  });
});

describe.skipIf(!has || !EXT4)('a snapshot', () => {
  it('holds every device: a restored guest goes on as the unbroken one does', async () => {
    const image = new Uint8Array(readFileSync(newDisk('snapshot.ext4', 8 * MiB)));
    const devices = () => {
      const network = new LabSwitch();
      return {
        network,
        models: [
          new VirtioBlock(new Overlay(new ImageDisk(image))),
          new VirtioNinep(new MemoryFolder(), { tag: 'share' }),
          new VirtioNet({ mac: labMac(0), plug: (receive) => network.plug(receive) }),
          new VirtioBalloon(),
        ],
      };
    };
    const first = devices();
    const { guest, sh } = await boot('built', { engine: 'jit' }, { models: first.models });
    await sh(
      'mount -t ext4 /dev/vda /mnt; mkdir /h; mount -t 9p -o trans=virtio,version=9p2000.L share /h; echo before > /h/f; echo before > /mnt/f; ' +
        'ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0; ping -c 1 10.0.2.2; (exec 3>> /h/f; while sleep 1; do echo more >&3; done) &',
    );
    await standStill(guest);
    const second = devices();
    const state = guest.save('core');
    const parts = { ...partsOf(state.config, 'virtio'), models: second.models };
    const other = await LinuxGuest.restore(coreModule(), parts, state);
    second.network.restore(first.network.save());
    const command =
      'sleep 3; cat /h/f /mnt/f; ls -l /h; echo after > /mnt/g; sync; ping -c 2 gateway.lab; ping -c 2 10.0.2.2; cat /proc/net/dev /proc/interrupts';
    const unbroken = await story(guest, command);
    expect(await story(other, command)).toEqual(unbroken);
    expect(unbroken.out).toMatch(/before\nmore\nmore/);
    expect(unbroken.out).toContain('2 packets received');
  });
});
