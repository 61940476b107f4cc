import type { Command } from 'commander';
import { MACHINE_ENGINES } from '../../abi/config.ts';
import { InputError } from '../../abi/errors.ts';
import { type HostMount, type ProcessOutcome, runProcess } from '../../machine/node/process.ts';
import type { Context } from '../context.ts';
import { compiledCore } from '../files.ts';
import { ENVIRONMENT } from '../linux/session.ts';
import type { Options } from '../options/common.ts';
import { bytes, oneOf } from '../options/values.ts';
import { columns } from '../table.ts';
import { more } from './linux.ts';

const TIMES = ['wall', 'counted'] as const;

/** HOST:GUEST[:ro] */
export function mountOption(text: string): HostMount {
  const match = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(text);
  if (!match) throw new InputError(`--mount: “${text}” is not HOST:GUEST or HOST:GUEST:ro`);
  return { from: match[1]!, to: match[2]!, readOnly: match[3] === 'ro' };
}

/** What a program finds in its environment unless --env says otherwise. */
function environment(given: readonly string[]): string[] {
  const base = {
    PATH: ENVIRONMENT.PATH,
    HOME: ENVIRONMENT.HOME,
    TERM: process.env.TERM ?? 'dumb',
  };
  const all = new Map(Object.entries(base));
  for (const text of given) {
    const cut = text.indexOf('=');
    if (cut < 1) throw new InputError(`--env: “${text}” is not NAME=VALUE`);
    all.set(text.slice(0, cut), text.slice(cut + 1));
  }
  return Array.from(all, ([name, value]) => `${name}=${value}`);
}

/** `trapframe process`: one Linux program, its system calls served by the kernel of src/linux. */
export function addProcess(program: Command, context: Context): void {
  program
    .command('process')
    .argument('<program>', 'a riscv64 Linux program, static or dynamic; with --root its name or path in there')
    .argument('[args...]', 'its arguments')
    .summary('run a riscv64 Linux program without a guest kernel')
    .description(
      'Runs an unmodified riscv64 Linux program as a process: its code is translated, its system calls are served here. ' +
        'The working directory of the host is mounted at /mnt/host and is the program’s too. Ends with the program’s own exit code, ' +
        'or 128 and the signal that killed it.',
    )
    .option('--root <DIR>', 'a directory of the host that is the root of its files')
    .option('--mount <HOST:GUEST[:ro]>', 'mount a directory of the host; may be given more than once', more, [])
    .option('--env <NAME=VALUE>', 'set a variable of its environment; may be given more than once', more, [])
    .option('--cwd <DIR>', 'the directory it begins in')
    .option('--memory <SIZE>', 'memory of the machine', '512M')
    .option('--engine <NAME>', `how instructions are executed: ${MACHINE_ENGINES.join(', ')}`, 'jit')
    .option(
      '--time <CLOCK>',
      'wall: the host’s time; counted: one tick an instruction, and sleeping takes none',
      'wall',
    )
    .option('--seed <N>', 'make its random numbers the same each time')
    .option('--stats', 'tell on stderr what it asked of the kernel')
    .passThroughOptions()
    .action(async (path: string, args: string[], options: Options) => {
      const module = await compiledCore(context.root);
      const outcome = await runProcess(
        module,
        {
          program: path,
          args,
          env: environment(options.env as string[]),
          root: options.root === undefined ? null : String(options.root),
          mounts: (options.mount as string[]).map(mountOption),
          cwd: options.cwd === undefined ? null : String(options.cwd),
          memory: bytes('--memory', String(options.memory)),
          engine: oneOf(MACHINE_ENGINES, '--engine', String(options.engine)),
          time: oneOf(TIMES, '--time', String(options.time)),
          seed: options.seed === undefined ? null : Number(options.seed),
        },
        { input: process.stdin, output: process.stdout, errors: process.stderr },
        context.signal,
      );
      if (options.stats) context.stderr.write(stats(outcome));
      context.setExitCode(outcome.code);
    });
}

/** Calls by how often they were made, and what was missing. */
export function stats({
  instructions,
  counts,
  calls,
}: Pick<ProcessOutcome, 'instructions' | 'counts' | 'calls'>): string {
  const served = [...calls.values()].filter((row) => row.count).sort((a, b) => b.count - a.count);
  const missing = [...counts.missing].map(([number, times]) => [
    calls.get(number)?.name ?? `call ${number}`,
    `${times} (missing)`,
  ]);
  const rows = [
    ['instructions', instructions.toLocaleString('en-US')],
    ['page faults', String(counts.pageFaults)],
    ['switches', String(counts.switches)],
    ['forks', String(counts.forks)],
    ['programs', String(counts.execs)],
    ...served.map((row) => [row.name, String(row.count)]),
    ...missing,
  ];
  return columns(rows, 100);
}
