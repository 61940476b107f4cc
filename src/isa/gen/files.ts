/** The generated files, relative to the repository's root, and what prints each. */
import { printCsrs } from './csr.ts';
import { printDecoder } from './decode.ts';
import { printInterpreter } from './interpret.ts';
import { printLayout } from './layout.ts';
import { printPmu } from './pmu.ts';
import { printCsrReference, printInstructions } from './reference.ts';

export const GENERATED: readonly { readonly path: string; readonly print: () => string }[] = [
  { path: 'assembly/generated/layout.ts', print: printLayout },
  { path: 'assembly/generated/csr.ts', print: printCsrs },
  { path: 'assembly/generated/pmu.ts', print: printPmu },
  { path: 'assembly/generated/decode.ts', print: printDecoder },
  { path: 'assembly/generated/interpret.ts', print: printInterpreter },
  { path: 'docs/INSTRUCTIONS.md', print: printInstructions },
  { path: 'docs/CSRS.md', print: printCsrReference },
];
