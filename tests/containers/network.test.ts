/** Networks of containers: ports that are published on the host, names on networks of one's own. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S } from '../../src/linux/uapi.ts';
import type { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { inspectionOf, networkOf, summaryOf } from '../../src/machine/container/describe.ts';
import { ContainerEngine } from '../../src/machine/container/engine.ts';
import type { Entry } from '../../src/machine/container/entry.ts';
import type { ContainerHost } from '../../src/machine/container/host.ts';
import { bindingsOf, parsePublish, portBindings } from '../../src/machine/container/ports.ts';
import { type Base, NO_DEFAULTS } from '../../src/machine/container/roots.ts';
import { publish } from '../../src/machine/node/publish.ts';
import { ROOT, trapframe } from '../support/cli.ts';
import { buildTool, openHost, smallRoot, textOf } from '../support/containers.ts';
import { buildPrograms } from '../support/linux-programs.ts';

const LOCAL = '127.0.0.1';
const TEST_MS = 20_000;
let host: ContainerHost;
let engine: ContainerEngine;

beforeAll(async () => {
  await buildTool();
  const echo = readFileSync((await buildPrograms(['echo'])).get('echo')!);
  host = await openHost({ time: 'wall' });
  const layer = smallRoot(host).root.fs as Tmpfs;
  layer.root
    .lookup('bin')!
    .create('echo', { uid: 0, gid: 0, mode: S.IFREG | 0o755 })
    .write(0, echo);
  layer.hold();
  const base: Base = { lowers: [layer], name: 'small', imageId: 'sha256:1', defaults: NO_DEFAULTS, release() {} };
  const none = () => {
    throw new Error('no files of the host');
  };
  engine = new ContainerEngine(host, { openFolder: none, openPlace: none, openImage: async () => base, publish });
}, 600_000);
afterAll(() => host.close());

const make = (cmd: readonly string[], more: object = {}, name: string | null = null): Promise<Entry> =>
  engine.create({ Image: 'small', Cmd: ['/bin/echo', ...cmd], ...more }, name);

const saying = async (entry: Entry, text: string): Promise<void> => {
  while (!textOf(entry.container.log.kept).includes(text)) await new Promise((go) => setTimeout(go, 5));
};

const ports = (entry: Entry): number[] => entry.published.map((p) => p.hostPort);

/** Sends all of it, and the end; what comes back until the end. */
const conversation = (port: number, bytes: Uint8Array): Promise<Buffer> =>
  new Promise((done, reject) => {
    const parts: Buffer[] = [];
    connect({ port, host: LOCAL, allowHalfOpen: true })
      .on('data', (part) => parts.push(part))
      .on('end', () => done(Buffer.concat(parts)))
      .on('error', reject)
      .end(bytes);
  });

describe('published ports', { timeout: TEST_MS }, () => {
  const bindings = { '7/tcp': [{ HostIp: LOCAL }], '7/udp': [{ HostIp: LOCAL, HostPort: '' }] };

  it('pass TCP both ways whole, many connections at a time, and UDP to who asked', async () => {
    const entry = await make(['7'], { HostConfig: { PortBindings: bindings } });
    await engine.run(entry);
    await saying(entry, 'listening');
    const [tcp, udp] = ports(entry) as [number, number];
    const sent = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31 + (i >> 8)) & 255);
    const back = await Promise.all([
      conversation(tcp, sent),
      ...[1, 2, 3, 4].map((n) => conversation(tcp, sent.subarray(0, n))),
    ]);
    expect(back.map((b) => b.length)).toEqual([1 << 20, 1, 2, 3, 4]);
    expect(Buffer.compare(back[0]!, sent)).toBe(0);
    const answers = await Promise.all(
      ['one', 'two'].map(
        (word) =>
          new Promise((done) => {
            const socket = createSocket('udp4');
            socket.on('message', (bytes) => {
              done(bytes.toString());
              socket.close();
            });
            socket.send(word, udp, LOCAL);
          }),
      ),
    );
    expect(answers).toEqual(['one', 'two']);
    expect(summaryOf(entry, 0)).toMatchObject({
      Ports: [
        { IP: LOCAL, PrivatePort: 7, PublicPort: tcp, Type: 'tcp' },
        { IP: LOCAL, PrivatePort: 7, PublicPort: udp, Type: 'udp' },
      ],
    });
    engine.remove(entry, true);
    await expect(conversation(tcp, sent)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('that are taken are refused, and nothing of them stays; a program that does not listen resets', async () => {
    const other = createServer();
    await new Promise<void>((go) => other.listen(0, LOCAL, go));
    const taken = String((other.address() as { port: number }).port);
    const both = { '8/tcp': [{ HostIp: LOCAL }, { HostIp: LOCAL, HostPort: taken }] };
    const entry = await make(['7'], { HostConfig: { PortBindings: both } });
    await expect(engine.run(entry)).rejects.toThrow(
      `${LOCAL}:${taken}/tcp can’t be published: something listens there already`,
    );
    expect([entry.container.state, entry.published]).toEqual(['created', []]);
    other.close();
    await engine.run(entry);
    await saying(entry, 'listening');
    await expect(conversation(ports(entry)[0]!, Uint8Array.of(1))).rejects.toMatchObject({ code: 'ECONNRESET' });
    // Started anew it is at another place, and has its ports again.
    await engine.stop(entry, 0);
    expect(entry.published).toEqual([]);
    engine.remove(entry, true);
  });

  it('are written as everywhere, and mistakes are refused', () => {
    expect(parsePublish('8080:80')).toEqual([{ hostIp: '0.0.0.0', hostPort: 8080, port: 80, protocol: 'tcp' }]);
    expect(parsePublish('127.0.0.1::53/udp')).toEqual([{ hostIp: LOCAL, hostPort: 0, port: 53, protocol: 'udp' }]);
    expect(parsePublish('[::1]:1:2')).toMatchObject([{ hostIp: '::1', hostPort: 1, port: 2 }]);
    expect(parsePublish('8000-8002:80-82/udp').map(({ hostPort, port }) => [hostPort, port])).toEqual([
      [8000, 80],
      [8001, 81],
      [8002, 82],
    ]);
    expect(parsePublish('8000-8005:80')).toMatchObject([{ hostPort: 8000, hostLast: 8005, port: 80 }]);
    expect(parsePublish('80-81').map(({ hostPort, port }) => [hostPort, port])).toEqual([
      [0, 80],
      [0, 81],
    ]);
    for (const bad of ['', '80:', 'x', '1-3:3-4', '4-2:1', '1-2-3:1', '70000:1', '1:0', '1:2/sctp', 'name:1:2'])
      expect(() => parsePublish(bad), bad).toThrow('--publish');
    const some = ['1:2', '3:4/udp', '5:2', '7-9:6'].flatMap(parsePublish);
    expect(bindingsOf(portBindings(some))).toEqual([some[0], some[2], some[1], some[3]]);
  });

  it('of a range are the first that is free; all that are exposed are published where that is asked', async () => {
    const other = createServer();
    await new Promise<void>((go) => other.listen(0, LOCAL, go));
    const { port } = other.address() as { port: number };
    const range = { '7/tcp': [{ HostIp: LOCAL, HostPort: `${port}-${port + 50}` }] };
    const one = await make(['7'], { HostConfig: { PortBindings: range } });
    await engine.run(one);
    expect(ports(one)[0]).toBeGreaterThan(port);
    await saying(one, 'listening');
    expect(await conversation(ports(one)[0]!, Uint8Array.of(5))).toEqual(Buffer.of(5));
    engine.remove(one, true);
    other.close();
    const all = await make(['7'], {
      ExposedPorts: { '7/tcp': {}, '9/udp': {} },
      HostConfig: { PublishAllPorts: true, PortBindings: { '9/udp': [{ HostIp: LOCAL }] } },
    });
    await engine.run(all);
    expect(all.published.map((p) => `${p.port}/${p.protocol}`)).toEqual(['9/udp', '7/tcp']);
    await saying(all, 'listening');
    expect(await conversation(ports(all)[1]!, Uint8Array.of(6))).toEqual(Buffer.of(6));
    engine.remove(all, true);
  });
});

describe('networks', { timeout: TEST_MS }, () => {
  const run = async (cmd: readonly string[], network: string): Promise<string> => {
    const entry = await make(cmd, { HostConfig: { NetworkMode: network } });
    await engine.run(entry);
    await entry.container.wait();
    engine.remove(entry, false);
    return textOf(entry.container.log.kept);
  };

  it('of one’s own find containers by name, number and alias; the common one does not, nor does another', async () => {
    const network = engine.createNetwork('own', {});
    engine.createNetwork('other', {});
    const entry = await make(
      ['7'],
      { HostConfig: { NetworkMode: 'own' }, NetworkingConfig: { EndpointsConfig: { own: { Aliases: ['www'] } } } },
      'web_server',
    );
    await engine.run(entry);
    const { address } = entry.container.places[0]!;
    expect(address).toMatch(/^172\.18\.\d+\.\d+$/);
    for (const name of ['web_server', 'www', entry.container.id.slice(0, 12), 'www.lab'])
      expect(await run(['name', name], 'own')).toBe(`${name}: ${address}\n`);
    expect(await run(['name', 'www'], 'bridge')).toBe('www: nobody\n');
    expect(await run(['name', 'www'], 'other')).toBe('www: nobody\n');
    expect(() => engine.removeNetwork(network)).toThrow('the network own is used by web_server');
    expect(networkOf(network, engine.usersOf(network))).toMatchObject({
      Containers: { [entry.container.id]: { Name: 'web_server', IPv4Address: `${address}/24` } },
    });
    // On one more, and off again; names are gone with who had them.
    const other = engine.networks.find('other');
    engine.connect(entry, other, ['second']);
    expect(await run(['name', 'second'], 'other')).toMatch(/^second: 172\.18\./);
    expect(
      Object.keys((inspectionOf(entry) as { NetworkSettings: { Networks: object } }).NetworkSettings.Networks),
    ).toEqual(['own', 'other']);
    engine.disconnect(entry, other);
    expect(await run(['name', 'second'], 'other')).toBe('second: nobody\n');
    engine.remove(entry, true);
    expect(await run(['name', 'www'], 'own')).toBe('www: nobody\n');
    for (const n of [network, other]) engine.removeNetwork(n);
  });

  it('that are not there, are there already, or always there, are refused by name', async () => {
    await expect(make(['7'], { HostConfig: { NetworkMode: 'nowhere' } })).rejects.toThrow(
      'there is no network nowhere',
    );
    expect(() => engine.createNetwork('bridge', {})).toThrow('there is a network bridge already');
    expect(() => engine.createNetwork('a b', {})).toThrow('is no name for a network');
    expect(() => engine.removeNetwork(engine.networks.find('host'))).toThrow('the network host is always there');
    const none = { HostConfig: { NetworkMode: 'none', PortBindings: { '1/tcp': [{}] } } };
    await expect(make(['7'], none)).rejects.toThrow('has no ports of its own');
  });
});

describe('trapframe process', { timeout: 60_000 }, () => {
  it('has a network with --net, and ports of the host with --publish; else its loopback alone', async () => {
    const echo = (await buildPrograms(['echo'])).get('echo')!;
    const tool = (await buildPrograms(['tool'])).get('tool')!;
    const said = await Promise.all([
      trapframe(['process', '--net', echo, 'name', 'gateway']),
      trapframe(['process', '--net', tool, 'ls', '/sys/class/net']),
      trapframe(['process', tool, 'ls', '/sys/class/net']),
    ]);
    expect(said.map((ran) => ran.stdout)).toEqual(['gateway: 10.0.2.2\n', 'eth0 lo\n', 'lo\n']);
    const other = createServer();
    await new Promise<void>((go) => other.listen(0, LOCAL, go));
    const { port } = other.address() as { port: number };
    const taken = await trapframe(['process', '-p', `${LOCAL}:${port}:7`, echo, '7']);
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('something listens there already') });
    await new Promise((go) => other.close(go));
    const bin = join(ROOT, 'src/cli/trapframe.mjs');
    const running = spawn(process.execPath, [bin, 'process', '-p', `${LOCAL}:${port}:7`, echo, '7'], {
      env: { ...process.env, TRAPFRAME_NO_SETUP: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(running, 'exit');
    await once(running.stdout!, 'data');
    const back = String(await conversation(port, Buffer.from('hello')));
    running.kill('SIGINT');
    expect((await ended)[0]).toBe(130);
    expect(back).toBe('hello');
  });
});
