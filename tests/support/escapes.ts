/** docs/escapes.md: attempts to escape for people. */
import { ESCAPE_CONTROLS, ESCAPE_HOSTINGS, ESCAPES } from '../../src/abi/escapes.ts';

const GOALS = {
  files: 'Files of the host',
  processes: 'Other processes',
  mounts: 'Roots, mounts and devices',
  kernel: 'The kernel itself',
} as const;

export function escapesMarkdown(): string {
  const goals = Object.entries(GOALS).flatMap(([goal, title]) => [
    `### ${title}`,
    '',
    '| attempt | tries | what stands against it |',
    '|---|---|---|',
    ...ESCAPES.filter((row) => row.goal === goal).map((row) => `| \`${row.id}\` | ${row.tries} | ${row.against} |`),
    '',
  ]);
  return [
    '# Escapes',
    '',
    '`npx trapframe escapes` tries to get out of every hosting and prints what came of it as a matrix. Printed from `src/abi/escapes.ts` by',
    '`npm run generate:docs`; do not edit.',
    '',
    'The attempts are programs (`bench/escapes`), one for Linux and one for WASI, that make the calls named below and say each with its result.',
    'They are judged by what happened, not by what they say: the outside has secrets of 64 random bits that nothing inside knows, and a state',
    'that is looked at before and after (files, a process and its limits, host names, control groups, clocks, programs). An attempt that prints',
    'a secret or changes the outside has escaped.',
    '',
    '## Where',
    '',
    '| hosting | boundary |',
    '|---|---|',
    ...ESCAPE_HOSTINGS.map((row) => `| \`${row.id}\` | ${row.boundary} |`),
    '',
    'The last two need a kernel (`npx trapframe linux --build`); without one they are left out, and said to be. Distributions of one light VM',
    'share its kernel and are no boundary against each other’s root, as in WSL 2; the VM is.',
    '',
    '## Controls',
    '',
    'That something failed shows nothing if it could not have worked. So every attempt is also made, by the same program, where nothing keeps',
    'it from succeeding:',
    '',
    '| control | |',
    '|---|---|',
    ...ESCAPE_CONTROLS.map((row) => `| \`${row.id}\` | ${row.title} |`),
    '',
    'A cell says `blocked` where the attempt was made and failed, and the same program got there in a control that the last column names; `no way`',
    'where it was made, and gets there nowhere, for there is nothing to get: no such call, device or address on any of these kernels. `inside`',
    'means that a call was done and its effect stayed within; other words are the errors and signals that calls ended with. `–`: the platform',
    'has no call for it. Exit code 1 where one `ESCAPED`, or could not be made.',
    '',
    '## Attempts',
    '',
    ...goals,
  ].join('\n');
}
