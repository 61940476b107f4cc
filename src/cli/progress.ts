/** Says on stderr how far an experiment is: one line that rewrites itself at a terminal, a line now and then elsewhere. */
import type { Writable } from 'node:stream';
import type { LabEvent } from '../lab/api.ts';

const BAR = 20;
/** Milliseconds between two drawings at a terminal, and between two lines in a log. */
const EVERY = { terminal: 100, log: 5000 } as const;

/** Minutes and seconds, `1:05`. */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export interface ProgressOptions {
  readonly stream: Writable & { isTTY?: boolean; columns?: number };
  readonly quiet: boolean;
  /** Milliseconds; the wall clock when left out. */
  readonly now?: () => number;
}

/** Shows how far an experiment is: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #stream: ProgressOptions['stream'];
  readonly #quiet: boolean;
  readonly #now: () => number;
  readonly #start: number;
  #total = 0;
  #done = 0;
  #what = '';
  #instret = 0;
  #drawn = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor({ stream, quiet, now = Date.now }: ProgressOptions) {
    this.#stream = stream;
    this.#quiet = quiet;
    this.#now = now;
    this.#start = now();
  }

  /** Takes one event of the lab. */
  readonly onEvent = (event: LabEvent): void => {
    switch (event.kind) {
      case 'plan':
        this.#total = event.total;
        if (!this.#stream.isTTY)
          this.#say(`${event.total} ${event.unit}${event.cells > 0 ? ` for ${event.cells} cells` : ''}`);
        return;
      case 'start':
        this.#what = `${event.what} (${event.phase})`;
        this.#instret = 0;
        break;
      case 'progress':
        this.#instret = event.instret;
        break;
      case 'done':
        this.#done = event.done;
        this.#total = event.total;
        break;
      case 'law':
        this.#what = `${event.row.id}${event.row.case ? ` ${event.row.case}` : ''}`;
        break;
      case 'cell':
        return;
    }
    this.#draw();
  };

  /** Says what is being done, as one of so many things. */
  show(what: string, done: number, total: number): void {
    this.#what = what;
    this.#done = done;
    this.#total = total;
    this.#draw();
  }

  /** Takes the line away; call before anything else is printed. */
  end(): void {
    if (this.#open) this.#stream.write('\r\x1b[2K');
    this.#open = false;
  }

  #say(line: string): void {
    if (!this.#quiet) this.#stream.write(`${line}\n`);
  }

  #draw(): void {
    const now = this.#now();
    if (this.#quiet || now - this.#drawn < EVERY[this.#stream.isTTY ? 'terminal' : 'log']) return;
    this.#drawn = now;
    const spent = now - this.#start;
    const left = this.#done > 0 ? ` · ${clock((spent / this.#done) * (this.#total - this.#done))} left` : '';
    const instret = this.#instret > 0 ? ` · ${(this.#instret / 1e6).toFixed(0)} M instructions` : '';
    const count = `${this.#done}/${this.#total}`;
    if (!this.#stream.isTTY) {
      this.#say(`${count} · ${clock(spent)}${left} · ${this.#what}${instret}`);
      return;
    }
    const full = this.#total > 0 ? Math.round((this.#done / this.#total) * BAR) : 0;
    const line = `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${count} · ${clock(spent)}${left} · ${this.#what}${instret}`;
    this.#stream.write(`\r\x1b[2K${line.slice(0, (this.#stream.columns || 80) - 1)}`);
    this.#open = true;
  }
}
