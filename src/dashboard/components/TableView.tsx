import type { JSX } from 'preact';
import type { Table } from '../../lab/report/tables.ts';

/** A table of the reports, as HTML. */
export function TableView({ table }: { table: Table }): JSX.Element {
  return (
    <figure class="table">
      <figcaption>
        <strong>{table.title}</strong> <span class="faint">{table.caption}</span>
      </figcaption>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {table.columns.map((c) => (
                <th key={c.title} scope="col" class={c.align === 'right' ? 'number' : ''}>
                  {c.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row[0]!.text}>
                {row.map((entry, i) => (
                  <td
                    key={table.columns[i]!.title}
                    class={`${table.columns[i]!.align === 'right' ? 'number' : ''} ${entry.tone ?? ''}`}
                  >
                    {entry.text}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.notes.map((note) => (
        <p key={note} class="faint">
          {note}
        </p>
      ))}
    </figure>
  );
}
