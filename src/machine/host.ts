/** One machine: loads a guest, runs it in slices, and says what became of it. */
import type { MachineConfig } from '../abi/config.ts';
import { TRAPS } from '../abi/counters.ts';
import { EVENT } from '../abi/events.ts';
import { hex } from '../abi/hex.ts';
import type { MachineHost, Progress, RunOptions, RunOutcome, RunStatus } from '../abi/machine.ts';
import { sha256 } from '../abi/sha256.ts';
import { type Core, createCore, translates } from '../engine/core.ts';
import { currentCounters, digest, drainConsole } from '../engine/state.ts';
import { Translator, type TranslatorTuning } from '../engine/translate/translator.ts';
import { breathe } from './breathe.ts';
import { Debugger } from './gdb/debugger.ts';
import { loadImage } from './load.ts';
import { publishedResult, RegionWatch } from './region.ts';

/** About 50 ms interpreted: often enough to be stopped, seldom enough to cost nothing. */
const SLICE = 10_000_000;
/** Console output kept of a guest that floods it. */
const CONSOLE_LIMIT = 1 << 20;

interface Ending {
  readonly status: RunStatus;
  readonly exitCode: number;
  readonly message: string;
}

/** Gathers what a guest says while it runs. */
class Session {
  private readonly core: Core;
  private readonly translator: Translator | null;
  private readonly text = new TextDecoder();
  private readonly started = performance.now();
  private readonly region = new RegionWatch();
  private console = '';
  /** How many regions of translated code are told of; undefined: nothing of it is. */
  private readonly regions: number | undefined;

  constructor(core: Core, translator: Translator | null, regions: number | undefined) {
    this.core = core;
    this.translator = translator;
    this.regions = regions;
    if (regions !== undefined) translator?.observe();
  }

  elapsed(): number {
    return performance.now() - this.started;
  }

  drain(): void {
    const bytes = drainConsole(this.core);
    if (bytes.length && this.console.length < CONSOLE_LIMIT) this.console += this.text.decode(bytes, { stream: true });
  }

  /** Runs on until something ends the guest or the slice; null at the end of a slice. */
  slice(limit: bigint): Ending | null {
    for (;;) {
      const event = this.core.run(limit);
      if (event === EVENT.burst) {
        this.translator!.sample();
        continue;
      }
      if (event === EVENT.regionBegin) {
        this.region.begin();
        continue;
      }
      if (event === EVENT.regionEnd) {
        this.region.end(this.core);
        continue;
      }
      this.drain();
      if (event === EVENT.none || event === EVENT.halt) return null;
      if (event !== EVENT.console) return this.ending(event);
    }
  }

  private ending(event: number): Ending {
    const code = Number(this.core.get('EVENT_CODE'));
    const at = `at pc ${hex(this.core.get('PC'))} after ${this.core.get('INSTRET')} instructions`;
    switch (event) {
      case EVENT.exit:
        return code === 0
          ? { status: 'passed', exitCode: 0, message: 'the guest ended well' }
          : { status: 'failed', exitCode: code, message: `the guest failed with code ${code} ${at}` };
      case EVENT.stalled:
        return {
          status: 'stalled',
          exitCode: 1,
          message: `the guest waits for an interrupt that nothing can raise ${at}`,
        };
      case EVENT.reset:
        return { status: 'failed', exitCode: 1, message: `the guest asked for a reset ${at}` };
      case EVENT.trapLoop: {
        const cause = TRAPS.find((t) => t.code === code)?.id ?? code;
        return {
          status: 'crashed',
          exitCode: 1,
          message: `the guest crashed: its trap handler traps before its first instruction (${cause}, address ${hex(this.core.get('TVAL'))}) ${at}`,
        };
      }
      default:
        return { status: 'refused', exitCode: 1, message: `the VMM gave the guest up (event ${event}) ${at}` };
    }
  }

  outcome(ending: Ending): RunOutcome {
    const { core, translator, regions } = this;
    const wallMs = this.elapsed();
    this.drain();
    return {
      ...ending,
      console: this.console,
      result: publishedResult(core),
      counters: currentCounters(core),
      region: this.region.result(core),
      digest: digest(core),
      wallMs,
      ...(regions !== undefined && translator && { translation: translator.report(regions) }),
    };
  }
}

/**
 * A machine on a compiled core. `load` makes it anew each time, so one host can run one guest after another.
 * Example: `const host = createMachineHost(module); await host.load(elf, MACHINE_DEFAULT); await host.run({ budget: 1e9 })`.
 */
export function createMachineHost(
  module: WebAssembly.Module,
  tuning?: TranslatorTuning,
): MachineHost & { debug(): Debugger } {
  let core: Core | null = null;
  let translator: Translator | null = null;
  let cancelled = false;
  let debugging: Debugger | null = null;

  return {
    async load(image: Uint8Array, config: MachineConfig): Promise<string> {
      core = null;
      debugging = null;
      cancelled = false;
      const made = await createCore(module, config);
      loadImage(made, image, config);
      core = made;
      translator = translates(config) ? new Translator(made, tuning) : null;
      return sha256(image);
    },

    async run({ budget, slice = SLICE, regions }: RunOptions, onProgress?: (p: Progress) => void): Promise<RunOutcome> {
      if (!core) throw new Error('load() comes before run()');
      const machine = core;
      const session = new Session(machine, translator, regions);
      const stop = machine.get('INSTRET') + BigInt(budget);
      const end = (ending: Ending): RunOutcome => {
        debugging?.ended(ending.exitCode);
        return session.outcome(ending);
      };
      for (;;) {
        if (debugging?.due) await debugging.pause();
        const now = machine.get('INSTRET');
        if (cancelled) return end({ status: 'cancelled', exitCode: 1, message: `stopped after ${now} instructions` });
        if (now >= stop) {
          const pc = hex(machine.get('PC'));
          return end({
            status: 'budget',
            exitCode: 1,
            message: `the budget of ${budget} instructions is spent at pc ${pc}: the guest may run for ever; raise --budget if not`,
          });
        }
        const limit = now + BigInt(slice) < stop ? now + BigInt(slice) : stop;
        let ending: Ending | null;
        try {
          ending = session.slice(limit);
        } catch (error) {
          // A trap of the core itself: the guest found a fault of ours, which must not take the host down.
          const why = error instanceof Error ? error.message : String(error);
          ending = { status: 'crashed', exitCode: 1, message: `the machine stopped on an internal error: ${why}` };
        }
        if (ending) return end(ending);
        onProgress?.({ instret: Number(machine.get('INSTRET')), wallMs: session.elapsed() });
        await breathe();
      }
    },

    cancel(): void {
      cancelled = true;
    },

    /** For a debugger: it may halt the loaded guest from now on. Does not cross to a worker. */
    debug(): Debugger {
      if (!core) throw new Error('load() comes before debug()');
      debugging ??= new Debugger(core, () => {
        cancelled = true;
      });
      return debugging;
    },
  };
}
