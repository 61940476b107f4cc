/**
 * `npm run bench:wsl`: how long a command to a warm light VM takes, how long one that starts from its snapshot, and what files inside
 * the guest cost beside files of the host (law S17).
 *
 *     npm run bench:wsl -- [--rounds N] [--quick] [--json]
 *
 * Needs the kernel of `npx trapframe linux --build`. Works in a temporary state directory. Exit code 0; 2 for bad input.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Writable } from 'node:stream';
import { cacheDirectory } from '../src/cli/linux/cache.ts';
import { call, connected } from '../src/cli/wsl/client.ts';
import { socketOf } from '../src/cli/wsl/paths.ts';
import { vmSettings } from '../src/cli/wsl/settings.ts';
import { startVm } from '../src/cli/wsl/start-vm.ts';
import { PROTOCOL } from '../src/cli/wsl/wire.ts';
import { median } from '../src/lab/stats.ts';
import { runBenchmark } from './engines/command.ts';
import { findRoot } from './toolchain/jobs.ts';

const ROOT = findRoot();
const TRAPFRAME = join(ROOT, 'src/cli/trapframe.mjs');
/** Files of the tree that is unpacked, and the bytes of the largest. */
const FILES = 600;
const LARGEST = 6000;
const DEADLINE_MS = 120_000;

const state = mkdtempSync(join(tmpdir(), 'wslbench-'));
process.on('exit', () => rmSync(state, { recursive: true, force: true }));
const home = join(state, 'wsl');
// No settings of the user’s own.
const env = {
  ...process.env,
  TRAPFRAME_STATE: state,
  TRAPFRAME_CACHE: cacheDirectory(),
  HOME: state,
  TRAPFRAME_NO_SETUP: '1',
};

/** Milliseconds that a process takes from its start to its end. */
function processMs(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: DEADLINE_MS });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - started;
}

const wsl = (...args: readonly string[]): number => processMs([TRAPFRAME, 'wsl', ...args]);

/** Milliseconds of a command by way of the socket alone. */
async function socketMs(argv: readonly string[]): Promise<number> {
  const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
  const started = performance.now();
  const socket = await connected(socketOf(home));
  if (!socket) throw new Error('no VM runs');
  const { code } = await call(
    socket,
    {
      protocol: PROTOCOL,
      op: 'run',
      distro: null,
      user: null,
      argv,
      cwd: '/',
      cd: '/',
      env: {},
      terminal: null,
      observation: null,
    },
    { stdin: null, stdout: nowhere(), stderr: process.stderr, signals: false },
  );
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`);
  return performance.now() - started;
}

/** Milliseconds from a snapshot's file to the prompt of a shell at a terminal, in this process. */
async function promptMs(): Promise<number> {
  const started = performance.now();
  const { vm } = await startVm(ROOT, home, vmSettings(home, join(state, 'none')), () => {});
  const ms = await new Promise<number>((resolve) => {
    let said = '';
    vm.exec({
      argv: ['sh', '-l'],
      env: { PATH: '/bin', HOME: '/root', TERM: 'dumb' },
      terminal: { rows: 24, columns: 80 },
      onStdout: (bytes) => {
        said += new TextDecoder().decode(bytes);
        if (said.includes('# ')) resolve(performance.now() - started);
      },
    });
  });
  await vm.powerOff();
  return ms;
}

/** A tree of small files as an archive, at the host's side of the share. */
function makeTree(): void {
  const tree = join(state, 'tree');
  for (let i = 0; i < FILES; i++) {
    const folder = join(tree, String(i % 6));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file${i}`), Buffer.alloc((i * LARGEST) / FILES, `${i} `));
  }
  spawnSync('tar', ['-C', state, '-cf', join(state, 'tree.tar'), 'tree']);
  copyFileSync(join(state, 'tree.tar'), join(home, 'host/tree.tar'));
}

async function untarMs(where: string): Promise<number> {
  await socketMs(['rm', '-rf', `${where}/tree`]);
  return socketMs(['tar', '-xf', '/root/tree.tar', '-C', where]);
}

async function measure(rounds: number): Promise<Record<string, number>> {
  wsl('--install');
  wsl('true');
  const warm: number[] = [];
  const bare: number[] = [];
  const direct: number[] = [];
  for (let i = 0; i < 3 * rounds; i++) {
    direct.push(await socketMs(['true']));
    warm.push(wsl('true'));
    bare.push(processMs(['-e', '0']));
  }
  makeTree();
  await socketMs(['cp', '/mnt/host/tree.tar', '/root/tree.tar']);
  const inside: number[] = [];
  const outside: number[] = [];
  for (let i = 0; i < rounds; i++) {
    inside.push(await untarMs('/root'));
    outside.push(await untarMs('/mnt/host'));
  }
  wsl('--shutdown');
  const prompts: number[] = [];
  for (let i = 0; i < rounds; i++) prompts.push(await promptMs());
  return {
    'node -e 0': median(bare),
    'wsl true, whole process': median(warm),
    'wsl true, from connecting to its status': median(direct),
    'wsl true, the fastest': Math.min(...direct),
    'snapshot to prompt': median(prompts),
    'snapshot to prompt, the fastest': Math.min(...prompts),
    'untar inside': median(inside),
    'untar at /mnt/host': median(outside),
    'untar at /mnt/host ÷ inside': median(outside) / median(inside),
  };
}

const BENCHMARK = {
  command: 'bench:wsl',
  summary: 'Commands to a warm light VM, its start from a snapshot, and files inside it beside files of the host.',
  promises: false,
};

await runBenchmark(BENCHMARK, async ({ rounds, json, quick }) => {
  try {
    const figures = await measure(rounds ?? (quick ? 2 : 5));
    if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    else
      for (const [what, value] of Object.entries(figures))
        process.stdout.write(`${what.padEnd(42)} ${value.toFixed(1).padStart(8)}${what.includes('÷') ? '' : ' ms'}\n`);
    return 0;
  } finally {
    spawnSync(process.execPath, [TRAPFRAME, 'wsl', '--shutdown'], { env, timeout: DEADLINE_MS });
  }
});
