/**
 * Programs QEMU 7.2 fails, and what it does. Where the specification allows both, the program says what this machine
 * promises; where it does not, QEMU is wrong. See also tests/differential/deviations.ts.
 */
export const QEMU_FAILS: ReadonlyMap<string, string> = new Map([
  ['ctzw', 'counts the zeros of all 64 bits when the low 32 are zero (Zbb: 32)'],
  ['CSR access by mode', 'has hpmcounter3 to 18 only, the others are illegal (P 3.1.10 asks for all, zero if need be)'],
  ['CSR numbers that do not exist', 'has registers of extensions this machine lacks'],
  ['CSR fields', 'writes reserved bits of mstatus, mcounteren, scounteren and mepc (WARL: P 3.1.6, 3.1.11, 3.1.14)'],
  ['counters', 'counts time, not instructions, in mcycle and minstret'],
  ['exceptions', 'an atomic operation on an address nobody answers is a load access fault (P 3.1.15: store/AMO)'],
  ['trap returns', 'mret to a lower mode leaves MPRV set (P 3.1.6.3: it is cleared)'],
  ['TVM, TW, TSR', 'executes sfence.w.inval and sfence.inval.ir in U-mode (Svinval: illegal there)'],
  [
    'interrupt priorities',
    'without AIA the lowest-numbered interrupt is first (P 3.1.9: MEI, MSI, MTI, SEI, SSI, STI)',
  ],
  ['reserved page-table entries', 'ignores bits 60 to 54 of an entry once Svnapot is on (P 4.4.1: a page fault)'],
  ['page tables out of reach', 'a table nobody answers for is a page fault (P 4.3.2, step 2: an access fault)'],
]);
