/** The background process that holds containers: the Docker Engine API's requests, on one container host. */
import { availableParallelism } from 'node:os';
import { isInputError } from '../../abi/errors.ts';
import { bytesSource } from '../../image/source.ts';
import { execOf, inspectionOf, processesOf, statsOf, summaryOf } from '../../machine/container/describe.ts';
import { ContainerEngine, type Entry, type Exec, signalOf } from '../../machine/container/engine.ts';
import { extract } from '../../machine/container/extract.ts';
import { ContainerHost } from '../../machine/container/host.ts';
import { ImageStore } from '../../machine/images/store.ts';
import { changesOf, treeEntries } from '../../machine/images/tree.ts';
import { hostSources } from '../../machine/node/container-sources.ts';
import { nodeFolder } from '../../machine/node/folder.ts';
import { Volumes } from '../../machine/node/volumes.ts';
import { imagesFolder, volumesFolder } from '../daemon/place.ts';
import type { DaemonWork } from '../daemon/run.ts';
import { HttpError, type Reply, type Request, type Route } from '../daemon/server.ts';
import { compiledCore } from '../files.ts';
import { bodyBytes, commit, placeOf, sendTar } from './files.ts';
import { attach, writeLog } from './streams.ts';

/** Of the machine all containers share; what is not touched takes nothing. */
const MEMORY = 2 ** 30;

const done: Reply = { status: 204 };
const json = (value: unknown, status = 200): Reply => ({ status, json: value });

/** A switch of the query: `1`, `true`. */
const flag = (query: URLSearchParams, key: string, otherwise = false): boolean => {
  const value = query.get(key);
  return value === null ? otherwise : value === '1' || value === 'true' || value === 'True';
};

function number(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value)) throw new HttpError(400, `${key}: “${text}” is no whole number`);
  return value;
}

/** What can't be found is 404, what can't be done now 409. */
function orStatus<T>(status: number, work: () => T): T {
  try {
    return work();
  } catch (e) {
    throw isInputError(e) ? new HttpError(status, e.message) : e;
  }
}

export function containerRoutes(engine: ContainerEngine, store: ImageStore): Route[] {
  const entryOf = ({ params }: Request): Entry => orStatus(404, () => engine.find(params.id!));
  const execAt = ({ params }: Request): Exec => orStatus(404, () => engine.findExec(params.id!));
  const now = (): number => engine.host.system.kernel.clock.realtime();
  const withEntry =
    (work: (entry: Entry, request: Request) => Promise<Reply | null> | Reply | null) =>
    async (request: Request): Promise<Reply | null> =>
      work(entryOf(request), request);

  return [
    { method: 'GET', path: '/_ping', handle: async () => json('OK') },
    {
      method: 'GET',
      path: '/version',
      handle: async () =>
        json({ Version: '0.1.0', ApiVersion: '1.43', MinAPIVersion: '1.24', Os: 'linux', Arch: 'riscv64' }),
    },
    {
      method: 'GET',
      path: '/info',
      handle: async () => {
        const states = [...engine.entries.values()].map((e) => e.container.state);
        const count = (state: string): number => states.filter((s) => s === state).length;
        return json({
          Containers: states.length,
          ContainersRunning: count('running'),
          ContainersPaused: count('paused'),
          ContainersStopped: count('exited') + count('created'),
          MemTotal: MEMORY,
          NCPU: availableParallelism(),
          Architecture: 'riscv64',
          CgroupVersion: '2',
          KernelMessages: engine.host.system.kernel.messages,
        });
      },
    },
    {
      method: 'POST',
      path: '/containers/create',
      handle: async (request) => {
        const body = await request.json();
        const entry = await engine.create(body, request.query.get('name'));
        return json({ Id: entry.container.id, Warnings: [] }, 201);
      },
    },
    {
      method: 'GET',
      path: '/containers/json',
      handle: async ({ query }) => {
        const all = flag(query, 'all');
        const entries = [...engine.entries.values()].filter((e) => all || e.container.isUp).reverse();
        return json(entries.map((e) => summaryOf(e, now())));
      },
    },
    { method: 'GET', path: '/containers/:id/json', handle: withEntry((entry) => json(inspectionOf(entry))) },
    {
      method: 'POST',
      path: '/containers/:id/start',
      handle: withEntry((entry) => {
        if (entry.container.isUp) return { status: 304 };
        engine.start(entry);
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/stop',
      handle: withEntry(async (entry, { query }) => {
        await engine.stop(entry, number(query, 't'));
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/restart',
      handle: withEntry(async (entry, { query }) => {
        await engine.stop(entry, number(query, 't'));
        engine.start(entry);
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/kill',
      handle: withEntry((entry, { query }) => {
        const signal = signalOf(query.get('signal') ?? 'KILL');
        orStatus(409, () => entry.container.signal(signal));
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/pause',
      handle: withEntry((entry) => {
        orStatus(409, () => entry.container.pause());
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/unpause',
      handle: withEntry((entry) => {
        orStatus(409, () => entry.container.resume());
        return done;
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/wait',
      handle: withEntry(async ({ container }, { query }) => {
        const next = query.get('condition') === 'next-exit' || container.state === 'created';
        const { code } = await (next ? container.nextEnd() : container.wait());
        return json({ StatusCode: code });
      }),
    },
    {
      method: 'POST',
      path: '/containers/:id/rename',
      handle: withEntry((entry, { query }) => {
        orStatus(409, () => engine.rename(entry, query.get('name') ?? ''));
        return done;
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
      handle: withEntry((entry, { query }) => {
        orStatus(409, () => engine.remove(entry, flag(query, 'force')));
        return done;
      }),
    },
    { method: 'GET', path: '/containers/:id/top', handle: withEntry((entry) => json(processesOf(entry))) },
    { method: 'GET', path: '/containers/:id/stats', handle: withEntry((entry) => json(statsOf(entry, now()))) },
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
        const out = request.stream('application/vnd.docker.raw-stream');
        const tail = query.get('tail');
        const write = writeLog(out, container.log, container.spec.process.terminal, {
          tail: tail === null || tail === 'all' ? Number.POSITIVE_INFINITY : (number(query, 'tail') ?? 0),
          timestamps: flag(query, 'timestamps'),
          stdout: flag(query, 'stdout', true),
          stderr: flag(query, 'stderr', true),
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
        return json(
          Array.from(changesOf(opened.upper, opened.base.lowers), (c) => ({ Path: c.path, Kind: kinds[c.kind] })),
        );
      }),
    },
    {
      method: 'GET',
      path: '/containers/:id/export',
      handle: withEntry(async ({ opened }, request) => sendTar(treeEntries(opened.root.fs.root), request)),
    },
    {
      method: 'GET',
      path: '/containers/:id/archive',
      handle: withEntry(async ({ container }, request) => {
        const path = request.query.get('path') ?? '/';
        const entries = container.withFiles((root) => {
          const { inode, name } = placeOf(root, path);
          return treeEntries(inode, name);
        });
        return sendTar(entries, request);
      }),
    },
    {
      method: 'PUT',
      path: '/containers/:id/archive',
      handle: withEntry(async ({ container }, request) => {
        const path = request.query.get('path') ?? '/';
        const bytes = await bodyBytes(request.body);
        container.withFiles((root) => extract(bytesSource(bytes), 'what is copied', placeOf(root, path).inode, now()));
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
        return json({ Id: await commit(store, entry, names, query.get('comment') ?? '', now()) }, 201);
      },
    },
    {
      method: 'POST',
      path: '/containers/:id/exec',
      handle: withEntry(async (entry, request) => {
        const body = await request.json();
        return json({ Id: orStatus(409, () => engine.createExec(entry, body)).id }, 201);
      }),
    },
    {
      method: 'POST',
      path: '/exec/:id/start',
      handle: async (request) => {
        const exec = execAt(request);
        const running = engine.startExec(exec);
        if (!request.wantsUpgrade) return json(null);
        const attached = attach(request.upgrade(), () => running.io, running.io.log, {
          terminal: exec.request.Tty === true,
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

/** Boots the kernel that containers share. */
export async function startContainers(root: string, log: (line: string) => void): Promise<DaemonWork> {
  const host = await ContainerHost.open(
    compiledCore(root).module,
    { memory: MEMORY, engine: 'jit', counting: false, time: 'wall', seed: null, hostName: 'trapframe', log },
    (e) => log(`the kernel gave up: ${e.stack ?? e.message}`),
  );
  const store = new ImageStore(nodeFolder(imagesFolder()), Date.now);
  // Containers of a process that is gone are gone too, and what they held.
  for (const holder of Object.keys((await store.catalogue()).holds)) await store.letGo(holder);
  const engine = new ContainerEngine(
    host,
    hostSources(store, new Volumes(volumesFolder()), (e) => log(`the store of images: ${String(e)}`)),
  );
  return {
    routes: containerRoutes(engine, store),
    busy: () => engine.busy && host.failure === null,
    async close() {
      host.close();
      store.close();
    },
  };
}
