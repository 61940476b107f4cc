/**
 * The short way of a command to a VM that runs: before set-up is checked and before the rest of the command line is read. Imports nothing
 * heavy: see wire.ts.
 */
import { call, connected, Refused, Unheard } from './client.ts';
import { socketOf, stateDirectory } from './paths.ts';
import { runRequest, runWords } from './run-request.ts';

/** Bad input, as everywhere in the command line. */
const INPUT = 2;

/** Runs `wsl …args` where that is a command and a VM listens; null where it is not. */
export async function runFast(args: readonly string[]): Promise<number | null> {
  const words = runWords(args);
  if (!words) return null;
  const socket = await connected(socketOf(stateDirectory()));
  if (!socket) return null;
  const { stdin, stdout, stderr } = process;
  // A reader that closes early (`| head`) is no error; the program is told by our end.
  stdout.on('error', () => process.exit(0));
  try {
    const { code } = await call(socket, runRequest(words), { stdin, stdout, stderr, signals: true });
    // Where pipes are written to later, they are by now.
    await new Promise<void>((resolve) => stdout.write('', () => resolve()));
    return code;
  } catch (error) {
    if (error instanceof Unheard) return null;
    if (!(error instanceof Refused)) throw error;
    stderr.write(`trapframe: ${error.message}\n`);
    return INPUT;
  }
}
