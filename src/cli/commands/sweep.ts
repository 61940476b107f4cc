import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import type { SweepRequest } from '../../lab/api.ts';
import { parseRange } from '../../lab/range.ts';
import { SWEEP_FORMATS } from '../../lab/report/formats.ts';
import { type Context, exitCode } from '../context.ts';
import { onLab } from '../experiment.ts';
import {
  addCommonOptions,
  commonRequest,
  environmentOption,
  environments,
  type Options,
  type2Option,
  workloads,
} from '../options/common.ts';
import { addOutputOptions, deliver, destination } from '../options/output.ts';
import { list, setting } from '../options/values.ts';
import { isFailure } from './compare.ts';

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** The swept parameter and its values, and the fixed ones. A value that is no plain number is a range. */
function parameters(given: readonly string[]): { param: string; values: number[]; fixed: string[] } {
  const isRange = (text: string) => /=.*(\.\.|,)/.test(text);
  const ranges = given.filter(isRange);
  if (ranges.length !== 1) {
    const found = ranges.length === 0 ? 'none is given' : `${ranges.length} are given`;
    throw new InputError(`--param: exactly one range is swept, ${found}`, 'Such as --param updates=0..4096:x2.');
  }
  const [, param, range] = /^([\w-]+)=(.*)$/.exec(ranges[0]!) ?? [];
  if (param === undefined) throw new InputError(`--param: “${ranges[0]}” is not of the form name=range`);
  return { param, values: parseRange(range!), fixed: given.filter((text) => !isRange(text)) };
}

/** `trapframe sweep`: one workload over values of one parameter. */
export function addSweep(program: Command, context: Context): void {
  const command = program
    .command('sweep')
    .summary('run one workload over a range of one parameter and find the crossover')
    .description(
      'Runs one workload over values of one of its parameters and finds where the order of the environments changes. ' +
        'Ranges: a..b:xK (a, aK, aK² … b; from 0: 0, 1, K …), a..b:+S (a, a+S … b), or values with commas.',
    )
    .option('-w, --workload <ID>', 'the workload; see `trapframe list workloads`', 'update-miss-mix')
    .addOption(environmentOption().default('shadow,nested'))
    .option(
      '-p, --param <NAME=RANGE>',
      'the swept parameter (default updates=0..4096:x2); name=value fixes another; repeatable',
      collect,
    )
    .option('--quick', 'the workload’s small size for the parameters that are not swept')
    .addOption(type2Option());
  addOutputOptions(command, SWEEP_FORMATS);
  addCommonOptions(command);
  command.action(async (options: Options) => {
    const { param, values, fixed } = parameters((options.param as string[] | undefined) ?? ['updates=0..4096:x2']);
    const name = String(options.workload);
    // The swept parameter goes through the same check as the fixed ones.
    const settings = [...fixed, `${param}=${values[0]}`].map((text) => setting('--param', text));
    const [choice, ...others] = workloads(list('--workload', name), settings);
    if (others.length > 0) throw new InputError(`--workload: “${name}” is more than one workload; a sweep takes one`);
    const { [param]: _swept, ...params } = choice!.params ?? {};
    const request: SweepRequest = {
      ...commonRequest(options),
      workload: { id: choice!.id, params },
      param,
      values,
      environments: environments(list('--env', String(options.env)), options.type2 === true),
      quick: options.quick === true,
    };
    const to = destination(options, SWEEP_FORMATS);
    const result = await onLab(context, options.quiet === true, (lab, control) => lab.sweep(request, control));
    await deliver(result, to, context, { findings: [] });
    if (result.points.some((point) => point.cells.some(isFailure))) context.setExitCode(exitCode('failed'));
  });
}
