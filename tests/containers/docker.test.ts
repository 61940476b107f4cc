/** The stock `docker` client drives the background process: every command it has for containers, images, networks and volumes. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Docker, hasDocker, openDocker } from '../support/docker.ts';

if (!hasDocker) console.warn('tests/containers/docker.test.ts is left out: there is no docker client');

let folder: string;
let docker: Docker['run'];
let ok: Docker['ok'];

describe.skipIf(!hasDocker)('the docker client', { timeout: 60_000 }, () => {
  let own: Docker;
  beforeAll(async () => {
    own = await openDocker();
    ({ folder, run: docker, ok } = own);
  }, 600_000);
  afterAll(() => own?.close());

  it('speaks its present version with the engine, and is told what it is', () => {
    expect(ok('version', '--format', '{{.Server.APIVersion}} {{.Server.Os}}/{{.Server.Arch}}')).toBe(
      '1.43 linux/riscv64',
    );
    expect(ok('info', '--format', '{{.OSType}} {{.CgroupVersion}} {{.Images}}')).toBe('linux 2 1');
  });

  it('runs programs: output, input, exit codes, and why one can’t be', () => {
    expect(docker(['run', '--rm', '-i', 'small:1', '/bin/tool', 'read', 'exit', '7'], 'in\n')).toEqual({
      code: 7,
      out: 'read 3: in\n\n',
      err: '',
    });
    expect(docker(['run', '--rm', 'small:1', '/none'])).toMatchObject({
      code: 127,
      err: expect.stringContaining('no such file'),
    });
    expect(docker(['run', '--rm', 'other', 'x'])).toMatchObject({
      code: 125,
      err: expect.stringContaining('names no registry to look it up at, and none is set'),
    });
    expect(ok('ps', '-aq')).toBe('');
  });

  it('follows a container’s life', () => {
    const id = ok(
      'run',
      '-d',
      '--name',
      'box',
      '-l',
      'a=b',
      '-m',
      '32m',
      'small:1',
      '/bin/tool',
      'say',
      'up',
      'on',
      '15',
      'pause',
      'exit',
      '3',
    );
    expect(ok('ps', '--filter', 'label=a=b', '--format', '{{.ID}} {{.Names}} {{.State}}')).toBe(
      `${id.slice(0, 12)} box running`,
    );
    expect(ok('exec', 'box', '/bin/tool', 'say', 'inside')).toBe('inside');
    const own = ['--sysctl', 'net.core.somaxconn=77', 'small:1', '/bin/tool', 'cat', '/proc/sys/net/core/somaxconn'];
    expect(ok('run', '--rm', ...own)).toBe('77');
    expect(docker(['run', '--rm', '--network', 'host', ...own])).toMatchObject({
      code: 125,
      err: expect.stringContaining('would change the net namespace of others'),
    });
    expect(ok('logs', 'box')).toBe('up');
    expect(ok('logs', '-t', 'box')).toMatch(/^\d{4}-[\d-]+T[\d:.]+Z up$/);
    expect(ok('top', 'box')).toContain('tool');
    ok('update', '--memory', '48m', '--pids-limit', '9', 'box');
    expect(ok('inspect', '-f', '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}', 'box')).toBe(`${48 * 2 ** 20} 9`);
    expect(ok('stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}', 'box')).toMatch(/^box .*KiB \/ 48MiB$/);
    ok('pause', 'box');
    expect(ok('inspect', '-f', '{{.State.Paused}}', 'box')).toBe('true');
    ok('unpause', 'box');
    ok('rename', 'box', 'case');
    ok('stop', 'case');
    expect(ok('wait', 'case')).toBe('3');
    ok('start', 'case');
    ok('kill', 'case');
    expect(ok('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'case')).toBe('exited 137');
    expect(docker(['stop', 'nobody'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no container nobody'),
    });
    ok('rm', 'case');
    const actions = ok(
      'events',
      '--since',
      '5m',
      '--until',
      String(Math.ceil(Date.now() / 1000) + 1),
      '--filter',
      `container=${id}`,
      '--format',
      '{{.Action}}',
    ).split('\n');
    expect(actions.filter((a) => !a.startsWith('exec'))).toEqual([
      ...['create', 'start', 'update', 'pause', 'unpause', 'rename', 'die', 'stop', 'start', 'kill', 'die', 'destroy'],
    ]);
  });

  it('moves files and images', () => {
    ok('run', '--name', 'made', 'small:1', '/bin/tool', 'put', '/new', 'mine');
    writeFileSync(join(folder, 'file'), 'of the host');
    ok('cp', join(folder, 'file'), 'made:/copied');
    ok('cp', 'made:/new', join(folder, 'back'));
    expect(readFileSync(join(folder, 'back'), 'utf8')).toBe('mine');
    expect(ok('diff', 'made').split('\n')).toEqual(['A /copied', 'A /new']);
    const id = ok('commit', '-m', 'changed', 'made', 'mine/image:2');
    expect(ok('history', '--format', '{{.Comment}}', 'mine/image:2').split('\n')[0]).toBe('changed');
    ok('save', '-o', join(folder, 'saved.tar'), 'mine/image:2');
    expect(ok('rmi', 'mine/image:2')).toContain(`Deleted: ${id}`);
    expect(ok('load', '-i', join(folder, 'saved.tar'))).toBe('Loaded image: mine/image:2');
    ok('tag', 'mine/image:2', 'again');
    expect(ok('images', '--format', '{{.Repository}}:{{.Tag}}').split('\n').sort()).toEqual([
      'again:latest',
      'mine/image:2',
      'small:1',
    ]);
    expect(ok('image', 'inspect', '-f', '{{.Id}}', 'again')).toBe(id);
    expect(ok('run', '--rm', 'again', '/bin/tool', 'cat', '/new')).toBe('mine');
    const change = ['--change', 'CMD ["/bin/tool", "env", "WORD"]', '--change', 'ENV WORD="two words"'];
    ok('commit', ...change, 'made', 'again');
    expect(ok('run', '--rm', 'again')).toBe('two words');
    expect(docker(['commit', '--change', 'RUN x', 'made', 'no'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('“RUN x” is none of CMD'),
    });
    ok('export', '-o', join(folder, 'root2.tar'), 'made');
    expect(spawnSync('tar', ['tf', join(folder, 'root2.tar')], { encoding: 'utf8' }).stdout).toContain('copied');
    ok('rm', 'made');
    ok('rmi', 'again', 'mine/image:2');
  });

  it('builds images of a Dockerfile, and publishes what they expose', () => {
    const context = join(folder, 'context');
    mkdirSync(join(context, 'sub'), { recursive: true });
    writeFileSync(join(context, 'sub/file'), 'of the context');
    writeFileSync(join(context, 'left.out'), 'x');
    writeFileSync(join(context, '.dockerignore'), 'left.out\n');
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM small:1 AS one\nARG WORD=none\nENV SAID=$WORD\nWORKDIR /w\nCOPY . .\nRUN ["/bin/tool", "ls", "/w", "env", "SAID"]\n' +
        'FROM small:1\nCOPY --from=one /w/sub /w/sub\nEXPOSE 7 9/udp\nLABEL built=here\nCMD ["/bin/tool", "cat", "/w/sub/file"]\n',
    );
    const said = ok('build', '--build-arg', 'WORD=given', '-t', 'built:1', context);
    expect(said).toMatch(/Dockerfile\n|Dockerfile sub/);
    expect(said).not.toContain('left.out');
    expect(said).toContain('given\n');
    expect(said).toMatch(/Successfully built [0-9a-f]{12}\nSuccessfully tagged built:1$/);
    expect(ok('run', '--rm', 'built:1')).toBe('of the context');
    expect(ok('inspect', '-f', '{{.Config.Labels.built}} {{len .Config.ExposedPorts}}', 'built:1')).toBe('here 2');
    expect(ok('history', '--format', '{{.CreatedBy}}', '--no-trunc', 'built:1')).toContain(
      'COPY --from=one /w/sub /w/sub',
    );
    ok('run', '-d', '-P', '--name', 'exposing', 'built:1', '/bin/echo', '7');
    expect(
      ok('port', 'exposing')
        .split('\n')
        .map((row) => row.split(' ')[0]),
    ).toEqual(['7/tcp', '9/udp']);
    ok('rm', '-f', 'exposing');
    const quiet = ok('build', '-q', '--target', 'one', context);
    expect(quiet).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(docker(['build', '-'], 'FROM small:1\nRUN ["/bin/tool", "exit", "7"]\n')).toMatchObject({
      code: 7,
      err: expect.stringContaining("The command '/bin/tool exit 7' returned a non-zero code: 7"),
    });
    expect(docker(['build', '-'], 'FROM small:1\nFOO\n')).toMatchObject({
      code: 1,
      err: expect.stringContaining('unknown instruction: FOO'),
    });
    ok('rmi', 'built:1', quiet);
  });

  it('keeps networks, ports and volumes', async () => {
    ok('network', 'create', 'net');
    ok('run', '-d', '--name', 'server', '--network', 'net', '-p', '127.0.0.1::7', 'small:1', '/bin/echo', '7');
    const port = /:(\d+)$/.exec(ok('port', 'server', '7'))![1]!;
    const said = await new Promise<string>((done, reject) => {
      void import('node:net').then(({ connect }) =>
        connect(Number(port), '127.0.0.1')
          .on('data', (bytes) => done(bytes.toString()))
          .on('error', reject)
          .write('hello'),
      );
    });
    expect(said).toBe('hello');
    expect(ok('run', '--rm', '--network', 'net', 'small:1', '/bin/echo', 'name', 'server')).toMatch(
      /^server: 172\.18\./,
    );
    expect(docker(['run', '--rm', 'small:1', '/bin/echo', 'name', 'server'])).toMatchObject({
      code: 1,
      out: 'server: nobody\n',
    });
    ok('network', 'connect', 'bridge', 'server');
    expect(ok('network', 'inspect', '-f', '{{range .Containers}}{{.Name}}{{end}}', 'bridge')).toBe('server');
    expect(docker(['network', 'rm', 'net'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is used by server'),
    });
    ok('rm', '-f', 'server');
    ok('network', 'rm', 'net');
    ok('volume', 'create', 'store');
    ok('run', '--rm', '-v', 'store:/data', 'small:1', '/bin/tool', 'put', '/data/x', 'kept');
    expect(ok('run', '--rm', '-v', 'store:/data', 'small:1', '/bin/tool', 'cat', '/data/x')).toBe('kept');
    const mount = [
      '--mount',
      'type=volume,source=store,target=/there,readonly',
      '--mount',
      'type=tmpfs,target=/mem,tmpfs-size=4096',
    ];
    expect(ok('run', '--rm', ...mount, 'small:1', '/bin/tool', 'cat', '/there/x')).toBe('kept');
    const put = (at: string) => ok('run', '--rm', ...mount, 'small:1', '/bin/tool', 'put', at, 'new');
    expect(put('/there/y')).toMatch(/Read-only file system/);
    expect(put('/mem/y')).toBe('');
    expect(ok('volume', 'ls', '-q')).toBe('store');
    ok('volume', 'rm', 'store');
  });
});
