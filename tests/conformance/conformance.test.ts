/** Runs the conformance programs: on this machine in both forms, and where QEMU is installed, on it, to test the tests. */
import { describe, expect, it } from 'vitest';
import { INTERRUPTS, TRAPS } from '../../src/abi/counters.ts';
import { COMPRESSED_ROWS, FULL_ROWS, findRow } from '../../src/isa/rows.ts';
import { runMachine } from '../support/machine.ts';
import { NO_QEMU, NOT_IN_QEMU, qemuVersion, runQemu } from '../support/qemu.ts';
import type { Form, Program } from './environment.ts';
import { PROGRAMS } from './programs.ts';
import { QEMU_FAILS } from './qemu-fails.ts';
import { SOFTWARE_BITS } from './translation.ts';

const CONFIG = { memory: 4 * 2 ** 20 };

function build(make: (form: Form) => Program, form: Form): { program: Program; elf: Uint8Array } {
  const program = make(form);
  program.pass();
  return { program, elf: program.elf() };
}

describe.each(PROGRAMS.map((entry) => [entry.name, entry] as const))('%s', (_, { make, forms }) => {
  it.each(forms)('form %s passes', async (form) => {
    const outcome = await runMachine(build(make, form).elf, { config: CONFIG });
    expect({ status: outcome.status, failingTest: outcome.exitCode }, outcome.message).toEqual({
      status: 'passed',
      failingTest: 0,
    });
  });
});

describe.each(['nested', 'shadow'] as const)('as a guest, strategy %s', (strategy) => {
  const privileged = PROGRAMS.filter(({ forms }) => !forms.includes('v'));
  it.each(privileged.map((entry) => [entry.name, entry] as const))('%s passes', async (_, { make }) => {
    const outcome = await runMachine(build(make, 'p').elf, { config: { ...CONFIG, strategy } });
    expect(outcome.status, outcome.message).toBe('passed');
  });
});

describe.each(SOFTWARE_BITS)('%s', (_, make) => {
  it('passes on a machine whose walker leaves them alone', async () => {
    const { elf } = build(make, 'p');
    const outcome = await runMachine(elf, { config: { ...CONFIG, adUpdate: 'fault' } });
    expect(outcome.status, outcome.message).toBe('passed');
    expect((await runMachine(elf, { config: CONFIG })).status).toBe('failed');
  });
});

describe('the programs', () => {
  it('execute every instruction there is', () => {
    const used = new Set(PROGRAMS.flatMap(({ make, forms }) => [...build(make, forms[0]!).program.used]));
    const missing = [...FULL_ROWS, ...COMPRESSED_ROWS].map((row) => row.name).filter((name) => !used.has(name));
    expect(missing).toEqual([]);
  });

  it('raise every exception and interrupt this machine can raise', async () => {
    const never = new Map([
      ['trap.fetch-misaligned', 'with compressed instructions, which misa keeps on, every target is aligned'],
      ['interrupt.mei', 'there is no interrupt controller for machine mode'],
      ['interrupt.lcofi', 'what counters count is the machine’s own: tests/pmu-overflow.test.ts'],
    ]);
    const raised = new Set<string>();
    for (const { make, forms } of PROGRAMS.filter((entry) => !entry.forms.includes('v'))) {
      const { counters } = await runMachine(build(make, forms[0]!).elf, { config: CONFIG });
      for (const [id, value] of Object.entries(counters)) if (value > 0) raised.add(id);
    }
    const all = [...TRAPS.map(({ id }) => `trap.${id}`), ...INTERRUPTS.map(({ id }) => `interrupt.${id}`)];
    expect(all.filter((id) => !raised.has(id))).toEqual([...never.keys()]);
  });

  it('fail with the number of the test when a result is wrong', async () => {
    const { make } = PROGRAMS[0]!;
    const program = make('p');
    program.test();
    program.test();
    const number = program.current;
    program.li(10, 1);
    program.expect(10, 2);
    program.pass();
    const outcome = await runMachine(program.elf(), { config: CONFIG });
    expect(outcome).toMatchObject({ status: 'failed', exitCode: number });
  });
});

describe.skipIf(qemuVersion === null)(`on QEMU ${qemuVersion ?? `(${NO_QEMU})`}`, () => {
  const known = PROGRAMS.filter(({ make, forms }) =>
    [...build(make, forms[0]!).program.used].every((name) => !NOT_IN_QEMU.has(findRow(name)!.extension)),
  );
  it.each(known.filter(({ name }) => !QEMU_FAILS.has(name)).map((entry) => [entry.name, entry] as const))(
    '%s passes too',
    async (_, { make, forms }) => {
      const { exitCode } = await runQemu(build(make, forms[0]!).elf, 20_000, 2);
      expect(exitCode).toBe(0);
    },
  );
});
