import { type Command, Option } from 'commander';
import { LINUX_MACHINE } from '../../abi/config.ts';
import type { Counters } from '../../abi/counters.ts';
import { InputError } from '../../abi/errors.ts';
import type { TranslationReport } from '../../abi/translation.ts';
import type { LinuxGuest } from '../../machine/linux.ts';
import { type Context, exitCode } from '../context.ts';
import { counterTable } from '../counters.ts';
import { compiledCore } from '../files.ts';
import { cacheDirectory } from '../linux/cache.ts';
import { agentEntry, type Images, readImages } from '../linux/images.ts';
import { type BootRequest, type DriveOptions, type LinuxSession, startGuest } from '../linux/run.ts';
import { BootTimes } from '../linux/timing.ts';
import { observe } from '../observe.ts';
import { DEFAULT_SUITE, obtaining } from '../obtaining.ts';
import type { Options } from '../options/common.ts';
import { addMachineOptions, machineOf } from '../options/machine.ts';
import { addObserveOptions, observationOf } from '../options/observe.ts';
import { count, date, more } from '../options/values.ts';
import { columns } from '../table.ts';
import { regionsOf, statsOption, translationText } from '../translation.ts';

async function obtain(options: Options, context: Context): Promise<void> {
  const { buildKernel, fetchKernel } = await import('../linux/obtain.ts');
  const work = [...(options.build ? [buildKernel] : []), ...(options.fetch ? [fetchKernel] : [])];
  for (const each of work) {
    const about = await obtaining(options, context, each);
    context.stderr.write(`trapframe: kept in ${cacheDirectory()}: ${about}\n`);
  }
}

function images(options: Options, { root }: Context): Images {
  const given = (key: string): string | null => (options[key] as string | undefined) ?? null;
  return readImages({
    cache: cacheDirectory(),
    root,
    kernel: given('kernel'),
    initrd: given('initrd'),
    firmware: given('firmware'),
  });
}

/** Adds what says which guest boots, on which machine. */
export function addGuestOptions(command: Command): Command {
  command
    .option('--kernel <WHICH>', 'built, debian, or a file: a RISC-V Linux Image (default: built, else debian)')
    .option('--initrd <FILE>', 'an initial RAM disk of your own; its console is this terminal')
    .option(
      '--disk <FILE[:ro|:cow]>',
      'a disk (repeatable): the first with a file system becomes the root; cow keeps changes in memory',
      more,
      [],
    )
    .option('--share <DIR[:ro]>', 'a directory of the host (repeatable), mounted at /mnt/host, /mnt/host1, …', more, [])
    .option('--net', 'a network device on the lab’s network: udhcpc -i eth0 gets its address, DNS and ping answer')
    .option('--firmware <FILE>', 'M-mode firmware, such as OpenSBI’s fw_dynamic.bin, in place of the machine’s own SBI')
    .option('--append <WORDS>', 'words for the kernel’s command line', '')
    .option('--strategy <NAME>', 'how addresses are translated: bare, nested, shadow', 'bare')
    .option('--type2', 'the VMM is a process of a host operating system')
    .option('--no-counting', 'switch the modelled MMU and its counters off')
    .option('--seed <N>', 'seed of the guest’s random numbers', '1')
    .option(
      '--clock <DATE>',
      'the date at which the guest begins; given one, two runs count alike to the instruction',
      'now',
    )
    .option('-v, --verbose', 'with --exec: what the kernel says goes to stderr');
  return addMachineOptions(command);
}

/** This process's streams, for a guest. */
export const streamsOf = ({ signal }: Context) => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal,
});

/** What the options of `addGuestOptions` ask for. */
export async function bootRequest(
  options: Options,
  context: Context,
  drive: Pick<DriveOptions, 'exec' | 'keep' | 'watch'>,
  times?: BootTimes,
): Promise<BootRequest> {
  const config = machineOf(options, LINUX_MACHINE, 'paravirt');
  const { module } = compiledCore(context.root);
  const read = images(options, context);
  times?.mark('load');
  return {
    ...drive,
    module,
    config,
    images: read,
    append: String(options.append),
    disks: options.disk as readonly string[],
    shares: options.share as readonly string[],
    net: options.net === true,
    seed: count('--seed', String(options.seed)),
    clock: date('--clock', String(options.clock)),
    verbose: options.verbose === true,
  };
}

/** `trapframe linux`: a real kernel, at this terminal or for one command. */
export function addLinux(program: Command, context: Context): void {
  const command = program
    .command('linux')
    .summary('boot a real Linux kernel: a shell at this terminal, or one command')
    .description(
      'Boots a real Linux kernel with a small userland and gives its shell at this terminal (Ctrl-A x leaves). With --exec it runs one ' +
        'command and ends with the command’s status. --build or --fetch gets a kernel once; both keep it in ' +
        '$XDG_CACHE_HOME/trapframe (or TRAPFRAME_CACHE).',
    )
    .option(
      '--exec <COMMAND>',
      'run a command by the guest’s shell: its output goes to stdout, its status is this process’s',
    )
    .option('--build', 'build a kernel from Debian’s source package (about 8 minutes of processor time)')
    .option('--fetch', 'get Debian’s own kernel and busybox for riscv64 (about 11 MB)')
    .option('--mirror <URL>', 'the mirror of Debian that --build and --fetch use (default: this host’s)')
    .option('--suite <NAME>', 'the release of Debian that riscv64 packages come from', DEFAULT_SUITE)
    .addOption(
      new Option('--counters <FORM>', 'what to tell of the counters on stderr')
        .choices(['none', 'table', 'json'])
        .default('none'),
    )
    .addOption(statsOption())
    .option('-q, --quiet', 'no progress');
  command.option('--time', 'tell on stderr where the time of the boot went: wall time and instructions of its phases');
  addObserveOptions(command);
  addGuestOptions(command);
  command.action(async (options: Options) => {
    const exec = (options.exec as string | undefined) ?? null;
    if (options.build || options.fetch) {
      await obtain(options, context);
      if (exec === null) return;
    }
    const observation = observationOf(options);
    const times = options.time ? new BootTimes(compiledCore(context.root).ms) : undefined;
    if (times && options.gdb !== undefined) {
      throw new InputError('--time and --gdb: a boot that a debugger stops has no time of its own', 'Leave one out.');
    }
    let report: () => TranslationReport | null = () => null;
    const watch = async (guest: LinuxGuest) => {
      const { system } = guest;
      times?.follow(guest, agentEntry(context.root));
      const regions = regionsOf(options.stats, system.engine);
      if (regions !== null) {
        system.observe();
        report = () => system.translation(regions);
      }
      return observe(system, observation, context);
    };
    const streams = streamsOf(context);
    const request = await bootRequest(options, context, { exec, watch }, times);
    const session = await startGuest(request, times?.through(streams) ?? streams);
    const status = await session.done;
    if (times) context.stderr.write(`${columns(times.rows(), 100)}\n`);
    tell(session, String(options.counters), context);
    const translation = report();
    if (translation) context.stderr.write(await translationText(translation, String(options.stats)));
    context.setExitCode(context.signal.aborted ? exitCode('interrupted') : status);
  });
}

function tell(session: LinuxSession, form: string, { stderr }: Context): void {
  if (form === 'none') return;
  const [counters, harts] = [session.counters(), session.hartCounters()];
  if (form === 'table') {
    stderr.write(counterTable(counters, harts));
    return;
  }
  const some = (each: Counters): Counters =>
    Object.fromEntries(Object.entries(each).filter(([, value]) => value !== 0));
  stderr.write(`${JSON.stringify({ ...some(counters), ...(harts.length > 1 && { harts: harts.map(some) }) })}\n`);
}
