/**
 * Control and status registers (privileged specification, chapter 2): every one that exists, with what may be written.
 * A number without a row raises an illegal-instruction exception. Rows of the hypervisor extension (hstatus, hgatp,
 * vsstatus …) belong between those of S and M mode.
 */

import { HPM_COUNTERS, HPM_EVENT_BITS, HPM_FIRST } from '../abi/pmu.ts';

/** `rw`: any value. `ro`: the value at reset, whatever is written. `warl`: a value not in `legal` is not taken. */
export type Access = 'rw' | 'ro' | 'warl';

export interface CsrField {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly access: Access;
  readonly legal?: readonly number[];
  readonly summary: string;
}

/** A condition on access beyond the privilege mode of the number. */
export type Gate =
  /** Bit number & 31 of mcounteren (below M) and of scounteren (below S). */
  | 'counter'
  /** mcounteren.TM and menvcfg.STCE below M. */
  | 'stimecmp'
  /** Illegal in S-mode while mstatus.TVM is set. */
  | 'tvm'
  /** Illegal while mstatus.FS is Off. */
  | 'fp';

export interface CsrRow {
  readonly name: string;
  readonly number: number;
  readonly summary: string;
  readonly reset: bigint;
  readonly fields: readonly CsrField[];
  /** The register it shows a part of: bits of `mask`, the others are zero and not written. */
  readonly view?: { readonly of: string; readonly mask: bigint };
  readonly gate?: Gate;
}

const field = (
  name: string,
  high: number,
  low: number,
  summary: string,
  access: Access = 'rw',
  legal?: readonly number[],
): CsrField => ({ name, high, low, summary, access, ...(legal ? { legal } : {}) });

const whole = (access: Access = 'rw'): CsrField[] => [field('value', 63, 0, 'all bits', access)];

/** Bits of a mask, for registers in which each bit stands for one of a numbered kind. */
const bits = (mask: bigint, summary: string): CsrField[] => {
  const fields: CsrField[] = [];
  for (let at = 0; at < 64; at++) {
    if (!((mask >> BigInt(at)) & 1n)) continue;
    let high = at;
    while ((mask >> BigInt(high + 1)) & 1n) high++;
    fields.push(field(`b${at}`, high, at, summary));
    at = high;
  }
  return fields;
};

interface Extras {
  readonly reset?: bigint;
  readonly view?: NonNullable<CsrRow['view']>;
  readonly gate?: Gate;
}

const row = (
  name: string,
  number: number,
  summary: string,
  fields: readonly CsrField[],
  extras: Extras = {},
): CsrRow => ({
  name,
  number,
  summary,
  fields,
  reset: 0n,
  ...extras,
});

/** Registers base…base+count−1, name with its own number appended. */
const series = (
  name: string,
  base: number,
  first: number,
  count: number,
  summary: string,
  fields: readonly CsrField[],
  extras: Extras = {},
): CsrRow[] => Array.from({ length: count }, (_, i) => row(`${name}${first + i}`, base + i, summary, fields, extras));

const tvecFields = [
  field('base', 63, 2, 'address of the handler, a multiple of 4'),
  field('mode', 1, 0, '0: every trap goes to base; 1: interrupts go to base + 4 × cause', 'warl', [0, 1]),
];
const epcFields = [field('address', 63, 1, 'bit 0 is 0: instructions are 2-aligned')];

const statusFields = [
  field('sie', 1, 1, 'interrupts of S-mode enabled'),
  field('mie', 3, 3, 'interrupts of M-mode enabled'),
  field('spie', 5, 5, 'sie before the trap'),
  field('ube', 6, 6, 'U-mode is little-endian', 'ro'),
  field('mpie', 7, 7, 'mie before the trap'),
  field('spp', 8, 8, 'mode before the trap into S: 0 U, 1 S'),
  field('vs', 10, 9, 'no vector unit', 'ro'),
  field('mpp', 12, 11, 'mode before the trap into M', 'warl', [0, 1, 3]),
  field('fs', 14, 13, 'floating-point state: 0 Off, 1 Initial, 2 Clean, 3 Dirty'),
  field('xs', 16, 15, 'no other state', 'ro'),
  field('mprv', 17, 17, 'loads and stores of M-mode as if in mode mpp'),
  field('sum', 18, 18, 'S-mode may access user pages'),
  field('mxr', 19, 19, 'executable pages may be loaded from'),
  field('tvm', 20, 20, 'satp and SFENCE.VMA trap in S-mode'),
  field('tw', 21, 21, 'WFI traps below M'),
  field('tsr', 22, 22, 'SRET traps in S-mode'),
  field('uxl', 33, 32, 'U-mode is RV64', 'ro'),
  field('sxl', 35, 34, 'S-mode is RV64', 'ro'),
  field('sbe', 36, 36, 'S-mode is little-endian', 'ro'),
  field('mbe', 37, 37, 'M-mode is little-endian', 'ro'),
  field('sd', 63, 63, 'fs is Dirty (read-only summary)', 'ro'),
];

const interruptFields = (machine: Access): CsrField[] => [
  field('ssi', 1, 1, 'software interrupt of S-mode'),
  field('msi', 3, 3, 'software interrupt of M-mode', machine),
  field('sti', 5, 5, 'timer interrupt of S-mode'),
  field('mti', 7, 7, 'timer interrupt of M-mode', machine),
  field('sei', 9, 9, 'external interrupt of S-mode'),
  field('mei', 11, 11, 'external interrupt of M-mode', machine),
  field('lcofi', 13, 13, 'a hardware counter overflowed'),
];

const environmentFields = [
  field('fiom', 0, 0, 'fences of I/O imply memory'),
  field('cbie', 5, 4, 'CBO.INVAL below: 0 illegal, 1 flush, 3 invalidate', 'warl', [0, 1, 3]),
  field('cbcfe', 6, 6, 'CBO.CLEAN and CBO.FLUSH below are legal'),
  field('cbze', 7, 7, 'CBO.ZERO below is legal'),
];

const S_INTERRUPTS = 0x2222n;
const SSTATUS_MASK = 0x8000_0003_000d_e762n;
/** MXL = 2 (RV64) and the letters A, C, D, F, I, M, S, U. */
const MISA =
  (2n << 62n) | [...'ACDFIMSU'].reduce((mask, letter) => mask | (1n << BigInt(letter.charCodeAt(0) - 65)), 0n);

export const PMP_ENTRIES = 16;

const pmpConfig = Array.from({ length: 8 }, (_, i) => [
  field(`r${i}`, 8 * i, 8 * i, 'readable'),
  field(`w${i}`, 8 * i + 1, 8 * i + 1, 'writable; W without R is reserved'),
  field(`x${i}`, 8 * i + 2, 8 * i + 2, 'executable'),
  field(`a${i}`, 8 * i + 4, 8 * i + 3, 'matching: 0 off, 1 TOR, 2 NA4, 3 NAPOT'),
  field(`l${i}`, 8 * i + 7, 8 * i + 7, 'locked until reset, and binding for M-mode'),
]).flat();

const UNPRIVILEGED: readonly CsrRow[] = [
  row('fflags', 0x001, 'accrued floating-point exceptions', [field('flags', 4, 0, 'NV DZ OF UF NX')], { gate: 'fp' }),
  row('frm', 0x002, 'dynamic rounding mode', [field('mode', 2, 0, '0 RNE, 1 RTZ, 2 RDN, 3 RUP, 4 RMM')], {
    gate: 'fp',
  }),
  row('fcsr', 0x003, 'frm and fflags', [field('flags', 4, 0, 'fflags'), field('mode', 7, 5, 'frm')], { gate: 'fp' }),
  row('cycle', 0xc00, 'cycles, which are instructions here', whole('ro'), { gate: 'counter' }),
  row('time', 0xc01, 'the timebase', whole('ro'), { gate: 'counter' }),
  row('instret', 0xc02, 'instructions retired', whole('ro'), { gate: 'counter' }),
  ...series('hpmcounter', 0xc03, 3, 29, 'what firmware has it count (SBI PMU, mhpmevent), else 0', whole('ro'), {
    gate: 'counter',
  }),
];

const SUPERVISOR: readonly CsrRow[] = [
  row('sstatus', 0x100, 'mstatus as S-mode sees it', statusFields, { view: { of: 'mstatus', mask: SSTATUS_MASK } }),
  row('sie', 0x104, 'interrupts of S-mode enabled', interruptFields('ro'), { view: { of: 'mie', mask: S_INTERRUPTS } }),
  row('stvec', 0x105, 'trap handler of S-mode', tvecFields),
  row('scounteren', 0x106, 'counters U-mode may read', [field('counters', 31, 0, 'one bit a counter')]),
  row('senvcfg', 0x10a, 'environment of U-mode', environmentFields),
  row('sscratch', 0x140, 'for the handler of S-mode', whole()),
  row('sepc', 0x141, 'pc of the trap into S-mode', epcFields),
  row('scause', 0x142, 'cause of the trap into S-mode', whole()),
  row('stval', 0x143, 'address or instruction of the trap into S-mode', whole()),
  row(
    'sip',
    0x144,
    'pending interrupts of S-mode',
    [field('ssi', 1, 1, 'software interrupt of S-mode'), field('lcofi', 13, 13, 'a hardware counter overflowed')],
    { view: { of: 'mip', mask: S_INTERRUPTS } },
  ),
  row('stimecmp', 0x14d, 'time of the next timer interrupt of S-mode (Sstc)', whole(), {
    reset: 0xffff_ffff_ffff_ffffn,
    gate: 'stimecmp',
  }),
  row(
    'satp',
    0x180,
    'address translation of S and U mode; a write with a mode not implemented is ignored as a whole',
    [
      field('mode', 63, 60, '0 Bare, 8 Sv39, 9 Sv48', 'warl', [0, 8, 9]),
      field('asid', 59, 44, 'address space'),
      field('ppn', 43, 0, 'page of the root table'),
    ],
    { gate: 'tvm' },
  ),
  row('scountovf', 0xda0, 'counters that overflowed (Sscofpmf), below M if mcounteren allows', [
    field('of', HPM_FIRST + HPM_COUNTERS - 1, HPM_FIRST, 'one bit a counter', 'ro'),
  ]),
];

const MACHINE: readonly CsrRow[] = [
  row('mvendorid', 0xf11, 'vendor', whole('ro')),
  row('marchid', 0xf12, 'microarchitecture', whole('ro')),
  row('mimpid', 0xf13, 'version', whole('ro')),
  row('mhartid', 0xf14, 'number of the hart', whole('ro')),
  row('mconfigptr', 0xf15, 'no configuration data structure', whole('ro')),
  row('mstatus', 0x300, 'status of the hart', statusFields, { reset: 0xa_0000_0000n }),
  row('misa', 0x301, 'extensions; none can be switched off', whole('ro'), { reset: MISA }),
  row('medeleg', 0x302, 'exceptions that go to S-mode', bits(0xb3ffn, 'one bit a cause')),
  row('mideleg', 0x303, 'interrupts that go to S-mode', bits(S_INTERRUPTS, 'one bit a cause')),
  row('mie', 0x304, 'interrupts enabled', interruptFields('rw')),
  row('mtvec', 0x305, 'trap handler of M-mode', tvecFields),
  row('mcounteren', 0x306, 'counters S-mode may read', [field('counters', 31, 0, 'one bit a counter')]),
  row('menvcfg', 0x30a, 'environment of S-mode', [
    ...environmentFields,
    field('stce', 63, 63, 'stimecmp exists below M and drives mip.STIP'),
  ]),
  row('mcountinhibit', 0x320, 'counters that stand still', [
    field('cy', 0, 0, 'mcycle'),
    field('ir', 2, 2, 'minstret'),
    field('hpm', HPM_FIRST + HPM_COUNTERS - 1, HPM_FIRST, 'mhpmcounters'),
  ]),
  ...series('mhpmevent', 0x323, HPM_FIRST, HPM_COUNTERS, 'what a counter counts', [
    field(
      'event',
      HPM_EVENT_BITS - 1,
      0,
      'a counter of the lab; 0, and what no hart has: none; all ones: instructions',
    ),
    field('uinh', 60, 60, 'it stands in U-mode'),
    field('sinh', 61, 61, 'it stands in S-mode'),
    field('minh', 62, 62, 'it stands in M-mode'),
    field('of', 63, 63, 'it overflowed'),
  ]),
  ...series('mhpmevent', 0x323 + HPM_COUNTERS, HPM_FIRST + HPM_COUNTERS, 29 - HPM_COUNTERS, 'no event: 0', whole('ro')),
  row('mscratch', 0x340, 'for the handler of M-mode', whole()),
  row('mepc', 0x341, 'pc of the trap into M-mode', epcFields),
  row('mcause', 0x342, 'cause of the trap into M-mode', whole()),
  row('mtval', 0x343, 'address or instruction of the trap into M-mode', whole()),
  row('mip', 0x344, 'interrupts pending', interruptFields('ro')),
  row('pmpcfg0', 0x3a0, 'permissions of PMP entries 0…7', pmpConfig),
  row('pmpcfg2', 0x3a2, 'permissions of PMP entries 8…15', pmpConfig),
  ...series('pmpaddr', 0x3b0, 0, PMP_ENTRIES, 'address of a PMP entry', [field('address', 53, 0, 'bits 55…2')]),
  // A debugger probes for triggers by writing and reading back: none exist.
  row('tselect', 0x7a0, 'no triggers: 0', whole('ro')),
  ...series('tdata', 0x7a1, 1, 3, 'no triggers: 0', whole('ro')),
  row('tinfo', 0x7a4, 'no triggers: 0', whole('ro')),
  row('mcycle', 0xb00, 'cycles, which are instructions here', whole()),
  row('minstret', 0xb02, 'instructions retired', whole()),
  ...series('mhpmcounter', 0xb03, HPM_FIRST, HPM_COUNTERS, 'programmable counter', whole()),
  ...series(
    'mhpmcounter',
    0xb03 + HPM_COUNTERS,
    HPM_FIRST + HPM_COUNTERS,
    29 - HPM_COUNTERS,
    'no counter: 0',
    whole('ro'),
  ),
];

export const CSRS: readonly CsrRow[] = [...UNPRIVILEGED, ...SUPERVISOR, ...MACHINE];

const byNumber = new Map(CSRS.map((csr) => [csr.number, csr]));
const byName = new Map(CSRS.map((csr) => [csr.name, csr]));
if (byNumber.size !== CSRS.length || byName.size !== CSRS.length) throw new Error('two CSRs share a number or a name');

/** The row of a number; undefined where no register is. */
export const findCsr = (number: number): CsrRow | undefined => byNumber.get(number);
/** The row of a name, as assemblers write it. */
export const csrByName = (name: string): CsrRow | undefined => byName.get(name);

/** Lowest privilege mode that may access it, from bits 9:8 of the number: 0 U, 1 S, 2 the hypervisor's, 3 M. */
export const csrPrivilege = (number: number): number => (number >> 8) & 3;

/** Whether every write is illegal: bits 11:10 of the number. */
export const csrReadOnly = (number: number): boolean => number >> 10 === 3;

/** The bits of a field, in place. */
export const fieldMask = (f: CsrField): bigint => ((1n << BigInt(f.high - f.low + 1)) - 1n) << BigInt(f.low);

/** Bits a write can change: those of fields that are not `ro`, inside the view where it is one. */
export function csrWriteMask(csr: CsrRow): bigint {
  const mask = csr.fields.reduce((sum, f) => (f.access === 'ro' ? sum : sum | fieldMask(f)), 0n);
  return csr.view ? mask & csr.view.mask : mask;
}

/** The value a write leaves in a register that held `old`: read-only bits stay, an illegal field value is not taken. */
export function legalize(csr: CsrRow, old: bigint, value: bigint): bigint {
  const mask = csrWriteMask(csr);
  let result = (old & ~mask) | (value & mask);
  for (const f of csr.fields) {
    if (!f.legal || (fieldMask(f) & mask) === 0n) continue;
    const wanted = Number((value & fieldMask(f)) >> BigInt(f.low));
    if (!f.legal.includes(wanted)) result = (result & ~fieldMask(f)) | (old & fieldMask(f));
  }
  return result;
}
