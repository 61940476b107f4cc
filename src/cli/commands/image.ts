import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import { SEARCH_PATH } from '../../abi/search-path.ts';
import { printable } from '../../image/oci/printable.ts';
import { baseEntries } from '../../machine/images/base.ts';
import type { ImageRecord } from '../../machine/images/catalogue.ts';
import { historyOf, imageInspection } from '../../machine/images/describe.ts';
import type { ImageStore, ImportOptions, Job } from '../../machine/images/store.ts';
import { packHost } from '../../machine/node/copy.ts';
import { openHostFile } from '../../machine/node/folder.ts';
import { ContainerClient } from '../container/client.ts';
import { pair } from '../container/options.ts';
import { hostImages } from '../container/store.ts';
import { type Context, exitCode } from '../context.ts';
import { readInput } from '../files.ts';
import { cacheDirectory, findBusybox } from '../linux/cache.ts';
import { fetchBusybox } from '../linux/obtain.ts';
import { DEFAULT_SUITE, obtaining, teller } from '../obtaining.ts';
import type { Options } from '../options/common.ts';
import { bytes, more } from '../options/values.ts';
import { columns } from '../table.ts';
import { pull, push } from '../transfer.ts';

const BASE = 'alpine-like:latest';
/** The base image is of no day: the same busybox gives the same image. */
const NO_DAY = '1970-01-01T00:00:00Z';
const ENV = [`PATH=${SEARCH_PATH}`];
const PLATFORM_NAMES = ['linux/riscv64', 'wasi/wasm'] as const;
const SHORT = 12;

const storeOf = (options: Options = {}): ImageStore =>
  hostImages(options.maxSize === undefined ? {} : { layerBytes: bytes('--max-size', String(options.maxSize)) });

const megabytes = (n: number): string => `${(n / 1e6).toFixed(1)} MB`;
/** Whoever made the image wrote it. */
const day = (time: string | null): string => printable(time?.slice(0, 10) ?? '–');
const short = (digest: string): string => digest.replace('sha256:', '').slice(0, SHORT);

/** Follows a long job at stderr. */
async function following<T>(options: Options, context: Context, work: (job: Job) => Promise<T>): Promise<T> {
  const { tell, end } = teller(context, options.quiet === true);
  let last = 0;
  try {
    return await work({
      signal: context.signal,
      progress: (what, done) => {
        const now = Date.now();
        if (now - last < 100) return;
        last = now;
        tell(`${what}: ${megabytes(done)}`, null);
      },
    });
  } finally {
    end();
  }
}

/** Gives a file, or standard input by way of a temporary one, which is gone afterwards. */
async function withFile<T>(
  file: string | undefined,
  context: Context,
  work: (source: ReturnType<typeof openHostFile>, what: string) => Promise<T>,
): Promise<T> {
  const folder = file === undefined || file === '-' ? mkdtempSync(join(tmpdir(), 'trapframe-')) : null;
  try {
    const path = folder ? join(folder, 'stdin') : file!;
    if (folder) await spool(path, context);
    const source = openHostFile(path);
    try {
      return await work(source, folder ? 'standard input' : basename(path));
    } finally {
      source.close();
    }
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

async function spool(path: string, { signal }: Context): Promise<void> {
  if (process.stdin.isTTY) throw new InputError('there is no archive', 'Name one, or send it to standard input.');
  const handle = openSync(path, 'w', 0o600);
  try {
    for await (const chunk of process.stdin) {
      signal.throwIfAborted();
      writeAll(handle, chunk as Buffer);
    }
  } finally {
    closeSync(handle);
  }
}

function writeAll(handle: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(handle, chunk, done, chunk.length - done);
}

async function list(options: Options, { stdout, stderr }: Context): Promise<void> {
  const images = [...(await storeOf().list())].sort((a, b) => (a.added < b.added ? 1 : -1));
  if (options.json) {
    stdout.write(`${JSON.stringify(images, null, 2)}\n`);
    return;
  }
  if (options.quiet) {
    stdout.write(images.map(({ id }) => `${short(id)}\n`).join(''));
    return;
  }
  const rows = images.flatMap((image) =>
    ([image.names, image.digests].find((list) => list.length) ?? ['(none)']).map((name) => [
      name,
      short(image.id),
      image.platform,
      day(image.created),
      megabytes(image.size),
    ]),
  );
  if (!images.length)
    stderr.write('trapframe: there are no images yet; `trapframe image build-base` makes a small one\n');
  stdout.write(`${columns([['NAME', 'ID', 'PLATFORM', 'CREATED', 'SIZE'], ...rows], 120)}\n`);
}

async function load(argument: string | undefined, options: Options, context: Context): Promise<void> {
  const file = (options.input as string | undefined) ?? argument;
  const images = await withFile(file, context, (source, what) =>
    following(options, context, (job) => storeOf(options).load(source, what, job)),
  );
  for (const { names, id } of images) context.stdout.write(`Loaded image: ${names.join(', ') || short(id)}\n`);
}

async function save(refs: readonly string[], options: Options, context: Context): Promise<void> {
  const store = storeOf();
  const file = options.output as string | undefined;
  if (file === undefined) {
    if (context.stdout.isTTY)
      throw new InputError('an archive is nothing for a terminal', 'Name a file: --output FILE');
    for await (const chunk of store.save(refs))
      if (!context.stdout.write(chunk)) await new Promise((go) => context.stdout.once('drain', go));
    return;
  }
  if (!existsSync(dirname(file))) throw new InputError(`--output: ${dirname(file)} does not exist`);
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = openSync(unfinished, 'wx');
    try {
      for await (const chunk of store.save(refs)) {
        context.signal.throwIfAborted();
        writeAll(handle, chunk);
      }
    } finally {
      closeSync(handle);
    }
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** A command line as an option has it: JSON, or words. */
function words(option: string, text: unknown): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const line = String(text);
  if (!line.startsWith('[')) return line.split(/\s+/).filter(Boolean);
  try {
    const value: unknown = JSON.parse(line);
    if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return value;
  } catch {
    // Said below.
  }
  throw new InputError(`${option}: ${line} is no list of words`, 'Write sh -c, or ["sh", "-c"].');
}

function about(what: string, name: string, options: Options): ImportOptions {
  const platform = String(options.platform ?? PLATFORM_NAMES[0]);
  if (!(PLATFORM_NAMES as readonly string[]).includes(platform))
    throw new InputError(`--platform: ${platform} can’t be run here`, `There are: ${PLATFORM_NAMES.join(', ')}.`);
  const [os, architecture] = platform.split('/') as [string, string];
  const [cmd, entrypoint] = [words('--cmd', options.cmd), words('--entrypoint', options.entrypoint)];
  const env = options.env as readonly string[] | undefined;
  return {
    what,
    names: [name],
    platform: { os, architecture },
    config: {
      Env: env?.length ? [...env] : os === 'linux' ? ENV : [],
      ...(cmd && { Cmd: [...cmd] }),
      ...(entrypoint && { Entrypoint: [...entrypoint] }),
      WorkingDir: String(options.workdir ?? '/'),
      ...(options.user !== undefined && { User: String(options.user) }),
    },
    created: new Date().toISOString(),
    createdBy: `trapframe image import ${what}`,
    ...(options.message !== undefined && { comment: String(options.message) }),
  };
}

const told = (context: Context, { names, id, size }: ImageRecord): void => {
  context.stdout.write(`${names.join(', ')}  ${short(id)}  ${megabytes(size)}\n`);
};

async function importRoot(file: string, name: string, options: Options, context: Context): Promise<void> {
  const record = await withFile(file, context, (source, what) =>
    following(options, context, (job) => storeOf(options).importRoot(source, about(what, name, options), job)),
  );
  told(context, record);
}

async function buildBase(name: string, options: Options, context: Context): Promise<void> {
  let file = (options.busybox as string | undefined) ?? findBusybox(cacheDirectory());
  if (file === null) {
    await obtaining(options, context, fetchBusybox);
    file = findBusybox(cacheDirectory())!;
  }
  const busybox = options.busybox === undefined ? readFileSync(file) : readInput(file, '--busybox');
  const entries = baseEntries(busybox);
  if (!entries.some(({ name: path }) => path === 'bin/sh'))
    throw new InputError(`${file} is no busybox with a shell`, 'Give a statically linked one for riscv64.');
  const record = await storeOf().build(entries, {
    ...about('busybox', name, { cmd: '["sh"]' }),
    created: NO_DAY,
    createdBy: 'trapframe image build-base',
  });
  told(context, record);
}

/** Builds with the background process of containers, whose kernel runs what RUN says. */
async function build(folder: string, options: Options, context: Context): Promise<void> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new InputError(`${folder} is no folder`);
  const rows = (key: string, what: string): string =>
    JSON.stringify(Object.fromEntries((options[key] as string[]).map((row) => pair(what, row))));
  const query = new URLSearchParams({
    dockerfile: relative(folder, resolve(folder, String(options.file ?? 'Dockerfile'))).replaceAll('\\', '/'),
    buildargs: rows('buildArg', '--build-arg'),
    labels: rows('label', '--label'),
    target: String(options.target ?? ''),
    q: options.quiet === true ? '1' : '0',
    pull: options.pull === true ? '1' : '0',
  });
  for (const name of options.tag as string[]) query.append('t', name);
  const client = await ContainerClient.start(context.root, (line) => context.stderr.write(`trapframe: ${line}\n`));
  const answer = await client.build(packHost(folder, ''), query, context.signal);
  for await (const line of createInterface({ input: answer })) {
    const said = JSON.parse(line) as { stream?: string; error?: string; errorDetail?: { code?: number } };
    if (said.stream !== undefined) context.stdout.write(said.stream);
    if (said.error === undefined) continue;
    if (said.errorDetail?.code === undefined) throw new InputError(said.error);
    context.stderr.write(`trapframe: ${said.error}\n`);
    context.setExitCode(exitCode('failed'));
  }
}

async function history(ref: string, options: Options, { stdout }: Context): Promise<void> {
  const store = storeOf();
  const record = await store.find(ref);
  const steps = await historyOf(store, record);
  if (options.json) {
    stdout.write(`${JSON.stringify(steps, null, 2)}\n`);
    return;
  }
  const rows = steps.map((s) => [
    s.layer ? short(s.layer) : '(no layer)',
    day(s.created),
    megabytes(s.size),
    printable(`${s.createdBy || '–'}${s.comment ? `  # ${s.comment}` : ''}`),
  ]);
  stdout.write(`${columns([['LAYER', 'CREATED', 'SIZE', 'CREATED BY'], ...rows], 120)}\n`);
}

async function inspect(refs: readonly string[], { stdout }: Context): Promise<void> {
  const store = storeOf();
  const all = [];
  for (const ref of refs) {
    const record = await store.find(ref);
    all.push(await imageInspection(store, record));
  }
  stdout.write(`${JSON.stringify(all, null, 2)}\n`);
}

async function remove(refs: readonly string[], options: Options, context: Context): Promise<void> {
  const store = storeOf();
  for (const ref of refs) {
    try {
      const { untagged, deleted } = await store.remove(ref, options.force === true);
      for (const name of untagged) context.stdout.write(`Untagged: ${name}\n`);
      for (const id of deleted) context.stdout.write(`Deleted: ${id}\n`);
    } catch (e) {
      if (!(e instanceof InputError)) throw e;
      context.stderr.write(`trapframe: ${e.message}\n`);
      context.setExitCode(exitCode('input'));
    }
  }
}

/** `trapframe image`: what containers are made from. */
export function addImage(program: Command, context: Context): void {
  const group = program
    .command('image')
    .summary('images of containers: build, pull, push, import, load, save, list, inspect, remove')
    .description(
      'Keeps images of OCI and Docker for containers. `trapframe image build-base` makes a small one to begin with: ' +
        `${BASE}, busybox with its commands.`,
    );
  const limited = (command: Command): Command =>
    command
      .option('--max-size <SIZE>', 'the most one layer may have when it is unpacked (default: 8G)')
      .option('-q, --quiet', 'do not tell how far it is');
  group
    .command('build-base')
    .argument('[name]', 'what it is called', BASE)
    .description('Makes an image of Debian’s static busybox for riscv64, which is fetched once (about 1 MB).')
    .option('--busybox <FILE>', 'a static riscv64 busybox of your own')
    .option('--mirror <URL>', 'the mirror of Debian it comes from (default: this host’s)')
    .option('--suite <NAME>', 'the release of Debian', DEFAULT_SUITE)
    .option('-q, --quiet', 'do not tell how far it is')
    .action((name: string, options: Options) => buildBase(name, options, context));
  group
    .command('build')
    .argument('<folder>', 'the build context: what COPY and ADD take from')
    .description('Builds an image from a Dockerfile, in a container of what there is so far for each RUN.')
    .option('-t, --tag <NAME>', 'what it is called (repeatable)', more, [])
    .option('-f, --file <FILE>', 'the Dockerfile, within the folder (default: Dockerfile)')
    .option('--build-arg <NAME=VALUE>', 'the value of an ARG (repeatable)', more, [])
    .option('--label <NAME=VALUE>', 'a label (repeatable)', more, [])
    .option('--target <STAGE>', 'the stage to end with (default: the last one)')
    .option('--pull', 'look whether its registries have newer ones of the images it begins with')
    .option('-q, --quiet', 'only the identifier of what was built')
    .action((folder: string, options: Options) => build(folder, options, context));
  limited(
    group
      .command('import')
      .argument('<file>', 'a tar archive of a root file system, packed or not; - is standard input')
      .argument('<name>', 'what the image is called'),
  )
    .description('Makes an image of one layer of a root file system.')
    .option('--cmd <WORDS>', 'what it runs: sh -l, or ["sh", "-l"]')
    .option('--entrypoint <WORDS>', 'what it always runs; --cmd are its arguments then')
    .option('-e, --env <NAME=VALUE>', 'a variable of its environment (repeatable)', more, [])
    .option('-w, --workdir <DIR>', 'where it runs')
    .option('-u, --user <USER[:GROUP]>', 'as whom it runs')
    .option('-m, --message <TEXT>', 'a comment for its history')
    .option('--platform <NAME>', `${PLATFORM_NAMES.join(' or ')} (default: ${PLATFORM_NAMES[0]})`)
    .action((file: string, name: string, options: Options) => importRoot(file, name, options, context));
  limited(group.command('load').argument('[file]', 'the archive; without one: standard input'))
    .description('Takes the images of an archive: an OCI image layout or what `docker save` writes, packed or not.')
    .option('-i, --input <FILE>', 'the archive, as `docker load` names it')
    .action((file: string | undefined, options: Options) => load(file, options, context));
  const remote = (command: Command): Command =>
    command
      .argument('<image>', 'HOST[:PORT]/NAME[:TAG]; without a host at the registry that TRAPFRAME_REGISTRY names')
      .option('--insecure', 'speak plain HTTP where the registry has no HTTPS (this machine may always)');
  limited(remote(group.command('pull')))
    .description('Gets an image from a registry, logged in as the docker client is (~/.docker/config.json).')
    .option('--platform <OS/ARCH>', `which of several (default: the first there is of ${PLATFORM_NAMES.join(', ')})`)
    .action(async (ref: string, options: Options) => {
      context.stdout.write(`Pulled image: ${await pull(storeOf(options), ref, options, context)}\n`);
    });
  remote(group.command('push'))
    .description('Sends an image to a registry, logged in as the docker client is.')
    .option('-q, --quiet', 'do not tell how far it is')
    .action(async (ref: string, options: Options) => {
      context.stdout.write(`Pushed image: ${await push(storeOf(), ref, options, context)}\n`);
    });
  group
    .command('save')
    .argument('<image...>', 'names or identifiers')
    .description('Writes images as an archive that `docker load` and tools of OCI read.')
    .option('-o, --output <FILE>', 'where to (default: standard output)')
    .action((refs: string[], options: Options) => save(refs, options, context));
  group
    .command('ls')
    .alias('list')
    .description('Lists what images there are.')
    .option('-q, --quiet', 'identifiers only')
    .option('--json', 'all that is known of them, as JSON')
    .action((options: Options) => list(options, context));
  group
    .command('history')
    .argument('<image>', 'a name or an identifier')
    .description('Shows the layers of an image and what made them, the latest first.')
    .option('--json', 'as JSON')
    .action((ref: string, options: Options) => history(ref, options, context));
  group
    .command('inspect')
    .argument('<image...>', 'names or identifiers')
    .description('Shows what images are and run, as JSON.')
    .action((refs: string[]) => inspect(refs, context));
  group
    .command('tag')
    .argument('<image>', 'a name or an identifier')
    .argument('<name>', 'one more name for it')
    .description('Gives an image one more name.')
    .action(async (ref: string, name: string) => void (await storeOf().tag(ref, name)));
  group
    .command('rm')
    .argument('<image...>', 'names or identifiers')
    .description('Takes names away; an image without one goes, with the layers that only it has.')
    .option('-f, --force', 'also while a container uses it, or several names name it')
    .action((refs: string[], options: Options) => remove(refs, options, context));
}
