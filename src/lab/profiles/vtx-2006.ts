import type { ProfileSource } from './source.ts';

/** The processor of Adams & Agesen (ASPLOS'06): a Pentium 4 with the first VT-x, and no nested paging. */
export const VTX_2006: ProfileSource = {
  name: 'vtx-2006',
  summary: 'a Pentium 4 with the first VT-x (2006): exits cost thousands of cycles',
  costs: {
    instruction: { cycles: 1, source: 'U', note: 'the model is of translation, not of the pipeline' },
    'tlb.l2-lookup': { cycles: 7, source: 'U', note: 'this processor had one level; taken from a later one' },
    'tlb.flush': { cycles: 500, source: 'M', note: 'INVLPG on the Pentium 4' },
    'reference.walk-cache': { cycles: 4, source: 'U', note: 'this processor had none; as reference.l1' },
    'reference.nested-tlb': { cycles: 4, source: 'U', note: 'this processor had none; as reference.l1' },
    'reference.l1': { cycles: 4, source: 'M', note: 'first-level data cache' },
    'reference.l2': { cycles: 27, source: 'M', note: 'second-level cache' },
    'reference.llc': { cycles: 27, source: 'U', note: 'this processor had no third level; as reference.l2' },
    'reference.dram': { cycles: 300, source: 'M', note: 'memory behind the front-side bus at 3.8 GHz' },
    'ad-write': { cycles: 120, source: 'M', note: 'a locked read-modify-write on the Pentium 4' },
    'trap.syscall': { cycles: 242, source: 'M', note: 'Adams & Agesen (ASPLOS’06), native' },
    'trap.page-fault': { cycles: 1093, source: '2', note: 'Adams & Agesen (ASPLOS’06), native' },
    'trap.exception': { cycles: 889, source: '2', note: 'Adams & Agesen (ASPLOS’06), native' },
    'trap.interrupt': { cycles: 889, source: 'U', note: 'as trap.exception' },
    'exit.*': { cycles: 3963, source: 'M', note: 'round trip of a VM exit on Prescott' },
    'vmm.reference': { cycles: 27, source: 'U', note: 'an access that hits the second-level cache' },
    'sbi.call': { cycles: 242, source: 'U', note: 'taken as a system call' },
    'device.access': { cycles: 1000, source: 'U', note: 'an uncached access behind the front-side bus' },
    'host.crossing': { cycles: 484, source: 'U', note: 'two crossings of a system call each' },
    'host.fault': { cycles: 1093, source: '2', note: 'as trap.page-fault' },
    'host.reference': { cycles: 27, source: 'U', note: 'as vmm.reference' },
  },
};
