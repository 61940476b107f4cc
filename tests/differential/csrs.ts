/** CSR instructions of random code: what each mode may do with certain outcome, and what traps. */
import type { Assembler } from '../support/asm.ts';
import type { Rng } from './rng.ts';

interface Where {
  readonly mode: 'M' | 'S' | 'U';
  readonly tvm: boolean;
}

/** A register that takes what is written up to a mask, and what to write. Restored afterwards. */
interface Probe {
  readonly number: number;
  readonly values: (rng: Rng) => bigint;
}

const any = (rng: Rng): bigint => rng.value();
const masked =
  (mask: bigint) =>
  (rng: Rng): bigint =>
    rng.value() & mask;

const FLOAT: readonly Probe[] = [
  { number: 0x001, values: any },
  { number: 0x002, values: any },
  { number: 0x003, values: any },
];

const SUPERVISOR: readonly Probe[] = [
  { number: 0x100, values: masked(0x8000_0000_000d_e160n) },
  { number: 0x105, values: masked(~2n) },
  { number: 0x106, values: masked(0xffff_ffffn) },
  { number: 0x140, values: any },
  { number: 0x141, values: masked(~1n) },
  { number: 0x142, values: any },
  { number: 0x143, values: any },
];

const MACHINE: readonly Probe[] = [
  { number: 0x300, values: masked(0x8000_0000_007d_e1a8n & ~0x8n & ~(1n << 11n)) },
  { number: 0x302, values: masked(0xb3ffn) },
  { number: 0x303, values: masked(0x222n) },
  { number: 0x304, values: masked(0xaaan) },
  { number: 0x305, values: masked(~2n) },
  { number: 0x306, values: masked(0xffff_ffffn) },
  { number: 0x340, values: any },
  { number: 0x341, values: masked(~1n) },
  { number: 0x342, values: any },
  { number: 0x343, values: any },
  { number: 0x180, values: (rng) => (rng.pick([0n, 8n, 9n, 1n, 7n, 11n, 15n]) << 60n) | (rng.u64() >> 4n) },
];

/** Counters, whose values nobody can know. */
const COUNTERS: readonly number[] = [0xc00, 0xc01, 0xc02, ...Array.from({ length: 16 }, (_, i) => 0xc03 + i)];

/** Emits one CSR instruction, or a probe of three; returns how many. Uses registers x10 … x13. */
export function csrItem(a: Assembler, rng: Rng, where: Where): number {
  const rd = rng.pick([10, 11]);
  const kind = rng.below(10);
  if (kind < 4) {
    const { number } = rng.pick(FLOAT);
    const name = rng.pick(['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci']);
    if (name.endsWith('i')) a.op(name, { rd, csr: number, imm: rng.below(32) });
    else a.op(name, { rd, csr: number, rs1: rng.below(32) });
    return 1;
  }
  if (kind < 6) {
    // Readable or not, depending on mcounteren and scounteren; writes are illegal.
    a.li(rd, 0);
    const number = rng.pick(COUNTERS);
    if (rng.chance(0.3)) a.op('csrrw', { rd, csr: number, rs1: rng.below(32) });
    else a.op('csrrs', { rd, csr: number, rs1: 0 });
    a.li(rd, 0);
    return 1;
  }
  const probes = where.mode === 'M' ? [...SUPERVISOR, ...MACHINE] : where.mode === 'S' ? SUPERVISOR : [];
  if (probes.length && kind < 9) {
    const probe = rng.pick(probes);
    const old = 12;
    const value = 13;
    // What a breakpoint left there differs (deviations.ts).
    if (probe.number === 0x143 || probe.number === 0x343) a.csrw(probe.number, 0);
    a.li(value, probe.values(rng));
    a.op(rng.pick(['csrrw', 'csrrs', 'csrrc']), { rd: old, csr: probe.number, rs1: value });
    a.op('csrrs', { rd, csr: probe.number, rs1: 0 });
    a.op('csrrw', { rd: 0, csr: probe.number, rs1: old });
    // FS is compared as Off or not.
    if ((probe.number & 0xff) === 0) {
      a.li(value, ~(3n << 13n) & ((1n << 63n) - 1n));
      a.op('and', { rd, rs1: rd, rs2: value });
      a.op('and', { rd: old, rs1: old, rs2: value });
    }
    return 3;
  }
  // Beyond the mode's privilege, whether it exists or not: illegal.
  const number =
    where.mode === 'U'
      ? rng.between(1, 3) * 0x100 + rng.below(256)
      : where.mode === 'S'
        ? 0x300 + rng.below(256)
        : 0x5c0;
  a.op(rng.pick(['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci']), {
    rd,
    csr: number | (rng.below(4) << 10),
  });
  return 1;
}
