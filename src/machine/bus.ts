/** The devices of the host on the machine's bus: their windows, their lines, and their way to guest memory. */
import { InputError } from '../abi/errors.ts';
import { EVENT } from '../abi/events.ts';
import { PLACES, RAM_START, SIZES } from '../abi/layout.ts';
import type { AccessSize, Device, DeviceHost, GuestMemory } from '../devices/device.ts';
import type { Core, MmioHandler } from '../engine/core.ts';

const PAGE = 4096;
const NEVER = 2n ** 64n - 1n;

/** Guest memory through the core, which knows which host page stands behind which guest page, and what a store there means. */
export class CoreMemory implements GuestMemory {
  private readonly core: () => Core;

  constructor(core: () => Core) {
    this.core = core;
  }

  private inside(address: number, length: number): boolean {
    const offset = address - RAM_START;
    return Number.isSafeInteger(address) && offset >= 0 && offset + length <= Number(this.core().get('GUEST_SIZE'));
  }

  /** Calls `each` with every piece that lies in one page; false where a page may not be reached. */
  private pieces(
    address: number,
    length: number,
    write: boolean,
    each: (linear: number, done: number, n: number) => void,
  ): boolean {
    if (!this.inside(address, length)) return false;
    const core = this.core();
    for (let done = 0; done < length; ) {
      const at = address + done;
      const n = Math.min(PAGE - (at % PAGE), length - done);
      const linear = core.deviceMemory(at, n, write ? 1 : 0) >>> 0;
      if (linear === 0) return false;
      each(linear, done, n);
      done += n;
    }
    return true;
  }

  read(address: number, into: Uint8Array): boolean {
    const { bytes } = this.core();
    return this.pieces(address, into.length, false, (linear, done, n) =>
      into.set(bytes.subarray(linear, linear + n), done),
    );
  }

  write(address: number, from: Uint8Array): boolean {
    const { bytes } = this.core();
    // All pages first: nothing is written where not all of it may be.
    return (
      this.pieces(address, from.length, true, () => {}) &&
      this.pieces(address, from.length, true, (linear, done, n) => bytes.set(from.subarray(done, done + n), linear))
    );
  }

  view(address: number, length: number, write: boolean): Uint8Array | null {
    if (length < 1 || !this.inside(address, 1)) return null;
    const core = this.core();
    const most = Math.min(length, RAM_START + Number(core.get('GUEST_SIZE')) - address);
    let have = Math.min(most, PAGE - (address % PAGE));
    const first = core.deviceMemory(address, have, write ? 1 : 0) >>> 0;
    if (first === 0) return null;
    while (have < most) {
      const n = Math.min(PAGE, most - have);
      if (core.deviceMemory(address + have, n, write ? 1 : 0) >>> 0 !== first + have) break;
      have += n;
    }
    return core.bytes.subarray(first, first + have);
  }

  release(address: number, length: number): void {
    const { bytes } = this.core();
    this.pieces(address, length, true, (linear, _done, n) => bytes.fill(0, linear, linear + n));
  }
}

/** All devices of one machine. */
export class Bus implements MmioHandler {
  private core: Core | null = null;
  private devices: readonly Device[] = [];
  private readonly attached: () => Core = () => {
    if (!this.core) throw new Error('a device acted before the machine was there');
    return this.core;
  };
  /** What a device is given. */
  readonly host: DeviceHost;

  /** `wake` is called when a device has work for a guest that sleeps. */
  constructor(wake: () => void) {
    this.host = {
      memory: new CoreMemory(this.attached),
      interrupt: (line, high) => this.attached().interruptLine(line, high ? 1 : 0),
      now: () => BigInt.asUintN(64, this.attached().now()),
      wake,
      attend: () => this.attend(),
    };
  }

  /** Puts the devices on the bus of a core that has not started. */
  attach(core: Core, devices: readonly Device[]): void {
    if (devices.length > SIZES.DEVICE_WINDOWS_MOST) throw new InputError('too many devices');
    this.core = core;
    this.devices = devices;
    devices.forEach(({ base, size, line, name }, i) => {
      if (line >= SIZES.PLIC_SOURCES) throw new InputError(`${name}: there is no interrupt line ${line}`);
      core.view.setUint32(PLACES.DEVICE_WINDOWS + i * 8, base, true);
      core.view.setUint32(PLACES.DEVICE_WINDOWS + i * 8 + 4, size, true);
    });
    core.set('DEVICES', devices.length);
    this.schedule();
  }

  /** Inside a store of the guest's: the run loop comes back to the host after this instruction. */
  attend(): void {
    this.attached().set('EVENT', EVENT.attend);
  }

  private find(address: number): Device | undefined {
    return this.devices.find((d) => address >= d.base && address < d.base + d.size);
  }

  load(address: number, lg: number): bigint {
    const device = this.find(address);
    if (!device) return 0n;
    const value = BigInt(device.read(address - device.base, (1 << lg) as AccessSize));
    this.schedule();
    return value;
  }

  store(address: number, lg: number, value: bigint): void {
    const device = this.find(address);
    device?.write(address - device.base, (1 << lg) as AccessSize, value);
    this.schedule();
  }

  /** Lets the devices do what is due, and says when the next one is. */
  advance(): void {
    const now = this.host.now();
    for (const device of this.devices) {
      const due = device.deadline?.();
      if (due !== undefined && due !== null && due <= now) device.advance?.();
    }
    this.schedule();
  }

  private schedule(): void {
    let next = NEVER;
    for (const device of this.devices) {
      const due = device.deadline?.();
      if (due !== undefined && due !== null && due < next) next = due;
    }
    this.attached().set('DEVICE_DEADLINE', next);
  }
}
