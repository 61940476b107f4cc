/** Laws of the exit: which events of the guest reach its VMM, and how often. */
import type { EXITS } from '../../abi/exits.ts';
import { HYPERCALL_BATCH } from '../../abi/guest.ts';
import type { ConfigPatch } from '../api.ts';
import { type Bench, count, eachEvent, eachOperation, exact, type Law, type LawCase } from './law.ts';

const N = 100;

const NESTED: ConfigPatch = { strategy: 'nested' };
const BARE: ConfigPatch = { strategy: 'bare' };
// Without flood handling: a table that is given up is no longer the subject of these laws.
const SYNC: ConfigPatch = { strategy: 'shadow', shadow: { policy: 'sync', flood: 0 } };
const UNSYNC: ConfigPatch = { strategy: 'shadow', shadow: { policy: 'unsync', flood: 0 } };

const probed = (event: string): string => `probe event=${event}, ${N} and ${2 * N} events`;

/** Exits an event takes, of every reason or of one. */
async function exits(bench: Bench, event: string, config: ConfigPatch, reason = 'total'): Promise<number> {
  return (await eachEvent(bench, event, N, config))[`exit.${reason}`] ?? 0;
}

/** Hypercalls of a round that updates so many entries, over those of a round that updates none. */
async function updateCalls(bench: Bench, updates: number): Promise<number> {
  const calls = async (value: number): Promise<number> =>
    (
      await eachOperation(bench, 'update-miss-mix', 'paravirt', 'rounds', 2, {
        params: { updates: value, misses: 16, pages: 2 * HYPERCALL_BATCH, batch: 4 * HYPERCALL_BATCH },
      })
    )['exit.hypercall'] ?? 0;
  return (await calls(updates)) - (await calls(0));
}

async function tableWriteCases(bench: Bench): Promise<LawCase[]> {
  const unflushed = bench.probe('pte-store', N, UNSYNC).then((run) => count(run, 'exit.total'));
  const cases = [
    await exact(
      'unsync shadow, all stores before a flush',
      1,
      unflushed,
      `probe event=pte-store, ${N} stores, no flush`,
    ),
    await exact(
      'unsync shadow, a store after each flush',
      1,
      exits(bench, 'pte-store-fence', UNSYNC, 'pte-write'),
      probed('pte-store-fence'),
    ),
    await exact('synchronous shadow', 1, exits(bench, 'pte-store', SYNC), probed('pte-store')),
    await exact('nested', 0, exits(bench, 'pte-store', NESTED), probed('pte-store')),
  ];
  for (const updates of [HYPERCALL_BATCH / 2, HYPERCALL_BATCH, 2 * HYPERCALL_BATCH]) {
    cases.push(
      await exact(
        `paravirtual, ${updates} updates`,
        Math.ceil(updates / HYPERCALL_BATCH),
        updateCalls(bench, updates),
        `update-miss-mix, hypercalls of a round over those of a round without updates; batches of ${HYPERCALL_BATCH}`,
      ),
    );
  }
  return cases;
}

async function switchCases(bench: Bench): Promise<LawCase[]> {
  const calls = eachOperation(bench, 'context-switch', 'paravirt', 'passes', N).then(
    (each) => each['exit.hypercall'] ?? 0,
  );
  return [
    await exact('paravirtual', 1, calls, `context-switch, hypercalls of a hand-over, ${N} and ${2 * N} of them`),
    await exact('nested', 0, exits(bench, 'satp', NESTED), probed('satp')),
    await exact('shadow', 1, exits(bench, 'satp', UNSYNC), probed('satp')),
  ];
}

async function demandFaultCases(bench: Bench): Promise<LawCase[]> {
  const crossings = eachOperation(bench, 'demand-fault', 'paravirt', 'n', N).then((each) => each['exit.total'] ?? 0);
  return [
    await exact('paravirtual', 2, crossings, `demand-fault, ${N} and ${2 * N} pages of one table`),
    await exact('nested', 0, exits(bench, 'fault', NESTED), probed('fault')),
    // The fault itself, the handler's store to the table, its SRET, and the fill of the shadow entry on the way back.
    await exact('synchronous shadow', 4, exits(bench, 'fault', SYNC), probed('fault')),
    // The table is out of step after the first store, so the others do not exit.
    await exact('unsync shadow', 3, exits(bench, 'fault', UNSYNC), probed('fault')),
  ];
}

/** Privileged instructions of the probe's system-call handler: csrr sepc, csrw sepc, sret. */
const HANDLER_PRIVILEGED = 3;

async function syscallCases(bench: Bench): Promise<LawCase[]> {
  const detail = `${probed('syscall')}, answered with ${HANDLER_PRIVILEGED} privileged instructions`;
  return [
    await exact('bare', 0, exits(bench, 'syscall', BARE), detail),
    await exact('nested', 0, exits(bench, 'syscall', NESTED), detail),
    await exact('shadow', 1 + HANDLER_PRIVILEGED, exits(bench, 'syscall', UNSYNC), detail),
  ];
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

/** Workloads that touch fresh memory of the guest: new processes, their tables and their pages. */
const FRESH_MEMORY = ['fork', 'exec', 'build'] as const;

async function gstageCases(bench: Bench): Promise<LawCase[]> {
  const cases = [
    await exact('data pages', 1, exits(bench, 'touch', NESTED, 'gstage-fault'), probed('touch')),
    await exact(
      'a data page and the page of its table',
      2,
      exits(bench, 'touch-tables', NESTED, 'gstage-fault'),
      probed('touch-tables'),
    ),
  ];
  for (const workload of FRESH_MEMORY) {
    const run = await bench.run(workload, 'nested');
    const frames = count(run, 'vmm.frames');
    const row = await exact(
      `${workload}: frames given to the guest`,
      frames,
      count(run, 'exit.gstage-fault'),
      'measured region of the workload',
    );
    // Equal because nothing was touched would show nothing.
    cases.push({ ...row, pass: row.pass && frames > 0 });
  }
  return cases;
}

async function privilegeCases(bench: Bench): Promise<LawCase[]> {
  const cases: LawCase[] = [];
  for (const [name, config] of [
    ['bare', BARE],
    ['nested', NESTED],
    ['shadow', UNSYNC],
  ] as const) {
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
  for (const [name, config] of [
    ['bare', BARE],
    ['nested', NESTED],
    ['shadow', UNSYNC],
  ] as const) {
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

export const EXIT_LAWS: readonly Law[] = [
  {
    id: 'E7',
    kind: 'exact',
    statement:
      'A guest table store without a fault: nested 0 exits; synchronous shadow 1; shadow with unsync leaves 1 for the first store, then 0 until the flush; paravirtual ⌈U/B⌉ hypercalls for U updates in batches of B.',
    check: tableWriteCases,
  },
  {
    id: 'E8',
    kind: 'exact',
    statement: 'A change of address space: nested 0 exits; shadow 1; paravirtual 1 hypercall.',
    check: switchCases,
  },
  {
    id: 'E9',
    kind: 'exact',
    statement:
      'A guest demand fault with its frame backed by the host: nested 0 exits; paravirtual 2 crossings; shadow at least 2: synchronous 4 (fault, table store, return, fill), unsync leaves 3 (fault, return, fill).',
    check: demandFaultCases,
  },
  {
    id: 'E11',
    kind: 'exact',
    statement:
      'A guest system call: with the H extension 0 exits; trap and emulate 1 and the privileged instructions executed.',
    check: syscallCases,
  },
  {
    id: 'E12',
    kind: 'exact',
    statement: 'The strategy leaves every exit that has nothing to do with memory unchanged: SBI, MMIO, WFI.',
    check: nonMmuCases,
  },
  {
    id: 'E13',
    kind: 'exact',
    statement:
      'G-stage faults under nested paging are the distinct host pages first touched, guest page tables included.',
    check: gstageCases,
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
