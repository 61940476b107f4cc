/** Where results go: one row a format. `--out DIR` writes all of them, `--json [FILE]` and so on one. */
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import { writeFiles } from '../../lab/node/files.ts';
import type { Format } from '../../lab/report/formats.ts';
import type { AnyResult } from '../../lab/report/json.ts';
import { terminalReport } from '../../lab/report/terminal.ts';
import type { Context } from '../context.ts';
import type { Options } from './common.ts';

/** Files to write, and what to print. */
export interface Destination<R> {
  readonly files: readonly { readonly path: string; readonly format: Format<R> }[];
  /** The format for stdout; null: tables for people. */
  readonly stdout: Format<R> | null;
}

/** Adds --json, --csv … and --out. */
export function addOutputOptions<R>(command: Command, formats: readonly Format<R>[]): Command {
  for (const { id, summary } of formats)
    command.option(`--${id} [FILE]`, `${summary}: into FILE, or to stdout without one`);
  const names = formats.map((f) => `report.${f.extension}`).join(', ');
  return command.option('-o, --out <DIR>', `write ${names} into DIR`);
}

/**
 * What the options ask for, checked before anything runs.
 * @throws InputError when two formats are to go to stdout, or two to one file
 */
export function destination<R>(options: Options, formats: readonly Format<R>[]): Destination<R> {
  const asked = formats.filter((f) => options[f.id] !== undefined);
  const toStdout = (f: Format<R>) => options[f.id] === true || options[f.id] === '-';
  const printed = asked.filter(toStdout);
  if (printed.length > 1) {
    throw new InputError(
      `--${printed.map((f) => f.id).join(' and --')} would both go to stdout`,
      'Give all but one a FILE.',
    );
  }
  const folder = options.out as string | undefined;
  const files = [
    ...asked.filter((f) => !toStdout(f)).map((format) => ({ path: resolve(String(options[format.id])), format })),
    ...(folder === undefined
      ? []
      : formats.map((format) => ({ path: resolve(join(folder, `report.${format.extension}`)), format }))),
  ];
  const twice = files.find((a, i) => files.some((b, j) => j > i && a.path === b.path));
  if (twice) throw new InputError(`${twice.path} would be written twice`);
  return { files, stdout: printed[0] ?? null };
}

/** What a person is shown instead of a file. */
export interface ForPeople {
  /** At most three lines below the tables; where the reports are takes one of them. */
  readonly findings: readonly string[];
  /** Also exits by reason. */
  readonly exits?: boolean;
}

const LINES = 3;

/**
 * Renders everything first, then writes the files whole, then prints.
 * @throws InputError when a file cannot be written
 */
export async function deliver<R extends AnyResult>(
  result: R,
  to: Destination<R>,
  context: Context,
  forPeople: ForPeople,
): Promise<void> {
  const texts = to.files.map(({ path, format }) => ({ path, text: format.render(result) }));
  const printed = to.stdout ? to.stdout.render(result) : people(result, forPeople, to, context);
  context.signal.throwIfAborted();
  try {
    await writeFiles(texts);
  } catch (e) {
    throw new InputError(`the results could not be written: ${e instanceof Error ? e.message : String(e)}`);
  }
  context.stdout.write(printed.endsWith('\n') ? printed : `${printed}\n`);
}

/** Tables, then what was found, and where the reports are. */
function people<R extends AnyResult>(
  result: R,
  { findings, exits = false }: ForPeople,
  to: Destination<R>,
  { stdout }: Context,
): string {
  const colour = stdout.isTTY === true && !process.env.NO_COLOR;
  const drawn = terminalReport(result, { width: stdout.columns || 120, colour, exits });
  const paths = to.files.map(({ path }) => relative(process.cwd(), path) || path);
  const where = paths.length > 0 ? [`Written: ${paths.join(', ')}`] : [];
  return [drawn, '', ...findings.slice(0, LINES - where.length), ...where].join('\n').trimEnd();
}
