/** Where a background process keeps its socket, its lock and its log. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../abi/errors.ts';

/** Background processes there are, by name; each has its own socket. */
export type ServiceName = 'container' | 'wsl';

export interface Place {
  readonly service: ServiceName;
  readonly folder: string;
  readonly socket: string;
  /** Held while one starts, so that two do not. */
  readonly lock: string;
  /** The number of the process that listens, for people to read. */
  readonly pid: string;
  readonly log: string;
}

/** sun_path holds 108 bytes with its NUL (unix(7)); BSDs have 104. */
const SOCKET_PATH = 103;

/** `$TRAPFRAME_STATE`, or `$XDG_STATE_HOME/trapframe`, or `~/.local/state/trapframe`. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.TRAPFRAME_STATE) return env.TRAPFRAME_STATE;
  return join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'trapframe');
}

/** Where images are kept, for all commands and the processes that run containers. */
export const imagesFolder = (env: NodeJS.ProcessEnv = process.env): string => join(stateFolder(env), 'images');

/** Where containers are kept that do not run. */
export const containersFolder = (env: NodeJS.ProcessEnv = process.env): string => join(stateFolder(env), 'containers');

/** Whether some are kept there (src/machine/container/kept.ts). */
export function keepsContainers(): boolean {
  const folder = join(containersFolder(), 'kept');
  return existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.json'));
}

/** Where the volumes of containers are kept. */
export const volumesFolder = (env: NodeJS.ProcessEnv = process.env): string => join(stateFolder(env), 'volumes');

/** Makes the folder, or one below it. Throws InputError where that can’t be. */
export function makeStateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (e) {
    throw new InputError(
      `the state folder ${folder} can't be made: ${e instanceof Error ? e.message : String(e)}`,
      'Set TRAPFRAME_STATE to a folder you may write to.',
    );
  }
}

/**
 * The files of a service. Makes their folder, which nobody else may enter.
 * @throws InputError where the folder's name is too long for a socket, or can't be made
 */
export function placeOf(service: ServiceName, env: NodeJS.ProcessEnv = process.env): Place {
  const folder = stateFolder(env);
  const file = (suffix: string): string => join(folder, `${service}.${suffix}`);
  if (Buffer.byteLength(file('sock')) > SOCKET_PATH)
    throw new InputError(
      `${file('sock')}: the name is too long for a socket (${SOCKET_PATH} bytes at most)`,
      'Set TRAPFRAME_STATE to a folder with a shorter name.',
    );
  makeStateFolder(folder);
  return { service, folder, socket: file('sock'), lock: file('lock'), pid: file('pid'), log: file('log') };
}
