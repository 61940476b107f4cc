/** What programs in a real Linux have in common: how one gets into its files, and how it runs to its end. */
import type { AgentSession, ExecOptions } from '../agent.ts';
import type { System } from '../system.ts';
import { type Ended, endedWith, type Watch } from './watch.ts';

export const PATH = { PATH: '/bin' } as const;
/** How often it is looked whether a program has to end. */
export const LOOK_MS = 10;

/** What starts programs: the agent of a guest, or a distribution of a light VM. */
export type Exec = (options: ExecOptions) => AgentSession;

/** Puts the program from standard input to `path`, then does what `more` says. Rejects with what it said. */
export async function install(exec: Exec, program: Uint8Array, path: string, more: string): Promise<void> {
  let said = '';
  const session = exec({
    argv: ['sh', '-c', `cat >${path} && chmod 755 ${path}${more === '' ? '' : ` && ${more}`}`],
    env: PATH,
    onStderr: (bytes) => {
      said += new TextDecoder().decode(bytes);
    },
  });
  session.write(program);
  session.end();
  const { code } = await session.exit;
  if (code !== 0) throw new Error(`the program could not be put into the guest: ${said.trim()}`);
}

/** Runs the program at `path` to its end, or to where it has to end before. */
export async function attend(
  exec: Exec,
  path: string,
  watch: Watch,
  system: System,
  args: readonly string[] = watch.request.args,
): Promise<Ended> {
  const session = exec({ argv: [path, ...args], env: PATH, onStdout: watch.wrote });
  session.end();
  let look: ReturnType<typeof setInterval> | undefined;
  const over = new Promise<Ended>((resolve) => {
    look = setInterval(() => {
      const why = watch.over();
      if (!why) return;
      system.stop();
      resolve(why);
    }, LOOK_MS);
  });
  try {
    const ended = await Promise.race([over, session.exit.then(({ code }) => endedWith(code))]);
    return watch.over() ?? ended;
  } finally {
    clearInterval(look);
  }
}
