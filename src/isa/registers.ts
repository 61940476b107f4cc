/** Names of the calling convention for x0…x31 and f0…f31. */
export const X_NAMES: readonly string[] = [
  'zero',
  'ra',
  'sp',
  'gp',
  'tp',
  't0',
  't1',
  't2',
  's0',
  's1',
  ...Array.from({ length: 8 }, (_, i) => `a${i}`),
  ...Array.from({ length: 10 }, (_, i) => `s${i + 2}`),
  't3',
  't4',
  't5',
  't6',
];

export const F_NAMES: readonly string[] = [
  ...Array.from({ length: 8 }, (_, i) => `ft${i}`),
  'fs0',
  'fs1',
  ...Array.from({ length: 8 }, (_, i) => `fa${i}`),
  ...Array.from({ length: 10 }, (_, i) => `fs${i + 2}`),
  'ft8',
  'ft9',
  'ft10',
  'ft11',
];
