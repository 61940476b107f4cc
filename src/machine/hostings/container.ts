/** A program in a container: one of several on a kernel that is there already. */
import { InputError } from '../../abi/errors.ts';
import type { ProgramOutcome } from '../../abi/program.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { rootDentry } from '../../linux/vfs/mount.ts';
import { ContainerEngine } from '../container/engine.ts';
import type { Entry } from '../container/entry.ts';
import { ContainerHost } from '../container/host.ts';
import { type Base, NO_DEFAULTS } from '../container/roots.ts';
import { LOOK_MS } from './guest.ts';
import { askingArgs, servingArgs } from './pair.ts';
import { explained, kernelOptions, PROGRAM, programFiles } from './process.ts';
import type { HostFolder } from './side.ts';
import { type Ended, endedWith, type Watch } from './watch.ts';

const IMAGE = 'program';
const HOST = '/lab';

const create = (engine: ContainerEngine, args: readonly string[], withHost: boolean): Promise<Entry> =>
  engine.create(
    { Image: IMAGE, Cmd: [PROGRAM.path, ...args], HostConfig: { Binds: withHost ? [`${HOST}:/host`] : [] } },
    null,
  );

/** The arguments of the container that is measured; of a pair the other one is started first. */
async function argsOf(engine: ContainerEngine, { request }: Watch): Promise<readonly string[]> {
  if (!request.pair) return request.args;
  const entry = await create(engine, servingArgs(request), false);
  engine.start(entry);
  return askingArgs(request, entry.container.places[0]!.address);
}

/** Makes and starts a container; resolves to its exit code, or to why it was ended. */
async function run(engine: ContainerEngine, watch: Watch, withHost: boolean): Promise<{ entry: Entry; ended: Ended }> {
  const entry = await create(engine, await argsOf(engine, watch), withHost);
  const { container } = entry;
  container.log.listen(({ stream, bytes }) => {
    if (stream === 'stdout') watch.wrote(bytes);
  });
  watch.phase('create');
  engine.start(entry);
  let over: Ended | null = null;
  const look = setInterval(() => {
    over ??= watch.over();
    if (over) container.signal(9);
  }, LOOK_MS);
  try {
    const { code } = await container.wait();
    over ??= watch.over();
    return { entry, ended: over ?? endedWith(code) };
  } finally {
    clearInterval(look);
  }
}

export async function runContainer(
  module: WebAssembly.Module,
  watch: Watch,
  folder: HostFolder | null,
): Promise<ProgramOutcome> {
  const { request } = watch;
  const host = await ContainerHost.open(module, kernelOptions(watch));
  try {
    const layer = programFiles(request.program, () => host.system.kernel.clock.realtime());
    layer.hold();
    const base: Base = { lowers: [layer], name: IMAGE, imageId: '', defaults: NO_DEFAULTS, release() {} };
    const engine = new ContainerEngine(host, {
      openFolder: () => base,
      openPlace: () => {
        if (!folder) throw new InputError('this host has no files');
        const fs = new HostFs(folder.files);
        return { fs, dentry: rootDentry(fs) };
      },
      openImage: async () => base,
    });
    // A container is seldom the first of its image: the kernel knows the files already.
    if (request.measure === 'startup') {
      watch.rehearse();
      engine.remove((await run(engine, watch, folder !== null)).entry, true);
    }
    watch.begin();
    const { entry, ended } = await run(engine, watch, folder !== null);
    watch.takesDisk(entry.opened.used());
    return watch.outcome(explained(ended, engine.host.system.kernel));
  } finally {
    host.close();
  }
}
