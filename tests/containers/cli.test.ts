/** `trapframe container`: the commands, and the process in the background that outlives them. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms } from '../support/linux-programs.ts';
import { projectRoot } from '../support/machine.ts';

const CALL_MS = 60_000;
let folder: string;
let rootfs: string;

const env = () => ({ ...process.env, TRAPFRAME_STATE: join(folder, 'state'), TRAPFRAME_NO_SETUP: '1', NO_COLOR: '1' });
const SCRIPT = join(projectRoot(), 'src/cli/trapframe.mjs');

function cli(
  args: readonly string[],
  input = '',
  group = 'container',
): { code: number | null; out: string; err: string } {
  const ran = spawnSync(process.execPath, [SCRIPT, group, ...args], {
    env: env(),
    input,
    encoding: 'utf8',
    timeout: CALL_MS,
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

const daemon = (): number => Number(readFileSync(join(folder, 'state/container.pid'), 'utf8'));

beforeAll(async () => {
  const tool = (await buildPrograms(['tool'])).get('tool')!;
  folder = mkdtempSync(join(tmpdir(), 'trapframe-containers-'));
  rootfs = join(folder, 'rootfs');
  mkdirSync(join(rootfs, 'bin'), { recursive: true });
  copyFileSync(tool, join(rootfs, 'bin/tool'));
}, 600_000);

afterAll(async () => {
  if (existsSync(join(folder, 'state/container.pid'))) process.kill(daemon(), 'SIGTERM');
  await sleep(200);
  rmSync(folder, { recursive: true, force: true });
});

describe('trapframe container', { timeout: CALL_MS }, () => {
  it('runs a program, and ends as it does', () => {
    const ran = cli(
      [
        'run',
        '--rm',
        '-i',
        '--hostname',
        'box',
        '-e',
        'A=b',
        '--rootfs',
        rootfs,
        '/bin/tool',
        'read',
        'host',
        'env',
        'A',
        'exit',
        '7',
      ],
      'typed\n',
    );
    expect(ran).toEqual({ code: 7, out: 'read 6: typed\n\nbox\nb\n', err: '' });
    expect(cli(['ps', '-a', '-q']).out).toBe('');
    // The folder of the host is as it was.
    expect(existsSync(join(rootfs, 'etc'))).toBe(false);
  });

  it('builds images of Dockerfiles, and says by its exit code whose fault it was', () => {
    const context = join(folder, 'context');
    mkdirSync(join(context, 'bin'), { recursive: true });
    copyFileSync(join(rootfs, 'bin/tool'), join(context, 'bin/tool'));
    writeFileSync(join(context, 'secret'), 'x');
    writeFileSync(join(context, '.dockerignore'), 'secret\n');
    const write = (last: string): void =>
      writeFileSync(
        join(context, 'Dockerfile'),
        `FROM scratch\nARG WORD\nCOPY . /\nRUN ["/bin/tool", "ls", "/", "env", "WORD"]\n${last}\n`,
      );
    const image = (...args: string[]) =>
      cli(['build', '-t', 'own:1', '--build-arg', 'WORD=given', ...args, context], '', 'image');
    write('CMD ["/bin/tool", "say", "built"]');
    const built = image('--label', 'a=b');
    expect(built).toMatchObject({ code: 0, err: '' });
    expect(built.out).toMatch(/ bin .*\ngiven\n[\s\S]*Successfully tagged own:1\n$/);
    expect(built.out).not.toContain('secret ');
    expect(cli(['run', '--rm', 'own:1'])).toEqual({ code: 0, out: 'built\n', err: '' });
    write('RUN ["/bin/tool", "exit", "9"]');
    expect(image()).toMatchObject({ code: 1, err: expect.stringContaining('returned a non-zero code: 9') });
    write('COPY none /');
    expect(image('-q')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Dockerfile:5: none: there is no such file'),
    });
    expect(image('-f', '../rootfs/bin/tool')).toMatchObject({ code: 2, err: expect.stringContaining('leads out of') });
    expect(cli(['build', join(folder, 'none')], '', 'image')).toMatchObject({ code: 2 });
  });

  it('lets containers outlive a command, and finds them again', () => {
    const id = cli([
      'run',
      '-d',
      '--name',
      'web',
      '--memory',
      '32M',
      '--pids',
      '8',
      '--rootfs',
      rootfs,
      '/bin/tool',
      'say',
      'up',
      'on',
      '15',
      'pause',
      'exit',
      '3',
    ]).out.trim();
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(cli(['ps']).out).toMatch(new RegExp(`${id.slice(0, 12)} .* Up \\d+ seconds? +web`));
    expect(cli(['exec', 'web', '/bin/tool', 'pid', 'exit', '4'])).toEqual({
      code: 4,
      out: expect.stringMatching(/^pid \d+ ppid 0\n$/),
      err: '',
    });
    expect(cli(['logs', 'web']).out).toBe('up\n');
    expect(cli(['stats', 'web']).out).toMatch(/of 32\.0MiB +1 of 8/);
    expect(cli(['pause', 'web']).code).toBe(0);
    expect(cli(['ps']).out).toContain('(Paused)');
    expect(cli(['unpause', 'web']).code).toBe(0);
    expect(cli(['rename', 'web', 'site']).code).toBe(0);
    expect(cli(['stop', 'site']).code).toBe(0);
    expect(cli(['wait', 'site']).out).toBe('3\n');
    expect(JSON.parse(cli(['inspect', 'site']).out)[0].State).toMatchObject({
      Status: 'exited',
      ExitCode: 3,
      OOMKilled: false,
    });
    expect(cli(['rm', 'site']).out).toBe('site\n');
  });

  it('copies, lists, commits and exports what a container changed', () => {
    writeFileSync(join(folder, 'file'), 'of the host');
    cli(['run', '--name', 'made', '--rootfs', rootfs, '/bin/tool', 'put', '/new', 'mine']);
    expect(cli(['cp', join(folder, 'file'), 'made:/copied']).err).toBe('');
    expect(cli(['cp', 'made:/new', join(folder, 'back')]).err).toBe('');
    expect(readFileSync(join(folder, 'back'), 'utf8')).toBe('mine');
    expect(cli(['diff', 'made']).out).toBe('A /copied\nA /new\n');
    expect(cli(['commit', 'made', 'mine:1']).out).toMatch(/^sha256:/);
    expect(cli(['run', '--rm', 'mine:1', '/bin/tool', 'cat', '/copied']).out).toBe('of the host');
    expect(cli(['export', '-o', join(folder, 'all.tar'), 'made']).err).toBe('');
    expect(readFileSync(join(folder, 'all.tar'), 'latin1')).toContain('of the host');
    cli(['rm', 'made']);
  });

  /** A command that goes on beside the others, with what it has written so far. */
  function beside(args: readonly string[]) {
    const child = spawn(process.execPath, [SCRIPT, 'container', 'run', '--rm', '--rootfs', rootfs, ...args], {
      env: env(),
    });
    const ended = new Promise((settle) => child.once('exit', (code) => settle(code)));
    return { child, ended };
  }

  it('forwards Ctrl-C to the program', async () => {
    const { child, ended } = beside(['/bin/tool', 'on', '2', 'say', 'ready', 'pause', 'exit', '5']);
    await new Promise((settle) => child.stdout.once('data', settle));
    child.kill('SIGINT');
    expect(await ended).toBe(5);
  });

  it('lets a program that floods wait for its reader', async () => {
    const { child, ended } = beside(['--name', 'flood', '/bin/tool', 'flood']);
    await new Promise((settle) => child.stdout.once('data', settle));
    child.stdout.pause();
    await sleep(500);
    const time = (): number => Number(/flood +(\d+\.\d+) s/.exec(cli(['stats']).out)![1]);
    const before = time();
    await sleep(300);
    expect(time()).toBe(before);
    child.stdout.resume();
    expect(cli(['kill', 'flood']).out).toBe('flood\n');
    expect(await ended).toBe(137);
    expect(cli(['ps', '-a', '-q']).out).toBe('');
  });

  it.each([
    [['run', '--rootfs', '/nonexistent', 'x'], '--rootfs: /nonexistent does not exist'],
    [['run', 'nothing-of-the-kind'], 'there is no image nothing-of-the-kind'],
    [
      ['run', '--rm', '--rootfs', 'ROOTFS', '/bin/none'],
      '/bin/none can’t be started: no such file or directory in the container',
    ],
    [['run', '--memory', 'much', '--rootfs', 'ROOTFS', 'x'], '--memory: “much” is not an amount of memory'],
    [['kill', 'nobody'], 'there is no container nobody'],
  ])('%j is refused with 2', (args, message) => {
    const ran = cli(args.map((a) => (a === 'ROOTFS' ? rootfs : a)));
    expect(ran.err).toContain(message);
    expect([ran.code, ran.out]).toEqual([2, '']);
  });
});
