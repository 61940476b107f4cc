/** A system controller of one register: a guest writes it to power off or reboot (Linux: syscon-poweroff, syscon-reboot). */
import { type AccessSize, type Device, deviceNode } from '../device.ts';
import { countersOf, StateReader, StateWriter } from '../state.ts';

/** What the register's values do; the first two are those of QEMU's `virt`. */
export const SYSCON_VALUE = { poweroff: 0x5555, reboot: 0x7777 } as const;
export type SysconAction = keyof typeof SYSCON_VALUE;

const COUNTERS = { poweroffs: 'requests to power off', reboots: 'requests to reboot' } as const;
const VERSION = 1;

export interface SysconOptions {
  readonly base: number;
  /** A phandle nobody else in the tree has: the nodes for power-off and reboot point at the controller. */
  readonly phandle: number;
  /** The guest wants this; called inside its store. */
  readonly requested: (action: SysconAction) => void;
}

export class Syscon implements Device {
  readonly name = 'syscon';
  readonly base: number;
  readonly size = 0x1000;
  readonly line = 0;
  readonly #options: SysconOptions;
  readonly #counts = countersOf(COUNTERS);

  constructor(options: SysconOptions) {
    this.#options = options;
    this.base = options.base;
  }

  read(_offset: number, _size: AccessSize): number {
    return 0;
  }

  write(offset: number, _size: AccessSize, value: bigint | number): void {
    if (offset !== 0) return;
    const word = Number(BigInt(value) & 0xffffn);
    if (word === SYSCON_VALUE.poweroff) {
      this.#counts.poweroffs++;
      this.#options.requested('poweroff');
    } else if (word === SYSCON_VALUE.reboot) {
      this.#counts.reboots++;
      this.#options.requested('reboot');
    }
  }

  reset(): void {}

  node() {
    // Children of a `simple-mfd` are found by the kernel; older ones look for `regmap`, newer ones take the parent too.
    const { phandle } = this.#options;
    const actions = Object.entries(SYSCON_VALUE).map(([action, value]) => ({
      name: action,
      properties: { compatible: `syscon-${action}`, regmap: [phandle], offset: [0], value: [value] },
    }));
    return deviceNode(this, { compatible: ['syscon', 'simple-mfd'], phandle: [phandle] }, actions);
  }

  save(): Uint8Array {
    return new StateWriter(this.name, VERSION).counts(this.#counts).done();
  }

  restore(state: Uint8Array): void {
    const from = new StateReader(state, this.name, VERSION);
    from.counts(this.#counts);
    from.done();
  }

  counters() {
    return { ...this.#counts };
  }
}
