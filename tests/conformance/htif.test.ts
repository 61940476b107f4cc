/** HTIF, the way ISA tests talk to their host: console characters and calls by `tohost`, from any mode and address. */
import { describe, expect, it } from 'vitest';
import { R } from '../support/asm.ts';
import { runMachine } from '../support/machine.ts';
import { type Form, Program } from './environment.ts';

const { a0, t0, t1, t2 } = R;

/** Waits until the host has taken the last word, as the environment of the ISA tests does, and writes the next. */
function toHost(p: Program, value: bigint): void {
  const wait = p.fresh('wait');
  p.la(t0, 'tohost');
  p.la(t1, 'fromhost');
  p.label(wait);
  p.sd(0, 0, t1);
  p.ld(t2, 0, t0);
  p.bne(t2, 0, wait);
  p.li(a0, value);
  p.sd(a0, 0, t0);
}

const config = { memory: 4 * 2 ** 20 };

describe.each(['p', 'v'] as const satisfies Form[])('in form %s', (form) => {
  it('prints characters', async () => {
    const p = new Program(form);
    for (const char of 'Hello\n') toHost(p, 0x0101_0000_0000_0000n | BigInt(char.charCodeAt(0)));
    p.pass();
    expect(await runMachine(p.elf(), { config })).toMatchObject({ status: 'passed', console: 'Hello\n' });
  });

  it.each([0, 1, 2, 420, 668])('ends with code %i', async (code) => {
    const p = new Program(form);
    toHost(p, BigInt((code << 1) | 1));
    p.j('fail');
    const outcome = await runMachine(p.elf(), { config });
    expect(outcome).toMatchObject({ status: code === 0 ? 'passed' : 'failed', exitCode: code });
  });

  it('takes the code in two halves', async () => {
    const p = new Program(form);
    p.la(t0, 'tohost');
    p.li(a0, 13);
    p.op('sw', { rs2: a0, rs1: t0 });
    p.op('sw', { rs2: 0, rs1: t0, imm: 4 });
    p.j('fail');
    expect(await runMachine(p.elf(), { config })).toMatchObject({ status: 'failed', exitCode: 6 });
  });
});
