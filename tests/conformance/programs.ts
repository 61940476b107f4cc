/** All conformance programs. */
import { ATOMIC_PROGRAMS } from './atomics.ts';
import { COMPRESSED_PROGRAMS } from './compressed.ts';
import { CSR_PROGRAMS } from './csr-programs.ts';
import type { Form, NamedProgram, Program } from './environment.ts';
import { FLOAT_PROGRAMS } from './float.ts';
import { INTEGER_PROGRAMS } from './integer.ts';
import { INTERRUPT_PROGRAMS } from './interrupts.ts';
import { PRIVILEGED_PROGRAMS } from './privileged.ts';
import { PROTECTION_PROGRAMS } from './protection.ts';
import { TRANSLATION_PROGRAMS } from './translation.ts';

export interface Entry {
  readonly name: string;
  readonly make: (form: Form) => Program;
  readonly forms: readonly Form[];
}

const both = (programs: readonly (readonly [string, (form: Form) => Program])[]): Entry[] =>
  programs.map(([name, make]) => ({ name, make, forms: ['p', 'v'] }));
const machineMode = (programs: readonly NamedProgram[]): Entry[] =>
  programs.map(([name, make]) => ({ name, make, forms: ['p'] }));

export const PROGRAMS: readonly Entry[] = [
  ...both(INTEGER_PROGRAMS),
  ...both(ATOMIC_PROGRAMS),
  ...both(FLOAT_PROGRAMS),
  ...both(COMPRESSED_PROGRAMS),
  ...machineMode(CSR_PROGRAMS),
  ...machineMode(PRIVILEGED_PROGRAMS),
  ...machineMode(INTERRUPT_PROGRAMS),
  ...machineMode(PROTECTION_PROGRAMS),
  ...machineMode(TRANSLATION_PROGRAMS),
];
