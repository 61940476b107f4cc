/** The background process that holds containers: the Docker Engine API's requests, on one container host. */
import { ContainerEngine } from '../../machine/container/engine.ts';
import { ContainerHost } from '../../machine/container/host.ts';
import { KeptContainers } from '../../machine/container/kept.ts';
import { hostSources } from '../../machine/node/container-sources.ts';
import { nodeFolder } from '../../machine/node/folder.ts';
import { Volumes } from '../../machine/node/volumes.ts';
import { containersFolder, volumesFolder } from '../daemon/place.ts';
import type { DaemonWork } from '../daemon/run.ts';
import { compiledCore } from '../files.ts';
import { containerRoutes } from './routes/containers.ts';
import { imageRoutes } from './routes/images.ts';
import { networkRoutes } from './routes/networks.ts';
import { API_HEADERS, systemRoutes } from './routes/system.ts';
import { volumeRoutes } from './routes/volumes.ts';
import { hostImages } from './store.ts';

/** Of the machine all containers share; what is not touched takes nothing. */
const MEMORY = 2 ** 30;
/** What runs when the process is ended has so long to end well. */
const STOP_SECONDS = 2;

/** Boots the kernel that containers share. */
export async function startContainers(root: string, log: (line: string) => void): Promise<DaemonWork> {
  const host = await ContainerHost.open(
    compiledCore(root).module,
    { memory: MEMORY, engine: 'jit', counting: false, time: 'wall', seed: null, hostName: 'trapframe', log },
    (e) => log(`the kernel gave up: ${e.stack ?? e.message}`),
  );
  const store = hostImages();
  const volumes = new Volumes(volumesFolder());
  const keeper = new KeptContainers(nodeFolder(containersFolder()), log);
  const engine = new ContainerEngine(host, {
    ...hostSources(store, volumes, (e) => log(`the store of images: ${String(e)}`)),
    keeper,
  });
  for (const network of await keeper.networks()) engine.networks.restore(network);
  await keeper.load((kept, before) => engine.restore(kept, before));
  // Containers that were not kept are gone, and what they held.
  for (const holder of Object.keys((await store.catalogue()).holds))
    if (!engine.entries.has(holder)) await store.letGo(holder);
  engine.revive();
  return {
    routes: [
      ...systemRoutes(engine, store, volumes, MEMORY),
      ...containerRoutes(engine, store, MEMORY),
      ...imageRoutes(engine, store),
      ...networkRoutes(engine),
      ...volumeRoutes(engine, volumes),
    ],
    headers: API_HEADERS,
    busy: () => engine.busy && host.failure === null,
    async close() {
      await engine.shutDown(STOP_SECONDS);
      host.close();
      store.close();
    },
  };
}
