import type { Command } from 'commander';
import type { LawsResult } from '../../abi/result.ts';
import type { LawsRequest } from '../../lab/api.ts';
import { isLawFailure } from '../../lab/laws/law.ts';
import { LAWS_FORMATS } from '../../lab/report/formats.ts';
import { type Context, exitCode } from '../context.ts';
import { onLab } from '../experiment.ts';
import { addCommonOptions, commonRequest, type Options } from '../options/common.ts';
import { addOutputOptions, deliver, destination } from '../options/output.ts';
import { list } from '../options/values.ts';

const namesOf = (rows: LawsResult['laws']): string => [...new Set(rows.map((row) => row.id))].join(', ');

function summary({ laws, leftOut }: LawsResult): string[] {
  const kinds = (['exact', 'shape'] as const).flatMap((kind) => {
    const rows = laws.filter((row) => row.kind === kind);
    if (rows.length === 0) return [];
    const failed = rows.filter(isLawFailure);
    const differing = rows.filter((row) => !row.pass && !isLawFailure(row));
    const verdict = failed.length === 0 ? 'none fails' : `these fail: ${namesOf(failed)}`;
    const known =
      differing.length === 0
        ? ''
        : `; ${differing.length} more ${differing.length === 1 ? 'is' : 'are'} known to differ here, or of wall time (${namesOf(differing)})`;
    return [
      `${rows.filter((row) => row.pass).length} of ${rows.length} cases of ${kind} laws hold; ${verdict}${known}.`,
    ];
  });
  return leftOut.length === 0 ? kinds : [...kinds, `${leftOut.length} left out for want of a Linux kernel.`];
}

/** `trapframe laws`: what the literature says, checked on real runs. */
export function addLaws(program: Command, context: Context): void {
  const command = program
    .command('laws')
    .summary('check the laws of memory virtualization')
    .description(
      'Checks the laws of memory virtualization on real runs: exact laws are equalities between counters, shape laws are ' +
        'orders and bands, printed beside the published figure. Ends with 1 when one fails; one that is known not to hold here says ' +
        'why and is no failure, nor is one of wall time, which depends on this host.',
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
    if (result.laws.some(isLawFailure)) context.setExitCode(exitCode('failed'));
  });
}
