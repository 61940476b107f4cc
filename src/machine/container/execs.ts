/** Programs that are run in containers beside their own. */
import { InputError, isInputError } from '../../abi/errors.ts';
import { environment } from './choices.ts';
import { capabilities } from './config.ts';
import { NO_PROGRAM, NotStarted, type Running } from './container.ts';
import type { Entry } from './entry.ts';
import { newId } from './names.ts';
import { type ExecRequest, readExec } from './request.ts';
import type { SpecProcess } from './spec.ts';
import { findUser } from './users.ts';

/** A program that was asked for in a running container. */
export interface Exec {
  readonly id: string;
  readonly entry: Entry;
  readonly request: ExecRequest;
  running: Running | null;
  /** What an end would be told as, of one that could not be started; null: it could, or was not tried. */
  failed: number | null;
}

/** Runs a program in a container, as a request says. Throws InputError where it can’t be started. */
export function launch({ container }: Entry, request: ExecRequest): Running {
  const own = container.spec.process;
  const user =
    request.User == null || request.User === ''
      ? { ...own.user, home: null }
      : findUser(request.User, (path) => container.readText(path));
  const isRoot = user.uid === 0;
  const bounding = request.Privileged
    ? capabilities({ capAdd: [], capDrop: [], privileged: true })
    : (own.capabilities?.bounding ?? []);
  const process: SpecProcess = {
    ...own,
    terminal: request.Tty === true,
    args: request.Cmd,
    env: environment(own.env, user.home ? [`HOME=${user.home}`] : [], request.Tty ? ['TERM=xterm'] : [], request.Env),
    cwd: request.WorkingDir || own.cwd,
    user: { uid: user.uid, gid: user.gid, additionalGids: [...user.additionalGids] },
    capabilities: {
      bounding,
      effective: isRoot ? bounding : [],
      permitted: isRoot ? bounding : [],
      inheritable: [],
      ambient: [],
    },
  };
  const [rows, columns] = request.ConsoleSize ?? [0, 0];
  return container.exec(process, {
    terminal: request.Tty === true,
    openStdin: request.AttachStdin === true,
    rows,
    columns,
  });
}

export class Execs {
  private readonly all = new Map<string, Exec>();
  private readonly tell: (entry: Entry, action: string, more: Readonly<Record<string, string>>) => void;

  /** `tell` hears of each. */
  constructor(tell: (entry: Entry, action: string, more: Readonly<Record<string, string>>) => void) {
    this.tell = tell;
  }

  /** Prepares a program to be run in a container that runs. */
  create(entry: Entry, body: unknown): Exec {
    const request = readExec(body);
    if (!entry.container.isUp) throw new InputError(`container ${entry.name} does not run`);
    const exec: Exec = { id: newId(), entry, request, running: null, failed: null };
    // Of those that have ended only the latest are kept.
    if (this.all.size > 100)
      for (const [id, e] of this.all) if (e.running?.ending || e.failed !== null) this.all.delete(id);
    this.all.set(exec.id, exec);
    this.tell(entry, `exec_create: ${request.Cmd.join(' ')}`, { execID: exec.id });
    return exec;
  }

  /** Throws InputError where it can’t be started. */
  start(exec: Exec): Running {
    if (exec.running) throw new InputError('this program was started already');
    try {
      exec.running = launch(exec.entry, exec.request);
    } catch (e) {
      if (isInputError(e)) exec.failed = e instanceof NotStarted ? e.code : NO_PROGRAM;
      throw e;
    }
    this.tell(exec.entry, `exec_start: ${exec.request.Cmd.join(' ')}`, { execID: exec.id });
    return exec.running;
  }

  find(id: string): Exec {
    const exec = this.all.get(id);
    if (!exec) throw new InputError(`there is no program ${id} to start`);
    return exec;
  }

  /** Its container is gone. */
  forget(entry: Entry): void {
    for (const [id, exec] of this.all) if (exec.entry === entry) this.all.delete(id);
  }
}
