/** The string of the instruction set. */
import { expect, it } from 'vitest';
import { ROWS } from './rows.ts';
import { ISA_BASE, ISA_EXTENSIONS, ISA_STRING } from './string.ts';

it('names each extension that has instructions, and those that have none, in the order of the manual', () => {
  const rows = new Set(ROWS.map((row) => row.extension.toLowerCase()));
  rows.delete('priv');
  for (const name of [...rows, 'zicntr', 'zihpm', 'sscofpmf', 'sstc', 'svnapot'])
    expect(ISA_EXTENSIONS).toContain(name);
  expect(new Set(ISA_EXTENSIONS).size).toBe(ISA_EXTENSIONS.length);
  expect(ISA_STRING.startsWith(`${ISA_BASE}mafdc_zi`)).toBe(true);
  expect(ISA_STRING).toMatch(/_zicntr_.*_zihpm_zacas_.*_zfh_zba_.*_sscofpmf_sstc_svinval_svnapot$/);
});
