/** What uname(2) calls this kernel. Programs look at the version to know what they may use. */
export const RELEASE = { system: 'Linux', release: '6.6.0-trapframe', version: '#1 SMP', machine: 'riscv64' } as const;
