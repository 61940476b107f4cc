/** The CSR table: numbers, masks and legal values. */
import { describe, expect, it } from 'vitest';
import { CSRS, csrByName, csrPrivilege, csrReadOnly, csrWriteMask, fieldMask, findCsr, legalize } from './csr.ts';

const csr = (name: string) => csrByName(name)!;

describe('the table of CSRs', () => {
  it('has fields that do not overlap and lie in 64 bits', () => {
    for (const row of CSRS) {
      let seen = 0n;
      for (const f of row.fields) {
        expect(f.high < 64 && f.low >= 0 && f.high >= f.low, `${row.name}.${f.name}`).toBe(true);
        expect(seen & fieldMask(f), `${row.name}.${f.name}`).toBe(0n);
        seen |= fieldMask(f);
      }
    }
  });

  it('has read-only numbers without a writable bit', () => {
    for (const row of CSRS) if (csrReadOnly(row.number)) expect(csrWriteMask(row), row.name).toBe(0n);
  });

  it('has views inside the register they show', () => {
    for (const row of CSRS) {
      if (!row.view) continue;
      const whole = csrByName(row.view.of)!;
      expect(csrWriteMask(row) & ~csrWriteMask(whole), row.name).toBe(0n);
    }
  });

  it('resets to values that are legal', () => {
    for (const row of CSRS) expect(legalize(row, row.reset, row.reset), row.name).toBe(row.reset);
  });

  it.each([
    ['mstatus', 0x300, 3],
    ['satp', 0x180, 1],
    ['cycle', 0xc00, 0],
    ['mhartid', 0xf14, 3],
    ['hpmcounter31', 0xc1f, 0],
    ['mhpmevent31', 0x33f, 3],
    ['pmpaddr15', 0x3bf, 3],
    ['stimecmp', 0x14d, 1],
  ] as const)('%s is 0x%s', (name, number, privilege) => {
    expect(csr(name).number).toBe(number);
    expect(findCsr(number)!.name).toBe(name);
    expect(csrPrivilege(number)).toBe(privilege);
  });

  it('has no odd pmpcfg on RV64 and no high halves', () => {
    for (const number of [0x3a1, 0x3a3, 0xb80, 0xc80, 0x31a]) expect(findCsr(number)).toBeUndefined();
  });
});

describe('legalize', () => {
  it('keeps read-only bits', () => {
    expect(legalize(csr('misa'), csr('misa').reset, 0n)).toBe(csr('misa').reset);
    expect(legalize(csr('mstatus'), csr('mstatus').reset, 0n)).toBe(0xa_0000_0000n);
    expect(legalize(csr('mepc'), 0n, 0x8000_0003n)).toBe(0x8000_0002n);
  });

  it('does not take an illegal value of a field', () => {
    const mpp = (n: bigint) => n << 11n;
    expect(legalize(csr('mstatus'), mpp(3n), mpp(2n) | 8n)).toBe(mpp(3n) | 8n);
    expect(legalize(csr('mtvec'), 0x8000_0001n, 0x9000_0003n)).toBe(0x9000_0001n);
    expect(legalize(csr('menvcfg'), 0n, 0x20n)).toBe(0n);
  });

  it('writes a view only where it looks', () => {
    expect(csrWriteMask(csr('sip'))).toBe(0x2002n);
    expect(csrWriteMask(csr('sie'))).toBe(0x2222n);
    expect(csrWriteMask(csr('sstatus'))).toBe(0xc_6122n);
    expect(csrWriteMask(csr('mip'))).toBe(0x2222n);
  });
});
