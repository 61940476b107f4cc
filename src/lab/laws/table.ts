/** Every law the lab checks, in the order of their numbers. */
import { EARLY_LAWS } from './early.ts';
import { EQUIVALENCE_LAWS } from './equivalence.ts';
import { EXIT_LAWS } from './exits.ts';
import { HOSTING_LAWS } from './hostings.ts';
import type { Law } from './law.ts';
import { OVERHEAD_LAWS } from './overhead.ts';
import { PAGING_LAWS } from './paging.ts';
import { PRIVILEGE_LAWS } from './privilege.ts';
import { WALK_LAWS } from './walks.ts';

const number = (law: Law): number => Number(law.id.slice(1));
const inOrder = (laws: readonly Law[]): Law[] => [...laws].sort((a, b) => number(a) - number(b));

export const LAWS: readonly Law[] = [
  ...inOrder([...WALK_LAWS, ...EXIT_LAWS, ...PRIVILEGE_LAWS, ...EQUIVALENCE_LAWS]),
  ...inOrder([...EARLY_LAWS, ...PAGING_LAWS, ...OVERHEAD_LAWS, ...HOSTING_LAWS]),
];
