/** `--security-opt`; seccomp profiles as people give them: the OCI document, or Docker's form of it. */
import { z } from 'zod';
import { InputError } from '../../abi/errors.ts';
import type { Capability } from '../../linux/task/credential.ts';
import { defaultSeccomp } from './seccomp-default.ts';
import { issuesOf, type SeccompProfile, seccompSchema } from './spec.ts';

/** Docker's form makes rules depend on capabilities and architectures. */
const conditions = z.object({ caps: z.array(z.string()).nullish(), arches: z.array(z.string()).nullish() }).nullish();
const dockerRules = z.object({
  syscalls: z.array(z.object({ includes: conditions, excludes: conditions })).default([]),
});

const ARCHES = ['riscv64'];
const plain = (name: string): string => name.toLowerCase().replace(/^cap_/, '');

/**
 * Reads a profile from JSON text. Rules of Docker's form are kept where the container's capabilities, as given, meet
 * their conditions. Throws InputError that names what is wrong.
 */
export function parseSeccomp(text: string, capabilities: readonly string[]): SeccompProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    throw new InputError(`--security-opt seccomp: this is no JSON: ${e instanceof Error ? e.message : String(e)}`);
  }
  const read = seccompSchema.safeParse(value);
  if (!read.success) throw new InputError(`--security-opt seccomp: ${issuesOf(read.error)}`);
  const rules = dockerRules.parse(value).syscalls;
  const holds = (list: readonly string[] | null | undefined, have: readonly string[], every: boolean): boolean =>
    !list?.length || (every ? list.every((x) => have.includes(plain(x))) : list.some((x) => have.includes(plain(x))));
  const applies = ({ includes, excludes }: (typeof rules)[number]): boolean => {
    const excluded =
      (excludes?.caps?.length && holds(excludes.caps, capabilities, false)) ||
      (excludes?.arches?.length && holds(excludes.arches, ARCHES, false));
    return !excluded && holds(includes?.caps, capabilities, true) && holds(includes?.arches, ARCHES, false);
  };
  return { ...read.data, syscalls: read.data.syscalls.filter((_, i) => applies(rules[i]!)) };
}

export interface Security {
  readonly noNewPrivileges: boolean;
  /** null: every call is served. */
  readonly seccomp: SeccompProfile | null;
  /** Nothing of /proc and /sys is hidden or read-only. */
  readonly openPaths: boolean;
}

/**
 * What `--security-opt` and the API's SecurityOpt ask for. Without a word of seccomp it is the default profile, for privileged
 * containers none.
 * @throws InputError for options there are not
 */
export function securityOf(options: readonly string[], caps: readonly Capability[], privileged: boolean): Security {
  const own = (): SeccompProfile => defaultSeccomp(caps);
  let noNewPrivileges = false;
  let openPaths = privileged;
  let seccomp: SeccompProfile | null = privileged ? null : own();
  for (const option of options) {
    const cut = option.search(/[=:]/);
    const [key, value] = cut < 0 ? [option, ''] : [option.slice(0, cut), option.slice(cut + 1)];
    if (key === 'no-new-privileges') noNewPrivileges = value !== 'false';
    else if (key === 'seccomp')
      seccomp = value === 'unconfined' ? null : value === 'builtin' ? own() : parseSeccomp(value, caps);
    else if (key === 'systempaths' && value === 'unconfined') openPaths = true;
    // Of what this kernel has not, nothing can be confined.
    else if (!((key === 'apparmor' && value === 'unconfined') || (key === 'label' && value === 'disable')))
      throw new InputError(
        `--security-opt: there is no “${option.slice(0, 80)}”`,
        'Known: no-new-privileges, seccomp=FILE|builtin|unconfined, systempaths=unconfined.',
      );
  }
  return { noNewPrivileges, seccomp, openPaths };
}
