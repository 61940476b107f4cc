import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { MACHINE_ENGINES } from '../../abi/config.ts';
import { InputError } from '../../abi/errors.ts';
import { type HostMount, type ProcessOutcome, type ProcessRequest, runProcess } from '../../machine/node/process.ts';
import { parsePublish } from '../../machine/node/publish.ts';
import type { Context } from '../context.ts';
import { compiledCore, readInput } from '../files.ts';
import { cacheDirectory } from '../linux/cache.ts';
import { fetchRoot, findRoot } from '../linux/root.ts';
import { ENVIRONMENT } from '../linux/session.ts';
import { traceTo } from '../observe.ts';
import { DEFAULT_SUITE, obtaining } from '../obtaining.ts';
import type { Options } from '../options/common.ts';
import { observationOf, TRACE_OPTION } from '../options/observe.ts';
import { bytes, count, more, oneOf } from '../options/values.ts';
import { columns } from '../table.ts';
import { regionsOf, statsOption, translationText } from '../translation.ts';

const TIMES = ['wall', 'counted'] as const;

/** HOST:GUEST[:ro] */
export function mountOption(text: string): HostMount {
  const match = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(text);
  if (!match) throw new InputError(`--mount: “${text}” is not HOST:GUEST or HOST:GUEST:ro`);
  return { from: match[1]!, to: match[2]!, readOnly: match[3] === 'ro' };
}

/** What a program finds in its environment unless --env says otherwise. */
function environment(given: readonly string[]): string[] {
  const base = {
    PATH: ENVIRONMENT.PATH,
    HOME: ENVIRONMENT.HOME,
    TERM: process.env.TERM ?? 'dumb',
  };
  const all = new Map(Object.entries(base));
  for (const text of given) {
    const cut = text.indexOf('=');
    if (cut < 1) throw new InputError(`--env: “${text}” is not NAME=VALUE`);
    all.set(text.slice(0, cut), text.slice(cut + 1));
  }
  return Array.from(all, ([name, value]) => `${name}=${value}`);
}

/** The directory behind --root. */
function rootOf(given: string | undefined): Pick<ProcessRequest, 'root' | 'rootReadOnly'> {
  if (given === undefined) return { root: null, rootReadOnly: false };
  if (given !== 'debian') {
    if (!existsSync(given)) throw new InputError(`--root: ${given} does not exist`);
    return { root: given, rootReadOnly: false };
  }
  const root = findRoot(cacheDirectory());
  if (root === null)
    throw new InputError('--root debian: there is none yet', 'Get one: trapframe process --fetch-root');
  return { root, rootReadOnly: true };
}

async function fetchTo(options: Options, context: Context): Promise<void> {
  const { root, about } = await obtaining(options, context, (request) =>
    fetchRoot(request, options.package as string[]),
  );
  context.stderr.write(`trapframe: kept in ${root}: ${about}\n`);
}

/** The bytes of a program of WebAssembly, and what runs it, which is not loaded for others; null: it is none. */
async function wasmOf(path: string) {
  if (!existsSync(path) || !statSync(path).isFile()) return null;
  const head = new Uint8Array(4);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  if (head[0] !== 0) return null;
  const { isWasm, runWasi } = await import('../../machine/node/wasi.ts');
  return isWasm(head) ? { program: readInput(path), runWasi } : null;
}

/** A WASI program: the working directory is `.`, --root is `/`, and what --mount names is where it says. */
async function runWasm(
  path: string,
  { program, runWasi }: NonNullable<Awaited<ReturnType<typeof wasmOf>>>,
  args: readonly string[],
  options: Options,
  context: Context,
): Promise<void> {
  const root = rootOf(options.root as string | undefined);
  const { code, trap } = await runWasi(
    {
      name: path,
      program,
      args,
      env: environment(options.env as string[]),
      mounts: [
        root.root === null
          ? { from: process.cwd(), to: '.', readOnly: false }
          : { from: root.root, to: '/', readOnly: root.rootReadOnly },
        ...(options.mount as string[]).map(mountOption),
      ],
      memory: bytes('--memory', String(options.memory)),
    },
    context.signal,
  );
  if (trap !== null) context.stderr.write(`trapframe: ${path} trapped: ${trap}\n`);
  context.setExitCode(code);
}

/** `trapframe process`: one Linux program, its system calls served by the kernel of src/linux. */
export function addProcess(program: Command, context: Context): void {
  program
    .command('process')
    .argument(
      '[program]',
      'a riscv64 Linux program, static or dynamic, with --root its name or path in there; or a WASI program (wasm32-wasip1)',
    )
    .argument('[args...]', 'its arguments')
    .summary('run a riscv64 Linux program without a guest kernel')
    .description(
      'Runs an unmodified riscv64 Linux program as a process: its code is translated, its system calls are served here. ' +
        'The working directory of the host is mounted at /mnt/host and is the program’s too. Ends with the program’s own exit code, ' +
        'or 128 and the signal that killed it. A WASI program is not translated, and reaches the working directory and what --mount names. --fetch-root gets Debian’s programs once, for --root debian.',
    )
    .option(
      '--root <DIR>',
      'a directory of the host that is the root of its files, or debian: what --fetch-root got, read-only',
    )
    .option(
      '--fetch-root',
      'get a root with Debian’s shell, tools, python3, sqlite3, lua (about 60 MB), and what --package names',
    )
    .option(
      '--package <NAME>',
      'with --fetch-root: a package of Debian beside those; may be given more than once',
      more,
      [],
    )
    .option('--mirror <URL>', 'with --fetch-root: the mirror of Debian (default: this host’s)')
    .option('--suite <NAME>', 'with --fetch-root: the release of Debian', DEFAULT_SUITE)
    .option('-q, --quiet', 'with --fetch-root: no progress')
    .option('--mount <HOST:GUEST[:ro]>', 'mount a directory of the host; may be given more than once', more, [])
    .option('--net', 'put it on a network of the lab, with a gateway and DNS; without, it has its loopback alone')
    .option(
      '-p, --publish <[IP:][HOST:]PORT[/udp]>',
      'listen on a port of the host for it, and put it on a network; may be given more than once',
      more,
      [],
    )
    .option('--env <NAME=VALUE>', 'set a variable of its environment; may be given more than once', more, [])
    .option('--cwd <DIR>', 'the directory it begins in')
    .option('--memory <SIZE>', 'memory of the machine', '512M')
    .option('--engine <NAME>', `how instructions are executed: ${MACHINE_ENGINES.join(', ')}`, 'jit')
    .option(
      '--time <CLOCK>',
      'wall: the host’s time; counted: one tick an instruction, and sleeping takes none',
      'wall',
    )
    .option('--seed <N>', 'make its random numbers the same each time')
    .addOption(statsOption(['calls'], 'calls: what it asked of the kernel; '))
    .option(...TRACE_OPTION)
    .passThroughOptions()
    .action(async (path: string | undefined, args: string[], options: Options) => {
      if (options.fetchRoot) await fetchTo(options, context);
      if (path === undefined) {
        if (options.fetchRoot) return;
        throw new InputError(
          'no program was named',
          'trapframe process ./busybox ls, or trapframe process --root debian bash',
        );
      }
      const wasm = await wasmOf(path);
      const ports = (options.publish as string[]).flatMap(parsePublish);
      const network = options.net || ports.length ? ports : null;
      if (wasm) {
        if (network) throw new InputError('--net, --publish: a WASI program has no sockets');
        await runWasm(path, wasm, args, options, context);
        return;
      }
      const engine = oneOf(MACHINE_ENGINES, '--engine', String(options.engine));
      const { module } = compiledCore(context.root);
      let endTrace = (): void => {};
      const outcome = await runProcess(
        module,
        {
          program: path,
          args,
          env: environment(options.env as string[]),
          ...rootOf(options.root as string | undefined),
          mounts: (options.mount as string[]).map(mountOption),
          network,
          cwd: options.cwd === undefined ? null : String(options.cwd),
          memory: bytes('--memory', String(options.memory)),
          engine,
          time: oneOf(TIMES, '--time', String(options.time)),
          seed: options.seed === undefined ? null : count('--seed', String(options.seed)),
          regions: regionsOf(options.stats, engine),
          onCore: async (core) => {
            endTrace = await traceTo(core, observationOf(options).trace, context);
          },
        },
        { input: process.stdin, output: process.stdout, errors: process.stderr },
        context.signal,
      ).finally(() => endTrace());
      if (options.stats === 'calls') context.stderr.write(stats(outcome));
      if (outcome.translation) context.stderr.write(await translationText(outcome.translation, String(options.stats)));
      context.setExitCode(outcome.code);
    });
}

/** Calls by how often they were made, and what was missing. */
export function stats({
  instructions,
  counts,
  calls,
}: Pick<ProcessOutcome, 'instructions' | 'counts' | 'calls'>): string {
  const served = [...calls.values()].filter((row) => row.count).sort((a, b) => b.count - a.count);
  const missing = [...counts.missing].map(([number, times]) => [
    calls.get(number)?.name ?? `call ${number}`,
    `${times} (missing)`,
  ]);
  const rows = [
    ['instructions', instructions.toLocaleString('en-US')],
    ['page faults', String(counts.pageFaults)],
    ['switches', String(counts.switches)],
    ['forks', String(counts.forks)],
    ['programs', String(counts.execs)],
    ...served.map((row) => [row.name, String(row.count)]),
    ...missing,
  ];
  return columns(rows, 100);
}
