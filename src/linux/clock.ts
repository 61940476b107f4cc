/** Time as programs see it: counted in instructions, equal on every machine, or that of the wall. */

export interface Clock {
  /** Nanoseconds since the kernel started. */
  monotonic(): number;
  /** Milliseconds since 1970. */
  realtime(): number;
  /** The same at the last tick, which is what files are marked with: each turn of a task begins with one. */
  coarse(): number;
  /** A turn begins, or (false) none is under way: then `coarse` is `realtime`. */
  tick(inTurn: boolean): void;
  /** Nothing can run before the monotonic time `until`: skips there, or (wall) says how many milliseconds to wait. */
  idle(until: number): number;
}

/** Nanoseconds an instruction takes: the timebase of the machine's device tree. */
export const NS_PER_INSTRUCTION = 100;
/** When counted time begins: 2026-01-01. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** Milliseconds as seconds and nanoseconds. */
export function secondsOf(ms: number): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.floor((ms - seconds * 1000) * 1e6)];
}

/** Time that goes on with the instructions retired, and jumps over what nobody waits for. */
export function countedClock(instructions: () => number): Clock {
  let skipped = 0;
  const monotonic = () => instructions() * NS_PER_INSTRUCTION + skipped;
  const realtime = () => EPOCH_MS + monotonic() / 1e6;
  return {
    monotonic,
    realtime,
    coarse: realtime,
    tick() {},
    idle(until) {
      skipped += Math.max(0, until - monotonic());
      return 0;
    },
  };
}

/** The host's time. */
export function wallClock(): Clock {
  const started = performance.now();
  const monotonic = () => Math.round((performance.now() - started) * 1e6);
  // Read at the first file that a turn marks.
  let ticked = 0;
  let turn = false;
  return {
    monotonic,
    realtime: () => Date.now(),
    coarse() {
      if (!turn) return Date.now();
      ticked ||= Date.now();
      return ticked;
    },
    tick(inTurn) {
      turn = inTurn;
      ticked = 0;
    },
    idle: (until) => Math.max(0, (until - monotonic()) / 1e6),
  };
}

/** What happens at a time: sleeps that end, alarms. */
export class Timers {
  /** By time, the next last. */
  private list: { readonly at: number; readonly fire: () => void }[] = [];

  /** Calls `fire` once the monotonic time is `at`. Returns how to call it off. */
  add(at: number, fire: () => void): () => void {
    const timer = { at, fire };
    let i = this.list.length;
    while (i > 0 && this.list[i - 1]!.at < at) i--;
    this.list.splice(i, 0, timer);
    return () => {
      const index = this.list.indexOf(timer);
      if (index >= 0) this.list.splice(index, 1);
    };
  }

  /** When the next one is due; infinity: there is none. */
  get next(): number {
    return this.list.at(-1)?.at ?? Number.POSITIVE_INFINITY;
  }

  fire(now: number): void {
    while (this.list.length && this.list.at(-1)!.at <= now) this.list.pop()!.fire();
  }
}
