/** Seccomp profiles as people give them: the OCI document, or Docker's form of it. */
import { InputError } from '../../abi/errors.ts';
import { issuesOf, type SeccompProfile, seccompSchema } from './spec.ts';

/** Reads a profile from JSON text. Throws InputError that names what is wrong. */
export function parseSeccomp(text: string): SeccompProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    throw new InputError(`--security-opt seccomp: this is no JSON: ${e instanceof Error ? e.message : String(e)}`);
  }
  const read = seccompSchema.safeParse(value);
  if (!read.success) throw new InputError(`--security-opt seccomp: ${issuesOf(read.error)}`);
  return read.data;
}
