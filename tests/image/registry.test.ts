/** The client of registries against one in this process: what is right comes, however it comes, and what is wrong stays out. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInputError } from '../../src/abi/errors.ts';
import { addImage } from '../../src/cli/commands/image.ts';
import { demandReference } from '../../src/image/oci/reference.ts';
import type { Credentials } from '../../src/image/oci/registry/authority.ts';
import { putBlob } from '../../src/image/oci/registry/blobs.ts';
import { parseChallenges } from '../../src/image/oci/registry/challenge.ts';
import { Connection, type ConnectionOptions } from '../../src/image/oci/registry/connection.ts';
import { bytesSource } from '../../src/image/source.ts';
import { ImageStore } from '../../src/machine/images/store.ts';
import { type Pulled, pullImage, pushImage, type Step } from '../../src/machine/images/transfer.ts';
import { nodeFolder } from '../../src/machine/node/folder.ts';
import { trapframeHere } from '../support/cli.ts';
import { type RawLayer, rawTar } from '../support/images.ts';
import { digestOf, INDEX, type Parts, type Seen, TestRegistry } from '../support/remote.ts';

const LAYER = rawTar([{ name: 'etc/a', content: 'a'.repeat(3000) }]);
const OTHER = rawTar([{ name: 'etc/b', content: 'b' }]);
const PATIENCE = { waitMs: 5000, pauseMs: 1 };
const ANN: Credentials = { username: 'ann', password: 'pass:wörd', identityToken: '', registryToken: '' };

let folder: string;
let store: ImageStore;
let registry: TestRegistry;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trapframe-remote-'));
  store = new ImageStore(nodeFolder(folder), () => 0, { layerBytes: 100_000 });
  registry = await TestRegistry.start();
});
afterEach(async () => {
  store.close();
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

const connect = (options: Partial<ConnectionOptions> = {}): Connection =>
  new Connection({ host: registry.host, path: 'img' }, { credentials: null, insecure: false, ...PATIENCE, ...options });

async function pull(
  tag = '1',
  options: Partial<ConnectionOptions> = {},
  told: (step: Step) => void = () => {},
): Promise<Pulled> {
  const separator = tag.startsWith('sha256:') ? '@' : ':';
  return pullImage(store, connect(options), demandReference(`${registry.host}/img${separator}${tag}`), null, told);
}

/** All files of the store. */
const files = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );

const isBlob = ({ path }: Seen, bytes: Uint8Array = LAYER): boolean => path.endsWith(`/blobs/${digestOf(bytes)}`);
const isManifest = ({ path }: Seen): boolean => path.includes('/manifests/');

const answer =
  (status: number, headers: Record<string, string> = {}, body: string | Uint8Array = '') =>
  (response: ServerResponse): true => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
    return true;
  };

describe('an image of a registry', () => {
  it('is fetched without what is here already, and told of as it comes', async () => {
    registry.image('1', [{ bytes: LAYER }]);
    registry.image('2', [{ bytes: LAYER }, { bytes: gzipSync(OTHER), diffId: digestOf(OTHER) }, { bytes: LAYER }]);
    const first = await pull();
    expect(first).toMatchObject({ old: false, record: { names: [`${registry.host}/img:1`] } });
    const steps: string[] = [];
    await pull('2', {}, ({ stage, number, count }) => {
      const what = `${number}/${count} ${stage}`;
      if (steps.at(-1) !== what) steps.push(what);
    });
    expect(steps).toEqual([
      ...['1/3 waiting', '2/3 waiting', '3/3 waiting', '1/3 there', '2/3 moving', '2/3 moved', '3/3 there'],
      ...['2/3 unpacking', '2/3 done'],
    ]);
    expect(registry.seen.filter((seen) => isBlob(seen)).length).toBe(1);
    expect((await pull()).old).toBe(true);
    expect(files().filter((name) => name.length === 16)).toEqual([]);
  });

  it('comes whole, wherever connections break, and whether or not the registry knows ranges', {
    timeout: 20_000,
  }, async () => {
    const { digest } = registry.image('1', [{ bytes: LAYER }]);
    const cut = fc.record({
      at: fc.integer({ min: 0, max: LAYER.length - 1 }),
      clean: fc.boolean(),
      ranges: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 4 }), async (cuts) => {
        const left = [...cuts];
        registry.between = (seen, response) => {
          const now = isBlob(seen) ? left.shift() : undefined;
          if (!now) return false;
          const asked = Number(/bytes=(\d+)-/.exec(seen.headers.range ?? '')?.[1] ?? 0);
          const from = now.ranges ? asked : 0;
          const range = `bytes ${from}-${LAYER.length - 1}/${LAYER.length}`;
          const length = now.clean ? {} : { 'content-length': LAYER.length - from };
          response.writeHead(from ? 206 : 200, { ...(from && { 'content-range': range }), ...length });
          response.write(LAYER.subarray(from, Math.max(from, now.at)), () =>
            now.clean ? response.end() : response.destroy(),
          );
          return true;
        };
        const { record, digest: found } = await pull();
        expect(found).toBe(digest);
        expect(record.layers).toEqual([digestOf(LAYER)]);
        await store.remove(record.id);
      }),
      { numRuns: 25 },
    );
    expect(registry.seen.some(({ headers }) => headers.range !== undefined)).toBe(true);
  });

  it('is given up when it is told to stop, and leaves nothing', async () => {
    registry.image('1', [{ bytes: LAYER }]);
    const stop = new AbortController();
    registry.between = (seen, response) => {
      if (!isBlob(seen)) return false;
      response
        .writeHead(200)
        .write(LAYER.subarray(0, 100), () => setTimeout(() => stop.abort(new Error('stopped')), 20));
      return true;
    };
    await expect(pull('1', { signal: stop.signal })).rejects.toThrow('stopped');
    expect(files()).toEqual([]);
  });

  it('is refused where a layer that was here is gone in between', async () => {
    registry.image('1', [{ bytes: LAYER }]);
    registry.image('2', [{ bytes: LAYER }, { bytes: OTHER }]);
    const { record } = await pull();
    let gone: Promise<unknown> | null = null;
    const tell = ({ stage }: Step): void => {
      if (stage === 'there') gone = store.remove(record.id, true);
    };
    await expect(pull('2', {}, tell)).rejects.toThrow(/layer 1 of 2 was removed meanwhile\n {2}Pull the image again/);
    await gone;
    expect(files()).toEqual(['images.json']);
  });

  it('is followed to other hosts, and credentials are not', async () => {
    const elsewhere = await TestRegistry.start();
    try {
      registry.image('1', [{ bytes: LAYER }]);
      elsewhere.blob(LAYER);
      registry.between = (seen, response) => {
        if (!seen.headers.authorization) return answer(401, { 'www-authenticate': 'Basic realm="x"' })(response);
        if (isBlob(seen)) return answer(307, { location: `http://${elsewhere.host}${seen.path}?sig=1` })(response);
        return false;
      };
      await pull('1', { credentials: ANN });
      const basic = `Basic ${Buffer.from('ann:pass:wörd').toString('base64')}`;
      expect(registry.seen.filter(isManifest).map(({ headers }) => headers.authorization)).toEqual([undefined, basic]);
      const there = elsewhere.seen.filter((seen) => seen.path.includes('sig=1'));
      expect(there.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    } finally {
      await elsewhere.stop();
    }
  });

  it('is had with a token: of nobody, by a password, or by a token of one’s own', async () => {
    registry.image('1', [{ bytes: LAYER }]);
    const realm = `http://${registry.host}/token?x=1`;
    let asked: Seen[] = [];
    let valid = '';
    registry.between = (seen, response) => {
      if (seen.path.startsWith('/token')) {
        asked.push(seen);
        valid = `t${asked.length}`;
        return answer(200, {}, JSON.stringify({ [asked.length % 2 ? 'token' : 'access_token']: valid }))(response);
      }
      if (valid && seen.headers.authorization === `Bearer ${valid}`) {
        // It becomes too old in between.
        if (isBlob(seen) && asked.length === 1) valid = 'another';
        else return false;
      }
      const challenge = `Basic realm="y", Bearer realm="${realm}",service="a "quoted" name",scope="repository:img:pull"`;
      return answer(401, { 'www-authenticate': challenge.replace(/"quoted"/, '\\"quoted\\"') })(response);
    };
    const scope = 'repository%3Aimg%3Apull';
    await pull();
    expect(asked.map(({ path, headers }) => [path, headers.authorization])).toEqual(
      Array(2).fill([`/token?x=1&service=a+%22quoted%22+name&scope=${scope}&client_id=trapframe`, undefined]),
    );
    asked = [];
    // What registries ask for first is what they get.
    await pull('1', { credentials: { ...ANN, username: '', identityToken: 'mine' } });
    expect(
      asked.map(({ method, path, body }) => [method, path, Object.fromEntries(new URLSearchParams(body.toString()))]),
    ).toEqual([
      [
        'POST',
        '/token?x=1',
        {
          service: 'a "quoted" name',
          scope: 'repository:img:pull',
          client_id: 'trapframe',
          grant_type: 'refresh_token',
          refresh_token: 'mine',
        },
      ],
    ]);
    valid = 'given';
    await pull('1', { credentials: { ...ANN, username: '', registryToken: 'given' } });
    expect(asked.length).toBe(1);
  });

  it('is asked for again where the registry has too much to do', async () => {
    registry.image('1', [{ bytes: LAYER }]);
    let busy = 2;
    registry.between = (seen, response) => isManifest(seen) && busy-- > 0 && answer(busy ? 429 : 503)(response);
    await pull();
    expect(registry.seen.filter(isManifest).length).toBe(3);
  });
});

type Spoil = (response: ServerResponse, seen: Seen) => boolean;
interface Row {
  readonly layers?: readonly RawLayer[];
  readonly spoil?: (parts: Parts) => void;
  /** Puts what is pulled there by hand. */
  readonly put?: () => string;
  readonly manifest?: Spoil;
  readonly blob?: Spoil;
  readonly any?: Spoil;
  readonly options?: Partial<ConnectionOptions>;
  readonly says: RegExp;
}

const flipped = (bytes: Uint8Array): Buffer => {
  const copy = Buffer.from(bytes);
  copy[0]! ^= 1;
  return copy;
};

/** Pieces until nobody listens any more. */
const endless: Spoil = (response) => {
  const piece = Buffer.alloc(65_536);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' });
  more();
  return true;
};

/** A document as it is, with another type beside. */
const typed =
  (type: string): Spoil =>
  (response) =>
    answer(200, { 'content-type': type }, registry.manifests.get('1')!.bytes)(response);

const moved =
  (location: string, status = 302): Spoil =>
  (response) =>
    answer(status, { location })(response);

const challenged =
  (challenge: string): Spoil =>
  (response, { path }) =>
    !path.startsWith('/token') && answer(401, { 'www-authenticate': challenge })(response);

const ROWS: Readonly<Record<string, Row>> = {
  'a layer that is not what its digest says': {
    blob: (response) => answer(200, {}, flipped(LAYER))(response),
    says: /layer 1 of 1: its content is not what its digest says\n {2}It is sha256:\w+, not sha256:/,
  },
  'a configuration that is not what its digest says': {
    any: (response, { path }) =>
      path.includes('/blobs/') && !path.endsWith(digestOf(LAYER)) && answer(200, {}, '')(response),
    says: /the configuration: the registry has 0 bytes of it where \d+ were promised/,
  },
  'a manifest that is not what its digest says': {
    put: () => {
      const { digest } = registry.image('1', [{ bytes: LAYER }]);
      const { bytes, type } = registry.manifests.get('1')!;
      registry.manifests.set(digest, { type, bytes: Buffer.from(bytes.toString().replace('{', '{ ')) });
      return digest;
    },
    says: /its content is not what its digest says/,
  },
  'a manifest beside another digest': {
    manifest: (response) =>
      answer(
        200,
        { 'docker-content-digest': digestOf('x'), 'content-type': 'application/json' },
        registry.manifests.get('1')!.bytes,
      )(response),
    says: /its content is not what its digest says/,
  },
  'a length that was not promised': {
    blob: (response) => answer(200, {}, OTHER.subarray(0, 600))(response),
    says: /the registry has 600 bytes of it where \d+ were promised\n {2}Its manifest or its storage is damaged/,
  },
  'more than was promised': {
    blob: (response) => {
      response.writeHead(200).write(LAYER);
      response.end('x');
      return true;
    },
    says: /layer 1 of 1: the registry sends more than the \d+ bytes that were promised/,
  },
  'a layer without an end': { blob: endless, says: /the registry sends more than the \d+ bytes/ },
  'a manifest without an end': { manifest: endless, says: /the manifest has more than 4194304 bytes/ },
  'less than was promised, always': {
    blob: (response) => {
      response.writeHead(200).write(LAYER.subarray(0, 7));
      response.end();
      return true;
    },
    says: /7 of \d+ bytes came\n {2}Pull it again/,
  },
  'a range that was not asked for': {
    blob: (response, { headers }) => {
      if (headers.range)
        return answer(206, { 'content-range': `bytes 1-9/${LAYER.length}` }, LAYER.subarray(1, 10))(response);
      response.writeHead(200).write(LAYER.subarray(0, 7));
      response.end();
      return true;
    },
    says: /was asked to go on at byte 7, and does not/,
  },
  silence: { manifest: () => true, options: { waitMs: 50 }, says: /127\.0\.0\.1:\d+: it was silent for 0\.05 s/ },
  'silence within a layer': {
    blob: (response) => {
      response.writeHead(200).write(LAYER.subarray(0, 7));
      return true;
    },
    options: { waitMs: 50 },
    says: /it was silent for 0\.05 s/,
  },
  'redirects in a circle': {
    manifest: (response, { path }) => moved(path)(response, {} as Seen),
    says: /the redirects of 127\.0\.0\.1:\d+ lead in a circle/,
  },
  'redirects without an end': {
    any: (response, { path }) => moved(`${path}x`)(response, {} as Seen),
    says: /more than 5 redirects/,
  },
  'a redirect to plain HTTP': {
    blob: moved('http://elsewhere.test/x'),
    says: /leads to http:\/\/elsewhere\.test, which anybody on the way/,
  },
  'a redirect out of HTTP': { blob: moved('file:///etc/passwd'), says: /leads to null, which is not of HTTP/ },
  'a redirect to nowhere': { blob: moved('http://'), says: /leads to "http:\/\/"/ },
  'a layer at other places': {
    spoil: ({ manifest }) => Object.assign(manifest.layers[0]!, { urls: ['https://elsewhere.test/x'] }),
    says: /layer 1 of 1 is kept elsewhere, at https:\/\/elsewhere\.test\/x/,
  },
  'a layer of the kind that is elsewhere': {
    spoil: ({ manifest }) =>
      Object.assign(manifest.layers[0]!, { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }),
    says: /is kept elsewhere, at a place that is not named/,
  },
  'an index that names itself': {
    put: () => {
      const one = {
        mediaType: INDEX,
        digest: digestOf('x'),
        size: 10,
        platform: { os: 'linux', architecture: 'riscv64' },
      };
      const { bytes } = registry.manifests.get(
        registry.document('1', { schemaVersion: 2, manifests: [one] }, INDEX).digest,
      )!;
      registry.manifests.set(one.digest, { type: INDEX, bytes });
      return '1';
    },
    says: /has \d+ bytes where 10 were promised/,
  },
  'indexes in indexes': {
    put: () => {
      registry.image('1', [{ bytes: LAYER }]);
      const { type, bytes } = registry.manifests.get('1')!;
      let below = { mediaType: type, digest: digestOf(bytes), size: bytes.length };
      for (let i = 0; i < 5; i++) below = registry.document('1', { schemaVersion: 2, manifests: [below] }, INDEX);
      return '1';
    },
    says: /indexes lie in each other more than 4 deep/,
  },
  'a manifest of schema 1': {
    put: () => registry.document('1', { schemaVersion: 1, fsLayers: [] }, 'application/json') && '1',
    says: /is a manifest of schema 1, which does not say what its layers have to be/,
  },
  'a manifest that calls itself one of schema 1': {
    manifest: typed('application/vnd.docker.distribution.manifest.v1+prettyjws'),
    says: /is a manifest of schema 1/,
  },
  'a manifest that is said to be an index': { manifest: typed(INDEX), says: /it is said to be .*, and is not/ },
  'a manifest that is an index too': {
    spoil: ({ manifest }) => Object.assign(manifest, { manifests: [] }),
    says: /it is said to be .*, and is not/,
  },
  'a page of the web': {
    manifest: (response) => answer(200, { 'content-type': 'text/html' }, '<html>')(response),
    says: /is no JSON/,
  },
  'a manifest of another type': {
    manifest: typed('text/html; charset=x'),
    says: /is of the media type .*"text\/html".*, which is not known/,
  },
  'what is no image': {
    spoil: ({ manifest }) => Object.assign(manifest.config, { mediaType: 'application/vnd.cncf.helm.config.v1+json' }),
    says: /is no image: its configuration is of the media type "application\/vnd\.cncf\.helm/,
  },
  'a layer of another type': {
    spoil: ({ manifest }) => Object.assign(manifest.layers[0]!, { mediaType: 'text/plain' }),
    says: /layer 1 of 1 is of the media type "text\/plain", which is not known/,
  },
  'a layer of another size than any may have': {
    spoil: ({ manifest }) => Object.assign(manifest.layers[0]!, { size: 1e15 }),
    says: /layer 1 of 1 has 1000000000000000 bytes; 100000 are allowed/,
  },
  'a configuration of such a size': {
    spoil: ({ manifest }) => Object.assign(manifest.config, { size: 99_999_999 }),
    says: /the configuration has 99999999 bytes/,
  },
  'a size that is none': {
    spoil: ({ manifest }) => Object.assign(manifest.layers[0]!, { size: -1 }),
    says: /the manifest is malformed: layers\.0\.size/,
  },
  'a digest that is none': {
    spoil: ({ manifest }) => Object.assign(manifest.layers[0]!, { digest: 'sha256:../../x' }),
    says: /layers\.0\.digest: is no digest/,
  },
  'another number of layers than is configured': {
    spoil: ({ manifest }) => manifest.layers.push(manifest.layers[0]!),
    says: /the configuration names 1 layers where there are 2/,
  },
  'too many layers': { layers: Array(128).fill({ bytes: LAYER }), says: /128 layers are more than 127/ },
  'a layer that unpacks to something else': {
    layers: [{ bytes: gzipSync(LAYER), diffId: digestOf(OTHER) }],
    says: /layer 1 of 1: its content is not what its digest says/,
  },
  'a layer that is no archive': { layers: [{ bytes: Buffer.from('x'.repeat(600)) }], says: /layer 1 of 1: / },
  'a layer that leads out': {
    layers: [{ bytes: rawTar([{ name: '../../etc/passwd', content: 'x' }]) }],
    says: /layer 1 of 1: .*passwd/,
  },
  'a bomb': {
    layers: [{ bytes: gzipSync(Buffer.alloc(200_000)), diffId: digestOf(Buffer.alloc(200_000)) }],
    says: /layer 1 of 1: it unpacks to more than 100000 bytes/,
  },
  'a door without a way in': { any: challenged('Negotiate'), says: /answers 401\n {2}Log in: docker login 127/ },
  'a door that stays shut': {
    any: challenged('Basic realm="x"'),
    options: { credentials: ANN },
    says: /answers 401\n {2}Log in/,
  },
  'a token from plain HTTP': {
    any: challenged('Bearer realm="http://elsewhere.test/t"'),
    says: /the token for .* leads to http:\/\/elsewhere\.test/,
  },
  'a token from nowhere': {
    any: challenged('Bearer service="x"'),
    says: /the token for it: "" is no address to get it from/,
  },
  'a token that is refused': {
    any: (response, seen) =>
      seen.path.startsWith('/token')
        ? answer(401)(response)
        : challenged(`Bearer realm="http://${registry.host}/token"`)(response, seen),
    options: { credentials: ANN },
    says: /answers 401: the credentials are refused\n {2}Log in anew/,
  },
  'a token that is none': {
    any: (response, seen) =>
      seen.path.startsWith('/token')
        ? answer(200, {}, '{"token":"x\\r\\nhost: y"}')(response)
        : challenged(`Bearer realm="http://${registry.host}/token"`)(response, seen),
    says: /what 127\.0\.0\.1:\d+ answers has none in it/,
  },
  'one who is busy for an hour': {
    manifest: (response) => answer(429, { 'retry-after': '3600' })(response),
    says: /answers 429\n {2}Wait/,
  },
  'one who is busy for ever': {
    manifest: (response) => answer(503)(response),
    says: /answers 503\n {2}It is in trouble itself/,
  },
  'words that would move the cursor': {
    manifest: (response) =>
      answer(404, {}, JSON.stringify({ errors: [{ message: 'no\u001b[2J\r\nsuch\u202e thing' }] }))(response),
    says: /answers 404: no \[2J such thing\n/,
  },
  'a platform that would': {
    put: () => {
      const platform = { os: 'linux', architecture: 'x\u001b[2J' };
      const one = { mediaType: INDEX, digest: digestOf('x'), size: 10, platform };
      registry.document('1', { schemaVersion: 2, manifests: [one, one] }, INDEX);
      return '1';
    },
    says: /the index is malformed: manifests\.0\.platform\.architecture/,
  },
  'a document that would': {
    manifest: (response) => answer(200, {}, '\u001b[2J{')(response),
    says: /is no JSON: /,
  },
  'a registry that is gone': {
    manifest: (response) => !!response.destroy(),
    says: /127\.0\.0\.1:\d+ broke the connection off\n {2}Try it again/,
  },
};

describe('a hostile registry', () => {
  it.each(Object.entries(ROWS))('is refused with %s, and nothing of it stays', async (_, row) => {
    const { layers = [{ bytes: LAYER }], spoil, put, manifest, blob, any, options, says } = row;
    const tag = put ? put() : '1';
    if (!put) registry.image('1', layers, spoil);
    registry.between = (seen, response) =>
      (manifest && isManifest(seen) && manifest(response, seen)) ||
      (blob && isBlob(seen) && blob(response, seen)) ||
      any?.(response, seen) ||
      false;
    const error = await pull(tag, options).then(
      () => null,
      (e: unknown) => e,
    );
    expect(error).toSatisfy(isInputError);
    expect((error as Error).message).toMatch(says);
    expect((error as Error).message).toContain('127.0.0.1');
    expect((error as Error).message).not.toMatch(/[^\P{C}\n]/u);
    expect(files()).toEqual([]);
    expect(registry.seen.length).toBeLessThan(30);
  });

  it('shows what it likes of an image, but moves no cursor', async () => {
    registry.image('1', [{ bytes: LAYER }], ({ config }) => {
      config.created = '\u001b[2J';
      config.history = [{ created: '\u001b[31m', created_by: 'a\u001b[2J\nb', comment: '\u202e' }];
    });
    process.env.TRAPFRAME_STATE = folder;
    try {
      const name = `${registry.host}/img:1`;
      expect((await trapframeHere(addImage, ['image', 'pull', '-q', name])).code).toBe(0);
      const listed = (await trapframeHere(addImage, ['image', 'ls'])).stdout;
      expect(listed).toContain(name);
      const shown = (await trapframeHere(addImage, ['image', 'history', name])).stdout;
      expect(shown).toContain('a [2J b');
      expect(listed + shown).not.toMatch(/[^\P{C}\n]/u);
    } finally {
      delete process.env.TRAPFRAME_STATE;
    }
  });

  it('leads nobody to this machine, and to nobody’s password', () => {
    const connection = new Connection({ host: 'far.test', path: 'img' }, { credentials: null, insecure: true });
    const to = (location: string): string => {
      const headers = new Headers({ location });
      const answered = {
        status: 307,
        headers,
        url: new URL('https://far.test/v2/'),
        pieces: async function* () {},
        close() {},
      };
      return connection.locationOf(answered, 'x').href;
    };
    for (const place of [
      'http://127.0.0.1:2375/',
      'https://localhost/',
      'https://127.9.9.9/',
      'https://[::1]/',
      'https://0.0.0.0/',
    ])
      expect(() => to(place)).toThrow(/which is this machine/);
    expect(to('/x')).toBe('https://far.test/x');
    expect(to('https://ann:word@other.test/x')).toBe('https://other.test/x');
    expect(to('http://far.test/x')).toBe('http://far.test/x');
  });
});

describe('an image that is sent', () => {
  const push = (options: Partial<ConnectionOptions> = {}) =>
    pushImage(store, connect(options), demandReference(`${registry.host}/img:1`), () => {});

  beforeEach(async () => {
    registry.image('1', [{ bytes: LAYER }, { bytes: OTHER }, { bytes: LAYER }]);
    await pull();
    registry.manifests.clear();
    registry.blobs.clear();
    registry.seen.length = 0;
  });

  it('is sent once, and comes again as it was', async () => {
    const { digest } = await push();
    expect(registry.seen.filter(({ method }) => method === 'PUT').length).toBe(4);
    const { id } = await store.find(`${registry.host}/img@${digest}`);
    registry.seen.length = 0;
    expect((await push()).digest).toBe(digest);
    expect(registry.seen.map(({ method }) => method).filter((method) => method !== 'HEAD')).toEqual(['PUT']);
    await store.remove(id, true);
    expect((await pull()).record.id).toBe(id);
  });

  it('of one byte is sent too', async () => {
    const content = bytesSource(new Uint8Array([7]));
    const one = { digest: digestOf(new Uint8Array([7])), size: 1 };
    expect(await putBlob(connect(), one, content, 'x')).toBe(true);
    expect(registry.blobs.get(one.digest)).toEqual(Buffer.from([7]));
    expect(await putBlob(connect(), one, content, 'x')).toBe(false);
  });

  it('goes on where the registry says a broken connection was', async () => {
    let breaks = 3;
    registry.between = (seen, response) => {
      if (seen.method !== 'PATCH' || breaks-- <= 0) return false;
      const upload = seen.path.split('/').at(-1)!;
      registry.uploads.set(upload, Buffer.concat([registry.uploads.get(upload)!, seen.body.subarray(0, breaks * 40)]));
      response.destroy();
      return true;
    };
    const { digest } = await push();
    expect(registry.manifests.has(digest)).toBe(true);
    const { layers } = JSON.parse(registry.manifests.get(digest)!.bytes.toString());
    for (const layer of layers) expect(registry.blobs.get(layer.digest)?.length).toBe(layer.size);
  });

  it.each([
    [
      'an upload elsewhere',
      'POST',
      answer(202, { location: 'http://elsewhere.test/x' }),
      /leads to http:\/\/elsewhere\.test/,
    ],
    ['an upload nowhere', 'POST', answer(202), /leads to ""/],
    [
      'more than was sent',
      'PATCH',
      answer(202, { location: '/v2/img/blobs/uploads/u0', range: '0-999999' }),
      /says it has 1000000 bytes/,
    ],
    [
      'nothing of it taken',
      'PATCH',
      answer(202, { location: '/v2/img/blobs/uploads/u0', range: '0-0' }),
      /takes nothing of it/,
    ],
    ['a redirect that changes the method', 'PATCH', answer(302, { location: '/' }), /answers 302 to PATCH/],
    [
      'a digest of something else',
      'PUT',
      answer(201, { 'docker-content-digest': digestOf('x') }),
      /its content is not what its digest says/,
    ],
    ['a refusal', 'PUT', answer(413), /answers 413/],
  ] as const)('is refused with %s', async (_, method, spoil, says) => {
    registry.between = (seen, response) => seen.method === method && spoil(response);
    const error = await push().then(
      () => null,
      (e: unknown) => e,
    );
    expect(error).toSatisfy(isInputError);
    expect((error as Error).message).toMatch(says);
    // The registry is left without the beginning of it.
    if (method === 'PATCH') expect(registry.uploads.size).toBe(0);
    expect((await store.find(`${registry.host}/img:1`)).digests.length).toBe(1);
  });
});

describe('what an answer of 401 asks for', () => {
  it.each([
    ['Basic realm="a"', [{ scheme: 'basic', parameters: { realm: 'a' } }]],
    [
      'Bearer realm="https://x.test/t",service=y, Basic realm="a, b=c"',
      [
        { scheme: 'bearer', parameters: { realm: 'https://x.test/t', service: 'y' } },
        { scheme: 'basic', parameters: { realm: 'a, b=c' } },
      ],
    ],
    [
      'NEGOTIATE, Basic Realm = "\\"q\\""',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: '"q"' } },
      ],
    ],
    ['', []],
    ['=;', []],
  ])('%s', (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });

  it('is read to an end, whatever it is', () => {
    const piece = fc.constantFrom('Basic', 'Bearer', ' ', ',', '=', '"', '\\', 'realm', 'x', '\t');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const { scheme } of parseChallenges(pieces.join(''))) expect(scheme).not.toBe('');
      }),
    );
  });
});
