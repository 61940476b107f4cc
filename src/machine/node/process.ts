/** One program of the host's files, run as a process on the kernel of src/linux (`trapframe process`). */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, posix, relative, resolve } from 'node:path';
import type { MachineEngine } from '../../abi/config.ts';
import { InputError } from '../../abi/errors.ts';
import type { TranslationReport } from '../../abi/translation.ts';
import { E, errnoName, SysError } from '../../linux/errno.ts';
import type { KernelCounts } from '../../linux/kernel.ts';
import type { CallTable } from '../../linux/syscalls/call.ts';
import { type Ending, endingOf } from '../../linux/task/ending.ts';
import type { Process } from '../../linux/task/task.ts';
import { S, SIG } from '../../linux/uapi.ts';
import { DevptsFs } from '../../linux/vfs/devpts.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import type { FileSystem } from '../../linux/vfs/inode.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import type { PortBinding } from '../container/ports.ts';
import { createLinuxHost, type LinuxHost } from '../programs.ts';
import type { UserMachineOptions } from '../user.ts';
import { hostFiles } from './host-files.ts';
import { joinNetwork } from './process-network.ts';
import { connectStdio, type Input, type Output, type Stdio } from './terminal.ts';

export interface HostMount {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

export interface ProcessRequest {
  /** The program: a path of the host, or with `root` a name or path inside of it. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  /** A directory of the host that is the root of the program's files, or null: an empty one. */
  readonly root: string | null;
  /** Whether nothing may be changed in there; what is usually written to is then empty memory. */
  readonly rootReadOnly: boolean;
  readonly mounts: readonly HostMount[];
  /** Ports of the host that lead to it; null: it has no network but its loopback. */
  readonly network: readonly PortBinding[] | null;
  /** Working directory inside. */
  readonly cwd: string | null;
  readonly memory: number;
  readonly engine: MachineEngine;
  readonly time: 'counted' | 'wall';
  readonly seed: number | null;
  /** How many regions of translated code are told of; null: nothing of it is. */
  readonly regions: number | null;
  /** Told of the core before anything runs, for a trace. */
  readonly onCore?: UserMachineOptions['onCore'];
}

export interface Streams {
  readonly input: Input;
  readonly output: Output;
  readonly errors: Output;
}

export interface ProcessOutcome extends Ending {
  readonly instructions: number;
  readonly counts: KernelCounts;
  readonly calls: CallTable;
  /** What the translator did, where that was asked for and there is one. */
  readonly translation: TranslationReport | null;
}

/** Where the working directory of the host is seen. */
const HOST = '/mnt/host';

/** Whether it is: not where the root is the user's own, nor below a mount that was asked for. */
const showsHost = ({ root, rootReadOnly, mounts }: ProcessRequest): boolean =>
  (!root || rootReadOnly) && mounts.every(({ to }) => posix.relative(to, HOST).startsWith('..'));

const IDENTITY: readonly (readonly [string, string])[] = [
  ['passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'],
  ['group', 'root:x:0:\nnogroup:x:65534:\n'],
  ['hosts', '127.0.0.1\tlocalhost\n'],
  ['resolv.conf', ''],
];

/** A root with what programs expect of one, and nothing else. */
function smallRoot(now: () => number): Tmpfs {
  const fs = new Tmpfs({ now });
  const own = { uid: 0, gid: 0 };
  for (const [name, mode] of [
    ['bin', 0o755],
    ['dev', 0o755],
    ['etc', 0o755],
    ['mnt', 0o755],
    ['proc', 0o555],
    ['root', 0o700],
    ['sys', 0o555],
    ['tmp', 0o1777],
  ] as const)
    fs.root.create(name, { ...own, mode: S.IFDIR | mode });
  const etc = fs.root.lookup('etc')!;
  for (const [name, text] of IDENTITY)
    etc.create(name, { ...own, mode: S.IFREG | 0o644 }).write(0, new TextEncoder().encode(text));
  return fs;
}

/** The program as the guest finds it: below the host's working directory, or copied into /bin. */
function placeProgram(request: ProcessRequest, host: LinuxHost): string {
  if (request.root) return request.program;
  const full = resolve(request.program);
  if (!existsSync(full) || !statSync(full).isFile()) {
    throw new InputError(
      `${request.program}: there is no such file`,
      'Give the path of a riscv64 Linux program, or --root with a directory that holds it.',
    );
  }
  const below = relative(process.cwd(), full);
  if (!below.startsWith('..') && showsHost(request)) return posix.join(HOST, below);
  const name = basename(full);
  const bin = host.system.makeDirectories('/bin').dentry.inode;
  bin.create(name, { mode: S.IFREG | 0o755, uid: 0, gid: 0 }).write(0, readFileSync(full));
  return `/bin/${name}`;
}

/** What stands in the way of starting a program, in words. */
function explain(e: unknown, program: string): unknown {
  if (!(e instanceof SysError)) return e;
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'it, or the interpreter it names, does not exist there',
    ENOEXEC: 'it is no ELF program for 64-bit RISC-V, nor a script',
    EACCES: 'it may not be executed: chmod +x',
    ENOMEM: 'the machine has too little memory: --memory',
  };
  const name = errnoName(e.code);
  return new InputError(
    `${program} can't be started: ${why[name] ?? name}`,
    'A dynamic program needs its loader and libraries: --root with a directory that has them.',
  );
}

/** Mounts what belongs to every root, and what was asked for; the terminals are returned. */
function mountFiles(host: LinuxHost, request: ProcessRequest): FileSystem {
  const { system } = host;
  const { root, rootReadOnly, mounts } = request;
  system.mountOwn({ '/proc': 'proc', '/sys': 'sysfs', '/sys/fs/cgroup': 'cgroup2', '/dev': 'devtmpfs' });
  const pts = system.makeFileSystem('devpts', 'ptmxmode=0666');
  system.mount('/dev/pts', { fs: pts, source: 'devpts' });
  const inMemory = rootReadOnly ? ['/tmp', '/run', '/root', '/mnt', '/var/tmp'] : root ? ['/tmp'] : [];
  system.mountOwn(Object.fromEntries(inMemory.map((at) => [at, 'tmpfs'])));
  if (showsHost(request))
    system.mount(HOST, { fs: new HostFs(hostFiles(process.cwd(), false)), source: process.cwd() });
  for (const { from, to, readOnly } of mounts) mountHost(host, from, to, readOnly);
  return pts;
}

/** Starts the program. Throws InputError where that can't be. */
function start({ system }: LinuxHost, path: string, request: ProcessRequest, { kinds, terminal }: Stdio): Process {
  const { program, args, env } = request;
  const cwd = request.cwd ?? (showsHost(request) ? HOST : '/');
  try {
    system.directory(cwd);
  } catch (e) {
    if (!(e instanceof SysError)) throw e;
    const why = e.code === E.NOTDIR ? 'is no directory' : e.code === E.NOENT ? 'is not there' : errnoName(e.code);
    throw new InputError(`--cwd: ${cwd} ${why}`, 'Give a path as the program sees it: see --root and --mount.');
  }
  try {
    return system.spawn({
      argv: [program, ...args],
      path,
      env,
      cwd,
      stdio: kinds,
      terminal,
    });
  } catch (e) {
    throw explain(e, program);
  }
}

/** Waits for a program's end; an aborted signal interrupts it. Resolves to its wait status, or null: it sleeps, and nothing can wake it. */
async function toItsEnd(host: LinuxHost, program: Process, signal: AbortSignal): Promise<number | null> {
  const onAbort = (): void => host.system.signal(program, SIG.INT);
  // Nothing of Node's is left to wait for, so no task can ever be woken.
  let stuck = false;
  const onIdle = (): void => {
    stuck = true;
    host.stop();
  };
  signal.addEventListener('abort', onAbort);
  process.once('beforeExit', onIdle);
  try {
    const status = await host.run(program);
    return stuck ? null : status;
  } finally {
    process.off('beforeExit', onIdle);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Runs a program to its end on the host's streams. */
export async function runProcess(
  module: WebAssembly.Module,
  request: ProcessRequest,
  { input, output, errors }: Streams,
  signal: AbortSignal,
): Promise<ProcessOutcome> {
  const { memory, engine, time, seed, root, rootReadOnly, regions, network, onCore } = request;
  const host = await createLinuxHost(
    module,
    { memory, engine, counting: false, time, seed, hostName: 'trapframe', ...(onCore && { onCore }) },
    (clock) =>
      root
        ? { fs: new HostFs(hostFiles(root, rootReadOnly)), source: root, flags: { readOnly: rootReadOnly } }
        : { fs: smallRoot(() => clock.coarse()), source: 'rootfs' },
  );
  const { system } = host;
  if (regions !== null) host.machine.observe();
  const pts = mountFiles(host, request);
  const leave = network && (await joinNetwork(system, network));
  const stdio = connectStdio(system, input, output, errors, input.isTTY === true && output.isTTY === true);
  if (stdio.terminal && pts instanceof DevptsFs) pts.adopt(stdio.terminal);
  try {
    const program = start(host, placeProgram(request, host), request, stdio);
    const status = await toItsEnd(host, program, signal);
    if (status === null) throw new InputError(`${request.program}: all of it sleeps, and nothing can wake it any more`);
    return {
      ...endingOf(status),
      instructions: system.kernel.machine.instructions(),
      counts: system.kernel.counts,
      calls: system.table,
      translation: regions === null ? null : host.machine.translation(regions),
    };
  } finally {
    leave?.();
    stdio.restore();
  }
}

function mountHost(host: LinuxHost, from: string, to: string, readOnly: boolean): void {
  if (!existsSync(from)) throw new InputError(`--mount: ${from} does not exist`);
  const full = resolve(from);
  if (!statSync(full).isDirectory())
    throw new InputError(`--mount: ${from} is no directory`, `Mount ${dirname(full)}.`);
  try {
    host.system.mount(to, { fs: new HostFs(hostFiles(full, readOnly)), source: full, flags: { readOnly } });
  } catch (e) {
    if (!(e instanceof SysError)) throw e;
    throw new InputError(
      `--mount: ${to} can't be made in the guest: ${errnoName(e.code)}`,
      'Name a directory that is there, or one below /mnt or /tmp.',
    );
  }
}
