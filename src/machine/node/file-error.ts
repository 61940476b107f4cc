/** Files of the host that can't be read or used: why, in words, and what to do about it. */
import { InputError } from '../../abi/errors.ts';

const PLACE = (): string => `Check the name: a relative one is taken from ${process.cwd()}.`;
const RIGHTS = (): string => 'It has to be readable for who runs this command.';

/** By Node's code; others are told as the host tells them. */
const REASONS: Readonly<Record<string, readonly [why: string, advice: () => string]>> = {
  ENOENT: ['there is no such file', PLACE],
  ENOTDIR: ['what should be a directory is a file', PLACE],
  EISDIR: ['it is a directory', () => 'Name a file.'],
  EACCES: ['permission denied', RIGHTS],
  EPERM: ['permission denied', RIGHTS],
  ELOOP: ['its links lead round in a circle', PLACE],
  ENAMETOOLONG: ['its name is too long', PLACE],
  EMFILE: ['too many files are open', () => 'Let this process have more of them: ulimit -n.'],
};

/** The error to throw for `named`, which is how the user named the file; `done`: what can't be done with it. */
export function fileError(e: unknown, named: string, done = 'read'): InputError {
  const { code = null, message = String(e) } = e as NodeJS.ErrnoException;
  // Errors of the lab's own servers of files have the code for a message.
  const known = REASONS[code ?? message];
  const why = known?.[0] ?? message;
  return new InputError(`${named} cannot be ${done}: ${why}`, known?.[1]());
}
