/**
 * What is emitted for small guests, kept beside this file. After a change of the emitter look at what it does to them, and accept it:
 *
 *     npx vitest run tests/translator/golden.test.ts -u
 */

import { describe, expect, it } from 'vitest';
import loadWabt from 'wabt';
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import { CELL_OFFSETS, PLACES } from '../../src/abi/layout.ts';
import { functionText } from '../../src/cli/translation.ts';
import { createMachineHost } from '../../src/machine/host.ts';
import { R } from '../support/asm.ts';
import { coreModule } from '../support/machine.ts';
import { EAGER } from './engines.ts';
import { machineGuest } from './guest.ts';

const ROUNDS = 3000;

const GUESTS = {
  'loop-load': machineGuest((a) =>
    a.repeat(R.a1, ROUNDS, () => {
      a.ld(R.a2, 16, R.sp);
      a.add(R.a0, R.a0, R.a2);
    }),
  ),
  call: machineGuest(
    (a) => a.repeat(R.a1, ROUNDS, () => a.jal('callee')),
    (a) => {
      a.label('callee');
      a.addi(R.a0, R.a0, 3);
      a.ret();
    },
  ),
  'jump-table': machineGuest((a) => {
    a.la(R.a3, 'cases');
    a.repeat(R.a1, ROUNDS, () => {
      a.op('andi', { rd: R.a2, rs1: R.a1, imm: 1 });
      a.op('slli', { rd: R.a2, rs1: R.a2, imm: 3 });
      a.add(R.a2, R.a2, R.a3);
      a.op('jalr', { rd: 0, rs1: R.a2, imm: 0 });
      a.label('cases');
      a.addi(R.a0, R.a0, 5);
      a.j('joined');
      a.op('xori', { rd: R.a0, rs1: R.a0, imm: 9 });
      a.j('joined');
      a.label('joined');
    });
  }),
  double: machineGuest((a) => {
    a.op('fcvt.d.w', { rd: 1, rs1: R.sp, rm: 0 });
    a.repeat(R.a1, ROUNDS, () => {
      a.op('fadd.d', { rd: 2, rs1: 2, rs2: 1, rm: 7 });
      a.op('fmul.d', { rd: 1, rs1: 2, rs2: 1, rm: 7 });
    });
  }),
  atomic: machineGuest((a) => a.repeat(R.a1, ROUNDS, () => a.op('amoadd.w', { rd: R.a0, rs1: R.sp, rs2: R.a1 }))),
} as const;

const names = new Map<number, string>();
for (let n = 0; n < 32; n++) {
  names.set(PLACES.X + 8 * n, `x${n}`);
  names.set(PLACES.F + 8 * n, `f${n}`);
}
for (const [cell, offset] of Object.entries(CELL_OFFSETS)) names.set(offset, cell);
for (const table of ['TLB_READ', 'TLB_WRITE', 'TLB_FETCH'] as const)
  for (const part of [0, 8, 12]) names.set(PLACES[table] + part, part ? `${table}+${part}` : table);

/** Places by name: where they are is not the emitter's affair. */
const readable = (wat: string, sites: number): string =>
  wat
    .replace(/ offset=(\d+)/g, (_, at: string) => {
      const n = Number(at);
      return ` offset=${names.get(n) ?? (n >= PLACES.DYNAMIC ? 'unit' : at)}`;
    })
    .replace(/i32\.const (\d+)/g, (all, n: string) =>
      Number(n) >= sites ? 'i32.const site' : Number(n) >= PLACES.DYNAMIC ? 'i32.const records' : all,
    )
    .replace(/ align=1$/gm, '')
    .replace(/\(local [^)]*\)/, '(local …)');

describe('emitted WebAssembly', () => {
  it.each(Object.entries(GUESTS))('%s', async (name, image) => {
    const host = createMachineHost(coreModule(), EAGER);
    await host.load(image, { ...MACHINE_DEFAULT, engine: 'jit' });
    const { translation } = await host.run({ budget: 10_000_000, regions: 5 });
    // The whole of it: others begin in its midst, or are called.
    const [largest] = translation!.regions.toSorted((a, b) => b.listing.length - a.listing.length);
    const { module, name: exported, listing } = largest!;
    const wabt = await loadWabt();
    const text = functionText(wabt.readWasm(module, {}).toText({ foldExprs: false }), exported);
    const guest = listing.map(({ address, text: instruction }) => `;; ${address} ${instruction}\n`).join('');
    await expect(`${guest}${readable(text, Number(host.debug().core.get('JIT_SITES')))}`).toMatchFileSnapshot(
      `golden/${name}.wat`,
    );
  });
});
