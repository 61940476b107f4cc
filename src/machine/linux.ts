/** A Linux guest: a system with the usual devices, and the agent to talk to. */
import { AGENT_OPTIONS } from '../abi/agent.ts';
import type { MachineConfig } from '../abi/config.ts';
import { VirtioConsole } from '../devices/console/console.ts';
import type { Device, DeviceHost } from '../devices/device.ts';
import { VirtioEntropy } from '../devices/entropy/entropy.ts';
import { GoldfishRtc } from '../devices/platform/rtc.ts';
import { VirtioMmio } from '../devices/virtio/mmio.ts';
import type { VirtioModel } from '../devices/virtio/model.ts';
import { Agent } from './agent.ts';
import { System, type SystemEnding } from './system.ts';

/** QEMU's virt map. */
const RTC = { base: 0x10_1000, line: 11 };
const VIRTIO_BASE = 0x1000_1000;
const VIRTIO_STRIDE = 0x1000;
const SEED_BYTES = 64;
/** Where the agent opens its channel. */
const CHANNELS = { virtio: '/dev/hvc0', serial: '/dev/ttyS0' } as const;

export interface LinuxOptions {
  readonly config: MachineConfig;
  /** An uncompressed RISC-V Image. */
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array | null;
  /** M-mode firmware in place of the machine's own SBI. */
  readonly firmware?: Uint8Array | null;
  /** Further words of the kernel's command line. */
  readonly bootargs?: string;
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
  /** Further virtio devices, after the agent's console and the entropy source. */
  readonly models?: readonly VirtioModel[];
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

  /** Makes the machine, its devices and the guest in it; nothing runs yet. */
  static async create(module: WebAssembly.Module, options: LinuxOptions): Promise<LinuxGuest> {
    const hook = { received: (_: Uint8Array): void => {}, type: (_: Uint8Array): void => {} };
    const channel = options.agent === 'virtio' ? new VirtioConsole({ output: (bytes) => hook.received(bytes) }) : null;
    const agent = options.agent
      ? new Agent(channel ? agentSender(channel) : (bytes) => hook.type(bytes), options.onConsole)
      : null;
    const models: VirtioModel[] = [
      ...(channel ? [channel] : []),
      new VirtioEntropy(options.seed),
      ...(options.models ?? []),
    ];
    const devices = (host: DeviceHost): Device[] => [
      new GoldfishRtc(host, { ...RTC, start: options.time }),
      ...models.map((model, i) => new VirtioMmio(host, { base: VIRTIO_BASE + i * VIRTIO_STRIDE, line: 1 + i }, model)),
    ];
    const words = [
      'console=ttyS0',
      ...(options.agent ? [`${AGENT_OPTIONS.channel}=${CHANNELS[options.agent]}`] : []),
      ...(options.bootargs ? [options.bootargs] : []),
    ];
    const system = await System.create(module, {
      config: options.config,
      images: {
        kernel: options.kernel,
        initrd: options.initrd,
        bootargs: words.join(' '),
        firmware: options.firmware ?? null,
      },
      devices,
      seed: seedBytes(options.seed),
      onConsole: options.agent === 'serial' ? (bytes) => agent?.receive(bytes) : options.onConsole,
      realtime: options.realtime,
    });
    hook.received = (bytes) => {
      agent?.receive(bytes);
      system.attend();
    };
    hook.type = (bytes) => system.input(bytes);
    return new LinuxGuest(system, agent);
  }

  /** Runs until the guest ends or is stopped; programs that still run are then told so. */
  async run(budget?: bigint): Promise<SystemEnding> {
    const ending = await this.system.run(budget);
    if (ending.reason !== 'stopped' && ending.reason !== 'budget') this.agent?.close(ending.message);
    return ending;
  }
}

/** Sends to the agent as far as its console has room, and the rest when it has again. */
function agentSender(console: VirtioConsole): (bytes: Uint8Array) => void {
  return (bytes) => {
    // The console holds a mebibyte, the windows of all sessions together: it does not run over.
    if (console.input(bytes) !== bytes.length) throw new Error('the agent’s channel is full');
  };
}
