/** A Linux guest: a system with the usual devices, and the agent to talk to. */
import { AGENT_OPTIONS } from '../abi/agent.ts';
import type { MachineConfig } from '../abi/config.ts';
import { VirtioConsole } from '../devices/console/console.ts';
import type { Device, DeviceHost } from '../devices/device.ts';
import { VirtioEntropy } from '../devices/entropy/entropy.ts';
import { GoldfishRtc } from '../devices/platform/rtc.ts';
import { VirtioMmio } from '../devices/virtio/mmio.ts';
import type { VirtioModel } from '../devices/virtio/model.ts';
import { Agent, type AgentState } from './agent.ts';
import type { MachineState } from './snapshot.ts';
import { System, type SystemEnding, type SystemParts } from './system.ts';

/** QEMU's virt map. */
const RTC = { base: 0x10_1000, line: 11 };
const VIRTIO_BASE = 0x1000_1000;
const VIRTIO_STRIDE = 0x1000;
const SEED_BYTES = 64;
/** Nothing that differs between two runs: 2023-11-14 in nanoseconds, and a seed. */
export const FIXED_TIME = 1_700_000_000_000_000_000n;
export const SEED = 1;
/** Where the agent opens its channel. */
const CHANNELS = { virtio: '/dev/hvc0', serial: '/dev/ttyS0' } as const;

/** What a guest is connected to, whether it boots or goes on. */
export interface LinuxParts {
  readonly config: MachineConfig;
  /**
   * How process 1, where it is the agent, is reached: by a virtio console, which the kernel must have a driver for, or over the serial
   * console, which every kernel has but which its messages share.
   */
  readonly agent: 'virtio' | 'serial' | null;
  /** Nanoseconds since 1970 at power-on. */
  readonly time: bigint;
  /** Seed of all randomness: the same seed gives the same run. */
  readonly seed: number;
  readonly realtime: boolean;
  readonly onConsole: (bytes: Uint8Array) => void;
  /** Told of the markers around a program's measured region. */
  readonly onMarker?: SystemParts['onMarker'];
  /** Further virtio devices, after the agent's console and the entropy source. */
  readonly models?: readonly VirtioModel[];
}

export interface LinuxOptions extends LinuxParts {
  /** An uncompressed RISC-V Image. */
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array | null;
  /** M-mode firmware in place of the machine's own SBI. */
  readonly firmware?: Uint8Array | null;
  /** Further words of the kernel's command line. */
  readonly bootargs?: string;
}

/** Bytes for the kernel's own generator, from a number. */
function seedBytes(seed: number): Uint8Array {
  const bytes = new Uint8Array(SEED_BYTES);
  let state = BigInt(seed) ^ 0x9e37_79b9_7f4a_7c15n;
  for (let i = 0; i < SEED_BYTES; i++) {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    bytes[i] = Number(state >> 56n);
  }
  return bytes;
}

export class LinuxGuest {
  readonly system: System;
  readonly agent: Agent | null;

  private constructor(system: System, agent: Agent | null) {
    this.system = system;
    this.agent = agent;
  }

  /** The devices, and the agent's end of its channel, which finds its system later. */
  private static wire(parts: LinuxParts) {
    const hook = { received: (_: Uint8Array): void => {}, type: (_: Uint8Array): void => {} };
    const channel = parts.agent === 'virtio' ? new VirtioConsole({ output: (bytes) => hook.received(bytes) }) : null;
    const agent = parts.agent
      ? new Agent(channel ? agentSender(channel) : (bytes) => hook.type(bytes), parts.onConsole)
      : null;
    const models: VirtioModel[] = [
      ...(channel ? [channel] : []),
      new VirtioEntropy(parts.seed),
      ...(parts.models ?? []),
    ];
    const devices = (host: DeviceHost): Device[] => [
      new GoldfishRtc(host, { ...RTC, start: parts.time }),
      ...models.map((model, i) => new VirtioMmio(host, { base: VIRTIO_BASE + i * VIRTIO_STRIDE, line: 1 + i }, model)),
    ];
    const finish = (system: System): LinuxGuest => {
      hook.received = (bytes) => {
        agent?.receive(bytes);
        system.attend();
      };
      hook.type = (bytes) => system.input(bytes);
      return new LinuxGuest(system, agent);
    };
    return {
      finish,
      parts: {
        config: parts.config,
        devices,
        onConsole: parts.agent === 'serial' ? (bytes: Uint8Array) => agent?.receive(bytes) : parts.onConsole,
        realtime: parts.realtime,
        onMarker: parts.onMarker,
      },
    };
  }

  /** Makes the machine, its devices and the guest in it; nothing runs yet. */
  static async create(module: WebAssembly.Module, options: LinuxOptions): Promise<LinuxGuest> {
    const { parts, finish } = LinuxGuest.wire(options);
    const words = [
      'console=ttyS0',
      ...(options.agent ? [`${AGENT_OPTIONS.channel}=${CHANNELS[options.agent]}`] : []),
      ...(options.bootargs ? [options.bootargs] : []),
    ];
    const system = await System.create(module, {
      ...parts,
      images: {
        kernel: options.kernel,
        initrd: options.initrd,
        bootargs: words.join(' '),
        firmware: options.firmware ?? null,
      },
      seed: seedBytes(options.seed),
    });
    return finish(system);
  }

  /** Goes on where a saved guest stood still. What ran in it runs on, but is no session of this agent's. */
  static async restore(module: WebAssembly.Module, options: LinuxParts, state: MachineState): Promise<LinuxGuest> {
    const { parts, finish } = LinuxGuest.wire(options);
    const guest = finish(await System.restore(module, parts, state));
    const agent = state.about.sessions as AgentState | null;
    if (agent && guest.agent) guest.agent.restore(agent);
    return guest;
  }

  /** The whole state, while the guest stands still. `about` is kept with it. */
  save(coreSha256: string, about: Readonly<Record<string, unknown>> = {}): MachineState {
    return this.system.save(coreSha256, { ...about, sessions: this.agent?.save() ?? null });
  }

  /** Runs until the guest ends or is stopped; programs that still run are then told so. */
  async run(budget?: bigint): Promise<SystemEnding> {
    const ending = await this.system.run(budget);
    if (ending.reason !== 'stopped' && ending.reason !== 'budget') this.agent?.close(ending.message);
    return ending;
  }
}

/** Sends to the agent over its console. */
function agentSender(console: VirtioConsole): (bytes: Uint8Array) => void {
  return (bytes) => {
    // The console holds a mebibyte, the windows of all sessions together: it does not run over.
    if (console.input(bytes) !== bytes.length) throw new Error('the agent’s channel is full');
  };
}
