/** Debian's programs for riscv64 unpacked into a directory, as a root for `trapframe process`. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { InputError } from '../../abi/errors.ts';
import { exclusively, keyOf, writeWhole } from './cache.ts';
import { type ObtainOptions, riscvApt } from './obtain.ts';
import { Failure, need, run } from './tools.ts';

/** What a root holds without being asked for more: what programs expect, and the interpreters people try first. */
export const ROOT_PACKAGES: readonly string[] = [
  'base-files',
  'base-passwd',
  'bash',
  'coreutils',
  'dash',
  'debianutils',
  'diffutils',
  'file',
  'findutils',
  'gawk',
  'grep',
  'gzip',
  'libc-bin',
  'lua5.4',
  'mount',
  'ncurses-base',
  'ncurses-bin',
  'perl-base',
  'procps',
  'python3',
  'sed',
  'sqlite3',
  'strace',
  'tar',
  'util-linux',
  'xz-utils',
];

/** Directories that mounts and programs need and no package brings. */
const DIRECTORIES = ['dev', 'mnt/host', 'proc', 'root', 'run', 'sys', 'tmp', 'var/tmp'];

/** What an installation writes and no package brings: without it `localhost` is nobody. */
const HOSTS = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n';

/** Names that the packages' scripts would make links of. */
const ALTERNATIVES = [
  ['awk', 'gawk'],
  ['lua', 'lua5.4'],
] as const;

const roots = (cache: string): string => join(cache, 'roots');

/** The newest root that was unpacked, or null. */
export function findRoot(cache: string): string | null {
  const directory = roots(cache);
  if (!existsSync(directory)) return null;
  const found = readdirSync(directory)
    .map((name) => join(directory, name, 'root'))
    .filter((root) => existsSync(root))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return found[0] ?? null;
}

/** Gets packages with all they depend on and unpacks them. Returns what was obtained, and where it is. */
export async function fetchRoot(
  options: ObtainOptions,
  more: readonly string[],
): Promise<{ root: string; about: string }> {
  need({ 'dpkg-deb': 'dpkg', tar: 'tar' }, 'unpacking Debian’s packages', '');
  const names = [...new Set([...ROOT_PACKAGES, ...more])];
  return exclusively(join(options.cache, 'apt'), async () => {
    const apt = await riscvApt(options);
    const files = await apt.downloadAll(names);
    const key = keyOf(...files.map(({ name, version }) => `${name} ${version}`), 'layout 3');
    const directory = join(roots(options.cache), `debian-${options.suite}-${key}`);
    const root = join(directory, 'root');
    const about = `${files.length} packages of Debian ${options.suite}`;
    if (existsSync(root)) return { root, about: `${about} (were there already)` };
    await unpack(files, directory, options);
    writeWhole(join(directory, 'about.txt'), `${files.map((f) => `${f.name} ${f.version}`).join('\n')}\n`);
    return { root, about };
  });
}

async function unpack(
  files: readonly { readonly name: string; readonly file: string }[],
  directory: string,
  options: ObtainOptions,
): Promise<void> {
  const { progress, signal } = options;
  const unfinished = join(directory, 'unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // The links of the merged /usr have to be there before anything lies behind them.
  const ordered = [...files].sort((a, b) => Number(b.name === 'base-files') - Number(a.name === 'base-files'));
  for (const [i, { name, file }] of ordered.entries()) {
    progress(`unpacking ${name}`, i / ordered.length);
    // As whoever unpacks it: owners are the host's.
    const script = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$2"';
    await run('sh', ['-c', script, 'sh', file, unfinished], { signal });
  }
  for (const name of DIRECTORIES) mkdirSync(join(unfinished, name), { recursive: true });
  // What the packages' own scripts would have made, were they run.
  const master = join(unfinished, 'usr/share/base-passwd');
  for (const [from, to] of [
    ['passwd.master', 'passwd'],
    ['group.master', 'group'],
  ] as const) {
    if (!existsSync(join(master, from))) throw new InputError(`base-passwd holds no ${from}`);
    writeFileSync(join(unfinished, 'etc', to), readFileSync(join(master, from)));
  }
  writeFileSync(join(unfinished, 'etc/hosts'), HOSTS);
  for (const [name, program] of ALTERNATIVES) symlinkSync(program, join(unfinished, 'usr/bin', name));
  await compilePython(unfinished, options);
  renameSync(unfinished, join(directory, 'root'));
}

/** Parts of Python's library that are not compiled ahead: large, and hardly ever imported. */
const UNCOMPILED = /\/(ensurepip|idlelib|lib2to3|pydoc_data|test|tkinter|turtledemo)\//;

/** Compiles Python's library, by that Python: its root is read-only later, and each import would compile anew. */
async function compilePython(root: string, { root: checkout, progress, signal }: ObtainOptions): Promise<void> {
  const libraries = readdirSync(join(root, 'usr/lib')).filter((name) => /^python3/.test(name));
  const modules = libraries
    .flatMap((name) => readdirSync(join(root, 'usr/lib', name), { recursive: true, encoding: 'utf8' }))
    .filter((file) => file.endsWith('.py') && !UNCOMPILED.test(`/${file}`)).length;
  let compiled = 0;
  const python = ['/usr/bin/python3', '-u', '-m', 'compileall', '--invalidation-mode', 'unchecked-hash'];
  const where = ['-x', UNCOMPILED.source, ...libraries.map((name) => `/usr/lib/${name}`)];
  try {
    await run(
      process.execPath,
      [join(checkout, 'src/cli/trapframe.mjs'), 'process', '--root', root, ...python, ...where],
      {
        signal,
        onLine: (line) => {
          if (line.startsWith('Compiling')) progress('compiling Python’s library', compiled++ / modules);
        },
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    // What does not compile is told when it is imported.
    if (!(error instanceof Failure)) throw error;
  }
}
