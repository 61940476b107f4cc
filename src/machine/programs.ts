/** Linux programs without a guest kernel: the machine in user mode, and the kernel of src/linux that serves it. */
import { type Clock, countedClock, wallClock } from '../linux/clock.ts';
import type { MountRequest } from '../linux/system.ts';
import { System } from '../linux/system.ts';
import type { Process } from '../linux/task/task.ts';
import { breathe } from './breathe.ts';
import { hostRandom } from './random.ts';
import { createUserMachine, type Observed, type UserMachineOptions } from './user.ts';

export interface LinuxOptions extends UserMachineOptions {
  /** `counted`: time goes on with instructions, and sleeping takes none; `wall`: the host's. */
  readonly time: 'counted' | 'wall';
  /** Of random numbers; null: the host's. */
  readonly seed: number | null;
  readonly hostName: string;
  readonly log?: (line: string) => void;
}

/** Instructions stop for messages to be delivered after so many milliseconds. */
const PATIENCE = 8;

/** xorshift128 of four words. */
function seeded(seed: number): (into: Uint8Array) => void {
  const s = Uint32Array.of(seed, 0x9e37_79b9, 0x243f_6a88, 0xb7e1_5162);
  return (into) => {
    for (let i = 0; i < into.length; i++) {
      const t = s[3]! ^ (s[3]! << 11);
      s.copyWithin(1, 0, 3);
      s[0] = s[0]! ^ (s[0]! >>> 19) ^ t ^ (t >>> 8);
      into[i] = s[0]! >>> 13;
    }
  };
}

export interface LinuxHost {
  readonly system: System;
  readonly machine: Observed;
  /** Runs until a process has ended, with everybody else. Resolves to its wait status. */
  run(process: Process): Promise<number>;
  /** Runs everybody until `over` says so or `stop` is called, sleeping while nobody can run. One at a time. */
  drive(over: () => boolean): Promise<void>;
  /** Ends `run` as soon as it can be. */
  stop(): void;
}

/** A kernel on a machine of its own. `makeRoot` makes the file system everything hangs on. */
export async function createLinuxHost(
  module: WebAssembly.Module,
  options: LinuxOptions,
  makeRoot: (clock: Clock) => MountRequest,
): Promise<LinuxHost> {
  const machine = await createUserMachine(module, options);
  const clock = options.time === 'wall' ? wallClock() : countedClock(() => machine.instructions());
  const system = new System(
    {
      machine,
      clock,
      random: options.seed === null ? hostRandom : seeded(options.seed),
      hostName: options.hostName,
      ...(options.log && { log: options.log }),
    },
    makeRoot(clock),
  );
  let wake: () => void = () => {};
  let stopped = false;
  system.kernel.onRunnable = () => wake();

  /** Until something becomes runnable, or so many milliseconds. */
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : null;
      wake = () => {
        if (timer) clearTimeout(timer);
        wake = () => {};
        resolve();
      };
    });

  /** Who waits for something to have happened: one loop runs for all of them. */
  const goals = new Set<{ readonly done: () => boolean; resolve(): void; reject(why: unknown): void }>();
  let running = false;

  const settle = (): void => {
    for (const goal of goals) {
      if (!stopped && !goal.done()) continue;
      goals.delete(goal);
      goal.resolve();
    }
  };
  const runAll = async (): Promise<void> => {
    running = true;
    try {
      for (settle(); goals.size > 0; settle()) {
        const until = performance.now() + PATIENCE;
        const over = (): boolean => stopped || [...goals].some((goal) => goal.done());
        const wait = system.loop.run(() => over() || performance.now() > until);
        if (over()) continue;
        if (wait < 0) await breathe();
        else await pause(wait);
      }
    } catch (e) {
      for (const goal of goals) goal.reject(e);
      goals.clear();
    } finally {
      running = false;
    }
  };
  const drive = (done: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      goals.add({ done, resolve, reject });
      if (running) wake();
      else void runAll();
    });

  return {
    system,
    machine,
    drive,
    async run(process) {
      await drive(() => process.status !== null);
      return process.status ?? 0;
    },
    stop() {
      stopped = true;
      wake();
    },
  };
}
