/**
 * A platform whose workers run in this thread over real message channels, with a made-up machine behind the real
 * comlink calls: what it counts follows from its configuration alone, so tests can say what must come out. Tests only.
 */
import { type Endpoint, expose } from 'comlink';
import type { MachineConfig } from '../../src/abi/config.ts';
import { InputError } from '../../src/abi/errors.ts';
import type { Progress, RunOutcome } from '../../src/abi/machine.ts';
import { sha256 } from '../../src/abi/sha256.ts';
import type { Platform } from '../../src/lab/platform.ts';
import type { WorkerHandle } from '../../src/rpc/connection.ts';
import type { BenchWorker, GuestWorker } from '../../src/rpc/protocol.ts';

/** What a made-up machine does in one run; `run` counts runs of this configuration from 1. */
export type Behaviour = (
  config: MachineConfig,
  run: number,
  cancelled: Promise<void>,
) => Promise<Partial<RunOutcome>> | Partial<RunOutcome>;

export interface FakeOptions {
  readonly behaviour?: Behaviour;
  /** Whether the worker dies instead of running this. */
  readonly dies?: (config: MachineConfig) => boolean;
  /** Throws what loading rejects with. */
  readonly onLoad?: (config: MachineConfig) => void;
  readonly native?: () => { checksum: string; wallMs: number };
  readonly onStart?: (kind: string) => void;
  /** Told of every run, in order, and whether another one was under way. */
  readonly onRun?: (bootargs: string, overlapping: boolean) => void;
}

const CHECKSUM = '00000000000000ab';
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** 1000 instructions and, under a VMM, 10 exits: a run that passes. */
export function plainOutcome(config: MachineConfig): RunOutcome {
  const exits = config.strategy === 'bare' ? 0 : 10;
  const counters = { instret: 1000, 'exit.total': exits, 'exit.sbi': exits, 'walk.references': 0 };
  return {
    status: 'passed',
    exitCode: 0,
    message: '',
    console: 'PASS\n',
    result: CHECKSUM,
    counters,
    region: { counters, wallMs: 5, iterations: 10 },
    digest: 'd'.repeat(32),
    wallMs: 6,
  };
}

export function fakePlatform(options: FakeOptions = {}): Platform & { readonly open: () => number } {
  const runs = new Map<string, number>();
  let running = 0;
  let open = 0;
  const guest = (die: () => void): GuestWorker => {
    let config: MachineConfig | null = null;
    let tell: (progress: Progress) => void = () => {};
    let cancel = (): void => {};
    return {
      open(_core, onProgress) {
        tell = onProgress;
      },
      async load(image, wanted) {
        options.onLoad?.(wanted);
        config = wanted;
        return sha256(image);
      },
      async run() {
        const used = config!;
        if (options.dies?.(used)) {
          die();
          return new Promise<RunOutcome>(() => {});
        }
        const key = JSON.stringify(used);
        runs.set(key, (runs.get(key) ?? 0) + 1);
        options.onRun?.(used.bootargs, running > 0);
        running++;
        const cancelled = new Promise<void>((resolve) => {
          cancel = resolve;
        });
        tell({ instret: 500, wallMs: 1 });
        await new Promise((resolve) => setTimeout(resolve, 2));
        const own = await options.behaviour?.(used, runs.get(key)!, cancelled);
        running--;
        return { ...plainOutcome(used), ...own };
      },
      cancel: () => cancel(),
    };
  };
  const bench = (): BenchWorker => ({
    load: async () => {},
    run: async () => options.native?.() ?? { checksum: CHECKSUM, wallMs: 1 },
  });
  const start = (kind: 'guest' | 'bench'): WorkerHandle => {
    options.onStart?.(kind);
    open++;
    const { port1, port2 } = new MessageChannel();
    let die = (): void => {};
    let alive = true;
    expose(kind === 'guest' ? guest(() => die()) : bench(), port1 as unknown as Endpoint);
    return {
      endpoint: port2 as unknown as Endpoint,
      terminate: async () => {
        if (alive) open--;
        alive = false;
        port1.close();
        port2.close();
      },
      onFailure: (listener) => {
        die = () => {
          alive = false;
          open--;
          listener(new Error('out of memory'));
        };
      },
    };
  };
  return {
    version: '0.0.0-test',
    start,
    core: async () => ({ module: await WebAssembly.compile(EMPTY_MODULE), sha256: 'c'.repeat(64) }),
    guest: async (file) => {
      if (file.includes('missing')) throw new InputError(`${file} is missing`);
      return new TextEncoder().encode(file);
    },
    linux: async () => null,
    host: () => ({ runtime: 'node', version: 'v0', v8: null, platform: 'test', cpu: null, cores: 4 }),
    now: () => performance.now(),
    open: () => open,
  };
}
