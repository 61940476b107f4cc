import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { clock, Progress } from './progress.ts';

class Screen extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 60;
  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Feeds 20 runs of a second each. */
function run(stream: Screen, quiet = false): void {
  let ms = 0;
  const progress = new Progress({ stream, quiet, now: () => ms });
  progress.onEvent({ kind: 'plan', total: 20, unit: 'runs', cells: 4 });
  for (let done = 1; done <= 20; done++) {
    progress.onEvent({ kind: 'start', what: 'a-workload-with-a-long-name/environment', phase: 'sample' });
    ms += 1000;
    progress.onEvent({ kind: 'done', what: 'fork/bare', done, total: 20 });
  }
  progress.end();
}

describe('progress', () => {
  it('is one line of the terminal’s width that goes away at the end', () => {
    const screen = new Screen(true);
    run(screen);
    expect(screen.text).not.toContain('\n');
    const drawn = screen.text.split('\r\u001b[2K');
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(60);
    expect(drawn.some((line) => line.includes('10/20 · 0:10 · 0:10 left'))).toBe(true);
    expect(drawn.at(-1)).toBe('');
  });

  it('is a line now and then where no terminal is', () => {
    const log = new Screen(false);
    run(log);
    const lines = log.text.trimEnd().split('\n');
    expect(lines[0]).toBe('20 runs for 4 cells');
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(log.text).not.toContain('\r');
  });

  it('says nothing when asked to be quiet', () => {
    const log = new Screen(false);
    run(log, true);
    expect(log.text).toBe('');
  });

  it('writes times as minutes and seconds', () => {
    expect([0, 999, 61_000, 3_600_000].map(clock)).toEqual(['0:00', '0:01', '1:01', '60:00']);
  });
});
