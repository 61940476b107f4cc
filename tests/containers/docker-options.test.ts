/** Options of the stock `docker` client: each does what it says, or is refused. */
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
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

  it.each([
    [['build', '--memory', '10m', '-'], 'memory: is not offered of a build'],
    [['build', '--add-host', 'a:1.2.3.4', '-'], 'extrahosts: is not offered of a build'],
    [['build', '--platform', 'linux/amd64', '-'], 'builds are for linux/riscv64, and not for linux/amd64'],
    [['network', 'create', '--internal', 'n'], 'Internal: is not offered'],
    [['network', 'create', '--ipv6', 'n'], 'EnableIPv6: is not offered'],
    [['network', 'create', '-o', 'a=b', 'n'], 'Options: is not offered'],
    [['volume', 'create', '--opt', 'type=tmpfs', 'v'], 'DriverOpts: is not offered'],
  ])('%j is refused', (args, message) => {
    const { code, err } = docker.run(args, 'FROM small:1\n');
    expect(err).toContain(message);
    expect(code).toBe(1);
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
    // What the client says of itself is no input of the program.
    expect(docker.run(['exec', '-i', 'box', '/bin/tool', 'read'], 'mine\n').out).toBe('read 5: mine\n\n');
    expect(
      ok('top', 'box', '-o', 'pid,comm')
        .split('\n')
        .map((row) => row.split(/\s+/)),
    ).toEqual([
      ['PID', 'COMMAND'],
      ['1', 'tool'],
    ]);
    expect(docker.run(['top', 'box', '-o', 'nice'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('top: “-o nice” is not -o and some of pid,ppid,'),
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

  it('prune takes what its filters say, and of volumes only those nobody named unless all are meant', () => {
    const nothing = ['small:1', '/bin/tool', 'say', 'x'];
    ok('run', '--name', 'old', '-l', 'keep=no', ...nothing);
    ok('run', '--name', 'kept', '-l', 'keep=yes', ...nothing);
    ok('network', 'create', '--label', 'keep=yes', 'mine');
    for (const what of ['container', 'network']) {
      expect(ok(what, 'prune', '-f', '--filter', 'until=1h')).not.toContain('Deleted');
      expect(docker.run([what, 'prune', '-f', '--filter', 'colour=red'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('there is no “colour”; known: '),
      });
    }
    ok('container', 'prune', '-f', '--filter', 'label!=keep=yes');
    expect(ok('ps', '-a', '--format', '{{.Names}}')).toBe('kept');
    ok('network', 'prune', '-f', '--filter', 'label=keep=no');
    expect(ok('network', 'ls', '--filter', 'label=keep', '--format', '{{.Name}}')).toBe('mine');
    ok('network', 'rm', 'mine');
    ok('image', 'prune', '-af', '--filter', 'until=1h', '--filter', 'label=none');
    expect(ok('images', '-q')).not.toBe('');
    ok('volume', 'create', '--label', 'keep=yes', 'named');
    const anonymous = ok('volume', 'create');
    expect(ok('volume', 'ls', '-q', '--filter', 'label=keep=yes')).toBe('named');
    expect(ok('volume', 'prune', '-f')).toContain(anonymous);
    ok('volume', 'prune', '-af', '--filter', 'label=keep=no');
    expect(ok('volume', 'ls', '-q')).toBe('named');
    ok('volume', 'prune', '-af');
    expect(ok('volume', 'ls', '-q')).toBe('');
    ok('rm', 'kept');
  });

  it('ps, images and events show what their filters say', () => {
    const label = ['-l', 'of=this'];
    for (const name of ['one', 'two', 'third']) ok('create', '--name', name, ...label, 'small:1', '/bin/tool');
    const named = (...filters: readonly string[]): string =>
      ok('ps', '-a', ...filters.flatMap((f) => ['--filter', f]), '--format', '{{.Names}}').replaceAll('\n', ' ');
    expect(named('since=one')).toBe('third two');
    expect(named('before=third')).toBe('two one');
    expect(named('name=^t')).toBe('third two');
    expect(named('name=two', 'name=one')).toBe('two one');
    expect(named('ancestor=small:1', 'status=created', 'label=of')).toBe('third two one');
    expect(named('ancestor=other')).toBe('');
    ok('rm', 'one', 'two', 'third');
    const soon = String(Math.ceil(Date.now() / 1000) + 1);
    const events = ['events', '--since', '1m', '--until', soon, '--format', '{{.Action}} {{.Actor.Attributes.name}}'];
    expect(
      ok(...events, '--filter', 'label=of=this', '--filter', 'event=destroy')
        .split('\n')
        .sort(),
    ).toEqual([...['destroy one', 'destroy third', 'destroy two']]);
    expect(ok('images', '--filter', 'reference=sm*', '--format', '{{.Repository}}')).toBe('small');
    expect(ok('images', '--filter', 'reference=m*', '--format', '{{.Repository}}')).toBe('');
    expect(ok('images', '--filter', 'label=of', '--format', '{{.Repository}}')).toBe('');
  });

  it('volumes nobody named begin with what the image has there, are shared, and go with their container', () => {
    const put = ['small:1', '/bin/tool', 'put', '/bin/new', 'mine', 'ls', '/bin'];
    expect(ok('run', '--name', 'first', '-v', '/bin', ...put)).toBe('echo new tool');
    expect(ok('run', '--rm', '--volumes-from', 'first:ro', ...put)).toMatch(/Read-only file system\necho new tool$/);
    const [volume] = ok('volume', 'ls', '-q').split('\n');
    expect(ok('system', 'df', '-v', '--format', '{{range .Volumes}}{{.Name}} {{.Links}} {{.Size}}{{end}}')).toMatch(
      new RegExp(`^${volume} 1 \\d+(\\.\\d+)?kB$`),
    );
    ok('rm', '-v', 'first');
    expect(ok('volume', 'ls', '-q')).toBe('');
    ok('run', '--rm', '-v', '/data', 'small:1', '/bin/tool', 'put', '/data/x', 'y');
    expect(ok('volume', 'ls', '-q')).toBe('');
    ok('run', '--rm', '-v', 'store:/bin', ...put);
    expect(ok('run', '--rm', '-v', 'store:/there', 'small:1', '/bin/tool', 'cat', '/there/new')).toBe('mine');
    ok('volume', 'rm', 'store');
  });

  it('system df counts images that are used, and shared layers once', () => {
    ok('run', '--name', 'used', 'small:1', '/bin/tool', 'put', '/x', 'y');
    ok('commit', 'used', 'more:1');
    const rows = ok('system', 'df', '--format', '{{.Type}} {{.TotalCount}} {{.Active}}').split('\n');
    expect(rows).toEqual(['Images 2 1', 'Containers 1 0', 'Local Volumes 0 0', 'Build Cache 0 0']);
    const sizes = ok('system', 'df', '-v', '--format', '{{range .Images}}{{.SharedSize}}/{{.Size}} {{end}}').split(' ');
    expect(sizes[0]!.split('/')[0]).toBe(sizes[1]!.split('/')[0]);
    ok('rm', 'used');
    ok('rmi', 'more:1');
  });

  it('a health check of an image is done, unless a container wants none', () => {
    const dockerfile =
      'FROM small:1\nHEALTHCHECK --interval=50ms --timeout=5s --retries=1 CMD ["/bin/tool", "say", "ill", "exit", "1"]\n';
    expect(docker.run(['build', '-t', 'ill', '-'], dockerfile).code).toBe(0);
    expect(docker.run(['build', '-'], 'FROM small:1\nHEALTHCHECK --interval=soon CMD x\n')).toMatchObject({
      err: expect.stringContaining('HEALTHCHECK --interval: “soon” is no time'),
    });
    ok('run', '-d', '--name', 'plain', '--no-healthcheck', 'ill', '/bin/tool', 'wait');
    const id = ok('run', '-d', '--name', 'sick', 'ill', '/bin/tool', 'wait');
    const soon = String(Math.ceil(Date.now() / 1000) + 2);
    expect(
      ok(
        'events',
        '--since',
        '1m',
        '--until',
        soon,
        '--filter',
        'event=health_status',
        '--format',
        '{{.Action}} {{.ID}}',
      ),
    ).toBe(`health_status: unhealthy ${id}`);
    expect(ok('ps', '--filter', 'health=unhealthy', '--format', '{{.Names}} {{.Status}}')).toMatch(
      /^sick Up .* \(unhealthy\)$/,
    );
    expect(ok('ps', '--filter', 'health=none', '--format', '{{.Names}}')).toBe('plain');
    expect(ok('inspect', '-f', '{{(index .State.Health.Log 0).Output}}', 'sick')).toBe('ill');
    ok('rm', '-f', 'plain', 'sick');
    ok('rmi', 'ill');
  });

  it('cp keeps links and names, commit its author and changes, and what can only be read is not written to', () => {
    const at = (name: string): string => join(docker.folder, name);
    mkdirSync(at('tree/sub'), { recursive: true });
    writeFileSync(at('tree/file'), 'text');
    linkSync(at('tree/file'), at('tree/same'));
    symlinkSync('file', at('tree/link'));
    symlinkSync('/tree/sub', at('tree/absolute'));
    ok('create', '--name', 'box', 'small:1', '/bin/tool', 'ls', '/tree');
    ok('cp', at('tree'), 'box:/tree');
    ok('cp', 'box:/tree/link', at('link'));
    expect(readlinkSync(at('link'))).toBe('file');
    ok('cp', '-L', 'box:/tree/link', at('text'));
    expect(readFileSync(at('text'), 'utf8')).toBe('text');
    // A link to a directory is that directory, where something is copied into it.
    ok('cp', at('text'), 'box:/tree/absolute');
    ok('cp', 'box:/tree/.', at('back'));
    expect(readdirSync(at('back')).sort()).toEqual(['absolute', 'file', 'link', 'same', 'sub']);
    expect(readdirSync(at('back/sub'))).toEqual(['text']);
    expect(statSync(at('back/same')).ino).toBe(statSync(at('back/file')).ino);
    ok('commit', '-a', 'somebody', '-c', 'EXPOSE 80 9/udp', '-c', 'VOLUME /data', 'box', 'made');
    expect(ok('inspect', '-f', '{{.Author}} {{json .Config.ExposedPorts}} {{json .Config.Volumes}}', 'made')).toBe(
      'somebody {"80/tcp":{},"9/udp":{}} {"/data":{}}',
    );
    ok('create', '--name', 'closed', '--read-only', 'small:1', '/bin/tool', 'wait');
    for (const running of [false, true]) {
      if (running) ok('start', 'closed');
      expect(docker.run(['cp', at('text'), 'closed:/'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('/ can only be read in the container'),
      });
    }
    ok('rm', '-f', 'box', 'closed');
    ok('rmi', 'made');
  });
});
