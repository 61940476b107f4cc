/** Runs in a browser's worker: containers on a kernel of their own, from an archive of a root file system. */
import { createRemoteContainers } from '../../src/machine/container/remote.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const fetched = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());

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
  return { ending, output: text(host.output(id).stdout), killed, message: host.messages().at(-1) };
}

run().then(
  (result) => postMessage(result),
  (error: Error) => postMessage({ error: error.stack }),
);
