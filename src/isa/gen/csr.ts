/** Prints assembly/generated/csr.ts: numbers, masks and fields of the CSRs. */
import { CSRS, type CsrRow, csrWriteMask, fieldMask } from '../csr.ts';

const hex = (value: bigint | number): string => (value < 10 ? String(value) : `0x${value.toString(16)}`);

/** Registers with a name of their own; the numbered ones are told by ranges. */
const isNumbered = (csr: CsrRow): boolean => /^(m?hpm\w+|pmpaddr|tdata)\d+$/.test(csr.name);
const upper = (csr: CsrRow): string => csr.name.toUpperCase();

/** Runs of consecutive numbers for which `of` has one value. */
function runs<T>(of: (csr: CsrRow) => T): { first: number; last: number; value: T }[] {
  const out: { first: number; last: number; value: T }[] = [];
  for (const csr of [...CSRS].sort((a, b) => a.number - b.number)) {
    const value = of(csr);
    const previous = out.at(-1);
    if (previous && previous.last + 1 === csr.number && previous.value === value) previous.last = csr.number;
    else out.push({ first: csr.number, last: csr.number, value });
  }
  return out;
}

const test = ({ first, last }: { first: number; last: number }): string =>
  first === last ? `n == ${hex(first)}` : `n - ${hex(first)} < ${hex(last - first + 1)}`;

/** The whole file. */
export function printCsrs(): string {
  const out: string[] = ['// Generated from src/isa by `npm run generate`. Do not edit.', '', '// Numbers'];
  for (const csr of CSRS) if (!isNumbered(csr)) out.push(`export const CSR_${upper(csr)}: u32 = ${hex(csr.number)};`);
  for (const name of ['hpmcounter3', 'mhpmcounter3', 'mhpmevent3', 'pmpaddr0', 'tdata1']) {
    out.push(`export const CSR_${name.toUpperCase()}: u32 = ${hex(CSRS.find((csr) => csr.name === name)!.number)};`);
  }
  out.push('', '// Values at reset, where not 0');
  for (const csr of CSRS) if (csr.reset) out.push(`export const RESET_${upper(csr)}: u64 = ${hex(csr.reset)};`);
  out.push('', '// What a view shows of the register behind it');
  for (const csr of CSRS) if (csr.view) out.push(`export const VIEW_${upper(csr)}: u64 = ${hex(csr.view.mask)};`);
  out.push('', '// Fields, in place');
  for (const csr of CSRS) {
    if (csr.view || isNumbered(csr) || csr.name.startsWith('pmpcfg')) continue;
    for (const f of csr.fields) {
      if (f.name !== 'value' && !/^b\d+$/.test(f.name))
        out.push(`export const ${upper(csr)}_${f.name.toUpperCase()}: u64 = ${hex(fieldMask(f))};`);
    }
  }
  out.push('', '/** Whether a register has that number. */', 'export function csrExists(n: u32): bool {');
  for (const run of runs(() => true)) out.push(`  if (${test(run)}) return true;`);
  out.push('  return false;', '}', '');
  out.push(
    '/** Bits a write can change, before the legality of field values. */',
    'export function csrWriteMask(n: u32): u64 {',
  );
  for (const run of runs(csrWriteMask)) if (run.value) out.push(`  if (${test(run)}) return ${hex(run.value)};`);
  out.push('  return 0;', '}', '');
  out.push(
    '/** Fields a write leaves as they are where its value for them is not legal. */',
    'export function csrLegalFields(n: u32, value: u64): u64 {',
    '  let keep: u64 = 0;',
  );
  for (const csr of CSRS) {
    for (const f of csr.fields) {
      if (!f.legal || csr.view) continue;
      const value = `((value >> ${f.low}) & ${hex(fieldMask(f) >> BigInt(f.low))})`;
      const illegal = f.legal.map((legal) => `${value} != ${legal}`).join(' && ');
      out.push(`  if (n == ${hex(csr.number)} && ${illegal}) keep |= ${hex(fieldMask(f))}; // ${csr.name}.${f.name}`);
    }
  }
  out.push('  return keep;', '}', '');
  return out.join('\n');
}
