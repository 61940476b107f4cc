import type { Command } from 'commander';
import type { LawsResult } from '../../abi/result.ts';
import type { LawsRequest } from '../../lab/api.ts';
import { LAWS_FORMATS } from '../../lab/report/formats.ts';
import { type Context, exitCode } from '../context.ts';
import { onLab } from '../experiment.ts';
import { addCommonOptions, commonRequest, type Options } from '../options/common.ts';
import { addOutputOptions, deliver, destination } from '../options/output.ts';
import { list } from '../options/values.ts';

function summary({ laws }: LawsResult): string[] {
  return (['exact', 'shape'] as const).flatMap((kind) => {
    const rows = laws.filter((row) => row.kind === kind);
    if (rows.length === 0) return [];
    const failed = [...new Set(rows.filter((row) => !row.pass).map((row) => row.id))];
    const verdict = failed.length === 0 ? 'all hold' : `these do not hold: ${failed.join(', ')}`;
    return [
      `${rows.length - rows.filter((row) => !row.pass).length} of ${rows.length} cases of ${kind} laws pass; ${verdict}.`,
    ];
  });
}

/** `trapframe laws`: what the literature says, checked on real runs. */
export function addLaws(program: Command, context: Context): void {
  const command = program
    .command('laws')
    .summary('check the laws of memory virtualization')
    .description(
      'Checks the laws of memory virtualization on real runs: exact laws are equalities between counters, shape laws are ' +
        'orders and bands, printed beside the published figure. Ends with 1 when one does not hold.',
    )
    .option('--only <LIST>', 'numbers of laws, such as E2,S4; see `trapframe list laws`');
  addOutputOptions(command, LAWS_FORMATS);
  addCommonOptions(command);
  command.action(async (options: Options) => {
    const request: LawsRequest = {
      ...commonRequest(options),
      ...(options.only !== undefined && { only: list('--only', String(options.only)) }),
    };
    const to = destination(options, LAWS_FORMATS);
    const result = await onLab(context, options.quiet === true, (lab, control) => lab.laws(request, control));
    await deliver(result, to, context, { findings: summary(result) });
    if (result.laws.some((row) => !row.pass)) context.setExitCode(exitCode('failed'));
  });
}
