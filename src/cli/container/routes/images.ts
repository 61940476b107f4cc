/** Routes about images. */
import { InputError } from '../../../abi/errors.ts';
import { SEARCH_PATH } from '../../../abi/search-path.ts';
import { IMAGE_LIMITS } from '../../../image/oci/limits.ts';
import { normalName } from '../../../image/oci/reference.ts';
import { unpacked } from '../../../image/oci/unpack.ts';
import { bytesSource } from '../../../image/source.ts';
import { buildImage } from '../../../machine/container/builder/build.ts';
import type { ContainerEngine } from '../../../machine/container/engine.ts';
import { type ImageRecord, isNamed } from '../../../machine/images/catalogue.ts';
import { changed } from '../../../machine/images/changes.ts';
import { historyOf, imageInspection, imageSummary } from '../../../machine/images/describe.ts';
import type { ImageStore } from '../../../machine/images/store.ts';
import { HttpError, type Request, type Route } from '../../daemon/server.ts';
import { bodyBytes, drained } from '../files.ts';
import { filtersOf, labelRules, type Rules, sieve, truth, untilRule } from './filters.ts';
import { lines } from './lines.ts';
import { flag, json, orStatusLater } from './reply.ts';
import { obtaining, pull, push } from './transfer.ts';

/** What an archive of a root file system is for. */
const PLATFORM = { os: 'linux', architecture: 'riscv64' };
const PATH = `PATH=${SEARCH_PATH}`;

/** A build context is files, not a layer: as large as what is taken at once. */
const CONTEXT_LIMITS = { ...IMAGE_LIMITS, layerBytes: 2 ** 30 };

/** What of a build is not offered. Nothing is cached, so what is said of a cache is met. */
const NOT_OF_BUILDS = [
  ...['squash', 'memory', 'memswap', 'shmsize', 'cpushares', 'cpuperiod', 'cpuquota', 'cpusetcpus', 'cpusetmems'],
  ...['ulimits', 'extrahosts', 'securityopt', 'cgroupparent', 'isolation', 'outputs'],
];
const NO_WORDS = ['', '0', 'false', 'null', '[]', '{}', 'default'];

function demandBuild(query: URLSearchParams): void {
  for (const key of NOT_OF_BUILDS)
    if (query.getAll(key).some((value) => !NO_WORDS.includes(value)))
      throw new HttpError(400, `${key}: is not offered of a build`);
  const platform = query.get('platform');
  const own = `${PLATFORM.os}/${PLATFORM.architecture}`;
  if (platform && platform !== own)
    throw new HttpError(400, `platform: builds are for ${own}, and not for ${platform}`);
}

/** A query's object of texts, as JSON; what has no text is left out. */
function texts(query: URLSearchParams, key: string): Record<string, string> {
  const text = query.get(key);
  if (!text) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, `${key}: this is no JSON`);
  }
  const rows = Object.entries((value ?? {}) as Record<string, unknown>);
  return Object.fromEntries(rows.filter((row): row is [string, string] => typeof row[1] === 'string'));
}

type Labelled = ImageRecord & { readonly labels: Readonly<Record<string, string>> };

const aboutImages: Rules<Labelled> = {
  dangling: (image, value) => !isNamed(image) === truth(value),
  ...labelRules(({ labels }: Labelled) => labels),
};

/** Milliseconds since 1970, as its configuration says. */
const madeAt = ({ created }: ImageRecord): number => (created ? Date.parse(created) : 0);

/** A name, or a pattern of one, with or without its tag; * stands for what has no slash. */
function fits(name: string, pattern: string): boolean {
  const source = pattern
    .split('')
    .map((c) => (c === '*' ? '[^/]*' : c === '?' ? '[^/]' : c.replace(/[^\w]/, '\\$&')))
    .join('');
  return new RegExp(`^(.*/)?${source}(:[^/]*)?$`).test(name);
}

export function imageRoutes(engine: ContainerEngine, store: ImageStore): Route[] {
  const find = (name: string): Promise<ImageRecord> => orStatusLater(404, () => store.find(name));
  const usersOf = ({ id }: ImageRecord): number =>
    [...engine.entries.values()].filter((e) => e.opened.base.imageId === id).length;
  const told = ({ id, names }: ImageRecord, action: string): void =>
    engine.events.tell('image', action, id, { name: names[0] ?? id });

  const labelled = async (): Promise<Labelled[]> =>
    Promise.all(
      (await store.list()).map(async (image) => ({
        ...image,
        labels: (await store.config(image)).config?.Labels ?? {},
      })),
    );

  async function save(refs: readonly string[], request: Request): Promise<null> {
    for (const ref of refs) await find(ref);
    const out = request.stream('application/x-tar');
    for await (const chunk of store.save(refs)) {
      if (request.signal.aborted) break;
      if (!out.write(chunk)) await drained(out);
    }
    out.end();
    return null;
  }

  /** `docker import`: an image of a root file system. */
  async function take(request: Request): Promise<null> {
    const { query } = request;
    const repo = query.get('repo');
    const names = repo ? [query.get('tag') ? `${repo}:${query.get('tag')}` : repo] : [];
    const bytes = await bodyBytes(request.body);
    return lines(request, async (say) => {
      const record = await store.importRoot(bytesSource(bytes), {
        what: 'the archive',
        names,
        platform: PLATFORM,
        config: changed({ Env: [PATH] }, query.getAll('changes')),
        created: new Date().toISOString(),
        createdBy: 'import',
        comment: query.get('message') || 'Imported from -',
      });
      told(record, 'import');
      say({ status: record.id });
    });
  }

  /** `docker build` of the classic builder: the context as an archive, a line of JSON for each thing that is said. */
  async function build(request: Request): Promise<null> {
    const { query, signal } = request;
    if (query.get('version') === '2') throw new HttpError(400, 'there is no BuildKit here: set DOCKER_BUILDKIT=0');
    if (query.get('remote')) throw new HttpError(400, 'a build context is sent, and not fetched from an address');
    demandBuild(query);
    const packed = bytesSource(await bodyBytes(request.body));
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of unpacked(packed, CONTEXT_LIMITS, 'the build context'))
      parts.push(part as Uint8Array<ArrayBuffer>);
    const quiet = flag(query, 'q');
    return lines(request, async (say) => {
      const names = query.getAll('t').filter(Boolean);
      const id = await buildImage(engine, store, {
        context: bytesSource(new Uint8Array(await new Blob(parts).arrayBuffer())),
        dockerfile: query.get('dockerfile') || 'Dockerfile',
        names,
        args: texts(query, 'buildargs'),
        labels: texts(query, 'labels'),
        target: query.get('target') ?? '',
        networkMode: query.get('networkmode') || 'bridge',
        signal,
        obtain: obtaining(request, store, quiet ? () => {} : say),
        say: (stream) => quiet || say({ stream }),
      });
      told(await store.find(id), 'build');
      if (quiet) say({ stream: `${id}\n` });
      say({ aux: { ID: id } });
      if (quiet) return;
      say({ stream: `Successfully built ${id.slice(7, 19)}\n` });
      for (const name of names) say({ stream: `Successfully tagged ${normalName(name) ?? name}\n` });
    });
  }

  return [
    {
      method: 'GET',
      path: '/images/json',
      async handle({ query }) {
        const images = await labelled();
        const created = (text: string): number => {
          const found = images.find(({ id, names }) => names.includes(normalName(text) ?? text) || id.includes(text));
          if (!found) throw new HttpError(404, `there is no image ${text} here`);
          return madeAt(found);
        };
        const list = images.filter(
          sieve(query, {
            ...aboutImages,
            reference: ({ names }, value) => names.some((name) => fits(name, value)),
            before: (image, value) => madeAt(image) < created(value),
            since: (image, value) => madeAt(image) > created(value),
          }),
        );
        return json(list.map((image) => imageSummary(image, usersOf(image), image.labels)));
      },
    },
    {
      method: 'POST',
      path: '/images/create',
      async handle(request) {
        const { query } = request;
        if (query.get('fromSrc') === '-') return take(request);
        if (query.get('fromSrc')) throw new HttpError(400, 'an image is imported from an archive, not from an address');
        return pull(request, store, (record) => told(record, 'pull'));
      },
    },
    {
      method: 'POST',
      path: '/images/load',
      async handle(request) {
        const bytes = await bodyBytes(request.body);
        return lines(request, async (say) => {
          for (const record of await store.load(bytesSource(bytes), 'the archive')) {
            told(record, 'load');
            say({ stream: `Loaded image: ${record.names.join(', ') || record.id}\n` });
          }
        });
      },
    },
    { method: 'GET', path: '/images/get', handle: (request) => save(request.query.getAll('names'), request) },
    {
      method: 'POST',
      path: '/images/prune',
      async handle({ query }) {
        const all = filtersOf(query).dangling?.some((text) => !truth(text)) ?? false;
        const meant = sieve(query, { ...aboutImages, dangling: () => true, ...untilRule(madeAt, Date.now()) });
        const gone = [];
        let freed = 0;
        for (const image of await labelled()) {
          if (usersOf(image) || (!all && isNamed(image)) || !meant(image)) continue;
          const { untagged, deleted } = await store.remove(image.id, true);
          freed += image.size;
          gone.push(...untagged.map((Untagged) => ({ Untagged })), ...deleted.map((Deleted) => ({ Deleted })));
        }
        return json({ ImagesDeleted: gone, SpaceReclaimed: freed });
      },
    },
    {
      method: 'POST',
      path: '/images/:name+/push',
      handle: (request) => push(request, store, (record) => told(record, 'push')),
    },
    // Nothing of a build is kept but its image.
    { method: 'POST', path: '/build/prune', handle: async () => json({ CachesDeleted: [], SpaceReclaimed: 0 }) },
    { method: 'POST', path: '/build', handle: build },
    { method: 'GET', path: '/images/search', handle: async () => json([]) },
    {
      method: 'GET',
      path: '/images/:name+/json',
      handle: async ({ params }) => json(await imageInspection(store, await find(params.name!))),
    },
    { method: 'GET', path: '/images/:name+/get', handle: (request) => save([request.params.name!], request) },
    {
      method: 'GET',
      path: '/images/:name+/history',
      async handle({ params }) {
        const record = await find(params.name!);
        const steps = await historyOf(store, record);
        return json(
          steps.map((step, i) => ({
            Id: i === 0 ? record.id : '<missing>',
            Created: step.created ? Math.floor(Date.parse(step.created) / 1000) : 0,
            CreatedBy: step.createdBy,
            Tags: i === 0 ? record.names : null,
            Size: step.size,
            Comment: step.comment,
          })),
        );
      },
    },
    {
      method: 'POST',
      path: '/images/:name+/tag',
      async handle({ params, query }) {
        await find(params.name!);
        const repo = query.get('repo');
        if (!repo) throw new InputError('repo: the new name is missing');
        told(await store.tag(params.name!, query.get('tag') ? `${repo}:${query.get('tag')}` : repo), 'tag');
        return { status: 201 };
      },
    },
    {
      method: 'DELETE',
      path: '/images/:name+',
      async handle({ params, query }) {
        const record = await find(params.name!);
        const removed = await orStatusLater(409, () => store.remove(params.name!, flag(query, 'force')));
        const { untagged, deleted } = removed;
        told(record, deleted.length ? 'delete' : 'untag');
        return json([...untagged.map((Untagged) => ({ Untagged })), ...deleted.map((Deleted) => ({ Deleted }))]);
      },
    },
  ];
}
