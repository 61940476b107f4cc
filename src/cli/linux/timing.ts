/** Where the time of a boot goes: wall time and instructions of each of its phases. */
import type { LinuxGuest } from '../../machine/linux.ts';
import type { Streams } from './session.ts';

const PHASES = {
  start: 'start Node, read the command line’s modules',
  compile: 'compile the machine, to where it can be run',
  load: 'read kernel and userland',
  place: 'make the machine, place the images',
  kernel: 'kernel, to the first instruction of process 1',
  init: 'process 1, until it takes commands',
  prompt: 'the shell, to its first output',
} as const;
export type BootPhase = keyof typeof PHASES;

interface Mark {
  readonly phase: BootPhase;
  readonly ms: number;
  readonly instructions: bigint;
}

export class BootTimes {
  private last = performance.now();
  private lastInstructions = 0n;
  private readonly marks: Mark[];
  private guest: LinuxGuest | null = null;

  /** Begins with what has passed since this process began, of which so many milliseconds went into compiling. */
  constructor(compileMs: number) {
    this.marks = [
      { phase: 'start', ms: this.last - compileMs, instructions: 0n },
      { phase: 'compile', ms: compileMs, instructions: 0n },
    ];
  }

  /** A phase ends now. */
  mark(phase: BootPhase): void {
    if (this.marks.some((mark) => mark.phase === phase)) return;
    const now = performance.now();
    const instructions = this.guest?.system.counters().instret ?? 0;
    this.marks.push({ phase, ms: now - this.last, instructions: BigInt(instructions) - this.lastInstructions });
    this.last = now;
    this.lastInstructions = BigInt(instructions);
  }

  /** Follows a guest that has not run yet. `entry` is where process 1 begins. */
  follow(guest: LinuxGuest, entry: bigint): void {
    this.guest = guest;
    this.mark('place');
    guest.system.whenAt(entry, () => this.mark('kernel'));
    guest.agent?.ready.then(
      () => this.mark('init'),
      () => {},
    );
  }

  /** The same streams; the first output after the guest is ready ends the last phase. */
  through(streams: Streams): Streams {
    const { stdout } = streams;
    const ready = (): boolean => this.marks.some(({ phase }) => phase === 'init');
    const heard = new Proxy(stdout, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (key !== 'write') return value.bind(target);
        return (...args: unknown[]) => {
          if (ready()) this.mark('prompt');
          return value.apply(target, args);
        };
      },
    });
    return { ...streams, stdout: heard };
  }

  /** Rows of a table for a person: phase, wall time, instructions, what it is. */
  rows(): string[][] {
    const row = (name: string, ms: number, instructions: bigint, what: string): string[] => [
      name,
      `${ms.toFixed(1)} ms`.padStart(11),
      instructions.toLocaleString('en-US').padStart(12),
      what,
    ];
    const { marks } = this;
    const sum = marks.reduce((total, { ms }) => total + ms, 0);
    const all = marks.reduce((total, { instructions }) => total + instructions, 0n);
    return [
      ...marks.map(({ phase, ms, instructions }) => row(phase, ms, instructions, PHASES[phase])),
      row('all', sum, all, ''),
    ];
  }
}
