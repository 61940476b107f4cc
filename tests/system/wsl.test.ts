/** The light VM on a real kernel, by its command line: distributions, programs in them, archives, and its life in the background. */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/linux/cache.ts';
import { type Ended, ROOT, type RunOptions, trapframe } from '../support/cli.ts';
import { hasKernel } from '../support/kernels.ts';

const hasBuilt = hasKernel('built');

let home: string;
let env: Record<string, string>;
const wsl = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  trapframe(['wsl', ...args], { env, deadline: 60_000, ...options });
const sh = (script: string, options: RunOptions = {}): Promise<Ended> => wsl(['--', 'sh', '-c', script], options);
const config = (text: string): void => writeFileSync(join(home, '.wslconfig'), text);
const good = (stdout: string): Ended => ({ code: 0, stdout, stderr: '' });

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'wsl-'));
  mkdirSync(join(home, 'shared/below'), { recursive: true });
  env = { HOME: home, TRAPFRAME_STATE: join(home, 'state'), TRAPFRAME_CACHE: cacheDirectory() };
  config('[wsl2]\nmemory=128MB\nswap=8MB\nshare=~/shared\ndefaultVhdSize=128MB\n');
});
afterAll(async () => {
  await wsl(['--shutdown']);
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(!hasBuilt)('the light VM', { timeout: 240_000 }, () => {
  it('is empty at first, and says what to do', async () => {
    expect(await wsl(['true'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no distribution.*\n.*--install/),
    });
    expect((await wsl(['--list'])).stderr).toContain('--install');
    const nowhere = { ...env, TRAPFRAME_STATE: join(home, '.wslconfig/below') };
    expect(await wsl(['--install'], { env: nowhere })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/the state folder .* can't be made: ENOTDIR.*\n.*Set TRAPFRAME_STATE/),
    });
  });

  it('installs a distribution and runs commands with streams, status, signals, directory, environment', async () => {
    expect(await wsl(['--install'])).toMatchObject({ code: 0, stderr: expect.stringContaining('installed busybox') });
    expect((await wsl(['uname', '-a'])).stdout).toMatch(/^Linux busybox \d+\.\d+\.\d+ .*riscv64/);
    expect(await sh('cat; echo to-err >&2; exit 3', { input: 'hi\n' })).toEqual({
      code: 3,
      stdout: 'hi\n',
      stderr: 'to-err\n',
    });
    expect(await sh('kill -9 $$')).toMatchObject({ code: 137 });
    expect(await wsl(['--', 'no-such-program'])).toMatchObject({
      code: 2,
      stderr: 'trapframe: no-such-program: no such file or directory\n',
    });
    expect(await wsl(['--cd', '/tmp', '--', 'pwd'])).toEqual(good('/tmp\n'));
    expect(
      await sh('pwd; echo $HOME $USER $WSL_DISTRO_NAME $SECRET$WORD', {
        env: { ...env, SECRET: 'x', WORD: 'a b', WSLENV: 'WORD/u' },
      }),
    ).toEqual(good('/root\n/root root busybox a b\n'));
    const long = 'x'.repeat(1_000_000);
    expect((await wsl(['cat'], { input: long })).stdout).toBe(long);
    expect((await sh('head -c 1500000 /dev/zero | wc -c; head -c 1500000 /dev/zero')).stdout.length).toBe(1_500_008);
    const bin = join(ROOT, 'src/cli/trapframe.mjs');
    const early = spawnSync('sh', ['-c', `"$0" "$1" wsl yes | head -1`, process.execPath, bin], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(early).toMatchObject({ stdout: 'y\n', stderr: '' });
    const stopped = await sh('trap "echo told; exit 5" TERM; echo here; sleep 100 & wait', {
      interrupt: { when: /here/, signal: 'SIGTERM' },
    });
    expect(stopped).toEqual({ code: 5, stdout: 'here\ntold\n', stderr: '' });
  });

  it('shares a directory with the host, in both directions', async () => {
    writeFileSync(join(home, 'shared/below/from-host'), 'host\n');
    const cwd = join(home, 'shared/below');
    expect(await sh('pwd; cat from-host; echo guest >from-guest', { cwd })).toEqual(good('/mnt/host/below\nhost\n'));
    expect(readFileSync(join(home, 'shared/below/from-guest'), 'utf8')).toBe('guest\n');
    await sh('echo inside >/root/file; ln -s /root/file /root/link; ln -s /proc/kmsg /root/out');
    expect(await wsl(['--read', 'busybox:/root/link'])).toEqual(good('inside\n'));
    expect((await wsl(['--read', 'busybox:../../root/file', join(home, 'got')])).code).toBe(0);
    expect(readFileSync(join(home, 'got'), 'utf8')).toBe('inside\n');
    expect(await wsl(['--read', 'busybox:/root/out', join(home, 'none')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('busybox:/root/out cannot be read'),
    });
    expect(existsSync(join(home, 'none'))).toBe(false);
  });

  it('keeps distributions apart: files, processes, names', async () => {
    expect((await wsl(['--install', 'other'])).code).toBe(0);
    expect((await wsl(['--install', 'other'])).stderr).toContain('there is a distribution other already');
    await sh('echo mine >/root/file; (sleep 321 &)');
    expect(await wsl(['-d', 'other', '--', 'sh', '-c', 'cat /root/file; ps | grep -c [3]21; hostname'])).toMatchObject({
      stdout: '0\nother\n',
    });
    expect((await sh('ps | grep -c [3]21')).stdout).toBe('1\n');
    expect((await wsl(['--list', '-v'])).stdout).toBe(
      '  NAME     STATE    VERSION\n* busybox  Running  2\n  other    Running  2\n',
    );
    expect((await wsl(['--terminate', 'other'])).code).toBe(0);
    expect((await wsl(['--list', '-v'])).stdout).toContain('other    Stopped');
    expect((await wsl(['--set-default', 'other'])).code).toBe(0);
    expect((await wsl(['hostname'])).stdout).toBe('other\n');
    expect((await wsl(['--set-default', 'busybox'])).code).toBe(0);
    expect((await wsl(['--set-default', 'third'])).stderr).toMatch(/no distribution third\n.*busybox, other/);
  });

  it('exports and imports a tree without a difference', async () => {
    const script = `cd /root; mkdir -p a/b; echo x >a/f; ln a/f a/hard; ln -s f a/soft; mkfifo a/pipe; mknod a/null c 1 3
      chmod 4711 a/f; chown 1234:567890123 a/b; touch -d '2001-02-03 04:05:06' a/f; head -c 100000 /dev/urandom >a/b/$(printf '%0200d' 1)`;
    expect((await sh(script)).stderr).toBe('');
    const one = join(home, 'one.tar');
    const two = join(home, 'two.tar');
    expect((await wsl(['--export', 'busybox', one])).stderr).toBe('');
    expect(await wsl(['--import', 'copy', one])).toEqual(good(''));
    expect((await wsl(['--export', 'copy', two])).stderr).toBe('');
    expect(readFileSync(two).equals(readFileSync(one))).toBe(true);
    const listing = spawnSync('tar', ['--numeric-owner', '-tvf', one], { encoding: 'utf8', env: { TZ: 'UTC' } }).stdout;
    expect(listing).toMatch(/^-rws--x--x 0\/0 +2 2001-02-03 04:05 .\/root\/a\/f$/m);
    expect(listing).toMatch(/^drwxr-xr-x 1234\/567890123 .* .\/root\/a\/b\/$/m);
    expect(listing).toMatch(/^hrws--x--x .* .\/root\/a\/hard link to .\/root\/a\/f$/m);
    expect((await wsl(['--unregister', 'copy'])).code).toBe(0);
    expect(existsSync(join(home, 'state/wsl/disks/copy.ext4'))).toBe(false);
    const gz = spawnSync('gzip', ['-c', one], { maxBuffer: 2 ** 28 }).stdout;
    expect((await wsl(['--import', 'zipped', '-'], { input: gz })).code).toBe(0);
    expect((await wsl(['-d', 'zipped', 'cat', '/root/a/hard'])).stdout).toBe('x\n');
    expect((await wsl(['--unregister', 'zipped'])).code).toBe(0);
  });

  it('makes nothing of an archive that is none, or is cut off', async () => {
    const bad = join(home, 'bad.tar');
    writeFileSync(bad, 'x'.repeat(2000));
    expect(await wsl(['--import', 'bad', bad])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no tar archive'),
    });
    writeFileSync(bad, readFileSync(join(home, 'one.tar')).subarray(0, 50_000));
    expect(await wsl(['--import', 'bad', bad])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ends too early'),
    });
    expect((await wsl(['--import', 'bad', join(home, 'none.tar')])).stderr).toContain(
      'there is no such file or folder',
    );
    expect(await wsl(['--export', 'busybox', join(home, 'none/x.tar')])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/x\.tar cannot be written: there is no such file or folder\n {2}Check/),
    });
    expect((await wsl(['--import', '../bad', bad])).stderr).toContain('cannot be the name');
    expect((await wsl(['--list'])).stdout).toBe('busybox (default)\nother\n');
    expect(spawnSync('ls', [join(home, 'state/wsl/disks')], { encoding: 'utf8' }).stdout).toBe(
      'busybox.ext4\nother.ext4\n',
    );
  });

  it('leaves nothing of an import that is stopped', async () => {
    const child = spawn(process.execPath, [join(ROOT, 'src/cli/trapframe.mjs'), 'wsl', '--import', 'slow', '-'], {
      env: { ...process.env, ...env, TRAPFRAME_NO_SETUP: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.write(readFileSync(join(home, 'one.tar')).subarray(0, 50_000));
    const disks = (): string[] => readdirSync(join(home, 'state/wsl/disks'));
    await expect.poll(() => disks().length, { timeout: 30_000 }).toBe(3);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(said).toBe('trapframe: stopped\n');
    await expect.poll(disks, { timeout: 30_000 }).toEqual(['busybox.ext4', 'other.ext4']);
    expect((await wsl(['--install', 'slow'])).code).toBe(0);
    expect((await wsl(['--unregister', 'slow'])).code).toBe(0);
  });

  it('keeps files over a shutdown, and a sparse disk that e2fsck finds sound', async () => {
    await sh('echo kept >/root/kept');
    expect((await wsl(['--shutdown'])).code).toBe(0);
    expect((await wsl(['--status'])).stdout).toContain('does not run');
    const disk = join(home, 'state/wsl/disks/busybox.ext4');
    expect(statSync(disk).blocks * 512).toBeLessThan(40 * 2 ** 20);
    const fsck = spawnSync('e2fsck', ['-fn', disk], { encoding: 'utf8' });
    if (!fsck.error) expect(`${fsck.status} ${fsck.status === 0 ? '' : fsck.stdout}`).toBe('0 ');
    expect(await wsl(['cat', '/root/kept'])).toEqual(good('kept\n'));
    expect((await wsl(['--status'])).stdout).toMatch(/running +busybox\n/);
  });

  it('loses nothing that was synced when its process is killed, and starts once for many who ask at once', async () => {
    const writing = sh(
      'echo precious >/root/precious; sync; echo synced; while true; do echo junk >>/root/junk; done',
      {
        deadline: 40_000,
      },
    );
    const pidFile = join(home, 'state/wsl/vm.pid');
    await expect.poll(() => existsSync(join(home, 'state/wsl/vm.sock')), { timeout: 20_000 }).toBe(true);
    await expect
      .poll(async () => (await wsl(['cat', '/root/precious'])).stdout, { timeout: 20_000 })
      .toBe('precious\n');
    await sh('sync');
    const pid = readFileSync(pidFile, 'utf8');
    // As one leaves it that is killed while it imports.
    const left = join(home, 'state/wsl/disks/left.ext4.9.part');
    writeFileSync(left, '');
    process.kill(Number(pid), 'SIGKILL');
    const many = await Promise.all([1, 2, 3].map((n) => wsl(['--', 'sh', '-c', `echo ${n}; cat /root/precious`])));
    expect(many).toEqual([1, 2, 3].map((n) => good(`${n}\nprecious\n`)));
    expect(readFileSync(pidFile, 'utf8')).not.toBe(pid);
    expect(existsSync(left)).toBe(false);
    await wsl(['--shutdown']);
    const fsck = spawnSync('e2fsck', ['-fn', join(home, 'state/wsl/disks/busybox.ext4')], { encoding: 'utf8' });
    if (!fsck.error) expect(`${fsck.status} ${fsck.status === 0 ? '' : fsck.stdout}`).toBe('0 ');
    await writing;
  });

  it('goes on where its log can’t be written', async () => {
    const full = openSync('/dev/full', 'w');
    const server = spawn(process.execPath, [join(ROOT, 'dist/cli/wsl-server.js'), ROOT, join(home, 'state/wsl')], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', full],
    });
    closeSync(full);
    await expect.poll(() => existsSync(join(home, 'state/wsl/vm.sock')), { timeout: 20_000 }).toBe(true);
    expect(await sh('dmesg >/dev/null; echo kernel >/dev/kmsg; echo here')).toEqual(good('here\n'));
    expect([server.exitCode, readFileSync(join(home, 'state/wsl/vm.pid'), 'utf8').trim()]).toEqual([
      null,
      `${server.pid}`,
    ]);
    await wsl(['--shutdown']);
  });

  it('is traced while a command runs, and waits for a debugger, or until who waits has had enough', async () => {
    const trace = join(home, 'wsl.json');
    expect((await wsl(['--trace', trace, '--', 'sh', '-c', 'echo seen'])).stdout).toBe('seen\n');
    const events = (JSON.parse(readFileSync(trace, 'utf8')) as { traceEvents: { name: string }[] }).traceEvents;
    expect(events.filter(({ name }) => name === 'execve').length).toBeGreaterThan(0);
    expect(events.filter(({ name }) => name === 'mount')).toEqual([]);
    // A debugger that comes and goes: detaching lets the command run.
    const waiting = wsl(['--gdb', '0,wait', '--', 'echo', 'through'], {
      heard: (stderr) => {
        const port = /target remote 127\.0\.0\.1:(\d+)\n/.exec(stderr)?.[1];
        if (!port) return;
        const debuggerSocket = connect(Number(port), '127.0.0.1', () => debuggerSocket.end('+$D#44'));
        debuggerSocket.on('error', () => {}).resume();
      },
    });
    expect(await waiting).toMatchObject({ code: 0, stdout: 'through\n' });
    const alone = wsl(['--gdb', '0,wait', '--', 'sh', '-c', 'sleep 100'], {
      interrupt: { when: /target remote/, signal: 'SIGTERM' },
    });
    expect((await alone).code).toBe(143);
    expect(await wsl(['--gdb', '0', '--status'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--gdb') });
    expect(await wsl(['--gdb', 'here', '--', 'true'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no port'),
    });
  });

  it('does what wsl.conf says, and says what is wrong with it', async () => {
    const conf =
      '[user]\ndefault=me\n[network]\nhostname=box\n[automount]\nenabled=false\n[boot]\ncommand=echo up >/run/up\nsystemd=true\n';
    await sh(`cat >/etc/wsl.conf; echo me:x:1000:1000::/tmp:/bin/sh >>/etc/passwd`, { input: conf });
    await wsl(['--terminate', 'busybox']);
    expect((await sh('hostname; id -u; pwd; cat /run/up; ls /mnt/host; touch /root/no')).stdout).toBe(
      'box\n1000\n/tmp\nup\n',
    );
    expect(await wsl(['-u', 'root', 'id', '-u'])).toEqual(good('0\n'));
    expect((await wsl(['-u', 'nobody-here', 'id'])).stderr).toContain('no user nobody-here in busybox');
    await wsl(['-u', 'root', '--', 'sh', '-c', 'echo nonsense >/etc/wsl.conf']);
    await wsl(['--terminate', 'busybox']);
    expect(await wsl(['id', '-u'])).toEqual({
      code: 0,
      stdout: '0\n',
      stderr: expect.stringMatching(/wsl.conf of busybox:1: “nonsense” is neither/),
    });
    // A link is followed inside the distribution, and a pipe has no other end.
    await sh('mkdir -p /conf; printf "[network]\nhostname=inside\n" >/conf/wsl; ln -sf /conf/wsl /etc/wsl.conf');
    await wsl(['--terminate', 'busybox']);
    expect(await sh('hostname; rm /etc/wsl.conf; mkfifo /etc/wsl.conf')).toEqual(good('inside\n'));
    await wsl(['--terminate', 'busybox']);
    expect(await sh('hostname; rm /etc/wsl.conf')).toEqual(good('busybox\n'));
  });

  it('refuses a .wslconfig it does not understand, and takes up memory, swap and words of a good one', async () => {
    await wsl(['--shutdown']);
    config('[wsl2]\nmemory=lots\n');
    expect(await wsl(['true'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/\.wslconfig:2: memory: “lots” is not a size/),
    });
    config('[wsl2]\nmemory=96MB\nprocessors=2\nswap=8MB\nkernelCommandLine=word=7\nvmIdleTimeout=300\n');
    const told = await sh('nproc; cat /proc/cmdline; grep -E "MemTotal|SwapTotal" /proc/meminfo');
    expect(told.stdout).toMatch(/^2\n.* word=7\n/);
    expect(told.stdout).toMatch(/SwapTotal: +818\d kB/);
    const total = Number(/MemTotal: +(\d+)/.exec(told.stdout)![1]);
    expect(total).toBeGreaterThan(80_000);
    expect(total).toBeLessThan(96 * 1024);
  });

  it('ends when it is idle, and knows the time when it starts again', async () => {
    const pid = join(home, 'state/wsl/vm.pid');
    for (let i = 0; i < 200 && existsSync(pid); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(pid)).toBe(false);
    const ahead = async (): Promise<number> =>
      Math.abs(Number((await wsl(['date', '+%s'])).stdout) - Date.now() / 1000);
    expect(await ahead()).toBeLessThan(30);
    // Whose time is instructions; work puts it ahead until the next command.
    expect(
      (await sh('a=$(cut -d. -f1 /proc/uptime); while [ $(($(cut -d. -f1 /proc/uptime) - a)) -lt 35 ]; do :; done'))
        .code,
    ).toBe(0);
    expect(await ahead()).toBeLessThan(30);
  });
});
