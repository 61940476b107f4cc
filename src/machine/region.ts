/** The measured region of a guest, from its markers: counters and wall time between them. */
import type { Counters } from '../abi/counters.ts';
import { PLACES } from '../abi/layout.ts';
import type { RegionResult } from '../abi/machine.ts';
import type { Core } from '../engine/core.ts';
import { readCounters } from '../engine/state.ts';

export class RegionWatch {
  private began = 0;
  private sum: RegionResult | null = null;

  begin(): void {
    this.began = performance.now();
  }

  /** Several regions of one run are one. */
  end(core: Core): void {
    const wallMs = performance.now() - this.began;
    const counters = readCounters(core, PLACES.ROI_END, PLACES.ROI_BEGIN);
    const before = this.sum;
    this.sum = {
      counters: before ? added(before.counters, counters) : counters,
      wallMs: wallMs + (before?.wallMs ?? 0),
      iterations: 0,
    };
  }

  /** With the iterations that the guest named; null where it marked no region. */
  result(core: Core): RegionResult | null {
    return this.sum && { ...this.sum, iterations: Number(core.get('ITERATIONS')) };
  }
}

function added(a: Counters, b: Counters): Counters {
  const total: Counters = { ...a };
  for (const [id, value] of Object.entries(b)) total[id] = (total[id] ?? 0) + value;
  return total;
}

/** The checksum a guest published, as 16 hex digits, or null. */
export const publishedResult = (core: Core): string | null =>
  core.get('RESULT_SET') ? core.get('RESULT').toString(16).padStart(16, '0') : null;
