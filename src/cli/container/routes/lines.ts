/** Answers that come as work goes on: lines of JSON, as `docker build`, `pull` and `load` read them. */
import { isInputError } from '../../../abi/errors.ts';
import { ProgramFailed } from '../../../machine/container/builder/instructions.ts';
import type { Request } from '../../daemon/server.ts';

export type Say = (line: object) => void;

/** Does the work; what goes wrong is the last line. */
export async function lines(request: Request, work: (say: Say) => Promise<void>): Promise<null> {
  const out = request.stream('application/json');
  const say: Say = (line) => void out.write(`${JSON.stringify(line)}\n`);
  try {
    await work(say);
  } catch (e) {
    // Whoever is gone has stopped it.
    if (request.signal.aborted) return null;
    if (!isInputError(e)) throw e;
    const code = e instanceof ProgramFailed ? e.code : undefined;
    say({ error: e.message, errorDetail: { message: e.message, ...(code !== undefined && { code }) } });
  }
  out.end();
  return null;
}
