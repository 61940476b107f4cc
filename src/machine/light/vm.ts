/**
 * The light VM: one Linux guest that keeps many distributions, each a disk with a root file system, and runs programs in them. It runs from
 * the moment it is made; what it says of itself is true between two calls.
 */
import { AGENT_DISTROS, AGENT_OPTIONS } from '../../abi/agent.ts';
import type { MachineConfig } from '../../abi/config.ts';
import { InputError } from '../../abi/errors.ts';
import type { Folder } from '../../devices/9p/folder.ts';
import { VirtioNinep } from '../../devices/9p/ninep.ts';
import { VirtioBalloon } from '../../devices/balloon/balloon.ts';
import { VirtioBlock } from '../../devices/block/block.ts';
import type { Disk } from '../../devices/block/disk.ts';
import { SlotDisk } from '../../devices/block/slots.ts';
import type { AgentSession, DistroOptions, ExecEnding, ExecOptions } from '../agent.ts';
import { LinuxGuest, type LinuxParts } from '../linux.ts';
import type { MachineState } from '../snapshot.ts';
import type { SystemEnding } from '../system.ts';

/** No disk is larger. */
const SLOT_BYTES = 512 * 2 ** 30;
const DEVICE = '/dev/vda';
const SHARE = { tag: 'host', at: '/mnt/host' } as const;
/** The last slot is for swapping; distributions have the others. */
const SWAP = AGENT_DISTROS;
/** Distributions there can be. */
export const MOST_DISTROS = AGENT_DISTROS - 1;
/** A distribution gives its programs two seconds, and its disk as long to be written. */
const STOP_MS = 20_000;
const POWER_OFF_MS = 10_000;
/** Bytes that nobody can guess, for a guest that goes on from a snapshot. */
const ENTROPY = 32;

export interface LightVmParts {
  readonly module: WebAssembly.Module;
  readonly config: MachineConfig;
  /** The directory of the host that guests see at /mnt/host. */
  readonly share: Folder;
  /** What the kernel and the agent say. */
  readonly onConsole: (bytes: Uint8Array) => void;
  /** Nanoseconds since 1970, now. */
  readonly clock: () => bigint;
  /** Bytes nobody can guess. */
  readonly random: (count: number) => Uint8Array;
  /** false: time skips while the guest sleeps, so that with a fixed clock and fixed bytes its counts repeat; true when left out. */
  readonly realtime?: boolean;
  readonly onMarker?: LinuxParts['onMarker'];
}

export interface LightVmImages {
  readonly kernel: Uint8Array;
  /** Our userland with agent and `archive` (src/machine/initramfs.ts). */
  readonly initrd: Uint8Array;
  /** Further words of the kernel's command line. */
  readonly bootargs: string;
}

export type DistroStart = Pick<DistroOptions, 'number' | 'hostname' | 'share'>;

/** A program of the VM itself, outside any distribution. */
export interface Output {
  readonly ending: ExecEnding;
  readonly stdout: string;
  readonly stderr: string;
}

/** The device of a distribution, in the guest. */
export const deviceOf = (number: number): string => `${DEVICE}${number}`;

const decoded = (parts: readonly Uint8Array[]): string => {
  const text = new TextDecoder();
  return parts.map((part) => text.decode(part, { stream: true })).join('') + text.decode();
};

function deadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms / 1000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export class LightVm {
  private readonly parts: LightVmParts;
  private readonly slots: SlotDisk;
  private guest: LinuxGuest;
  private balloon: VirtioBalloon;
  private running: Promise<SystemEnding>;
  private readonly started = new Map<number, { readonly stopped: Promise<void>; readonly tell: () => void }>();
  /** It is about to stand still for a moment. */
  private standing = false;
  private end: (ending: SystemEnding) => void = () => {};
  /** Resolves when the guest has ended, in whatever way. */
  readonly ended: Promise<SystemEnding>;
  /** Told of a distribution that ended, asked or not. */
  onStopped: (number: number) => void = () => {};

  private constructor(parts: LightVmParts, slots: SlotDisk, guest: LinuxGuest, balloon: VirtioBalloon) {
    this.parts = parts;
    this.slots = slots;
    this.guest = guest;
    this.balloon = balloon;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    this.running = this.run();
  }

  /** What the guest is connected to: made anew for each machine, around the same disks. */
  private static wire(parts: LightVmParts, slots: SlotDisk): { linux: LinuxParts; balloon: VirtioBalloon } {
    const balloon = new VirtioBalloon();
    const linux: LinuxParts = {
      config: parts.config,
      agent: 'virtio',
      time: parts.clock(),
      seed: new DataView(parts.random(4).slice().buffer).getUint32(0),
      realtime: parts.realtime ?? true,
      onMarker: parts.onMarker,
      onConsole: parts.onConsole,
      models: [balloon, new VirtioBlock(slots), new VirtioNinep(parts.share, { tag: SHARE.tag })],
    };
    return { linux, balloon };
  }

  private static newSlots = (): SlotDisk => new SlotDisk(AGENT_DISTROS, SLOT_BYTES);

  /** Boots a kernel; resolves when the agent is ready. Rejects with an InputError when the guest ends before. */
  static async boot(parts: LightVmParts, { kernel, initrd, bootargs }: LightVmImages): Promise<LightVm> {
    const slots = LightVm.newSlots();
    const { linux, balloon } = LightVm.wire(parts, slots);
    const words = [
      'quiet',
      `${AGENT_OPTIONS.slots}=${DEVICE}:${AGENT_DISTROS}:${SLOT_BYTES}`,
      `${AGENT_OPTIONS.share}=${SHARE.tag}:${SHARE.at}`,
      bootargs,
    ];
    const guest = await LinuxGuest.create(parts.module, {
      ...linux,
      kernel,
      initrd,
      bootargs: words.filter(Boolean).join(' '),
    });
    const vm = new LightVm(parts, slots, guest, balloon);
    await Promise.race([guest.agent!.ready, vm.failed()]);
    return vm;
  }

  /** Goes on from a state of `save`, without disks, as a guest that knows what time it is. */
  static async restore(parts: LightVmParts, state: MachineState): Promise<LightVm> {
    const slots = LightVm.newSlots();
    const { linux, balloon } = LightVm.wire(parts, slots);
    const vm = new LightVm(parts, slots, await LinuxGuest.restore(parts.module, linux, state), balloon);
    vm.setClock(parts.random(ENTROPY));
    return vm;
  }

  private async run(): Promise<SystemEnding> {
    const { guest } = this;
    guest.agent!.onStopped = (number) => this.stopped(number);
    const ending = await guest.run();
    // Stopped by this VM it goes on; by a debugger, or by who has waited for long enough, it does not.
    if (ending.reason !== 'stopped' || !this.standing) {
      for (const number of [...this.started.keys()]) this.stopped(number);
      this.end(ending);
    }
    return ending;
  }

  private async failed(): Promise<never> {
    throw new InputError(`the VM did not start: ${(await this.ended).message}`);
  }

  private stopped(number: number): void {
    this.started.get(number)?.tell();
    this.started.delete(number);
    this.onStopped(number);
  }

  /** Guest time is instructions, ten million a second: a guest that works is soon ahead. */
  private setClock(entropy: Uint8Array = new Uint8Array()): void {
    this.guest.agent!.setClock(this.parts.clock(), entropy);
  }

  /** Programs that run, of all distributions. */
  get sessions(): number {
    return this.guest.agent!.sessions;
  }

  counters(): Readonly<Record<string, number>> {
    const devices = this.guest.system.devices.map((device) => device.counters());
    return Object.assign({}, this.guest.system.counters(), ...devices);
  }

  /** The machine of now: `compact` makes another, but not while a program runs. */
  get system(): LinuxGuest['system'] {
    return this.guest.system;
  }

  /** Bytes the guest has said it does without since this machine was made. */
  get released(): number {
    return this.balloon.counters()['balloon.reported'] ?? 0;
  }

  /** The whole state while the guest stands still; it then goes on. Programs of this host are no part of it. */
  async save(coreSha256: string, about: Readonly<Record<string, unknown>>): Promise<MachineState> {
    await this.standStill();
    const state = this.guest.save(coreSha256, about);
    this.running = this.run();
    return state;
  }

  private async standStill(): Promise<void> {
    this.standing = true;
    this.guest.system.stop();
    const ending = await this.running.finally(() => {
      this.standing = false;
    });
    if (ending.reason !== 'stopped') throw new InputError(`the VM has ended: ${ending.message}`);
  }

  /**
   * Moves the guest into a machine of its own size anew: pages the guest has given back are then the host's again, which a WebAssembly
   * memory cannot give back page by page. Only without programs of this host; false where there are some.
   */
  async compact(): Promise<boolean> {
    if (this.sessions > 0) return false;
    await this.standStill();
    if (this.sessions > 0) {
      this.running = this.run();
      return false;
    }
    const state = this.guest.save('', {});
    const { linux, balloon } = LightVm.wire(this.parts, this.slots);
    this.guest = await LinuxGuest.restore(this.parts.module, linux, state);
    this.balloon = balloon;
    this.running = this.run();
    return true;
  }

  /** Puts the disk of a distribution (1 to MOST_DISTROS) in place, or takes it away. */
  attach(number: number, disk: Disk | null): void {
    if (disk && this.started.has(number)) throw new Error('the distribution runs');
    this.slots.put(number - 1, disk);
  }

  /** Has the guest swap to a disk. */
  async swap(disk: Disk): Promise<void> {
    this.slots.put(SWAP - 1, disk);
    const device = deviceOf(SWAP);
    const made = await this.command(['sh', '-c', `mkswap ${device} ${disk.size / 1024} && swapon ${device}`]);
    if (made.ending.code !== 0) throw new InputError(`swap: ${made.stderr.trim()}`);
  }

  /** Whether a distribution runs. */
  runs(number: number): boolean {
    return this.started.has(number);
  }

  /** Mounts a distribution's disk and starts it. */
  async start({ number, hostname, share }: DistroStart): Promise<void> {
    await this.guest.agent!.start({ number, hostname, share, device: deviceOf(number), type: 'ext4' });
    let tell = (): void => {};
    const stopped = new Promise<void>((resolve) => {
      tell = resolve;
    });
    this.started.set(number, { stopped, tell });
  }

  /** Ends a distribution and all that runs in it; its disk is whole and free then. */
  async stop(number: number): Promise<void> {
    const running = this.started.get(number);
    if (!running) return;
    this.guest.agent!.stop(number);
    await deadline(running.stopped, STOP_MS, 'the distribution does not end');
  }

  /** Starts a program, in a distribution that runs or, without one, in the VM itself. */
  exec(options: ExecOptions): AgentSession {
    if (this.sessions === 0) this.setClock();
    return this.guest.agent!.exec(options);
  }

  /** Runs a program without input to its end. */
  async command(argv: readonly string[], options: Partial<ExecOptions> = {}): Promise<Output> {
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    const session = this.exec({
      argv,
      env: { PATH: '/bin' },
      onStdout: (bytes) => out.push(bytes.slice()),
      onStderr: (bytes) => err.push(bytes.slice()),
      ...options,
    });
    session.end();
    const ending = await session.exit;
    return { ending, stdout: decoded(out), stderr: decoded(err) };
  }

  /** Ends all distributions, then the guest. One that does not answer in time is given up. */
  async powerOff(): Promise<void> {
    await Promise.allSettled([...this.started.keys()].map((number) => this.stop(number)));
    this.guest.agent!.powerOff();
    await deadline(this.ended, POWER_OFF_MS, 'the VM does not end').catch(() => this.guest.system.stop());
  }
}
