import type { ProfileSource } from './source.ts';

/** The first generation with nested paging from Intel (2008). */
export const NEHALEM: ProfileSource = {
  name: 'nehalem',
  summary: 'a Nehalem core (2008): the first Intel core with nested paging',
  costs: {
    instruction: { cycles: 1, source: 'U', note: 'the model is of translation, not of the pipeline' },
    'tlb.l2-lookup': { cycles: 7, source: 'M', note: 'penalty of a first-level miss that hits the second level' },
    'tlb.flush': { cycles: 200, source: 'M', note: 'INVLPG' },
    'reference.walk-cache': { cycles: 1, source: 'U', note: 'taken from SagePTE’s later core' },
    'reference.nested-tlb': { cycles: 1, source: 'U', note: 'taken as a walk cache' },
    'reference.l1': { cycles: 4, source: 'M', note: 'first-level data cache' },
    'reference.l2': { cycles: 10, source: 'M', note: 'second-level cache' },
    'reference.llc': { cycles: 40, source: 'M', note: 'shared third level' },
    'reference.dram': { cycles: 190, source: 'M', note: 'local memory at 2.93 GHz, 65 ns' },
    'ad-write': { cycles: 20, source: 'M', note: 'a locked read-modify-write that hits the first-level cache' },
    'trap.syscall': { cycles: 150, source: 'U', note: 'taken from a later core (PVM, SOSP’23, without KPTI)' },
    'trap.page-fault': { cycles: 889, source: '2', note: 'Adams & Agesen (ASPLOS’06): native fault, 889–1,093' },
    'trap.exception': { cycles: 889, source: '2', note: 'as trap.page-fault' },
    'trap.interrupt': { cycles: 889, source: 'U', note: 'as trap.page-fault' },
    'exit.*': { cycles: 1009, source: 'M', note: 'round trip of a VM exit' },
    'vmm.reference': { cycles: 10, source: 'U', note: 'an access that hits the second-level cache' },
    'sbi.call': { cycles: 150, source: 'U', note: 'taken as a system call' },
    'device.access': { cycles: 500, source: 'U', note: 'an uncached access over the front-side fabric' },
    'host.crossing': { cycles: 300, source: 'U', note: 'two crossings of 150 cycles, before KPTI' },
    'host.fault': { cycles: 889, source: '2', note: 'as trap.page-fault' },
    'host.reference': { cycles: 10, source: 'U', note: 'as vmm.reference' },
  },
};
