/** A core with a guest in it, for tests that step it, read its memory and compare its counters. */
import { MACHINE_DEFAULT, type MachineConfig, MMU_OFF, type MmuConfig } from '../../src/abi/config.ts';
import type { Counters } from '../../src/abi/counters.ts';
import { EVENT } from '../../src/abi/events.ts';
import { type Core, createCore } from '../../src/engine/core.ts';
import { currentCounters, digest } from '../../src/engine/state.ts';
import { loadImage } from '../../src/machine/load.ts';
import { FINISHER } from '../conformance/environment.ts';
import { type Assembler, R } from '../support/asm.ts';
import { type Segment, writeElf } from '../support/elf.ts';
import { coreModule } from '../support/machine.ts';
import { PAGE } from './tables.ts';

/** Where supervisors are entered, so that the machine's own SBI serves them. */
export const ENTRY = 0x8020_0000;

export const CSR = {
  sstatus: 0x100,
  stvec: 0x105,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  satp: 0x180,
} as const;
export const SUM = 1 << 18;
export const MXR = 1 << 19;
export const SPP = 1 << 8;

export type Patch = Partial<Omit<MachineConfig, 'mmu'>> & { readonly mmu?: Partial<MmuConfig> };

/** A configuration of 8 MiB, TLBs and caches off unless the patch says otherwise. */
export const configOf = (patch: Patch = {}): MachineConfig => ({
  ...MACHINE_DEFAULT,
  memory: 8 * 2 ** 20,
  codePages: 64,
  ...patch,
  mmu: { ...MMU_OFF, ...patch.mmu },
});

/** An image of a supervisor: its code at ENTRY, and further segments. */
export const supervisor = (code: Assembler, more: readonly Segment[] = []): Uint8Array =>
  writeElf({ entry: ENTRY, segments: [{ address: code.base, bytes: code.finish() }, ...more] });

/** Emits the end of a guest: SBI SRST shutdown, reason `failed`. */
export function shutdown(a: Assembler, failed = 0): void {
  a.li(R.a0, 0);
  a.li(R.a1, failed);
  a.li(R.a6, 0);
  a.li(R.a7, 0x5352_5354);
  a.op('ecall');
}

/** Emits the end of a machine-mode guest: the board's finisher hears that all was well. */
export function powerOff(a: Assembler): void {
  a.li(R.t0, FINISHER);
  a.li(R.t1, 0x5555);
  a.op('sw', { rs1: R.t0, rs2: R.t1, imm: 0 });
}

export class Rig {
  readonly core: Core;
  /** Code of the event that ended the guest, or 0 while it runs. */
  ended = 0;

  private constructor(core: Core) {
    this.core = core;
  }

  static async boot(image: Uint8Array, config: MachineConfig): Promise<Rig> {
    const core = await createCore(coreModule(), config);
    loadImage(core, image, config);
    return new Rig(core);
  }

  /** Runs to the end of the block in which `count` more instructions have retired. */
  advance(count: number): void {
    const limit = this.core.get('INSTRET') + BigInt(count);
    while (!this.ended && this.core.get('INSTRET') < limit) {
      const event = this.core.run(limit);
      if (event !== EVENT.none && event !== EVENT.regionBegin && event !== EVENT.regionEnd) this.ended = event;
    }
  }

  /** Runs the guest to its end; throws when it does not come within the budget. */
  finish(budget = 2_000_000): void {
    this.advance(budget);
    if (!this.ended) throw new Error(`the guest does not end; pc is 0x${this.pc.toString(16)}`);
  }

  get pc(): bigint {
    return this.core.get('PC');
  }

  register(i: number): bigint {
    return this.core.view.getBigUint64(0x4000 + 8 * i, true);
  }

  counters(): Counters {
    return currentCounters(this.core);
  }

  digest(): string {
    return digest(this.core);
  }

  /** Linear address of a guest-physical address that is backed; 0 where it is not. */
  linear(gpa: number): number {
    const page = this.core.pageIfAny(BigInt(gpa)) >>> 0;
    return page ? page + (gpa % PAGE) : 0;
  }

  /** A doubleword of guest memory; what is not backed reads as zero. */
  read(gpa: number): bigint {
    const at = this.linear(gpa);
    return at ? this.core.view.getBigUint64(at, true) : 0n;
  }
}
