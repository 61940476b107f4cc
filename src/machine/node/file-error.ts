/** Files of the host that can't be read, used or written: why, in words, and what to do about it. */
import { InputError } from '../../abi/errors.ts';

const PLACE = (): string => `Check its name and folder: a relative one is taken from ${process.cwd()}.`;
const RIGHTS = (): string => 'Who runs this command needs the right to it, and to its folder.';
const ROOM = (): string => 'Make room, or name a file on another disk.';

/** By Node's code; others are told as the host tells them. */
const REASONS: Readonly<Record<string, readonly [why: string, advice: () => string]>> = {
  ENOENT: ['there is no such file or folder', PLACE],
  ENOTDIR: ['what should be a directory is a file', PLACE],
  EISDIR: ['it is a directory', () => 'Name a file.'],
  EACCES: ['permission denied', RIGHTS],
  EPERM: ['permission denied', RIGHTS],
  EROFS: ['nothing can be written there', () => 'Name a file elsewhere.'],
  ENOSPC: ['the disk is full', ROOM],
  EDQUOT: ['the quota is used up', ROOM],
  ELOOP: ['its links lead round in a circle', PLACE],
  ENAMETOOLONG: ['its name is too long', PLACE],
  EMFILE: ['too many files are open', () => 'Let this process have more of them: ulimit -n.'],
};

// Errors of the lab's own servers of files have the code for a message.
const codeOf = (e: unknown): string | undefined => (e as NodeJS.ErrnoException).code ?? (e as Error).message;

/** Whether it is the host's word on a file, and no mistake of ours. */
export const isFileError = (e: unknown): boolean => Object.hasOwn(REASONS, codeOf(e) ?? '');

/** The error to throw for `named`, which is how the user named the file; `done`: what can't be done with it. */
export function fileError(e: unknown, named: string, done: 'read' | 'used' | 'written'): InputError {
  const known = REASONS[codeOf(e) ?? ''];
  return new InputError(`${named} cannot be ${done}: ${known?.[0] ?? (e as Error).message}`, known?.[1]());
}
