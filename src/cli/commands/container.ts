import { type Command, Option } from 'commander';
import { InputError } from '../../abi/errors.ts';
import { ContainerClient, reachContainers, type Stats, type Summary } from '../container/client.ts';
import { copy, wholeBody } from '../container/copy.ts';
import { addCreateOptions, createRequest, environment } from '../container/options.ts';
import { pump, type Streams } from '../container/terminal.ts';
import { runWasiImage } from '../container/wasi.ts';
import { type Context, exitCode } from '../context.ts';
import { reach } from '../daemon/client.ts';
import { FrameReader, STREAM } from '../daemon/frames.ts';
import { placeOf } from '../daemon/place.ts';
import { runDaemon } from '../daemon/run.ts';
import { writeWhole } from '../linux/cache.ts';
import type { Options } from '../options/common.ts';
import { bytes, count, more } from '../options/values.ts';
import { columns } from '../table.ts';
import { obtainImage, PULL_POLICIES } from '../transfer.ts';

const READERS = { bytes, count };
const SHORT = 12;
/** What a program that can't be started ends a command with. */
const streams = (): Streams => ({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr });

const start = ({ root, stderr }: Context): Promise<ContainerClient> =>
  ContainerClient.start(root, (line) => stderr.write(`trapframe: ${line}\n`));

/** Ctrl-C and its like go to the program; a second Ctrl-C leaves at once. */
function forwardSignals(kill: (signal: string) => Promise<void>): () => void {
  const rows = (['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const).map((name) => {
    const listener = (): void => void kill(name.slice(3)).catch(() => {});
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return () => {
    for (const off of rows) off();
  };
}

async function run(args: readonly string[], options: Options, context: Context): Promise<void> {
  const request = createRequest(args, options, READERS);
  const detach = options.detach === true;
  const terminal = request.Tty === true;
  if (terminal && !detach && request.OpenStdin && !process.stdin.isTTY)
    throw new InputError('--tty: standard input is no terminal', 'Leave -t away to send it what standard input has.');
  if (request.Image) await obtainImage(request.Image, options, context);
  const code = await runWasiImage(request, detach, context);
  if (code !== null) {
    context.setExitCode(code);
    return;
  }
  const client = await start(context);
  const size: [number, number] | undefined =
    terminal && process.stdout.isTTY ? [process.stdout.rows, process.stdout.columns] : undefined;
  const id = await client.create({ ...request, ConsoleSize: size }, (options.name as string | undefined) ?? null);
  try {
    if (detach) {
      await client.start(id);
      context.stdout.write(`${id}\n`);
      return;
    }
    await foreground(client, id, { terminal, input: request.OpenStdin === true }, context);
  } catch (e) {
    // What could not be started is of no use, and with --rm nobody would remove it.
    if (options.rm === true || e instanceof Error) await client.remove(id, true).catch(() => {});
    throw e;
  }
}

/** Starts a container with a person's streams on it, and ends as it does. */
async function foreground(
  client: ContainerClient,
  id: string,
  { terminal, input }: { terminal: boolean; input: boolean },
  context: Context,
): Promise<void> {
  const socket = await client.attach(id, input);
  // Nobody waits for its end any more once this is left.
  const left = new AbortController();
  const ended = client.wait(id, true, left.signal);
  ended.catch(() => {});
  const unhook = forwardSignals((signal) => client.kill(id, signal));
  try {
    await client.start(id);
    const resize = (rows: number, cols: number): void => client.resize(`/containers/${id}`, rows, cols);
    if ((await pump(socket, streams(), { terminal, input, resize })) === 'detached')
      context.stderr.write(`\ntrapframe: left ${id.slice(0, SHORT)} running\n`);
    else context.setExitCode(await ended);
  } finally {
    unhook();
    left.abort();
    socket.destroy();
  }
}

async function exec(id: string, command: readonly string[], options: Options, context: Context): Promise<void> {
  const client = await reachContainers(context.root);
  const terminal = options.tty === true;
  const input = options.interactive === true;
  const exec = await client.createExec(id, {
    Cmd: [...command],
    Env: environment(options.env as string[]),
    WorkingDir: options.workdir as string | undefined,
    User: options.user as string | undefined,
    Tty: terminal,
    AttachStdin: input,
    ...(terminal && process.stdout.isTTY && { ConsoleSize: [process.stdout.rows, process.stdout.columns] }),
  });
  if (options.detach === true) {
    await client.startExecAlone(exec);
    return;
  }
  const socket = await client.startExec(exec);
  const resize = (rows: number, cols: number): void => client.resize(`/exec/${exec}`, rows, cols);
  await pump(socket, streams(), { terminal, input, resize });
  context.setExitCode(await client.execCode(exec));
}

function ago(seconds: number): string {
  for (const [size, name] of [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ] as const) {
    const n = Math.floor(seconds / size);
    if (n) return `${n} ${name}${n === 1 ? '' : 's'} ago`;
  }
  return `${Math.max(0, Math.floor(seconds))} seconds ago`;
}

const clip = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function table(rows: readonly Summary[]): string {
  const head = ['CONTAINER', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'NAME'];
  const body = rows.map((c) => [
    c.Id.slice(0, SHORT),
    clip(c.Image, 30),
    clip(c.Command, 30),
    ago(Date.now() / 1000 - c.Created),
    c.Status,
    c.Names[0]!.slice(1),
  ]);
  return columns([head, ...body], 200);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const;

function size(n: number): string {
  let unit = 0;
  let value = n;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit ? value.toFixed(1) : value}${UNITS[unit]}`;
}

function statsRow(id: string, s: Stats): string[] {
  const { usage, limit } = s.memory_stats;
  const { throttled_time, throttled_periods } = s.cpu_stats.throttling_data;
  const io = (op: string): string =>
    size(s.blkio_stats.io_service_bytes_recursive.find((row) => row.op === op)?.value ?? 0);
  return [
    id.slice(0, SHORT),
    s.name.slice(1),
    `${(s.cpu_stats.cpu_usage.total_usage / 1e9).toFixed(2)} s`,
    throttled_periods ? `${(throttled_time / 1e9).toFixed(2)} s in ${throttled_periods}` : '–',
    limit ? `${size(usage)} of ${size(limit)}` : size(usage),
    s.pids_stats.limit ? `${s.pids_stats.current} of ${s.pids_stats.limit}` : String(s.pids_stats.current),
    `${io('read')} / ${io('write')}`,
  ];
}

/** Does something with every container named; all are tried, and the first failure is told last. */
async function each(ids: readonly string[], context: Context, work: (id: string) => Promise<void>): Promise<void> {
  for (const id of ids) {
    try {
      await work(id);
      context.stdout.write(`${id}\n`);
    } catch (e) {
      if (ids.length === 1) throw e;
      context.stderr.write(`trapframe: ${e instanceof Error ? e.message : String(e)}\n`);
      context.setExitCode(exitCode('input'));
    }
  }
}

/** The line `container run`, `ps`, `exec` and the others stand on. */
export function addContainer(program: Command, context: Context): void {
  const container = program
    .command('container')
    .summary('run riscv64 Linux programs in containers')
    .description(
      'Containers: Linux programs with namespaces, control groups and a root of their own, on the kernel of src/linux. ' +
        'A process in the background holds them; it is started with the first one, and ends a minute after the last one is removed.',
    )
    .enablePositionalOptions();
  const add = (name: string, summary: string): Command =>
    container
      .command(name)
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`);
  const one = (command: Command): Command =>
    command.argument('<container>', 'its name, number, or the beginning of its number');
  const several = (command: Command): Command =>
    command.argument('<containers...>', 'names, numbers, or the beginnings of numbers');

  const addMaking = (name: string, summary: string): Command =>
    addCreateOptions(add(name, summary))
      .addOption(
        new Option('--pull <WHEN>', 'when the image is got from its registry')
          .choices(PULL_POLICIES)
          .default('missing'),
      )
      .option('--insecure', 'speak plain HTTP where the registry has no HTTPS (this machine may always)')
      .option('-q, --quiet', 'do not tell how far the image is');

  addMaking('run', 'make a container and start it')
    .helpOption('--help', 'print this help')
    .argument('[args...]', 'the image and the command; with --rootfs only the command')
    .option('-d, --detach', 'leave it running in the background, and print its number')
    .passThroughOptions()
    .action((args: string[], options: Options) => run(args, options, context));

  addMaking('create', 'make a container without starting it')
    .helpOption('--help', 'print this help')
    .argument('[args...]', 'the image and the command; with --rootfs only the command')
    .passThroughOptions()
    .action(async (args: string[], options: Options) => {
      const request = createRequest(args, options, READERS);
      if (request.Image) await obtainImage(request.Image, options, context);
      const id = await (await start(context)).create(request, (options.name as string | undefined) ?? null);
      context.stdout.write(`${id}\n`);
    });

  one(add('start', 'start a container'))
    .option('-a, --attach', 'show what it writes, and end as it does')
    .option('-i, --interactive', 'send it what is typed')
    .action(async (id: string, options: Options) => {
      const client = await reachContainers(context.root);
      if (options.attach !== true) {
        await client.start(id);
        context.stdout.write(`${id}\n`);
        return;
      }
      const { Id, Config } = await client.inspect(id);
      await foreground(client, Id, { terminal: Config.Tty, input: options.interactive === true }, context);
    });

  add(
    'serve',
    'hold containers in this terminal until Ctrl-C, for the docker client and others; prints DOCKER_HOST',
  ).action(async () => {
    const place = placeOf('container');
    if (await reach(place))
      throw new InputError(
        `a process serves ${place.socket} already`,
        'Use it, or end it: it ends a minute after the last container has ended.',
      );
    const { startContainers } = await import('../container/service.ts');
    context.stdout.write(`DOCKER_HOST=unix://${place.socket}\n`);
    await runDaemon(context.root, place, (log) => startContainers(context.root, log), Number.POSITIVE_INFINITY);
  });

  one(add('attach', 'put the terminal on a container that runs; Ctrl-P Ctrl-Q leaves it'))
    .option('--no-stdin', 'only show what it writes')
    .action(async (id: string, options: Options) => {
      const client = await reachContainers(context.root);
      const { Id, State, Config } = await client.inspect(id);
      if (!State.Running) throw new InputError(`container ${id} does not run`);
      const input = options.stdin !== false && Config.OpenStdin;
      const left = new AbortController();
      const ended = client.wait(Id, true, left.signal);
      ended.catch(() => {});
      const unhook = forwardSignals((signal) => client.kill(Id, signal));
      try {
        const socket = await client.attach(Id, input);
        const resize = (rows: number, cols: number): void => client.resize(`/containers/${Id}`, rows, cols);
        if ((await pump(socket, streams(), { terminal: Config.Tty, input, resize })) === 'ended')
          context.setExitCode(await ended);
      } finally {
        unhook();
        left.abort();
      }
    });

  add('ps', 'list the containers that run')
    .alias('ls')
    .option('-a, --all', 'those that ended too')
    .option('-q, --quiet', 'only their numbers')
    .option('--json', 'as the Docker Engine API has them')
    .action(async (options: Options) => {
      const client = await ContainerClient.reach(context.root);
      const rows = client ? await client.list(options.all === true) : [];
      if (options.json) context.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
      else if (options.quiet) context.stdout.write(rows.map((c) => `${c.Id.slice(0, SHORT)}\n`).join(''));
      else context.stdout.write(`${table(rows)}\n`);
    });

  one(add('exec', 'run another program in a container'))
    .argument('<command...>', 'the program and its arguments')
    .option('-i, --interactive', 'keep its standard input open')
    .option('-t, --tty', 'give it a terminal')
    .option('-d, --detach', 'leave it running in the background')
    .option('-e, --env <NAME=VALUE>', 'a variable of its environment; repeatable', more, [])
    .option('-w, --workdir <DIR>', 'the directory it begins in')
    .option('-u, --user <NAME|UID[:GROUP|GID]>', 'who it is')
    .passThroughOptions()
    .action((id: string, command: string[], options: Options) => exec(id, command, options, context));

  one(add('logs', 'print what a container wrote'))
    .option('-f, --follow', 'go on until it ends')
    .option('-n, --tail <N>', 'only the last lines', 'all')
    .option('-t, --timestamps', 'say when')
    .action(async (id: string, options: Options) => {
      const client = await reachContainers(context.root);
      const { Id, Config } = await client.inspect(id);
      const tail = options.tail === 'all' ? 'all' : String(count('--tail', String(options.tail)));
      const query = `stdout=1&stderr=1&tail=${tail}&follow=${options.follow ? 1 : 0}&timestamps=${options.timestamps ? 1 : 0}`;
      const stream = await client.logs(Id, query);
      const reader = new FrameReader((which, part) =>
        (which === STREAM.stderr ? context.stderr : context.stdout).write(part),
      );
      const stop = (): void => void stream.destroy();
      context.signal.addEventListener('abort', stop);
      try {
        for await (const part of stream) {
          if (Config.Tty) context.stdout.write(part as Buffer);
          else reader.push(part as Buffer);
        }
      } catch (e) {
        if (!context.signal.aborted) throw e;
      } finally {
        context.signal.removeEventListener('abort', stop);
      }
    });

  several(add('stop', 'ask containers to end, and end those that do not'))
    .option('-t, --time <SECONDS>', 'how long to wait for it')
    .action(async (ids: string[], options: Options) => {
      const client = await reachContainers(context.root);
      const seconds = options.time === undefined ? undefined : count('--time', String(options.time));
      await each(ids, context, (id) => client.stop(id, seconds));
    });

  several(add('kill', 'send containers a signal'))
    .option('-s, --signal <SIGNAL>', 'by name or number', 'KILL')
    .action(async (ids: string[], options: Options) => {
      const client = await reachContainers(context.root);
      await each(ids, context, (id) => client.kill(id, String(options.signal)));
    });

  several(add('rm', 'remove containers'))
    .option('-f, --force', 'end those that run')
    .option('-v, --volumes', 'with volumes that nobody named')
    .action(async (ids: string[], options: Options) => {
      const client = await reachContainers(context.root);
      await each(ids, context, (id) => client.remove(id, options.force === true, options.volumes === true));
    });

  for (const [name, summary] of [
    ['pause', 'freeze containers'],
    ['unpause', 'let frozen containers go on'],
  ] as const)
    several(add(name, summary)).action(async (ids: string[]) => {
      const client = await reachContainers(context.root);
      await each(ids, context, (id) => client.act(id, name));
    });

  several(add('wait', 'wait until containers end, and print their exit codes')).action(async (ids: string[]) => {
    const client = await reachContainers(context.root);
    for (const id of ids) context.stdout.write(`${await client.wait(id)}\n`);
  });

  one(add('rename', 'give a container another name'))
    .argument('<name>', 'the new one')
    .action(async (id: string, name: string) => (await reachContainers(context.root)).rename(id, name));

  several(add('inspect', 'print all that is known of containers, as JSON')).action(async (ids: string[]) => {
    const client = await reachContainers(context.root);
    const all = [];
    for (const id of ids) all.push(await client.inspect(id));
    context.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  });

  add('cp', 'copy files between a container and the host')
    .argument('<from>', 'a path, or CONTAINER:PATH')
    .argument('<to>', 'the same; a folder that is there gets the file into it')
    .action(async (from: string, to: string) => copy(await reachContainers(context.root), from, to));

  one(add('diff', 'list what a container changed: A added, C changed, D deleted')).action(async (id: string) => {
    const rows = await (await reachContainers(context.root)).changes(id);
    context.stdout.write(rows.map(({ Kind, Path }) => `${['C', 'A', 'D'][Kind]} ${Path}\n`).join(''));
  });

  one(add('commit', 'make an image of a container'))
    .argument('[image]', 'its name')
    .option('-m, --message <TEXT>', 'a comment', '')
    .action(async (id: string, image: string | undefined, options: Options) => {
      const made = await (await reachContainers(context.root)).commit(id, image, String(options.message));
      context.stdout.write(`${made}\n`);
    });

  one(add('export', 'write all files of a container as a tar archive'))
    .option('-o, --output <FILE>', 'where to (default: standard output)')
    .action(async (id: string, options: Options) => {
      const stream = await (await reachContainers(context.root)).archive(id, null);
      if (options.output !== undefined) {
        writeWhole(String(options.output), await wholeBody(stream));
        return;
      }
      if (context.stdout.isTTY) throw new InputError('the archive is not for a terminal', 'Give --output FILE.');
      for await (const part of stream)
        if (!context.stdout.write(part as Buffer)) await new Promise<void>((go) => context.stdout.once('drain', go));
    });

  one(add('top', 'list the processes of a container')).action(async (id: string) => {
    const { Titles, Processes } = await (await reachContainers(context.root)).top(id);
    context.stdout.write(`${columns([Titles, ...Processes], 200)}\n`);
  });

  add('stats', 'print what containers use')
    .argument('[containers...]', 'which ones (default: all that run)')
    .option('--json', 'as the Docker Engine API has them')
    .action(async (ids: string[], options: Options) => {
      const client = await ContainerClient.reach(context.root);
      const wanted = ids.length || !client ? ids : (await client.list(false)).map((c) => c.Id);
      if (!client && ids.length) throw new InputError(`there is no container ${ids[0]}`);
      const rows: [string, Stats][] = [];
      for (const id of wanted) rows.push([id, await client!.stats(id)]);
      if (options.json) {
        context.stdout.write(
          `${JSON.stringify(
            rows.map(([, s]) => s),
            null,
            2,
          )}\n`,
        );
        return;
      }
      const head = ['CONTAINER', 'NAME', 'CPU TIME', 'THROTTLED', 'MEMORY', 'TASKS', 'READ / WRITTEN'];
      context.stdout.write(`${columns([head, ...rows.map(([id, s]) => statsRow(id, s))], 200)}\n`);
    });

  for (const command of container.commands) command.exitOverride().showHelpAfterError('(--help tells all options)');
}
