/** Routes about containers and the programs in them. */
import { availableParallelism } from 'node:os';
import { isInputError } from '../../../abi/errors.ts';
import { normalName } from '../../../image/oci/reference.ts';
import { bytesSource } from '../../../image/source.ts';
import { signalOf } from '../../../machine/container/choices.ts';
import type { Running } from '../../../machine/container/container.ts';
import { execOf, inspectionOf, processesOf, statsOf, summaryOf } from '../../../machine/container/describe.ts';
import type { ContainerEngine } from '../../../machine/container/engine.ts';
import { type Entry, isActive, stateOf } from '../../../machine/container/entry.ts';
import type { Exec } from '../../../machine/container/execs.ts';
import { extract } from '../../../machine/container/extract.ts';
import { readExecStart } from '../../../machine/container/request.ts';
import type { ImageStore } from '../../../machine/images/store.ts';
import { changesOf, treeEntries } from '../../../machine/images/tree.ts';
import { frame, STREAM } from '../../daemon/frames.ts';
import { HttpError, type Reply, type Request, type Route } from '../../daemon/server.ts';
import { bodyBytes, commit, placeOf, sendTar, statHeader } from '../files.ts';
import { attach, writeLog } from '../streams.ts';
import { filtersOf, labelRules, nameLike, type Rules, sieve, untilRule } from './filters.ts';
import { done, flag, json, number, orStatus, orStatusLater, time } from './reply.ts';

/** Milliseconds between two rows of `stats` that goes on, and between the two looks of one that does not: clients give it two seconds. */
const STATS_MS = 1000;
const LOOKS_MS = 250;

export function containerRoutes(engine: ContainerEngine, store: ImageStore, memory: number): Route[] {
  const entryOf = ({ params }: Request): Entry => orStatus(404, () => engine.find(params.id!));
  const execAt = ({ params }: Request): Exec => orStatus(404, () => engine.execs.find(params.id!));
  const now = (): number => engine.host.system.kernel.clock.realtime();
  const labels = labelRules((e: Entry) => e.labels);
  const rules: Rules<Entry> = {
    name: (e, value) => nameLike(e.name, value.replace(/^(\^?)\//, '$1')),
    id: (e, value) => e.container.id.startsWith(value),
    status: (e, value) => stateOf(e) === value,
    exited: (e, value) => e.container.state === 'exited' && String(e.container.ending.code) === value,
    ancestor: ({ opened: { base } }, value) =>
      base.imageId.replace('sha256:', '').startsWith(value.replace('sha256:', '')) ||
      (normalName(value) ?? value) === (normalName(base.name) ?? base.name),
    network: (e, value) =>
      [e.network.name, e.network.id].includes(value) || engine.usersOf(engine.networks.find(value)).includes(e),
    volume: (e, value) => e.binds.some((b) => b.source === value || b.target === value),
    before: (e, value) => e.container.created < orStatus(404, () => engine.find(value)).container.created,
    since: (e, value) => e.container.created > orStatus(404, () => engine.find(value)).container.created,
    health: (e, value) => (e.health?.status ?? 'none') === value,
    publish: (e, value) => e.published.some((p) => [`${p.port}`, `${p.port}/${p.protocol}`].includes(value)),
    ...labels,
  };
  const withEntry =
    (work: (entry: Entry, request: Request) => Promise<Reply | null> | Reply | null) =>
    async (request: Request): Promise<Reply | null> =>
      work(entryOf(request), request);

  return [
    {
      method: 'POST',
      path: '/containers/create',
      handle: async (request) => {
        const body = await request.json();
        const image = (body as { Image?: unknown } | null)?.Image;
        // Clients look elsewhere for an image that is not here.
        if (typeof image === 'string' && image) {
          const { platform } = await orStatusLater(404, () => store.find(image));
          const wanted = request.query.get('platform');
          if (wanted && wanted !== platform)
            throw new HttpError(400, `${image} is for ${platform}, and not for ${wanted}`);
        }
        const entry = await engine.create(body, request.query.get('name'));
        await engine.settled();
        return json({ Id: entry.container.id, Warnings: [] }, 201);
      },
    },
    {
      method: 'GET',
      path: '/containers/json',
      handle: async ({ query }) => {
        const filters = filtersOf(query);
        const limit = number(query, 'limit') ?? -1;
        const all = flag(query, 'all') || limit > 0 || filters.status !== undefined || filters.exited !== undefined;
        const meant = sieve(query, rules);
        const entries = [...engine.entries.values()].filter((e) => (all || isActive(e)) && meant(e)).reverse();
        const size = flag(query, 'size');
        return json(
          entries.slice(0, limit > 0 ? limit : undefined).map((e) => ({
            ...summaryOf(e, now()),
            ...(size && { SizeRw: e.opened.used(), SizeRootFs: e.opened.used() }),
          })),
        );
      },
    },
    { method: 'GET', path: '/containers/:id/json', handle: withEntry((entry) => json(inspectionOf(entry))) },
    {
      method: 'POST',
      path: '/containers/:id/start',
      handle: withEntry(async (entry) => {
        if (entry.container.isUp) return { status: 304 };
        await engine.run(entry);
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/stop',
      handle: withEntry(async (entry, { query }) => {
        if (!isActive(entry)) return { status: 304 };
        await engine.stop(entry, number(query, 't'));
        await engine.settled();
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/restart',
      handle: withEntry(async (entry, { query }) => {
        await engine.stop(entry, number(query, 't'));
        await engine.run(entry);
        engine.tell(entry, 'restart');
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/kill',
      handle: withEntry((entry, { query }) => {
        const signal = signalOf(query.get('signal') ?? 'KILL');
        orStatus(409, () => engine.kill(entry, signal));
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/pause',
      handle: withEntry((entry) => {
        orStatus(409, () => engine.pause(entry));
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/unpause',
      handle: withEntry((entry) => {
        orStatus(409, () => engine.resume(entry));
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/wait',
      handle: withEntry(async (entry, request) => {
        const { container } = entry;
        const condition = request.query.get('condition');
        const next = condition === 'next-exit' || condition === 'removed' || container.state === 'created';
        // Who waits starts it once it is certain that its end will not be missed.
        const ended =
          next && !(condition === 'removed' && container.state === 'exited') ? container.nextEnd() : container.wait();
        const out = request.stream('application/json');
        const { code } = await ended;
        if (condition === 'removed') await engine.gone(entry);
        // What is told as ended is kept so.
        await engine.settled();
        out.end(`${JSON.stringify({ StatusCode: code })}\n`);
        return null;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/rename',
      handle: withEntry(async (entry, { query }) => {
        orStatus(409, () => engine.rename(entry, query.get('name') ?? ''));
        await engine.settled();
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/update',
      handle: withEntry(async (entry, request) => {
        engine.update(entry, await request.json());
        await engine.settled();
        return json({ Warnings: [] });
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/resize',
      handle: withEntry((entry, { query }) => {
        entry.container.output.resize(number(query, 'h') ?? 24, number(query, 'w') ?? 80);
        return json(null);
      }),
    },
    {
      method: 'DELETE',
      path: '/containers/:id',
      handle: withEntry(async (entry, { query }) => {
        orStatus(409, () => engine.remove(entry, flag(query, 'force'), flag(query, 'v')));
        await engine.settled();
        return done;
      }),
    },
    {
      method: 'GET',
      path: '/containers/:id/top',
      handle: withEntry((entry, { query }) => json(processesOf(entry, query.get('ps_args') ?? ''))),
    },
    {
      method: 'GET',
      path: '/containers/:id/stats',
      handle: withEntry(async (entry, request) => {
        const processors = availableParallelism();
        const read = (before: object | null): object =>
          statsOf(entry, now(), { memory, processors, time: performance.now() * 1e6 * processors }, before);
        const pause = (ms: number): Promise<void> =>
          new Promise((go) => {
            const timer = setTimeout(go, ms);
            request.signal.addEventListener('abort', () => {
              clearTimeout(timer);
              go();
            });
          });
        if (!flag(request.query, 'stream', true)) {
          if (flag(request.query, 'one-shot') || !entry.container.isUp) return json(read(null));
          const before = read(null);
          await pause(LOOKS_MS);
          return json(read(before));
        }
        const out = request.stream('application/json');
        for (let last: object | null = null; !request.signal.aborted && engine.entries.has(entry.container.id); ) {
          last = read(last);
          out.write(`${JSON.stringify(last)}\n`);
          await pause(STATS_MS);
        }
        out.end();
        return null;
      }),
    },
    {
      method: 'POST',
      path: '/containers/prune',
      async handle({ query }) {
        const meant = sieve(query, { ...labels, ...untilRule((e: Entry) => e.container.created, now()) });
        const gone = [...engine.entries.values()].filter((e) => !isActive(e) && meant(e));
        const SpaceReclaimed = gone.reduce((sum, e) => sum + e.opened.used(), 0);
        for (const entry of gone) engine.remove(entry, false);
        await engine.settled();
        return json({ ContainersDeleted: gone.map((e) => e.container.id), SpaceReclaimed });
      },
    },
    {
      method: 'POST',
      path: '/containers/:id/attach',
      handle: withEntry((entry, request) => {
        const { container } = entry;
        const ended = container.nextEnd();
        const attached = attach(request.upgrade(), () => container.output, container.log, {
          terminal: container.spec.process.terminal,
          input: flag(request.query, 'stdin'),
          replay: flag(request.query, 'logs'),
        });
        void ended.then(() => attached.finish());
        return null;
      }),
    },
    {
      method: 'GET',
      path: '/containers/:id/logs',
      handle: withEntry(async ({ container }, request) => {
        const { query } = request;
        const tail = query.get('tail');
        const [since, until] = [time(query, 'since') || undefined, time(query, 'until') || undefined];
        const terminal = container.spec.process.terminal;
        const out = request.stream(`application/vnd.docker.${terminal ? 'raw' : 'multiplexed'}-stream`);
        const write = writeLog(out, container.log, terminal, {
          tail: tail === null || tail === 'all' ? Number.POSITIVE_INFINITY : (number(query, 'tail') ?? 0),
          timestamps: flag(query, 'timestamps'),
          stdout: flag(query, 'stdout', true),
          stderr: flag(query, 'stderr', true),
          since: since ?? 0,
          until: until ?? Number.POSITIVE_INFINITY,
        });
        if (flag(query, 'follow') && container.isUp) {
          const stop = container.log.listen(write);
          const gone = new Promise((settle) => request.signal.addEventListener('abort', settle, { once: true }));
          await Promise.race([container.nextEnd(), gone]);
          stop();
        }
        out.end();
        return null;
      }),
    },
    {
      method: 'GET',
      path: '/containers/:id/changes',
      handle: withEntry(({ opened }) => {
        const kinds = { C: 0, A: 1, D: 2 } as const;
        return json(Array.from(changesOf(opened.upper, opened.lowers), (c) => ({ Path: c.path, Kind: kinds[c.kind] })));
      }),
    },
    {
      method: 'GET',
      path: '/containers/:id/export',
      handle: withEntry(async ({ opened }, request) => sendTar(treeEntries(opened.root.fs.root), request)),
    },
    {
      method: 'HEAD',
      path: '/containers/:id/archive',
      handle: withEntry(async ({ container }, { query }) => ({
        status: 200,
        text: '',
        headers: container.withFiles((root) => statHeader(root, query.get('path') ?? '/')),
      })),
    },
    {
      method: 'GET',
      path: '/containers/:id/archive',
      handle: withEntry(async ({ container }, request) => {
        const path = request.query.get('path') ?? '/';
        const { entries, headers } = container.withFiles((root) => {
          const { inode, name } = placeOf(root, path, false);
          return { entries: treeEntries(inode, name), headers: statHeader(root, path) };
        });
        return sendTar(entries, request, headers);
      }),
    },
    {
      method: 'PUT',
      path: '/containers/:id/archive',
      handle: withEntry(async (entry, request) => {
        const { container } = entry;
        const path = request.query.get('path') ?? '/';
        const bytes = await bodyBytes(request.body);
        container.withFiles((root) => {
          const { at, inode } = placeOf(root, path);
          if (at.mount.flags.readOnly) throw new HttpError(403, `${path} can only be read in the container`);
          extract(bytesSource(bytes), 'what is copied', inode, now());
        });
        engine.changed(entry);
        await engine.settled();
        return json(null);
      }),
    },
    {
      method: 'POST',
      path: '/commit',
      handle: async (request) => {
        const { query } = request;
        const entry = orStatus(404, () => engine.find(query.get('container') ?? ''));
        const repo = query.get('repo');
        const names = repo ? [query.get('tag') ? `${repo}:${query.get('tag')}` : repo] : [];
        const changes = query.getAll('changes').flatMap((text) => text.split('\n').filter(Boolean));
        const id = await commit(store, entry, names, {
          comment: query.get('comment') ?? '',
          author: query.get('author') ?? '',
          changes,
          now: now(),
        });
        engine.events.tell('container', 'commit', entry.container.id, { name: entry.name, imageID: id });
        return json({ Id: id }, 201);
      },
    },
    {
      method: 'POST',
      path: '/containers/:id/exec',
      handle: withEntry(async (entry, request) => {
        const body = await request.json();
        return json({ Id: orStatus(409, () => engine.execs.create(entry, body)).id }, 201);
      }),
    },
    {
      method: 'POST',
      path: '/exec/:id/start',
      handle: async (request) => {
        const exec = execAt(request);
        const terminal = exec.request.Tty === true;
        const { ConsoleSize } = readExecStart(await request.json());
        if (ConsoleSize) exec.request.ConsoleSize = ConsoleSize;
        if (!request.wantsUpgrade) {
          engine.execs.start(exec);
          return json(null);
        }
        let running: Running;
        try {
          running = engine.execs.start(exec);
        } catch (e) {
          if (!isInputError(e)) throw e;
          // Clients show what comes on the connection, and ask for the exit code then.
          const text = Buffer.from(`${e.message}${terminal ? '\r' : ''}\n`);
          request.upgrade().end(terminal ? text : frame(STREAM.stderr, text));
          return null;
        }
        const attached = attach(request.upgrade(), () => running.io, running.io.log, {
          terminal,
          input: exec.request.AttachStdin === true,
          replay: true,
        });
        void running.ended.then(() => attached.finish());
        return null;
      },
    },
    { method: 'GET', path: '/exec/:id/json', handle: async (request) => json(execOf(execAt(request))) },
    {
      method: 'POST',
      path: '/exec/:id/resize',
      handle: async (request) => {
        execAt(request).running?.io.resize(number(request.query, 'h') ?? 24, number(request.query, 'w') ?? 80);
        return json(null);
      },
    },
  ];
}
