/**
 * What a guest program may say to the lab and to a paravirtual VMM. The C header of the guests
 * (bench/include/generated/abi.h) and the machine's AssemblyScript are printed from these tables.
 */

export interface NamedCode {
  readonly id: string;
  readonly code: number;
  readonly summary: string;
}

/**
 * Markers: `slti x0, x0, code`, a HINT the unprivileged specification (2.9) leaves to custom use. Any other
 * machine runs it as a no-op, it never exits and never traps, and so it can stand in every mode.
 */
export const HINTS = [
  { id: 'roi_begin', code: 1, summary: 'the measured region begins: counters are saved' },
  { id: 'roi_end', code: 2, summary: 'the measured region ends' },
  { id: 'result', code: 3, summary: 'a0 holds the checksum of the result (64 bits)' },
  { id: 'iterations', code: 4, summary: 'a0 holds the iterations or operations inside the region' },
] as const satisfies readonly NamedCode[];

/** The SBI extension id (a7) of the paravirtual VMM: "TRAP" in ASCII, in the experimental range's spirit. */
export const HYPERCALL_EXTENSION = 0x0854_5246;

/**
 * a2 on entry to a paravirtual guest; a3 is the machine frame minus the guest frame, a4 the initial root's address. A hart that HSM starts
 * begins on the root of the hart that starts it, at a virtual address, with a0 and a1 alone.
 */
export const PARAVIRT_MAGIC = 0x5056_4d54;

/** Updates one mmu_update call takes at most (Xen's B in law E7). */
export const HYPERCALL_BATCH = 2048;

/** Hypercalls: a6 is the code; arguments from a0; returns an SBI error in a0 and a value in a1. */
export const HYPERCALLS = [
  { id: 'probe', code: 0, summary: 'a1: version of this interface' },
  {
    id: 'mmu_update',
    code: 1,
    summary:
      'a0: address of an array of {u64 machine address of a PTE, u64 value}, a1: entries, a2: 1 flushes the TLBs of all harts if a valid entry changed; a1 returns how many were done',
  },
  { id: 'pin_table', code: 2, summary: 'a0: machine frame, a1: level (2 is an Sv39 root): validate as a page table' },
  {
    id: 'unpin_table',
    code: 3,
    summary: 'a0: machine frame: the page is ordinary memory again when nothing refers to it',
  },
  { id: 'set_satp', code: 4, summary: 'a0: machine frame of a pinned root, a1: ASID' },
  { id: 'flush', code: 5, summary: 'a0: virtual address or -1 for all, a1: ASID or -1 for all; on this hart alone' },
  { id: 'mmio_read', code: 6, summary: 'a0: device address, a1: bytes (1, 2, 4, 8); a1 returns the value' },
  { id: 'mmio_write', code: 7, summary: 'a0: device address, a1: bytes, a2: value' },
] as const satisfies readonly NamedCode[];
