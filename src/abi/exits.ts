/**
 * Why a guest left for its VMM. One row a reason, in the order `perf kvm stat` would list them; the counters
 * `exit.<id>` and `exit.work.<id>` and the machine's constants are printed from this table.
 */
export const EXITS = [
  { id: 'csr', summary: 'a privileged CSR instruction of a deprivileged kernel, emulated' },
  { id: 'satp', summary: 'a write to satp (change of address space)' },
  { id: 'sfence', summary: 'SFENCE.VMA or SINVAL.VMA' },
  { id: 'xret', summary: 'SRET or MRET of a deprivileged kernel' },
  { id: 'wfi', summary: 'the guest waits for an interrupt' },
  { id: 'sbi', summary: 'a call of the supervisor binary interface' },
  { id: 'syscall', summary: 'a system call, reflected into the deprivileged kernel' },
  { id: 'hypercall', summary: 'a call of the paravirtual interface' },
  { id: 'hidden-fault', summary: 'a page fault the guest never sees: the VMM had not filled its table yet' },
  { id: 'true-fault', summary: 'a page fault the guest has to handle, injected' },
  { id: 'pte-write', summary: 'a store to a write-protected guest page table, emulated' },
  { id: 'ad-update', summary: 'a first store to a clean page: the VMM sets the D bit of the guest' },
  { id: 'gstage-fault', summary: 'no host frame behind a guest-physical page yet' },
  { id: 'mmio', summary: 'an access to an emulated device' },
  { id: 'interrupt', summary: 'an interrupt to inject' },
  { id: 'exception', summary: 'another exception of the guest, reflected into its kernel' },
] as const;
