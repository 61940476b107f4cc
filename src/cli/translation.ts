/** `--stats jit`: what the translator did, for people. */
import { Option } from 'commander';
import type LoadWabt from 'wabt';
import type { MachineEngine } from '../abi/config.ts';
import { InputError } from '../abi/errors.ts';
import type { ExitCount, TranslatedRegion, TranslationReport } from '../abi/translation.ts';
import { instructionLength } from '../isa/decode.ts';
import type { Mismatch } from '../machine/verify.ts';

const FORMS = ['jit', 'jit-wat'] as const;
/** Regions told of: the hottest by samples, and by exits. */
const REGIONS = 5;
/** Lines of disassembly of one region. */
const LINES_MOST = 80;

/** `others`: what else there is to tell. */
export const statsOption = (others: readonly string[] = [], more = ''): Option =>
  new Option(
    '--stats <WHAT>',
    `what to tell on stderr: ${more}jit: what the translator did, and its hottest regions with their disassembly; jit-wat: with their ` +
      'WebAssembly too',
  ).choices([...others, ...FORMS]);

/** How many regions a run has to tell of, or null. Throws an InputError where there will be no translator. */
export function regionsOf(form: unknown, engine: MachineEngine): number | null {
  if (!(FORMS as readonly unknown[]).includes(form)) return null;
  if (engine !== 'jit') throw new InputError(`--stats ${form}: nothing is translated`, 'Give --engine jit.');
  return REGIONS;
}

const shown = (n: number): string => n.toLocaleString('en-US');
const heading = (title: string): string => `\n${title}\n`;

/** Names and figures, one a line. */
function table(rows: readonly (readonly [name: string, figure: string, note?: string])[]): string {
  const names = Math.max(...rows.map(([name]) => name.length));
  const figures = Math.max(...rows.map(([, figure]) => figure.length));
  return rows
    .map(([name, figure, note = '']) =>
      `  ${name.padEnd(names)}  ${figure.padStart(figures)}${note && `  ${note}`}`.trimEnd().concat('\n'),
    )
    .join('');
}

const exitRows = (exits: readonly ExitCount[]) =>
  exits.toSorted((a, b) => b.count - a.count).map(({ id, summary, count }) => [id, shown(count), summary] as const);

function listing({ listing: lines }: TranslatedRegion): string {
  const text = lines
    .slice(0, LINES_MOST)
    .map(({ address, text: instruction }, i) => {
      const before = lines[i - 1];
      const gap = before && BigInt(before.address) + BigInt(instructionLength(before.word)) !== BigInt(address);
      const [name, ...operands] = instruction.split(' ');
      const code = `${name!.padEnd(10)} ${operands.join(' ')}`.trimEnd();
      return `${gap ? `${' '.repeat(18)}…\n` : ''}${address.slice(2).padStart(18)}:  ${code}\n`;
    })
    .join('');
  const rest = lines.length - LINES_MOST;
  return rest > 0 ? `${text}${' '.repeat(18)}… ${rest} more\n` : text;
}

type Wabt = Awaited<ReturnType<typeof LoadWabt>>;

/** The disassembler of WebAssembly: one of the packages a checkout develops with. */
async function loadWabt(): Promise<Wabt | null> {
  try {
    return await (await import('wabt')).default();
  } catch {
    return null;
  }
}

/** The text of a region's own function, out of that of its module. */
export function functionText(module: string, name: string): string {
  const index = new RegExp(`\\(export "${name}" \\(func (\\d+)\\)\\)`).exec(module)?.[1];
  const begin = module.indexOf(`\n  (func (;${index};)`);
  if (index === undefined || begin < 0) return '';
  const end = module.indexOf('\n  (', begin + 1);
  return module.slice(begin + 1, end < 0 ? undefined : end + 1);
}

function wat(wabt: Wabt, { module, name }: TranslatedRegion): string {
  const read = wabt.readWasm(module, {});
  try {
    return functionText(read.toText({ foldExprs: false, inlineExport: false }), name);
  } finally {
    read.destroy();
  }
}

/** What `--verify` found. */
export function mismatchText({ equalAt, pc, differsAt, what, regions }: Mismatch): string {
  const parts = [
    `the engines differ: equal after ${shown(equalAt)} instructions at pc ${pc}, not after ${shown(differsAt)}: ${what.join(', ')}\n`,
  ];
  for (const region of regions) parts.push(heading(`Region ${region.entry}`), listing(region));
  if (!regions.length) parts.push('no translated region holds this pc\n');
  return parts.join('');
}

/** The report as text; `form` as `--stats` has it. */
export async function translationText(report: TranslationReport, form: string): Promise<string> {
  const { counted, measured, exits, regions } = report;
  const wabt = form === 'jit-wat' ? await loadWabt() : null;
  const parts = [
    heading('Translated code, counted (what is translated, and when, depends on the time it takes)'),
    table([
      ['modules', shown(counted.modules)],
      ['regions', shown(counted.units), `${shown(counted.standing)} stand at the end`],
      ['bytes', shown(counted.bytes)],
      ['remade', shown(counted.remade), 'modules, in another manner'],
      ['refused', shown(counted.refused), 'modules, by the host’s compiler'],
      ['flushes', shown(counted.flushes), 'no room for more'],
      ['in translated code', shown(counted.translated), 'instructions'],
      ['interpreted', shown(counted.interpreted), 'instructions'],
    ]),
    heading('Measured'),
    table([['translating', `${measured.ms.toFixed(1)} ms`]]),
    heading('Exits, counted'),
    exits.length ? table(exitRows(exits)) : '  none\n',
  ];
  for (const region of regions) {
    parts.push(
      heading(`Region ${region.entry}: ${region.listing.length} instructions, ${shown(region.bytes)} bytes`),
      table([['sampled', shown(region.sampled), 'instructions'], ...exitRows(region.exits)]),
      listing(region),
    );
    if (wabt) parts.push(wat(wabt, region));
  }
  if (form === 'jit-wat' && !wabt)
    parts.push('\nThe WebAssembly can’t be shown as text: the package wabt is not installed (npm ci gets it).\n');
  return parts.join('');
}
