/** Programs of tests/linux/programs, built for riscv64-linux-musl, on the kernel of src/linux and under qemu-riscv64. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { zigPath } from '../../bench/toolchain/zig.ts';
import type { ProgramRequest } from '../../src/linux/system.ts';
import { S } from '../../src/linux/uapi.ts';
import { InputStream, OutputStream } from '../../src/linux/vfs/stream.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { createLinuxHost, type LinuxHost, type LinuxOptions } from '../../src/machine/programs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = join(ROOT, 'tests/linux/programs');
const BUILT = join(ROOT, 'build/tests/linux');
const FLAGS = ['-target', 'riscv64-linux-musl', '-O1', '-static', '-w', '-fno-sanitize=all', '-s'];

const run = promisify((command: string, args: readonly string[], done: (e: Error | null, out: string) => void) => {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (b) => {
    text += b;
  });
  child.on('close', (code) => done(code === 0 ? null : new Error(text), text));
});

/** Compiles a program unless it was, from the same text; the first one brings the C library, which takes a minute. */
export async function buildProgram(name: string): Promise<string> {
  const text = readFileSync(join(SOURCES, `${name}.c`));
  const key = createHash('sha256')
    .update(text)
    .update(readFileSync(join(SOURCES, 'check.h')))
    .update(FLAGS.join(' '));
  const path = join(BUILT, `${name}-${key.digest('hex').slice(0, 12)}`);
  if (existsSync(path)) return path;
  mkdirSync(BUILT, { recursive: true });
  const draft = `${path}.${process.pid}`;
  await run(zigPath(), ['cc', ...FLAGS, '-o', draft, join(SOURCES, `${name}.c`)]);
  renameSync(draft, path);
  return path;
}

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
  const module = await WebAssembly.compile(readFileSync(join(ROOT, 'build/trapframe.wasm')));
  const host = await createLinuxHost(module, { ...OPTIONS, ...options }, (clock) => ({
    fs: new Tmpfs({ now: () => clock.realtime() }),
    source: 'rootfs',
  }));
  const { system } = host;
  for (const [at, type] of [
    ['/tmp', 'tmpfs'],
    ['/proc', 'proc'],
    ['/dev', 'devtmpfs'],
  ] as const)
    system.mount(at, { fs: system.makeFileSystem(type), source: type });
  return host;
}

/** Puts a file of the host into the guest's. */
export function installFile(host: LinuxHost, at: string, bytes: Uint8Array, mode = 0o755): void {
  const cut = at.lastIndexOf('/');
  const { inode } = host.system.makeDirectories(at.slice(0, cut)).dentry;
  inode.create(at.slice(cut + 1), { mode: S.IFREG | mode, uid: 0, gid: 0 }).write(0, bytes);
}

/** Runs one program to its end, with nothing to read. */
export async function runLinux(
  host: LinuxHost,
  request: Pick<ProgramRequest, 'argv'> & Partial<ProgramRequest>,
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
  const process = host.system.spawn({
    env: ['PATH=/bin'],
    cwd: '/tmp',
    stdio: [stdin, sink('output'), sink('errors')],
    ...request,
  });
  return { status: await host.run(process), ...text };
}

const QEMU = 'qemu-riscv64';
export const hasQemuUser = spawnSync(QEMU, ['--version']).status === 0;
export const NO_QEMU_USER = `${QEMU} is not installed`;

/** The same program under QEMU's user mode, in an empty directory. */
export function runQemuUser(program: string, args: readonly string[] = [], options: readonly string[] = []): Ran {
  const cwd = mkdtempSync(join(tmpdir(), 'trapframe-user-'));
  try {
    const { stdout, stderr, status, signal } = spawnSync(QEMU, [...options, program, ...args], {
      cwd,
      encoding: 'utf8',
      timeout: 30_000,
    });
    return { output: stdout, errors: stderr, status: signal || status === null ? -1 : status << 8 };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
