/** Starts a guest and stays with it to its end. */
import type { MachineConfig } from '../../abi/config.ts';
import type { Counters } from '../../abi/counters.ts';
import { InputError } from '../../abi/errors.ts';
import { LinuxGuest } from '../../machine/linux.ts';
import type { SystemEnding } from '../../machine/system.ts';
import type { Images } from './images.ts';
import { execute, interact, type Streams, typing } from './session.ts';

export interface RunRequest {
  readonly module: WebAssembly.Module;
  readonly config: MachineConfig;
  readonly images: Images;
  readonly append: string;
  readonly seed: number;
  /** A command for the guest's shell; null: a shell at this terminal. */
  readonly exec: string | null;
  readonly verbose: boolean;
}

export interface LinuxSession {
  /** What this process shall end with. */
  readonly done: Promise<number>;
  counters(): Counters;
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

export async function startGuest(request: RunRequest, streams: Streams): Promise<LinuxSession> {
  const { images, exec } = request;
  if (exec !== null && !images.agent) {
    throw new InputError('--exec needs our own userland', 'Leave --initrd out, or use the console of your own.');
  }
  const quiet = exec !== null && !request.verbose;
  let said: Uint8Array[] = [];
  const guest = await LinuxGuest.create(request.module, {
    config: request.config,
    kernel: images.kernel,
    initrd: images.initrd,
    firmware: images.firmware,
    agent: images.agent,
    bootargs: [...(quiet ? ['quiet'] : []), ...(request.append ? [request.append] : [])].join(' '),
    time: BigInt(Date.now()) * 1_000_000n,
    seed: request.seed,
    realtime: exec === null,
    onConsole: (bytes) => {
      if (quiet) said.push(bytes);
      else (exec === null ? streams.stdout : streams.stderr).write(bytes);
    },
  });
  const running = guest.run();
  const work = async (): Promise<number> => {
    if (!guest.agent) return serialConsole(guest, streams, running);
    const status = guest.agent.ready.then(() => {
      said = [];
      return exec === null ? interact(guest, streams) : execute(guest, ['sh', '-c', exec], streams);
    });
    // A guest that ends before its agent speaks has something to say.
    const code = await Promise.race([status, running.then((ending) => ending)]);
    if (typeof code !== 'number') {
      await status.catch(() => {});
      for (const bytes of said) streams.stderr.write(bytes);
      return report(code, streams);
    }
    guest.agent.powerOff();
    guest.system.setRealtime(false);
    const ending = await running;
    const end = report(ending, streams);
    return code || end;
  };
  const stop = (): void => guest.system.stop();
  if (exec === null) streams.signal.addEventListener('abort', stop, { once: true });
  return { done: work(), counters: () => guest.system.counters() };
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
