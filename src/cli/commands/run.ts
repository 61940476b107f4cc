import { type Command, Option } from 'commander';
import { HOSTINGS, MACHINE_DEFAULT, type MachineConfig, STRATEGIES } from '../../abi/config.ts';
import { InputError, isInputError } from '../../abi/errors.ts';
import type { RunOptions, RunOutcome } from '../../abi/machine.ts';
import type { GuestRun } from '../../lab/api.ts';
import { createMachineHost } from '../../machine/host.ts';
import { verify } from '../../machine/verify.ts';
import { type Context, exitCode } from '../context.ts';
import { counterTable } from '../counters.ts';
import { onLab } from '../experiment.ts';
import { compiledCore, readInput } from '../files.ts';
import { type Observation, observe } from '../observe.ts';
import type { Options } from '../options/common.ts';
import { addMachineOptions, machineOf } from '../options/machine.ts';
import { addObserveOptions, observationOf } from '../options/observe.ts';
import { atLeast, duration } from '../options/values.ts';
import { mismatchText, regionsOf, statsOption, translationText } from '../translation.ts';

const COUNTERS = ['none', 'table', 'json'] as const;

/** Of a failed guest its own code (ISA tests: the failing test), kept within what a process can end with. */
export function processCode({ status, exitCode: code }: Pick<RunOutcome, 'status' | 'exitCode'>): number {
  if (status === 'passed') return exitCode('good');
  if (status === 'cancelled') return exitCode('interrupted');
  return status === 'failed' && code > 0 ? Math.min(code, 255) : exitCode('failed');
}

/** Bad input found while a guest is loaded or started says which file it was. */
function named(path: string, error: unknown): unknown {
  return isInputError(error) ? new InputError(`${path}: ${error.message}`) : error;
}

/** What `--counters json` prints, in one line. */
function asJson({ outcome, imageSha256 }: GuestRun, config: MachineConfig): string {
  const { status, message, result, digest, counters, region } = outcome;
  const sorted = (c: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(c).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({
    schema: 'trapframe.run/1',
    status,
    exitCode: processCode(outcome),
    message,
    imageSha256,
    config,
    result,
    digest,
    counters: sorted(counters),
    region: region && { iterations: region.iterations, counters: sorted(region.counters) },
  });
}

/** `trapframe run`: one bare-metal ELF on a machine of its own. */
export function addRun(program: Command, context: Context): void {
  const command = program
    .command('run')
    .argument(
      '<elf>',
      'a RISC-V ELF (64 bits): bare-metal at 0x80000000, entered in M-mode, or a kernel, entered in S-mode',
    )
    .summary('run one bare-metal RISC-V ELF')
    .description(
      'Runs one bare-metal RISC-V ELF. The guest’s console goes to stdout; with --counters json it goes to stderr and ' +
        'stdout holds one line of JSON. Ends with 0 when the guest passed (HTIF tohost 1, the finisher, or SBI shutdown), ' +
        'with the number of the failing test when an ISA test failed, with 1 for any other failure of the guest.',
    )
    .option('--strategy <NAME>', `how addresses are translated: ${STRATEGIES.map((s) => s.id).join(', ')}`, 'bare')
    .option('--hosting <NAME>', `where the VMM stands: ${HOSTINGS.map((h) => h.id).join(', ')}`, 'type1')
    .option('--type2', 'the same as --hosting type2')
    .addOption(
      new Option('--counters <FORM>', 'what to tell of the counters: a table on stderr, or json on stdout')
        .choices(COUNTERS)
        .default('none'),
    )
    .option('--verify', 'run both engines side by side, compare state and counters, and show the first difference')
    .addOption(statsOption())
    .option('--no-counting', 'switch the modelled MMU and its counters off')
    .option('--bootargs <TEXT>', 'what the device tree says in /chosen/bootargs', '')
    .option('--budget <N>', 'instructions at most', '20G')
    .option('--timeout <TIME>', 'time at most', '10m')
    .option('-q, --quiet', 'no progress');
  addObserveOptions(command);
  addMachineOptions(command);
  command.action(async (path: string, options: Options) => {
    const config = machineOf(options, MACHINE_DEFAULT);
    const regions = regionsOf(options.stats, config.engine);
    const limits = {
      budget: atLeast(1, '--budget', String(options.budget)),
      timeoutMs: duration('--timeout', String(options.timeout)),
      ...(regions !== null && { regions }),
    };
    const elf = readInput(path);
    const quiet = options.quiet === true || !context.stderr.isTTY;
    const refuse = (error: unknown): never => {
      throw named(path, error);
    };
    if (options.verify) {
      await verifyHere(elf, config, limits.budget, context, refuse);
      return;
    }
    const observation = observationOf(options);
    const done =
      observation.gdb || observation.trace !== null
        ? await runHere(elf, config, limits, observation, context, refuse)
        : await onLab(context, quiet, (lab, control) => lab.run(elf, config, limits, control).catch(refuse));
    const { translation } = done.outcome;
    tell(done, config, String(options.counters), context);
    if (translation) context.stderr.write(await translationText(translation, String(options.stats)));
  });
}

/** Instructions between two comparisons. */
const VERIFY_STEP = 2_000_000;

/** Holds the translator against the interpreter: `--verify`. */
async function verifyHere(
  elf: Uint8Array,
  config: MachineConfig,
  budget: number,
  context: Context,
  refuse: (error: unknown) => never,
): Promise<void> {
  const { stderr, signal, setExitCode } = context;
  const onStep = (instructions: number): boolean => {
    if (stderr.isTTY) stderr.write(`\r${instructions.toLocaleString('en-US')} instructions are equal `);
    return !signal.aborted;
  };
  const { module } = compiledCore(context.root);
  const { instructions, outcome, mismatch } = await verify(module, elf, config, {
    step: VERIFY_STEP,
    budget,
    onStep,
  }).catch(refuse);
  if (stderr.isTTY) stderr.write('\n');
  if (mismatch) {
    stderr.write(mismatchText(mismatch));
    setExitCode(exitCode('failed'));
    return;
  }
  stderr.write(`verified: ${instructions.toLocaleString('en-US')} instructions, no difference (${outcome.message})\n`);
  setExitCode(signal.aborted ? exitCode('interrupted') : exitCode('good'));
}

/** Runs a guest in this thread, where a debugger or a trace reaches it, and without a limit of time. */
async function runHere(
  elf: Uint8Array,
  config: MachineConfig,
  limits: RunOptions,
  observation: Observation,
  context: Context,
  refuse: (error: unknown) => never,
): Promise<GuestRun> {
  const host = createMachineHost(compiledCore(context.root).module);
  const imageSha256 = await host.load(elf, config).catch(refuse);
  const machine = host.debug();
  const unobserve = await observe({ debug: () => machine, core: machine.core }, observation, context);
  context.signal.addEventListener('abort', () => machine.end(), { once: true });
  try {
    return { outcome: await host.run(limits), imageSha256 };
  } finally {
    unobserve();
  }
}

function tell(done: GuestRun, config: MachineConfig, form: string, { stdout, stderr, setExitCode }: Context): void {
  const { outcome } = done;
  const json = form === 'json';
  if (outcome.console)
    (json ? stderr : stdout).write(outcome.console.endsWith('\n') ? outcome.console : `${outcome.console}\n`);
  if (json) stdout.write(`${asJson(done, config)}\n`);
  if (form === 'table') stderr.write(counterTable(outcome.region?.counters ?? outcome.counters, []));
  if (outcome.status !== 'passed') stderr.write(`trapframe: ${outcome.status}: ${outcome.message}\n`);
  setExitCode(processCode(outcome));
}
