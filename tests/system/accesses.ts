/** Guests that are lists of accesses to devices: each load's value is kept, in order. */

import type { Strategy } from '../../src/abi/config.ts';
import { EVENT } from '../../src/abi/events.ts';
import type { Device, DeviceHost } from '../../src/devices/device.ts';
import { type Core, createCore } from '../../src/engine/core.ts';
import { Bus } from '../../src/machine/bus.ts';
import { loadImage } from '../../src/machine/load.ts';
import { configOf, ENTRY, shutdown, supervisor } from '../mmu/rig.ts';
import { Assembler, R } from '../support/asm.ts';
import { coreModule } from '../support/machine.ts';

export type Access =
  | { readonly load: number; readonly bytes?: 1 | 4 | 8 }
  | { readonly store: number; readonly value: number | bigint; readonly bytes?: 1 | 4 | 8 };

/** Where the loaded values are put. */
export const RESULTS = 0x8030_0000;

const LOADS = { 1: 'lbu', 4: 'lwu', 8: 'ld' } as const;
const STORES = { 1: 'sb', 4: 'sw', 8: 'sd' } as const;

/** Emits the accesses; results go to RESULTS + 8 × number of the load. */
export function emit(a: Assembler, accesses: readonly Access[]): void {
  a.li(R.s1, RESULTS);
  for (const access of accesses) {
    if ('load' in access) {
      a.li(R.t0, access.load);
      a.op(LOADS[access.bytes ?? 4], { rd: R.t1, rs1: R.t0, imm: 0 });
      a.sd(R.t1, 0, R.s1);
      a.addi(R.s1, R.s1, 8);
    } else {
      a.li(R.t0, access.store);
      a.li(R.t1, access.value);
      a.op(STORES[access.bytes ?? 4], { rs1: R.t0, rs2: R.t1, imm: 0 });
    }
  }
}

export interface BusRig {
  readonly core: Core;
  readonly host: DeviceHost;
  readonly bus: Bus;
}

/** A machine with devices of the host, and a guest in it. */
export async function busRig(
  code: Assembler,
  devices: (host: DeviceHost) => readonly Device[] = () => [],
  strategy: Strategy = 'bare',
): Promise<BusRig> {
  const bus = new Bus(() => {});
  const config = configOf({ strategy });
  const core = await createCore(coreModule(), config, bus);
  bus.attach(core, devices(bus.host));
  loadImage(core, supervisor(code), config);
  return { core, host: bus.host, bus };
}

/** Runs to the guest's end, its devices served. */
export function finish({ core, bus }: BusRig): void {
  for (;;) {
    const event = core.run(2_000_000n);
    if (event === EVENT.device) bus.advance();
    else if (event === EVENT.exit) return;
    else if (event !== EVENT.attend)
      throw new Error(`the guest ended with event ${event} at ${core.get('PC').toString(16)}`);
  }
}

export const resultAt = ({ core }: BusRig, i: number): bigint => {
  const at = core.deviceMemory(RESULTS + 8 * i, 8, 0) >>> 0;
  return core.view.getBigUint64(at, true);
};

/** What the loads of a list of accesses give. */
export async function perform(
  accesses: readonly Access[],
  devices?: (host: DeviceHost) => readonly Device[],
  strategy?: Strategy,
): Promise<bigint[]> {
  const a = new Assembler(ENTRY);
  emit(a, accesses);
  shutdown(a);
  const rig = await busRig(a, devices, strategy);
  finish(rig);
  return accesses.filter((access) => 'load' in access).map((_, i) => resultAt(rig, i));
}
