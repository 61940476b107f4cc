/** Health checks: a program is run in a container again and again, and its exit code says whether the container is well. */
import { isInputError } from '../../abi/errors.ts';
import type { Running } from './container.ts';
import type { HealthRequest } from './request.ts';

export type HealthStatus = 'starting' | 'healthy' | 'unhealthy';

/** A check that is over, in milliseconds since 1970. */
export interface HealthResult {
  readonly start: number;
  readonly end: number;
  /** −1: it did not end in time. */
  readonly code: number;
  readonly output: string;
}

/** Latest results that are kept, and bytes of each one's output. */
const KEPT = 5;
const OUTPUT = 4096;
const NS = 1e6;
const DEFAULT = { interval: 30_000, timeout: 30_000, retries: 3, startPeriod: 0, startInterval: 5000 };

export interface HealthCheck {
  readonly command: readonly string[];
  /** Milliseconds. */
  readonly interval: number;
  readonly timeout: number;
  /** As long as it starts, failures say nothing, until one check succeeds. */
  readonly startPeriod: number;
  readonly startInterval: number;
  /** Failures one after the other that make it unhealthy. */
  readonly retries: number;
}

/** What a request asks for, and where it says nothing its image; null: nobody looks. */
export function healthCheckOf(asked: HealthRequest | null, image: HealthRequest | null): HealthCheck | null {
  const test = asked?.Test.length ? asked.Test : (image?.Test ?? []);
  const [kind, ...words] = test;
  if (!kind || kind === 'NONE') return null;
  const of = (key: Exclude<keyof HealthRequest, 'Test'>): number => asked?.[key] || image?.[key] || 0;
  return {
    command: kind === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : words,
    interval: of('Interval') / NS || DEFAULT.interval,
    timeout: of('Timeout') / NS || DEFAULT.timeout,
    startPeriod: of('StartPeriod') / NS || DEFAULT.startPeriod,
    startInterval: of('StartInterval') / NS || DEFAULT.startInterval,
    retries: of('Retries') || DEFAULT.retries,
  };
}

export interface HealthPlace {
  /** Runs a program in the container; throws InputError where it can’t. Null: it is paused. */
  launch(command: readonly string[]): Running | null;
  kill(running: Running): void;
  now(): number;
  tell(status: HealthStatus): void;
}

export class Health {
  readonly check: HealthCheck;
  status: HealthStatus = 'starting';
  streak = 0;
  results: readonly HealthResult[] = [];
  private readonly place: HealthPlace;
  private began = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Of its present run; what began before says nothing of this one. */
  private run = 0;

  constructor(check: HealthCheck, place: HealthPlace) {
    this.check = check;
    this.place = place;
  }

  /** The container runs. */
  begin(): void {
    this.end();
    this.status = 'starting';
    this.streak = 0;
    this.results = [];
    this.began = this.place.now();
    this.wait();
  }

  /** It does not any more. */
  end(): void {
    this.run++;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private get starts(): boolean {
    return this.status === 'starting' && this.place.now() - this.began < this.check.startPeriod;
  }

  private wait(): void {
    const { interval, startInterval } = this.check;
    this.timer = setTimeout(() => void this.look(), this.starts ? Math.min(interval, startInterval) : interval);
  }

  private async look(): Promise<void> {
    const { run } = this;
    const start = this.place.now();
    const { code, output, paused } = await this.probe();
    if (run !== this.run) return;
    if (!paused) this.note({ start, end: this.place.now(), code, output });
    this.wait();
  }

  private async probe(): Promise<{ code: number; output: string; paused?: true }> {
    const { command, timeout } = this.check;
    let running: Running | null;
    try {
      running = this.place.launch(command);
    } catch (e) {
      if (!isInputError(e)) throw e;
      return { code: 126, output: e.message };
    }
    if (!running) return { code: 0, output: '', paused: true };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((settle) => {
      timer = setTimeout(() => settle(null), timeout);
    });
    const ending = await Promise.race([running.ended, late]);
    clearTimeout(timer);
    if (!ending) this.place.kill(running);
    const bytes = running.io.log.kept.flatMap((entry) => [...entry.bytes]).slice(0, OUTPUT);
    const said = new TextDecoder().decode(Uint8Array.from(bytes));
    return ending
      ? { code: ending.code, output: said }
      : { code: -1, output: `Health check exceeded timeout (${timeout / 1000}s)${said && `: ${said}`}` };
  }

  private note(result: HealthResult): void {
    this.results = [...this.results, result].slice(-KEPT);
    const before = this.status;
    if (result.code === 0) {
      this.streak = 0;
      this.status = 'healthy';
    } else if (!this.starts) {
      this.streak++;
      if (this.streak >= this.check.retries) this.status = 'unhealthy';
    }
    if (this.status !== before) this.place.tell(this.status);
  }
}
