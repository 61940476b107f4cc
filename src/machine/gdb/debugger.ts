/** What a debugger can do to one machine: halt it, look at it, change it, let it go on. The guest's time and counters know nothing of it. */
import { HALTS, type Halt, STEP, WATCH } from '../../abi/halts.ts';
import { PLACES, SIZES } from '../../abi/layout.ts';
import type { Core } from '../../engine/core.ts';
import { DebugMemory } from './memory.ts';

export interface Stop {
  /** `request`: the debugger asked for it. */
  readonly why: Exclude<Halt, 'none'> | 'request';
  /** The watched address that was touched. */
  readonly address: bigint;
}

export type Watch = keyof typeof WATCH;

/** Who is told. */
export interface DebugListener {
  /** The guest stands still. */
  stopped(stop: Stop): void;
  /** The guest has ended, with this code. */
  ended(code: number): void;
}

interface Watchpoint {
  readonly address: bigint;
  readonly bytes: number;
  readonly watch: Watch;
}

export class Debugger {
  readonly core: Core;
  private readonly kill: () => void;
  private listener: DebugListener | null = null;
  private readonly breakpoints = new Set<bigint>();
  private watchpoints: readonly Watchpoint[] = [];
  private wanted = false;
  private letGo: (() => void) | null = null;
  private last: Stop | null = null;
  private readonly wake: () => void;

  /** `kill` ends the guest; `wake` has a run loop that waits look whether the debugger is `due`. */
  constructor(core: Core, kill: () => void, wake: () => void = () => {}) {
    this.core = core;
    this.kill = kill;
    this.wake = wake;
  }

  listen(listener: DebugListener | null): void {
    this.listener = listener;
  }

  // The run loop's side

  /** Whether the guest may not run on before `pause` has resolved. */
  get due(): boolean {
    return this.wanted || this.core.get('HALT') !== 0n;
  }

  /** The guest stands still until the debugger lets it go on. */
  async pause(): Promise<void> {
    const { core } = this;
    const why = HALTS[Number(core.get('HALT'))]!;
    const stop: Stop = { why: why === 'none' ? 'request' : why, address: core.get('HALT_ADDRESS') };
    this.wanted = false;
    this.last = stop;
    core.set('HALT', 0);
    await new Promise<void>((resolve) => {
      this.letGo = resolve;
      this.listener?.stopped(stop);
    });
  }

  /** The guest will not run any more. */
  ended(code: number): void {
    this.listener?.ended(code);
  }

  // The debugger's side

  /** How many harts there are. */
  get harts(): number {
    return Number(this.core.get('HARTS'));
  }

  /** The hart whose turn it is: what halted the guest was its doing. */
  get hart(): number {
    return Number(this.core.get('HART'));
  }

  /** Memory as a hart sees it. */
  memory(hart: number): DebugMemory {
    return new DebugMemory(this.core, hart);
  }

  /** Why the guest stands still; null: it does not. */
  get stop(): Stop | null {
    return this.last;
  }

  /** Halts the guest soon; it is told when it does. A guest that sleeps sleeps on afterwards. */
  halt(): void {
    this.wanted = true;
    this.wake();
  }

  /** Lets the halted guest go on until something halts it, or until the hart `step` has done one instruction. */
  resume(step: number | null = null): void {
    const { letGo } = this;
    if (!letGo) return;
    this.letGo = null;
    this.last = null;
    const { core } = this;
    core.set('STEP_HART', step ?? this.hart);
    core.set('STEP', step !== null ? STEP.one : this.breakpoints.has(core.get('PC')) ? STEP.over : 0);
    letGo();
  }

  /** Takes everything back that was set, and lets the guest go on. */
  detach(): void {
    this.listener = null;
    this.wanted = false;
    this.breakpoints.clear();
    this.watchpoints = [];
    this.sendBreakpoints();
    this.sendWatchpoints();
    this.core.set('STEP', 0);
    this.resume();
  }

  /** Ends the guest. */
  end(): void {
    this.kill();
    this.detach();
  }

  /** false: there are too many, or no instruction can be there. */
  insertBreakpoint(address: bigint): boolean {
    if (address & 1n || this.breakpoints.size >= SIZES.BREAKPOINTS_MOST) return false;
    this.breakpoints.add(address);
    this.sendBreakpoints();
    return true;
  }

  removeBreakpoint(address: bigint): void {
    if (this.breakpoints.delete(address)) this.sendBreakpoints();
  }

  /** false: there are too many, or it has no bytes. */
  insertWatchpoint(watch: Watch, address: bigint, bytes: number): boolean {
    if (bytes < 1 || this.watchpoints.length >= SIZES.WATCHPOINTS_MOST) return false;
    this.removeWatchpoint(watch, address, bytes);
    this.watchpoints = [...this.watchpoints, { watch, address, bytes }];
    this.sendWatchpoints();
    return true;
  }

  removeWatchpoint(watch: Watch, address: bigint, bytes: number): void {
    this.watchpoints = this.watchpoints.filter((w) => w.watch !== watch || w.address !== address || w.bytes !== bytes);
    this.sendWatchpoints();
  }

  private sendBreakpoints(): void {
    const { core } = this;
    core.liftBreakpoints();
    let at = PLACES.BREAKPOINTS;
    for (const address of this.breakpoints) {
      core.view.setBigUint64(at, address, true);
      at += 8;
    }
    core.setBreakpoints(this.breakpoints.size);
  }

  private sendWatchpoints(): void {
    const { core, watchpoints } = this;
    watchpoints.forEach(({ address, bytes, watch }, i) => {
      const at = PLACES.WATCHPOINTS + i * 16;
      core.view.setBigUint64(at, address, true);
      core.view.setUint32(at + 8, bytes, true);
      core.view.setUint32(at + 12, WATCH[watch], true);
    });
    core.setWatchpoints(watchpoints.length);
  }
}
