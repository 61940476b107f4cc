import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import { ESCAPE_CONTROLS, ESCAPE_HOSTINGS, ESCAPES, type EscapeHostingId } from '../../abi/escapes.ts';
import { buildInitramfs } from '../../machine/initramfs.ts';
import type { LightVmImages } from '../../machine/light/vm.ts';
import { type Context, exitCode } from '../context.ts';
import type { EscapeCell } from '../escapes/judge.ts';
import { type EscapeRow, type EscapesResult, runEscapes } from '../escapes/run.ts';
import { compiledCore, readInput } from '../files.ts';
import { cacheDirectory, findBusybox, findKernel } from '../linux/cache.ts';
import { list } from '../options/values.ts';
import { Progress } from '../progress.ts';
import { columns } from '../table.ts';

/** What the light VM boots, or null where no kernel was built. */
export function escapeImages(root: string): LightVmImages | null {
  const cache = cacheDirectory();
  const kernel = findKernel(cache, 'built')?.file;
  const busybox = findBusybox(cache);
  if (!kernel || !busybox) return null;
  const program = (name: string): Uint8Array => readInput(join(root, 'build/guests/linux', name));
  return {
    kernel: readInput(kernel),
    initrd: buildInitramfs({ busybox: readInput(busybox), agent: program('agent'), archive: program('archive') }),
    bootargs: '',
  };
}

const WORDS: Readonly<Record<EscapeCell['verdict'], string>> = {
  blocked: 'blocked',
  absent: 'no way',
  'not-applicable': '–',
  escaped: 'ESCAPED',
  untried: 'UNTRIED',
};

const SHOWN = 2;

function cellText({ verdict, detail }: EscapeCell): string {
  const few = detail.length > SHOWN ? `${detail.slice(0, SHOWN).join(' ')} …` : detail.join(' ');
  return verdict === 'not-applicable' ? WORDS[verdict] : `${WORDS[verdict]}: ${few}`;
}

const proofText = ({ controls }: EscapeRow): string =>
  controls
    .filter((c) => c.reached)
    .map((c) => c.control)
    .join(' ') || 'nowhere';

/** The matrix for a person. */
export function escapesTable({ hostings, rows }: EscapesResult, width: number): string {
  const titles = ESCAPE_HOSTINGS.filter((h) => hostings.includes(h.id)).map((h) => h.title.toUpperCase());
  const head = ['ATTEMPT', ...titles, 'SUCCEEDS'];
  return columns([head, ...rows.map((row) => [row.id, ...row.cells.map(cellText), proofText(row)])], width);
}

function findings({ rows, hostings }: EscapesResult): string[] {
  const cells = rows.flatMap((row) => row.cells.map((cell) => ({ row, cell })));
  const count = (verdict: EscapeCell['verdict']): number => cells.filter((c) => c.cell.verdict === verdict).length;
  return [
    ...cells
      .filter(({ cell }) => cell.verdict === 'escaped' || cell.verdict === 'untried')
      .map(({ row, cell }) => `${row.id} in ${cell.hosting}: ${WORDS[cell.verdict]} ${cell.how.join('; ')}`),
    `${rows.length} attempt${rows.length === 1 ? '' : 's'} in ${hostings.length} hostings: ${count('blocked')} blocked, ${count('absent')} without a way, ` +
      `${count('not-applicable')} not applicable, ${count('escaped')} escaped.`,
  ];
}

/** `trapframe escapes`: attempts to get out of each hosting, as a matrix. */
export function addEscapes(program: Command, context: Context): void {
  program
    .command('escapes')
    .summary('try to escape from processes, containers and VMs')
    .description(
      'Tries to get out of every hosting, by programs that do what they say, and shows what came of it. “blocked”: it was tried and kept ' +
        'back, and the same program succeeds where SUCCEEDS says; “no way”: it was tried, and succeeds nowhere; “inside”: a call was ' +
        'done, without effect outside; “–”: the platform has no call for it. Ends with 1 when one escapes.',
    )
    .option('--only <LIST>', 'attempts, such as dotdot,ptrace (default: all)')
    .option(
      '--env <LIST>',
      `hostings: ${ESCAPE_HOSTINGS.map((h) => h.id).join(', ')} (default: all there is a kernel for)`,
    )
    .option('--about', 'tells what each attempt tries and what stands against it, without trying')
    .option('--json', 'everything, as JSON, with each call that was made')
    .option('-q, --quiet', 'no progress')
    .action(async (options: Readonly<Record<string, unknown>>) => {
      const { stdout, stderr } = context;
      const width = stdout.columns ?? 160;
      const attempts = chosen('--only', options.only, ESCAPES);
      if (options.about) {
        const rows = ESCAPES.filter((r) => attempts.includes(r.id)).map((r) => [r.id, r.tries, r.against]);
        stdout.write(`${columns([['ATTEMPT', 'TRIES', 'AGAINST IT'], ...rows], width)}\n`);
        return;
      }
      const hostings = chosen('--env', options.env, ESCAPE_HOSTINGS) as EscapeHostingId[];
      const images = escapeImages(context.root);
      const without = ESCAPE_HOSTINGS.filter((h) => h.needsKernel && hostings.includes(h.id));
      if (!images && without.length) {
        const names = without.map((h) => h.id).join(', ');
        const advice = 'Get one once: npx trapframe linux --build';
        if (options.env !== undefined) throw new InputError(`${names}: there is no kernel yet`, advice);
        stderr.write(`trapframe: ${names} left out: there is no kernel yet (${advice})\n`);
      }
      const progress = new Progress({ stream: stderr, quiet: options.quiet === true });
      let result: EscapesResult;
      try {
        result = await runEscapes({
          root: context.root,
          core: compiledCore(context.root).module,
          attempts,
          hostings,
          images,
          signal: context.signal,
          onProgress: (what, done, total) => progress.show(what, done, total),
        });
      } finally {
        progress.end();
      }
      if (options.json) stdout.write(`${JSON.stringify({ ...result, controls: ESCAPE_CONTROLS }, null, 2)}\n`);
      else stdout.write(`${escapesTable(result, width)}\n\n${findings(result).join('\n')}\n`);
      const bad = result.rows.some((row) => row.cells.some((c) => c.verdict === 'escaped' || c.verdict === 'untried'));
      if (bad) context.setExitCode(exitCode('failed'));
    });
}

/** Names of a list that has to be of a table. */
function chosen(option: string, value: unknown, table: readonly { readonly id: string }[]): string[] {
  if (value === undefined) return table.map((row) => row.id);
  const names = list(option, String(value));
  for (const name of names)
    if (!table.some((row) => row.id === name))
      throw new InputError(`${option}: there is no “${name}”`, `Known: ${table.map((row) => row.id).join(', ')}.`);
  return names;
}
