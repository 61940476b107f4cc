/** docs/syscalls.md: the system-call table for people. */
import { createTable } from '../../src/linux/syscalls/table.ts';

const MARK = { supported: 'yes', partial: 'in part', missing: 'no' } as const;

export function syscallsMarkdown(): string {
  const rows = [...createTable(() => 0).values()].sort((a, b) => a.number - b.number);
  const count = (state: keyof typeof MARK): number => rows.filter((r) => r.state === state).length;
  const lines = rows.map((r) => `| ${r.number} | \`${r.name}\` | ${MARK[r.state]} | ${r.note} |`);
  return [
    '# System calls',
    '',
    'What the kernel of `src/linux` serves, by number of the generic ABI (riscv64). Printed from `src/linux/syscalls/table.ts` by',
    '`npm run generate:docs`; do not edit.',
    '',
    `${count('supported')} are supported, ${count('partial')} in part, and ${count('missing')} that programs ask for are missing. A call that is missing, or not in`,
    'the table, fails with ENOSYS and is counted; `npx trapframe process --stats calls` tells which were.',
    '',
    '| number | call | supported | note |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}
