/** The seccomp profile of containers that name none: what Docker's default allows, everything else fails with EPERM. */
import type { Capability } from '../../linux/task/credential.ts';
import type { SeccompProfile } from './spec.ts';

type Rule = SeccompProfile['syscalls'][number];

interface Allowed {
  /** One of these has to be given. */
  readonly caps?: readonly Capability[];
  /** None of these may be given. */
  readonly without?: Capability;
  readonly names: string;
  readonly args?: Rule['args'];
  /** Not allowed after all, but fails with this number. */
  readonly errno?: number;
}

const EPERM = 1;
const ENOSYS = 38;
const AF_VSOCK = 40;
/** CLONE_NEW* of clone(2): namespaces. */
const NEW_NAMESPACES = 0x7e02_0000;

/** Personalities that change nothing that matters: Linux, 32 bits, UNAME26, both, and asking. */
const PERSONALITIES = [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff];

// biome-ignore format: a table
const ALLOWED: readonly Allowed[] = [
  // What arguments are looked at for comes first, since it is asked anew at each call.
  { names: 'socket', args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }] },
  ...PERSONALITIES.map((value): Allowed => ({ names: 'personality', args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] })),
  // New namespaces are for those who may make them. What clone3 is told can't be looked at: programs then fall back on clone.
  { without: 'sys_admin', names: 'clone', args: [{ index: 0, value: NEW_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] },
  { without: 'sys_admin', names: 'clone3', errno: ENOSYS },
  // Files.
  { names: 'chdir close close_range copy_file_range dup dup3 faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate getcwd getdents64 getxattr ioctl lgetxattr linkat listxattr llistxattr lremovexattr lseek lsetxattr mkdirat mknodat name_to_handle_at newfstatat openat openat2 pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlinkat readv removexattr renameat2 sendfile setxattr splice statfs statx symlinkat sync sync_file_range syncfs tee truncate umask unlinkat utimensat vmsplice write writev cachestat fanotify_mark' },
  // Waiting, for files and otherwise.
  { names: 'epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 eventfd2 futex futex_requeue futex_wait futex_waitv futex_wake get_robust_list inotify_add_watch inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit ppoll pselect6 set_robust_list signalfd4 membarrier restart_syscall' },
  // Memory.
  { names: 'brk madvise map_shadow_stack memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages' },
  // Processes and signals.
  { names: 'capget capset execve execveat exit exit_group getcpu getegid geteuid getgid getgroups getpgid getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid ioprio_get ioprio_set kill pidfd_open pidfd_send_signal prctl prlimit64 process_mrelease process_vm_readv process_vm_writev ptrace rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_getaffinity sched_getattr sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp landlock_add_rule landlock_create_ruleset landlock_restrict_self setfsgid setfsuid setgid setgroups setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid setuid set_tid_address sigaltstack tgkill tkill wait4 waitid' },
  // Time and the system.
  { names: 'adjtimex clock_adjtime clock_getres clock_gettime clock_nanosleep getitimer getrandom gettimeofday nanosleep setitimer sysinfo times timerfd_create timerfd_gettime timerfd_settime timer_create timer_delete timer_getoverrun timer_gettime timer_settime uname riscv_flush_icache riscv_hwprobe' },
  // Sockets and messages.
  { names: 'accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg sendto setsockopt shutdown socketpair mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop shmat shmctl shmdt shmget' },
  { caps: ['sys_admin'], names: 'clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount mount_setattr move_mount open_tree quotactl quotactl_fd setdomainname sethostname setns umount2 unshare' },
  { caps: ['sys_admin', 'bpf'], names: 'bpf' },
  { caps: ['sys_admin', 'perfmon'], names: 'perf_event_open' },
  { caps: ['sys_admin', 'syslog'], names: 'syslog' },
  { caps: ['dac_read_search'], names: 'open_by_handle_at' },
  { caps: ['sys_boot'], names: 'reboot' },
  { caps: ['sys_chroot'], names: 'chroot' },
  { caps: ['sys_module'], names: 'delete_module init_module finit_module' },
  { caps: ['sys_nice'], names: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node' },
  { caps: ['sys_pacct'], names: 'acct' },
  { caps: ['sys_ptrace'], names: 'kcmp pidfd_getfd process_madvise' },
  { caps: ['sys_time'], names: 'settimeofday clock_settime' },
  { caps: ['sys_tty_config'], names: 'vhangup' },
];

/** The profile of a container that has these capabilities. */
export function defaultSeccomp(capabilities: readonly Capability[]): SeccompProfile {
  const has = (name: Capability): boolean => capabilities.includes(name);
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ['SCMP_ARCH_RISCV64'],
    syscalls: ALLOWED.filter(({ caps, without }) => (caps?.some(has) ?? true) && !(without && has(without))).map(
      ({ names, args, errno }) => ({
        names: names.split(' '),
        ...(errno === undefined ? { action: 'SCMP_ACT_ALLOW' } : { action: 'SCMP_ACT_ERRNO', errnoRet: errno }),
        ...(args && { args }),
      }),
    ),
  };
}
