/**
 * Debian's packages through apt, in directories of our own: nothing of the host's package state is read or changed except which mirror
 * it uses, no rights are needed, and every index and package is verified against the archive's keys.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../abi/errors.ts';
import { Failure, need, run } from './tools.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const TOOLS = { 'apt-get': 'apt', 'apt-cache': 'apt', 'dpkg-deb': 'dpkg', tar: 'tar' };
const OTHERWISE = 'Or give your own: --kernel and --initrd.';

export interface Repository {
  readonly uri: string;
  /** The release's code name. */
  readonly suite: string;
}

/** The repositories of Debian itself that this host uses. */
export async function hostRepositories(): Promise<Repository[]> {
  need(TOOLS, 'getting Debian’s packages', OTHERWISE);
  const format = '$(REPO_URI)|$(RELEASE)|$(ORIGIN)|$(COMPONENT)';
  const listing = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const rows = listing
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([, , origin, component]) => origin === 'Debian' && component === 'main')
    .map(([uri, suite]) => `${uri}|${suite}`);
  return [...new Set(rows)].map((row) => {
    const [uri, suite] = row.split('|') as [string, string];
    return { uri, suite };
  });
}

/** The archive of the host's releases (not of their security updates), which holds every release; throws where there is none. */
export async function hostMirror(): Promise<string> {
  const found = (await hostRepositories()).find(({ suite }) => !/[-/]/.test(suite));
  if (found) return found.uri;
  throw new InputError('this host uses no mirror of Debian', `Name one: --mirror URL. ${OTHERWISE}`);
}

export interface AptOptions {
  /** Where its lists and packages are kept. */
  readonly directory: string;
  readonly architecture: string;
  readonly repositories: readonly Repository[];
  readonly signal: AbortSignal;
  /** Told what is going on: a few words, and how much of it is done (0…1) where that is known. */
  readonly progress: (what: string, done: number | null) => void;
}

/** A package as its index describes it. */
export interface PackageRow {
  readonly name: string;
  readonly version: string;
  readonly depends: readonly string[];
  readonly sha256: string;
  readonly size: number;
}

/** A package that lies here. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly file: string;
}

export class Apt {
  private readonly options: AptOptions;
  private readonly env: NodeJS.ProcessEnv;

  constructor(options: AptOptions) {
    need(TOOLS, 'getting Debian’s packages', OTHERWISE);
    if (!existsSync(KEYRING)) {
      throw new InputError(`${KEYRING} is missing: nothing could be verified`, 'Install debian-archive-keyring.');
    }
    this.options = options;
    this.env = { ...process.env, LC_ALL: 'C.UTF-8', APT_CONFIG: join(options.directory, 'apt.conf') };
  }

  private path(...parts: string[]): string {
    return join(this.options.directory, ...parts);
  }

  /** Makes the directories and reads the indexes. */
  async update(): Promise<void> {
    const { architecture, repositories, progress } = this.options;
    for (const part of ['etc', 'lists/partial', 'archives/partial', 'packages'])
      mkdirSync(this.path(part), { recursive: true });
    if (!existsSync(this.path('status'))) writeFileSync(this.path('status'), '');
    writeFileSync(
      this.path('etc/sources.list'),
      repositories
        .map(({ uri, suite }) => `deb [arch=${architecture} signed-by=${KEYRING}] ${uri} ${suite} main\n`)
        .join(''),
    );
    // How the host reaches the network (proxies, timeouts) holds here too.
    const acquire = await run('apt-config', ['dump', '--format', '%f "%v";%n', 'Acquire']);
    const settings = {
      'Dir::Etc': this.path('etc'),
      'Dir::Etc::SourceList': this.path('etc/sources.list'),
      'Dir::Etc::SourceParts': '/dev/null',
      'Dir::State::Lists': this.path('lists'),
      'Dir::State::status': this.path('status'),
      'Dir::Cache': this.path(),
      'Dir::Cache::archives': this.path('archives'),
      'Dir::Cache::pkgcache': '',
      'Dir::Cache::srcpkgcache': '',
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
      // An unprivileged user cannot write here; there is nothing to protect from it either.
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
    };
    const own = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
    writeFileSync(this.path('apt.conf'), acquire + own.join(''));
    progress('reading the package index', null);
    await this.apt(['update', '-q', '--error-on=any'], 'reading the package index');
  }

  private async apt(args: readonly string[], what: string, cwd?: string): Promise<void> {
    const { progress, signal } = this.options;
    try {
      await run('apt-get', ['-o', 'APT::Status-Fd=3', ...args], {
        env: this.env,
        status: true,
        signal,
        ...(cwd ? { cwd } : {}),
        onLine: (line) => {
          const percent = /^dlstatus:[^:]*:([\d.]+):/.exec(line)?.[1];
          if (percent) progress(what, Number(percent) / 100);
        },
      });
    } catch (error) {
      if (!(error instanceof Failure) || signal.aborted) throw error;
      const errors = error.said.split('\n').filter((line) => /^(E|Err|W):/.test(line));
      const offline =
        /Could not resolve|Temporary failure|Could not connect|Network is unreachable|Connection failed/.test(
          error.said,
        );
      throw new InputError(
        `${what} failed: ${offline ? 'the mirror cannot be reached' : 'apt says'}\n  ${(errors.length ? errors : [error.said]).join('\n  ')}`,
        offline
          ? `It is needed once; what was loaded is kept. Try again later, or name another mirror: --mirror URL. ${OTHERWISE}`
          : `Try another mirror or release: --mirror URL, --suite NAME. ${OTHERWISE}`,
      );
    }
  }

  /** What the index says of the newest version of a package. */
  async show(name: string): Promise<PackageRow> {
    const text = await run('apt-cache', ['show', '--no-all-versions', name], { env: this.env }).catch(() => '');
    const field = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    if (!field('Version')) {
      const suites = this.options.repositories.map((r) => r.suite).join(', ');
      throw new InputError(
        `there is no package ${name} in ${suites} for ${this.options.architecture}`,
        `Try another release: --suite NAME. ${OTHERWISE}`,
      );
    }
    const depends = field('Depends')
      .split(',')
      .map((d) => d.trim().split(/[ |:]/)[0]!)
      .filter(Boolean);
    return { name, version: field('Version'), depends, sha256: field('SHA256'), size: Number(field('Size')) };
  }

  /** Downloads packages with all they depend on (what is here already is not loaded again), in the order of their names. */
  async downloadAll(names: readonly string[]): Promise<PackageFile[]> {
    for (const name of names) await this.show(name);
    const install = ['install', '-qy', '--no-install-recommends'];
    const listing = await run('apt-get', [...install, '--print-uris', '--reinstall', ...names], { env: this.env });
    // 'URI' FILE SIZE HASH, where the file is NAME_VERSION_ARCHITECTURE.deb; what was loaded before is not listed.
    const bytes = listing.split('\n').reduce((sum, line) => sum + Number(/^'[^']+' \S+ (\d+)/.exec(line)?.[1] ?? 0), 0);
    const what = `loading ${names.length} packages and what they need (${(bytes / 1e6).toFixed(1)} MB)`;
    if (bytes > 0) await this.apt([...install, '--download-only', ...names], what);
    const plan = await run('apt-get', [...install, '--simulate', ...names], { env: this.env });
    return [...plan.matchAll(/^Inst (\S+) \((\S+) /gm)]
      .map(([, name, version]) => this.archived(name!, version!))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A package that `install --download-only` has loaded. */
  private archived(name: string, version: string): PackageFile {
    const { architecture } = this.options;
    const file = [architecture, 'all']
      .map((a) => this.path('archives', `${name}_${version.replace(':', '%3a')}_${a}.deb`))
      .find((path) => existsSync(path));
    if (!file)
      throw new InputError(`apt did not load ${name} ${version}`, `Delete ${this.path('archives')} and try again.`);
    return { name, version, file };
  }

  /** Downloads packages (what is here already is not loaded again) and returns their files. */
  async download(packages: readonly PackageRow[]): Promise<string[]> {
    const files: string[] = [];
    for (const row of packages) {
      const directory = this.path('packages', row.sha256.slice(0, 16));
      const have = (): string | undefined =>
        existsSync(directory) ? readdirSync(directory).find((name) => name.endsWith('.deb')) : undefined;
      if (!have()) {
        mkdirSync(directory, { recursive: true });
        const what = `loading ${row.name} ${row.version} (${(row.size / 1e6).toFixed(1)} MB)`;
        this.options.progress(what, 0);
        await this.apt(['download', '-q', `${row.name}=${row.version}`], what, directory);
      }
      files.push(join(directory, have()!));
    }
    return files;
  }
}
