import type { JSX } from 'preact';
import { activity, busy, error, notice, progress, stop } from '../session.ts';

/** What runs, how far it is, and how it ended. */
export function Status(): JSX.Element {
  const { done, total, unit, what } = progress.value;
  return (
    <div class="status">
      {busy.value && (
        <div class="progress">
          <progress max={Math.max(1, total)} value={done} aria-label={`${unit} done`} />
          <span>
            {done}/{total || '?'} {unit} · {activity.value === 'stopping' ? 'stopping at the end of the slice…' : what}
          </span>
          <button type="button" onClick={stop} disabled={activity.value === 'stopping'}>
            Stop
          </button>
        </div>
      )}
      <p role="status" class={notice.value ? 'notice' : 'hidden'}>
        {notice.value}
      </p>
      {error.value && (
        <pre role="alert" class="error">
          {error.value}
        </pre>
      )}
    </div>
  );
}
