/** Shape laws of whole hostings: what a start, files, system calls and a boot cost in a container, a process, a VM. */
import { EXITS } from '../../abi/exits.ts';
import { formatMs, formatRatio, formatShare } from '../report/format.ts';
import { band, published, ratio } from './band.ts';
import { type Bench, count, decide, type Law, type LawCase, type Timed } from './law.ts';

const SKYLAKE = 'skylake';
const FELTER = 'Felter et al., ISPASS’15';
const GVISOR = 'Young et al., HotCloud’19';
const FIRECRACKER = 'Firecracker, specification';
const STARTS = 'arXiv 2602.15214';
const BOOTS = 'boots of Linux on x86, read in a source without a title here';
const MICROSOFT = 'Microsoft, comparing WSL versions';
/** Above how many times the exits of nested paging shadow paging is said to have. */
const BOOT_RATIO = 10;
/** Enough for an order of wall time, and soon done. */
const FEW_FILES = { params: { files: 40 } };
const FEW_ROUNDS = { params: { rounds: 50 } };
const FEW_TRIPS = { params: { n: 1000 } };

/** A case that shows a ratio of medians of wall time. */
async function timed(
  name: string,
  [above, below]: readonly [Promise<Timed>, Promise<Timed>],
  detail: string,
  more: Pick<LawCase, 'published' | 'deviation'> = {},
): Promise<LawCase> {
  const value = async (): Promise<number> => (await above).median / (await below).median;
  return decide(
    { case: name, expected: 'above 1×', detail, figure: 'measured', ...more },
    value(),
    (v) => v > 1,
    formatRatio,
  );
}

async function bootExits(bench: Bench): Promise<LawCase[]> {
  if (!(await bench.hasKernel('exits of a boot'))) return [];
  const [shadow, nested] = [await bench.run('boot', 'shadow'), await bench.run('boot', 'nested')];
  const total = count(shadow, 'exit.total');
  const share = (id: string): number => count(shadow, `exit.${id}`) / total;
  const reasons = EXITS.map(({ id }) => ({ id, share: share(id) }))
    .filter((reason) => reason.share >= 0.001)
    .sort((a, b) => b.share - a.share)
    .map((reason) => `${reason.id} ${formatShare(reason.share)}`);
  return [
    await decide(
      {
        case: 'exits of a boot, shadow : nested',
        expected: `at least ${BOOT_RATIO}×`,
        detail: `boot: ${total} and ${count(nested, 'exit.total')} exits`,
        figure: 'counted',
        published: published('≥ 10×, 25× seen', BOOTS, 'S'),
      },
      total / count(nested, 'exit.total'),
      (v) => v >= BOOT_RATIO,
      formatRatio,
    ),
    await decide(
      {
        case: 'of these, satp and faults',
        expected: 'above 50 %',
        detail: `boot under shadow: ${reasons.join(', ')}`,
        figure: 'counted',
        published: published('most', BOOTS, 'S'),
        deviation:
          'a deprivileged RISC-V kernel traps at each mask of its interrupts (csr), which hardware spares a shadowed x86 guest',
      },
      share('satp') + share('hidden-fault') + share('true-fault') + share('pte-write'),
      (v) => v > 0.5,
      formatShare,
    ),
  ];
}

async function starts(bench: Bench): Promise<LawCase[]> {
  const container = await bench.time('startup', 'container');
  const row = (name: string, figure: LawCase['published']) => ({
    case: name,
    detail: 'startup, boot: medians of five',
    figure: 'measured' as const,
    ...(figure && { published: figure }),
  });
  const cases = [
    await decide(
      {
        ...row('warm container, to its first output (ms)', published('8–10 ms', STARTS, 'A')),
        expected: 'at most 10',
      },
      container.median,
      (v) => v <= 10,
      formatMs,
    ),
  ];
  if (!(await bench.hasKernel('the start of a VM'))) return cases;
  const boot = await bench.time('boot', 'nested');
  const toInit = boot.median - (boot.phases.init ?? 0) - (boot.phases['first prompt'] ?? 0);
  return [
    ...cases,
    await decide(
      {
        ...row('VM under nested paging, to init (ms)', published('≤ 125 ms', FIRECRACKER, 'S')),
        expected: 'above the container',
      },
      toInit,
      (v) => v > container.median,
      formatMs,
    ),
    await decide(
      { ...row('slowest container : fastest VM', undefined), expected: 'below 1×' },
      Math.max(...container.ms) / Math.min(...boot.ms),
      (v) => v < 1,
      formatRatio,
    ),
  ];
}

async function containerIsNative(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const workload of ['sha256', 'nbody', 'stream', 'gups']) {
    cases.push(
      await band(
        `${workload}, container : native`,
        '≈ 1 (within 5 %)',
        ratio(bench, SKYLAKE, workload, ['container', 'bare']),
        (v) => Math.abs(v - 1) <= 0.05,
        `${workload}, cycles of the program itself over those on the bare machine`,
        published('≈ native', FELTER, 'S'),
      ),
    );
  }
  const lan = (environment: string): Promise<Timed> => bench.time('net-echo', environment, FEW_TRIPS);
  const container = await lan('container');
  const given = Promise.resolve(container);
  cases.push(
    await decide(
      {
        case: 'network, container : native',
        expected: 'at least 1.5×',
        detail: 'net-echo, container over process: two network namespaces on one wire each',
        figure: 'measured',
        published: published('about 2×', FELTER, 'S'),
        deviation: 'what doubles it is NAT, and containers here are on the wire themselves',
      },
      lan('process').then(({ median }) => container.median / median),
      (v) => v >= 1.5,
      formatRatio,
    ),
    await timed(
      'network : loopback, container',
      [given, bench.time('tcp-echo', 'container', FEW_TRIPS)],
      'net-echo over tcp-echo, container',
    ),
  );
  if (!(await bench.hasKernel('network and small I/O of a VM'))) return cases;
  cases.push(
    await timed(
      'network, VM : container',
      [lan('nested'), given],
      'net-echo, nested over container: two guests, or two containers, on one wire',
    ),
    await timed(
      'small file calls, VM : container',
      [bench.time('file-calls', 'wsl2', FEW_ROUNDS), bench.time('file-calls', 'container', FEW_ROUNDS)],
      'file-calls, wsl2 over container',
      { published: published('about 2×', FELTER, 'S') },
    ),
  );
  return cases;
}

async function filesOfWsl(bench: Bench): Promise<LawCase[]> {
  if (!(await bench.hasKernel('files of WSL 2'))) return [];
  const [inside, outside] = [
    await bench.time('untar', 'wsl2', FEW_FILES),
    await bench.time('untar-host', 'wsl2', FEW_FILES),
  ];
  const first = await bench.time('untar-host', 'process', FEW_FILES);
  const given = (value: Timed): Promise<Timed> => Promise.resolve(value);
  return [
    await timed('files of the host, WSL 2 : WSL 1', [given(outside), given(first)], 'untar-host, wsl2 over process', {
      published: published('WSL 1 ahead', MICROSOFT, 'S'),
    }),
    await timed(
      'files of the host : of the guest, WSL 2',
      [given(outside), given(inside)],
      'untar-host over untar, wsl2',
    ),
    await timed(
      'own files, WSL 1 : WSL 2',
      [given(first), given(inside)],
      'untar-host of process over untar of wsl2: all files of WSL 1 are the host’s',
      {
        published: published('up to 20×', MICROSOFT, 'S'),
        deviation:
          'the kernel of the light VM is itself executed by the machine, that of a process is the host’s own code; and the host is no Windows',
      },
    ),
  ];
}

async function userSpaceKernel(bench: Bench): Promise<LawCase[]> {
  const figure = (value: string) => published(value, GVISOR, '2');
  return [
    await band(
      'system call, user-space kernel : container',
      'at least 2.2×',
      ratio(bench, SKYLAKE, 'null-syscall', ['process', 'container']),
      (v) => v >= 2.2,
      'null-syscall, process (each call crosses to the host) over container; the work of the kernel itself, equal in both, is left out',
      figure('≥ 2.2×'),
    ),
    await band(
      'computing, user-space kernel : container',
      '≈ 1 (within 5 %)',
      ratio(bench, SKYLAKE, 'sha256', ['process', 'container']),
      (v) => Math.abs(v - 1) <= 0.05,
      'sha256, process over container',
      figure('≈ 1×'),
    ),
  ];
}

export const HOSTING_LAWS: readonly Law[] = [
  {
    id: 'S12',
    kind: 'shape',
    statement:
      'Booting Linux takes ten times the exits under shadow paging that it takes under nested paging, and more.',
    check: bootExits,
  },
  {
    id: 'S15',
    kind: 'shape',
    timed: true,
    statement: 'A container starts ahead of a virtual machine.',
    check: starts,
  },
  {
    id: 'S16',
    kind: 'shape',
    profile: SKYLAKE,
    timed: true,
    statement:
      'Computing and memory cost in a container what they cost natively, network more; small input and output is dearer in a VM.',
    check: containerIsNative,
  },
  {
    id: 'S17',
    kind: 'shape',
    timed: true,
    statement: 'WSL 2 is ahead on files of the guest, WSL 1 on files of the host.',
    check: filesOfWsl,
  },
  {
    id: 'S18',
    kind: 'shape',
    profile: SKYLAKE,
    statement: 'A kernel in user space leaves computing as it is and makes system calls dearer than a container’s.',
    check: userSpaceKernel,
  },
];
