/** Routes about the engine itself: that it is there, what it is, what happens in it. */
import { availableParallelism, hostname } from 'node:os';
import type { Digest } from '../../../image/oci/digest.ts';
import { summaryOf } from '../../../machine/container/describe.ts';
import type { ContainerEngine } from '../../../machine/container/engine.ts';
import type { EngineEvent } from '../../../machine/container/events.ts';
import type { ImageRecord } from '../../../machine/images/catalogue.ts';
import { imageSummary } from '../../../machine/images/describe.ts';
import type { ImageStore } from '../../../machine/images/store.ts';
import type { Volumes } from '../../../machine/node/volumes.ts';
import type { Route } from '../../daemon/server.ts';
import { labelRules, type Rules, sieve } from './filters.ts';
import { json, time } from './reply.ts';
import { loginRoute } from './transfer.ts';

const VERSION = '0.1.0';
/** Of the Docker Engine API: what is spoken, and the oldest that is understood. */
export const API = { version: '1.43', least: '1.24' } as const;
export const API_HEADERS = {
  'api-version': API.version,
  ostype: 'linux',
  'docker-experimental': 'false',
  server: `Trapframe/${VERSION}`,
};

const eventText = ({ type, action, id, attributes, time: ms }: EngineEvent): string =>
  `${JSON.stringify({
    ...(type === 'container' && { status: action, id, from: attributes.image ?? '' }),
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Math.floor(ms / 1000),
    timeNano: ms * 1e6,
  })}\n`;

const about =
  (type: EngineEvent['type']) =>
  (e: EngineEvent, value: string): boolean =>
    e.type === type && (e.id.startsWith(value) || e.attributes.name === value);

const EVENT_RULES: Rules<EngineEvent> = {
  type: (e, value) => e.type === value,
  // What stands behind a colon is told apart where it is asked for.
  event: (e, value) => e.action === value || e.action.split(':')[0] === value,
  container: about('container'),
  image: (e, value) => about('image')(e, value) || e.attributes.image === value,
  network: about('network'),
  volume: about('volume'),
  ...labelRules((e: EngineEvent) => e.attributes),
};

export function systemRoutes(engine: ContainerEngine, store: ImageStore, volumes: Volumes, memory: number): Route[] {
  const ping: Route['handle'] = async () => ({ status: 200, text: 'OK' });
  return [
    { method: 'GET', path: '/_ping', handle: ping },
    loginRoute,
    { method: 'HEAD', path: '/_ping', handle: async () => ({ status: 200, text: '' }) },
    {
      method: 'GET',
      path: '/version',
      handle: async () =>
        json({
          Platform: { Name: 'Trapframe' },
          Version: VERSION,
          ApiVersion: API.version,
          MinAPIVersion: API.least,
          Os: 'linux',
          Arch: 'riscv64',
          KernelVersion: engine.host.kernelRelease,
          GoVersion: '–',
          GitCommit: '–',
        }),
    },
    {
      method: 'GET',
      path: '/info',
      handle: async () => {
        const states = [...engine.entries.values()].map((e) => e.container.state);
        const count = (state: string): number => states.filter((s) => s === state).length;
        return json({
          ID: hostname(),
          Name: hostname(),
          ServerVersion: VERSION,
          OperatingSystem: 'Trapframe',
          OSType: 'linux',
          KernelVersion: engine.host.kernelRelease,
          Containers: states.length,
          ContainersRunning: count('running'),
          ContainersPaused: count('paused'),
          ContainersStopped: count('exited') + count('created'),
          Images: (await store.list()).length,
          Driver: 'overlay',
          LoggingDriver: 'memory',
          MemTotal: memory,
          NCPU: availableParallelism(),
          Architecture: 'riscv64',
          CgroupVersion: '2',
          CgroupDriver: 'cgroupfs',
          MemoryLimit: true,
          SwapLimit: false,
          CpuCfsPeriod: true,
          CpuCfsQuota: true,
          CPUShares: true,
          PidsLimit: true,
          IPv4Forwarding: true,
          SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
          Plugins: { Volume: ['local'], Network: ['bridge', 'host', 'null'], Log: ['memory'] },
          Runtimes: { trapframe: { path: 'trapframe' } },
          DefaultRuntime: 'trapframe',
          Swarm: { LocalNodeState: 'inactive' },
          Warnings: null,
          KernelMessages: engine.host.system.kernel.messages,
        });
      },
    },
    {
      method: 'GET',
      path: '/system/df',
      handle: async () => {
        const images = await store.list();
        const entries = [...engine.entries.values()];
        // A layer that several images have is there once.
        const sizes = new Map<string, number>();
        for (const layer of images.flatMap(({ layers }) => layers))
          if (!sizes.has(layer)) sizes.set(layer, await store.layerSize(layer as Digest));
        const sharedSize = ({ id, layers }: ImageRecord): number =>
          layers
            .filter((layer) => images.some((other) => other.id !== id && other.layers.includes(layer)))
            .reduce((sum, layer) => sum + sizes.get(layer)!, 0);
        return json({
          LayersSize: [...sizes.values()].reduce((sum, size) => sum + size, 0),
          Images: images.map((image) => ({
            ...imageSummary(image, entries.filter((e) => e.opened.base.imageId === image.id).length),
            SharedSize: sharedSize(image),
          })),
          Containers: entries.map((e) => ({ ...summaryOf(e, Date.now()), SizeRw: e.opened.used() })),
          Volumes: volumes.list().map((name) => ({
            Name: name,
            UsageData: {
              Size: volumes.size(name),
              RefCount: entries.filter((e) => e.binds.some((b) => b.source === name)).length,
            },
          })),
          BuildCache: [],
        });
      },
    },
    {
      method: 'GET',
      path: '/events',
      async handle({ query, stream, signal }) {
        const [since, until] = [time(query, 'since'), time(query, 'until')];
        const wanted = sieve(query, EVENT_RULES);
        const out = stream('application/json');
        if (since !== undefined)
          for (const e of engine.events.kept)
            if (e.time >= since && e.time <= (until ?? Number.POSITIVE_INFINITY) && wanted(e)) out.write(eventText(e));
        if (until === undefined || until > Date.now()) {
          const stop = engine.events.listen((e) => {
            if (wanted(e)) out.write(eventText(e));
          });
          await new Promise<void>((over) => {
            const timer = until === undefined ? null : setTimeout(over, until - Date.now());
            signal.addEventListener('abort', () => {
              if (timer) clearTimeout(timer);
              over();
            });
          });
          stop();
        }
        out.end();
        return null;
      },
    },
  ];
}
