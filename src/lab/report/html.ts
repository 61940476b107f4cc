/** Reports as one HTML file that needs nothing else: no script, no font, no picture beside it; light, dark and print. */
import type { LawsResult, Result, SweepResult } from '../../abi/result.ts';
import { COST_CLASSES } from '../costs.ts';
import { sweptCycles } from '../sweep.ts';
import { findings } from './findings.ts';
import { formatMs } from './format.ts';
import { lawTables } from './law-tables.ts';
import { provenance } from './provenance.ts';
import { type BarRow, barPlot, escaped, linePlot } from './svg.ts';
import {
  breakdownTables,
  comparisonTables,
  crossoverLines,
  cyclesText,
  exitTables,
  sweepTable,
  type Table,
} from './tables.ts';

const STYLE = `
:root{color-scheme:light dark;--bg:#fdfdfc;--fg:#1c1e21;--dim:#62676e;--rule:#d9dbde;--good:#1a7f4b;--bad:#c0312b;
--c0:#4a6fb5;--c1:#c98a1b;--c2:#2f9085;--c3:#a4569b;--c4:#cf4f3f;--c5:#7d8a2e;--c6:#5d6c7b;--c7:#8a5a3c}
@media(prefers-color-scheme:dark){:root{--bg:#16181b;--fg:#e6e7e9;--dim:#9aa0a8;--rule:#34383e;--good:#5cc98c;--bad:#ff7b72;
--c0:#7fa3e8;--c1:#e5b04e;--c2:#5cc4b7;--c3:#d48acb;--c4:#f08a7c;--c5:#b9c75e;--c6:#9fb0c0;--c7:#c99673}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:62rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2.4rem 0 .4rem}h3{font-size:1rem;margin:1.4rem 0 .3rem}
p,li{max-width:48rem}.dim{color:var(--dim)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.87rem;margin:.4rem 0}
caption{text-align:left;color:var(--dim);padding:.2rem 0}th,td{padding:.22rem .6rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th{font-weight:600}th.left,td.left{text-align:left}th.kind{color:var(--dim);font-weight:400;text-align:left;border-bottom:0}
.first{border-left:1px solid var(--rule)}td.good{color:var(--good)}td.bad,.bad{color:var(--bad)}td.dim{color:var(--dim)}
svg{display:block;width:100%;max-width:52rem;height:auto;margin:.4rem 0;font-size:12px}
svg text{fill:var(--fg);dominant-baseline:middle}svg .end{text-anchor:end}svg .middle{text-anchor:middle}svg .tick{fill:var(--dim);font-size:11px}
.grid{stroke:var(--rule);fill:none}.cross{stroke:var(--fg);stroke-dasharray:4 4;fill:none}.whisker{stroke:var(--fg);stroke-width:1.5;fill:none}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;list-style:none;font-size:.85rem}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.35em;border-radius:2px}
details{margin:.6rem 0}summary{cursor:pointer}
@media print{body{max-width:none;font-size:11px}h2{break-after:avoid}svg,table{break-inside:avoid}details>*{display:block}}
`;

function page(title: string, sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

const list = (items: readonly string[], cls = ''): string =>
  items.length === 0
    ? ''
    : `<ul${cls === '' ? '' : ` class="${cls}"`}>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;

/** A table with its kinds of figures in a head row of their own. */
export function htmlTable(table: Table): string {
  const { columns } = table;
  const first = (i: number): boolean => i > 0 && columns[i]!.kind !== null && columns[i]!.kind !== columns[i - 1]!.kind;
  const classes = (i: number, tone = ''): string => {
    const names = [columns[i]!.align === 'left' ? 'left' : '', first(i) ? 'first' : '', tone].filter(
      (name) => name !== '',
    );
    return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
  };
  const kinds: string[] = [];
  for (let i = 0; i < columns.length; ) {
    let span = 1;
    while (i + span < columns.length && columns[i + span]!.kind === columns[i]!.kind) span++;
    kinds.push(
      `<th colspan="${span}" scope="colgroup" class="kind${first(i) ? ' first' : ''}">${columns[i]!.kind ?? ''}</th>`,
    );
    i += span;
  }
  const heads = columns.map((column, i) => `<th scope="col"${classes(i)}>${escaped(column.title)}</th>`);
  const rows = table.rows.map((row) => {
    const cells = row.map((entry, i) =>
      i === 0
        ? `<th scope="row"${classes(i, entry.tone)}>${escaped(entry.text)}</th>`
        : `<td${classes(i, entry.tone)}>${escaped(entry.text)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return (
    `<div class="scroll"><table>${table.caption === '' ? '' : `<caption>${escaped(table.caption)}</caption>`}` +
    `<thead><tr>${kinds.join('')}</tr><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${list(table.notes, 'dim')}`
  );
}

const titled = (table: Table, level: 2 | 3): string =>
  `<h${level}>${escaped(table.title)}</h${level}>${htmlTable(table)}`;

const LEGEND = `<ul class="legend">${COST_CLASSES.map(
  ({ id, summary }, i) => `<li title="${escaped(summary)}"><i style="background:var(--c${i})"></i>${escaped(id)}</li>`,
).join('')}</ul>`;

function workloadPlots(result: Result, workload: string): string {
  const cells = result.cells.filter((cell) => cell.workload === workload);
  const modelled = cells.flatMap((cell): BarRow[] => {
    if (!cell.modelled) return [];
    const per = cell.iterations > 0 ? cell.iterations : 1;
    const parts = COST_CLASSES.map(({ id }, colour) => ({
      colour,
      name: id,
      value: (cell.modelled!.breakdown[id] ?? 0) / per,
    }));
    return [{ label: cell.environment, parts, text: cyclesText(cell) }];
  });
  const measured = cells.flatMap((cell): BarRow[] => {
    if (!cell.wall) return [];
    const parts = [{ colour: 6, name: 'median, ms', value: cell.wall.median }];
    const row = { label: cell.environment, parts, text: `${formatMs(cell.wall.median)} ms` };
    return [cell.wall.ci95 ? { ...row, interval: cell.wall.ci95 } : row];
  });
  return [
    modelled.length === 0
      ? ''
      : `<h3>Modelled cycles</h3>${barPlot(`${workload}: modelled cycles by environment`, modelled)}`,
    measured.length === 0
      ? ''
      : `<h3>Wall time on this machine, 95 % interval</h3>${barPlot(`${workload}: wall time by environment`, measured)}`,
  ].join('');
}

/** The whole comparison: findings, then a section a workload, then how it was made. */
export function comparisonHtml(result: Result): string {
  const tables = comparisonTables(result);
  const breakdowns = breakdownTables(result);
  const sections = result.experiment.workloads.map(({ id }, i) => {
    const exits = exitTables(
      result.cells.filter((cell) => cell.workload === id),
      result.profile,
    );
    const more = [...breakdowns.filter((table) => table.title.startsWith(`${id}:`)), ...exits];
    const folded =
      more.length === 0
        ? ''
        : `<details><summary>Cycles by class, exits by reason</summary>${more.map((table) => titled(table, 3)).join('')}</details>`;
    return `<section>${titled(tables[i]!, 2)}${workloadPlots(result, id)}${folded}</section>`;
  });
  return page('Trapframe: comparison', [list(findings(result)), LEGEND, ...sections, made(result)]);
}

/** The sweep: its lines with every crossover, then the figures. */
export function sweepHtml(result: SweepResult): string {
  const { param, values, environments, workload } = result.experiment;
  const series = environments.map(({ id }, i) => ({
    label: id,
    colour: i % 8,
    values: result.points.map(({ cells }) => sweptCycles(cells.find((cell) => cell.environment === id))),
  }));
  const markers = result.crossovers.map(({ at }, i) => ({ x: at, text: crossoverLines(result)[i]! }));
  const plot = linePlot(
    `${workload.id}: modelled cycles by ${param}`,
    { x: param, y: 'modelled cycles' },
    values,
    series,
    markers,
  );
  return page('Trapframe: sweep', [
    list(crossoverLines(result)),
    plot,
    titled(sweepTable(result, []), 2),
    made(result),
  ]);
}

/** The cases in two tables, then the laws in words. */
export const lawsHtml = (result: LawsResult): string =>
  page('Trapframe: laws', [...lawTables(result).map((table) => titled(table, 2)), statements(result), made(result)]);

function statements(result: LawsResult): string {
  const seen = new Map(result.laws.map((row) => [row.id, row.statement]));
  return `<h2>The laws in words</h2><dl>${[...seen].map(([id, words]) => `<dt>${escaped(id)}</dt><dd>${escaped(words)}</dd>`).join('')}</dl>`;
}

const made = (result: Result | SweepResult | LawsResult): string =>
  `<h2>How this was made</h2>${list(provenance(result), 'dim')}`;
