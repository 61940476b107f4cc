import type { Command } from 'commander';
import { CELL_STATUSES, type Cell } from '../../abi/result.ts';
import type { CompareRequest } from '../../lab/api.ts';
import { findings } from '../../lab/report/findings.ts';
import { COMPARISON_FORMATS } from '../../lab/report/formats.ts';
import { type Context, exitCode } from '../context.ts';
import { onLab } from '../experiment.ts';
import {
  addCommonOptions,
  commonRequest,
  environmentOption,
  environments,
  type Options,
  paramOption,
  type2Option,
  workloadOption,
  workloads,
} from '../options/common.ts';
import { addOutputOptions, deliver, destination } from '../options/output.ts';
import { atLeast, list, type Setting } from '../options/values.ts';

/** Something of each kind: single events, processes, page tables, memory, computing. */
const DEFAULT_WORKLOADS = 'null-syscall,fork,page-fault,ptemod,context-switch,gups,integer-mix,sha256';
const DEFAULT_ENVIRONMENTS = 'native,bare,shadow,nested,paravirt';

/** Whether a cell has no figures because something went wrong. */
export const isFailure = (cell: Cell): boolean => CELL_STATUSES.some((s) => s.id === cell.status && s.failure);

/** `trapframe compare`: workloads × environments. */
export function addCompare(program: Command, context: Context): void {
  const command = program
    .command('compare')
    .summary('run workloads under several environments and compare')
    .description(
      'Runs every workload under every environment and compares them: counters first, modelled cycles second, wall time ' +
        'with its 95 % interval third. Environments are strategies of a VMM, and whole hostings: process, container, ' +
        'container-wasm, wsl2. An environment whose outcome differs from the others’ is reported and gets no figures.',
    )
    .addOption(workloadOption().default(DEFAULT_WORKLOADS))
    .addOption(environmentOption().default(DEFAULT_ENVIRONMENTS))
    .addOption(paramOption())
    .option('-r, --repeat <N>', 'samples of wall time a cell; 0: counters only', '5')
    .option('--warmup <N>', 'runs before the samples', '1')
    .option('--quick', 'the workloads’ small sizes')
    .option('--exits', 'a table of exits by reason for every cell')
    .addOption(type2Option());
  addOutputOptions(command, COMPARISON_FORMATS);
  addCommonOptions(command);
  command.action(async (options: Options) => {
    const request: CompareRequest = {
      ...commonRequest(options),
      workloads: workloads(list('--workload', String(options.workload)), (options.param ?? []) as readonly Setting[]),
      environments: environments(list('--env', String(options.env)), options.type2 === true),
      quick: options.quick === true,
      repeat: atLeast(0, '--repeat', String(options.repeat)),
      warmup: atLeast(0, '--warmup', String(options.warmup)),
    };
    const to = destination(options, COMPARISON_FORMATS);
    const result = await onLab(context, options.quiet === true, (lab, control) => lab.compare(request, control));
    await deliver(result, to, context, { findings: findings(result), exits: options.exits === true });
    if (result.cells.some(isFailure)) context.setExitCode(exitCode('failed'));
  });
}
