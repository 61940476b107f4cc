import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import { fileError } from '../../machine/node/file-error.ts';
import { type Context, exitCode } from '../context.ts';
import { fetchRoot } from '../linux/root.ts';
import { DEFAULT_SUITE, obtaining } from '../obtaining.ts';
import type { Options } from '../options/common.ts';
import { addObserveOptions, observationOf } from '../options/observe.ts';
import { columns } from '../table.ts';
import { type CallStreams, call, connected, Unheard } from '../wsl/client.ts';
import { socketOf, stateDirectory } from '../wsl/paths.ts';
import { checkName, findDistro, readRegistry, updateRegistry, withDefault } from '../wsl/registry.ts';
import { runRequest } from '../wsl/run-request.ts';
import { DISTRO_ROWS, VM_ROWS } from '../wsl/settings.ts';
import { ask, kill, refusals } from '../wsl/start.ts';
import { type Answer, PROTOCOL, type Request, type VmStatus } from '../wsl/wire.ts';

/** What each kind of compressed archive begins with. */
const COMPRESSED = [
  { name: 'gzip', magic: [0x1f, 0x8b] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58] },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
] as const;
const SHUTDOWN_MS = 40_000;
const PROGRESS_MS = 200;

/** Which of the options that say what to do was given. */
const VERBS = [
  'install',
  'import',
  'export',
  'read',
  'list',
  'status',
  'terminate',
  'shutdown',
  'unregister',
  'setDefault',
] as const;
type Verb = (typeof VERBS)[number];

interface Call {
  readonly verb: Verb | 'run';
  readonly name: string;
  readonly words: readonly string[];
  readonly options: Options;
  readonly context: Context;
  readonly state: string;
}

const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Asks the VM’s process, which is started for it. */
function askFor({ context, state }: Call, request: Request, streams: Partial<CallStreams> = {}): Promise<Answer> {
  const { root, stderr, signal } = context;
  return ask(root, state, request, {
    stdin: null,
    stdout: silent(),
    stderr,
    signals: false,
    abort: signal,
    ...streams,
  });
}

/** Asks only where a VM runs; null where none does. */
async function askRunning({ state, context }: Call, request: Request): Promise<Answer | null> {
  const socket = await connected(socketOf(state));
  if (!socket) return null;
  const streams = { stdin: null, stdout: silent(), stderr: context.stderr, signals: false };
  return refusals(call(socket, request, streams)).catch((error: Error) => {
    if (error instanceof Unheard) return null;
    throw error;
  });
}

/** Says at a terminal how many bytes have passed, until what it returns is called. */
function passing({ stderr }: Context, what: string, bytes: () => number): () => void {
  if (!stderr.isTTY) return () => {};
  const timer = setInterval(() => stderr.write(`\r\x1b[2K${what}: ${Math.round(bytes() / 1e6)} MB`), PROGRESS_MS);
  return () => {
    clearInterval(timer);
    stderr.write('\r\x1b[2K');
  };
}

const simply = (op: 'status' | 'shutdown'): Request => ({ protocol: PROTOCOL, op });
const named = (op: 'install' | 'import' | 'export' | 'terminate' | 'unregister', name: string): Request => ({
  protocol: PROTOCOL,
  op,
  name,
});

/** A tar archive as a stream, from a file or, for `-`, from standard input; gzip is taken off. */
async function archive(file: string): Promise<{ readonly stream: Readable; readonly bytes: () => number }> {
  const [raw, source] = file === '-' ? [process.stdin, 'standard input'] : [createReadStream(file), file];
  const bytes = (): number => raw.bytesRead;
  const first = await new Promise<Buffer>((resolve, reject) => {
    raw.once('error', (error: Error) => reject(fileError(error, source, 'read')));
    raw.once('end', () => resolve(Buffer.alloc(0)));
    raw.once('readable', () => resolve(raw.read() ?? Buffer.alloc(0)));
  });
  // Its end is past: who reads on would wait for ever.
  if (first.length === 0) throw new InputError(`${source} is empty`, 'Give a tar archive of a root file system.');
  raw.unshift(first);
  const kind = COMPRESSED.find(({ magic }) => magic.every((byte, i) => first[i] === byte));
  if (!kind) return { stream: raw, bytes };
  if (kind.name !== 'gzip') {
    throw new InputError(
      `${file} is compressed with ${kind.name}`,
      `Unpack it on the way: ${kind.name} -dc FILE | … --import NAME -`,
    );
  }
  const plain = new PassThrough();
  const gunzip = createGunzip();
  // A broken file ends the archive early, which the guest then says.
  gunzip.on('error', () => plain.end());
  raw.pipe(gunzip).pipe(plain);
  return { stream: plain, bytes };
}

/** Words behind an option that takes exactly so many. */
function operands({ words, verb }: Call, count: number, what: string): readonly string[] {
  if (words.length === count) return words;
  const wrong = words.length < count ? 'something is missing' : `“${words[count]}” is one word too many`;
  throw new InputError(`--${verb}: ${wrong}`, `It takes ${what}: npx trapframe wsl --${verb} ${what}`);
}

/** What Debian is installed with beyond what every root of it has. */
const DEBIAN_MORE = ['stress-ng'];

/** Debian's own programs: fetched once, verified, and packed on the way into the guest. */
async function installDebian(request: Call): Promise<void> {
  const { context, options } = request;
  const { root } = await obtaining({ suite: DEFAULT_SUITE, ...options }, context, (how) => fetchRoot(how, DEBIAN_MORE));
  const owned = ['--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--format=pax'];
  const tar = spawn('tar', ['-C', root, ...owned, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const done = passing(context, 'installing debian', () => (tar.stdout as Socket).bytesRead);
  try {
    await askFor(request, named('import', 'debian'), { stdin: tar.stdout });
  } finally {
    done();
    tar.kill();
  }
}

async function install(request: Call): Promise<void> {
  const { options, context, words, state } = request;
  const name = request.name || 'busybox';
  if (readRegistry(state).distros.some((d) => d.name === name))
    throw new InputError(`there is a distribution ${name} already`, 'Take another name, or unregister it.');
  checkName(name);
  if (words.length > 0) throw new InputError(`--install takes one name; what is “${words[0]}”?`);
  const rootfs = options.rootfs as string | undefined;
  if (rootfs === undefined)
    await (name === 'debian' ? installDebian(request) : askFor(request, named('install', name)));
  else await fromArchive(request, name, rootfs);
  context.stderr.write(`trapframe: installed ${name}; enter it: npx trapframe wsl -d ${name}\n`);
}

async function fromArchive(request: Call, name: string, file: string): Promise<void> {
  const { stream, bytes } = await archive(file);
  const done = passing(request.context, `importing ${name}`, bytes);
  const { code } = await askFor(request, named('import', name), { stdin: stream }).finally(done);
  if (code !== 0) request.context.stderr.write('trapframe: some of it was left out, as said above\n');
}

async function importIt(request: Call): Promise<void> {
  checkName(request.name);
  await fromArchive(request, request.name, operands(request, 1, 'NAME FILE')[0]!);
}

/** Writes what the VM sends into a file that is there whole or not at all; `-` is standard output. */
async function into(request: Call, file: string, what: Request): Promise<Answer> {
  if (file === '-') return askFor(request, what, { stdout: process.stdout });
  const unfinished = `${file}.${process.pid}.part`;
  const out = createWriteStream(unfinished, { flags: 'wx' });
  const bad = (error: Error): InputError => fileError(error, file, 'written');
  await new Promise<void>((resolve, reject) => {
    out.once('open', () => resolve());
    out.once('error', (error) => reject(bad(error)));
  });
  // A full disk ends the request: nobody would take the rest.
  const stop = new AbortController();
  let failure: Error | null = null;
  out.on('error', (error) => {
    failure = bad(error);
    stop.abort();
  });
  const done = passing(request.context, file, () => out.bytesWritten);
  const abort = AbortSignal.any([stop.signal, request.context.signal]);
  try {
    const answer = await askFor(request, what, { stdout: out, abort }).catch((error: Error) => {
      throw failure ?? error;
    });
    await new Promise<void>((resolve) => out.end(() => resolve()));
    if (failure) throw failure;
    renameSync(unfinished, file);
    return answer;
  } finally {
    done();
    rmSync(unfinished, { force: true });
  }
}

async function exportIt(request: Call): Promise<void> {
  const [file] = operands(request, 1, 'NAME FILE') as [string];
  const { code } = await into(request, file, named('export', request.name));
  if (code !== 0) request.context.stderr.write('trapframe: some of it was left out, as said above\n');
}

/** A file of a distribution, as it is now. */
async function read(request: Call): Promise<void> {
  const [, name, path] = /^([^:]+):(.+)$/.exec(request.name) ?? [];
  if (name === undefined) throw new InputError(`--read: “${request.name}” is not NAME:PATH`);
  const file = request.words.length ? operands(request, 1, 'NAME:PATH [FILE]')[0]! : '-';
  findDistro(readRegistry(request.state), name);
  await into(request, file, { protocol: PROTOCOL, op: 'read', name, path: path! });
}

async function list(request: Call): Promise<void> {
  const { context, options, state } = request;
  const registry = readRegistry(state);
  if (registry.distros.length === 0) {
    context.stderr.write('trapframe: no distribution is installed; install one: npx trapframe wsl --install\n');
    return;
  }
  const marked = (name: string): string => (name === registry.default ? '*' : ' ');
  if (!options.verbose) {
    for (const { name } of registry.distros)
      context.stdout.write(`${name}${name === registry.default ? ' (default)' : ''}\n`);
    return;
  }
  const status = (await askRunning(request, simply('status')))?.status;
  const rows = registry.distros.map(({ name }) => [
    `${marked(name)} ${name}`,
    status?.running.includes(name) ? 'Running' : 'Stopped',
    '2',
  ]);
  context.stdout.write(`${columns([['  NAME', 'STATE', 'VERSION'], ...rows], 100)}\n`);
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;

function statusRows(status: VmStatus): string[][] {
  return [
    ['VM', `runs since ${status.started}, process ${status.pid}`],
    ['kernel', status.kernel],
    ['memory', `${megabytes(status.memory)} for the guest; the process takes ${megabytes(status.resident)}`],
    ['running', status.running.join(', ') || 'no distribution'],
    ['programs', String(status.programs)],
    ['instructions', status.instructions.toLocaleString('en-US')],
  ];
}

async function status(request: Call): Promise<void> {
  const { context, state } = request;
  const found = (await askRunning(request, simply('status')))?.status;
  const rows = [
    ['default', readRegistry(state).default ?? 'none'],
    ['version', '2'],
    ['state', state],
    ...(found ? statusRows(found) : [['VM', 'does not run']]),
  ];
  context.stdout.write(`${columns(rows, 120)}\n`);
}

/** The VM's process ends, by itself or, where it does not answer, by force. */
async function shutdown(request: Call): Promise<void> {
  const { state, context } = request;
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), SHUTDOWN_MS).unref());
  const done = await Promise.race([askRunning(request, simply('shutdown')).catch(() => 'late' as const), late]);
  if (done !== 'late' && done !== null) return;
  if (await kill(state)) context.stderr.write('trapframe: the VM’s process did not answer and was killed\n');
}

async function runIt({ options, words, context, state }: Call): Promise<void> {
  const option = (key: string): string | null => (options[key] as string | undefined) ?? null;
  // What can be said at once needs no VM.
  findDistro(readRegistry(state), option('distribution'));
  const asked = observationOf(options);
  const request = runRequest(
    { distro: option('distribution'), user: option('user'), cd: option('cd'), argv: words },
    asked.gdb || asked.trace !== null ? asked : null,
  );
  const { stdin, stdout, stderr } = process;
  const { code } = await ask(context.root, state, request, { stdin, stdout, stderr, signals: true });
  context.setExitCode(code);
}

const ACTIONS: Readonly<Record<Verb | 'run', (request: Call) => Promise<unknown>>> = {
  install,
  import: importIt,
  export: exportIt,
  read,
  list,
  status,
  shutdown,
  run: runIt,
  terminate: (request) => {
    operands(request, 0, 'NAME');
    findDistro(readRegistry(request.state), request.name);
    return askRunning(request, named('terminate', request.name));
  },
  unregister: (request) => {
    operands(request, 0, 'NAME');
    return askFor(request, named('unregister', request.name));
  },
  setDefault: (request) => {
    operands(request, 0, 'NAME');
    return updateRegistry(request.state, (registry) => withDefault(registry, request.name));
  },
};

/** The keys of a file of settings, by section. */
function keysOf(rows: readonly { readonly section: string; readonly key: string }[]): string {
  const sections = [...new Set(rows.map((row) => row.section))];
  return sections
    .map((section) => `[${section}] ${rows.flatMap((row) => (row.section === section ? [row.key] : [])).join(', ')}`)
    .join('; ');
}

/** `trapframe wsl`: distributions in one light VM. */
export function addWsl(program: Command, context: Context): void {
  addObserveOptions(program.command('wsl'))
    .summary('run Linux distributions in one light VM that stays warm, as WSL 2 does')
    .description(
      'Runs a command, or a shell, in a Linux distribution. All distributions share one VM with a real kernel, which starts with the first ' +
        'command, stays in the background, and ends when it has been idle (.wslconfig: vmIdleTimeout). Standard streams, exit status, signals, ' +
        'terminal and working directory are passed. `--import` and `--install --rootfs` take a tar archive, `-` for standard input.',
    )
    .usage('[-d NAME] [--] [COMMAND…]')
    .argument('[command...]', 'what to run; a shell when left out')
    .passThroughOptions()
    .option('-d, --distribution <NAME>', 'the distribution (default: the one of --set-default)')
    .option('-u, --user <NAME>', 'whose rights the command has (default: wsl.conf, else root)')
    .option('-e, --exec', 'run the command without a shell, which is how all are run')
    .option('--cd <DIR>', 'where it runs, in the guest; ~ for the home directory')
    .option(
      '--install [NAME]',
      'install a distribution: debian (fetched through apt), else the archive of --rootfs, else busybox',
    )
    .option('--mirror <URL>', 'with --install debian: the mirror of Debian (default: this host’s)')
    .option('--rootfs <FILE>', 'with --install: the root file system, a tar archive')
    .option('--import <NAME>', 'FILE: make a distribution of a tar archive')
    .option('--export <NAME>', 'FILE: write its root file system as a tar archive')
    .option('--read <NAME:PATH>', '[FILE]: get a file of a distribution, whatever programs that has')
    .option('-l, --list', 'tell which distributions there are')
    .option('-v, --verbose', 'with --list: which of them run')
    .option('--status', 'tell how the VM is')
    .option('-t, --terminate <NAME>', 'end a distribution and all that runs in it')
    .option('--shutdown', 'end all distributions and the VM')
    .option('--unregister <NAME>', 'delete a distribution with all its files')
    .option('-s, --set-default <NAME>', 'make it the one that runs when none is named')
    .addHelpText(
      'after',
      `\nFiles:\n${columns(
        [
          ['  ~/.wslconfig', keysOf(VM_ROWS)],
          ['  /etc/wsl.conf in a distribution', keysOf(DISTRO_ROWS)],
          [
            '  $XDG_STATE_HOME/trapframe/wsl',
            'disks, log, and host/, which guests see at /mnt/host; TRAPFRAME_STATE moves it',
          ],
        ],
        100,
      )}`,
    )
    .action(async (words: readonly string[], options: Options) => {
      const verbs = VERBS.filter((verb) => options[verb] !== undefined);
      if (verbs.length > 1) throw new InputError(`--${verbs.join(' and --')} cannot be asked for together`);
      const verb = verbs[0] ?? 'run';
      if (verb !== 'run' && (options.gdb !== undefined || options.trace !== undefined))
        throw new InputError(
          '--gdb and --trace go with a command',
          'Give none of the other options that say what to do.',
        );
      if (options.rootfs !== undefined && verb !== 'install') throw new InputError('--rootfs goes with --install');
      const value = verb === 'run' ? '' : options[verb];
      await ACTIONS[verb]({
        verb,
        name: typeof value === 'string' ? value : '',
        words,
        options,
        context,
        state: stateDirectory(),
      });
      // A command that was sent a signal ends as it will.
      if (context.signal.aborted && verb !== 'run') context.setExitCode(exitCode('interrupted'));
    });
}
