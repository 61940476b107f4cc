/** Runs in a browser's worker: containers on a kernel of their own, from an archive of a root file system. */
import { createRemoteContainers, type RemoteContainers } from '../../src/machine/container/remote.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const fetched = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());

/** What a volume in the browser's own files holds for a host that comes after the one that wrote it. */
async function volume(core: WebAssembly.Module, options: Parameters<RemoteContainers['open']>[1]): Promise<unknown> {
  const root = await fetched('root.tar');
  const open = async (): Promise<RemoteContainers> => {
    const host = createRemoteContainers();
    await host.open(core, options, 'containers');
    await host.importRoot(root, 'small', ['/bin/tool']);
    return host;
  };
  const run = async (host: RemoteContainers, ...cmd: string[]): Promise<string> => {
    const Cmd = ['/bin/tool', ...cmd];
    const id = await host.create({ Image: 'small', Cmd, HostConfig: { Binds: ['store:/data'] } }, null);
    host.start(id);
    await host.wait(id);
    const said = text(host.output(id).stdout);
    host.remove(id, true);
    return said;
  };
  const [first, second] = [await open(), await open()];
  await run(first, 'put', '/data/file', 'kept', 'mkdir', '/data/folder');
  const busy = await run(second, 'ls', '/data').catch((e: Error) => e.message);
  await first.close();
  const read = await run(second, 'ls', '/data', 'cat', '/data/file');
  const names = await second.volumes();
  await second.removeVolume('store');
  const left = await second.volumes();
  await second.close();
  return { busy, read, names, left };
}

async function run(): Promise<unknown> {
  const host = createRemoteContainers();
  const core = await WebAssembly.compile(await fetched('core.wasm'));
  const options = {
    memory: 2 ** 27,
    engine: 'jit',
    counting: false,
    time: 'counted',
    seed: 1,
    hostName: 'tab',
  } as const;
  await host.open(core, options);
  await host.importRoot(await fetched('root.tar'), 'small', ['/bin/tool', 'say', 'hello', 'pid', 'host']);
  const id = await host.create({ Image: 'small', Hostname: 'box' }, 'one');
  host.start(id);
  const ending = await host.wait(id);
  const eater = await host.create(
    { Image: 'small', Cmd: ['/bin/tool', 'eat', '64'], HostConfig: { Memory: 2 ** 23 } },
    'two',
  );
  host.start(eater);
  const killed = await host.wait(eater);
  return {
    ending,
    output: text(host.output(id).stdout),
    killed,
    message: host.messages().at(-1),
    volume: await volume(core, options),
  };
}

run().then(
  (result) => postMessage(result),
  (error: Error) => postMessage({ error: error.stack }),
);
