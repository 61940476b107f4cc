/** The benchmarks' command lines: what all take, and what one takes beside it. */
import { parseArgs } from 'node:util';
import { InputError } from '../../src/abi/errors.ts';
import { wholeNumber } from '../../src/lab/plan.ts';

interface Option {
  readonly type: 'string' | 'boolean';
  /** How its value is called in the help. */
  readonly value?: string;
  readonly help: string;
}

/** A benchmark as its help shows it. */
export interface Benchmark<Own extends string> {
  readonly command: string;
  readonly summary: string;
  /** Whether it is held to promises, which --check asks for. */
  readonly promises: boolean;
  readonly own?: Readonly<Record<Own, Option>>;
}

const COMMON = {
  rounds: { type: 'string', value: 'N', help: 'rounds by turns, 1 to 1000: the more, the narrower the intervals' },
  quick: { type: 'boolean', help: 'fewer rounds, smaller sizes' },
  json: { type: 'boolean', help: 'for programs' },
  check: { type: 'boolean', help: 'ends with 1 when a promise does not hold' },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies Record<string, Option>;

export interface BenchOptions<Own extends string> {
  /** Null: as many as is usual. */
  readonly rounds: number | null;
  readonly quick: boolean;
  readonly json: boolean;
  readonly check: boolean;
  readonly help: boolean;
  readonly own: Readonly<Partial<Record<Own, string | boolean>>>;
}

/** All that a benchmark takes, in the order of its help. */
function allOf<Own extends string>({ promises, own }: Benchmark<Own>): Readonly<Record<string, Option>> {
  const common = Object.entries(COMMON).filter(([name]) => promises || name !== 'check');
  return { ...own, ...Object.fromEntries(common) };
}

/** Reads a command line. Throws an InputError for an option that does not exist or a value that cannot be. */
export function readOptions<Own extends string>(benchmark: Benchmark<Own>, args: readonly string[]): BenchOptions<Own> {
  let values: Partial<Record<string, string | boolean>>;
  try {
    const options = Object.fromEntries(Object.entries(allOf(benchmark)).map(([name, { type }]) => [name, { type }]));
    values = parseArgs({ args: [...args], options }).values as typeof values;
  } catch (error) {
    throw new InputError((error as Error).message, `\`npm run ${benchmark.command} -- --help\` lists what there is.`);
  }
  const { rounds, quick = false, json = false, check = false, help = false, ...rest } = values;
  return {
    rounds: rounds === undefined ? null : wholeNumber('--rounds', Number(rounds), 1, 1000),
    quick: quick === true,
    json: json === true,
    check: check === true,
    help: help === true,
    own: rest as BenchOptions<Own>['own'],
  };
}

/** The help. */
export function usage<Own extends string>(benchmark: Benchmark<Own>): string {
  const rows = Object.entries(allOf(benchmark)).map(([name, { value, help }]) => [
    `--${name}${value ? ` ${value}` : ''}`,
    help,
  ]);
  const width = Math.max(...rows.map(([option]) => option!.length));
  const lines = rows.map(([option, help]) => `  ${option!.padEnd(width)}  ${help}`);
  return `Usage: npm run ${benchmark.command} -- [options]\n\n${benchmark.summary}\n\n${lines.join('\n')}\n`;
}
