/** Every law the lab checks, in the order of their numbers. */
import { EQUIVALENCE_LAWS } from './equivalence.ts';
import { EXIT_LAWS } from './exits.ts';
import type { Law } from './law.ts';
import { SHAPE_LAWS } from './shapes.ts';
import { WALK_LAWS } from './walks.ts';

const number = (law: Law): number => Number(law.id.slice(1));

export const LAWS: readonly Law[] = [
  ...[...WALK_LAWS, ...EXIT_LAWS, ...EQUIVALENCE_LAWS].sort((a, b) => number(a) - number(b)),
  ...SHAPE_LAWS,
];
