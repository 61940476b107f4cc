// The platform-level interrupt controller (RISC-V PLIC specification 1.0.0), as QEMU's virt has it at 0x0c00_0000: 63 sources,
// level-triggered, and two contexts a hart (M, then S). A source that was claimed is not forwarded again until it is completed.
import {
  PLIC_CLAIMED, PLIC_CONTEXTS, PLIC_EIP, PLIC_ENABLE, PLIC_LEVEL, PLIC_PENDING, PLIC_PRIORITY, PLIC_SOURCES, PLIC_THRESHOLD,
} from '../generated/layout';

/** Register blocks, in bytes from the PLIC's base. */
const PENDING: u32 = 0x1000;
const ENABLE: u32 = 0x2000;
const ENABLE_STRIDE: u32 = 0x80;
const CONTEXT: u32 = 0x20_0000;
const CONTEXT_STRIDE: u32 = 0x1000;
/** Priorities are three bits. */
const PRIORITY_MASK: u32 = 7;

@inline function priorityAt(source: u32): usize {
  return PLIC_PRIORITY + (source << 2);
}

@inline function enabled(context: u32): u64 {
  return load<u64>(PLIC_ENABLE + (context << 3));
}

/** The source of highest priority that waits for a context and whose priority is above `floor`; ties go to the lowest number. 0: none. */
function best(context: u32, floor: u32): u32 {
  let waiting = load<u64>(PLIC_PENDING) & enabled(context);
  let found: u32 = 0;
  let highest = floor;
  while (waiting) {
    const source = <u32>ctz<u64>(waiting);
    waiting &= waiting - 1;
    const priority = load<u32>(priorityAt(source));
    if (priority > highest) {
      highest = priority;
      found = source;
    }
  }
  return found;
}

/** Which contexts have an interrupt to take. */
function update(): void {
  let eip: u32 = 0;
  if (load<u64>(PLIC_PENDING)) {
    for (let context: u32 = 0; context < PLIC_CONTEXTS; context++) {
      if (enabled(context) && best(context, load<u32>(PLIC_THRESHOLD + (context << 3)))) eip |= 1 << context;
    }
  }
  store<u32>(PLIC_EIP, eip);
}

/** Sets the level of a source's line. */
export function plicLine(source: u32, high: bool): void {
  const bit = (<u64>1) << source;
  const level = load<u64>(PLIC_LEVEL);
  if (((level & bit) != 0) == high) return;
  store<u64>(PLIC_LEVEL, level ^ bit);
  if (!high || load<u64>(PLIC_CLAIMED) & bit) return;
  store<u64>(PLIC_PENDING, load<u64>(PLIC_PENDING) | bit);
  update();
}

function claim(context: u32): u32 {
  const source = best(context, 0);
  if (!source) return 0;
  const bit = (<u64>1) << source;
  store<u64>(PLIC_PENDING, load<u64>(PLIC_PENDING) & ~bit);
  store<u64>(PLIC_CLAIMED, load<u64>(PLIC_CLAIMED) | bit);
  update();
  return source;
}

function complete(context: u32, source: u32): void {
  if (source >= PLIC_SOURCES) return;
  const bit = (<u64>1) << source;
  // A completion of a source that is not enabled for the context is ignored (chapter 9).
  if (!(enabled(context) & bit) || !(load<u64>(PLIC_CLAIMED) & bit)) return;
  store<u64>(PLIC_CLAIMED, load<u64>(PLIC_CLAIMED) & ~bit);
  if (load<u64>(PLIC_LEVEL) & bit) store<u64>(PLIC_PENDING, load<u64>(PLIC_PENDING) | bit);
  update();
}

@inline function half(set: u64, register: u32): u32 {
  return register == 0 ? <u32>set : register == 4 ? <u32>(set >> 32) : 0;
}

/** Reads the 32-bit register at `offset`; reading a context's claim register claims. */
export function plicRead(offset: u32): u32 {
  if (offset < PENDING) return offset >> 2 < PLIC_SOURCES ? load<u32>(PLIC_PRIORITY + offset) : 0;
  if (offset < ENABLE) return half(load<u64>(PLIC_PENDING), offset - PENDING);
  if (offset < CONTEXT) {
    const context = (offset - ENABLE) / ENABLE_STRIDE;
    return context < PLIC_CONTEXTS ? half(enabled(context), (offset - ENABLE) % ENABLE_STRIDE) : 0;
  }
  const context = (offset - CONTEXT) / CONTEXT_STRIDE;
  if (context >= PLIC_CONTEXTS) return 0;
  const register = (offset - CONTEXT) % CONTEXT_STRIDE;
  if (register == 0) return load<u32>(PLIC_THRESHOLD + (context << 3));
  return register == 4 ? claim(context) : 0;
}

/** Writes the 32-bit register at `offset`. */
export function plicWrite(offset: u32, value: u32): void {
  if (offset < PENDING) {
    const source = offset >> 2;
    if (source && source < PLIC_SOURCES) store<u32>(priorityAt(source), value & PRIORITY_MASK);
  } else if (offset < ENABLE) {
    return;
  } else if (offset < CONTEXT) {
    const context = (offset - ENABLE) / ENABLE_STRIDE;
    const register = (offset - ENABLE) % ENABLE_STRIDE;
    if (context >= PLIC_CONTEXTS || register > 4) return;
    // Source 0 does not exist.
    store<u32>(PLIC_ENABLE + (context << 3) + register, register ? value : value & ~1);
  } else {
    const context = (offset - CONTEXT) / CONTEXT_STRIDE;
    const register = (offset - CONTEXT) % CONTEXT_STRIDE;
    if (context >= PLIC_CONTEXTS) return;
    if (register == 4) {
      complete(context, value);
      return;
    }
    if (register == 0) store<u64>(PLIC_THRESHOLD + (context << 3), value & PRIORITY_MASK);
  }
  update();
}
