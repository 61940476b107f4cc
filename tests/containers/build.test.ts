/** Images built from Dockerfiles, as the classic builder of Docker builds them. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource, type Source } from '../../src/image/source.ts';
import { type NewEntry, plainFile, writeTar } from '../../src/image/tar-write.ts';
import { type BuildRequest, buildImage } from '../../src/machine/container/builder/build.ts';
import { ContainerEngine } from '../../src/machine/container/engine.ts';
import type { ContainerHost } from '../../src/machine/container/host.ts';
import { imageBase } from '../../src/machine/container/images.ts';
import { findPlace } from '../../src/machine/container/places.ts';
import { memoryFolder } from '../../src/machine/images/folder.ts';
import { ImageStore } from '../../src/machine/images/store.ts';
import { openHost, textOf } from '../support/containers.ts';
import { buildPrograms } from '../support/linux-programs.ts';

const TEST_MS = 30_000;
let host: ContainerHost;
let store: ImageStore;
let engine: ContainerEngine;

const own = { uid: 0, gid: 0, mtime: 0, link: '', device: [0, 0], xattrs: new Map() } as const;
const folder = (name: string): NewEntry => ({ ...own, name: `${name}/`, type: 'directory', mode: 0o755 });
const link = (name: string, to: string): NewEntry => ({ ...own, name, type: 'symlink', mode: 0o777, link: to });
const file = (name: string, content: string | Uint8Array): NewEntry =>
  plainFile(name, bytesSource(typeof content === 'string' ? new TextEncoder().encode(content) : content));
const tar = (entries: readonly NewEntry[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat([...writeTar(entries)]));

beforeAll(async () => {
  const tool = readFileSync((await buildPrograms(['tool'])).get('tool')!);
  host = await openHost({ time: 'wall' });
  store = new ImageStore(memoryFolder(), Date.now);
  engine = new ContainerEngine(host, {
    openFolder: () => {
      throw new Error('no files of the host');
    },
    openPlace: () => {
      throw new Error('no files of the host');
    },
    openImage: (name, holder, ref) => imageBase(store, name, holder, ref, () => {}),
  });
  const passwd = file('etc/passwd', 'root:x:0:0::/root:/bin/sh\nsomebody:x:1000:1001::/:/bin/sh\n');
  await store.build(
    [
      folder('bin'),
      { ...file('bin/tool', tool), mode: 0o755 },
      folder('etc'),
      passwd,
      folder('usr'),
      folder('usr/lib'),
      link('lib', 'usr/lib'),
    ],
    {
      what: 'the base',
      names: ['base:1'],
      platform: { os: 'linux', architecture: 'riscv64' },
      config: { Env: ['PATH=/bin', 'A=base'], Cmd: ['/bin/tool'], OnBuild: ['ENV TRIGGERED=yes'] },
      created: '2023-11-14T00:00:00Z',
      createdBy: 'test',
    },
  );
}, 600_000);
afterAll(() => host.close());

/** Builds; what was said, or the error. */
async function build(
  dockerfile: string,
  files: readonly NewEntry[] = [],
  more: Partial<BuildRequest> = {},
): Promise<{ id: string; said: string }> {
  let said = '';
  const context: Source = bytesSource(tar([file('Dockerfile', dockerfile), ...files]));
  const id = await buildImage(engine, store, {
    context,
    dockerfile: 'Dockerfile',
    names: ['made:1'],
    args: {},
    labels: {},
    target: '',
    networkMode: 'none',
    signal: new AbortController().signal,
    say: (text) => {
      said += text;
    },
    obtain: async () => {},
    ...more,
  });
  return { id, said };
}

/** Looks into an image: a file's text, mode and owner. */
async function look(image: string, path: string): Promise<string> {
  const entry = await engine.create({ Image: image, Cmd: ['-'], User: '0' }, null);
  try {
    return entry.container.withFiles((root) => {
      const inode = findPlace(root, path)?.inode;
      if (!inode) return 'nothing';
      const bytes = new Uint8Array(inode.size);
      const text =
        (inode.mode & 0o170000) === 0o100000
          ? new TextDecoder().decode(bytes.subarray(0, inode.read(0, bytes)))
          : inode
              .entries()
              .map((e) => e.name)
              .sort()
              .join(' ');
      return `${(inode.mode & 0o7777).toString(8)} ${inode.uid}:${inode.gid} ${text}`;
    });
  } finally {
    engine.remove(entry, true);
  }
}

describe('a Dockerfile', { timeout: TEST_MS }, () => {
  it('runs programs, copies files, and says what the image runs', async () => {
    const { id, said } = await build(
      `FROM base:1
ARG WHO=nobody
ENV A=mine B=\${A}-and-$WHO
WORKDIR /work/here
RUN ["/bin/tool", "env", "A", "env", "B", "env", "WHO", "cwd", "put", "made", "by run"]
COPY one.txt two.txt ./
COPY sub /copied
COPY sub /there/
COPY [ "with blank.txt", "/names/" ]
COPY --chown=somebody:7 --chmod=640 one.txt /owned
COPY t*.t?t /globbed/
COPY one.txt /lib/through-a-link
USER somebody
RUN ["/bin/tool", "id"]
EXPOSE 80 90-91/udp
LABEL one=1 two="2 3"
STOPSIGNAL SIGINT
VOLUME /data
ENTRYPOINT ["/bin/tool"]
CMD ["say", "hello"]
`,
      [file('one.txt', '1'), file('two.txt', '2'), folder('sub'), file('sub/in', 'i'), file('with blank.txt', 'b')],
      { args: { WHO: 'me' }, labels: { three: '3' } },
    );
    expect(said).toMatch(
      /^Step 1\/20 : FROM base:1\n ---> [0-9a-f]{12}\n# Executing a build trigger: ENV TRIGGERED=yes\n/,
    );
    expect(said).toContain('mine\nbase-and-me\nme\n/work/here\n');
    expect(said).toMatch(/uid 1000 .*gid 1001|1000.*1001/);
    const { config } = await store.config(await store.find('made:1'));
    expect(config).toMatchObject({
      Env: ['PATH=/bin', 'A=mine', 'TRIGGERED=yes', 'B=base-and-me'],
      WorkingDir: '/work/here',
      User: 'somebody',
      ExposedPorts: { '80/tcp': {}, '90/udp': {}, '91/udp': {} },
      Labels: { one: '1', two: '2 3', three: '3' },
      StopSignal: 'SIGINT',
      Volumes: { '/data': {} },
      Entrypoint: ['/bin/tool'],
      Cmd: ['say', 'hello'],
    });
    expect(config).not.toHaveProperty('OnBuild');
    expect(await look(id, '/work/here/made')).toMatch(/ by run/);
    expect(await look(id, '/work/here/two.txt')).toBe('644 0:0 2');
    expect(await look(id, '/copied')).toBe('755 0:0 in');
    expect(await look(id, '/there')).toBe('755 0:0 in');
    expect(await look(id, '/names')).toBe('755 0:0 with blank.txt');
    expect(await look(id, '/owned')).toBe('640 1000:7 1');
    expect(await look(id, '/globbed')).toBe('755 0:0 two.txt');
    expect(await look(id, '/usr/lib/through-a-link')).toBe('644 0:0 1');
    const ran = await engine.create({ Image: 'made:1' }, null);
    engine.start(ran);
    await ran.container.wait();
    expect(textOf(ran.container.log.kept)).toBe('hello\n');
    engine.remove(ran, true);
  });

  it('has stages that take from each other, from images and from nothing, and ends at the one that is asked for', async () => {
    const text = `ARG V=1
FROM base:$V AS First
RUN ["/bin/tool", "put", "/from-first", "one"]
FROM first AS second
RUN ["/bin/tool", "cat", "/from-first"]
FROM scratch
COPY --from=first /from-first /a/
COPY --from=1 /from-first /b
COPY --from=base:1 /bin/tool /
ADD packed.tar /unpacked/
ADD plain /unpacked/
CMD ["/tool"]
`;
    const packed = file('packed.tar', tar([folder('d'), file('d/f', 'packed')]));
    const { id, said } = await build(text, [packed, file('plain', 'p')]);
    expect(said).toContain('one');
    expect(await look(id, '/a/from-first')).toMatch(/ one$/);
    expect(await look(id, '/b')).toMatch(/ one$/);
    expect(await look(id, '/unpacked')).toMatch(/ d plain$/);
    expect(await look(id, '/unpacked/d/f')).toMatch(/ packed$/);
    expect(await look(id, '/')).toBe('755 0:0 a b dev etc proc sys tool unpacked');
    const early = await build(text, [packed, file('plain', 'p')], { target: 'second', names: ['early:1'] });
    expect(early.said).not.toContain('COPY');
    expect(await look(early.id, '/from-first')).toMatch(/ one$/);
  });

  it('that fails says where and why, and leaves nothing of it', async () => {
    const images = (await store.list()).map(({ id }) => id);
    const holds = Object.keys((await store.catalogue()).holds);
    for (const [text, why] of [
      ['FROM base:1\nRUN ["/bin/tool", "exit", "7"]', "The command '/bin/tool exit 7' returned a non-zero code: 7"],
      ['FROM base:1\nRUN ["/none"]', 'no such file'],
      ['FROM base:1\nCOPY none /x', 'Dockerfile:2: none: there is no such file'],
      ['FROM base:1\nCOPY ../x /x', 'leads out of the build context'],
      ['FROM base:1\nCOPY [z-a]* /x', '[z-a]*: this is no pattern'],
      ['FROM base:1\nCOPY Dockerfile Dockerfile /x', 'the destination must be a directory and end with a /'],
      ['FROM base:1\nCOPY Dockerfile /etc/passwd/x', '/etc/passwd is no directory'],
      ['FROM base:1\nADD https://a/b /x', 'nothing is fetched'],
      ['FROM base:1\nRUN --mount=type=cache x', 'it needs BuildKit'],
      ['FROM base:1\nCOPY --chown=nobody1 Dockerfile /x', 'there is no user “nobody1”'],
      ['FROM other', 'there is no image other here'],
      ['FROM --platform=linux/amd64 base:1', 'images of this kernel are linux/riscv64'],
      ['FROM base:1\nENV A', 'this is not NAME=VALUE'],
    ] as const)
      await expect(build(text, [], { names: ['failed:1'] }), text).rejects.toThrow(why);
    await expect(build('FROM base:1', [], { target: 'none' })).rejects.toThrow('target stage none');
    await expect(build('FROM base:1', [], { dockerfile: 'Other' })).rejects.toThrow('Other: there is no such file');
    const stop = new AbortController();
    const waits = build('FROM base:1\nRUN ["/bin/tool", "say", "up", "wait"]', [], {
      signal: stop.signal,
      say: (text) => text.includes('up\n') && stop.abort(),
    });
    await expect(waits).rejects.toThrow(/abort/i);
    expect((await store.list()).map(({ id }) => id)).toEqual(images);
    expect(Object.keys((await store.catalogue()).holds)).toEqual(holds);
    expect([engine.entries.size, host.system.kernel.cgroups.descendants]).toEqual([0, 0]);
  });
});
