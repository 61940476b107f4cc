/** A whole system: a kernel on the machine with its devices, a console that one can type into, and time that passes while it sleeps. */
import type { MachineConfig } from '../abi/config.ts';
import type { Counters } from '../abi/counters.ts';
import { InputError, isInputError } from '../abi/errors.ts';
import { EVENT, EVENTS } from '../abi/events.ts';
import { hex } from '../abi/hex.ts';
import { PLACES, SIZES } from '../abi/layout.ts';
import type { TranslationReport } from '../abi/translation.ts';
import type { Device, DeviceHost } from '../devices/device.ts';
import { type Core, createCore, translates } from '../engine/core.ts';
import { restoreCore, saveCore } from '../engine/snapshot.ts';
import { currentCounters, digest, drainConsole, hartCounters } from '../engine/state.ts';
import { Translator } from '../engine/translate/translator.ts';
import { type BootImages, bootLinux } from './boot.ts';
import { breathe } from './breathe.ts';
import { Bus } from './bus.ts';
import { Debugger } from './gdb/debugger.ts';
import type { MachineState } from './snapshot.ts';
import { TIMEBASE_HZ } from './tree.ts';

/** Instructions between two looks at the host: a few tens of milliseconds interpreted. */
const SLICE = 2_000_000n;
const NEVER = 2n ** 64n - 1n;
const TICKS_PER_MS = TIMEBASE_HZ / 1000;
const IER_RECEIVED = 1n;
/** setTimeout takes no more. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** What a system is made of and connected to, whether it boots or goes on. */
export interface SystemParts {
  readonly config: MachineConfig;
  /** Makes the devices of the host, in the order of their windows. */
  readonly devices?: (host: DeviceHost) => readonly Device[];
  /** Told of what the guest writes to its console. */
  readonly onConsole: (bytes: Uint8Array) => void;
  /**
   * true: a sleeping guest really sleeps, until its timer or the host's input, and takes no processor time. false: guest time skips
   * to the next timer.
   */
  readonly realtime: boolean;
  /** Told of the markers around a program's measured region. */
  readonly onMarker?: ((marker: 'begin' | 'end') => void) | undefined;
}

export interface SystemOptions extends SystemParts {
  readonly images: BootImages;
  /** For the kernel's random numbers; a fixed seed gives the same run again. 64 bytes. */
  readonly seed: Uint8Array;
}

/** How a system ended. */
export interface SystemEnding {
  readonly reason: 'poweroff' | 'reboot' | 'stalled' | 'crashed' | 'stopped' | 'budget';
  /** What the guest told the finisher; 0 is good. */
  readonly code: number;
  readonly message: string;
}

export class System {
  readonly core: Core;
  readonly devices: readonly Device[];
  private readonly bus: Bus;
  private readonly translator: Translator | null;
  private readonly config: MachineConfig;
  private readonly onConsole: (bytes: Uint8Array) => void;
  private readonly onMarker: SystemParts['onMarker'];
  private realtime: boolean;
  private readonly pending: Uint8Array[] = [];
  private debugging: Debugger | null = null;
  private wakeUp: (() => void) | null = null;
  private woken = false;
  private stopped = false;
  private runs = false;
  /** Whether the host may still have input: a guest that waits for ever is then not stalled. */
  private open = true;

  private constructor(core: Core, bus: Bus, devices: readonly Device[], options: SystemParts) {
    this.core = core;
    this.bus = bus;
    this.devices = devices;
    this.config = options.config;
    this.onConsole = options.onConsole;
    this.onMarker = options.onMarker;
    this.realtime = options.realtime;
    this.translator = translates(options.config) ? new Translator(core) : null;
  }

  /** Makes the machine and its devices, without a guest. */
  private static async build(module: WebAssembly.Module, options: SystemParts): Promise<System> {
    const hook = { wake: (): void => {} };
    const bus = new Bus(() => hook.wake());
    const core = await createCore(module, options.config, bus);
    const devices = options.devices?.(bus.host) ?? [];
    bus.attach(core, devices);
    core.set('IDLE_WAITS', 1);
    const system = new System(core, bus, devices, options);
    hook.wake = () => system.wake();
    return system;
  }

  /** Makes the machine and loads the guest; throws InputError for what cannot be booted. */
  static async create(module: WebAssembly.Module, options: SystemOptions): Promise<System> {
    const system = await System.build(module, options);
    const nodes = system.devices.map((device) => device.node());
    bootLinux(system.core, options.config, options.images, nodes, options.seed);
    return system;
  }

  /** Makes the machine and goes on where a saved one stood still; throws InputError where its devices are others. */
  static async restore(module: WebAssembly.Module, parts: SystemParts, state: MachineState): Promise<System> {
    const system = await System.build(module, parts);
    if (state.devices.length !== system.devices.length) {
      throw new InputError('this machine has other devices than the one that was saved');
    }
    restoreCore(system.core, state.core, true);
    system.devices.forEach((device, i) => {
      device.restore(state.devices[i]!);
    });
    system.bus.advance();
    return system;
  }

  /** The whole state. The system must stand still. */
  save(coreSha256: string, about: Readonly<Record<string, unknown>>): MachineState {
    if (this.runs) throw new Error('a system that runs cannot be saved');
    return {
      config: this.config,
      coreSha256,
      about,
      core: saveCore(this.core),
      devices: this.devices.map((device) => device.save()),
    };
  }

  /** Digest of the architectural state, 32 hex digits. */
  digest(): string {
    return digest(this.core);
  }

  /** Instructions retired so far. */
  get instret(): bigint {
    return this.core.get('INSTRET');
  }

  /** All counters of the machine up to now. */
  counters(): Counters {
    return currentCounters(this.core);
  }

  /** The counters of each hart; time skipped and frames are the machine's alone. */
  hartCounters(): Counters[] {
    return Array.from({ length: this.config.harts }, (_, hart) => hartCounters(this.core, hart));
  }

  get engine(): MachineConfig['engine'] {
    return this.config.engine;
  }

  /** Gathers from now on what `translation` tells. */
  observe(): void {
    this.translator?.observe();
  }

  /** What the translator did, with so many of its hottest regions by samples, and by exits; null: there is none. */
  translation(regions: number): TranslationReport | null {
    return this.translator?.report(regions) ?? null;
  }

  /** Types into the console. It is held back until the guest listens. */
  input(bytes: Uint8Array): void {
    if (bytes.length) this.pending.push(bytes);
    this.wake();
  }

  /** No more input will come: a guest that waits for nothing else ends. */
  endInput(): void {
    this.open = false;
    this.wake();
  }

  /** Whether a sleeping guest really sleeps from now on. */
  setRealtime(on: boolean): void {
    this.realtime = on;
    this.wake();
  }

  /** Wakes a guest that sleeps, so that it sees what the host has brought. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /**
   * For a device, inside a store of the guest's: the run loop comes back to the event loop after this instruction, so that what the host
   * does in answer comes at the same point of guest time in every run.
   */
  attend(): void {
    this.bus.attend();
  }

  /** For a debugger: it may halt the guest from now on. */
  debug(): Debugger {
    this.debugging ??= new Debugger(
      this.core,
      () => this.stop(),
      () => this.wakeUp?.(),
    );
    return this.debugging;
  }

  /** Calls when the guest first comes to a virtual address, which no counter shows: by a breakpoint, so no debugger may be there till then. */
  whenAt(address: bigint, call: () => void): void {
    const machine = this.debug();
    machine.insertBreakpoint(address);
    machine.listen({
      stopped: () => {
        call();
        machine.detach();
      },
      ended: () => {},
    });
  }

  /** Ends `run` at the end of its slice. */
  stop(): void {
    this.stopped = true;
    this.wakeUp?.();
  }

  /** Moves input into the UART's ring as far as there is room and the guest listens. */
  private pump(): void {
    const { core, pending } = this;
    if (pending.length === 0 || !(core.get('UART_IER') & IER_RECEIVED)) return;
    const head = Number(core.get('UART_IN_HEAD'));
    let tail = Number(core.get('UART_IN_TAIL'));
    const next = (at: number): number => (at + 1) & (SIZES.UART_IN_SIZE - 1);
    while (pending.length && next(tail) !== head) {
      const bytes = pending[0]!;
      let i = 0;
      for (; i < bytes.length && next(tail) !== head; i++) {
        core.bytes[PLACES.UART_IN + tail] = bytes[i]!;
        tail = next(tail);
      }
      if (i === bytes.length) pending.shift();
      else pending[0] = bytes.subarray(i);
    }
    core.set('UART_IN_TAIL', tail);
    core.uartUpdate();
  }

  private drain(): void {
    const bytes = drainConsole(this.core);
    if (bytes.length) this.onConsole(bytes);
  }

  /** The guest waits for an interrupt. false: none can come. */
  private async idle(): Promise<boolean> {
    if (this.debugging?.due) await this.debugging.pause();
    if (this.woken) {
      this.woken = false;
      return true;
    }
    if (!this.realtime && this.skip()) return true;
    const ticks = this.ticksLeft();
    if (ticks === NEVER && !this.open) return false;
    const ms = Math.min(Number(ticks) / TICKS_PER_MS, LONGEST_WAIT_MS);
    const started = performance.now();
    await new Promise<void>((resolve) => {
      const timer = ticks === NEVER ? undefined : setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = null;
    const passed = BigInt(Math.round((performance.now() - started) * TICKS_PER_MS));
    if (ticks !== NEVER) this.core.skipTime(passed < ticks ? passed : ticks);
    // A debugger that wants to look wakes no guest: it sleeps on.
    if (this.debugging?.due && !this.woken && !this.stopped && passed < ticks) return this.idle();
    this.woken = false;
    return true;
  }

  private ending(event: number): SystemEnding {
    const code = Number(this.core.get('EVENT_CODE'));
    const at = `at pc ${hex(this.core.get('PC'))} after ${this.instret} instructions`;
    if (event === EVENT.exit) return { reason: 'poweroff', code, message: `the guest powered off with code ${code}` };
    if (event === EVENT.reset) return { reason: 'reboot', code: 0, message: 'the guest asked for a reboot' };
    if (event === EVENT.idle || event === EVENT.stalled)
      return {
        reason: 'stalled',
        code: 1,
        message: `the guest waits for an interrupt that nothing can raise ${at}`,
      };
    return { reason: 'crashed', code: 1, message: `the machine gave the guest up (${EVENTS[event]?.summary}) ${at}` };
  }

  /** Whether the guest runs, and may not be saved. */
  get running(): boolean {
    return this.runs;
  }

  /** Runs until the guest ends, `stop` is called, or `budget` further instructions are spent. */
  async run(budget: bigint = 2n ** 62n): Promise<SystemEnding> {
    if (this.runs) throw new Error('the system runs already');
    this.runs = true;
    try {
      const ending = await this.loop(budget);
      this.debugging?.ended(ending.code);
      return ending;
    } finally {
      this.runs = false;
    }
  }

  private async loop(budget: bigint): Promise<SystemEnding> {
    const { core } = this;
    const end = this.instret + budget;
    this.stopped = false;
    // What was brought while the guest stood still is seen by its first slice.
    this.woken = false;
    for (;;) {
      if (this.stopped) return { reason: 'stopped', code: 1, message: `stopped after ${this.instret} instructions` };
      if (this.debugging?.due) {
        await this.debugging.pause();
        continue;
      }
      const now = this.instret;
      if (now >= end) return { reason: 'budget', code: 1, message: `the budget is spent at pc ${hex(core.get('PC'))}` };
      this.pump();
      const limit = now + SLICE < end ? now + SLICE : end;
      let event: number;
      try {
        event = this.slice(limit);
        this.drain();
      } catch (error) {
        // A fault of ours that the guest has found takes its machine down, and not whoever holds others.
        if (isInputError(error)) throw error;
        const why = error instanceof Error ? error.message : String(error);
        return { reason: 'crashed', code: 1, message: `the machine stopped on an internal error: ${why}` };
      }
      if (event === EVENT.idle) {
        if (!(await this.idle())) return this.ending(event);
        continue;
      }
      if (event !== EVENT.none && event !== EVENT.attend && event !== EVENT.halt) return this.ending(event);
      await breathe();
    }
  }

  /**
   * For systems that run by turns (lockstep.ts), in place of `run`: up to so many further instructions. `idle`: it waits for its timer,
   * in `ticks`, or for somebody else. The one that drives it comes back to the event loop after `attend`.
   */
  turn(instructions: bigint): { readonly state: 'ready' | 'attend' | 'idle' | 'ended'; readonly ticks: bigint } {
    this.pump();
    const event = this.slice(this.instret + instructions, true);
    this.drain();
    if (event === EVENT.none) return { state: 'ready', ticks: 0n };
    if (event === EVENT.attend) return { state: 'attend', ticks: 0n };
    if (event !== EVENT.idle) return { state: 'ended', ticks: 0n };
    const woken = this.woken;
    this.woken = false;
    return woken ? { state: 'ready', ticks: 0n } : { state: 'idle', ticks: this.ticksLeft() };
  }

  /** Whether something has come for it since its last turn. */
  get roused(): boolean {
    return this.woken;
  }

  /** Lets guest time pass without it. */
  pass(ticks: bigint): void {
    this.core.skipTime(ticks);
  }

  /** Runs on through whatever needs no waiting; a guest `by turns` waits where it sleeps. */
  private slice(limit: bigint, byTurns = false): number {
    for (;;) {
      const event = this.core.run(limit);
      if (event === EVENT.burst) this.translator!.sample();
      else if (event === EVENT.device) this.bus.advance();
      else if (event === EVENT.console) this.drain();
      else if (event === EVENT.idle && !byTurns && !this.realtime && this.skip()) this.pump();
      else if (event === EVENT.regionBegin) this.onMarker?.('begin');
      else if (event === EVENT.regionEnd) this.onMarker?.('end');
      else return event;
    }
  }

  /** Ticks until something is due, or NEVER. */
  private ticksLeft(): bigint {
    return this.core.ticksToDeadline() & NEVER;
  }

  /** Skips to the next timer without going back to the host's event loop. */
  private skip(): boolean {
    if (this.woken) return false;
    const ticks = this.ticksLeft();
    if (ticks === NEVER) return false;
    this.core.skipTime(ticks);
    return true;
  }
}
