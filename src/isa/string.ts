/** The instruction set as device trees name it (riscv,isa and riscv,isa-extensions), of what is described in this folder. */
import { type CsrRow, csrByName } from './csr.ts';
import { EXTENSIONS } from './types.ts';

/** Extensions without instructions, by the register that makes them; Svnapot is one of page tables alone. */
const WITHOUT_ROWS: readonly { readonly id: string; readonly csr: CsrRow['name'] | null }[] = [
  { id: 'Zicntr', csr: 'instret' },
  { id: 'Zihpm', csr: 'hpmcounter3' },
  { id: 'Sscofpmf', csr: 'scountovf' },
  { id: 'Sstc', csr: 'stimecmp' },
  { id: 'Svnapot', csr: null },
];

/** The order of single letters, and of the families of Z extensions by their second letter (unprivileged manual, chapter 36). */
const ORDER = 'imafdqlcbkjtpvnh';

function rank(name: string): string {
  if (name.length === 1) return `0${ORDER.indexOf(name).toString(32)}`;
  return name[0] === 'z' ? `1${ORDER.indexOf(name[1]!).toString(32)}${name}` : `2${name}`;
}

/** Names in the order of the manual: letters, Z extensions by family, those of S-mode. */
export const ISA_EXTENSIONS: readonly string[] = [
  ...EXTENSIONS.map(({ id }) => id).filter((id) => id !== 'Priv'),
  ...WITHOUT_ROWS.filter(({ csr }) => csr === null || csrByName(csr)).map(({ id }) => id),
]
  .map((id) => id.toLowerCase())
  .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));

/** The base, as riscv,isa-base has it. */
export const ISA_BASE = 'rv64i';

const letters = ISA_EXTENSIONS.filter((name) => name.length === 1);
const named = ISA_EXTENSIONS.filter((name) => name.length > 1);

/** All of it in one string. */
export const ISA_STRING = [`rv64${letters.join('')}`, ...named].join('_');
