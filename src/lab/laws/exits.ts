/** Laws of the exit where memory is concerned: which changes of a guest's tables reach its VMM, and how often. */
import { HYPERCALL_BATCH } from '../../abi/guest.ts';
import { exits, N, NESTED, probed, SYNC, UNSYNC } from './events.ts';
import { type Bench, count, eachOperation, exact, type Law, type LawCase } from './law.ts';

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
    id: 'E13',
    kind: 'exact',
    statement:
      'G-stage faults under nested paging are the distinct host pages first touched, guest page tables included.',
    check: gstageCases,
  },
];
