/** Obtaining a kernel and a userland once: built from Debian's source, or Debian's own binary. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../abi/errors.ts';
import { Apt, hostMirror, hostRepositories, type Repository } from './apt.ts';
import { exclusively, findBusybox, findKernel, keyOf, storeBusybox, storeKernel } from './cache.ts';
import { Failure, fileOfPackage, filesOfPackage, need, run } from './tools.ts';

export interface ObtainOptions {
  readonly cache: string;
  /** The checkout: the kernel's configuration lies below it. */
  readonly root: string;
  /** A mirror of Debian; the host's own when left out. */
  readonly mirror: string | null;
  /** The release that the riscv64 packages come from. */
  readonly suite: string;
  readonly signal: AbortSignal;
  /** Told what is going on: a few words, and how much of it is done (0…1) where that is known. */
  readonly progress: (what: string, done: number | null) => void;
}

const BUILD_TOOLS = {
  'riscv64-linux-gnu-gcc': 'gcc-riscv64-linux-gnu',
  make: 'make',
  gcc: 'gcc libc6-dev',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  xz: 'xz-utils',
};
/** Compilations of a build with our configuration; only the progress depends on it. */
const ABOUT_OBJECTS = 1500;

/** Riscv64 packages of Debian. */
export async function riscvApt(options: ObtainOptions): Promise<Apt> {
  const uri = options.mirror ?? (await hostMirror());
  const repositories = [{ uri, suite: options.suite }];
  const directory = join(options.cache, 'apt', `riscv64-${keyOf(uri, options.suite)}`);
  const apt = new Apt({ ...options, directory, architecture: 'riscv64', repositories });
  await apt.update();
  return apt;
}

async function storeBusyboxFrom(apt: Apt, options: ObtainOptions): Promise<string> {
  const row = await apt.show('busybox-static');
  const [deb] = await apt.download([row]);
  const path = (await filesOfPackage(deb!)).find((file) => /\/bin\/busybox$/.test(file));
  if (!path) throw new InputError(`${deb} holds no busybox`);
  storeBusybox(options.cache, row.sha256.slice(0, 16), fileOfPackage(deb!, path));
  return `busybox-static ${row.version}`;
}

/** Debian's statically linked busybox for riscv64. Returns what was obtained. */
export const fetchBusybox = (options: ObtainOptions): Promise<string> =>
  exclusively(join(options.cache, 'apt'), async () => storeBusyboxFrom(await riscvApt(options), options));

/** Debian's own kernel for riscv64, and busybox. Returns what was obtained. */
export async function fetchKernel(options: ObtainOptions): Promise<string> {
  return exclusively(join(options.cache, 'apt'), async () => {
    const apt = await riscvApt(options);
    const busybox = await storeBusyboxFrom(apt, options);
    // The meta package names the newest kernel; newer releases keep the Image in a package of its own.
    let row = await apt.show('linux-image-riscv64');
    for (let next: string | undefined = row.name; next; ) {
      row = await apt.show(next);
      next = row.depends.find((name) => /^linux-(image|binary)-\d/.test(name) && name !== row.name);
    }
    const [deb] = await apt.download([row]);
    const path = (await filesOfPackage(deb!)).find((file) => /\/vmlinu[xz][^/]*$/.test(file));
    if (!path) throw new InputError(`${deb} holds no kernel`);
    const about = `${row.name} ${row.version} of Debian ${options.suite}`;
    storeKernel(options.cache, 'debian', row.sha256.slice(0, 16), fileOfPackage(deb!, path), about);
    return `${about}, ${busybox}`;
  });
}

/** The source package of the host's release. */
async function sourceApt(options: ObtainOptions): Promise<Apt> {
  const host = await hostRepositories();
  const repositories: Repository[] = options.mirror
    ? [{ uri: options.mirror, suite: 'bookworm' }]
    : host.filter(({ suite }) => !suite.endsWith('-backports'));
  if (repositories.length === 0) await hostMirror();
  const directory = join(options.cache, 'apt', `source-${keyOf(JSON.stringify(repositories))}`);
  // The package is the same for every architecture; the index of one is enough.
  const apt = new Apt({ ...options, directory, architecture: 'amd64', repositories });
  await apt.update();
  return apt;
}

const MAKE_ENV = {
  ARCH: 'riscv',
  CROSS_COMPILE: 'riscv64-linux-gnu-',
  // Equal inputs give equal bytes.
  KBUILD_BUILD_TIMESTAMP: '1970-01-01',
  KBUILD_BUILD_USER: 'trapframe',
  KBUILD_BUILD_HOST: 'trapframe',
};

/** Unpacks and configures the source; what a stopped run left is gone on with. */
async function prepare(work: string, deb: string, config: string, options: ObtainOptions): Promise<string> {
  const source = join(work, 'source');
  if (!existsSync(source)) {
    options.progress('unpacking the source', null);
    const unpacked = join(work, 'unpacked');
    rmSync(unpacked, { recursive: true, force: true });
    mkdirSync(unpacked, { recursive: true });
    const script =
      'dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards "./usr/src/linux-source-*.tar.xz" | tar -xJ --strip-components=1 -C "$2"';
    await run('sh', ['-c', script, 'sh', deb, unpacked], { signal: options.signal });
    renameSync(unpacked, source);
  }
  options.progress('configuring the kernel', null);
  writeFileSync(join(work, 'wanted.config'), config);
  const env = { ...process.env, ...MAKE_ENV, KCONFIG_ALLCONFIG: join(work, 'wanted.config') };
  await run('make', ['-s', 'allnoconfig', `O=${join(work, 'objects')}`], { cwd: source, env, signal: options.signal });
  return source;
}

async function compile(work: string, source: string, options: ObtainOptions): Promise<Uint8Array> {
  let objects = 0;
  const args = ['-n', '10', 'make', `-j${availableParallelism()}`, `O=${join(work, 'objects')}`, 'Image'];
  const env = { ...process.env, ...MAKE_ENV };
  const onLine = (line: string): void => {
    if (/^ {2}(CC|AS|AR|LD) /.test(line)) objects++;
    options.progress('compiling the kernel', Math.min(objects / ABOUT_OBJECTS, 0.99));
  };
  try {
    await run('nice', args, { cwd: source, env, onLine, signal: options.signal });
  } catch (error) {
    if (!(error instanceof Failure) || options.signal.aborted) throw error;
    throw new InputError(
      `the kernel could not be built:\n${error.said}`,
      `The build is in ${work}; delete it to begin anew.`,
    );
  }
  return readFileSync(join(work, 'objects/arch/riscv/boot/Image'));
}

/** Builds a kernel from Debian's source package with our configuration, and gets busybox. Returns what was obtained. */
export async function buildKernel(options: ObtainOptions): Promise<string> {
  need(BUILD_TOOLS, 'building a kernel', 'Or take Debian’s own: --fetch.');
  const config = readFileSync(join(options.root, 'bench/linux/kernel.config'), 'utf8');
  const compiler = (await run('riscv64-linux-gnu-gcc', ['-dumpfullversion'])).trim();
  const busybox = await exclusively(join(options.cache, 'apt'), async () =>
    findBusybox(options.cache) ? 'busybox as it was' : storeBusyboxFrom(await riscvApt(options), options),
  );
  return exclusively(join(options.cache, 'build'), async () => {
    const apt = await sourceApt(options);
    const meta = await apt.show('linux-source');
    const row = await apt.show(meta.depends.find((name) => /^linux-source-\d/.test(name)) ?? 'linux-source-6.1');
    const key = keyOf(config, row.sha256, compiler, JSON.stringify(MAKE_ENV));
    const about = `${row.name} ${row.version}, gcc ${compiler}`;
    if (findKernel(options.cache, 'built', key)) return `${about} (was there already), ${busybox}`;
    const [deb] = await apt.download([row]);
    const work = join(options.cache, 'build', key);
    mkdirSync(work, { recursive: true });
    const source = await prepare(work, deb!, config, options);
    storeKernel(options.cache, 'built', key, await compile(work, source, options), about);
    rmSync(work, { recursive: true, force: true });
    return `${about}, ${busybox}`;
  });
}
