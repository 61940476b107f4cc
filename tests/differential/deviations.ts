/**
 * Where QEMU 7.2 differs from this machine although both were given the same program: each with the section that
 * says which of them is right, or that both are. Programs avoid exactly these cases; nothing else is excused.
 */

export interface Deviation {
  readonly what: string;
  readonly qemu: string;
  readonly here: string;
  /** Unprivileged (U) or privileged (P) specification. */
  readonly section: string;
  /** Who follows the specification. */
  readonly right: 'both' | 'here';
  /** How programs avoid it. */
  readonly avoided: string;
}

export const DEVIATIONS: readonly Deviation[] = [
  {
    what: 'mstatus.FS after a floating-point instruction',
    qemu: 'not always Dirty after an instruction that may only raise flags',
    here: 'Dirty once a register or flag may have been written',
    section: 'P 3.1.6.6: the state may be reported Dirty more often than necessary',
    right: 'both',
    avoided: 'any state but Off is compared as Dirty',
  },
  {
    what: 'mtval and stval of a breakpoint',
    qemu: '0',
    here: 'the address of the instruction',
    section: 'P 3.1.16: "mtval is written with either zero or the virtual address" at a breakpoint',
    right: 'both',
    avoided: 'compared as 0',
  },
  {
    what: 'page fault and misalignment of an atomic operation on one hart',
    qemu: 'with one hart the operation is a load and a store, and the load faults first (cause 13, 4)',
    here: 'store/AMO page fault (15), store/AMO address misaligned (6)',
    section: 'U 14.4, P 3.1.15: AMOs raise store/AMO exceptions',
    right: 'here',
    avoided: 'QEMU runs with two harts, the second asleep; its atomics are atomic then',
  },
  {
    what: 'tval of a misaligned access to an address nobody answers',
    qemu: 'rounded down to the alignment of the access',
    here: 'the first byte that faulted',
    section: 'P 3.1.16: the address of the portion of the access that caused the fault',
    right: 'here',
    avoided: 'accesses to such addresses are aligned',
  },
  {
    what: 'scounteren and mcounteren',
    qemu: '64 bits can be written',
    here: 'bits 63 to 32 are 0',
    section: 'P 3.1.11, 4.1.5: 32-bit registers',
    right: 'here',
    avoided: 'values written have 32 bits',
  },
  {
    what: 'sfence.w.inval and sfence.inval.ir in U-mode',
    qemu: 'do nothing',
    here: 'illegal instruction',
    section: 'P, Svinval: U-mode may not execute them',
    right: 'here',
    avoided: 'not generated in U-mode',
  },
  {
    what: 'mtval and stval of an illegal sinval.vma',
    qemu: '0, or the bits of an earlier illegal instruction',
    here: 'the instruction',
    section: 'P 3.1.16: the instruction bits, or 0',
    right: 'both',
    avoided: 'not generated where it is illegal',
  },
  {
    what: 'a NAPOT entry whose size is reserved',
    qemu: 'sets A, then faults',
    here: 'faults and changes nothing',
    section: 'P, Svnapot: such an entry raises a page fault',
    right: 'here',
    avoided: 'A and D of such entries are set',
  },
  {
    what: 'a fetch in S-mode from a user page',
    qemu: 'works once S-mode has accessed data in that page under SUM',
    here: 'always a page fault',
    section: 'P 4.3.1: the supervisor may not execute from user pages, irrespective of SUM',
    right: 'here',
    avoided: 'no data is accessed in the pages of user code',
  },
  {
    what: 'a load or store of machine mode with MPRV',
    qemu: 'uses the physical translation of a fetch from the same page, if there was one since the last fence',
    here: 'translated as in mode MPP',
    section: 'P 3.1.6.3: MPRV changes the translation of loads and stores, not of fetches',
    right: 'here',
    avoided: 'blocks with MPRV do not jump to the addresses that loads and stores try',
  },
  {
    what: 'an access across a page boundary, one page of which a PMP entry covers',
    qemu: 'one access, which the entry has to cover whole; the next page is taken to be the physically next one',
    here: 'two accesses, one a page',
    section: 'P 3.7.1: a misaligned access may be made in parts, each of which is checked',
    right: 'both',
    avoided: 'accesses are aligned in blocks with PMP entries; tests/conformance/protection.ts has the partial match',
  },
  {
    what: 'ctzw of a register whose low 32 bits are 0',
    qemu: 'the number of trailing zeros of all 64 bits',
    here: '32',
    section: 'U, Zbb: ctzw counts up to bit 31, 32 if all are 0',
    right: 'here',
    avoided: 'ctzw is left out',
  },
];

/** Rows that are left out of programs although QEMU has their extension. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['ctzw']);

/** The table as Markdown, for docs/conformance.md. */
export function deviationsMarkdown(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = DEVIATIONS.map(({ what, qemu, here, section, right, avoided }) =>
    [what, qemu, here, section, right === 'both' ? 'both' : 'this machine', avoided].map(cell).join(' | '),
  );
  return [
    '| What | QEMU 7.2 | This machine | Specification | Who follows it | How programs avoid it |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
