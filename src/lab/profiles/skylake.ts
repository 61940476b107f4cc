import type { ProfileSource } from './source.ts';

/** A 2017 server core: walks after SagePTE's cache latencies, exits after round trips measured on the kernel list. */
export const SKYLAKE: ProfileSource = {
  name: 'skylake',
  summary: 'a Skylake server core (2017): cheap exits, deep caches',
  costs: {
    instruction: { cycles: 1, source: 'U', note: 'the model is of translation, not of the pipeline' },
    'tlb.l2-lookup': { cycles: 7, source: 'M', note: 'penalty of a first-level miss that hits the second level' },
    'tlb.flush': { cycles: 120, source: 'M', note: 'INVLPG' },
    'reference.walk-cache': { cycles: 1, source: 'S', note: 'SagePTE artifact' },
    'reference.nested-tlb': { cycles: 1, source: 'U', note: 'taken as a walk cache' },
    'reference.l1': { cycles: 4, source: 'S', note: 'SagePTE artifact' },
    'reference.l2': { cycles: 14, source: 'S', note: 'SagePTE artifact' },
    'reference.llc': { cycles: 54, source: 'S', note: 'SagePTE artifact' },
    'reference.dram': { cycles: 200, source: 'S', note: 'SagePTE artifact' },
    'ad-write': { cycles: 20, source: 'M', note: 'a locked read-modify-write that hits the first-level cache' },
    'trap.syscall': { cycles: 150, source: 'D', note: 'PVM (SOSP’23) at 2.5 GHz, without KPTI' },
    'trap.page-fault': { cycles: 375, source: 'D', note: 'PVM (SOSP’23) at 2.5 GHz, page fault with EPT' },
    'trap.exception': { cycles: 375, source: 'U', note: 'taken as a page fault' },
    'trap.interrupt': { cycles: 375, source: 'U', note: 'taken as a page fault' },
    'exit.*': { cycles: 1529, source: 'S', note: 'vmcall round trip on Skylake, LKML 2024 (1,529–1,559)' },
    'vmm.reference': { cycles: 14, source: 'U', note: 'an access that hits the second-level cache' },
    'sbi.call': { cycles: 150, source: 'U', note: 'taken as a system call' },
    'device.access': { cycles: 300, source: 'M', note: 'an uncached access over the on-chip bus' },
    'host.crossing': { cycles: 1100, source: 'D', note: 'PVM (SOSP’23): two crossings of 550 cycles, with KPTI' },
    'host.fault': { cycles: 375, source: 'D', note: 'as trap.page-fault' },
    'host.reference': { cycles: 14, source: 'U', note: 'as vmm.reference' },
  },
};
