/** Programs of the host: whether they are there, and running them with their progress told. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { InputError } from '../../abi/errors.ts';

/** Programs and the Debian packages that bring them. */
export type Tools = Readonly<Record<string, string>>;

const isThere = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Throws an InputError that says what to install when something is missing. */
export function need(tools: Tools, what: string, otherwise: string): void {
  const missing = Object.keys(tools).filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => tools[program]))];
  throw new InputError(
    `${what} needs ${missing.join(', ')}`,
    `On Debian: apt-get install --no-install-recommends ${packages.join(' ')}. ${otherwise}`,
  );
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Told of each line of stdout, and of descriptor 3 where `status` is set. */
  readonly onLine?: (line: string) => void;
  /** Whether lines come on descriptor 3 too. */
  readonly status?: boolean;
  readonly signal?: AbortSignal;
}

const lines = (onLine: (line: string) => void): ((chunk: Buffer) => void) => {
  let rest = '';
  return (chunk) => {
    const all = (rest + chunk.toString()).split('\n');
    rest = all.pop()!;
    for (const line of all) onLine(line);
  };
};

/** Runs a program to its end and resolves to its stdout; rejects with the last lines it said when it fails. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe', options.status ? 'pipe' : 'ignore'],
      // A group of its own, so that stopping it stops what it started.
      detached: true,
    });
    let out = '';
    let said = '';
    const keep = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-4000);
    };
    const onLine = options.onLine && lines(options.onLine);
    child.stdout!.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      keep(chunk);
      onLine?.(chunk);
    });
    child.stderr!.on('data', keep);
    if (options.status && options.onLine) child.stdio[3]!.on('data', lines(options.onLine));
    const stop = (): void => {
      if (child.pid) process.kill(-child.pid, 'SIGTERM');
    };
    options.signal?.addEventListener('abort', stop, { once: true });
    child.on('error', (error) => reject(new InputError(`${program} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      options.signal?.removeEventListener('abort', stop);
      if (code === 0) resolve(out);
      else reject(new Failure(program, signal ?? `exit code ${code}`, said.trim().split('\n').slice(-15).join('\n')));
    });
  });
}

/** A program of the host failed. */
export class Failure extends Error {
  readonly said: string;

  constructor(program: string, how: string, said: string) {
    super(`${program} ended with ${how}\n${said}`);
    this.said = said;
  }
}

/** The bytes of one file of a Debian package. */
export function fileOfPackage(deb: string, path: string): Uint8Array {
  const tar = spawnSync('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -xO "$2"', 'sh', deb, path], {
    maxBuffer: 2 ** 30,
  });
  if (tar.status !== 0 || tar.stdout.length === 0) {
    throw new InputError(`${deb} holds no ${path}`, tar.stderr.toString().trim());
  }
  return new Uint8Array(tar.stdout);
}

/** Paths in a Debian package. */
export async function filesOfPackage(deb: string): Promise<string[]> {
  const listing = await run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -t', 'sh', deb]);
  return listing.split('\n').filter(Boolean);
}
