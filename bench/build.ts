/**
 * Builds the guests: every workload as a user program, the kernel around them in two forms (for hardware and
 * paravirtual), every pure workload straight to WebAssembly, and those that can be as programs of Linux and of WASI. Output,
 * below build/guests: kernel.elf, kernel-paravirt.elf, wasm/<workload>.wasm, linux/programs/<program>,
 * wasi/<program>.wasm and manifest.json, which names every file with its SHA-256.
 *
 *     node dist/bench/build.js
 *
 * Equal inputs give equal bytes; what is up to date is not built again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Build, buildsOf, programFile, WORKLOADS, type Workload } from '../src/abi/workloads.ts';
import { printAbiHeader, printAgentHeader, printProgramsAssembly, printWorkloadTable } from './toolchain/generate.ts';
import { findRoot, type Job, runJobs } from './toolchain/jobs.ts';
import { filesBelow, Stamps, sha256 } from './toolchain/stamps.ts';
import { KERNEL_FLAGS, LINUX_FLAGS, USER_FLAGS, WASI_FLAGS, WASM_FLAGS, zigVersion } from './toolchain/zig.ts';

/** What was built; the lab reads it to name the exact bytes of a result. */
export interface GuestManifest {
  readonly compiler: string;
  /** File below build/guests → SHA-256, 64 hex digits. */
  readonly files: Readonly<Record<string, string>>;
}

export interface BuildOptions {
  /** Where package.json is; found from this file when left out. */
  readonly root?: string;
  /** Directory of the output, relative to root. */
  readonly out?: string;
  /** Only these workloads (ids) become part of the image; all when left out. */
  readonly only?: readonly string[];
  /** Told of each artefact as it is made. */
  readonly onProgress?: (line: string) => void;
}

/** Programs of bench/user that are no workload: started by name from others. */
const HELPER_PROGRAMS = ['init', 'true', 'shell', 'compiler'];

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/** The jobs that make user programs: helpers from bench/user/programs, and one for each program a workload names. */
function userJobs(root: string, out: string, workloads: readonly Workload[]): (Job & { name: string })[] {
  const reads = [
    ...filesBelow(root, 'bench/include', ['.h']),
    ...filesBelow(root, 'bench/user', ['.h']),
    ...filesBelow(root, 'bench/workloads', ['.h']),
  ];
  const generated = [`${out}/generated/abi.h`, `${out}/generated/workload_table.h`];
  const library = filesBelow(root, 'bench/user/lib', ['.c', '.S']);
  const flags = [...USER_FLAGS, `-I${out}/generated`, '-Ibench/include', '-Ibench/user/lib', '-Ibench/workloads'];
  const job = (name: string, sources: readonly string[]) => ({
    name,
    target: `${out}/user/${name}`,
    flags,
    sources: [...sources, ...library],
    reads: [...reads, ...generated],
  });
  const programs = [...new Set(workloads.map((w) => w.program))];
  return [
    ...HELPER_PROGRAMS.map((name) => job(name, [`bench/user/programs/${name}.c`])),
    ...programs.map((name) => job(name, [`bench/workloads/${name}.c`, 'bench/user/workload_main.c'])),
  ];
}

function kernelJob(root: string, out: string, target: string, programs: readonly Job[], paravirt: boolean): Job {
  const arch = paravirt ? 'paravirt' : 'native';
  const sources = filesBelow(root, 'bench/kernel', ['.c', '.S']).filter(
    (file) => !file.includes('/arch/') || file.includes(`/arch/${arch}`),
  );
  return {
    target: `${out}/${target}`,
    flags: [
      ...KERNEL_FLAGS,
      `-I${out}/generated`,
      '-Ibench/include',
      '-Ibench/kernel',
      ...(paravirt ? ['-DPARAVIRT'] : []),
      '-T',
      'bench/kernel/kernel.ld',
    ],
    sources: [...sources, `${out}/generated/programs.S`],
    reads: [
      ...filesBelow(root, 'bench/include', ['.h']),
      ...filesBelow(root, 'bench/kernel', ['.h', '.ld']),
      `${out}/generated/abi.h`,
      ...programs.map((p) => p.target),
    ],
  };
}

/** The law probe: the kernel's console, boot information and firmware calls around its own events. */
function probeJob(root: string, out: string): Job {
  const shared = ['boot', 'print', 'sbi', 'string'].map((name) => `bench/kernel/${name}.c`);
  return {
    target: `${out}/probe.elf`,
    flags: [
      ...KERNEL_FLAGS,
      `-I${out}/generated`,
      '-Ibench/include',
      '-Ibench/kernel',
      '-Ibench/laws',
      '-T',
      'bench/kernel/kernel.ld',
    ],
    sources: [...filesBelow(root, 'bench/laws', ['.c', '.S']), ...shared],
    reads: [
      ...filesBelow(root, 'bench/include', ['.h']),
      ...filesBelow(root, 'bench/laws', ['.h']),
      'bench/kernel/kernel.h',
      'bench/kernel/riscv.h',
      'bench/kernel/kernel.ld',
      `${out}/generated/abi.h`,
    ],
  };
}

/** Process 1 of a Linux guest: a static program without a C library. */
function agentJob(root: string, out: string): Job {
  return {
    target: `${out}/linux/agent`,
    flags: [...USER_FLAGS, `-I${out}/generated`, '-Ibench/linux/agent'],
    sources: filesBelow(root, 'bench/linux/agent', ['.c']),
    reads: [...filesBelow(root, 'bench/linux/agent', ['.h']), `${out}/generated/agent_abi.h`],
  };
}

/** Trees to and from tar archives, in a Linux guest; what it shares with the agent is how it calls the kernel. */
function archiveJob(root: string, out: string): Job {
  return {
    target: `${out}/linux/archive`,
    flags: [...USER_FLAGS, '-Ibench/linux/archive', '-Ibench/linux/agent'],
    sources: [...filesBelow(root, 'bench/linux/archive', ['.c']), 'bench/linux/agent/lib.c'],
    reads: [...filesBelow(root, 'bench/linux/archive', ['.h']), 'bench/linux/agent/sys.h'],
  };
}

/** Attempts to escape (src/abi/escapes.ts), as a static program of Linux and as one of WASI. */
function escapeJobs(root: string, out: string): Job[] {
  const sources = filesBelow(root, 'bench/escapes', ['.c']);
  const wasi = 'bench/escapes/wasi.c';
  return [
    {
      target: `${out}/linux/escape`,
      flags: [...USER_FLAGS, '-Ibench/escapes', '-Ibench/linux/agent'],
      sources: [...sources.filter((file) => file !== wasi), 'bench/linux/agent/lib.c'],
      reads: ['bench/escapes/escape.h', 'bench/linux/agent/sys.h'],
    },
    { target: `${out}/wasm/escape.wasm`, flags: [...WASI_FLAGS, '-Wl,--export=_start'], sources: [wasi], reads: [] },
  ];
}

function wasmJobs(root: string, out: string, workloads: readonly Workload[]): Job[] {
  const reads = [...filesBelow(root, 'bench/workloads', ['.h']), ...filesBelow(root, 'bench/include', ['.h'])];
  return workloads
    .filter((w) => w.native)
    .map((w) => ({
      target: `${out}/wasm/${w.id}.wasm`,
      flags: [...WASM_FLAGS, '-Ibench/workloads', '-Ibench/include'],
      sources: [`bench/workloads/${w.program}.c`, 'bench/workloads/wasm.c'],
      reads,
    }));
}

/** The workloads as programs of another system: its `library` stands in for the guest kernel's calls. */
function programJobs(
  root: string,
  out: string,
  workloads: readonly Workload[],
  build: Build,
  {
    folder,
    flags,
    library,
    target,
  }: {
    readonly folder: string;
    readonly flags: readonly string[];
    readonly library: readonly string[];
    readonly target: (program: string) => string;
  },
): Job[] {
  const folders = [folder, 'bench/include', 'bench/user/lib', 'bench/workloads'];
  const built = workloads.filter((workload) => buildsOf(workload).includes(build));
  return [...new Set(built.map(({ program }) => program))].map((program) => ({
    target: `${out}/${target(program)}`,
    flags: [...flags, `-I${out}/generated`, ...folders.map((name) => `-I${name}`)],
    sources: [`bench/workloads/${program}.c`, 'bench/user/workload_main.c', ...library],
    reads: [...folders.flatMap((name) => filesBelow(root, name, ['.h'])), `${out}/generated/abi.h`],
  }));
}

/** Static processes of Linux, without a C library. */
const linuxJobs = (root: string, out: string, workloads: readonly Workload[]): Job[] =>
  programJobs(root, out, workloads, 'linux', {
    folder: 'bench/user-mode',
    flags: LINUX_FLAGS,
    library: [...filesBelow(root, 'bench/user-mode', ['.c', '.S']), 'bench/user/lib/memory.c', 'bench/user/lib/text.c'],
    target: programFile.linux,
  });

/** Commands of WASI preview 1. */
const wasiJobs = (root: string, out: string, workloads: readonly Workload[]): Job[] =>
  programJobs(root, out, workloads, 'wasi', {
    folder: 'bench/wasi',
    flags: WASI_FLAGS,
    library: [...filesBelow(root, 'bench/wasi', ['.c']), 'bench/user-mode/report.c', 'bench/user/lib/text.c'],
    target: programFile.wasi,
  });

/** Builds everything that is out of date and returns the manifest. Rejects with the compiler's messages. */
export async function buildGuests(options: BuildOptions = {}): Promise<GuestManifest> {
  const root = options.root ?? findRoot();
  const out = options.out ?? 'build/guests';
  const say = options.onProgress ?? (() => {});
  const workloads = WORKLOADS.filter((w) => options.only === undefined || options.only.includes(w.id));
  const guests = workloads.filter((workload) => buildsOf(workload).includes('guest'));

  writeIfChanged(path.join(root, out, 'generated/abi.h'), printAbiHeader());
  writeIfChanged(path.join(root, out, 'generated/agent_abi.h'), printAgentHeader());
  writeIfChanged(path.join(root, out, 'generated/workload_table.h'), printWorkloadTable(guests));
  const stamps = new Stamps(path.join(root, out, 'stamps.json'));

  const users = userJobs(root, out, guests);
  const wasm = wasmJobs(root, out, workloads);
  const programs = [...linuxJobs(root, out, workloads), ...wasiJobs(root, out, workloads)];
  await runJobs(root, [...users, ...wasm, ...programs], stamps, say);

  const parts = users.map(({ name, target }) => ({
    name,
    file: target,
    hash: sha256(readFileSync(path.join(root, target))),
  }));
  writeIfChanged(path.join(root, out, 'generated/programs.S'), printProgramsAssembly(parts));
  const kernels = [
    kernelJob(root, out, 'kernel.elf', users, false),
    kernelJob(root, out, 'kernel-paravirt.elf', users, true),
    probeJob(root, out),
    agentJob(root, out),
    archiveJob(root, out),
    ...escapeJobs(root, out),
  ];
  await runJobs(root, kernels, stamps, say);

  const made = [...kernels, ...wasm, ...programs].map((job) => job.target);
  const files = made.map((target) => [path.posix.relative(out, target), sha256(readFileSync(path.join(root, target)))]);
  const manifest = { compiler: `zig cc ${zigVersion()}`, files: Object.fromEntries(files) as Record<string, string> };
  writeIfChanged(path.join(root, out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const manifest = await buildGuests({ onProgress: (line) => console.log(line) });
    console.log(`guests are up to date: ${Object.keys(manifest.files).length} files below build/guests`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
