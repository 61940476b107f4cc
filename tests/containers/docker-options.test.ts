/** Options of the stock `docker` client: each does what it says, or is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Docker, hasDocker, openDocker } from '../support/docker.ts';

if (!hasDocker) console.warn('tests/containers/docker-options.test.ts is left out: there is no docker client');

describe.skipIf(!hasDocker)('options of the docker client', { timeout: 60_000 }, () => {
  let docker: Docker;
  let ok: Docker['ok'];
  beforeAll(async () => {
    docker = await openDocker();
    ({ ok } = docker);
  }, 600_000);
  afterAll(() => docker?.close());

  it.each([
    ['--cpuset-cpus 0', 'CpusetCpus: is not offered'],
    ['--device /dev/fuse', 'Devices: is not offered'],
    ['--gpus all', 'DeviceRequests: is not offered'],
    ['--log-driver syslog', 'LogConfig.Type: can only be “memory”'],
    ['--log-opt max-size=1m', 'LogConfig.Config: is not offered'],
    ['--ip 172.17.0.9', 'IPAMConfig: is not offered'],
    ['--runtime runc', 'Runtime: can only be “trapframe”'],
    ['--storage-opt size=1m', 'StorageOpt: is not offered'],
    ['--memory-swappiness 5', 'MemorySwappiness: there is no swap'],
    ['--platform linux/amd64', 'small:1 is for linux/riscv64, and not for linux/amd64'],
    ['--network container:nobody', 'there is no container nobody'],
  ])('%s is refused', (options, message) => {
    const { code, err } = docker.run(['run', '--rm', ...options.split(' '), 'small:1', '/bin/tool', 'say', 'x']);
    expect(err).toContain(message);
    expect(code).toBe(125);
  });

  it('--network, --pid and --ipc share those of another container, which has to run', () => {
    const nothing = ['small:1', '/bin/tool', 'wait'];
    ok('run', '-d', '--name', 'first', '-h', 'named', ...nothing);
    const own = ['--network', 'container:first', '--pid', 'container:first', '--ipc', 'container:first'];
    ok('exec', 'first', '/bin/tool', 'ipc', 'make');
    expect(ok('run', '--rm', ...own, 'small:1', '/bin/tool', 'ipc', 'look', 'host', 'kill', '1', '0')).toBe(
      'shm ok\nsem ok\nmsg ok\nmq ok\nnamed\nkill ok',
    );
    const addresses = ok('run', '--rm', ...own, 'small:1', '/bin/tool', 'cat', '/proc/net/fib_trie');
    expect(addresses).toBe(ok('exec', 'first', '/bin/tool', 'cat', '/proc/net/fib_trie'));
    ok('stop', '-t', '0', 'first');
    expect(docker.run(['run', '--rm', ...own, ...nothing])).toMatchObject({
      code: 125,
      err: expect.stringContaining('namespace is that of container first, which does not run'),
    });
    ok('rm', 'first');
  });

  it('exec says why a program can’t be started, with the code shells have for it', () => {
    ok('run', '-d', '--name', 'box', 'small:1', '/bin/tool', 'wait');
    expect(docker.run(['exec', 'box', '/none'])).toMatchObject({
      code: 127,
      err: expect.stringMatching(/^\/none can’t be started: no such file/),
    });
    expect(docker.run(['exec', 'box', '/bin'])).toMatchObject({
      code: 126,
      err: expect.stringMatching(/^\/bin can’t/),
    });
    expect(docker.run(['exec', '-w', '/nowhere', 'box', '/bin/tool'])).toMatchObject({
      code: 127,
      err: expect.stringContaining('there is no directory /nowhere to begin in'),
    });
    expect(ok('exec', '--privileged', 'box', '/bin/tool', 'mount', 'tmpfs', '/tmp')).toMatch(/^mount /);
    ok('rm', '-f', 'box');
  });

  it('--restart brings one again after the background process was killed, unless somebody stopped it', async () => {
    for (const [name, policy] of [
      ['always', 'always'],
      ['stopped', 'unless-stopped'],
      ['never', 'no'],
    ] as const)
      ok('run', '-d', '--name', name, '--restart', policy, 'small:1', '/bin/tool', 'wait');
    ok('stop', '-t', '0', 'stopped');
    await docker.restart('SIGKILL');
    expect(ok('ps', '-a', '--format', '{{.Names}} {{.State}}').split('\n').sort()).toEqual([
      ...['always running', 'never exited', 'stopped exited'],
    ]);
    ok('rm', '-f', 'always', 'never', 'stopped');
  });
});
