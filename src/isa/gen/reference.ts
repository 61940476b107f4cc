/** Prints docs/INSTRUCTIONS.md and docs/CSRS.md: what the machine has, from the tables it is made of. */
import { CSRS, type CsrRow, csrPrivilege, csrReadOnly } from '../csr.ts';
import { baseRow, COMPRESSED_ROWS, FULL_ROWS, isCompressed, ROWS } from '../rows.ts';
import { endsBlock, mayTrap, memoryWidth } from '../traits.ts';
import { EXTENSIONS, type Row } from '../types.ts';

const NOTICE = '<!-- Printed from src/isa by `npm run generate`. Do not edit. -->';
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${header.join(' | ')} |`,
  `|${header.map(() => '---').join('|')}|`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
];

/** What a reader has to know beside the encoding. */
function notes(row: Row): string {
  const base = baseRow(row);
  const bytes = memoryWidth(base.effect);
  return [
    isCompressed(row) ? `is ${code(row.expands)}` : '',
    bytes ? `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}` : '',
    endsBlock(base.effect) ? 'ends a block' : '',
    mayTrap(base) ? 'may trap' : '',
    base.privilege ? `${base.privilege}-mode` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** The instructions by extension. */
export function printInstructions(): string {
  const out = [
    NOTICE,
    '',
    '# Instructions',
    '',
    `${FULL_ROWS.length} instructions of 32 bits and ${COMPRESSED_ROWS.length} of 16, in the notation of the manual: most significant bit first,`,
    '`imm` sign-extended, `uimm` zero-extended, a prime for x8…x15.',
  ];
  for (const { id, summary } of EXTENSIONS) {
    const rows = ROWS.filter((row) => row.extension === id);
    const cells = rows.map((row) => [code(row.name), row.syntax ? code(row.syntax) : '', code(row.layout), notes(row)]);
    out.push('', `## ${id}: ${summary}`, '', ...table(['name', 'operands', 'encoding', 'notes'], cells));
  }
  return `${out.join('\n')}\n`;
}

const MODES = ['U', 'S', 'HS', 'M'];
const GATES: Record<NonNullable<CsrRow['gate']>, string> = {
  counter: 'if mcounteren and scounteren allow',
  stimecmp: 'if menvcfg.STCE and mcounteren.TM allow',
  tvm: 'in S-mode unless mstatus.TVM',
  fp: 'unless mstatus.FS is Off',
};

function fieldsOf(csr: CsrRow): string {
  if (csr.view) return `part of ${code(csr.view.of)}: ${code(`0x${csr.view.mask.toString(16)}`)}`;
  return csr.fields
    .filter((f) => f.name !== 'value')
    .map((f) => {
      const bits = f.high === f.low ? `${f.high}` : `${f.high}:${f.low}`;
      const legal = f.legal ? ` (${f.legal.join(', ')})` : f.access === 'ro' ? ' (read-only)' : '';
      return `${f.name}[${bits}]${legal}`;
    })
    .join(' ');
}

/** The control and status registers by number. */
export function printCsrReference(): string {
  const rows = [...CSRS]
    .sort((a, b) => a.number - b.number)
    .map((csr) => {
      const access = csrReadOnly(csr.number) || csr.fields.every((f) => f.access === 'ro') ? 'read' : 'read, write';
      return [
        code(`0x${csr.number.toString(16).padStart(3, '0')}`),
        code(csr.name),
        MODES[csrPrivilege(csr.number)]!,
        csr.gate ? `${access} ${GATES[csr.gate]}` : access,
        csr.summary,
        fieldsOf(csr),
      ];
    });
  const head = [NOTICE, '', '# Control and status registers', ''];
  return `${[...head, ...table(['number', 'name', 'mode', 'access', 'what it is', 'fields'], rows)].join('\n')}\n`;
}
