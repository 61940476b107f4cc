/** What can be asked of the process that holds the VM: one function a request. */
import { renameSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { InputError, isInputError } from '../../abi/errors.ts';
import type { AgentSession, ExecEnding, ExecOptions } from '../../machine/agent.ts';
import { PARTLY, scriptWords } from '../../machine/light/scripts.ts';
import { deviceOf, type LightVm } from '../../machine/light/vm.ts';
import { ENVIRONMENT } from '../linux/session.ts';
import { observe } from '../observe.ts';
import type { Connection } from './connection.ts';
import { Distros, makeDisk, type User } from './distros.ts';
import {
  added,
  checkName,
  type Distro,
  diskOf,
  findDistro,
  freeNumber,
  readRegistry,
  removed,
  unfinishedOf,
  updateRegistry,
} from './registry.ts';
import type { RunRequest } from './run-request.ts';
import type { VmSettings } from './settings.ts';
import type { Answer, Request, VmStatus } from './wire.ts';

/** Input that may wait for the guest, in bytes, before the client is held up. */
const WAITING_MOST = 1 << 20;
const SHARE_AT = '/mnt/host';
const SIGNAL = { hangUp: 1, kill: 9 } as const;

export interface Facts {
  readonly state: string;
  readonly settings: VmSettings;
  readonly kernel: string;
  readonly started: string;
}

export class Service {
  private readonly vm: LightVm;
  private readonly facts: Facts;
  private readonly distros: Distros;
  /** Files read so far: each has a place of its own to be mounted. */
  private reads = 0;

  constructor(vm: LightVm, facts: Facts) {
    this.vm = vm;
    this.facts = facts;
    this.distros = new Distros(vm, facts.state);
  }

  /** Carries one request out. Rejects with an InputError. */
  async serve(request: Request, connection: Connection): Promise<Answer> {
    switch (request.op) {
      case 'run':
        return { code: (await this.observed(request, connection)).code };
      case 'install':
        return this.create(request.name, connection, 'install', 'installed');
      case 'import':
        return this.create(request.name, connection, 'import', 'imported');
      case 'export':
        return this.export(request.name, connection);
      case 'read':
        return this.read(request.name, request.path, connection);
      case 'terminate':
        await this.distros.stop(this.find(request.name));
        return { code: 0 };
      case 'unregister':
        return this.unregister(request.name);
      case 'status':
        return { code: 0, status: this.status() };
      case 'shutdown':
        await this.vm.powerOff();
        return { code: 0 };
    }
  }

  private find(name: string | null): Distro {
    return findDistro(readRegistry(this.facts.state), name);
  }

  private status(): VmStatus {
    const { kernel, started, settings, state } = this.facts;
    return {
      pid: process.pid,
      running: readRegistry(state)
        .distros.filter((d) => this.distros.isRunning(d))
        .map((d) => d.name),
      programs: this.vm.sessions,
      memory: settings.memory,
      resident: process.memoryUsage.rss(),
      kernel,
      started,
      instructions: this.vm.counters().instret ?? 0,
    };
  }

  /** What the guest calls a directory of the host, or null where it does not see it. */
  private directoryOf(cwd: string, shared: boolean): string | null {
    const inside = relative(this.facts.settings.share, cwd);
    if (!shared || inside === '..' || inside.startsWith(`..${sep}`) || inside.startsWith(sep)) return null;
    return inside === '' ? SHARE_AT : `${SHARE_AT}/${inside}`;
  }

  /** Runs a program, and looks at the VM meanwhile as it is asked to. */
  private async observed(request: RunRequest, connection: Connection): Promise<ExecEnding> {
    if (!request.observation) return this.run(request, connection);
    // What is to be seen is the program, not how its distribution starts.
    await this.distros.start(this.find(request.distro));
    const stderr = { write: (text: string) => connection.stderr(new TextEncoder().encode(text)) };
    const end = await observe(this.vm.system, request.observation, { stderr }, connection.hurry);
    return this.run(request, connection).finally(end);
  }

  private async run(request: RunRequest, connection: Connection): Promise<ExecEnding> {
    const distro = this.find(request.distro);
    const running = await this.distros.start(distro);
    if (running.warning) connection.stderr(new TextEncoder().encode(`trapframe: ${running.warning}\n`));
    running.warning = null;
    const { settings } = running;
    const user = await this.distros.user(distro, running, request.user ?? settings.user);
    const wanted = request.cd === '~' ? user.home : (request.cd ?? this.directoryOf(request.cwd, settings.share));
    const options: ExecOptions = {
      argv: request.argv.length ? request.argv : [user.shell, '-l'],
      env: environment(user, distro.name, request.env),
      distro: distro.number,
      user: user.id,
      group: user.group,
      ...(request.terminal ? { terminal: request.terminal } : {}),
    };
    if (wanted !== null) {
      const ending = this.pass({ ...options, directory: wanted }, connection, SIGNAL.hangUp);
      return request.cd === null
        ? ending
        : ending.catch((error: Error) => {
            throw isInputError(error) ? new InputError(`${error.message} (in ${wanted})`) : error;
          });
    }
    // A home that is not there is no reason to run nothing.
    const home = { ...options, directory: user.home };
    return this.pass(home, connection, SIGNAL.hangUp).catch((error: Error) => {
      if (!isInputError(error) || connection.closed) throw error;
      return this.pass({ ...options, directory: '/' }, connection, SIGNAL.hangUp);
    });
  }

  /** Runs a program with the streams of a connection. */
  private async pass(options: ExecOptions, connection: Connection, atHangUp: number): Promise<ExecEnding> {
    const session: AgentSession = this.vm.exec({
      ...options,
      onStdout: (bytes) => connection.stdout(bytes),
      onStderr: (bytes) => connection.stderr(bytes),
      onTaken: () => {
        if (session.waiting < WAITING_MOST) connection.resumeInput();
      },
    });
    connection.attach({
      stdin: (bytes) => {
        session.write(bytes);
        if (session.waiting >= WAITING_MOST) connection.pauseInput();
      },
      stdinEnd: () => session.end(),
      signal: (number) => session.signal(number),
      size: ({ rows, columns }) => session.resize(rows, columns),
      hold: (on) => session.hold(on),
      closed: () => {
        session.signal(atHangUp);
        session.end();
      },
    });
    return session.exit.finally(() => connection.detach());
  }

  private async create(
    name: string,
    connection: Connection,
    script: 'install' | 'import',
    what: string,
  ): Promise<Answer> {
    const { state, settings } = this.facts;
    checkName(name);
    const registry = readRegistry(state);
    if (registry.distros.some((d) => d.name === name))
      throw new InputError(`there is a distribution ${name} already`, 'Take another name, or unregister it.');
    const distro: Distro = {
      name,
      number: freeNumber(registry, this.distros.taken),
      created: new Date().toISOString(),
    };
    const file = diskOf(state, name);
    const unfinished = unfinishedOf(state, distro);
    try {
      makeDisk(unfinished, settings.diskSize);
      const { code } = await this.distros.exclusively(distro, what, unfinished, (device, at) =>
        this.pass({ argv: scriptWords(script, device, at), env: ENVIRONMENT }, connection, SIGNAL.kill),
      );
      if (connection.closed || (code !== 0 && code !== PARTLY)) throw new InputError(`${name} was not ${what}`);
      renameSync(unfinished, file);
      await updateRegistry(state, (r) => added(r, distro));
      return { code };
    } finally {
      rmSync(unfinished, { force: true });
    }
  }

  private async export(name: string, connection: Connection): Promise<Answer> {
    const distro = this.find(name);
    const { code } = await this.distros.exclusively(distro, 'exported', diskOf(this.facts.state, name), (device, at) =>
      this.pass({ argv: scriptWords('export', device, at), env: ENVIRONMENT }, connection, SIGNAL.kill),
    );
    if (code !== 0 && code !== PARTLY) throw new InputError(`${name} was not exported`);
    return { code };
  }

  private async read(name: string, path: string, connection: Connection): Promise<Answer> {
    const distro = this.find(name);
    await this.distros.start(distro);
    const at = `/mnt/read${this.reads++}`;
    const argv = scriptWords('read', deviceOf(distro.number), at, path);
    const { code } = await this.pass({ argv, env: ENVIRONMENT }, connection, SIGNAL.kill);
    await this.distros.release(at);
    if (code !== 0) throw new InputError(`${name}:${path} cannot be read`);
    return { code };
  }

  private async unregister(name: string): Promise<Answer> {
    const { state } = this.facts;
    const distro = this.find(name);
    // Its disk need not be there any more.
    await this.distros.exclusively(distro, 'unregistered', null, async () => {
      await updateRegistry(state, (r) => removed(r, name));
      rmSync(diskOf(state, name), { force: true });
    });
    return { code: 0 };
  }

  /** A file for the guest to swap to; it is as old as the VM. */
  swapFile(): string {
    return join(this.facts.state, 'swap');
  }
}

/** What a program finds in its environment; what the host passes comes first. */
function environment(user: User, distro: string, passed: Readonly<Record<string, string>>): Record<string, string> {
  return {
    TERM: 'dumb',
    ...passed,
    PATH: ENVIRONMENT.PATH,
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    SHELL: user.shell,
    WSL_DISTRO_NAME: distro,
  };
}
