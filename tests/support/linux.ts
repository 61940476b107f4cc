/** Programs of tests/linux/programs on the kernel of src/linux and under qemu-riscv64. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QEMU_USER, qemuUserAvailable } from '../../bench/qemu.ts';
import type { ProgramRequest } from '../../src/linux/system.ts';
import type { Task } from '../../src/linux/task/task.ts';
import { S } from '../../src/linux/uapi.ts';
import { HostFs } from '../../src/linux/vfs/host.ts';
import { InputStream, OutputStream } from '../../src/linux/vfs/stream.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { hostFiles } from '../../src/machine/node/host-files.ts';
import { createLinuxHost, type LinuxHost, type LinuxOptions } from '../../src/machine/programs.ts';
import { FILES, writeFiles } from './linux-files.ts';
import { coreModule } from './machine.ts';

export interface Ran {
  readonly output: string;
  readonly errors: string;
  /** Wait status. */
  readonly status: number;
}

const OPTIONS: LinuxOptions = {
  memory: 128 * 2 ** 20,
  engine: 'jit',
  counting: false,
  time: 'wall',
  seed: 1,
  hostName: 'host',
};

/** A kernel with an empty root that has /tmp, /proc and /dev. */
export async function bootLinux(options: Partial<LinuxOptions> = {}): Promise<LinuxHost> {
  const host = await createLinuxHost(coreModule(), { ...OPTIONS, ...options }, (clock) => ({
    fs: new Tmpfs({ now: () => clock.realtime() }),
    source: 'rootfs',
  }));
  mountUsual(host);
  return host;
}

function mountUsual({ system }: LinuxHost): void {
  for (const [at, type] of [
    ['/tmp', 'tmpfs'],
    ['/proc', 'proc'],
    ['/dev', 'devtmpfs'],
    ['/dev/pts', 'devpts'],
  ] as const)
    system.mount(at, { fs: system.makeFileSystem(type), source: type });
}

/** A kernel whose root is a directory of the host, read-only, with /tmp, /proc and /dev. */
export async function bootRoot(root: string, options: Partial<LinuxOptions> = {}): Promise<LinuxHost> {
  const host = await createLinuxHost(coreModule(), { ...OPTIONS, memory: 256 * 2 ** 20, ...options }, () => ({
    fs: new HostFs(hostFiles(root, true)),
    source: root,
    flags: { readOnly: true },
  }));
  mountUsual(host);
  return host;
}

/** Puts a file of the host into the guest's. */
export function installFile(host: LinuxHost, at: string, bytes: Uint8Array, mode = 0o755): void {
  const cut = at.lastIndexOf('/');
  const { inode } = host.system.makeDirectories(at.slice(0, cut)).dentry;
  inode.create(at.slice(cut + 1), { mode: S.IFREG | mode, uid: 0, gid: 0 }).write(0, bytes);
}

/** Puts the files of linux-files.ts into a guest's directory. */
export function installFiles(host: LinuxHost, folder: string): void {
  for (const [name, content] of FILES) installFile(host, `${folder}/${name}`, content, 0o644);
}

/** Runs one program to its end, with nothing to read. */
export async function runLinux(
  host: LinuxHost,
  request: Pick<ProgramRequest, 'argv'> & Partial<ProgramRequest>,
  prepare?: (task: Task) => void,
): Promise<Ran> {
  const text = { output: '', errors: '' };
  const stdin = new InputStream();
  stdin.end();
  const sink = (key: 'output' | 'errors') => {
    const decoder = new TextDecoder();
    return new OutputStream((bytes) => {
      text[key] += decoder.decode(bytes, { stream: true });
    });
  };
  const process = host.system.spawn(
    {
      env: ['PATH=/bin'],
      cwd: '/tmp',
      stdio: [stdin, sink('output'), sink('errors')],
      ...request,
    },
    prepare,
  );
  const status = await host.run(process);
  return { status, ...text };
}

export const hasQemuUser = qemuUserAvailable();
export const NO_QEMU_USER = `${QEMU_USER} is not installed`;

/** The same program under QEMU's user mode, in a directory with nothing but the files of linux-files.ts. */
export const runQemuUser = (program: string, args: readonly string[] = [], options: readonly string[] = []): Ran =>
  runThere(QEMU_USER, [...options, program, ...args]);

/** A program of this host's own kernel likewise. */
export const runNative = (program: string, args: readonly string[] = []): Ran => runThere(program, args);

function runThere(command: string, args: readonly string[]): Ran {
  const cwd = mkdtempSync(join(tmpdir(), 'trapframe-user-'));
  try {
    writeFiles(cwd);
    const { stdout, stderr, status, signal } = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      timeout: 30_000,
    });
    return { output: stdout, errors: stderr, status: signal || status === null ? -1 : status << 8 };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
