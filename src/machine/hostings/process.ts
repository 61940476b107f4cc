/** A program as a process on a kernel of its own making: system calls are translated, there is no guest kernel. */
import type { ProgramOutcome } from '../../abi/program.ts';
import type { Kernel } from '../../linux/kernel.ts';
import { endingOf } from '../../linux/task/ending.ts';
import type { Process, Task } from '../../linux/task/task.ts';
import { S } from '../../linux/uapi.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { InputStream, OutputStream } from '../../linux/vfs/stream.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import { LabSwitch } from '../network.ts';
import { createLinuxHost, type LinuxOptions } from '../programs.ts';
import { askingArgs, ownNetwork, servingArgs } from './pair.ts';
import type { HostFolder } from './side.ts';
import { type Ended, endedWith, type Watch } from './watch.ts';

/** The program in its files. */
export const PROGRAM = { folder: 'bin', name: 'program', path: '/bin/program' } as const;
const OWN = { uid: 0, gid: 0 };

/** A kernel whose runs repeat: time is counted, and there is no chance. */
export const kernelOptions = ({ request, onCore, onMarker }: Watch): LinuxOptions => ({
  memory: request.config.memory,
  engine: request.config.engine,
  counting: request.config.counting,
  mmu: request.config.mmu,
  time: 'counted',
  seed: 1,
  hostName: 'lab',
  onCore,
  onMarker,
});

/** Files with nothing but the program, and the places it writes to. */
export function programFiles(program: Uint8Array, now: () => number): Tmpfs {
  const fs = new Tmpfs({ now });
  for (const name of ['tmp', 'host']) fs.root.create(name, { ...OWN, mode: S.IFDIR | 0o1777 });
  fs.root
    .create(PROGRAM.folder, { ...OWN, mode: S.IFDIR | 0o755 })
    .create(PROGRAM.name, { ...OWN, mode: S.IFREG | 0o755 })
    .write(0, program);
  return fs;
}

/** A kernel that had to end a program for want of memory says so, where only a signal is seen. */
export const explained = (ended: Ended, kernel: Kernel): Ended =>
  kernel.counts.oomKills > 0 && ended.status === 'crashed'
    ? { ...ended, message: `${ended.message}: there was too little memory (--memory)` }
    : ended;

/** What leaves the program goes to the host: each trap of it is one crossing of what translates its system calls. */
export const crossings = (counters: Readonly<Record<string, number>>): number =>
  Object.entries(counters).reduce((sum, [id, value]) => (id.startsWith('trap.') ? sum + value : sum), 0);

export async function runProcess(
  module: WebAssembly.Module,
  watch: Watch,
  folder: HostFolder | null,
): Promise<ProgramOutcome> {
  const { request } = watch;
  watch.begin();
  const host = await createLinuxHost(module, kernelOptions(watch), (clock) => ({
    fs: programFiles(request.program, () => clock.realtime()),
    source: 'rootfs',
  }));
  const { system } = host;
  system.mountOwn({ '/proc': 'proc', '/dev': 'devtmpfs' });
  if (folder) system.mount('/host', { fs: new HostFs(folder.files), source: 'host' });
  const spawn = (args: readonly string[], wrote: (bytes: Uint8Array) => void, prepare?: (task: Task) => void) => {
    const stdin = new InputStream();
    stdin.end();
    const stdio = [stdin, new OutputStream(wrote), new OutputStream(() => {})] as const;
    return system.spawn({ path: PROGRAM.path, argv: [PROGRAM.path, ...args], env: [], cwd: '/', stdio }, prepare);
  };
  const start = (): Process => {
    if (!request.pair) return spawn(request.args, watch.wrote);
    const network = new LabSwitch();
    const [serving, asking] = [ownNetwork(system, network, 0), ownNetwork(system, network, 1)];
    spawn(servingArgs(request), () => {}, serving.join);
    return spawn(askingArgs(request, serving.place.address), watch.wrote, asking.join);
  };
  const program = start();
  watch.phase('create');
  let over: Ended | null = null;
  await host.drive(() => {
    over ??= watch.over();
    return program.status !== null || over !== null;
  });
  host.stop();
  over ??= watch.over();
  // It has the files of its host, and none of its own.
  watch.takesDisk(0);
  const ended = endedWith(endingOf(program.status ?? 0).code);
  const outcome = watch.outcome(over ?? explained(ended, system.kernel));
  const { region } = outcome;
  return {
    ...outcome,
    region: region && { ...region, counters: { ...region.counters, 'host.crossings': crossings(region.counters) } },
  };
}
