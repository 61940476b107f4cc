import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { LawRow } from '../../abi/result.ts';
import { LAW_GROUPS, lawsOf, shownFigure, verdictOf } from '../../lab/report/law-tables.ts';
import { busy, checkLaws, lawRows, laws } from '../session.ts';

const onlyFailed = signal(false);
const rows = computed(() => lawRows.value.filter((row) => !onlyFailed.value || !row.pass));

const TONES = { pass: 'good', FAIL: 'bad', differs: '' } as const;

/** One case of a law. */
function Case({ row, shape }: { row: LawRow; shape: boolean }): JSX.Element {
  return (
    <tr>
      <th scope="row">
        {row.case || row.id}
        {!row.pass && <small class={TONES[verdictOf(row)]}>{row.deviation ?? row.detail}</small>}
      </th>
      <td class="number">{shownFigure(row.expected)}</td>
      <td class="number">{shownFigure(row.counted)}</td>
      {shape && <td>{row.published ? `${row.published.value} [${row.published.tag}]` : '–'}</td>}
      {shape && <td>{row.profile ?? '–'}</td>}
      <td>
        <span class={`badge ${TONES[verdictOf(row)]}`}>{verdictOf(row)}</span>
      </td>
    </tr>
  );
}

/** Cases of the same law, in the order of the list. */
const byLaw = (list: readonly LawRow[]): LawRow[][] =>
  [...new Set(list.map((row) => row.id))].map((id) => list.filter((row) => row.id === id));

/** The laws of memory virtualization, checked in this page. */
export function Laws(): JSX.Element {
  const passed = lawRows.value.filter((row) => row.pass).length;
  return (
    <>
      <div class="toolbar">
        <button type="button" class="primary" disabled={busy.value} onClick={() => void checkLaws()}>
          Check the laws
        </button>
        <label>
          <input
            type="checkbox"
            checked={onlyFailed.value}
            onChange={(e) => {
              onlyFailed.value = e.currentTarget.checked;
            }}
          />
          only those that fail
        </label>
        {lawRows.value.length > 0 && (
          <span>
            {passed} of {lawRows.value.length} pass{laws.value ? '' : ' so far'}
          </span>
        )}
      </div>
      {lawRows.value.length === 0 && (
        <div class="empty">
          <h2>What the literature says, checked</h2>
          <p>
            Each law is a statement about how often something has to happen, or about which of two ways is dearer.
            Pressing the button runs the programs that show it, here, and puts what was counted beside what was
            expected.
          </p>
        </div>
      )}
      {LAW_GROUPS.map((group) => {
        const mine = lawsOf(rows.value, group);
        if (mine.length === 0) return null;
        const shape = group.kind === 'shape';
        return (
          <article key={group.title} class="card">
            <h3>
              {group.title} <span class="faint">{group.summary}</span>
            </h3>
            <div class="scroll">
              <table class="laws">
                <thead>
                  <tr>
                    <th scope="col">law and case</th>
                    <th scope="col" class="number">
                      expected
                    </th>
                    <th scope="col" class="number">
                      {group.figure}
                    </th>
                    {shape && <th scope="col">published</th>}
                    {shape && <th scope="col">profile</th>}
                    <th scope="col">verdict</th>
                  </tr>
                </thead>
                {byLaw(mine).map((cases) => (
                  <tbody key={cases[0]!.id}>
                    <tr class="law">
                      <th scope="rowgroup" colSpan={shape ? 6 : 4}>
                        <strong>{cases[0]!.id}</strong> {cases[0]!.statement}
                      </th>
                    </tr>
                    {cases.map((row) => (
                      <Case key={row.case} row={row} shape={shape} />
                    ))}
                  </tbody>
                ))}
              </table>
            </div>
          </article>
        );
      })}
    </>
  );
}
