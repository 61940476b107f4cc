/** Restart policies: who is started again when it ends, how soon, and who is when the process that has containers begins. */
import type { Ending } from '../../linux/task/ending.ts';
import type { CreateRequest } from './request.ts';

export type RestartPolicy = NonNullable<CreateRequest['HostConfig']['RestartPolicy']>;

/** Each time twice as long is waited as the time before, until one ran for a while. */
const FIRST_MS = 100;
const LONGEST_MS = 60_000;
const SETTLED_MS = 10_000;

function wants({ Name, MaximumRetryCount: most }: RestartPolicy, { code }: Ending, count: number): boolean {
  if (Name === 'on-failure') return code !== 0 && (most === 0 || count < most);
  return Name === 'always' || Name === 'unless-stopped';
}

/** What is kept of it. */
export interface KeptRestarts {
  readonly count: number;
  readonly byHand: boolean;
}

/** Of one container. */
export class Restarts {
  /** How often it was started again since somebody started it. */
  count = 0;
  /** Whether somebody ended it. */
  byHand = false;
  private delay = FIRST_MS;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** Whether it will be started again in a moment. */
  get pending(): boolean {
    return this.timer !== null;
  }

  get kept(): KeptRestarts {
    return { count: this.count, byHand: this.byHand };
  }

  /** Somebody starts it. */
  begin(): void {
    this.cancel();
    this.count = 0;
    this.byHand = false;
    this.delay = FIRST_MS;
  }

  /** Somebody ends it. */
  endByHand(): void {
    this.cancel();
    this.byHand = true;
  }

  cancel(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** It ended after so many milliseconds: `again` is called in a moment where its policy wants that. */
  ended(policy: RestartPolicy, ending: Ending, ran: number, again: () => void): void {
    if (this.byHand || !wants(policy, ending, this.count)) return;
    const delay = ran > SETTLED_MS ? FIRST_MS : this.delay;
    this.delay = Math.min(LONGEST_MS, 2 * delay);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.count++;
      again();
    }, delay);
  }

  /** Whether one that ran before is started when the process that has it begins. */
  revives(policy: RestartPolicy, ending: Ending): boolean {
    return policy.Name === 'always' || (!this.byHand && wants(policy, ending, 0));
  }
}
