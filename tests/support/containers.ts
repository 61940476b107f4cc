/** Containers for tests: hosts, small roots with tests/linux/programs/tool.c, and what one run printed. */

import { readFileSync } from 'node:fs';
import type { Ending } from '../../src/linux/task/ending.ts';
import { S } from '../../src/linux/uapi.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import type { Choices } from '../../src/machine/container/config.ts';
import { specOf } from '../../src/machine/container/config.ts';
import type { Container } from '../../src/machine/container/container.ts';
import { ContainerHost } from '../../src/machine/container/host.ts';
import type { LogEntry } from '../../src/machine/container/log.ts';
import type { Files } from '../../src/machine/container/mounts.ts';
import { parseSpec, type SpecInput } from '../../src/machine/container/spec.ts';
import type { LinuxOptions } from '../../src/machine/programs.ts';
import { buildPrograms } from './linux-programs.ts';
import { coreModule } from './machine.ts';

const OPTIONS: LinuxOptions = {
  memory: 256 * 2 ** 20,
  engine: 'jit',
  counting: false,
  time: 'counted',
  seed: 1,
  hostName: 'host',
};

let tool: Uint8Array | null = null;

/** Builds the program every test root has as /bin/tool. */
export async function buildTool(): Promise<void> {
  tool ??= readFileSync((await buildPrograms(['tool'])).get('tool')!);
}

export const openHost = (options: Partial<LinuxOptions> = {}): Promise<ContainerHost> =>
  ContainerHost.open(coreModule(), { ...OPTIONS, ...options });

/** A root of its own: /bin/tool, /tmp, /etc with two users. */
export function smallRoot(host: ContainerHost): Files {
  const fs = new Tmpfs({ now: () => host.system.kernel.clock.realtime() });
  const own = { uid: 0, gid: 0 };
  const directory = (name: string, mode: number) => fs.root.create(name, { ...own, mode: S.IFDIR | mode });
  directory('tmp', 0o1777);
  const bin = directory('bin', 0o755);
  bin.create('tool', { ...own, mode: S.IFREG | 0o755 }).write(0, tool!);
  const etc = directory('etc', 0o755);
  const file = (name: string, text: string) =>
    etc.create(name, { ...own, mode: S.IFREG | 0o644 }).write(0, new TextEncoder().encode(text));
  file('passwd', 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n');
  file('group', 'root:x:0:\nann:x:1000:\nstaff:x:50:ann\n');
  return {
    root: { fs, source: 'rootfs' },
    openHost: () => {
      throw new Error('there are no host files in this test');
    },
  };
}

export const CHOICES: Choices = {
  args: ['/bin/tool'],
  env: ['PATH=/bin'],
  cwd: '/',
  user: { uid: 0, gid: 0, additionalGids: [] },
  terminal: false,
  hostname: 'box',
  domainname: '',
  shared: {},
  readOnly: false,
  binds: [],
  tmpfs: {},
  capAdd: [],
  capDrop: [],
  noNewPrivileges: false,
  seccomp: null,
  openPaths: false,
  maskedPaths: null,
  readonlyPaths: null,
  privileged: false,
  memory: 0,
  memoryReservation: 0,
  cpu: { quota: 0, period: 100_000 },
  cpuShares: 0,
  pids: 0,
  oomScoreAdj: 0,
  ulimits: [],
  shmSize: 2 ** 26,
  sysctls: {},
  extraHosts: [],
  unified: {},
  cgroupsPath: '',
};

let last = 0;

export interface ContainerOptions extends Partial<Choices> {
  readonly files?: Files;
  readonly openStdin?: boolean;
  /** Changes the document before it is read. */
  readonly edit?: (spec: SpecInput) => void;
}

/** A container that would run /bin/tool with these arguments. */
export function make(
  host: ContainerHost,
  args: readonly string[],
  { files, openStdin, edit, ...choices }: ContainerOptions = {},
): Container {
  const id = `c${++last}`;
  const spec = specOf({ ...CHOICES, cgroupsPath: `/trapframe/${id}`, ...choices, args: ['/bin/tool', ...args] });
  edit?.(spec);
  const parsed = parseSpec(spec);
  return host.create({
    id,
    spec: parsed,
    files: files ?? smallRoot(host),
    io: { terminal: parsed.process.terminal, openStdin: openStdin ?? false, rows: 24, columns: 80 },
    wires: [{ network: host.network, names: [] }],
  });
}

export const textOf = (log: readonly LogEntry[], stream?: LogEntry['stream']): string =>
  new TextDecoder().decode(
    Uint8Array.from(log.filter((e) => !stream || e.stream === stream).flatMap((e) => [...e.bytes])),
  );

export interface Ran extends Ending {
  readonly output: string;
}

/** Starts a container, waits for its end, and removes it. */
export async function run(
  host: ContainerHost,
  args: readonly string[],
  options: ContainerOptions = {},
): Promise<Ran & { readonly container: Container }> {
  const container = make(host, args, options);
  try {
    container.start();
    const ending = await container.wait();
    return { ...ending, output: textOf(container.log.kept), container };
  } finally {
    host.remove(container);
  }
}
