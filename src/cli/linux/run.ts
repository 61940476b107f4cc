/** Starts a guest and stays with it to its end. */
import type { MachineConfig } from '../../abi/config.ts';
import type { Counters } from '../../abi/counters.ts';
import { InputError } from '../../abi/errors.ts';
import { LinuxGuest } from '../../machine/linux.ts';
import type { MachineState } from '../../machine/snapshot.ts';
import type { SystemEnding } from '../../machine/system.ts';
import { attach } from './devices.ts';
import type { Images } from './images.ts';
import { execute, interact, type Streams, typing } from './session.ts';

/** How a guest is driven, whether it boots or goes on. */
export interface DriveOptions {
  readonly module: WebAssembly.Module;
  /** A command for the guest's shell; null: a shell at this terminal. */
  readonly exec: string | null;
  readonly verbose: boolean;
  /** Called when the command is done, while the guest stands still, in place of powering off. */
  readonly keep?: (guest: LinuxGuest) => Promise<void>;
  /** Called before the guest runs; what it resolves to is called when the guest is done with. */
  readonly watch?: (guest: LinuxGuest) => Promise<() => void>;
}

export interface BootRequest extends DriveOptions {
  readonly config: MachineConfig;
  readonly images: Images;
  readonly append: string;
  readonly disks: readonly string[];
  readonly shares: readonly string[];
  /** Whether it is on the lab's network. */
  readonly net: boolean;
  readonly seed: number;
  /** The date at which its clock begins: milliseconds since 1970. */
  readonly clock: number;
}

export interface RestoreRequest extends DriveOptions {
  readonly state: MachineState;
}

/** What a snapshot of ours says of the guest in it. */
export interface About {
  readonly kind: 'linux';
  readonly kernel: string;
  readonly agent: 'virtio' | 'serial';
  readonly disks: readonly string[];
  readonly shares: readonly string[];
  readonly net: boolean;
  readonly time: string;
  readonly seed: number;
}

export interface LinuxSession {
  /** What this process shall end with. */
  readonly done: Promise<number>;
  counters(): Counters;
  /** The same of each hart. */
  hartCounters(): Counters[];
}

/** The guest did not end by itself in good order. */
const GUEST_FAILED = 1;

/** A line for a person when the guest ended otherwise than by powering off. */
function report(ending: SystemEnding, streams: Streams): number {
  if (ending.reason === 'poweroff') return Math.min(ending.code, 255);
  if (ending.reason === 'reboot' || ending.reason === 'stopped') return 0;
  streams.stderr.write(`trapframe: ${ending.message}\n`);
  return GUEST_FAILED;
}

/** What the kernel says: shown at a terminal, kept back for a command until it is known whether it matters. */
class KernelLog {
  readonly quiet: boolean;
  private kept: Uint8Array[] = [];
  private readonly to: NodeJS.WritableStream;

  constructor({ exec, verbose }: DriveOptions, streams: Streams) {
    this.quiet = exec !== null && !verbose;
    this.to = exec === null ? streams.stdout : streams.stderr;
  }

  readonly take = (bytes: Uint8Array): void => {
    if (this.quiet) this.kept.push(bytes.slice());
    else this.to.write(bytes.slice());
  };

  forget(): void {
    this.kept = [];
  }

  show(): void {
    for (const bytes of this.kept) this.to.write(bytes);
    this.forget();
  }
}

/** Stays with a guest to its end, or to the end of its command. */
async function drive(
  guest: LinuxGuest,
  log: KernelLog,
  options: DriveOptions,
  streams: Streams,
): Promise<LinuxSession> {
  const { exec, keep, watch } = options;
  const unwatch = await watch?.(guest);
  const running = guest.run();
  const work = async (): Promise<number> => {
    if (!guest.agent) return serialConsole(guest, streams, running);
    const status = guest.agent.ready.then(() => {
      log.forget();
      return exec === null ? interact(guest, streams) : execute(guest, ['sh', '-c', exec], streams);
    });
    const first = await Promise.race([status, running]);
    if (typeof first !== 'number') {
      // A guest that ends before its agent speaks has something to say; one that was stopped says nothing more.
      guest.agent.close(first.message);
      await status.catch(() => {});
      log.show();
      return report(first, streams);
    }
    guest.system.setRealtime(false);
    if (keep) {
      guest.system.stop();
      await running;
      await keep(guest);
      return first;
    }
    guest.agent.powerOff();
    return first || report(await running, streams);
  };
  if (exec === null) streams.signal.addEventListener('abort', () => guest.system.stop(), { once: true });
  return {
    done: work().finally(() => unwatch?.()),
    counters: () => guest.system.counters(),
    hartCounters: () => guest.system.hartCounters(),
  };
}

/** What a snapshot is to say of a guest that is booted. */
export const aboutOf = ({ images, disks, shares, net, seed }: BootRequest, time: bigint): About => ({
  kind: 'linux',
  kernel: images.about,
  agent: images.agent ?? 'serial',
  disks,
  shares,
  net,
  time: String(time),
  seed,
});

/** Boots a guest. `onAbout` is told what a snapshot needs to know. */
export async function startGuest(
  request: BootRequest,
  streams: Streams,
  onAbout: (about: About) => void = () => {},
): Promise<LinuxSession> {
  const { images, exec } = request;
  if (exec !== null && !images.agent) {
    throw new InputError('--exec needs our own userland', 'Leave --initrd out, or use the console of your own.');
  }
  const attached = attach(request.disks, request.shares, request.net);
  if (attached.models.length && images.agent === 'serial') {
    throw new InputError(
      'this kernel may have no virtio built in, which disks, shares and --net need',
      'Use the built one: --kernel built.',
    );
  }
  const log = new KernelLog(request, streams);
  const time = BigInt(request.clock) * 1_000_000n;
  onAbout(aboutOf(request, time));
  const guest = await LinuxGuest.create(request.module, {
    config: request.config,
    kernel: images.kernel,
    initrd: images.initrd,
    firmware: images.firmware,
    agent: images.agent,
    bootargs: [...(log.quiet ? ['quiet'] : []), ...attached.words, ...(request.append ? [request.append] : [])].join(
      ' ',
    ),
    models: attached.models,
    time,
    seed: request.seed,
    realtime: exec === null,
    onConsole: log.take,
  });
  return drive(guest, log, request, streams);
}

/** Goes on with a guest that was saved. */
export async function resumeGuest(request: RestoreRequest, streams: Streams): Promise<LinuxSession> {
  const { state, exec } = request;
  const about = state.about as unknown as About;
  if (about.kind !== 'linux') throw new InputError('this snapshot is of no Linux guest');
  const log = new KernelLog(request, streams);
  const guest = await LinuxGuest.restore(
    request.module,
    {
      config: state.config,
      agent: about.agent,
      models: attach(about.disks, about.shares, about.net === true).models,
      time: BigInt(about.time),
      seed: about.seed,
      realtime: exec === null,
      onConsole: log.take,
    },
    state,
  );
  return drive(guest, log, request, streams);
}

/** A guest without our agent: its serial console at this terminal. */
async function serialConsole(guest: LinuxGuest, streams: Streams, running: Promise<SystemEnding>): Promise<number> {
  const stop = typing(
    guest,
    streams,
    (bytes) => guest.system.input(bytes),
    () => guest.system.endInput(),
  );
  try {
    return report(await running, streams);
  } finally {
    stop();
  }
}
