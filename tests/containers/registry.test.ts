/** Images from a registry and to one: Debian’s docker-registry, our commands, the stock docker client, and skopeo as another client. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addImage } from '../../src/cli/commands/image.ts';
import { demandReference } from '../../src/image/oci/reference.ts';
import { Connection } from '../../src/image/oci/registry/connection.ts';
import { bytesSource } from '../../src/image/source.ts';
import type { NewEntry } from '../../src/image/tar-write.ts';
import { ImageStore } from '../../src/machine/images/store.ts';
import { pullImage, pushImage } from '../../src/machine/images/transfer.ts';
import { nodeFolder } from '../../src/machine/node/folder.ts';
import { type Ended, trapframe, trapframeHere } from '../support/cli.ts';
import { sha } from '../support/images.ts';
import { buildPrograms } from '../support/linux-programs.ts';
import { projectRoot } from '../support/machine.ts';
import { Breaking, byPassword, DebianRegistry, hasProgram, PERSON, TokenRegistry } from '../support/registry.ts';

const CALL_MS = 20_000;
const has = {
  registry: hasProgram('docker-registry'),
  docker: hasProgram('docker'),
  skopeo: hasProgram('skopeo'),
  openssl: hasProgram('openssl', 'version'),
};
for (const [name, there] of Object.entries(has))
  if (!there)
    console.warn(
      `tests/containers/registry.test.ts: what needs ${name} is left out; .ci/run installs it where Debian has it`,
    );

let folder: string;
let open: DebianRegistry;
let closed: DebianRegistry;
let store: ImageStore;
let daemon: ReturnType<typeof spawn>;

/** `trapframe image …`, in this process. */
const image = (...args: readonly string[]): Promise<Ended> => trapframeHere(addImage, ['image', ...args]);

function call(program: string, args: readonly string[]): { code: number | null; out: string; err: string } {
  const ran = spawnSync(program, args, {
    env: { ...process.env, DOCKER_HOST: `unix://${folder}/state/container.sock`, DOCKER_BUILDKIT: '0' },
    encoding: 'utf8',
    timeout: CALL_MS,
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

function ok(program: string, ...args: readonly string[]): string {
  const { code, out, err } = call(program, args);
  expect(code, `${program} ${args.join(' ')}: ${out}${err}`).toBe(0);
  return out.trim();
}

const docker = (...args: readonly string[]): string => ok('docker', ...args);
const skopeoCopy = (from: string, to: string, ...options: readonly string[]): string =>
  ok('skopeo', 'copy', '--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false', ...options, from, to);

const own = { uid: 0, gid: 0, mtime: 0, link: '', device: [0, 0], xattrs: new Map() } as const;

/** An image of one program, for a platform. */
async function make(name: string, architecture: string): Promise<string> {
  const program = readFileSync((await buildPrograms(['tool'])).get('tool')!);
  const entries: NewEntry[] = [
    { ...own, name: 'bin/', type: 'directory', mode: 0o755 },
    { ...own, name: 'bin/tool', type: 'file', mode: 0o755, content: bytesSource(program) },
  ];
  const { id } = await store.build(entries, {
    what: 'test',
    names: [name],
    platform: { os: 'linux', architecture },
    config: { Cmd: ['/bin/tool', 'say', architecture] },
    created: '1970-01-01T00:00:00Z',
    createdBy: 'test',
  });
  return id;
}

beforeAll(async () => {
  if (!has.registry) return;
  folder = mkdtempSync(join(tmpdir(), 'trapframe-registries-'));
  mkdirSync(join(folder, 'state'));
  process.env.TRAPFRAME_STATE = join(folder, 'state');
  process.env.DOCKER_CONFIG = join(folder, 'docker');
  store = new ImageStore(nodeFolder(join(folder, 'state/images')), Date.now);
  [open, closed] = await Promise.all([DebianRegistry.start(), DebianRegistry.start(byPassword)]);
  await make('small:1', 'riscv64');
}, 600_000);
afterAll(async () => {
  delete process.env.TRAPFRAME_STATE;
  delete process.env.DOCKER_CONFIG;
  open?.stop();
  closed?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** As `docker login` keeps it. */
function login(host: string, password: string = PERSON.password): void {
  const auth = Buffer.from(`${PERSON.username}:${password}`).toString('base64');
  mkdirSync(process.env.DOCKER_CONFIG!, { recursive: true });
  writeFileSync(join(process.env.DOCKER_CONFIG!, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
}

const digestIn = (text: string): string => /sha256:[0-9a-f]{64}/.exec(text)![0];

describe.skipIf(!has.registry)('trapframe image', { timeout: 60_000 }, () => {
  it('sends an image, and gets it again as it was', async () => {
    const repository = `${open.host}/tools/small`;
    const name = `${repository}:1`;
    const { id } = await store.tag('small:1', name);
    const pushed = await image('push', name);
    expect(pushed).toMatchObject({ code: 0, stdout: expect.stringContaining(`Pushed image: ${name} (sha256:`) });
    const digest = digestIn(pushed.stdout);
    expect(await store.find(`${repository}@${digest}`)).toMatchObject({ id });
    await store.remove(id, true);
    expect((await image('pull', name)).stdout).toBe(`Pulled image: ${name} (${digest})\n`);
    expect(await store.list()).toMatchObject([{ id, names: [name], digests: [`${repository}@${digest}`] }]);
    // With its last name it goes, and comes by its digest too.
    await store.remove(name);
    expect(await store.list()).toEqual([]);
    expect((await image('pull', `${repository}@${digest}`)).stdout).toBe(`Pulled image: ${repository}@${digest}\n`);
    expect(await store.list()).toMatchObject([{ id, names: [], digests: [`${repository}@${digest}`] }]);
    await store.tag(id, 'small:1');
    await store.remove(`${repository}@${digest}`);
    expect(await store.list()).toMatchObject([{ id, names: ['small:1'], digests: [] }]);
  });

  it('gives and takes an image over connections that break', async () => {
    const proxy = await Breaking.start(open.host, 5, 200_000);
    try {
      const name = `${proxy.host}/breaking:1`;
      // Nothing of it can be packed.
      const content = bytesSource(randomBytes(1_000_000));
      const { id } = await store.build([{ ...own, name: 'random', type: 'file', mode: 0o644, content }], {
        what: 'test',
        names: [name],
        platform: { os: 'linux', architecture: 'riscv64' },
        config: {},
        created: '1970-01-01T00:00:00Z',
        createdBy: 'test',
      });
      const connect = () =>
        new Connection({ host: proxy.host, path: 'breaking' }, { credentials: null, insecure: false, pauseMs: 1 });
      const { digest } = await pushImage(store, connect(), demandReference(name), () => {});
      expect(proxy.left).toBe(0);
      await store.remove(name);
      proxy.left = 5;
      expect((await pullImage(store, connect(), demandReference(name), null, () => {})).digest).toBe(digest);
      expect(proxy.left).toBe(0);
      expect(await store.find(name)).toMatchObject({ id });
      await store.remove(name);
    } finally {
      proxy.stop();
    }
  });

  it('takes of several platforms the one that is run, or that is named', async () => {
    const base = `http://${open.host}/v2/many/manifests`;
    const types = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json'] as const;
    const manifests = [];
    for (const architecture of ['s390x', 'riscv64']) {
      const name = `${open.host}/many:${architecture}`;
      await make(name, architecture);
      const digest = digestIn((await image('push', name)).stdout);
      const bytes = await (await fetch(`${base}/${digest}`, { headers: { accept: types[0] } })).arrayBuffer();
      const platform = { os: 'linux', architecture };
      manifests.push({ mediaType: types[0], digest, size: bytes.byteLength, platform });
      await store.remove(name);
    }
    const body = JSON.stringify({ schemaVersion: 2, mediaType: types[1], manifests });
    const put = await fetch(`${base}/all`, { method: 'PUT', body, headers: { 'content-type': types[1] } });
    expect(put.status).toBe(201);
    const name = `${open.host}/many:all`;
    const platform = async () => (await store.find(name)).platform;
    const inDigest = put.headers.get('docker-content-digest');
    expect((await image('pull', name)).stdout).toContain(`(${inDigest})`);
    expect(await platform()).toBe('linux/riscv64');
    expect((await image('pull', name, '--platform', 'linux/s390x')).code).toBe(0);
    expect(await platform()).toBe('linux/s390x');
    expect(await image('pull', name, '--platform', 'linux/arm64')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /there is no image for linux\/arm64 in it\n {2}It has: linux\/s390x, linux\/riscv64\.$/,
      ),
    });
    // One that is no index says itself what it is for.
    expect(await image('pull', `${open.host}/many:s390x`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/for linux\/riscv64 or wasi\/wasm in it\n {2}It has: linux\/s390x\.$/),
    });
    await store.remove(name);
  });

  it('is let in with what the docker client keeps, and says how where it is not', async () => {
    const name = `${closed.host}/secret/small:1`;
    await store.tag('small:1', name);
    const refused = {
      code: 2,
      stderr: expect.stringMatching(/answers 401.*\n {2}Log in: docker login 127\.0\.0\.1:\d+ /),
    };
    expect(await image('push', name)).toMatchObject(refused);
    login(closed.host, 'wrong');
    expect(await image('push', name)).toMatchObject(refused);
    login(closed.host);
    expect(await image('push', name)).toMatchObject({ code: 0 });
    await store.remove(name);
    expect(await image('pull', name)).toMatchObject({ code: 0 });
    await store.remove(name);
    writeFileSync(join(process.env.DOCKER_CONFIG!, 'config.json'), '{');
    expect(await image('pull', name)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('config.json is no JSON'),
    });
    rmSync(process.env.DOCKER_CONFIG!, { recursive: true });
  });

  it.skipIf(!has.openssl)('takes tokens by HTTPS, from whom it is told to trust', async () => {
    const registry = await TokenRegistry.start();
    try {
      const name = `${registry.host}/token/small:1`;
      await store.tag('small:1', name);
      // What is wrong with HTTPS is no reason to do without it.
      expect(await image('push', name)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/its certificate is not trusted: .*\n {2}Set NODE_EXTRA_CA_CERTS /),
      });
      const trusting = (...args: readonly string[]): Promise<Ended> =>
        trapframe(['image', ...args], { env: { NODE_EXTRA_CA_CERTS: registry.certificate }, deadline: CALL_MS });
      expect((await trusting('push', name)).stderr).toContain('answers 401');
      login(registry.host);
      expect(await trusting('push', name)).toMatchObject({ code: 0 });
      rmSync(process.env.DOCKER_CONFIG!, { recursive: true });
      await store.remove(name);
      expect(await trusting('pull', name)).toMatchObject({ code: 0 });
      await store.remove(name);
    } finally {
      registry.stop();
    }
  });

  it('looks names without a host up at the registry that is set', async () => {
    await store.tag('small:1', 'plain:1');
    expect(await image('push', 'plain:1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('set TRAPFRAME_REGISTRY to the registry of names without a host'),
    });
    process.env.TRAPFRAME_REGISTRY = 'http://somewhere';
    expect((await image('push', 'plain:1')).stderr).toContain('"http://somewhere" is no registry');
    process.env.TRAPFRAME_REGISTRY = `${open.host}/mirror`;
    expect((await image('push', 'plain:1')).code).toBe(0);
    delete process.env.TRAPFRAME_REGISTRY;
    const { id } = await store.find('small:1');
    await store.remove('plain:1');
    expect((await image('pull', `${open.host}/mirror/plain:1`)).code).toBe(0);
    expect(await store.find(`${open.host}/mirror/plain:1`)).toMatchObject({ id });
    await store.remove(`${open.host}/mirror/plain:1`);
  });

  it.skipIf(!has.skopeo)('has the same images as another client, in the formats of OCI and of Docker', async () => {
    const name = `${open.host}/peer/small:1`;
    const { id } = await store.tag('small:1', name);
    expect((await image('push', name)).code).toBe(0);
    const about = JSON.parse(ok('skopeo', 'inspect', '--tls-verify=false', `docker://${name}`));
    expect(about).toMatchObject({ Architecture: 'riscv64', Os: 'linux', RepoTags: ['1'] });
    const layout = join(folder, 'layout');
    skopeoCopy(`docker://${name}`, `oci:${layout}:x`);
    const files = readdirSync(join(layout, 'blobs/sha256'));
    expect(files).toContain(id.slice(7));
    for (const file of files) expect(sha(readFileSync(join(layout, 'blobs/sha256', file)))).toBe(file);
    // And back, as Docker writes it, packed by another program.
    skopeoCopy(`oci:${layout}:x`, `docker://${open.host}/peer/docker:2`, '--format', 'v2s2');
    const pulled = await image('pull', `${open.host}/peer/docker:2`);
    expect(pulled, pulled.stderr).toMatchObject({ code: 0 });
    const [ours, theirs] = [await store.find(name), await store.find(`${open.host}/peer/docker:2`)];
    expect(theirs.layers).toEqual(ours.layers);
    expect(theirs.platform).toBe('linux/riscv64');
    for (const one of [name, `${open.host}/peer/docker:2`]) await store.remove(one);
  });
});

describe.skipIf(!has.registry || !has.docker)('the docker client', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    daemon = spawn(process.execPath, [join(projectRoot(), 'src/cli/trapframe.mjs'), 'container', 'serve'], {
      env: { ...process.env, TRAPFRAME_NO_SETUP: '1' },
      stdio: 'ignore',
    });
    for (let i = 0; i < 400 && !existsSync(join(folder, 'state/container.sock')); i++) await sleep(50);
  });
  afterAll(async () => {
    daemon?.kill('SIGTERM');
    await new Promise((go) => daemon.once('exit', go));
  });

  it('pushes and pulls, and is told how far it is', async () => {
    const name = `${open.host}/docker/small:1`;
    docker('tag', 'small:1', name);
    const pushed = docker('push', name);
    expect(pushed).toMatch(
      /^The push refers to repository \[127\.0\.0\.1:\d+\/docker\/small\]\n([0-9a-f]{12}): Preparing\n\1: (Pushed|Layer already exists)\n1: digest: sha256:[0-9a-f]{64} size: \d+$/,
    );
    const digest = digestIn(pushed);
    expect(docker('inspect', '-f', '{{.RepoDigests}}', name)).toBe(`[${open.host}/docker/small@${digest}]`);
    docker('rmi', '-f', docker('inspect', '-f', '{{.Id}}', name));
    expect(docker('pull', name)).toMatch(
      new RegExp(
        `^1: Pulling from docker/small\n([0-9a-f]{12}): Pulling fs layer\n\\1: Pull complete\nDigest: ${digest}\nStatus: Downloaded newer image for ${name}\n${name}$`,
      ),
    );
    expect(docker('pull', name)).toContain(
      `: Already exists\nDigest: ${digest}\nStatus: Image is up to date for ${name}\n`,
    );
    expect(call('docker', ['pull', `${open.host}/docker/none`])).toMatchObject({
      code: 1,
      err: expect.stringContaining('answers 404: manifest unknown'),
    });
    docker('rmi', '-f', docker('inspect', '-f', '{{.Id}}', name));
    // By its digest it needs no name.
    const pinned = `${open.host}/docker/small@${digest}`;
    expect(docker('pull', pinned)).toMatch(
      new RegExp(`^${open.host}/docker/small@${digest}: Pulling from docker/small\n`),
    );
    expect(docker('images', '-q', '--filter', 'dangling=true')).toBe('');
    expect(docker('run', '--rm', '--pull', 'never', pinned)).toBe('riscv64');
    docker('tag', pinned, 'small:1');
    docker('rmi', pinned);
  });

  it('runs images that are not here, when it is told to', async () => {
    const name = `${open.host}/docker/small:1`;
    expect(call('docker', ['run', '--rm', '--pull', 'never', name])).toMatchObject({
      code: 125,
      err: expect.stringContaining('there is no image'),
    });
    expect(docker('run', '--rm', name)).toBe('riscv64');
    expect(docker('run', '--rm', '--pull', 'always', name, '/bin/tool', 'say', 'again')).toBe('again');
    docker('rmi', name);
    // And so do our own commands.
    const run = (...args: readonly string[]): Promise<Ended> =>
      trapframe(['container', ...args], { deadline: CALL_MS });
    expect(await run('run', '--rm', '--pull', 'never', name)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no image'),
    });
    expect(await run('run', '--rm', name)).toMatchObject({
      code: 0,
      stdout: 'riscv64\n',
      stderr: expect.stringContaining(`pulled image: ${name} (sha256:`),
    });
    docker('rmi', name);
  });

  it('builds on images that are not here', async () => {
    const name = `${closed.host}/docker/base:1`;
    login(closed.host);
    await store.tag('small:1', name);
    expect((await image('push', name)).code).toBe(0);
    await store.remove(name);
    const context = join(folder, 'context');
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), `FROM ${name}\nCOPY Dockerfile /\n`);
    expect(docker('build', '-t', 'built:1', context)).toMatch(/Status: Downloaded newer image for .*\n ---> /);
    expect(docker('build', '--pull', context)).toMatch(/Status: Image is up to date for .*\n ---> /);
    docker('rmi', '-f', name, 'built:1');
    expect(await image('build', '-t', 'built:2', context)).toMatchObject({ code: 0 });
    expect((await store.find(name)).names).toContain(name);
    docker('rmi', '-f', name, 'built:2');
    rmSync(process.env.DOCKER_CONFIG!, { recursive: true });
    expect(await image('build', context)).toMatchObject({ code: 2, stderr: expect.stringContaining('answers 401') });
  });

  it('logs in, and is let in', async () => {
    const login = (password: string) => call('docker', ['login', '-u', PERSON.username, '-p', password, closed.host]);
    const name = `${closed.host}/docker/small:1`;
    docker('tag', 'small:1', name);
    expect(call('docker', ['push', name])).toMatchObject({ code: 1, err: expect.stringContaining('answers 401') });
    expect(login('wrong')).toMatchObject({ code: 1, err: expect.stringContaining('answers 401') });
    expect(login(PERSON.password)).toMatchObject({ code: 0, out: expect.stringContaining('Login Succeeded') });
    docker('push', name);
    docker('rmi', name);
    docker('pull', name);
    docker('rmi', name);
  });
});
