/** The stock `docker` client, and a background process of containers with a small image. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { bytesSource } from '../../src/image/source.ts';
import { type NewEntry, writeTar } from '../../src/image/tar-write.ts';
import { buildPrograms } from './linux-programs.ts';
import { projectRoot } from './machine.ts';

const CALL_MS = 20_000;

export const hasDocker = spawnSync('docker', ['--version']).status === 0;

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Docker {
  /** Its state is in `state` below it. */
  readonly folder: string;
  /** What a process needs to reach it. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs `docker …`; what it says. */
  run(args: readonly string[], input?: string): Said;
  /** What it says where it succeeds, without white space around. */
  ok(...args: readonly string[]): string;
  /** Ends the background process by a signal, and starts another. */
  restart(signal: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}

/** Starts it, with the image `small:1`, which has /bin/tool and /bin/echo. */
export async function openDocker(): Promise<Docker> {
  const programs = await buildPrograms(['tool', 'echo']);
  const folder = mkdtempSync(join(tmpdir(), 'trapframe-docker-'));
  const socket = join(folder, 'state/container.sock');
  mkdirSync(join(folder, 'state'));
  const own = { uid: 0, gid: 0, mtime: 0, link: '', device: [0, 0], xattrs: new Map() } as const;
  const program = (name: string): NewEntry => ({
    ...own,
    name: `bin/${name}`,
    type: 'file',
    mode: 0o755,
    content: bytesSource(readFileSync(programs.get(name)!)),
  });
  const bin: NewEntry = { ...own, name: 'bin/', type: 'directory', mode: 0o755 };
  writeFileSync(join(folder, 'root.tar'), Buffer.concat([...writeTar([bin, program('tool'), program('echo')])]));
  const env = {
    ...process.env,
    TRAPFRAME_STATE: join(folder, 'state'),
    TRAPFRAME_NO_SETUP: '1',
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_CONFIG: folder,
    DOCKER_BUILDKIT: '0',
  };
  const begin = async (): Promise<ReturnType<typeof spawn>> => {
    const made = spawn(process.execPath, [join(projectRoot(), 'src/cli/trapframe.mjs'), 'container', 'serve'], {
      env,
      stdio: 'ignore',
    });
    for (let i = 0; i < 400 && !existsSync(socket); i++) await sleep(50);
    return made;
  };
  let daemon = await begin();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const over = new Promise((settle) => daemon.once('exit', settle));
    if (daemon.kill(signal)) await over;
  };
  const run = (args: readonly string[], input = ''): Said => {
    const ran = spawnSync('docker', args, { env, input, encoding: 'utf8', timeout: CALL_MS });
    return { code: ran.status, out: ran.stdout, err: ran.stderr };
  };
  const ok = (...args: readonly string[]): string => {
    const { code, out, err } = run(args);
    expect(code, `docker ${args.join(' ')}: ${err}`).toBe(0);
    return out.trim();
  };
  expect(ok('import', join(folder, 'root.tar'), 'small:1')).toMatch(/^sha256:/);
  return {
    folder,
    env,
    run,
    ok,
    async restart(signal) {
      await end(signal);
      rmSync(socket, { force: true });
      daemon = await begin();
    },
    async close() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
