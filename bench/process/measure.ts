/** Takes the samples of `npm run bench:process`: the same program here and under QEMU's user mode, by turns. */
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { cacheDirectory, findBusybox } from '../../src/cli/linux/cache.ts';
import { findRoot as findDebian } from '../../src/cli/linux/root.ts';
import { S } from '../../src/linux/uapi.ts';
import { HostFs } from '../../src/linux/vfs/host.ts';
import { InputStream, OutputStream } from '../../src/linux/vfs/stream.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { hostFiles } from '../../src/machine/node/host-files.ts';
import { createLinuxHost, type LinuxHost } from '../../src/machine/programs.ts';
import { QEMU_USER } from '../qemu.ts';
import { findEsbuild } from '../toolchain/esbuild.ts';
import { findRoot, runJobs } from '../toolchain/jobs.ts';
import { Stamps } from '../toolchain/stamps.ts';
import type { Operation, Program } from './rows.ts';

const DEADLINE_MS = 120_000;
const MEMORY = 512 * 2 ** 20;
const FLAGS = ['-target', 'riscv64-linux-musl', '-O1', '-static', '-Wall', '-fno-sanitize=all', '-s'];

/** Times of each turn; `fresh`: in a new `trapframe process`, `warm`: in a kernel that has run it before. */
export interface Samples {
  readonly qemu: number[];
  readonly fresh: number[];
  readonly warm: number[];
}

export interface Bench {
  readonly folder: string;
  readonly calls: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Builds the program of calls and fills a directory with what programs work on. */
export async function prepare(folder: string, signal: AbortSignal, say: (line: string) => void): Promise<Bench> {
  const root = findRoot();
  const target = 'build/bench/process/calls';
  const job = { target, flags: FLAGS, sources: ['bench/process/calls.c'], reads: [] };
  await runJobs(root, [job], new Stamps(path.join(root, 'build/bench/process/stamps.json')), () => {});
  const calls = path.join(folder, 'calls');
  copyFileSync(path.join(root, target), calls);
  mkdirSync(path.join(folder, 'project'));
  mkdirSync(path.join(folder, 'out'));
  for (const [name, text] of project()) writeFileSync(path.join(folder, 'project', name), text);
  mkdirSync(path.join(folder, 'many'));
  for (let i = 0; i < 1000; i++) writeFileSync(path.join(folder, 'many', `file${i}`), `${i}\n`.padEnd(2048, 'x'));
  await promisify(execFile)('tar', ['-cf', 'many.tar', 'many'], { cwd: folder });
  rmSync(path.join(folder, 'many'), { recursive: true });
  return { folder, calls, signal, say };
}

/** Modules that import each other, with something to do for a bundler in each. */
function project(): [name: string, text: string][] {
  const modules = Array.from({ length: 60 }, (_, i): [string, string] => {
    const methods = Array.from(
      { length: 20 },
      (_unused, m) =>
        `  method${m}(first: number, second = ${m}): string { return \`\${first * second + ${i}} of \${this.name}\`; }`,
    );
    const next =
      i < 59
        ? `import { Class${i + 1} } from './module${i + 1}';\nexport const next${i} = () => new Class${i + 1}('n').method3(${i});\n`
        : '';
    return [
      `module${i}.ts`,
      `${next}export class Class${i} {\n  constructor(readonly name: string) {}\n${methods.join('\n')}\n}\n`,
    ];
  });
  return [
    ...modules,
    ['main.ts', "import { Class0, next0 } from './module0';\nconsole.log(new Class0('m').method1(2), next0());\n"],
  ];
}

const run = async (bench: Bench, program: string, args: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(program, [...args], {
    cwd: bench.folder,
    signal: bench.signal,
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, TRAPFRAME_NO_SETUP: '1' },
  });
  return stdout;
};

const cli = (...args: readonly string[]): string[] => [
  path.join(findRoot(), 'src/cli/trapframe.mjs'),
  'process',
  ...args,
];

/** A kernel whose root is `root` or empty, with the bench's directory copied to /tmp. */
async function boot(bench: Bench, root: string | null): Promise<LinuxHost> {
  const module = await WebAssembly.compile(readFileSync(path.join(findRoot(), 'build/trapframe.wasm')));
  const options = {
    memory: MEMORY,
    engine: 'jit',
    counting: false,
    time: 'wall',
    seed: null,
    hostName: 'bench',
  } as const;
  const host = await createLinuxHost(module, options, (clock) => ({
    fs: root ? new HostFs(hostFiles(root, true)) : new Tmpfs({ now: () => clock.realtime() }),
    source: 'root',
  }));
  for (const [at, type] of [
    ['/tmp', 'tmpfs'],
    ['/proc', 'proc'],
    ['/dev', 'devtmpfs'],
  ] as const)
    host.system.mount(at, { fs: host.system.makeFileSystem(type), source: type });
  const tmp = host.system.makeDirectories('/tmp').dentry.inode;
  const own = { uid: 0, gid: 0 };
  for (const name of ['out', 'project']) tmp.create(name, { ...own, mode: S.IFDIR | 0o755 });
  const put = (inode: typeof tmp, name: string, from: string): void => {
    inode.create(name, { ...own, mode: S.IFREG | 0o755 }).write(0, readFileSync(from));
  };
  put(tmp, 'calls', bench.calls);
  put(tmp, 'many.tar', path.join(bench.folder, 'many.tar'));
  for (const [name] of project()) put(tmp.lookup('project')!, name, path.join(bench.folder, 'project', name));
  return host;
}

/** One program in a kernel that is there: what it printed. Rejects when it fails. */
async function runIn(host: LinuxHost, at: string, argv: readonly string[]): Promise<string> {
  let output = '';
  const stdin = new InputStream();
  stdin.end();
  const sink = new OutputStream((bytes) => {
    output += new TextDecoder().decode(bytes);
  });
  const program = host.system.spawn({
    path: at,
    argv,
    env: ['PATH=/usr/bin:/bin', 'HOME=/'],
    cwd: '/tmp',
    stdio: [stdin, sink, sink],
  });
  const status = await host.run(program);
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with status ${status}: ${output}`);
  return output;
}

/** Nanoseconds of one call, as the program itself measures them. */
export async function measureOperation(
  bench: Bench,
  { id, count }: Operation,
  rounds: number,
  scale: number,
): Promise<Samples> {
  const samples: Samples = { qemu: [], fresh: [], warm: [] };
  const argv = [id, String(Math.ceil(count * scale))];
  const host = await boot(bench, null);
  for (let round = 0; round < rounds; round++) {
    bench.say(`${id}: round ${round + 1} of ${rounds}`);
    samples.qemu.push(Number(await run(bench, QEMU_USER, [bench.calls, ...argv])));
    samples.fresh.push(Number(await run(bench, process.execPath, cli('--cwd', '/tmp', './calls', ...argv))));
    samples.warm.push(Number(await runIn(host, '/tmp/calls', ['calls', ...argv])));
  }
  return samples;
}

interface Place {
  /** The program under QEMU with what goes before its arguments. */
  readonly qemu: readonly string[];
  /** The same for `trapframe process`. */
  readonly fresh: readonly string[];
  readonly host: LinuxHost;
  readonly path: string;
}

/** Where a program is, or null where it was not fetched. */
async function placeOf(bench: Bench, { from, argv }: Program): Promise<Place | null> {
  if (from === 'debian') {
    const root = findDebian(cacheDirectory());
    if (!root) return null;
    const host = await boot(bench, root);
    return { qemu: ['-L', root, `${root}${argv[0]}`], fresh: ['--root', 'debian', argv[0]!], host, path: argv[0]! };
  }
  const file = from === 'esbuild' ? findEsbuild() : findBusybox(cacheDirectory());
  if (!file) return null;
  const own = path.join(bench.folder, from);
  copyFileSync(file, own);
  chmodSync(own, 0o755);
  const host = await boot(bench, null);
  host.system
    .makeDirectories('/bin')
    .dentry.inode.create(from, { mode: S.IFREG | 0o755, uid: 0, gid: 0 })
    .write(0, readFileSync(file));
  return { qemu: [own], fresh: [`./${from}`], host, path: `/bin/${from}` };
}

/** Milliseconds of a whole program; null where it is not here. */
export async function measureProgram(bench: Bench, row: Program, rounds: number): Promise<Samples | null> {
  const place = await placeOf(bench, row);
  if (!place) return null;
  const { from, argv, id } = row;
  const args = from === 'debian' ? argv.slice(1) : argv;
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  const samples: Samples = { qemu: [], fresh: [], warm: [] };
  const warm = () => runIn(place.host, place.path, [from === 'debian' ? argv[0]! : from, ...args]);
  for (let i = 0; i < 2; i++) await warm();
  for (let round = 0; round < rounds; round++) {
    bench.say(`${id}: round ${round + 1} of ${rounds}`);
    samples.qemu.push(await timed(() => run(bench, QEMU_USER, [...place.qemu, ...args])));
    samples.fresh.push(await timed(() => run(bench, process.execPath, cli(...place.fresh, ...args))));
    samples.warm.push(await timed(warm));
  }
  return samples;
}
