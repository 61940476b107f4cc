/** Laws of privilege: system calls, devices, and what a program must not be able to do. */

import type { Counters } from '../../abi/counters.ts';
import type { EXITS } from '../../abi/exits.ts';
import type { ConfigPatch } from '../api.ts';
import { BARE, exits, N, NESTED, probed, SYNC, UNSYNC } from './events.ts';
import { type Bench, count, eachEvent, eachOperation, exact, type Law, type LawCase } from './law.ts';

/** Privileged instructions of the probe's system-call handler: csrr sepc, csrw sepc, sret. */
const HANDLER_PRIVILEGED = 3;

async function syscallCases(bench: Bench): Promise<LawCase[]> {
  const detail = `${probed('syscall')}, answered with ${HANDLER_PRIVILEGED} privileged instructions`;
  return [
    await exact('bare', 0, exits(bench, 'syscall', BARE), detail),
    await exact('nested', 0, exits(bench, 'syscall', NESTED), detail),
    await exact('shadow', 1 + HANDLER_PRIVILEGED, exits(bench, 'syscall', UNSYNC), detail),
    ...(await programSyscallCases(bench)),
  ];
}

/** The same of programs on the lab's own kernel: one call each time, which leaves for a VMM, or the host, or neither. */
async function programSyscallCases(bench: Bench): Promise<LawCase[]> {
  const each = (environment: string): Promise<Counters> => eachOperation(bench, 'null-syscall', environment, 'n', N);
  const calls = (counters: Counters): number => counters['trap.ecall-u'] ?? 0;
  const detail = (counters: Counters): string =>
    `null-syscall, ${N} and ${2 * N} calls: ${calls(counters)} system call each`;
  const [container, process] = [await each('container'), await each('process')];
  const left = (counters: Counters): number => (counters['exit.total'] ?? 0) + (counters['host.crossings'] ?? 0);
  const rows = [
    await exact('container', 0, left(container), detail(container)),
    await exact('syscall translation, crossings to the host', 1, left(process), detail(process)),
  ];
  // Equal because nothing was called would show nothing.
  return rows.map((row, i) => ({ ...row, pass: row.pass && calls([container, process][i]!) === 1 }));
}

/** Reasons that have nothing to do with memory and are the guest's own doing. */
const NON_MMU = ['sbi', 'mmio', 'wfi'] as const satisfies readonly (typeof EXITS)[number]['id'][];

async function nonMmuCases(bench: Bench): Promise<LawCase[]> {
  const nested = await bench.probe('devices', N, NESTED);
  const others: readonly (readonly [string, ConfigPatch])[] = [
    ['synchronous shadow', SYNC],
    ['unsync shadow', UNSYNC],
    ['nested, 2 MiB host pages', { ...NESTED, hostPages: '2m' }],
  ];
  const cases: LawCase[] = [];
  for (const [name, config] of others) {
    const run = await bench.probe('devices', N, config);
    for (const reason of NON_MMU) {
      const id = `exit.${reason}`;
      const expected = count(nested, id);
      const row = await exact(
        `${reason}, ${name}`,
        expected,
        count(run, id),
        `probe event=devices n=${N}, against nested paging`,
      );
      // Equal because both are zero would show nothing.
      cases.push({ ...row, pass: row.pass && expected > 0 });
    }
  }
  return cases;
}

/** Under each of these the guest kernel is the same image. */
const STRATEGIES: readonly (readonly [string, ConfigPatch])[] = [
  ['bare', BARE],
  ['nested', NESTED],
  ['shadow', UNSYNC],
];

async function privilegeCases(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const [name, config] of STRATEGIES) {
    const run = await bench.probe('privileged', 1, config);
    cases.push(
      await exact(
        `${name}: attempts that trap`,
        run.iterations,
        Number.parseInt(run.checksum ?? '0', 16),
        'probe event=privileged: every CSR above user level read and written, every privileged instruction; exceptions: WFI, granted counters',
      ),
    );
  }
  return cases;
}

const dropped = (counters: Readonly<Record<string, number>>): number =>
  Object.entries(counters).reduce(
    (sum, [id, value]) => (id.startsWith('flush.') && id.endsWith('.entries') ? sum + value : sum),
    0,
  );

async function taggedCases(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const [name, config] of STRATEGIES) {
    const counters = await eachEvent(bench, 'satp', N, config);
    cases.push(await exact(`${name}, tagged: entries dropped by a switch`, 0, dropped(counters), probed('satp')));
  }
  const untagged = dropped(await eachEvent(bench, 'satp', N, { ...BARE, mmu: { tagged: false } }));
  cases.push({
    case: 'bare, untagged: entries dropped by a switch',
    expected: 'above 0',
    counted: untagged,
    pass: untagged > 0,
    detail: `${probed('satp')}: shows that the count is alive`,
  });
  return cases;
}

export const PRIVILEGE_LAWS: readonly Law[] = [
  {
    id: 'E11',
    kind: 'exact',
    statement:
      'A guest system call: with the H extension 0 exits; trap and emulate 1 and the privileged instructions executed; container 0; system-call translation 1 crossing to the host.',
    check: syscallCases,
  },
  {
    id: 'E12',
    kind: 'exact',
    statement: 'The strategy leaves every exit that has nothing to do with memory unchanged: SBI, MMIO, WFI.',
    check: nonMmuCases,
  },
  {
    id: 'E14',
    kind: 'exact',
    statement: 'Every supervisor CSR and instruction traps from user mode (Popek and Goldberg).',
    check: privilegeCases,
  },
  {
    id: 'E15',
    kind: 'exact',
    statement: 'A tagged switch of address space drops no TLB entry.',
    check: taggedCases,
  },
];
