/** Runs a WASI program on files of the VFS: its code is the host engine's own, nothing is translated. */
import { E, fail, SysError } from '../errno.ts';
import { CALLS, type WasiCall } from './calls.ts';
import { errnoOf, SUCCESS } from './constants.ts';
import { limitMemory } from './memory-limit.ts';
import { Exit, type WasiOptions, WasiProcess } from './process.ts';

/** What begins a file of WebAssembly. */
export const isWasm = (bytes: Uint8Array): boolean => [0, 0x61, 0x73, 0x6d].every((byte, i) => bytes[i] === byte);

const MODULE = 'wasi_snapshot_preview1';

/** The functions as a program imports them: errors come back as numbers. */
function imports(p: WasiProcess): Record<string, (...args: never[]) => number> {
  const { onCall } = p.options;
  const guarded =
    (call: WasiCall) =>
    (...args: never[]): number => {
      try {
        onCall?.();
        call(p, ...args);
        return SUCCESS;
      } catch (e) {
        if (e instanceof SysError) return errnoOf(e.code);
        // A pointer beyond its memory.
        if (e instanceof RangeError) return errnoOf(E.FAULT);
        throw e;
      }
    };
  return Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, guarded(call as WasiCall)]));
}

export interface WasiOutcome {
  /** As a shell shows it; 134 (abort) where the program trapped. */
  readonly code: number;
  /** What the engine said of a trap. */
  readonly trap: string | null;
}

/** A program that is ready to run. */
export class WasiProgram {
  private readonly module: WebAssembly.Module;

  /**
   * @param memory bytes of memory it may have at most
   * @throws SysError ENOEXEC where it is no program of WASI preview 1, ENOMEM where it needs more memory
   */
  constructor(bytes: Uint8Array, memory: number) {
    try {
      this.module = new WebAssembly.Module(limitMemory(bytes, memory));
    } catch (e) {
      if (e instanceof SysError) throw e;
      fail(E.NOEXEC);
    }
    const exports = WebAssembly.Module.exports(this.module);
    const has = (name: string, kind: string): boolean => exports.some((e) => e.name === name && e.kind === kind);
    if (!has('_start', 'function') || !has('memory', 'memory')) fail(E.NOEXEC);
    for (const { module, name, kind } of WebAssembly.Module.imports(this.module))
      if (kind !== 'function' || module !== MODULE || !Object.hasOwn(CALLS, name)) fail(E.NOEXEC);
  }

  /** Runs it to its end, in this thread: what may run for ever has to be in a worker that can be ended. */
  run(options: WasiOptions): WasiOutcome {
    const p = new WasiProcess(options);
    const calls = imports(p);
    try {
      const instance = new WebAssembly.Instance(this.module, { [MODULE]: calls });
      p.memory = instance.exports.memory as WebAssembly.Memory;
      (instance.exports._start as () => void)();
      return { code: 0, trap: null };
    } catch (e) {
      if (e instanceof Exit) return { code: e.code & 0xff, trap: null };
      if (e instanceof WebAssembly.RuntimeError || e instanceof RangeError) return { code: 134, trap: e.message };
      throw e;
    } finally {
      p.end();
    }
  }
}
