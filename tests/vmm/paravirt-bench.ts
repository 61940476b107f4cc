/** A paravirtual guest that the test speaks for: it makes the hypercalls and the stores it is told to, one at a time. */
import { HYPERCALL_EXTENSION, HYPERCALLS } from '../../src/abi/guest.ts';
import { PLACES } from '../../src/abi/layout.ts';
import { CSR, configOf, ENTRY, type Patch, Rig, supervisor } from '../mmu/rig.ts';
import { indexOf, PAGE, PTE, RAM, target } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';

export const SUCCESS = 0n;
export const INVALID = -3n;
export const DENIED = -4n;

const MEMORY = 8 * 2 ** 20;
const FRAME_RECORD = 16;
const TABLE = 2;
const PINNED = 16;

type Call = (typeof HYPERCALLS)[number]['id'];

/** What the VMM knows of a frame: what it is used as, and how often. */
export interface Use {
  type: number;
  uses: number;
  pinned: boolean;
}

export class ParavirtBench {
  readonly rig: Rig;
  /** Machine address minus guest-physical address. */
  readonly delta: number;
  /** Guest-physical address of the root the guest starts on; the tables it leads to follow it. */
  readonly firstRoot: number;
  private readonly labels: ReadonlyMap<string, number>;

  private constructor(rig: Rig, labels: ReadonlyMap<string, number>) {
    this.rig = rig;
    this.labels = labels;
    this.delta = Number(rig.register(R.a3)) * PAGE;
    this.firstRoot = Number(rig.register(R.a4));
  }

  static async start(patch: Patch = {}): Promise<ParavirtBench> {
    const a = new Assembler(ENTRY);
    a.label('start');
    a.la(R.t2, 'trap');
    a.csrw(CSR.stvec, R.t2);
    a.label('call');
    a.op('ecall');
    a.j('call');
    a.label('store');
    a.sd(R.t1, 0, R.t0);
    a.j('store');
    a.align(4);
    a.label('trap');
    a.j('trap');
    const rig = await Rig.boot(supervisor(a), configOf({ strategy: 'paravirt', memory: MEMORY, ...patch }));
    const bench = new ParavirtBench(rig, a.labels);
    // The first instructions install the handler; the call that follows them is a probe.
    bench.setRegister(R.a6, 0n);
    bench.setRegister(R.a7, BigInt(HYPERCALL_EXTENSION));
    rig.advance(4);
    return bench;
  }

  private setRegister(i: number, value: bigint): void {
    this.rig.core.view.setBigUint64(PLACES.X + 8 * i, BigInt.asUintN(64, value), true);
  }

  private at(label: string): void {
    this.rig.core.set('PC', this.labels.get(label)!);
  }

  machine(gpa: number): number {
    return gpa + this.delta;
  }

  frame(gpa: number): bigint {
    return BigInt(this.machine(gpa) / PAGE);
  }

  /** One hypercall; its error and its value. */
  call(id: Call, ...args: (bigint | number)[]): { error: bigint; value: bigint } {
    args.forEach((value, i) => {
      this.setRegister(R.a0 + i, BigInt(value));
    });
    this.setRegister(R.a6, BigInt(HYPERCALLS.find((c) => c.id === id)!.code));
    this.setRegister(R.a7, BigInt(HYPERCALL_EXTENSION));
    this.at('call');
    this.rig.advance(1);
    return { error: BigInt.asIntN(64, this.rig.register(R.a0)), value: this.rig.register(R.a1) };
  }

  /** A store by the guest's own hand. Whether it went through. */
  store(va: number, value: bigint): boolean {
    this.setRegister(R.t0, BigInt(va));
    this.setRegister(R.t1, value);
    this.rig.core.set('SCAUSE', 0);
    this.at('store');
    this.rig.advance(2);
    return this.rig.core.get('SCAUSE') === 0n;
  }

  /** Puts a word into guest memory behind everybody's back, as if the guest had stored it where it may. */
  poke(gpa: number, value: bigint): void {
    this.rig.core.view.setBigUint64(this.rig.linear(gpa), BigInt.asUintN(64, value), true);
  }

  /** mmu_update of a list of [machine address of an entry, value]. */
  update(
    list: readonly (readonly [number | bigint, bigint])[],
    flush = false,
    at = LIST,
  ): { error: bigint; value: bigint } {
    list.forEach(([where, value], i) => {
      this.poke(at + i * 16, BigInt(where));
      this.poke(at + i * 16 + 8, value);
    });
    return this.call('mmu_update', at, list.length, flush ? 1 : 0);
  }

  /** Guest-physical address of the entry by which the first tables map a page. */
  identityEntry(gpa: number): number {
    let table = this.firstRoot;
    for (let level = 2; level > 0; level--)
      table = target(this.rig.read(table + indexOf(BigInt(gpa), level) * 8)) - this.delta;
    return table + indexOf(BigInt(gpa), 0) * 8;
  }

  /** Takes the guest's own right to write a page, or gives it back. */
  setWritable(gpa: number, writable: boolean, flush = true): bigint {
    const at = this.identityEntry(gpa);
    const now = this.rig.read(at);
    return this.update([[this.machine(at), writable ? now | PTE.W : now & ~PTE.W]], flush).error;
  }

  useOf(gpa: number): Use {
    const { core } = this.rig;
    const index = (this.rig.linear(gpa) - Number(core.get('RAM_BASE'))) / PAGE;
    const record = Number(core.get('FRAME_BASE')) + index * FRAME_RECORD;
    const type = core.view.getUint32(record + 8, true);
    return { type: type & 15, uses: core.view.getUint32(record + 12, true), pinned: (type & PINNED) !== 0 };
  }

  /** Every frame's use as the VMM keeps it. */
  uses(): Map<number, Use> {
    const all = new Map<number, Use>();
    for (let gpa = RAM; gpa < RAM + MEMORY; gpa += PAGE) {
      const use = this.useOf(gpa);
      if (use.uses || use.pinned) all.set(gpa, use);
    }
    return all;
  }

  /**
   * The same, counted anew from the tables themselves: what each live table refers to, pins, and the root in use.
   * Throws where a frame is used as two things, or an entry refers to what is not the guest's.
   */
  recount(): Map<number, Use> {
    const known = this.uses();
    const counted = new Map<number, Use>();
    const use = (gpa: number, type: number): void => {
      if (gpa < RAM || gpa >= RAM + MEMORY) throw new Error(`0x${gpa.toString(16)} is not the guest's`);
      const have = counted.get(gpa) ?? { type, uses: 0, pinned: false };
      if (have.type !== type) throw new Error(`0x${gpa.toString(16)} is used as ${have.type} and as ${type}`);
      have.uses++;
      counted.set(gpa, have);
    };
    for (const [gpa, { type, pinned }] of known) {
      if (pinned) {
        use(gpa, type);
        counted.get(gpa)!.pinned = true;
      }
      if (type >= TABLE) this.countEntries(gpa, type - TABLE, use);
    }
    const root = Number((this.rig.core.get('SATP') & 0xfff_ffff_ffffn) << 12n) - this.delta;
    use(root, TABLE + 2);
    return counted;
  }

  private countEntries(table: number, level: number, use: (gpa: number, type: number) => void): void {
    for (let i = 0; i < 512; i++) {
      const pte = this.rig.read(table + i * 8);
      if (!(pte & PTE.V)) continue;
      const gpa = target(pte) - this.delta;
      if (!(pte & (PTE.R | PTE.W | PTE.X))) use(gpa, TABLE + level - 1);
      else if (pte & PTE.W) for (let k = 0; k < 512 ** level; k++) use(gpa + k * PAGE, 1);
    }
  }
}

/** Where update lists are put. */
export const LIST = RAM + 0x10_0000;
